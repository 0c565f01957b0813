//! The log pane under a person's keys: what is asked of the desk, and what the screen makes of its answers.

use crate::app::{Effect, Selection};
use crate::domain::{LogRecord, Severity};
use crate::logs::Ask;
use crate::testing::World;
use crate::testing::build::{ago, log, now};

/// A world whose log pane is focused and full.
fn world(count: i64) -> World {
    let mut world = World::new();
    let _ = world.grid(80, 24);
    world.logs((0..count).map(|n| log(ago(count - n), "shop", Severity::Info, &format!("record {n}"))));
    world.keys("2");
    world
}

/// The text of the row with the cursor's mark.
fn cursor(world: &mut World) -> String {
    let grid = world.grid(80, 24);
    let row = grid.lines().find(|line| line.contains('▌')).unwrap_or_default();
    row.split("record ").nth(1).unwrap_or_default().split([' ', '│']).next().unwrap_or_default().to_owned()
}

fn selected(world: &World) -> LogRecord {
    let Some(Selection::Log(key)) = world.model.state.selection else { panic!("a record is selected") };
    LogRecord::clone(&world.model.state.stores.records.find(key).unwrap().record)
}

fn shows(world: &mut World) -> usize {
    world.take_effects().iter().filter(|effect| matches!(effect, Effect::Logs(Ask::Show(_)))).count()
}

#[test]
fn a_step_is_answered_from_the_page_and_a_far_one_by_the_desk() {
    let mut world = world(1_000);
    world.keys("k");
    assert_eq!(cursor(&mut world), "998");
    shows(&mut world);
    world.keys("kj");
    assert_eq!((cursor(&mut world).as_str(), shows(&mut world)), ("998", 0), "nothing is asked for");
    world.deaf = true;
    world.keys("kkk");
    assert_eq!(cursor(&mut world), "995", "a deaf desk holds no key back");
    world.deaf = false;
    world.keys("<pageup><pageup><pageup><pageup>");
    let far: i64 = cursor(&mut world).parse().unwrap();
    assert!((900..975).contains(&far), "{far}");
    world.keys("<pagedown><pagedown><pagedown><pagedown>");
    assert_eq!(cursor(&mut world), "995");
}

#[test]
fn steps_that_outrun_the_desk_add_up() {
    let mut world = world(1_000);
    world.keys("k");
    world.deaf = true;
    world.keys("<pageup><pageup><pageup><pageup><pageup><pageup>kk");
    world.deaf = false;
    world.pass(std::time::Duration::ZERO);
    let height = world.model.layout.panes[1].unwrap().height as i64 - 4;
    let far: i64 = cursor(&mut world).parse().unwrap();
    assert!((far - (998 - 6 * height - 2)).abs() <= 1, "{far}");
}

#[test]
fn the_ends_are_reached_and_the_end_follows() {
    let mut world = world(1_000);
    world.keys("g");
    assert_eq!(cursor(&mut world), "0");
    assert_eq!(selected(&world).body.as_str(), "record 0", "evidence goes along");
    world.keys("kkj");
    assert_eq!(cursor(&mut world), "1");
    world.keys("G");
    assert_eq!(cursor(&mut world), "999");
    world.logs([log(now(), "shop", Severity::Info, "record new")]);
    assert_eq!(cursor(&mut world), "new");
}

#[test]
fn a_search_goes_to_its_hits_while_it_is_typed_and_esc_goes_back() {
    let mut world = world(1_000);
    world.keys("kkk");
    let before = cursor(&mut world);
    world.keys("/record<space>1");
    assert_ne!(cursor(&mut world), before);
    world.keys("23");
    let screen = world.grid(80, 24);
    assert_eq!(cursor(&mut world), "123", "{screen}");
    assert!(screen.contains("1 of 1"), "{screen}");
    world.keys("9");
    let screen = world.grid(80, 24);
    assert!(screen.contains("no hit"), "{screen}");
    assert_eq!(cursor(&mut world), before, "nothing is found: back to where it began");
    world.keys("<backspace><esc>");
    assert_eq!(cursor(&mut world), before);
    assert!(!world.model.panes.logs.has_search());
}

#[test]
fn hits_are_stepped_through_around_the_ends() {
    let mut world = world(1_000);
    world.keys("/77<enter>");
    assert_eq!(cursor(&mut world), "977", "a list that follows is searched from its end");
    assert_eq!(selected(&world).body.as_str(), "record 977");
    world.keys("N");
    assert_eq!(cursor(&mut world), "877");
    world.keys("nn");
    assert_eq!(cursor(&mut world), "77", "around the end");
    world.keys("N");
    assert_eq!(cursor(&mut world), "977");
}

#[test]
fn a_search_reads_fields_and_expressions() {
    let mut world = world(100);
    world.logs([log(ago(50), "payments", Severity::Error, "record odd")]);
    world.keys("/level><equals>error<enter>".replace("<equals>", "=").as_str());
    assert_eq!(cursor(&mut world), "odd");
    world.keys("//record<space>9[0]$/<enter>");
    assert_eq!(cursor(&mut world), "90");
}

#[test]
fn a_filter_is_tried_out_while_it_is_typed() {
    let mut world = world(100);
    world.logs([log(ago(50), "payments", Severity::Error, "record odd")]);
    world.keys("fservice=pay");
    assert!(world.grid(80, 24).contains("0 of 101 records"));
    world.keys("ments");
    assert!(world.grid(80, 24).contains("1 of 101 records"));
    world.keys("<esc>");
    assert!(world.grid(80, 24).contains("101 of 101 records"));
    assert_eq!(world.model.panes.logs.filter_text(), "");
}

#[test]
fn what_was_typed_comes_back_with_up() {
    let mut world = world(10);
    world.keys("f<ctrl-u>level>=warn<enter>f<ctrl-u>service=shop<enter>f<ctrl-u>half");
    world.keys("<up>");
    assert_eq!(world.model.panes.logs.filter_text(), "service=shop");
    world.keys("<up>");
    assert_eq!(world.model.panes.logs.filter_text(), "level>=warn");
    world.keys("<down><down><enter>");
    assert_eq!(world.model.panes.logs.filter_text(), "half");
}

#[test]
fn one_chip_is_edited_or_dropped_and_the_others_stay() {
    let mut world = world(10);
    world.keys("fservice=shop<space>level>=info<space>-odd<enter>");
    world.keys("Xj<enter>");
    world.keys("<ctrl-u>level>=debug<enter>");
    assert_eq!(world.model.panes.logs.filter_text(), "service=shop level>=debug -odd");
    world.keys("Xx<esc>x");
    assert_eq!(world.model.panes.logs.filter_text(), "level>=debug");
}

#[test]
fn a_record_that_is_open_leads_to_those_that_share_a_value() {
    let mut world = world(10);
    let mut odd = log(ago(5), "payments", Severity::Error, "record odd");
    odd.attributes = Box::new([("request_id".into(), "r-1".into()), ("scheme".into(), "amex card".into())]);
    let mut other = log(ago(400), "checkout", Severity::Info, "record other");
    other.attributes = Box::new([("request_id".into(), "r-1".into())]);
    world.logs([odd, other]);
    world.keys("/odd<enter><enter>");
    assert!(world.grid(80, 24).contains("amex card"), "{}", world.grid(80, 24));
    world.keys("/");
    world.keys("<enter>G");
    world.keys("/odd<enter>r");
    assert_eq!(world.model.panes.logs.filter_text(), "request_id=r-1");
    assert!(world.grid(80, 24).contains("2 of 12 records"));
}

#[test]
fn a_selected_record_stays_readable_when_the_page_goes_on() {
    let mut world = world(10);
    world.keys("g1");
    assert_eq!(selected(&world).body.as_str(), "record 0");
    world.logs((0..900).map(|n| log(now(), "shop", Severity::Info, &format!("new {n}"))));
    world.keys("2G4");
    world.want(crate::app::Intent::Select(Selection::Log(selected(&world).key())));
    assert!(world.grid(120, 36).contains("5 Evidence  log shop"));
}

#[test]
fn all_time_is_looked_at_at_a_key() {
    let mut world = world(10);
    world.logs([log(ago(90_000), "shop", Severity::Info, "record of yesterday")]);
    assert!(world.grid(80, 24).contains("10 of 11 records"));
    world.keys("A");
    let screen = world.grid(80, 24);
    assert!(screen.contains("11 of 11 records") && screen.contains("all time"), "{screen}");
    world.keys("A");
    assert!(world.grid(80, 24).contains("10 of 11 records"));
}
