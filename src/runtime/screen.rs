//! From the model to the terminal without ever waiting for it: a frame is drawn into memory, and a thread of its own
//! writes it out. While the terminal has not taken a frame, none is drawn.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use super::terminal;
use crate::app::Model;
use crate::app::view::view;
use crate::ui::{Canvas, Theme};

/// Shortest time between two frames that a key caused.
const KEY_FRAME: Duration = Duration::from_millis(8);
/// Shortest time between two frames that telemetry caused.
const DATA_FRAME: Duration = Duration::from_millis(33);

/// The screen.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Collected>>,
    collected: Collected,
    out: SyncSender<Vec<u8>>,
    theme: Theme,
    drained: Arc<Drained>,
    last: Option<Instant>,
    due: Option<Due>,
}

/// Why a frame should be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    /// Data came in.
    Data,
    /// A person did something.
    Key,
}

/// Pieces that the terminal may leave waiting before a copy is refused.
const WAITING: usize = 3;

/// How much of what was handed over the terminal has not taken yet.
struct Drained {
    waiting: AtomicUsize,
    notify: Notify,
}

/// Collects a frame's bytes; they leave in one piece, when the frame is whole.
#[derive(Clone, Default)]
struct Collected(Rc<RefCell<Vec<u8>>>);

impl Write for Collected {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Writes what is handed over until the screen is gone. While another program has the terminal, nothing is written.
fn write_out(queue: &Receiver<Vec<u8>>, drained: &Drained) {
    while let Ok(bytes) = queue.recv() {
        let mut stdout = std::io::stdout().lock();
        if terminal::is_taken() {
            // A terminal that is gone is noticed by its hang-up signal.
            let _ = stdout.write_all(&bytes).and_then(|()| stdout.flush());
        }
        drop(stdout);
        drained.waiting.fetch_sub(1, Ordering::SeqCst);
        drained.notify.notify_one();
    }
}

impl Screen {
    /// A screen on standard output, which the caller has taken over.
    ///
    /// # Errors
    /// When the terminal does not tell its size.
    pub fn new(theme: Theme) -> std::io::Result<Self> {
        let drained = Arc::new(Drained { waiting: AtomicUsize::new(0), notify: Notify::new() });
        let (out, queue) = sync_channel::<Vec<u8>>(WAITING + 1);
        let told = Arc::clone(&drained);
        std::thread::Builder::new().name("screen".to_owned()).spawn(move || write_out(&queue, &told))?;
        let collected = Collected::default();
        let options = TerminalOptions { viewport: Viewport::Fullscreen };
        let terminal = Terminal::with_options(CrosstermBackend::new(collected.clone()), options)?;
        Ok(Self { terminal, collected, out, theme, drained, last: None, due: Some(Due::Key) })
    }

    /// Asks for a frame.
    pub fn want(&mut self, due: Due) {
        self.due = self.due.max(Some(due));
    }

    /// Changes the looks.
    pub fn set_theme(&mut self, theme: Theme) {
        self.theme = theme;
        self.want(Due::Key);
    }

    /// Draws everything anew with the next frame.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn refresh(&mut self) -> std::io::Result<()> {
        self.want(Due::Key);
        // Clearing by its own name would ask the terminal where the cursor is and wait for the answer.
        let (width, height) = self.size();
        self.terminal.resize(Rect::new(0, 0, width, height))
    }

    /// When the next frame should be drawn: nothing while none is wanted or the terminal is still busy with the last.
    pub fn next_frame(&self) -> Option<Instant> {
        let gap = match self.due? {
            Due::Key => KEY_FRAME,
            Due::Data => DATA_FRAME,
        };
        if self.is_behind() {
            return None;
        }
        Some(self.last.map_or_else(Instant::now, |last| last + gap))
    }

    /// Whether the terminal has not taken everything yet.
    fn is_behind(&self) -> bool {
        self.drained.waiting.load(Ordering::SeqCst) > 0
    }

    /// Ends when the terminal has taken something more.
    pub fn drained(&self) -> impl Future<Output = ()> + use<> {
        let drained = Arc::clone(&self.drained);
        async move { drained.notify.notified().await }
    }

    /// Waits until the terminal has taken everything, but no longer than `most`.
    pub async fn settle(&self, most: Duration) {
        let taken = async {
            while self.is_behind() {
                self.drained().await;
            }
        };
        // A terminal that takes nothing must not keep the person.
        let _ = timeout(most, taken).await;
    }

    /// Draws a frame.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&mut self, model: &Model) -> std::io::Result<()> {
        self.due = None;
        self.last = Some(Instant::now());
        let theme = &self.theme;
        self.terminal.draw(|frame| view(model, &mut Canvas::over(frame.buffer_mut(), theme)))?;
        self.hand_over()
    }

    /// Hands what was collected to the writing thread, without waiting; what it cannot take now goes with the next piece.
    fn hand_over(&mut self) -> std::io::Result<()> {
        let bytes = self.collected.0.take();
        if bytes.is_empty() {
            return Ok(());
        }
        self.drained.waiting.fetch_add(1, Ordering::SeqCst);
        match self.out.try_send(bytes) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(bytes)) => {
                self.collected.0.replace(bytes);
                self.drained.waiting.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            }
            Err(TrySendError::Disconnected(_)) => {
                Err(std::io::Error::new(std::io::ErrorKind::BrokenPipe, "the terminal is gone"))
            }
        }
    }

    /// Sends bytes to the terminal between two frames, for the clipboard; whether it can take them now.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn send(&mut self, bytes: &[u8]) -> std::io::Result<bool> {
        if self.drained.waiting.load(Ordering::SeqCst) >= WAITING {
            return Ok(false);
        }
        self.collected.write_all(bytes)?;
        self.hand_over().map(|()| true)
    }

    /// The size the terminal has now.
    pub fn size(&self) -> (u16, u16) {
        self.terminal.size().map_or((80, 24), |size| (size.width, size.height))
    }
}
