//! Questions: answers that come late, are stopped, or propose something.

use super::runs;
use crate::app::conversation::TurnState;
use crate::app::{Effect, Msg};
use crate::copilot::Delta;
use crate::testing::{Answer, World};

fn asked(world: &World) -> Vec<u64> {
    let generation =
        |effect: &Effect| if let Effect::Ask { generation, .. } = effect { Some(*generation) } else { None };
    world.effects.iter().filter_map(generation).collect()
}

fn text(text: &str) -> Delta {
    Delta::Text(text.to_owned())
}

#[test]
fn a_late_word_of_a_stopped_answer_is_dropped() {
    let mut world = World::new();
    let _ = world.grid(120, 36);
    world.keys("afirst<enter>");
    world.keys("<esc>");
    assert!(world.effects.iter().any(|effect| matches!(effect, Effect::CancelAsk)));
    world.keys("asecond<enter>");
    let generations = asked(&world);
    assert_eq!(generations.len(), 2);
    world.tell(Msg::Model(generations[0], text("late")));
    world.tell(Msg::Model(generations[1], text("new")));
    world.tell(Msg::Model(9_999, text("nobody's")));
    let turns = &world.model.state.conversation.turns;
    assert_eq!((turns[0].answer.as_str(), turns[1].answer.as_str()), ("", "new"));
    assert_eq!(turns[0].state, TurnState::Cancelled);
    assert_eq!(turns[1].state, TurnState::Streaming);
}

#[test]
fn a_second_question_stops_the_first() {
    let mut world = World::new();
    let _ = world.grid(120, 36);
    world.keys("afirst<enter>asecond<enter>");
    let states: Vec<_> = world.model.state.conversation.turns.iter().map(|turn| turn.state.clone()).collect();
    assert_eq!(states, [TurnState::Cancelled, TurnState::Waiting]);
}

#[test]
fn a_failure_keeps_what_had_arrived() {
    let mut world = World::new();
    let _ = world.grid(120, 36);
    world.keys("awhy<enter>");
    let generation = asked(&world)[0];
    world.tell(Msg::Model(generation, text("Payments was ")));
    world.tell(Msg::Model(generation, Delta::Failed("the server closed the connection".into())));
    world.tell(Msg::Model(generation, text("lost")));
    let turn = &world.model.state.conversation.turns[0];
    assert_eq!(turn.answer, "Payments was ");
    let screen = world.grid(120, 36);
    assert!(screen.contains("the server closed the connection"), "{screen}");
}

#[test]
fn an_answer_proposes_and_runs_nothing() {
    let mut world = World::new();
    let _ = world.grid(120, 36);
    world.script.answer = Answer::Text("Do this.\n\n```sh\nlabctl rollback payments\n```\n".to_owned());
    world.keys("ahelp<enter>");
    assert_eq!(world.model.state.proposals.len(), 1);
    assert!(world.model.state.proposals[0].is_waiting());
    assert!(world.model.overlays.is_empty(), "no card opens by itself");
    assert_eq!(runs(&world), []);
}

#[test]
fn at_most_five_suggestions_are_taken_and_the_rest_is_said() {
    let mut world = World::new();
    let _ = world.grid(120, 36);
    let blocks: Vec<String> = (0..8).map(|n| format!("```sh\nlabctl diff {n}\n```\n")).collect();
    world.script.answer = Answer::Text(blocks.join("\n"));
    world.keys("ahelp<enter>");
    assert_eq!(world.model.state.proposals.len(), 5);
    let left_out = &world.model.state.conversation.turns[0].left_out;
    assert!(left_out.iter().any(|text| text.contains("3 further suggestions")), "{left_out:?}");
}
