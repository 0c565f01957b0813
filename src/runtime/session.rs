//! A session without a terminal: model, effects, sources and channels. The loop drives it, and so do flow tests.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::clock::Clock;
use super::effects::{Executor, Outside};
use super::runs::Noted;
use crate::actions::ApprovedCommand;
use crate::app::{Effect, Model, Msg, update};
use crate::domain::{Batch, ProposalId};
use crate::sources::registry::Running;

/// Batches that wait for the model; sources drop and count beyond that.
pub const BATCHES: usize = 256;
/// Results that wait for the model; those who send them wait.
pub const RESULTS: usize = 1_024;
/// Longest time one look at the channels may take before the screen gets its turn.
const SLICE: Duration = Duration::from_millis(6);

/// Everything but the terminal.
pub struct Session {
    /// The model.
    pub model: Model,
    /// What carries out effects.
    pub executor: Executor,
    /// What sources send.
    pub batches: mpsc::Receiver<Batch>,
    /// What effects answer.
    pub results: mpsc::Receiver<Msg>,
    /// The incident's clock.
    pub clock: Clock,
    /// Tells every source to stop when it turns true.
    pub stop: watch::Sender<bool>,
    /// The sources at work.
    pub running: Running,
    /// When it began.
    pub began: Instant,
    /// Mouse, theme and what else the terminal needs to know.
    pub looks: Looks,
}

/// What the terminal needs to know.
#[derive(Clone, Debug)]
pub struct Looks {
    /// `dark`, `light`, `high-contrast`, or a file.
    pub theme: String,
    /// Borders and sparklines in plain ASCII.
    pub ascii: bool,
    /// Let the mouse select and scroll.
    pub mouse: bool,
}

/// What the terminal side has to do itself.
#[derive(Debug)]
pub enum Chore {
    /// Bytes for the terminal's clipboard.
    Send(Vec<u8>),
    /// Run a command on the terminal, once its approval is in the journal.
    Foreground(ProposalId, ApprovedCommand, Noted),
    /// Change the looks.
    Theme(String),
    /// Draw everything anew.
    Redraw,
    /// Give the terminal to the shell until it continues the program.
    Suspend,
    /// Leave.
    Quit,
}

impl Session {
    /// Tells the model one thing and carries out what follows; answers with what the terminal has to do.
    pub fn tell(&mut self, msg: Msg) -> Vec<Chore> {
        // A recorded command takes the clock along: what it did is told at the time to which it went.
        let mut chores = if matches!(msg, Msg::Run(..)) { self.tick() } else { Vec::new() };
        let effects = update(&mut self.model, msg);
        chores.extend(self.carry_out(effects));
        chores
    }

    /// Tells the model what time it is.
    pub fn tick(&mut self) -> Vec<Chore> {
        let tick = Msg::Tick { now: self.clock.now(), wall: Clock::wall(), uptime: self.began.elapsed() };
        self.executor.keeper.hand_over();
        let mut chores = self.tell(tick);
        if let Some(replay) = self.executor.replay_state()
            && self.model.state.replay.as_ref() != Some(&replay)
        {
            chores.extend(self.tell(Msg::Replay(replay)));
        }
        chores
    }

    /// Takes in what waits in the channels, for a few milliseconds at most; whether there was anything.
    pub fn take_in(&mut self, chores: &mut Vec<Chore>) -> bool {
        let began = Instant::now();
        let mut any = false;
        while began.elapsed() < SLICE {
            if let Ok(msg) = self.results.try_recv() {
                chores.extend(self.tell(msg));
            } else if let Ok(batch) = self.batches.try_recv() {
                chores.extend(self.take_batch(batch));
            } else {
                break;
            }
            any = true;
        }
        any
    }

    /// A batch goes to the recording of the incident and to the model.
    pub fn take_batch(&mut self, batch: Batch) -> Vec<Chore> {
        self.executor.record_batch(&batch, self.model.state.now);
        self.tell(Msg::Batch(batch))
    }

    /// How long until the model should be told the time again.
    pub fn until_next_look(&self) -> Duration {
        self.clock.until_next_look()
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> Vec<Chore> {
        effects.into_iter().filter_map(|effect| self.one(effect)).collect()
    }

    fn one(&mut self, effect: Effect) -> Option<Chore> {
        match self.executor.carry_out(effect)? {
            Outside::Terminal(chore) => Some(chore),
            Outside::Model(msg) => {
                // An answer at hand: it goes through the channel like any other, in its order.
                self.executor.answer(msg);
                None
            }
        }
    }
}
