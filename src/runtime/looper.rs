//! The loop: keys, signals, results and telemetry in, frames out. Nothing in it waits for anything but news.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use crossterm::event::{Event, EventStream, MouseButton, MouseEventKind};
use futures_util::StreamExt;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use super::screen::{Due, Screen};
use super::session::{Chore, Session};
use super::signals::{Heard, Signals};
use super::terminal::Taken;
use crate::actions::Refusal;
use crate::app::Msg;
use crate::app::msg::{Mouse, RunEvent};
use crate::domain::proposal::Outcome;
use crate::domain::{CleanText, ProposalId};
use crate::ui::key::Key;
use crate::ui::theme::{Depth, Theme};

/// How long leaving waits for sources to end.
const LEAVING: Duration = Duration::from_secs(1);

/// How long the last frame and the last copy may take to reach the terminal.
const LAST_FRAME: Duration = Duration::from_millis(300);
/// How long the program waits to be stopped and continued; without job control it never is.
const STOPPED: Duration = Duration::from_millis(500);

/// What the loop holds beside the session.
struct Looper {
    session: Session,
    screen: Screen,
    taken: Taken,
    input: Option<EventStream>,
    foreground: Option<(ProposalId, JoinHandle<Result<Outcome, Refusal>>)>,
    suspending: bool,
    /// The status to end with, once the program is to end.
    leaving: Option<ExitCode>,
}

/// Runs a session on the terminal until the person leaves or a signal ends it.
pub async fn run(session: Session) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::listen().context("signals cannot be heard")?;
    let theme = theme(&session.looks.theme, session.looks.ascii).map_err(|why| anyhow::anyhow!("{why}"))?;
    let taken = Taken::take(session.looks.mouse).context("the terminal cannot be taken over")?;
    let screen = Screen::new(theme).context("the terminal does not tell its size")?;
    let mut looper = Looper {
        session,
        screen,
        taken,
        input: Some(EventStream::new()),
        foreground: None,
        suspending: false,
        leaving: None,
    };
    let outcome = looper.turn(&mut signals).await;
    let Looper { mut session, screen, taken, foreground, leaving, .. } = looper;
    screen.settle(LAST_FRAME).await;
    if let Some((_, running)) = foreground {
        running.abort();
    }
    drop(taken);
    session.stop.send_replace(true);
    session.executor.shut_down().await;
    // Sources end by themselves; a hanging one is left behind.
    let _ = timeout(LEAVING, session.running.ended()).await;
    outcome.map(|()| leaving.unwrap_or(ExitCode::SUCCESS))
}

impl Looper {
    async fn turn(&mut self, signals: &mut Signals) -> anyhow::Result<()> {
        self.measure()?;
        let chores = self.session.tick();
        self.do_all(chores)?;
        let mut next_tick = Instant::now();
        while self.leaving.is_none() {
            if std::mem::take(&mut self.suspending) {
                self.suspend(signals).await?;
            }
            let frame = if self.foreground.is_none() { self.screen.next_frame() } else { None };
            let blocked = self.screen.drained();
            tokio::select! {
                biased;
                heard = signals.next() => self.on_signal(heard)?,
                event = next_event(&mut self.input) => match event {
                    Some(event) => self.on_input(event)?,
                    None => self.leaving = Some(ExitCode::SUCCESS),
                },
                ended = foreground(&mut self.foreground) => self.back(ended)?,
                () = sleep_until(frame.unwrap_or_else(Instant::now)), if frame.is_some() => {
                    self.screen.draw(&self.session.model)?;
                }
                () = blocked, if frame.is_none() => {}
                () = sleep_until(next_tick) => {
                    let chores = self.session.tick();
                    self.do_all(chores)?;
                    self.screen.want(Due::Data);
                    next_tick = Instant::now() + self.session.until_next_look();
                }
                Some(msg) = self.session.results.recv() => {
                    let mut chores = self.session.tell(msg);
                    self.session.take_in(&mut chores);
                    self.do_all(chores)?;
                    self.screen.want(Due::Data);
                }
                Some(batch) = self.session.batches.recv() => {
                    let mut chores = self.session.take_batch(batch);
                    self.session.take_in(&mut chores);
                    self.do_all(chores)?;
                    self.screen.want(Due::Data);
                }
            }
        }
        Ok(())
    }

    fn on_signal(&mut self, heard: Heard) -> anyhow::Result<()> {
        match heard {
            // Ctrl-C in another program that has the terminal is meant for that program.
            Heard::Interrupt if self.foreground.is_some() => {}
            Heard::Continued if self.foreground.is_some() => {}
            // Whoever had the terminal meanwhile may have left it in another mode.
            Heard::Continued => {
                self.taken.lend();
                self.take_again()?;
            }
            Heard::Term | Heard::Hangup | Heard::Interrupt => {
                tracing::info!("{heard:?}: leaving");
                self.leaving = Some(heard.status());
            }
        }
        Ok(())
    }

    /// Gives the terminal to the shell and stops the whole job, as Ctrl-Z does with every other program.
    async fn suspend(&mut self, signals: &mut Signals) -> anyhow::Result<()> {
        self.input = None;
        self.screen.settle(LAST_FRAME).await;
        self.taken.lend();
        rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)
            .context("the program cannot be stopped")?;
        // Where nobody could continue it, the system does not stop it, and the screen comes back by itself.
        while let Ok(heard) = timeout(STOPPED, signals.next()).await {
            if heard == Heard::Continued {
                break;
            }
            self.on_signal(heard)?;
        }
        self.take_again()
    }

    /// Takes the terminal again after another program had it; its size may be another.
    fn take_again(&mut self) -> anyhow::Result<()> {
        // Before the screen is back, so that a key pressed at the sight of it counts.
        self.taken.forget_typed();
        self.taken.again().context("the terminal cannot be taken back")?;
        if self.input.is_none() {
            self.input = Some(EventStream::new());
        }
        self.measure()?;
        self.screen.refresh()?;
        Ok(())
    }

    /// Tells the model how large the screen is.
    fn measure(&mut self) -> anyhow::Result<()> {
        let (width, height) = self.screen.size();
        self.tell(Msg::Resize(width, height))
    }

    /// Tells the model one thing.
    fn tell(&mut self, msg: Msg) -> anyhow::Result<()> {
        let chores = self.session.tell(msg);
        self.do_all(chores)
    }

    fn on_input(&mut self, event: std::io::Result<Event>) -> anyhow::Result<()> {
        let event = event.context("the terminal cannot be read")?;
        // Keys are judged by when they came: the model's clock is set first.
        let chores = self.session.tick();
        self.do_all(chores)?;
        match event {
            Event::Key(key) => {
                if let Some(key) = Key::from_event(key) {
                    #[cfg(debug_assertions)]
                    panic_for_a_test(key);
                    self.tell(Msg::Key(key))?;
                }
            }
            Event::Paste(text) => self.tell(Msg::Paste(text))?,
            Event::Resize(width, height) => self.tell(Msg::Resize(width, height))?,
            Event::Mouse(event) => match mouse(event.kind) {
                Some(mouse) => self.tell(Msg::Mouse(mouse, event.column, event.row))?,
                None => return Ok(()),
            },
            Event::FocusGained | Event::FocusLost => return Ok(()),
        }
        self.screen.want(Due::Key);
        Ok(())
    }

    fn do_all(&mut self, chores: Vec<Chore>) -> anyhow::Result<()> {
        chores.into_iter().try_for_each(|chore| self.do_one(chore))
    }

    fn do_one(&mut self, chore: Chore) -> anyhow::Result<()> {
        match chore {
            Chore::Send(bytes) => {
                let said = match self.screen.send(&bytes)? {
                    true => Msg::Done("copied to the terminal's clipboard".into()),
                    false => Msg::Problem("nothing was copied: the terminal takes nothing now; try again".into()),
                };
                self.session.executor.answer(said);
            }
            Chore::Theme(name) => match theme(&name, self.session.looks.ascii) {
                Ok(theme) => self.screen.set_theme(theme),
                Err(why) => self.session.executor.answer(Msg::Problem(why)),
            },
            Chore::Redraw => self.screen.refresh()?,
            Chore::Suspend => self.suspending = true,
            Chore::Quit => self.leaving = Some(ExitCode::SUCCESS),
            Chore::Foreground(id, approved, noted) => {
                let Ok(runner) = self.session.executor.runner.clone() else { return Ok(()) };
                self.input = None;
                self.taken.lend();
                self.foreground = Some((
                    id,
                    tokio::spawn(async move {
                        noted.wait().await.map_err(|why| Refusal::new(&why))?;
                        runner.run_foreground(approved).await
                    }),
                ));
            }
        }
        Ok(())
    }

    /// The command on the terminal ended: the screen comes back.
    fn back(&mut self, ended: (ProposalId, Result<Outcome, Refusal>)) -> anyhow::Result<()> {
        self.foreground = None;
        self.take_again()?;
        let (id, result) = ended;
        let event = match result {
            Ok(outcome) => RunEvent::Ended(outcome, 0),
            Err(refusal) => RunEvent::Refused(refusal.why),
        };
        self.tell(Msg::Run(id, event))
    }
}

/// A panic at a moment that a test can choose, to see that the terminal is given back; in no release.
#[cfg(debug_assertions)]
fn panic_for_a_test(key: Key) {
    let asked = key == Key::of(crate::ui::key::Code::F(12)) && std::env::var_os("MIDWATCH_TEST_PANIC").is_some();
    assert!(!asked, "a test asked for this");
}

/// What of the mouse means anything here.
fn mouse(kind: MouseEventKind) -> Option<Mouse> {
    match kind {
        MouseEventKind::Down(MouseButton::Left) => Some(Mouse::Click),
        MouseEventKind::ScrollDown => Some(Mouse::WheelDown),
        MouseEventKind::ScrollUp => Some(Mouse::WheelUp),
        _ => None,
    }
}

async fn next_event(input: &mut Option<EventStream>) -> Option<std::io::Result<Event>> {
    match input {
        Some(stream) => stream.next().await,
        None => std::future::pending().await,
    }
}

async fn foreground(
    running: &mut Option<(ProposalId, JoinHandle<Result<Outcome, Refusal>>)>,
) -> (ProposalId, Result<Outcome, Refusal>) {
    match running {
        Some((id, task)) => match task.await {
            Ok(result) => (*id, result),
            Err(_) => (*id, Ok(Outcome::Failed)),
        },
        None => std::future::pending().await,
    }
}

/// Longest theme file, in bytes.
const LONGEST_THEME: u64 = 256 * 1024;

fn theme_text(path: &Path) -> std::io::Result<String> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("is no file"));
    }
    let mut text = String::new();
    std::fs::File::open(path)?.take(LONGEST_THEME).read_to_string(&mut text)?;
    Ok(text)
}

/// The theme of that name or file in the colours the terminal can show; none of them where `NO_COLOR` is set.
pub fn theme(name: &str, ascii: bool) -> Result<Theme, CleanText> {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let mut theme = if Theme::names().contains(&name) {
        Theme::named(name).map_err(|why| CleanText::line(&why))?
    } else {
        let text = theme_text(Path::new(name)).map_err(|error| {
            let names = Theme::names().join(", ");
            CleanText::line(&format!("theme `{name}`: {error}; built in are {names}"))
        })?;
        Theme::parse(&text).map_err(|why| CleanText::line(&format!("theme `{name}`: {why}")))?
    };
    theme.ascii |= ascii;
    Ok(theme.at_depth(depth(plain)))
}

/// How many colours the terminal says it can show.
fn depth(plain: bool) -> Depth {
    let says = |name: &str| std::env::var(name).unwrap_or_default();
    match (says("TERM").as_str(), says("COLORTERM").as_str()) {
        _ if plain => Depth::None,
        ("dumb", _) => Depth::None,
        (_, "truecolor" | "24bit") => Depth::True,
        _ => Depth::Indexed,
    }
}
