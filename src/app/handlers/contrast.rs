//! Opens the comparison of bad records with others: which are bad, which are the others, and since when anything changed.

use crate::analysis::correlate::{CHANGES, Since};
use crate::app::handlers::telemetry::change_words;
use crate::app::{Model, PaneId};
use crate::domain::CleanText;
use crate::logs::Look;
use crate::logs::ask::{ContrastAsk, Services};
use crate::overlays::Overlay;
use crate::overlays::contrast::Contrast;
use crate::store::Filter;

/// Records read of each side.
const MOST: u64 = 50_000;
/// What is bad where no filter says it.
const FAILED: &str = "level>=error";

/// Compares what a filter lets pass, or the log pane's filter and selected pattern, with the other records of the same
/// services; where there is no filter, the errors.
pub fn open(model: &mut Model, argument: &str) {
    let ctx = model.state.ctx();
    let pane = &model.panes.logs;
    let filter = match Filter::parse(argument) {
        Ok(filter) if filter.is_empty() => pane.suspects(&ctx),
        Ok(filter) => filter,
        Err(error) => return model.state.problem(CleanText::line(&error.to_string())),
    };
    let filter = if filter.is_empty() { Filter::parse(FAILED).unwrap_or_default() } else { filter };
    let look = Look { filter, ..pane.look(&ctx) };
    let changes = match look.window {
        Some(window) => ctx.stores.changes.in_window(window).rev().take(CHANGES).collect::<Vec<_>>(),
        None => ctx.stores.changes.iter().rev().take(CHANGES).collect(),
    };
    let since = |change: &crate::domain::Change| Since {
        at: i64::try_from(change.at.as_nanosecond()).unwrap_or(i64::MAX),
        what: change_words(change),
    };
    let ask = ContrastAsk {
        generation: 0,
        look,
        among: Filter::default(),
        services: Services::Same,
        changes: changes.into_iter().rev().map(since).collect(),
        ignored: Vec::new(),
        most: MOST,
    };
    model.overlays.retain(|overlay| !matches!(overlay, Overlay::Contrast(_)));
    model.overlays.push(Overlay::Contrast(Box::new(Contrast::new(ask))));
    model.focus = PaneId::Logs;
}
