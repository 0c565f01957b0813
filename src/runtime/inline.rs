//! The card in a plain terminal, for `midwatch run`: the same model, gate, keys and journal as on the screen, drawn as
//! lines that stay in the scroll-back. Ends with the command.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use crossterm::event::{Event, EventStream};
use crossterm::terminal;
use futures_util::StreamExt;

use super::session::{Chore, Session};
use super::signals::{Heard, Signals};
use super::tty::Tty;
use crate::app::msg::RunEvent;
use crate::app::{Intent, Msg};
use crate::domain::proposal::Outcome;
use crate::domain::{Proposal, ProposalId, ProposalState, Suggestion};
use crate::overlays::Overlay;
use crate::overlays::confirm::{Around, Confirm, more_rows};
use crate::ui::key::{Code, Key};
use crate::ui::{Line, Role, Theme};

/// Rows the card is laid out for: it is never cut, what does not fit the terminal is shown page by page.
const ROWS: u16 = 10_000;
/// Narrowest layout of a card.
const NARROWEST: u16 = 60;

/// What the terminal shows now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The command is being classed.
    Reading,
    /// The card is printed from this row on, a page at a time.
    Paging(usize),
    /// The card is there; keys count.
    Asking,
    /// A preview runs that the person asked for; the card comes back with what it says.
    Previewing,
    /// The command runs.
    Running,
}

struct Inline<'a> {
    session: &'a mut Session,
    tty: Tty,
    theme: Theme,
    stage: Stage,
    stops: u8,
    /// Whether standard output was closed: the command is ended then, and its end still noted.
    mute: bool,
    /// What the terminal is wide.
    columns: usize,
}

/// Asks for a person's word on one command and runs it. The status is the command's own; 1 when it did not run.
///
/// # Errors
/// When there is no terminal, or it is lost.
pub async fn run(session: &mut Session, suggestion: Suggestion, theme: Theme) -> anyhow::Result<ExitCode> {
    let tty = Tty::open().context("there is no terminal to ask on, so nothing runs")?;
    let mut signals = Signals::listen().context("signals cannot be heard")?;
    let columns = terminal::size().map_or(80, |(columns, _)| columns);
    let columns_shown = usize::from(columns);
    let mut inline =
        Inline { session, tty, theme, stage: Stage::Reading, stops: 0, mute: false, columns: columns_shown };
    let chores = inline.session.tick();
    inline.carry_out(chores).await?;
    inline.tell(Msg::Resize(columns.max(NARROWEST), ROWS)).await?;
    inline.tell(Msg::Want(Intent::Propose(suggestion))).await?;
    inline.turn(&mut signals).await
}

impl Inline<'_> {
    async fn turn(&mut self, signals: &mut Signals) -> anyhow::Result<ExitCode> {
        let mut keys: Option<EventStream> = None;
        loop {
            self.settle()?;
            if let Some(code) = self.end() {
                self.tty.cook()?;
                return Ok(code);
            }
            let asks = matches!(self.stage, Stage::Paging(_) | Stage::Asking | Stage::Previewing);
            match (asks, keys.is_some()) {
                (true, false) => {
                    self.tty.raw()?;
                    keys = Some(EventStream::new());
                }
                (false, true) => {
                    keys = None;
                    self.tty.cook()?;
                }
                (true, true) | (false, false) => {}
            }
            tokio::select! {
                heard = signals.next() => self.on_signal(heard).await?,
                event = next(&mut keys) => self.on_event(event.context("the terminal is gone")??).await?,
                Some(msg) = self.session.results.recv() => {
                    // What a preview says stands on the card; standard output is the command's own.
                    if let Msg::Run(id, RunEvent::Output(text)) = &msg
                        && self.proposal().is_some_and(|asked| asked.id == *id)
                    {
                        self.give_out(text.as_str()).await?;
                    }
                    // A card counts its time from when it opens.
                    let chores = self.session.tick();
                    self.carry_out(chores).await?;
                    self.tell(msg).await?;
                }
            }
        }
    }

    /// Output of the command. When nobody takes it any more, the command is asked to end, as a pipe would end it.
    async fn give_out(&mut self, text: &str) -> anyhow::Result<()> {
        if self.mute || print(text).is_ok() {
            return Ok(());
        }
        self.mute = true;
        match self.proposal().map(|proposal| proposal.id) {
            Some(id) => self.tell(Msg::Want(Intent::Stop(id))).await,
            None => Ok(()),
        }
    }

    /// Brings the terminal in line with the model: a new card is printed, the line of buttons drawn anew.
    fn settle(&mut self) -> anyhow::Result<()> {
        let running = self.proposal().is_some_and(Proposal::is_running);
        let has_card = self.card().is_some();
        match self.stage {
            Stage::Reading | Stage::Running if has_card => self.print_card(0),
            Stage::Reading if running => self.to(Stage::Running),
            Stage::Asking if running => {
                self.say(&Line::of("confirmed; it runs, Ctrl-C stops it", Role::Dim))?;
                self.to(Stage::Running)
            }
            Stage::Asking if has_card && self.previews() => {
                self.show(&Line::of("the preview runs …   Esc leaves", Role::Dim))?;
                self.to(Stage::Previewing)
            }
            Stage::Previewing if has_card && !self.previews() => self.print_card(0),
            Stage::Asking if has_card => self.draw_buttons(),
            Stage::Reading | Stage::Paging(_) | Stage::Asking | Stage::Previewing | Stage::Running => Ok(()),
        }
    }

    /// Whether a preview runs.
    fn previews(&self) -> bool {
        let mut all = self.session.model.state.proposals.iter();
        all.any(|one| one.brief.preview_of.is_some() && one.is_running())
    }

    fn to(&mut self, stage: Stage) -> anyhow::Result<()> {
        self.stage = stage;
        Ok(())
    }

    /// Prints the card from a row on: as much as the terminal shows at once.
    fn print_card(&mut self, from: usize) -> anyhow::Result<()> {
        let Some(card) = self.card() else { return Ok(()) };
        let page = terminal::size().map_or(24, |(_, rows)| usize::from(rows)).saturating_sub(3).max(5);
        let title = card.title(&self.session.model.state.ctx());
        // A terminal narrower than the card is laid out for shows its rows in several.
        let all: Vec<Line> = card.rows().iter().flat_map(|row| row.wrap(self.columns, 0)).collect();
        let rows: Vec<Line> = all.iter().skip(from).take(page).cloned().collect();
        let total = all.len();
        if from == 0 {
            self.say(&title)?;
        }
        rows.iter().try_for_each(|row| self.say(row))?;
        let shown = from + rows.len();
        if shown < total {
            let more = Line::of(format!("… {}: space goes on, Esc leaves", more_rows(total - shown)), Role::Warning);
            self.show(&more)?;
            return self.to(Stage::Paging(shown));
        }
        self.to(Stage::Asking)?;
        self.draw_buttons()
    }

    fn draw_buttons(&mut self) -> anyhow::Result<()> {
        let Some(card) = self.card() else { return Ok(()) };
        let mut line = card.buttons(Around::Shell);
        if card.has_fresh_preview(&self.session.model.state.ctx()) {
            line.push("   p preview", Role::Dim);
        }
        line.push("   Esc leaves", Role::Dim);
        self.show(&line)
    }

    /// What the next of its kind replaces.
    fn show(&mut self, line: &Line) -> anyhow::Result<()> {
        let rows: Vec<String> = line
            .wrap(self.columns.saturating_sub(1), 0)
            .iter()
            .map(|row| crate::ui::ansi::ansi(row, &self.theme))
            .collect();
        Ok(self.tty.live(&rows)?)
    }

    /// What stays.
    fn say(&mut self, line: &Line) -> anyhow::Result<()> {
        for row in line.wrap(self.columns, 0) {
            self.tty.say(&crate::ui::ansi::ansi(&row, &self.theme))?;
        }
        Ok(())
    }

    fn card(&self) -> Option<&Confirm> {
        match self.session.model.overlays.last() {
            Some(Overlay::Confirm(card)) => Some(card),
            Some(_) | None => None,
        }
    }

    /// What was asked for; its previews come after it.
    fn proposal(&self) -> Option<&Proposal> {
        self.session.model.state.proposals.iter().find(|proposal| proposal.brief.preview_of.is_none())
    }

    async fn on_event(&mut self, event: Event) -> anyhow::Result<()> {
        let chores = self.session.tick();
        self.carry_out(chores).await?;
        match event {
            Event::Key(key) => match Key::from_event(key) {
                Some(key) => self.on_key(key).await,
                None => Ok(()),
            },
            Event::Paste(text) => self.tell(Msg::Paste(text)).await,
            Event::Resize(..) | Event::Mouse(_) | Event::FocusGained | Event::FocusLost => Ok(()),
        }
    }

    async fn on_key(&mut self, key: Key) -> anyhow::Result<()> {
        if key == Key::ctrl('c') || key.code == Code::Esc {
            return self.tell(Msg::Key(Key::of(Code::Esc))).await;
        }
        if let Stage::Paging(from) = self.stage {
            return if key == Key::char(' ') { self.print_card(from) } else { Ok(()) };
        }
        if self.stage == Stage::Previewing {
            return Ok(());
        }
        let typing = self.card().is_some_and(Confirm::is_typing);
        // What only the screen can do: to edit, the shell's own line is better, and no read follows that could do
        // without its card.
        let elsewhere = !typing && ['e', 'c', 'w', 'A'].map(Key::char).contains(&key);
        if elsewhere { Ok(()) } else { self.tell(Msg::Key(key)).await }
    }

    /// The first Ctrl-C or end stops what runs; the second gives up waiting for it.
    async fn on_signal(&mut self, heard: Heard) -> anyhow::Result<()> {
        match heard {
            Heard::Continued => Ok(()),
            Heard::Interrupt | Heard::Term | Heard::Hangup => {
                self.stops = self.stops.saturating_add(1);
                match self.proposal().filter(|proposal| proposal.is_running()).map(|proposal| proposal.id) {
                    Some(id) => self.tell(Msg::Want(Intent::Stop(id))).await,
                    None => self.tell(Msg::Key(Key::of(Code::Esc))).await,
                }
            }
        }
    }

    async fn tell(&mut self, msg: Msg) -> anyhow::Result<()> {
        let chores = self.session.tell(msg);
        self.carry_out(chores).await
    }

    async fn carry_out(&mut self, chores: Vec<Chore>) -> anyhow::Result<()> {
        for chore in chores {
            let Chore::Foreground(id, approved, noted) = chore else { continue };
            let runner = self.session.executor.runner.clone();
            self.tty.cook()?;
            let ended = match (noted.wait().await, runner) {
                (Ok(()), Ok(runner)) => match runner.run_foreground(approved).await {
                    Ok(outcome) => RunEvent::Ended(outcome, 0),
                    Err(refusal) => RunEvent::Refused(refusal.why),
                },
                (Err(why), _) | (_, Err(why)) => RunEvent::Refused(why),
            };
            let more = self.session.tell(Msg::Run(id, ended));
            // The end of a run asks for nothing that the terminal would have to do.
            drop(more);
        }
        Ok(())
    }

    /// The status to end with, once it is settled.
    fn end(&mut self) -> Option<ExitCode> {
        if self.stage == Stage::Reading {
            // A file system that hangs may hold up the reading for ever.
            return (self.stops > 0).then_some(ExitCode::from(130));
        }
        let proposal = self.proposal()?;
        let (id, state) = (proposal.id, proposal.state.clone());
        let (words, code) = match state {
            ProposalState::Waiting if self.card().is_none() && self.is_idle(id) => {
                ("not run".to_owned(), ExitCode::FAILURE)
            }
            ProposalState::Waiting => return None,
            ProposalState::Running { .. } if self.stops > 1 => {
                ("left behind while it ends".to_owned(), ExitCode::from(130))
            }
            ProposalState::Running { .. } => return None,
            ProposalState::Done { outcome, .. } => (outcome.words(), status(outcome)),
            ProposalState::Rejected { .. } => ("rejected; nothing ran".to_owned(), ExitCode::FAILURE),
            ProposalState::Refused { why } => (format!("refused: {why}"), ExitCode::FAILURE),
        };
        let journal = match &self.session.model.state.journal {
            Some(Ok(path)) => format!("; journal {path}"),
            Some(Err(_)) | None => String::new(),
        };
        // The terminal may be gone by now; the status still says it.
        let _ = self.say(&Line::of(format!("midwatch: {words}{journal}"), Role::Dim));
        Some(code)
    }

    /// Whether nothing about the proposal is under way that would bring its card back.
    fn is_idle(&self, id: ProposalId) -> bool {
        !self.session.model.state.preparing.is_waiting(id)
    }
}

async fn next(keys: &mut Option<EventStream>) -> Option<std::io::Result<Event>> {
    match keys {
        Some(keys) => keys.next().await,
        None => std::future::pending().await,
    }
}

/// The command's status as a shell would give it.
fn status(outcome: Outcome) -> ExitCode {
    match outcome {
        Outcome::Exit(code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        Outcome::Signal(number) => ExitCode::from(u8::try_from(128 + number).unwrap_or(255)),
        Outcome::TimedOut => ExitCode::from(124),
        Outcome::Cancelled => ExitCode::from(130),
        Outcome::Failed => ExitCode::FAILURE,
    }
}

fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("standard output takes nothing more")
}
