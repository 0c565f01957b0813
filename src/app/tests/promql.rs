//! The PromQL input: from keys to a card, with and without a server to complete from.

use std::sync::Arc;

use crate::app::{Effect, Msg};
use crate::domain::catalog::Described;
use crate::domain::query::{LabelAnswer, LabelAsk, QueryError};
use crate::domain::{CleanText, Language, MetricCatalog, Origin, SourceId, Suggestion, Telemetry};
use crate::overlays::Overlay;
use crate::testing::World;
use crate::testing::build::now;

fn world() -> World {
    let mut world = World::new();
    world.screen(100, 30);
    let described = [("requests", "counter"), ("queue_depth", "gauge")].map(|(name, kind)| Described {
        name: name.to_owned(),
        kind: kind.to_owned(),
        help: format!("how many {name}"),
        unit: String::new(),
    });
    let names = vec!["requests_total".to_owned(), "queue_depth".to_owned()];
    let labels = vec!["job".to_owned(), "instance".to_owned()];
    let catalog = MetricCatalog::assemble(SourceId::new("prom"), names, described.into(), labels, now());
    world.hear("prom", vec![Telemetry::Catalog(Arc::new(catalog))]);
    world.take_effects();
    world
}

fn asked(world: &World) -> Vec<LabelAsk> {
    let ask = |effect: &Effect| if let Effect::Labels(ask, _) = effect { Some(ask.clone()) } else { None };
    world.effects.iter().filter_map(ask).collect()
}

fn prepared(world: &World) -> Vec<Suggestion> {
    let prepared = |effect: &Effect| {
        if let Effect::Prepare(_, suggestion, _) = effect { Some(suggestion.clone()) } else { None }
    };
    world.effects.iter().filter_map(prepared).collect()
}

fn is_open(world: &World) -> bool {
    world.model.overlays.iter().any(|overlay| matches!(overlay, Overlay::Promql(_)))
}

#[test]
fn what_is_typed_is_completed_from_the_server_and_ends_at_the_card() {
    let mut world = world();
    world.keys("3esum(ra<tab><enter>req<tab><tab><enter>{");
    let ask = asked(&world).pop().unwrap();
    assert_eq!((ask.metric.as_deref(), ask.label.as_deref()), (Some("requests_total"), None));
    let answer = LabelAnswer { items: vec!["code".into(), "path".into()], cut: false };
    world.tell(Msg::Labels(ask, Ok(answer)));
    world.keys("co<tab>=\"");
    let ask = asked(&world).pop().unwrap();
    assert_eq!(ask.label.as_deref(), Some("code"));
    world.tell(Msg::Labels(ask, Ok(LabelAnswer { items: vec!["200".into(), "500".into()], cut: false })));
    world.keys("5<tab>}[5m]))<enter>");
    let [Suggestion { language: Language::Promql, text, origin: Origin::Person, panel: Some(title), .. }] =
        &prepared(&world)[..]
    else {
        panic!("{:?}", prepared(&world))
    };
    assert_eq!(text, "sum(rate(requests_total{code=\"500\"}[5m]))");
    assert_eq!(title.as_str(), text);
    assert!(!is_open(&world) && matches!(world.model.overlays.last(), Some(Overlay::Confirm(_))));
}

#[test]
fn a_mistake_stays_with_its_explanation_and_nothing_is_sent() {
    let mut world = world();
    world.keys("3erate(requests_total[5m]<esc><enter>");
    assert!(is_open(&world) && prepared(&world).is_empty());
    let screen = world.grid(100, 30);
    assert!(screen.contains("wrong: `(` is never closed  add `)`"), "{screen}");
    world.keys(")<enter>");
    assert_eq!(prepared(&world).len(), 1);
}

#[test]
fn escape_closes_the_list_first_and_then_the_input() {
    let mut world = world();
    world.keys("3ereq");
    assert!(world.grid(100, 30).contains("counter · how many requests"));
    world.keys("<esc>");
    assert!(is_open(&world) && !world.grid(100, 30).contains("counter · how many requests"));
    world.keys("<esc>");
    assert!(!is_open(&world));
}

#[test]
fn queries_of_the_session_come_back_and_what_was_begun_is_kept() {
    let mut world = world();
    world.keys(
        ":promql<space>queue_depth<enter><enter><esc>:promql<space>up<enter><enter><esc>3e<ctrl-u>beg<esc><up><up>",
    );
    assert!(world.grid(100, 30).contains("queue_depth"));
    world.keys("<down><down>");
    assert!(world.grid(100, 30).contains("beg"));
}

#[test]
fn without_a_server_the_input_works_and_says_what_is_missing() {
    let mut world = World::new();
    world.model.state.stores.sources.retain(|source| source.gives.as_str() != "metrics");
    world.screen(100, 30);
    world.keys("3eup{");
    let screen = world.grid(100, 30);
    assert!(screen.contains("no source of metrics is configured"), "{screen}");
    assert_eq!(asked(&world), []);
    world.keys("<esc>job=\"a\"}<esc>");
    assert!(world.grid(100, 30).contains("ok"));
}

#[test]
fn a_server_that_does_not_tell_is_named_and_a_late_answer_to_a_closed_input_is_dropped() {
    let mut world = world();
    world.keys("3equeue_depth{job=\"");
    let ask = asked(&world).pop().unwrap();
    let error = QueryError { source: "prom".into(), why: CleanText::line("no answer within 10s") };
    world.tell(Msg::Labels(ask.clone(), Err(error)));
    assert!(world.grid(100, 30).contains("the server did not tell: no answer within 10s"));
    world.keys("<esc><esc>");
    world.tell(Msg::Labels(ask, Ok(LabelAnswer::default())));
    assert!(!is_open(&world));
}
