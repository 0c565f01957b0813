//! Commands by name: their table, how typed text finds them, and what each does.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};

use super::effect::Steer;
use super::handlers::{ask, contrast, grants, incident, keys, logs, navigation, promql, watch};
use super::keymap::{Action, Slide};
use super::{Effect, Model, PaneId};
use crate::config::units::Length;
use crate::domain::CleanText;
use crate::overlays::Overlay;
use crate::overlays::reader::{Reader, Topic};

/// A command of the palette.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// What follows the name; empty for nothing.
    pub argument: &'static str,
    /// What it does, in a few words.
    pub help: &'static str,
}

const fn command(name: &'static str, argument: &'static str, help: &'static str) -> Command {
    Command { name, argument, help }
}

/// The command that shows what would be sent to a model.
const PREVIEW: &str = "preview";

/// The table.
pub const COMMANDS: &[Command] = &[
    command("all-time", "", "logs: all time, or the shared window again"),
    command("changes", "", "changes, newest first"),
    command("copy-notes", "", "the incident's notes as Markdown"),
    command("correlate", "FILTER", "what the records of a filter have in common that others have not"),
    command("fetch", "NAME", "bring what the filter lets pass from a log store; by way of a card"),
    command("fields", "", "fields of the log records with their values"),
    command("files", "", "log files: format, records, progress, trouble"),
    command("filter", "TEXT", "filter the log records"),
    command("format", "NAME FILE", "read a log file in another format; auto looks again"),
    command("grants", "drop G1", "reads that need no card for a while, or take one back"),
    command("graph", "", "who calls whom, and where that is known from"),
    command("jump", "HH:MM:SS", "recording: go to that time"),
    command("note", "TEXT", "a line on the timeline"),
    command("notices", "", "what midwatch said"),
    command("new", "", "what is new in the logs since the incident began"),
    command("now", "", "window: follow the clock"),
    command("patterns", "", "patterns of the log records, or the records again"),
    command("pause", "", "pause the live view, or go on"),
    command("pin", "", "pin the selection"),
    command("policy", "", "the rules of the policy"),
    command(PREVIEW, "QUESTION", "exactly what would be sent, or was sent last"),
    command("promql", "QUERY", "write PromQL, with completion from the server"),
    command("proposals", "", "what waits for a decision"),
    command("queries", "", "what is asked again and again"),
    command("quit", "", "leave; what runs is stopped"),
    command("send", "", "release evidence from a secret store"),
    command("severity", "SEV2", "severity of the incident"),
    command("shift", "+2h FILE", "put a log file whose clock is off later or earlier"),
    command("sources", "", "sources and what is wrong with them"),
    command("theme", "dark|light|high-contrast", "change the looks"),
    command("timeline", "", "timeline of the incident"),
    command("times", "", "absolute or relative times"),
    command("title", "TEXT", "title of the incident"),
    command("watch", "stop", "what is watched after a change, or end it"),
    command("window", "30m", "length of the shared window"),
    command("worth", "", "queries worth seeing for what fires"),
];

/// Commands that what was typed may mean, best first; those that need a model only where there is one.
pub fn matching(text: &str, brain: bool) -> Vec<&'static Command> {
    let name = text.split(' ').next().unwrap_or_default();
    let pattern = Pattern::parse(name, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut found: Vec<_> = COMMANDS
        .iter()
        .filter(|command| brain || command.name != PREVIEW)
        .filter_map(|command| {
            let hay = nucleo_matcher::Utf32Str::new(command.name, &mut buffer);
            pattern.score(hay, &mut matcher).map(|score| (score, command))
        })
        .collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, command)| command).collect()
}

/// Carries out a command.
pub fn run(model: &mut Model, text: &str, effects: &mut Vec<Effect>) {
    let (name, argument) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let argument = argument.trim();
    match name {
        "all-time" => in_logs(model, Action::AllTime, effects),
        "changes" => keys::on_action(model, Action::Changes, effects),
        "copy-notes" => keys::on_action(model, Action::CopyNotes, effects),
        "correlate" => contrast::open(model, argument),
        "fetch" => logs::fetch(model, argument, effects),
        "fields" => in_logs(model, Action::Fields, effects),
        "files" => read(model, Topic::Files),
        "filter" => navigation::filter(model, argument),
        "format" => logs::format(model, argument, effects),
        "graph" => {
            let text = model.state.stores.graph.whole().text();
            read(model, Topic::Text("Who calls whom".into(), text));
        }
        "grants" => granted(model, argument, effects),
        "jump" => jump(model, argument, effects),
        "note" => incident::note(&mut model.state, argument, effects),
        "notices" => read(model, Topic::Notices),
        "new" => in_logs(model, Action::News, effects),
        "now" => keys::on_action(model, Action::Slide(Slide::Now), effects),
        "patterns" => in_logs(model, Action::Patterns, effects),
        "pause" => keys::on_action(model, Action::Pause, effects),
        "pin" => keys::on_action(model, Action::Pin, effects),
        "policy" => read(model, Topic::Text("Policy".into(), grants::policy_text(&model.state.gate))),
        PREVIEW => preview(model, argument, effects),
        "promql" => promql::open(model, argument),
        "proposals" => keys::on_action(model, Action::Proposals, effects),
        "queries" => read(model, Topic::Queries),
        "quit" => effects.push(Effect::Quit),
        "send" => incident::send(&mut model.state, effects),
        "severity" => incident::rename(&mut model.state, None, Some(argument), effects),
        "shift" => logs::shift(model, argument, effects),
        "sources" => read(model, Topic::Sources),
        "theme" => effects.push(Effect::Theme(argument.to_owned())),
        "timeline" => keys::on_action(model, Action::Timeline, effects),
        "times" => keys::on_action(model, Action::ToggleTimes, effects),
        "title" => incident::rename(&mut model.state, Some(argument), None, effects),
        "watch" => watched(model, argument, effects),
        "window" => window(model, argument, effects),
        "worth" => keys::on_action(model, Action::Worth, effects),
        _ => model.state.problem(format!("`{}` is no command; : lists them", CleanText::line(name))),
    }
}

/// What a key of the log pane does, from wherever the palette was opened.
fn in_logs(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    navigation::focus(model, PaneId::Logs);
    keys::on_action(model, action, effects);
}

fn read(model: &mut Model, topic: Topic) {
    model.overlays.push(Overlay::Reader(Reader::on(topic)));
}

/// What is not asked for again; `drop G1` or `drop all` takes back.
fn granted(model: &mut Model, argument: &str, effects: &mut Vec<Effect>) {
    match argument.strip_prefix("drop") {
        Some(which) => grants::take_back(&mut model.state, which.trim(), effects),
        None => {
            let text = grants::text(&model.state);
            read(model, Topic::Text("Reads that need no card".into(), text));
        }
    }
}

/// What is watched after changes, newest first; `stop` ends it.
fn watched(model: &mut Model, argument: &str, effects: &mut Vec<Effect>) {
    match argument {
        "stop" => {
            if !watch::stop(model, effects) {
                model.state.problem("nothing is watched now");
            }
        }
        "" if model.state.watches.is_empty() => {
            model.state.problem("nothing was watched yet: it begins after a change")
        }
        "" => {
            let told: Vec<String> =
                model.state.watches.iter().rev().map(|one| watch::report(one, model.state.now)).collect();
            read(model, Topic::Text("Watched after changes".into(), CleanText::block(&told.join("\n\n"))));
        }
        _ => model.state.problem("write :watch to see it, or :watch stop to end it"),
    }
}

fn window(model: &mut Model, argument: &str, effects: &mut Vec<Effect>) {
    match argument.parse::<Length>() {
        Ok(length) => {
            let end = model.state.window.end;
            model.state.window = super::window::Window { end, ..super::window::Window::following(length.signed()) };
            effects.push(Effect::Window(model.state.window));
        }
        Err(why) => model.state.problem(why),
    }
}

fn preview(model: &mut Model, argument: &str, effects: &mut Vec<Effect>) {
    let draft = model.panes.copilot.draft();
    let question = match (argument.is_empty(), draft.trim().is_empty(), &model.state.last_preview) {
        (false, _, _) => argument,
        (true, false, _) => draft.trim(),
        (true, true, Some(sent)) => return read(model, Topic::Text("What was sent last".into(), sent.clone())),
        (true, true, None) => "(your question)",
    };
    match ask::preview(&mut model.state, question, effects) {
        Ok(text) => read(model, Topic::Text("What would be sent".into(), text)),
        Err(why) => model.state.problem(why),
    }
}

/// Recording: to a time of day on the day the clock shows.
fn jump(model: &mut Model, argument: &str, effects: &mut Vec<Effect>) {
    if model.state.replay.is_none() {
        return model.state.problem("only a recording's clock can be moved");
    }
    let day = model.state.now.strftime("%Y-%m-%d").to_string();
    let text = if argument.matches(':').count() == 1 { format!("{argument}:00") } else { argument.to_owned() };
    match format!("{day}T{text}Z").parse() {
        Ok(at) => effects.push(Effect::Replay(Steer::JumpTo(at))),
        Err(_) => model.state.problem("write the time as 02:17 or 02:17:09"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_letters_find_commands_and_nothing_lists_all() {
        assert_eq!(matching("", true).len(), COMMANDS.len());
        assert_eq!(matching("timel", true)[0].name, "timeline");
        assert!(matching("zzz", true).is_empty());
    }
}
