//! The router: every message to the handler of its area. Pure and synchronous.

use super::handlers::{
    ask, incident, keys, logs, mouse, panels, promql, proposals, runs, show, signals, telemetry, wants, watch,
};
use super::model::Brain;
use super::{Effect, Model, Msg};

/// Takes in one message and says what must happen outside.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let mut effects = Vec::new();
    let state = &mut model.state;
    match msg {
        Msg::Tick { now, wall, uptime } => {
            state.now = now;
            state.wall = wall;
            state.uptime = uptime;
            incident::on_tick(state, &mut effects);
            watch::on_tick(model, &mut effects);
        }
        Msg::Key(key) => keys::on_key(model, key, &mut effects),
        Msg::Mouse(mouse, column, row) => mouse::on_mouse(model, mouse, column, row, &mut effects),
        Msg::Paste(text) => keys::on_paste(model, &text),
        Msg::Resize(width, height) => model.size = (width, height),
        Msg::Batch(batch) => telemetry::on_batch(model, batch, &mut effects),
        Msg::Signals(answer) => signals::on_answer(state, answer),
        Msg::Logs(answer) => logs::on_answer(model, answer, &mut effects),
        Msg::Crowded(more) => state.stores.records.crowded_out += more,
        Msg::Prepared(id, prepared) => proposals::on_prepared(model, id, *prepared, &mut effects),
        Msg::Run(id, event) => runs::on_event(model, id, event, &mut effects),
        Msg::Labels(ask, answer) => promql::on_labels(model, &ask, answer),
        Msg::Exemplars(ask, answer) => panels::on_exemplars(&mut model.state, &ask, answer),
        Msg::Model(generation, delta) => ask::on_delta(model, generation, delta, &mut effects),
        Msg::ModelKnown(Ok(room)) => state.brain = Brain::Ready(room),
        Msg::ModelKnown(Err(why)) => {
            state.problem(format!("no model: {why}; everything but answers works without it"));
            state.brain = Brain::Failed(why);
        }
        Msg::Replay(replay) => state.replay = Some(replay),
        Msg::Journal(journal) => {
            if let Err(why) = &journal {
                state.problem(format!("nothing can be run: {why}"));
            }
            state.journal = Some(journal);
        }
        Msg::Recording(bundle) => {
            if let Err(why) = &bundle {
                state.problem(format!("the incident is not recorded: {why}"));
            }
            state.bundle = Some(bundle);
        }
        Msg::Problem(text) => state.problem(text),
        Msg::Done(text) => state.done(text),
        Msg::Want(intent) => wants::on_want(model, intent, &mut effects),
    }
    model.settle();
    show::unasked(model);
    logs::ask(model, &mut effects);
    signals::tell(&mut model.state, &mut effects);
    effects
}
