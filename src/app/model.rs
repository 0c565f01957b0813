//! The whole state of a session.

use std::time::Duration;

use jiff::SignedDuration;

use super::conversation::Conversation;
use super::handlers::proposals::Preparing;
use super::handlers::runs::Outputs;
use super::handlers::signals::Signalled;
use super::msg::ReplayState;
use super::notices::{Level, Notices};
use super::stores::Stores;
use super::window::Window;
use super::{Ctx, Selection};
use crate::actions::Watch;
use crate::actions::gate::Gate;
use crate::copilot::{Fence, Prompts, Room};
use crate::domain::evidence::sha256_hex;
use crate::domain::incident::Incident;
use crate::domain::panel::Wanted;
use crate::domain::query::{PolledQuery, Tongue};
use crate::domain::{CleanText, Proposal, ProposalId, TimeWindow, Timestamp};
use crate::overlays::{self, Overlay};
use crate::panes::Panes;
use crate::trust::redact::Session;
use crate::ui::layout::{Layout, Shape, areas, shape};

/// One of the five panes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaneId {
    /// 1.
    Alerts,
    /// 2.
    Logs,
    /// 3.
    Metrics,
    /// 4.
    Copilot,
    /// 5.
    Evidence,
}

/// What does not change while the program runs.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Who sits here, for the timeline and the journal.
    pub person: CleanText,
    /// The machine's name.
    pub host: CleanText,
    /// Only reads are let through.
    pub read_only: bool,
    /// Name of the recording that plays; `None` when live.
    pub recording: Option<CleanText>,
    /// Where the recording's clock began, and its first alert.
    pub first_alert: Option<Timestamp>,
    /// Tools this team has, for the prompt.
    pub stack: Vec<CleanText>,
    /// Kinds of source nobody configured, for coverage.
    pub not_configured: Vec<CleanText>,
    /// Plain ASCII for borders and trends.
    pub ascii: bool,
    /// Random number of this session, from which prompt fences are made.
    pub seed: u64,
    /// Addresses, paths and names that the configuration holds: a command that uses one does not have it from the data.
    pub configured: Vec<CleanText>,
    /// Whether copied notes keep their secrets.
    pub copied_notes: CopiedNotes,
    /// What is asked again and again.
    pub queries: Vec<PolledQuery>,
    /// How long the signals are watched after a write.
    pub watch: SignedDuration,
    /// Log stores that can be asked once.
    pub log_stores: Vec<LogStore>,
}

/// A log store that can be asked for records of the past.
#[derive(Clone, Debug, PartialEq)]
pub struct LogStore {
    /// Its configured name.
    pub name: CleanText,
    /// What it is asked in.
    pub tongue: Tongue,
    /// The configured query, within which every question stays.
    pub base: String,
}

/// What becomes of secrets in notes that are copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CopiedNotes {
    /// They are taken out: notes are copied to be pasted where others read.
    #[default]
    Redacted,
    /// They stay, at the person's word.
    Plain,
}

/// The model a session has, or has not.
#[derive(Clone, Debug, PartialEq)]
pub enum Brain {
    /// None is configured: no trace of one on the screen.
    Absent,
    /// Configured, not reached yet.
    Connecting,
    /// There.
    Ready(Room),
    /// Configured and not to be had.
    Failed(CleanText),
}

/// What is known, decided and said: all of a session but where it is drawn.
pub struct State {
    /// The incident's clock.
    pub now: Timestamp,
    /// The machine's own time, by which approvals expire.
    pub wall: Timestamp,
    /// Time since the program started.
    pub uptime: Duration,
    /// What does not change.
    pub settings: Settings,
    /// The data.
    pub stores: Stores,
    /// The shared window.
    pub window: Window,
    /// The instant at which the live view was paused.
    pub paused_at: Option<Timestamp>,
    /// Show ages instead of times.
    pub relative_times: bool,
    /// The incident, once there is one.
    pub incident: Option<Incident>,
    /// Proposals, oldest first.
    pub proposals: Vec<Proposal>,
    /// Questions and answers.
    pub conversation: Conversation,
    /// PromQL that was put forward in this session, the newest last.
    pub asked: Vec<String>,
    /// The generation of the last request to a model.
    pub generation: u64,
    /// The model.
    pub brain: Brain,
    /// Prompt templates.
    pub prompts: Prompts,
    /// The gate.
    pub gate: Gate,
    /// What Evidence shows.
    pub selection: Option<Selection>,
    /// What was said.
    pub notices: Notices,
    /// The replay's clock.
    pub replay: Option<ReplayState>,
    /// Where the journal is, or why it cannot be written.
    pub journal: Option<Result<CleanText, CleanText>>,
    /// Where the incident is recorded, or why not.
    pub bundle: Option<Result<CleanText, CleanText>>,
    /// Output of the runs of this session.
    pub outputs: Outputs,
    /// What is being classed.
    pub preparing: Preparing,
    /// Takes secrets out of what leaves; the same secret has the same name all session.
    pub redactor: Session,
    /// The prompt that was sent last, for `:preview`.
    pub last_preview: Option<CleanText>,
    /// What was watched after writes, oldest first.
    pub watches: Vec<Watch>,
    /// What sources of metrics are asked for beside their configured panels.
    pub wanted: Wanted,
    /// What was told to what looks at numbers.
    pub signalled: Signalled,
    /// When the watched signals were last looked at: the program's time and the incident's.
    pub watched: (Duration, Timestamp),
    /// When the series were last recorded.
    pub series_recorded: Duration,
}

/// The view that a session begins with and that going back leaves from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Home {
    /// All panes.
    #[default]
    Panes,
    /// One pane has the whole screen: nothing is configured for the others.
    Zoomed(PaneId),
}

/// Everything.
pub struct Model {
    /// What is known.
    pub state: State,
    /// The panes' own states.
    pub panes: Panes,
    /// Overlays, the topmost last.
    pub overlays: Vec<Overlay>,
    /// What Evidence shows before a person has selected anything: the loudest alert.
    pub unasked: Option<Selection>,
    /// When Ctrl-C was pressed last.
    pub interrupted: Option<Duration>,
    /// Which pane has the focus.
    pub focus: PaneId,
    /// Whether it has the whole screen.
    pub zoomed: bool,
    /// Where going back ends.
    pub home: Home,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Where everything is drawn.
    pub layout: Layout,
}

impl PaneId {
    /// In the order of their numbers.
    pub const ALL: [PaneId; 5] = [PaneId::Alerts, PaneId::Logs, PaneId::Metrics, PaneId::Copilot, PaneId::Evidence];

    /// The place in that order, from 0.
    pub fn index(self) -> usize {
        self as usize
    }
}

impl State {
    /// What panes and overlays may read.
    pub fn ctx(&self) -> Ctx<'_> {
        Ctx {
            now: self.now,
            uptime: self.uptime,
            settings: &self.settings,
            stores: &self.stores,
            window: self.visible_window(),
            window_follows: self.window.follows(),
            paused: self.paused_at.is_some(),
            relative_times: self.relative_times,
            wanted: &self.wanted,
            incident: self.incident.as_ref(),
            proposals: &self.proposals,
            conversation: &self.conversation,
            brain: &self.brain,
            gate: &self.gate,
            selection: self.selection.as_ref(),
            asked: &self.asked,
            notices: &self.notices,
            replaying: self.replay.is_some(),
            outputs: &self.outputs,
            watches: &self.watches,
        }
    }

    /// The window the panes show: the shared one, held still while paused.
    pub fn visible_window(&self) -> TimeWindow {
        self.window.at(self.paused_at.unwrap_or(self.now))
    }

    /// A proposal by its number.
    pub fn proposal(&self, id: ProposalId) -> Option<&Proposal> {
        self.proposals.iter().find(|proposal| proposal.id == id)
    }

    /// A proposal by its number, for change.
    pub fn proposal_mut(&mut self, id: ProposalId) -> Option<&mut Proposal> {
        self.proposals.iter_mut().find(|proposal| proposal.id == id)
    }

    /// Whether a model answers questions here.
    pub fn has_brain(&self) -> bool {
        self.brain != Brain::Absent
    }

    /// The word that fences the data of the next prompt: nothing in the evidence can have guessed it, and a preview
    /// shows the one that the prompt will have.
    pub fn next_fence(&self) -> Fence {
        let next = self.generation + 1;
        Fence::fixed(&sha256_hex(format!("{}/{next}", self.settings.seed).as_bytes())[..16])
    }

    /// Says that something failed.
    pub fn problem(&mut self, text: impl Into<CleanText>) {
        self.notices.say(Level::Problem, text, self.now, self.uptime);
    }

    /// Says that something was done as asked.
    pub fn done(&mut self, text: impl Into<CleanText>) {
        self.notices.say(Level::Info, text, self.now, self.uptime);
    }
}

impl Model {
    /// Shows nothing but this pane from now on, and when going back.
    pub fn settle_in(&mut self, pane: PaneId) {
        (self.focus, self.zoomed, self.home) = (pane, true, Home::Zoomed(pane));
    }

    /// Goes back to where the session began.
    pub fn go_home(&mut self) {
        match self.home {
            Home::Panes => self.zoomed = false,
            Home::Zoomed(pane) => self.settle_in(pane),
        }
    }

    /// Whether there is nothing to go back to.
    pub fn is_home(&self) -> bool {
        match self.home {
            Home::Panes => !self.zoomed,
            Home::Zoomed(pane) => self.focus == pane,
        }
    }

    /// Places everything and lets every pane fit itself to its place and the data.
    pub fn settle(&mut self) {
        let (width, height) = self.size;
        self.layout = areas(shape(width, height), (width, height), self.focus.index(), self.zoomed);
        let ctx = self.state.ctx();
        self.panes.settle(&ctx, &self.layout, self.focus);
        for overlay in &mut self.overlays {
            overlays::settle(overlay, &ctx, self.size);
        }
    }

    /// The shape of the screen.
    pub fn shape(&self) -> Shape {
        shape(self.size.0, self.size.1)
    }
}
