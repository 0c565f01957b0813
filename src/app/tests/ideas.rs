//! Queries worth seeing: held until somebody asks, listed in full on one card, polled once confirmed, run at once only where
//! the person allowed that beforehand.

use std::sync::Arc;

use super::runs;
use crate::actions::policy;
use crate::app::msg::RunEvent;
use crate::app::{Effect, Intent};
use crate::config::load::check_text;
use crate::domain::graph::Known;
use crate::domain::query::QueryAnswer;
use crate::domain::series::Unit;
use crate::domain::{Fired, Ideas, PanelOrigin, ProposalState, QueryIdea, ServiceGraph, Signal, SourceId, Telemetry};
use crate::overlays::Overlay;
use crate::testing::World;
use crate::testing::build;

fn ideas(queries: &[&str]) -> Telemetry {
    let idea = |query: &&str| QueryIdea {
        title: "pay requests failing".into(),
        query: (*query).to_owned(),
        unit: Unit::Ratio,
        why: "how many requests of pay fail".into(),
        about: "pay".into(),
        signal: Signal::Errors,
    };
    let alert = Fired { name: "HighErrorRate".into(), labels: Default::default() };
    Telemetry::Ideas(Arc::new(Ideas { alert, ideas: queries.iter().map(idea).collect(), notices: Vec::new() }))
}

/// A world whose server answers each query with one series.
fn world() -> World {
    let mut world = World::new();
    let _ = world.grid(120, 40);
    world.script.runs = Box::new(|approved| {
        let series = build::series(approved.text(), Unit::Number, &[], &[1.0, 2.0]);
        let answer = QueryAnswer {
            source: "prom".into(),
            text: "10.0.0.7:9100 up".into(),
            series: vec![crate::domain::Series { source: SourceId::new("prom"), ..series }],
            cut: None,
        };
        vec![RunEvent::Started, RunEvent::Answered(Box::new(Ok(answer)))]
    });
    world
}

fn kept(world: &World) -> Vec<(String, String)> {
    let panels = &world.model.state.wanted.panels;
    panels.iter().map(|panel| (panel.title.to_string(), panel.query.clone())).collect()
}

#[test]
fn they_wait_in_silence_until_one_key_opens_one_card_with_each_in_full() {
    let mut world = world();
    world.hear("prom", vec![ideas(&["up", "rate(x_total[1m])"])]);
    assert!(world.model.overlays.is_empty() && runs(&world).is_empty());
    let waiting = world.model.state.stores.ideas.waiting().unwrap();
    assert_eq!((waiting.count, waiting.alert.as_str()), (2, "HighErrorRate"));
    world.keys("3w");
    let Some(Overlay::Confirm(_)) = world.model.overlays.last() else { panic!("no card") };
    let screen = world.grid(120, 40);
    for text in ["up", "rate(x_total[1m])", "how many requests of pay fail (for HighErrorRate)"] {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
    assert!(runs(&world).is_empty() && world.model.state.stores.ideas.waiting().is_none());
}

#[test]
fn what_is_confirmed_stays_as_a_row_of_its_own_title() {
    let mut world = world();
    world.hear("prom", vec![ideas(&["up", "rate(x_total[1m])"])]);
    world.want(Intent::Act(crate::app::keymap::Action::Worth));
    world.keys("<tab><enter>");
    assert_eq!(runs(&world).len(), 2);
    let want = [("pay requests failing", "up"), ("pay requests failing 2", "rate(x_total[1m])")];
    assert_eq!(kept(&world), want.map(|(title, query)| (title.to_owned(), query.to_owned())));
    let rows = world.model.state.stores.series.panels();
    assert!(rows.iter().all(|row| row.panel.origin == PanelOrigin::Confirmed) && rows.len() == 2);
    assert!(world.effects.iter().any(|effect| matches!(effect, Effect::Wanted(wanted) if wanted.panels.len() == 2)));
    world.take_effects();
    world.hear("prom", vec![ideas(&["up"])]);
    world.want(Intent::Act(crate::app::keymap::Action::Worth));
    assert!(world.effects.iter().all(|effect| !matches!(effect, Effect::Prepare(..))));
}

#[test]
fn an_allowance_runs_them_at_once_and_nothing_opens_over_the_work() {
    let mut world = world();
    let found = policy::load(
        &check_text("telemetry = \"allow\"").unwrap(),
        &crate::actions::Tables::builtin().unwrap(),
        &|_| None,
    );
    world.model.state.gate.policy = found.policy;
    world.hear("prom", vec![ideas(&["up", "node_load1{instance=\"10.0.0.7:9100\"}"])]);
    assert!(world.model.overlays.is_empty());
    assert_eq!(runs(&world).len(), 2, "also what an answer before it named");
    assert_eq!(kept(&world).len(), 2);
    let done = world.model.state.proposals.iter().all(|it| matches!(it.state, ProposalState::Done { .. }));
    assert!(done && world.effects.iter().any(|effect| matches!(effect, Effect::Journal(_))));
}

#[test]
fn with_nothing_to_show_the_key_says_why() {
    let mut world = world();
    world.keys("3w");
    assert!(world.model.overlays.is_empty());
    assert!(world.grid(120, 40).contains("no alert went off"), "{}", world.grid(120, 40));
}

#[test]
fn who_calls_whom_is_told_back_to_the_sources_and_shown() {
    let mut world = world();
    let mut graph = ServiceGraph::default();
    graph.call(&"shop".into(), &"pay".into(), Known::Metric("calls_total".into()));
    world.hear("prom", vec![Telemetry::Graph(Arc::new(graph.clone()))]);
    assert_eq!(*world.model.state.wanted.graph, graph);
    world.want(Intent::Command("graph".into()));
    assert!(world.grid(120, 40).contains("pay  by labels of calls_total"));
}
