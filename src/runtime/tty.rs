//! The person's terminal beside standard output, for what is asked in the middle of a shell's session. Gives it back as
//! it was, whatever happens.

use std::fs::{File, OpenOptions};
use std::io::Write;

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use rustix::termios::{QueueSelector, tcflush};

/// Clears what an earlier, longer line left behind (ECMA-48, EL). After the text, so that nothing flickers.
const TO_END: &str = "\x1b[K";

/// The controlling terminal.
pub struct Tty {
    file: File,
    raw: bool,
    /// Rows that the next ones replace.
    live: usize,
}

impl Tty {
    /// Opens it.
    ///
    /// # Errors
    /// When the process has none.
    pub fn open() -> std::io::Result<Self> {
        Ok(Self { file: OpenOptions::new().read(true).write(true).open("/dev/tty")?, raw: false, live: 0 })
    }

    /// Keys come one by one and unseen; what was typed before is forgotten.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn raw(&mut self) -> std::io::Result<()> {
        if !self.raw {
            enable_raw_mode()?;
            self.raw = true;
            // A key that was meant for the shell must not decide here.
            tcflush(&self.file, QueueSelector::IFlush)?;
            execute!(self.file, EnableBracketedPaste)?;
        }
        Ok(())
    }

    /// As the shell had it.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn cook(&mut self) -> std::io::Result<()> {
        if self.raw {
            self.raw = false;
            execute!(self.file, DisableBracketedPaste)?;
            disable_raw_mode()?;
        }
        Ok(())
    }

    /// Writes a line that stays.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn say(&mut self, text: &str) -> std::io::Result<()> {
        let back = self.back();
        self.file.write_all(format!("{back}{text}{TO_END}\r\n").as_bytes())
    }

    /// Writes rows that the next ones replace; none of them may be wider than the terminal.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn live(&mut self, rows: &[String]) -> std::io::Result<()> {
        let back = self.back();
        self.live = rows.len();
        let rows = rows.join(&format!("{TO_END}\r\n"));
        self.file.write_all(format!("{back}{rows}{TO_END}").as_bytes())
    }

    /// What goes to the start of the rows to be replaced, and clears all but the first: that one is written over.
    fn back(&mut self) -> String {
        match std::mem::take(&mut self.live).saturating_sub(1) {
            0 => "\r".to_owned(),
            up => format!("\r\x1b[{up}A\x1b[J"),
        }
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        // Nothing more can be done for a terminal that is gone.
        let _ = self.cook();
    }
}
