//! The key table: what each key does where, and the words that help and the footer show for it. There is no other place
//! that gives a key a meaning outside overlays and text input.

use crate::app::PaneId;
use crate::ui::key::Key;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Help for the focused pane.
    Help,
    /// The command palette.
    Palette,
    /// Search prompt.
    Search,
    /// Next hit.
    SearchNext,
    /// Previous hit.
    SearchPrevious,
    /// Focus the next pane.
    FocusNext,
    /// Focus the previous pane.
    FocusPrevious,
    /// Focus this pane.
    Focus(PaneId),
    /// Give the focused pane the whole screen, or take it back.
    Zoom,
    /// Back; at the root: quit.
    Back,
    /// Cancel whatever is under way; never confirms.
    Cancel,
    /// Move in the focused pane.
    Move(Motion),
    /// Go in.
    Open,
    /// Pause or resume the live view.
    Pause,
    /// Copy the selection.
    Copy,
    /// Copy the incident's notes.
    CopyNotes,
    /// Pin the selection to the incident.
    Pin,
    /// Write a note.
    Note,
    /// Filter prompt.
    Filter,
    /// Drop the last filter chip.
    DropChip,
    /// Filter prompt for what is not wanted.
    Exclude,
    /// The filter's terms, to drop or edit one.
    Chips,
    /// Filter by the selected record's service.
    FilterByService,
    /// The other records of the selected one's trace, request or host.
    Related,
    /// Patterns instead of records, or records again.
    Patterns,
    /// What is new since the incident began.
    News,
    /// The next order of patterns.
    Order,
    /// All time instead of the shared window, or the window again.
    AllTime,
    /// Long lines in full.
    Wrap,
    /// Fields of the records with their values.
    Fields,
    /// What the records of the filter have in common that others have not.
    Contrast,
    /// Fold the series of a panel into one row, or unfold them.
    Fold,
    /// Drop a panel that was added in this session.
    Forget,
    /// Metrics as they were some time before, beside how they are.
    Compare,
    /// All series of a panel in one chart, or one.
    AllSeries,
    /// A chart in powers, or even.
    Ladder,
    /// The buckets of a histogram as lines, or as a map.
    Buckets,
    /// The traces behind the numbers of a panel.
    Exemplars,
    /// Type a question.
    Ask,
    /// Ask for a command in words.
    AskCommand,
    /// Type a command.
    TypeCommand,
    /// Write PromQL, or edit the selected row's query.
    Query,
    /// The list of proposals.
    Proposals,
    /// Queries worth seeing for the alerts that went off, on one card.
    Worth,
    /// The incident's timeline.
    Timeline,
    /// The list of changes.
    Changes,
    /// Move or size the shared time window.
    Slide(Slide),
    /// Absolute or relative times.
    ToggleTimes,
    /// Replay: faster.
    ReplayFaster,
    /// Replay: slower.
    ReplaySlower,
    /// Replay: to the first alert.
    ReplayToAlert,
    /// Replay: stop or go on.
    ReplayPause,
}

/// A movement in a list or text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Motion {
    /// One down.
    Down,
    /// One up.
    Up,
    /// Half a page down.
    HalfDown,
    /// Half a page up.
    HalfUp,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// To the first.
    Top,
    /// To the last; live views follow again.
    Bottom,
    /// Left.
    Left,
    /// Right.
    Right,
}

/// A change of the shared time window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slide {
    /// Half a window back.
    Earlier,
    /// Half a window on.
    Later,
    /// Twice as long.
    Wider,
    /// Half as long.
    Narrower,
    /// Follow the clock again.
    Now,
}

/// Where a binding holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In every pane.
    Everywhere,
    /// In one pane.
    Pane(PaneId),
    /// While a recording plays.
    Replay,
}

/// One row of the key table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Where.
    pub scope: Scope,
    /// Keys, in the notation of [`Key`]'s `FromStr`.
    pub keys: &'static [&'static str],
    /// What they do.
    pub action: Action,
    /// A few words for help.
    pub help: &'static str,
    /// One word for the footer; empty keeps it out of there.
    pub footer: &'static str,
}

const fn row(
    scope: Scope,
    keys: &'static [&'static str],
    action: Action,
    help: &'static str,
    footer: &'static str,
) -> Binding {
    Binding { scope, keys, action, help, footer }
}

use Action as A;
use Motion as M;
use Scope::{Everywhere as E, Pane as P, Replay as R};

/// The table. A pane's own row wins over one that holds everywhere.
pub const BINDINGS: &[Binding] = &[
    row(E, &["?"], A::Help, "help for this pane", "help"),
    row(E, &[":"], A::Palette, "commands by name", "commands"),
    row(E, &["tab"], A::FocusNext, "next pane", "pane"),
    row(E, &["S-tab"], A::FocusPrevious, "previous pane", ""),
    row(E, &["1"], A::Focus(PaneId::Alerts), "alerts", ""),
    row(E, &["2"], A::Focus(PaneId::Logs), "logs", ""),
    row(E, &["3"], A::Focus(PaneId::Metrics), "metrics", ""),
    row(E, &["4"], A::Focus(PaneId::Copilot), "copilot", ""),
    row(E, &["5"], A::Focus(PaneId::Evidence), "evidence", ""),
    row(E, &["+"], A::Zoom, "give this pane the whole screen, or take it back", "zoom"),
    row(E, &["/"], A::Search, "search in the log records", "search"),
    row(P(PaneId::Evidence), &["/"], A::Search, "search in the text", "search"),
    row(E, &["n"], A::SearchNext, "next hit", ""),
    row(E, &["N"], A::SearchPrevious, "previous hit", ""),
    row(E, &["j", "down"], A::Move(M::Down), "down", ""),
    row(E, &["k", "up"], A::Move(M::Up), "up", ""),
    row(E, &["ctrl-d"], A::Move(M::HalfDown), "half a page down", ""),
    row(E, &["ctrl-u"], A::Move(M::HalfUp), "half a page up", ""),
    row(E, &["pagedown", "ctrl-f"], A::Move(M::PageDown), "a page down", ""),
    row(E, &["pageup", "ctrl-b"], A::Move(M::PageUp), "a page up", ""),
    row(E, &["g", "home"], A::Move(M::Top), "to the first", ""),
    row(E, &["G", "end"], A::Move(M::Bottom), "to the last; a live list follows again", ""),
    row(E, &["h", "left"], A::Move(M::Left), "left", ""),
    row(E, &["l", "right"], A::Move(M::Right), "right", ""),
    row(P(PaneId::Alerts), &["enter"], A::Open, "show or hide the alerts of a group", "group"),
    row(P(PaneId::Logs), &["enter"], A::Open, "all about this record; the lines of this pattern", "open"),
    row(P(PaneId::Metrics), &["enter"], A::Open, "chart of this series; at the cursor: the logs then", "chart"),
    row(P(PaneId::Metrics), &["/"], A::Filter, "only rows that hold a text", "filter"),
    row(P(PaneId::Metrics), &["o"], A::Order, "order: as configured, moved most, moved first, by name", "order"),
    row(P(PaneId::Metrics), &["z"], A::Fold, "fold the series of a panel into one row, or unfold", "fold"),
    row(P(PaneId::Metrics), &["c"], A::Compare, "beside it an hour, a day, a week before, or nothing", "compare"),
    row(P(PaneId::Metrics), &["x"], A::Forget, "drop a panel that was added in this session", ""),
    row(P(PaneId::Metrics), &["A"], A::AllSeries, "chart: all series of the panel, or this one", ""),
    row(P(PaneId::Metrics), &["s"], A::Ladder, "chart: powers of ten, or even steps", ""),
    row(P(PaneId::Metrics), &["b"], A::Buckets, "chart: buckets of a histogram as lines, or as a map", ""),
    row(P(PaneId::Metrics), &["E"], A::Exemplars, "chart: exemplars, the traces behind the numbers, or none", ""),
    row(P(PaneId::Metrics), &["h", "left"], A::Move(M::Left), "chart: cursor to the left; list: window earlier", ""),
    row(P(PaneId::Metrics), &["l", "right"], A::Move(M::Right), "chart: cursor to the right; list: window later", ""),
    row(P(PaneId::Metrics), &["H"], A::Move(M::PageUp), "chart: cursor ten columns to the left", ""),
    row(P(PaneId::Metrics), &["L"], A::Move(M::PageDown), "chart: cursor ten columns to the right", ""),
    row(P(PaneId::Metrics), &["n"], A::SearchNext, "chart: to the next unusual stretch or change", ""),
    row(P(PaneId::Metrics), &["N"], A::SearchPrevious, "chart: to the one before", ""),
    row(P(PaneId::Copilot), &["enter"], A::Open, "review a proposal; else write", "review"),
    row(E, &["esc"], A::Cancel, "cancel; never confirms", ""),
    row(E, &["q"], A::Back, "back; at the root: quit", "back"),
    row(E, &["space"], A::Pause, "pause the live view, or go on", "pause"),
    row(E, &["y"], A::Copy, "copy the selection", "copy"),
    row(E, &["Y"], A::CopyNotes, "copy the incident's notes as Markdown", "notes"),
    row(E, &["m"], A::Pin, "pin the selection to the incident", "pin"),
    row(E, &["M"], A::Note, "write a note", ""),
    row(P(PaneId::Logs), &["f"], A::Filter, "filter: service=x level>=error \"text\" -not", "filter"),
    row(
        P(PaneId::Logs),
        &["v"],
        A::Patterns,
        "patterns instead of records, or back; from a record to its pattern",
        "patterns",
    ),
    row(P(PaneId::Logs), &["w"], A::News, "what is new since the incident, or the selected record, began", "new"),
    row(P(PaneId::Logs), &["-"], A::Exclude, "filter away: what is typed must not hold", ""),
    row(P(PaneId::Logs), &["x"], A::DropChip, "drop the last filter", ""),
    row(P(PaneId::Logs), &["X"], A::Chips, "the filters: edit or drop one", ""),
    row(P(PaneId::Logs), &["s"], A::FilterByService, "only this record's service", ""),
    row(P(PaneId::Logs), &["r"], A::Related, "all of this record's trace, request or host", ""),
    row(P(PaneId::Logs), &["F"], A::Fields, "fields with their values, levels over time", ""),
    row(P(PaneId::Logs), &["c"], A::Contrast, "what these have in common that others have not", ""),
    row(P(PaneId::Logs), &["A"], A::AllTime, "all time, or the shared window again", ""),
    row(P(PaneId::Logs), &["o"], A::Order, "patterns: the next order", ""),
    row(P(PaneId::Logs), &["z"], A::Wrap, "long lines in full, or cut", ""),
    row(E, &["a", "i"], A::Ask, "ask the copilot", "ask"),
    row(E, &["!"], A::AskCommand, "ask for a command in words", ""),
    row(E, &["$"], A::TypeCommand, "type a command; it ends at the card", "command"),
    row(E, &["p"], A::Proposals, "what waits for a decision", "proposed"),
    row(P(PaneId::Metrics), &["e"], A::Query, "write PromQL, or edit this row's query", "query"),
    row(P(PaneId::Metrics), &["w"], A::Worth, "queries worth seeing for what fires, on one card", "worth seeing"),
    row(E, &["T"], A::Timeline, "timeline of the incident", ""),
    row(E, &["C"], A::Changes, "changes, newest first", ""),
    row(E, &["["], A::Slide(Slide::Earlier), "window: earlier", ""),
    row(E, &["]"], A::Slide(Slide::Later), "window: later", ""),
    row(E, &["{"], A::Slide(Slide::Wider), "window: twice as long", ""),
    row(E, &["}"], A::Slide(Slide::Narrower), "window: half as long", ""),
    row(E, &["="], A::Slide(Slide::Now), "window: follow the clock", ""),
    row(E, &["t"], A::ToggleTimes, "absolute or relative times", ""),
    row(R, &[">"], A::ReplayFaster, "recording: faster", "faster"),
    row(R, &["<"], A::ReplaySlower, "recording: slower", ""),
    row(R, &["J"], A::ReplayToAlert, "recording: to the first alert", "to alert"),
    row(R, &["P"], A::ReplayPause, "recording: stop the clock, or go on", "clock"),
];

/// What a key means in a pane.
pub fn lookup(key: Key, pane: PaneId, stage: Stage) -> Option<Action> {
    rows(pane, stage).find(|binding| binding.keys.iter().any(|text| text.parse() == Ok(key))).map(|b| b.action)
}

/// What else decides which rows hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// A recording plays.
    pub replaying: bool,
    /// A model is configured; without one no row may speak of it.
    pub brain: bool,
}

/// The rows that hold in a pane, its own first.
pub fn rows(pane: PaneId, stage: Stage) -> impl Iterator<Item = &'static Binding> {
    let own = BINDINGS.iter().filter(move |b| b.scope == Scope::Pane(pane));
    let replay = BINDINGS.iter().filter(move |b| stage.replaying && b.scope == Scope::Replay);
    let all = own.chain(replay).chain(BINDINGS.iter().filter(|b| b.scope == Scope::Everywhere));
    // What a pane gives a meaning of its own is not told with the other one too.
    let all = all.filter(move |row| {
        row.scope != Scope::Everywhere || !row.keys.iter().all(|key| own_keys(pane).any(|k| k == *key))
    });
    all.filter(move |binding| stage.brain || !matches!(binding.action, Action::Ask | Action::AskCommand))
}

/// The keys that a pane gives a meaning of its own.
fn own_keys(pane: PaneId) -> impl Iterator<Item = &'static str> {
    BINDINGS.iter().filter(move |b| b.scope == Scope::Pane(pane)).flat_map(|b| b.keys.iter().copied())
}

/// The words that help shows for a row.
pub fn help(binding: &Binding, stage: Stage) -> &'static str {
    match binding.action {
        Action::Focus(PaneId::Copilot) if !stage.brain => "actions",
        _ => binding.help,
    }
}

/// The first key of a row as people read it: `Enter`, `Tab`.
pub fn shown_key(binding: &Binding) -> String {
    binding.keys.first().map(|text| shown(text)).unwrap_or_default()
}

/// All keys of a row as people read them.
pub fn shown_keys(binding: &Binding) -> String {
    binding.keys.iter().map(|text| shown(text)).collect::<Vec<_>>().join(" ")
}

fn shown(text: &str) -> String {
    text.parse::<Key>().map_or_else(|_| text.to_owned(), |key| key.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_table_can_be_read() {
        for binding in BINDINGS {
            for key in binding.keys {
                assert!(key.parse::<Key>().is_ok(), "{key}");
            }
        }
    }

    #[test]
    fn no_key_means_two_things_in_one_scope() {
        for (i, a) in BINDINGS.iter().enumerate() {
            for b in &BINDINGS[i + 1..] {
                if a.scope == b.scope {
                    assert!(a.keys.iter().all(|key| !b.keys.contains(key)), "{:?} and {:?}", a.action, b.action);
                }
            }
        }
    }

    #[test]
    fn a_pane_gives_a_key_its_own_meaning() {
        const LIVE: Stage = Stage { replaying: false, brain: true };
        const REPLAY: Stage = Stage { replaying: true, brain: true };
        let filter = "f".parse().unwrap();
        assert_eq!(lookup(filter, PaneId::Logs, LIVE), Some(Action::Filter));
        assert_eq!(lookup(filter, PaneId::Alerts, LIVE), None);
        let faster = ">".parse().unwrap();
        assert_eq!(lookup(faster, PaneId::Logs, LIVE), None);
        assert_eq!(lookup(faster, PaneId::Logs, REPLAY), Some(Action::ReplayFaster));
    }
}
