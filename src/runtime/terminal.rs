//! Takes the terminal over and gives it back, whatever ends the program.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{cursor, execute};

/// Whether the terminal is in our hands now.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal in our hands; dropping it gives it back.
pub struct Taken {
    mouse: bool,
}

impl Taken {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When there is no terminal.
    pub fn take(mouse: bool) -> std::io::Result<Self> {
        give_back_on_panic();
        let taken = Self { mouse };
        taken.again()?;
        Ok(taken)
    }

    /// Takes the terminal over again after [`Taken::lend`].
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn again(&self) -> std::io::Result<()> {
        TAKEN.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        let mut out = std::io::stdout().lock();
        execute!(out, EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
        if self.mouse {
            execute!(out, EnableMouseCapture)?;
        }
        Ok(())
    }

    /// Gives the terminal to another program for a while.
    pub fn lend(&self) {
        give_back();
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        give_back();
    }
}

/// Leaves the terminal as it was found. Does nothing when it is not in our hands.
pub fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = std::io::stdout().lock();
    // Nothing more can be done for a terminal that is gone.
    let _ = execute!(
        out,
        DisableMouseCapture,
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = out.flush();
    let _ = disable_raw_mode();
}

/// A panic gives the terminal back before its message is printed.
fn give_back_on_panic() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            give_back();
            before(info);
        }));
        crate::actions::silence_panics();
    });
}
