//! Questions and answers in the plain terminal, before or without the screen.

use std::io::{self, BufRead, Write};

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

/// Longest line that is taken, in bytes.
const LONGEST: usize = 16 << 10;

/// Someone to talk with: the terminal, or a script in a test.
pub(super) trait Console {
    /// Says a text; a line end is added.
    fn say(&mut self, text: &str) -> io::Result<()>;
    /// Asks on a line and gives the answer without its blanks; `None` when there is nobody left to answer.
    fn ask(&mut self, prompt: &str) -> io::Result<Option<String>>;
}

/// Standard input and output.
pub(super) struct Terminal;

impl Console for Terminal {
    fn say(&mut self, text: &str) -> io::Result<()> {
        writeln!(io::stdout(), "{text}")
    }

    fn ask(&mut self, prompt: &str) -> io::Result<Option<String>> {
        write!(io::stdout(), "{prompt}")?;
        io::stdout().flush()?;
        let mut line = Vec::new();
        let mut input = io::stdin().lock();
        while line.len() <= LONGEST {
            let buffer = input.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(buffer.len(), |end| end + 1);
            line.extend_from_slice(&buffer[..taken]);
            input.consume(taken);
            if end.is_some() {
                return Ok(Some(String::from_utf8_lossy(&line).trim().to_owned()));
            }
        }
        Ok((!line.is_empty()).then(|| String::from_utf8_lossy(&line).trim().to_owned()))
    }
}

/// Asks on standard error for a line that is not shown; `None` when the person gives up by Esc or Ctrl-C.
pub(super) fn ask_unseen(prompt: &str) -> io::Result<Option<String>> {
    // Before the prompt, so that no key typed at it is echoed.
    enable_raw_mode()?;
    let answer = write!(io::stderr(), "{prompt}").and_then(|()| io::stderr().flush()).and_then(|()| read_unseen());
    disable_raw_mode()?;
    writeln!(io::stderr())?;
    answer
}

fn read_unseen() -> io::Result<Option<String>> {
    let mut line = String::new();
    loop {
        let Event::Key(key) = read()? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        match (key.code, key.modifiers.contains(KeyModifiers::CONTROL)) {
            (KeyCode::Char('c' | 'd'), true) | (KeyCode::Esc, _) => return Ok(None),
            (KeyCode::Enter, _) => return Ok(Some(line)),
            (KeyCode::Backspace, _) => drop(line.pop()),
            (KeyCode::Char('u'), true) => line.clear(),
            (KeyCode::Char(c), false) if line.len() < LONGEST => line.push(c),
            _ => {}
        }
    }
}
