//! Between the panes and the desk: what panes want to see becomes questions, and what the desk answers becomes what
//! they show.

use jiff::SignedDuration;

use super::{proposals, show, signals};
use crate::app::model::{LogStore, State};
use crate::app::msg::Sift;
use crate::app::{Effect, Model, PaneId, Selection, gather};
use crate::domain::approval::Frozen;
use crate::domain::time::Timestamp;
use crate::domain::{CleanText, Language, LogRecord, Origin, RecordKey, Suggestion, TimeWindow};
use crate::logs::ask::DetailAsk;
use crate::logs::{Answer, Ask};
use crate::overlays::Overlay;
use crate::overlays::record::Record;
use crate::store::Filter;
use crate::store::native::{Fetch, translate};

/// Lines of its own file around a record that is open.
const AROUND: usize = 12;
/// The digest covers whole pieces of time of this length, so that it is not asked for with every tick.
const DIGEST: i64 = 10;

/// The desk answered.
pub fn on_answer(model: &mut Model, answer: Answer, effects: &mut Vec<Effect>) {
    let records = &mut model.state.stores.records;
    match answer {
        Answer::Page(page) => {
            if !records.is_current(&page) {
                return;
            }
            records.take_page(page);
            let arrived = model.panes.logs.on_page(&model.state.ctx());
            if arrived && model.focus == PaneId::Logs {
                select(model);
            }
        }
        Answer::Patterns(page) if records.wants_patterns(&page) => records.patterns = page,
        Answer::Fields(page) if records.wants_fields(&page) => records.fields = page,
        Answer::Detail(detail) if records.wants_detail(&detail) => {
            let key = detail.row.as_ref().map(|row| row.key);
            records.detail = Some(detail);
            key.into_iter().for_each(|key| records.choose(key));
        }
        Answer::Contrast(told) if records.wants_contrast(&told) => records.contrast = Some(told),
        // Late answers to old questions.
        Answer::Patterns(_) | Answer::Fields(_) | Answer::Detail(_) | Answer::Contrast(_) => {}
        Answer::Digest(digest) => records.digest = digest,
        Answer::Trends(page) => signals::on_trends(&mut model.state, &page, effects),
        Answer::Status(status) => records.status = status,
        Answer::Query(id, answer) => {
            let from = model.state.proposal(id).map(|proposal| &proposal.target.frozen);
            let answer = match (*answer, from) {
                (Ok(answer), Some(Frozen::Query { source, .. })) => {
                    Ok(crate::domain::query::QueryAnswer { source: source.clone(), ..answer })
                }
                (answer, _) => answer,
            };
            effects.push(Effect::LogAnswer(id, Box::new(answer)));
        }
        Answer::Recorded(recorded) => {
            if recorded.left_out > 0 && records.not_recorded == 0 {
                let why = "the recording of the incident leaves records out: they come too fast or are too many";
                model.state.problem(why);
            }
            model.state.stores.records.not_recorded = recorded.left_out;
            effects.push(Effect::RecordLogs(recorded.records));
        }
        Answer::Said(Ok(text)) => model.state.done(text),
        Answer::Said(Err(why)) => model.state.problem(why),
    }
}

/// Evidence shows what the log pane's cursor is on.
fn select(model: &mut Model) {
    if let Some(selection) = model.panes.selection(PaneId::Logs, &model.state.ctx()) {
        show::select(model, selection);
    }
}

/// Asks for what the panes and overlays want to see, as far as it was not asked for.
pub fn ask(model: &mut Model, effects: &mut Vec<Effect>) {
    let ctx = model.state.ctx();
    let pane = &model.panes.logs;
    let show = pane.show(&ctx);
    let patterns = pane.patterns_ask(&ctx);
    let fields = model.overlays.iter().find_map(|overlay| match overlay {
        Overlay::Fields(fields) => Some(fields.wants(pane.look(&ctx))),
        _ => None,
    });
    let contrast = model.overlays.iter().find_map(|overlay| match overlay {
        Overlay::Contrast(contrast) => Some(contrast.ask().clone()),
        _ => None,
    });
    let detail = model.overlays.iter().rev().find_map(|overlay| match overlay {
        Overlay::Record(record) => {
            Some(DetailAsk { generation: 0, key: record.key(), around: AROUND, look: pane.look(&ctx) })
        }
        _ => None,
    });
    let digest = digest_window(&model.state);
    let uptime = model.state.uptime;
    let records = &mut model.state.stores.records;
    let asks = [
        records.show(show, uptime),
        records.patterns(patterns),
        records.fields(fields),
        records.contrast(contrast),
        records.detail(detail),
        digest.and_then(|window| records.digest(window)),
    ];
    effects.extend(asks.into_iter().flatten().map(Effect::Logs));
}

/// The time a digest is wanted of: that of the incident, where a model may be asked about it.
fn digest_window(state: &State) -> Option<TimeWindow> {
    let window = gather::onset(state);
    let whole = |at: Timestamp, up: i64| {
        Timestamp::from_second((at.as_second().div_euclid(DIGEST) + up) * DIGEST).unwrap_or(at)
    };
    let end = if state.window.follows() { whole(window.end, 1) } else { window.end };
    state.has_brain().then(|| TimeWindow::new(whole(window.start, 0), end))
}

/// Records of live sources go to the desk.
pub fn hold(records: Vec<LogRecord>, effects: &mut Vec<Effect>) {
    if !records.is_empty() {
        effects.push(Effect::Logs(Ask::Hold(records)));
    }
}

/// All about a record, over the panes.
pub fn open(model: &mut Model, key: RecordKey) {
    model.state.stores.records.choose(key);
    match model.overlays.last_mut() {
        Some(Overlay::Record(record)) => *record = Record::of(key),
        _ => model.overlays.push(Overlay::Record(Record::of(key))),
    }
    show::select(model, Selection::Log(key));
}

/// Another choice of records.
pub fn sift(model: &mut Model, sift: Sift) {
    let pane = &mut model.panes.logs;
    match sift {
        Sift::Add(terms) => match Filter::parse(&terms).map(|more| pane.filter().and(&more)) {
            Ok(filter) => pane.set_filter(filter),
            Err(error) => return model.state.problem(CleanText::line(&error.to_string())),
        },
        Sift::Instead(terms) => match Filter::parse(&terms) {
            Ok(filter) => {
                pane.remember_filter();
                pane.set_filter(filter);
            }
            Err(error) => return model.state.problem(CleanText::line(&error.to_string())),
        },
        Sift::Drop(chip) => {
            let filter = pane.filter().without(chip);
            return pane.set_filter(filter);
        }
        Sift::Edit(chip) => pane.edit_chip(chip),
        Sift::At(key) => pane.go_to(key, &model.state.ctx()),
        Sift::Time(at) => pane.go_to_time(at),
    }
    let is_of_logs = |overlay: &Overlay| {
        matches!(overlay, Overlay::Record(_) | Overlay::Fields(_) | Overlay::Chips(_) | Overlay::Contrast(_))
    };
    model.overlays.retain(|overlay| !is_of_logs(overlay));
    model.focus = PaneId::Logs;
    select(model);
}

/// `:shift +2h FILE`: a file whose clock is off is put later or earlier.
pub fn shift(model: &mut Model, argument: &str, effects: &mut Vec<Effect>) {
    let (by, file) = argument.split_once(' ').unwrap_or((argument, ""));
    let (sign, length) = match (by.strip_prefix('+'), by.strip_prefix('-')) {
        (_, Some(length)) => (-1, length),
        (Some(length), None) => (1, length),
        (None, None) => (1, by),
    };
    let length =
        if length == "0" { Ok(SignedDuration::ZERO) } else { length.parse().map(crate::config::units::Length::signed) };
    match (length, of_file(&model.state, file)) {
        (Ok(length), Ok(file)) => effects.push(Effect::Logs(Ask::Shift { file, by: length * sign })),
        (Err(_), _) => model.state.problem("write how much later: :shift +2h FILE, :shift -90s FILE, :shift 0 FILE"),
        (_, Err(why)) => model.state.problem(why),
    }
}

/// `:format NAME FILE`: a file is read in another format; `auto` looks again.
pub fn format(model: &mut Model, argument: &str, effects: &mut Vec<Effect>) {
    let (name, file) = argument.split_once(' ').unwrap_or((argument, ""));
    let format = match name {
        "" => return model.state.problem("write the format: :format json FILE; :format auto looks again"),
        "auto" => None,
        name => Some(CleanText::line(name)),
    };
    match of_file(&model.state, file) {
        Ok(file) => effects.push(Effect::Logs(Ask::Reread { file, format })),
        Err(why) => model.state.problem(why),
    }
}

/// `:fetch NAME`: the records that pass the pane's filter are asked for where they are kept; the question goes to a card.
pub fn fetch(model: &mut Model, named: &str, effects: &mut Vec<Effect>) {
    let store = match of_store(&model.state, named.trim()) {
        Ok(store) => store.clone(),
        Err(why) => return model.state.problem(why),
    };
    let pushed = translate(store.tongue, model.panes.logs.filter(), &store.base);
    let here = match Filter::parse(&pushed.here.join(" ")) {
        Ok(here) => here,
        Err(error) => return model.state.problem(format!("the filter cannot be split: {error}")),
    };
    let words = pushed.words();
    let reason = if words.is_empty() { "the log pane's filter".to_owned() } else { words };
    let fetch = Fetch { source: store.name.to_string(), native: pushed.native, here };
    let suggestion = Suggestion {
        language: Language::Fetch,
        text: fetch.to_string(),
        reason: CleanText::line(&reason),
        because: Vec::new(),
        origin: Origin::Person,
        panel: None,
        watch: Vec::new(),
    };
    proposals::put_forward(model, suggestion, true, effects);
}

/// The store that is meant: the one named, or the only one there is.
fn of_store<'a>(state: &'a State, named: &str) -> Result<&'a LogStore, CleanText> {
    let stores = &state.settings.log_stores;
    let only = || stores.first().filter(|_| named.is_empty() && stores.len() == 1);
    stores.iter().find(|store| store.name.as_str() == named).or_else(only).ok_or_else(|| {
        let names: Vec<&str> = stores.iter().map(|store| store.name.as_str()).collect();
        match names.is_empty() {
            true => "no log store is configured: [[loki]], [[elasticsearch]] or [[victorialogs]]".into(),
            false => CleanText::line(&format!("name the store, one of: {}", names.join(", "))),
        }
    })
}

/// The file that is meant: the one named, or the only one there is.
fn of_file(state: &State, named: &str) -> Result<CleanText, CleanText> {
    let files = &state.stores.records.status.files;
    let named = named.trim();
    match files
        .iter()
        .find(|file| file.name.as_str() == named)
        .or_else(|| (named.is_empty() && files.len() == 1).then(|| files.first()).flatten())
    {
        Some(file) => Ok(file.name.clone()),
        None if files.is_empty() => Err("no file is read".into()),
        None => {
            let names: Vec<&str> = files.iter().take(8).map(|file| file.name.as_str()).collect();
            Err(CleanText::line(&format!("name the file, one of: {}", names.join(", "))))
        }
    }
}
