//! Takes the terminal over and gives it back, whatever ends the program.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{cursor, execute};
use rustix::termios::{QueueSelector, tcflush};

/// Whether the terminal is in our hands now.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// How long a terminal may take to accept the last bytes.
const PATIENCE: Duration = Duration::from_secs(1);

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

    /// Forgets what was typed while another program had the terminal: no such key may act here.
    pub fn forget_typed(&self) {
        let stdin = std::io::stdin();
        let forgotten = if stdin.is_terminal() {
            tcflush(&stdin, QueueSelector::IFlush)
        } else {
            std::fs::File::open("/dev/tty").map(|tty| tcflush(tty, QueueSelector::IFlush)).unwrap_or(Ok(()))
        };
        if let Err(error) = forgotten {
            tracing::warn!("keys typed ahead could not be dropped: {error}");
        }
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

/// Whether the terminal is in our hands now.
pub fn is_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// Leaves the terminal as it was found. Does nothing when it is not in our hands.
pub fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // A terminal that takes no bytes still takes its modes, and must not keep the program from ending.
    let (tell_done, done) = sync_channel(1);
    let said = std::thread::Builder::new().name("farewell".to_owned()).spawn(move || {
        say_farewell();
        let _ = tell_done.try_send(());
    });
    match said {
        // Out of patience or gone: there is nothing more to do for it.
        Ok(_) => drop(done.recv_timeout(PATIENCE)),
        Err(_) => say_farewell(),
    }
    let _ = disable_raw_mode();
}

fn say_farewell() {
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
}

/// A panic of the loop gives the terminal back before its message is printed. One of another thread costs only what
/// that thread did; it is written to the program's own log, since a message on the screen would only spoil it.
fn give_back_on_panic() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        let of_loop = std::thread::current().id();
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().id() == of_loop || !is_taken() {
                give_back();
                before(info);
            } else {
                tracing::error!("{info}");
            }
        }));
        crate::actions::silence_panics();
    });
}
