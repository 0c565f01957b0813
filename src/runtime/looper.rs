//! The loop: keys, signals, results and telemetry in, frames out. Nothing in it waits for anything but news.

use std::path::Path;

use anyhow::Context;
use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use super::screen::{Due, Screen};
use super::session::{Chore, Session};
use super::signals::Leaving;
use super::terminal::Taken;
use crate::actions::Refusal;
use crate::app::Msg;
use crate::app::msg::RunEvent;
use crate::domain::proposal::Outcome;
use crate::domain::{CleanText, ProposalId};
use crate::ui::theme::{Depth, Theme};
use crate::ui::key::Key;

/// How long leaving waits for sources to end.
const LEAVING: std::time::Duration = std::time::Duration::from_secs(1);

/// What the loop holds beside the session.
struct Looper {
    session: Session,
    screen: Screen,
    taken: Taken,
    input: Option<EventStream>,
    foreground: Option<(ProposalId, JoinHandle<Result<Outcome, Refusal>>)>,
    leaving: bool,
}

/// Runs a session on the terminal until the person leaves.
pub async fn run(session: Session) -> anyhow::Result<()> {
    let mut signals = Leaving::listen().context("signals cannot be heard")?;
    let theme = theme(&session.looks.theme, session.looks.ascii).map_err(|why| anyhow::anyhow!("{why}"))?;
    let taken = Taken::take(session.looks.mouse).context("the terminal cannot be taken over")?;
    let screen = Screen::new(theme).context("the terminal does not tell its size")?;
    let mut looper =
        Looper { session, screen, taken, input: Some(EventStream::new()), foreground: None, leaving: false };
    let outcome = looper.turn(&mut signals).await;
    let Looper { mut session, taken, .. } = looper;
    drop(taken);
    session.stop.send_replace(true);
    session.executor.shut_down().await;
    // Sources end by themselves; a hanging one is left behind.
    let _ = timeout(LEAVING, session.running.ended()).await;
    outcome
}

impl Looper {
    async fn turn(&mut self, signals: &mut Leaving) -> anyhow::Result<()> {
        let (width, height) = self.screen.size();
        self.tell(Msg::Resize(width, height))?;
        let chores = self.session.tick();
        self.do_all(chores)?;
        let mut next_tick = Instant::now();
        while !self.leaving {
            let frame = if self.foreground.is_none() { self.screen.next_frame() } else { None };
            let blocked = self.screen.drained();
            tokio::select! {
                biased;
                name = signals.next() => {
                    tracing::info!("{name}: leaving");
                    self.leaving = true;
                }
                event = next_event(&mut self.input) => match event {
                    Some(event) => self.on_input(event)?,
                    None => self.leaving = true,
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
                    self.tell(Msg::Key(key))?;
                }
            }
            Event::Paste(text) => self.tell(Msg::Paste(text))?,
            Event::Resize(width, height) => self.tell(Msg::Resize(width, height))?,
            Event::Mouse(_) | Event::FocusGained | Event::FocusLost => return Ok(()),
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
                self.screen.send(&bytes)?;
                self.session.executor.answer(Msg::Done("copied to the terminal's clipboard".into()));
            }
            Chore::Theme(name) => match theme(&name, self.session.looks.ascii) {
                Ok(theme) => self.screen.set_theme(theme),
                Err(why) => self.session.executor.answer(Msg::Problem(why)),
            },
            Chore::Redraw => self.screen.refresh()?,
            Chore::Quit => self.leaving = true,
            Chore::Foreground(id, approved) => {
                let Ok(runner) = self.session.executor.runner.clone() else { return Ok(()) };
                self.input = None;
                self.taken.lend();
                self.foreground = Some((id, tokio::spawn(async move { runner.run_foreground(approved).await })));
            }
        }
        Ok(())
    }

    /// The command on the terminal ended: the screen comes back.
    fn back(&mut self, ended: (ProposalId, Result<Outcome, Refusal>)) -> anyhow::Result<()> {
        self.foreground = None;
        self.taken.again().context("the terminal cannot be taken back")?;
        self.input = Some(EventStream::new());
        self.screen.refresh()?;
        let (id, result) = ended;
        let event = match result {
            Ok(outcome) => RunEvent::Ended(outcome, 0),
            Err(refusal) => RunEvent::Refused(refusal.why),
        };
        self.tell(Msg::Run(id, event))
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

/// The theme of that name or file in the colours the terminal can show; none of them where `NO_COLOR` is set.
fn theme(name: &str, ascii: bool) -> Result<Theme, CleanText> {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let mut theme = if Theme::names().contains(&name) {
        Theme::named(name).map_err(|why| CleanText::line(&why))?
    } else {
        let text = std::fs::read_to_string(Path::new(name)).map_err(|error| {
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
