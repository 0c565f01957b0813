//! Header, tabs and footer.

use crate::analysis::recovery::Course;
use crate::app::keymap::{Action, Binding, Scope, rows, shown_key};
use crate::app::model::Brain;
use crate::app::notices::Level;
use crate::app::{Model, PaneId};
use crate::domain::Health;
use crate::domain::incident::{EntryKind, Incident};
use crate::domain::model::Location;
use crate::domain::time::{clock, short};
use crate::overlays::Overlay;
use crate::ui::{Canvas, Line, Role};

/// The first line: incident on the left; sources, model and clock on the right.
pub fn header(model: &Model, canvas: &mut Canvas<'_>) {
    let right = right(model, canvas.width());
    let left_room = canvas.width().saturating_sub(right.width() + 1);
    canvas.line(0, &left(model).cut(left_room));
    canvas.line_at(canvas.width().saturating_sub(right.width()), 0, &right);
}

fn left(model: &Model) -> Line {
    let state = &model.state;
    let mut line = Line::of(" midwatch  ", Role::Strong);
    if state.settings.recording.is_some() {
        line.push("RECORDING ", Role::Warning);
    }
    if let Some(replay) = &state.replay {
        let words = match (replay.holding, replay.paused) {
            (true, _) => "waiting for you ".to_owned(),
            (false, true) => "clock stopped ".to_owned(),
            (false, false) => format!("×{} ", replay.speed),
        };
        line.push(words, Role::Change);
    }
    if state.settings.read_only {
        line.push("READ-ONLY ", Role::Warning);
    }
    if state.gate.policy.closed().is_some() {
        line.push("ONLY READS RUN ", Role::Critical);
    }
    if let Some(Err(_)) = &state.journal {
        line.push("NO JOURNAL: nothing runs ", Role::Critical);
    }
    if let Some(Err(_)) = &state.bundle {
        line.push("NOT RECORDED ", Role::Warning);
    }
    if let Some(watch) = state.watches.iter().rev().find(|watch| watch.is_on()) {
        let left = short(state.now.duration_until(watch.until()));
        let words = format!("watch {} {} {left} ", watch.plan().of, watch.course().word());
        line.push(words, of_course(watch.course()));
    }
    match &state.incident {
        Some(incident) => {
            let age = short(incident.started_at.duration_until(state.now));
            line.push(format!(" {} ", incident.id), Role::Dim);
            line.push(format!("{age} "), Role::Strong);
            if has_cleared(model, incident) {
                line.push("all clear ", Role::Good);
            } else if !incident.severity.is_empty() {
                line.push(format!("{} ", incident.severity), Role::Critical);
            }
            line.push(incident.title.clone(), Role::Strong);
        }
        None => line.push("no incident", Role::Dim),
    }
    line
}

/// How a course is drawn.
pub(crate) fn of_course(course: Course) -> Role {
    match course {
        Course::Recovering => Role::Good,
        Course::Unchanged => Role::Warning,
        Course::Worse => Role::Critical,
        Course::Unknown => Role::Dim,
    }
}

/// Whether alerts fired in this incident and none does any more.
fn has_cleared(model: &Model, incident: &Incident) -> bool {
    let fired = incident.timeline.iter().any(|entry| entry.kind == EntryKind::Fired);
    fired && !model.state.stores.alerts.firing().any(|(_, alert)| alert.asks_for_attention())
}

fn right(model: &Model, width: usize) -> Line {
    let roomy = width >= 110;
    let room = width * 2 / 3;
    let tail = tail(model, roomy);
    let fits = |line: &Line| line.width() + tail.width() <= room;
    // Trouble outlasts the names of what is well, and its number outlasts its names.
    let each = [(roomy, true), (false, true), (false, false)].map(|(well, trouble)| {
        let mut line = well_sources(model, well);
        line.append(if trouble { troubled_sources(model) } else { trouble_count(model) });
        line
    });
    let [.., last] = &each;
    let mut line = each.iter().find(|line| fits(line)).unwrap_or(last).clone();
    line.append(tail);
    line.cut(room)
}

/// The sources that are well, by name or by number.
fn well_sources(model: &Model, named: bool) -> Line {
    let state = &model.state;
    // What a recording plays is named on the left; only its trouble is news.
    let well = state.stores.sources.iter().filter(|source| {
        matches!(source.health, Health::Up { .. } | Health::Ended { .. }) && state.settings.recording.is_none()
    });
    let mut line = Line::new();
    match well.clone().count() {
        0 => {}
        count if named && count <= 8 => {
            for source in well {
                line.push(format!("{} ", source.id), Role::Text);
                line.push(format!("{}  ", source.health.word()), Role::Good);
            }
        }
        count => line.push(format!("{count} ok  "), Role::Good),
    }
    line
}

/// The sources that are not well, each by name.
fn troubled_sources(model: &Model) -> Line {
    let state = &model.state;
    let mut line = Line::new();
    for source in &state.stores.sources {
        let (role, words) = match &source.health {
            Health::Up { .. } | Health::Ended { .. } => continue,
            Health::Starting => (Role::Dim, "…".to_owned()),
            Health::Degraded { .. } => (Role::Warning, "degraded".to_owned()),
            Health::Down { since, .. } => (Role::Critical, format!("down {}", short(since.duration_until(state.now)))),
        };
        line.push(format!("{} ", source.id), Role::Text);
        line.push(format!("{words}  "), role);
    }
    line
}

/// How many sources are not well, where their names find no room.
fn trouble_count(model: &Model) -> Line {
    let count = |is: fn(&Health) -> bool| model.state.stores.sources.iter().filter(|source| is(&source.health)).count();
    let kinds = [
        (count(|health| matches!(health, Health::Down { .. })), "down", Role::Critical),
        (count(|health| matches!(health, Health::Degraded { .. })), "degraded", Role::Warning),
        (count(|health| matches!(health, Health::Starting)), "…", Role::Dim),
    ];
    let mut line = Line::new();
    for (count, word, role) in kinds.into_iter().filter(|(count, ..)| *count > 0) {
        line.push(format!("{count} {word}  "), role);
    }
    line
}

/// The model and the clock, where they have no other place.
fn tail(model: &Model, roomy: bool) -> Line {
    let state = &model.state;
    let mut line = Line::new();
    if roomy {
        match &state.brain {
            Brain::Ready(room) => {
                // The name of a recorded model is the recording's, which stands on the left.
                let recorded = room.label.location == Location::Recorded;
                let name = if recorded { "model".into() } else { room.label.model.clone() };
                line.push(name, Role::Dim);
                line.push(format!(" {}  ", room.label.location.word()), Role::Strong);
            }
            Brain::Failed(_) => line.push("no model  ", Role::Warning),
            Brain::Connecting => line.push("model …  ", Role::Dim),
            Brain::Absent => {}
        }
    }
    if model.layout.tabs.is_none() {
        line.push(format!("{}Z ", clock(state.now)), Role::Strong);
    }
    line
}

/// The names of the panes with the clock, on narrow screens.
pub fn tabs(model: &Model, canvas: &mut Canvas<'_>) {
    let names = ["1 Alerts", "2 Logs", "3 Metrics", "4 Copilot", "5 Evidence"];
    let mut line = Line::of(" ", Role::Text);
    for (pane, name) in PaneId::ALL.into_iter().zip(names) {
        let name = if pane == PaneId::Copilot && !model.state.has_brain() { "4 Actions" } else { name };
        if pane == model.focus {
            line.push(format!("[{name}]"), Role::Focus);
        } else {
            line.push(format!(" {name} "), Role::Dim);
        }
    }
    canvas.line(0, &line);
    let time = format!("{}Z ", clock(model.state.now));
    canvas.line_at(canvas.width().saturating_sub(time.len()), 0, &Line::of(time, Role::Strong));
}

/// The last line: what was just said, else the keys that work here.
pub fn footer(model: &Model, canvas: &mut Canvas<'_>) {
    let state = &model.state;
    let waiting = waiting(model);
    let room = canvas.width().saturating_sub(waiting.width() + 1);
    let line = match state.notices.current(state.uptime) {
        Some(notice) => {
            let role = if notice.level == Level::Problem { Role::Warning } else { Role::Good };
            Line::of(" ", Role::Text).with(notice.text.clone(), role)
        }
        None => keys(model, room),
    };
    canvas.line(0, &line.cut(room));
    canvas.line_at(canvas.width().saturating_sub(waiting.width()), 0, &waiting);
}

fn keys(model: &Model, room: usize) -> Line {
    if let Some(overlay) = model.overlays.last() {
        return of_overlay(overlay);
    }
    if model.focus == PaneId::Copilot && model.panes.copilot.is_typing() {
        return Line::of(" Enter", Role::Key)
            .with(" send   ", Role::Dim)
            .with("alt-Enter", Role::Key)
            .with(" new line   ", Role::Dim)
            .with("Esc", Role::Key)
            .with(" leave", Role::Dim);
    }
    if model.focus == PaneId::Logs && model.panes.logs.is_typing() {
        return named(&[("Enter", "keeps it"), ("Up Down", "earlier ones"), ("Esc", "goes back")]);
    }
    let mut line = Line::new();
    let mut shown: Vec<_> = rows(model.focus, model.state.ctx().stage()).filter(|b| !b.footer.is_empty()).collect();
    shown.sort_by_key(|binding| rank(binding));
    for binding in shown {
        let key = shown_key(binding);
        let next = Line::of(format!(" {key}"), Role::Key).with(format!(" {}  ", binding.footer), Role::Dim);
        if line.width() + next.width() > room {
            break;
        }
        line.append(next);
    }
    line
}

/// The order of keys where not all have room: the pane's own, those nobody can do without, a recording's, the rest.
fn rank(binding: &Binding) -> u8 {
    match (binding.scope, binding.action) {
        (Scope::Pane(_), _) => 0,
        (Scope::Everywhere, Action::Help | Action::Palette | Action::FocusNext | Action::Back) => 1,
        (Scope::Replay, _) => 2,
        (Scope::Everywhere, _) => 3,
    }
}

/// The keys of the topmost overlay: those of the pane below do not work now.
fn of_overlay(overlay: &Overlay) -> Line {
    let keys: &[(&str, &str)] = match overlay {
        Overlay::Confirm(_) => &[("Esc", "closes"), ("j k", "scroll")],
        Overlay::Help(_) => &[("Esc", "closes"), ("j k", "scroll")],
        Overlay::Chips(_) => &[("Enter", "edit"), ("x", "drop"), ("j k", "choose"), ("Esc", "closes")],
        Overlay::Fields(_) => {
            &[("Enter", "its values"), ("f", "only this"), ("-", "without it"), ("j k", "choose"), ("Esc", "back")]
        }
        Overlay::Contrast(_) => &[
            ("Enter", "the bad that have it"),
            ("f", "all that have it"),
            ("m", "pin"),
            ("y", "copy"),
            ("j k", "choose"),
            ("Esc", "closes"),
        ],
        Overlay::Record(_) => &[
            ("f", "only this value"),
            ("-", "without it"),
            ("y", "copy"),
            ("r", "its trace or request"),
            ("v", "its pattern"),
            ("n N", "next, previous"),
            ("Esc", "closes"),
        ],
        Overlay::Palette(_) => &[("Enter", "runs it"), ("Tab", "completes"), ("Up Down", "choose"), ("Esc", "closes")],
        Overlay::Prompt(_) => &[("Enter", "takes it"), ("Esc", "closes")],
        Overlay::Promql(input) => input.keys(),
        Overlay::Proposed(_) => &[("j k", "choose"), ("Esc", "closes")],
        Overlay::Reader(_) => &[("j k", "scroll"), ("y", "copy"), ("Esc", "closes")],
        Overlay::Running(_) => &[("j k", "scroll"), ("y", "copy")],
    };
    named(keys)
}

/// Keys with what they do.
fn named(keys: &[(&str, &str)]) -> Line {
    keys.iter().fold(Line::new(), |line, (key, words)| {
        line.with(format!(" {key}"), Role::Key).with(format!(" {words}  "), Role::Dim)
    })
}

fn waiting(model: &Model) -> Line {
    let state = &model.state;
    if let Some(running) = state.proposals.iter().find(|proposal| proposal.is_running()) {
        return Line::of(format!("{} running ", running.id), Role::Warning);
    }
    match state.proposals.iter().rev().find(|proposal| proposal.is_waiting()) {
        Some(proposal) => {
            let class = proposal.verdict.class;
            Line::of(format!("{} ", proposal.id), Role::Strong)
                .with(class.word(), Role::of(class))
                .with(" waiting: p ", Role::Dim)
        }
        None => Line::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::World;

    #[test]
    fn a_source_that_is_down_is_told_however_many_there_are() {
        let mut world = World::new();
        for name in ["inventory-metrics", "payments-metrics", "checkout-metrics"] {
            world.up(name);
        }
        world.down("prom", "refuses connections");
        let head = |world: &mut World, columns| world.grid(columns, 40).lines().next().unwrap().to_owned();
        assert!(head(&mut world, 120).contains("3 ok  "), "{}", head(&mut world, 120));
        assert!(head(&mut world, 120).contains("prom down"), "{}", head(&mut world, 120));
        for name in ["inventory-logs", "payments-logs", "checkout-logs", "frontend-logs"] {
            world.down(name, "refuses connections");
        }
        assert!(head(&mut world, 80).contains("5 down  "), "{}", head(&mut world, 80));
        assert!(head(&mut world, 120).contains("02:17:09Z"), "{}", head(&mut world, 120));
    }
}
