//! What failing records have in common, under a person's keys.

use crate::app::Effect;
use crate::domain::incident::EntryKind;
use crate::domain::{LogRecord, Severity};
use crate::testing::World;
use crate::testing::build::{ago, change, log};

/// Tenant t3 of payments fails half of the time.
fn failing() -> World {
    let mut world = World::new();
    let _ = world.grid(120, 36);
    world.change(change(ago(900), "deploy", "payments", "payments 2.3.1"));
    world.logs((0..600i64).map(|at| {
        let tenant = at % 5;
        let bad = tenant == 3 && at % 2 == 0;
        let severity = if bad { Severity::Error } else { Severity::Info };
        let record = log(ago(1_200 - at), "payments", severity, if bad { "charge failed" } else { "charged" });
        LogRecord { attributes: Box::new([("tenant".into(), format!("t{tenant}").as_str().into())]), ..record }
    }));
    world.keys("2");
    world
}

#[test]
fn without_a_filter_the_errors_are_compared_and_enter_shows_them() {
    let mut world = failing();
    world.keys("c");
    let grid = world.grid(120, 36);
    assert!(grid.contains("1 tenant=t3") && grid.contains("100 %") && grid.contains("certain"), "{grid}");
    assert!(
        grid.contains("bad   level>=error  60 records") && grid.contains("others of payments  540 records"),
        "{grid}"
    );
    world.keys("<enter>");
    assert_eq!(world.model.panes.logs.filter_text(), "level>=error tenant=t3");
    assert!(world.model.overlays.is_empty());
}

#[test]
fn a_finding_is_pinned_with_its_counts_and_filters() {
    let mut world = failing();
    world.keys("cm");
    let incident = world.model.state.incident.as_ref().unwrap();
    let pin = incident.timeline.iter().rev().find(|entry| entry.kind == EntryKind::Pin).unwrap();
    let evidence = world.model.state.stores.evidence.get(pin.evidence[0]).unwrap();
    let text = evidence.text.as_str().to_owned();
    assert!(text.contains("bad: 60 of 60 have it") && text.contains("rest: 60 of 540 have it"), "{text}");
    assert!(
        text.contains("filter: tenant=t3") && evidence.query.as_str().starts_with("level>=error compared with"),
        "{text}"
    );
    world.keys("y");
    let copied = world.take_effects().into_iter().any(|effect| matches!(effect, Effect::Copy(copy) if *copy == text));
    assert!(copied);
}

#[test]
fn few_records_and_none_that_stand_out_are_said() {
    let mut world = failing();
    world.keys(":correlate<space>nothing-like-this<enter>");
    assert!(world.grid(120, 36).contains("0 bad records are too few"), "{}", world.grid(120, 36));
    world.keys("<esc>:correlate<space>tenant=t1<enter>");
    let grid = world.grid(120, 36);
    assert!(grid.contains("Nothing stands out.") && grid.contains("were compared"), "{grid}");
    world.keys("<esc>:correlate<space>level>=loud<enter>");
    assert!(world.model.overlays.is_empty());
}

#[test]
fn the_selected_pattern_is_what_is_compared_among_patterns() {
    let mut world = failing();
    world.keys("fcharge<space>failed<enter>vc");
    let grid = world.grid(120, 36);
    assert!(grid.contains("pattern=p") && grid.contains("1 tenant=t3"), "{grid}");
}
