//! The five panes. Each owns its cursor, scroll and expansion, reads a [`Ctx`] and answers with intents; none reaches
//! into another.

pub mod alerts;
pub mod copilot;
pub mod evidence;
pub mod logs;
pub mod metrics;
pub mod proposal;
pub mod search;

use crate::app::keymap::{Action, Motion};
use crate::app::{Ctx, Intent, PaneId, Selection};
use crate::ui::layout::Layout;
use crate::ui::list::Step;
use crate::ui::{Area, Canvas};

/// The panes' own states.
#[derive(Default)]
pub struct Panes {
    /// 1.
    pub alerts: alerts::Alerts,
    /// 2.
    pub logs: logs::Logs,
    /// 3.
    pub metrics: metrics::Metrics,
    /// 4.
    pub copilot: copilot::Copilot,
    /// 5.
    pub evidence: evidence::Evidence,
}

impl Panes {
    /// Fits every pane to its place and the data; called after every message.
    pub fn settle(&mut self, ctx: &Ctx<'_>, layout: &Layout, focus: PaneId) {
        let size = |pane: PaneId| layout.panes[pane.index()].map(Area::inner).unwrap_or_default();
        self.alerts.settle(ctx, size(PaneId::Alerts));
        self.logs.settle(ctx, size(PaneId::Logs));
        self.metrics.settle(ctx, size(PaneId::Metrics));
        self.copilot.settle(ctx, size(PaneId::Copilot), focus == PaneId::Copilot);
        self.evidence.settle(ctx, size(PaneId::Evidence));
    }

    /// Offers an action to the focused pane; `None` when it has no use for it.
    pub fn on_action(&mut self, focus: PaneId, action: Action, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        match focus {
            PaneId::Alerts => self.alerts.on_action(action, ctx),
            PaneId::Logs => self.logs.on_action(action, ctx),
            PaneId::Metrics => self.metrics.on_action(action, ctx),
            PaneId::Copilot => self.copilot.on_action(action, ctx),
            PaneId::Evidence => self.evidence.on_action(action, ctx),
        }
    }

    /// What is selected in a pane.
    pub fn selection(&self, pane: PaneId, ctx: &Ctx<'_>) -> Option<Selection> {
        match pane {
            PaneId::Alerts => self.alerts.selection(),
            PaneId::Logs => self.logs.selection(ctx),
            PaneId::Metrics => self.metrics.selection(ctx),
            PaneId::Copilot => self.copilot.selection(ctx),
            PaneId::Evidence => None,
        }
    }

    /// Whether text is being typed in a pane.
    pub fn is_typing(&self, pane: PaneId) -> bool {
        match pane {
            PaneId::Logs => self.logs.is_typing(),
            PaneId::Copilot => self.copilot.is_typing(),
            PaneId::Metrics => self.metrics.is_typing(),
            PaneId::Alerts | PaneId::Evidence => false,
        }
    }

    /// Goes to the next or previous hit; `None` when there is none, else what is selected now.
    pub fn search_step(&mut self, pane: PaneId, forward: bool, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        match pane {
            PaneId::Evidence => self.evidence.search_step(forward, ctx),
            PaneId::Alerts | PaneId::Logs | PaneId::Metrics | PaneId::Copilot => self.logs.search_step(forward, ctx),
        }
    }

    /// Ends the search in a pane; whether there was one.
    pub fn clear_search(&mut self, pane: PaneId) -> bool {
        match pane {
            PaneId::Evidence => self.evidence.clear_search(),
            PaneId::Logs => self.logs.clear_search(),
            PaneId::Alerts | PaneId::Metrics | PaneId::Copilot => false,
        }
    }

    /// Draws a pane with its frame.
    pub fn view(&self, pane: PaneId, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>, focused: bool) {
        match pane {
            PaneId::Alerts => self.alerts.view(canvas, ctx, focused),
            PaneId::Logs => self.logs.view(canvas, ctx, focused),
            PaneId::Metrics => self.metrics.view(canvas, ctx, focused),
            PaneId::Copilot => self.copilot.view(canvas, ctx, focused),
            PaneId::Evidence => self.evidence.view(canvas, ctx, focused),
        }
    }
}

/// The list step of a motion; sideways motions are none.
pub fn step_of(motion: Motion) -> Option<Step> {
    Some(match motion {
        Motion::Down => Step::Down,
        Motion::Up => Step::Up,
        Motion::HalfDown => Step::HalfDown,
        Motion::HalfUp => Step::HalfUp,
        Motion::PageDown => Step::PageDown,
        Motion::PageUp => Step::PageUp,
        Motion::Top => Step::Home,
        Motion::Bottom => Step::End,
        Motion::Left | Motion::Right => return None,
    })
}
