//! The log pane beyond its rows: what is typed, patterns, what is new, a record with all about it, fields, filters.

use midwatch::domain::Severity;
use midwatch::testing::World;
use midwatch::testing::build::{ago, log};

use super::snap;
use super::worlds::busy;

/// A busy world with a record that has fields.
fn with_fields() -> World {
    let mut world = busy();
    for (second, order) in [(90, "o-1"), (60, "o-2"), (30, "o-3")] {
        let mut record = log(ago(second), "payments", Severity::Error, "charge refused by the bank");
        record.raw =
            format!(r#"{{"msg":"charge refused by the bank","order":"{order}","ms":{second}.5}}"#).as_str().into();
        record.attributes = Box::new([
            ("order".into(), order.into()),
            ("ms".into(), format!("{second}.5").as_str().into()),
            ("request_id".into(), "r-77".into()),
        ]);
        world.logs([record]);
    }
    world
}

#[test]
fn what_is_typed_is_tried_out_and_what_is_wrong_is_said() {
    snap!("logs_typing_search", busy(), 120 x 36, "/gateway");
    snap!("logs_typing_wrong", busy(), 80 x 24, "2flevel>=loud");
    snap!("logs_chips", busy(), 120 x 36, "2flevel>=warn<space>-gateway<enter>X");
}

#[test]
fn patterns_and_what_is_new() {
    snap!("logs_patterns", busy(), 120 x 36, "2v");
    snap!("logs_patterns_narrow", busy(), 80 x 24, "2v");
    snap!("logs_new", busy(), 160 x 48, "2w");
    snap!("logs_of_a_pattern", busy(), 120 x 36, "2v<enter>");
}

#[test]
fn all_about_a_record_and_its_fields() {
    snap!("record_open", with_fields(), 120 x 36, "/refused<enter><enter>");
    snap!("record_open_narrow", with_fields(), 80 x 24, "/refused<enter><enter>");
    snap!("record_related", with_fields(), 120 x 36, "/refused<enter>r");
    snap!("fields", with_fields(), 120 x 36, "2F");
    snap!("fields_values", with_fields(), 120 x 36, "2frefused<enter>Fj<enter>");
}

#[test]
fn long_lines_are_moved_and_wrapped() {
    snap!("logs_moved", busy(), 80 x 24, "2kkll");
    snap!("logs_wrapped", busy(), 80 x 24, "2kkz");
    snap!("files_none", busy(), 80 x 24, ":files<enter>");
}
