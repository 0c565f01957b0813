//! After a change: what is watched, how it ends, and what is offered then.

use std::time::Duration;

use jiff::SignedDuration;

use super::{runs, sh};
use crate::app::Effect;
use crate::domain::incident::EntryKind;
use crate::domain::series::Unit;
use crate::domain::time::plus;
use crate::domain::{Alert, Origin, Series, Timestamp};
use crate::testing::World;
use crate::testing::build::{alert, now, series};

const SCALE: &str = "labctl scale payments 3";

/// The errors of payments up to `end`, calm until 10 minutes before [`now`], high since, and `after` since now.
fn errors(end: Timestamp, after: f64) -> Series {
    let mut told = series("errors", Unit::PerSecond, &[("service", "payments")], &[0.0; 200]);
    for (at, sample) in told.samples.iter_mut().enumerate() {
        sample.at = plus(end, SignedDuration::from_secs(15 * (at as i64 - 199)));
        let age = sample.at.duration_until(now());
        let level = if age > SignedDuration::from_mins(10) {
            0.5
        } else if age > SignedDuration::ZERO {
            14.0
        } else {
            after
        };
        sample.value = level * (1.0 + (at % 3) as f64 / 100.0);
    }
    told
}

fn fired() -> Alert {
    alert("HighErrorRate", "payments", "critical", crate::testing::build::ago(600), &[])
}

/// A world in which a change has just run.
fn changed() -> World {
    let mut world = World::new();
    let _ = world.grid(120, 40);
    world.alerts(vec![fired()]);
    world.series(vec![errors(now(), 0.0)]);
    let id = world.propose(sh(SCALE));
    let card = world.grid(120, 40);
    assert!(card.contains("then watch      errors payments, for 5m00s"), "{card}");
    world.keys("y<enter><enter>");
    assert_eq!(runs(&world), [id]);
    world
}

/// Five minutes later, with the errors at a level.
fn later(world: &mut World, level: f64, alerts: Vec<Alert>) {
    let end = plus(now(), SignedDuration::from_secs(301));
    world.series(vec![errors(end, level)]);
    world.alerts(alerts);
    world.at(end);
    world.pass(Duration::from_secs(2));
}

fn told(world: &World) -> String {
    let timeline = &world.model.state.incident.as_ref().unwrap().timeline;
    let told = timeline.iter().filter(|entry| entry.kind == EntryKind::System && entry.text.starts_with("after P1"));
    let told: Vec<String> = told.map(|entry| entry.text.to_string()).collect();
    assert!(told.len() <= 1, "{told:?}");
    told.concat()
}

#[test]
fn what_recovers_is_told_once_with_its_numbers_and_nothing_is_offered() {
    let mut world = changed();
    let screen = world.grid(160, 48);
    assert!(screen.contains("watch P1 too early 5m00s"), "{screen}");
    later(&mut world, 0.5, Vec::new());
    let said = told(&world);
    assert!(
        said.contains("recovering, after 5m00s; errors payments 14.1/s → 0.51/s (calm 0.51/s) recovering"),
        "{said}"
    );
    assert!(said.contains("alerts: 1 stopped, 0 began"), "{said}");
    assert_eq!(world.model.state.proposals.len(), 1);
    world.pass(Duration::from_secs(600));
    told(&world);
    world.take_effects();
    world.keys("Y");
    let notes = world.effects.iter().find_map(|effect| if let Effect::Copy(text) = effect { Some(text) } else { None });
    assert!(notes.is_some_and(|notes| notes.contains("recovering, after 5m00s")), "the notes tell it");
}

#[test]
fn what_got_worse_is_offered_its_undo_and_nothing_runs_by_itself() {
    for (level, word) in [(40.0, "worse"), (14.0, "unchanged")] {
        let mut world = changed();
        later(&mut world, level, vec![fired()]);
        assert!(told(&world).contains(&format!("{word}, after 5m00s")), "{}", told(&world));
        let offered = world.model.state.proposals.last().unwrap();
        assert_eq!(
            (offered.suggestion.text.as_str(), offered.suggestion.origin),
            ("labctl rollback payments", Origin::Analyst)
        );
        assert!(offered.is_waiting() && offered.suggestion.because.len() == 1);
        assert_eq!(runs(&world).len(), 1);
    }
}

#[test]
fn a_person_ends_it_and_is_offered_nothing() {
    let mut world = changed();
    world.keys("4<esc><esc>");
    assert_eq!(told(&world), "", "Esc is pressed out of habit and must not end it");
    world.keys(":watch<space>stop<enter>");
    assert!(told(&world).contains("stopped by hand"), "{}", told(&world));
    assert_eq!(world.model.state.proposals.len(), 1);
    assert!(!world.grid(160, 48).contains("watch P1 "));
}

#[test]
fn the_undo_of_what_failed_is_not_offered() {
    let mut world = World::new();
    let _ = world.grid(120, 40);
    world.alerts(vec![fired()]);
    world.series(vec![errors(now(), 0.0)]);
    world.script.runs = Box::new(|_| crate::testing::printed("no such service\n", 1));
    world.propose(sh(SCALE));
    world.keys("y<enter><enter>");
    later(&mut world, 14.0, vec![fired()]);
    assert!(told(&world).contains("unchanged, after 5m00s"), "{}", told(&world));
    assert_eq!(world.model.state.proposals.len(), 1, "it may have changed nothing that could be taken back");
}

#[test]
fn a_watch_that_ends_with_few_samples_says_so_and_is_not_early() {
    let mut world = changed();
    let end = plus(now(), SignedDuration::from_secs(301));
    world.series(vec![errors(now(), 0.0)]);
    world.at(end);
    world.pass(Duration::from_secs(2));
    assert!(told(&world).contains("errors payments 14.1/s → ? (calm 0.51/s) too few samples"), "{}", told(&world));
}

#[test]
fn a_read_is_not_watched() {
    let mut world = World::new();
    world.alerts(vec![fired()]);
    world.series(vec![errors(now(), 0.0)]);
    world.propose(sh("labctl status"));
    world.keys("<tab><enter>");
    assert_eq!(runs(&world).len(), 1);
    assert!(world.model.state.watches.is_empty());
}
