//! From the model to the terminal without ever waiting for it: a frame is drawn into memory, and a thread of its own
//! writes it out. While the terminal has not taken a frame, none is drawn.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use ratatui::backend::CrosstermBackend;
use ratatui::{Terminal, TerminalOptions, Viewport};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::app::Model;
use crate::app::view::view;
use crate::ui::{Canvas, Theme};

/// Shortest time between two frames that a key caused.
const KEY_FRAME: Duration = Duration::from_millis(8);
/// Shortest time between two frames that telemetry caused.
const DATA_FRAME: Duration = Duration::from_millis(33);

/// The screen.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Frames>>,
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

/// Whether the terminal took the last frame.
struct Drained {
    idle: AtomicBool,
    notify: Notify,
}

/// Collects a frame's bytes and hands them to the writing thread.
struct Frames {
    bytes: Vec<u8>,
    out: SyncSender<Vec<u8>>,
    drained: Arc<Drained>,
}

impl Write for Frames {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        self.drained.idle.store(false, Ordering::SeqCst);
        let gone = |_| std::io::Error::new(std::io::ErrorKind::BrokenPipe, "the terminal is gone");
        self.out.send(std::mem::take(&mut self.bytes)).map_err(gone)
    }
}

impl Screen {
    /// A screen on standard output, which the caller has taken over.
    ///
    /// # Errors
    /// When the terminal does not tell its size.
    pub fn new(theme: Theme) -> std::io::Result<Self> {
        let drained = Arc::new(Drained { idle: AtomicBool::new(true), notify: Notify::new() });
        // One frame under way and what a suspension or a copy adds: the queue is never longer.
        let (out, queue) = sync_channel::<Vec<u8>>(4);
        let told = Arc::clone(&drained);
        std::thread::Builder::new().name("screen".to_owned()).spawn(move || {
            while let Ok(bytes) = queue.recv() {
                let mut stdout = std::io::stdout().lock();
                // A terminal that is gone is noticed by its hang-up signal.
                let _ = stdout.write_all(&bytes).and_then(|()| stdout.flush());
                told.idle.store(true, Ordering::SeqCst);
                told.notify.notify_one();
            }
        })?;
        let frames = Frames { bytes: Vec::new(), out, drained: Arc::clone(&drained) };
        let options = TerminalOptions { viewport: Viewport::Fullscreen };
        let terminal = Terminal::with_options(CrosstermBackend::new(frames), options)?;
        Ok(Self { terminal, theme, drained, last: None, due: Some(Due::Key) })
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
        self.terminal.clear()
    }

    /// When the next frame should be drawn: nothing while none is wanted or the terminal is still busy with the last.
    pub fn next_frame(&self) -> Option<Instant> {
        let gap = match self.due? {
            Due::Key => KEY_FRAME,
            Due::Data => DATA_FRAME,
        };
        if !self.drained.idle.load(Ordering::SeqCst) {
            return None;
        }
        Some(self.last.map_or_else(Instant::now, |last| last + gap))
    }

    /// Ends when the terminal has taken the last frame.
    pub fn drained(&self) -> impl Future<Output = ()> + use<> {
        let drained = Arc::clone(&self.drained);
        async move { drained.notify.notified().await }
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
        Ok(())
    }

    /// Sends bytes to the terminal between two frames, for the clipboard.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let frames = self.terminal.backend_mut();
        frames.write_all(bytes)?;
        Write::flush(frames)
    }

    /// The size the terminal has now.
    pub fn size(&self) -> (u16, u16) {
        self.terminal.size().map_or((80, 24), |size| (size.width, size.height))
    }
}
