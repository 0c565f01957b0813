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
        self.back()?;
        self.file.write_all(format!("{text}{TO_END}\r\n").as_bytes())
    }

    /// Writes rows that the next ones replace; none of them may be wider than the terminal.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn live(&mut self, rows: &[String]) -> std::io::Result<()> {
        self.back()?;
        self.live = rows.len();
        self.file.write_all(rows.join(&format!("{TO_END}\r\n")).as_bytes())?;
        self.file.write_all(TO_END.as_bytes())
    }

    /// Lets the rows that were written last stay.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn stay(&mut self) -> std::io::Result<()> {
        if self.live == 0 {
            return Ok(());
        }
        self.live = 0;
        self.file.write_all(b"\r\n")
    }

    /// Goes to the start of the rows to be replaced and clears them.
    fn back(&mut self) -> std::io::Result<()> {
        let up = self.live.saturating_sub(1);
        self.live = 0;
        match up {
            0 => self.file.write_all(b"\r"),
            up => self.file.write_all(format!("\r\x1b[{up}A\x1b[J").as_bytes()),
        }
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        // Nothing more can be done for a terminal that is gone.
        let _ = self.cook();
    }
}
