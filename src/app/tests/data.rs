//! Telemetry, windows, selections: what arrives never takes the screen away from who is reading it.

use crate::app::{Effect, Intent, Msg, PaneId, Selection};
use crate::domain::series::Unit;
use crate::domain::{Health, Severity, Telemetry};
use crate::logs::answer::Progress;
use crate::logs::{Answer, Page};
use crate::testing::World;
use crate::testing::build::{ago, alert, log, now, series};

/// The rows of the log pane that hold records.
fn records(world: &mut World) -> Vec<String> {
    let grid = world.grid(120, 36);
    let left = grid.lines().map(|line| line.chars().take(68).collect::<String>());
    left.filter(|line| line.contains("record ")).collect()
}

fn world_with_records(count: i64) -> World {
    let mut world = World::new();
    let _ = world.grid(120, 36);
    world.logs((0..count).map(|n| log(ago(count - n), "shop", Severity::Info, &format!("record {n}"))));
    world
}

#[test]
fn a_pause_holds_the_view_and_loses_nothing() {
    let mut world = world_with_records(100);
    world.keys("2<space>");
    let before = records(&mut world);
    world.logs((0..50).map(|n| log(now(), "shop", Severity::Error, &format!("record new {n}"))));
    assert_eq!(records(&mut world), before);
    assert!(world.grid(120, 36).contains("PAUSED"));
    world.keys("<space>");
    let after = records(&mut world);
    assert!(after.iter().all(|row| row.contains("record new")), "{after:#?}");
}

#[test]
fn a_selected_record_stays_in_its_row_while_others_arrive() {
    let mut world = world_with_records(100);
    world.keys("2kkk");
    let (selection, before) = (world.model.state.selection.clone(), records(&mut world));
    world.logs((0..50).map(|n| log(now(), "shop", Severity::Error, &format!("record new {n}"))));
    world.logs((0..50).map(|n| log(ago(5_000), "shop", Severity::Error, &format!("record old {n}"))));
    assert_eq!(world.model.state.selection, selection);
    let after = records(&mut world);
    let row = before.iter().position(|row| row.contains("▌")).unwrap();
    assert!(after[row].contains("▌"), "{after:?}");
    assert_eq!(after[row], before[row]);
}

#[test]
fn a_selected_alert_stays_selected_when_louder_ones_come_and_others_go() {
    let mut world = World::new();
    let _ = world.grid(120, 36);
    let quiet = alert("DiskFull", "db", "warning", ago(600), &[]);
    let loud = alert("Down", "shop", "critical", ago(60), &[]);
    let gone = alert("Slow", "cart", "critical", ago(900), &[]);
    world.alerts(vec![quiet.clone(), gone]);
    world.keys("j");
    let Some(Selection::Alert(key)) = world.model.state.selection.clone() else { panic!("an alert is selected") };
    assert_eq!(key.fingerprint, quiet.fingerprint);
    world.alerts(vec![quiet, loud]);
    assert_eq!(world.model.state.selection, Some(Selection::Alert(key.clone())));
    assert_eq!(world.model.panes.selection(PaneId::Alerts, &world.model.state.ctx()), Some(Selection::Alert(key)));
}

#[test]
fn evidence_shows_the_loudest_alert_until_a_person_selects_something() {
    let mut world = World::new();
    let _ = world.grid(120, 36);
    world.alerts(vec![alert("DiskFull", "db", "warning", ago(600), &[])]);
    assert!(world.grid(120, 36).contains("5 Evidence  alert DiskFull"));
    let loud = alert("Down", "shop", "critical", ago(60), &[]);
    world.alerts(vec![alert("DiskFull", "db", "warning", ago(600), &[]), loud]);
    assert!(world.grid(120, 36).contains("5 Evidence  alert Down"));
    world.keys("j");
    world.alerts(vec![alert("DiskFull", "db", "warning", ago(600), &[])]);
    world.alerts(vec![
        alert("DiskFull", "db", "warning", ago(600), &[]),
        alert("Worse", "shop", "critical", ago(1), &[]),
    ]);
    assert!(world.grid(120, 36).contains("5 Evidence  alert DiskFull"));
}

#[test]
fn moving_the_window_moves_every_pane_and_tells_the_sources() {
    let mut world = world_with_records(100);
    world.series(vec![series("errors", Unit::PerSecond, &[], &[1.0; 240])]);
    assert_eq!(records(&mut world).len(), 10);
    world.keys("3[");
    let window = world.model.state.window;
    assert_eq!(window.end, Some(ago(15 * 60)));
    let told = world.effects.iter().filter(|effect| matches!(effect, Effect::Window(told) if *told == window));
    assert_eq!(told.count(), 1);
    assert_eq!(records(&mut world), Vec::<String>::new(), "the records are later");
    assert!(world.grid(120, 36).contains("01:32:09–02:02:09"));
    world.keys("=");
    assert!(world.model.state.window.follows());
    assert!(!records(&mut world).is_empty());
}

#[test]
fn how_far_a_filter_came_is_said_and_late_pages_are_not_looked_at() {
    let mut world = world_with_records(100);
    world.want(Intent::Command("filter level>=error".to_owned()));
    let generation = world.model.state.stores.records.page.generation;
    let progress = Some(Progress { done: 30, total: 100 });
    let page = Page { generation, matching: 7, total: 50_000, progress, ..Page::default() };
    world.tell(Msg::Logs(Answer::Page(page.clone())));
    let screen = world.grid(120, 36);
    assert!(screen.contains("looking 30 %") && screen.contains("7 of 50,000 records"), "{screen}");
    world.tell(Msg::Logs(Answer::Page(Page { generation: generation - 1, matching: 9, ..page })));
    assert!(world.grid(120, 36).contains("7 of 50,000 records"));
}

#[test]
fn a_desk_that_does_not_answer_is_said() {
    let mut world = world_with_records(10);
    let _ = world.grid(120, 36);
    world.deaf = true;
    world.want(Intent::Command("filter level>=error".to_owned()));
    world.pass(std::time::Duration::from_millis(1_900));
    assert!(!world.grid(120, 36).contains("not answered"));
    world.pass(std::time::Duration::from_millis(3_200));
    assert!(world.grid(120, 36).contains("the logs have not answered for 5 s"), "{}", world.grid(120, 36));
    world.deaf = false;
    world.want(Intent::Command("filter level>=warn".to_owned()));
    assert!(!world.grid(120, 36).contains("not answered"));
}

#[test]
fn an_unreadable_filter_changes_nothing_and_says_so() {
    let mut world = world_with_records(10);
    world.keys("2fservice=shop<enter>");
    world.keys("flevel>>error<enter>");
    let screen = world.grid(120, 36);
    assert!(screen.contains("column 20: `>error` is no level"), "{screen}");
    assert_eq!(world.model.panes.logs.filter_text(), "service=shop", "what stands before it is tried out");
    world.keys("<esc>");
    assert_eq!(world.model.panes.logs.filter_text(), "service=shop");
    world.want(Intent::Command("filter level>>error".to_owned()));
    assert_eq!(world.model.panes.logs.filter_text(), "service=shop");
    assert!(world.model.state.notices.iter().next_back().is_some());
}

#[test]
fn an_incident_opens_once_and_takes_the_name_of_the_loudest() {
    let mut world = World::new();
    let opened = |world: &World| world.effects.iter().filter(|e| matches!(e, Effect::OpenBundle(..))).count();
    world.alerts(vec![alert("Watchdog", "-", "none", ago(9_000), &[])]);
    assert_eq!(opened(&world), 0, "a heartbeat is no incident");
    let (quiet, loud) =
        (alert("DiskFull", "db", "warning", ago(600), &[]), alert("Down", "shop", "critical", ago(60), &[]));
    world.alerts(vec![quiet.clone(), loud.clone()]);
    assert!(world.model.state.incident.as_ref().unwrap().title.contains("Down"));
    world.alerts(vec![quiet, loud, alert("Slow", "cart", "critical", ago(1), &[])]);
    world.alerts(Vec::new());
    world.alerts(vec![alert("Down", "shop", "critical", ago(0), &[])]);
    assert_eq!(opened(&world), 1);
}

#[test]
fn a_source_that_goes_down_and_comes_back_is_said_once_each() {
    let mut world = World::new();
    world.alerts(vec![alert("Down", "shop", "critical", ago(60), &[])]);
    world.up("prom");
    world.down("prom", "connection refused");
    world.up("prom");
    world.hear("prom", vec![Telemetry::Health(Health::Up { since: now() })]);
    let words: Vec<String> = world.model.state.notices.iter().map(|notice| notice.text.to_string()).collect();
    assert_eq!(words, ["prom is down: connection refused", "prom is back"]);
}

#[test]
fn rows_do_not_shift_when_long_names_leave_the_view() {
    let mut world = World::new();
    let _ = world.grid(120, 36);
    world.logs((0..5).map(|n| log(ago(60), "payments", Severity::Info, &format!("record {n}"))));
    let before = records(&mut world)[0].find("record");
    world.logs((0..40).map(|n| log(now(), "db", Severity::Info, &format!("record {n}"))));
    let after = records(&mut world);
    assert!(after.iter().all(|row| row.contains(" db ")));
    assert_eq!(after[0].find("record"), before);
}
