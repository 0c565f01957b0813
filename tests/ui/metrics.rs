//! The metrics pane: rows with what is unusual, folded panels, filters, orders; charts with thresholds, a cursor, an
//! earlier time; histograms as maps; and what is said when there is nothing.

use std::sync::Arc;

use jiff::SignedDuration;
use midwatch::analysis::anomaly::Sign;
use midwatch::analysis::forecast::{Crossing, Trend};
use midwatch::analysis::onset::{Onset, Way};
use midwatch::app::{Effect, Msg};
use midwatch::domain::exemplar::{Exemplar, ExemplarAnswer, ExemplarAsk};
use midwatch::domain::panel::{Side, Threshold};
use midwatch::domain::series::Unit;
use midwatch::domain::time::plus;
use midwatch::domain::{CleanText, Panel, PanelOrigin, Sample, Series, SourceId, Telemetry};
use midwatch::signals::picture::{Counts, Due, Moved, Outlook, Span, Usual, What};
use midwatch::signals::{Mover, PanelKey, PanelPicture, Picture, SeriesPicture};
use midwatch::testing::World;
use midwatch::testing::build::{ago, now, series};
use proptest::prelude::*;

use super::snap;
use super::worlds::busy;

fn panel(title: &str, unit: Unit) -> Panel {
    let query = format!("sum by (service) (rate({}_total[1m]))", title.replace(' ', "_"));
    Panel { step: SignedDuration::from_secs(15), ..Panel::plain(title.into(), CleanText::line(&query), unit) }
}

fn tell(world: &mut World, panel: &Panel, series: Vec<Series>) {
    world.hear("prom", vec![Telemetry::SeriesSet { panel: Arc::new(panel.clone()), shift: None, series }]);
}

fn threshold(value: f64, alert: &str) -> Threshold {
    Threshold { value, side: Side::Above, alert: alert.into() }
}

fn key(title: &str) -> PanelKey {
    PanelKey { source: SourceId::new("prom"), title: title.into() }
}

/// What the signals may say of the busy world.
fn picture(world: &World) -> Picture {
    let seen = |onset: Option<i64>, until: i64, sign: Sign| {
        let from = onset.unwrap_or(725);
        SeriesPicture {
            usual: Some(Usual { low: 0.4, centre: 0.5, high: 0.6 }),
            spans: vec![Span { start: ago(from), end: ago(until), sign, score: 0.97 }],
            onset: onset.map(|at| Onset {
                at: ago(at),
                within: SignedDuration::from_secs(2),
                way: Way::Up,
                spreads: 31.0,
                chance: 1e-9,
                before: 0.5,
                after: 14.0,
                is_back: false,
            }),
            ..SeriesPicture::default()
        }
    };
    let store = &world.model.state.stores.series;
    let of = |title: &str| match store.panel(&SourceId::new("prom"), title) {
        Some(panel) => Arc::clone(&panel.series),
        None => panic!("no panel {title}"),
    };
    let crossing = Crossing {
        trend: Trend { slope: 5e3, error: 100.0, level: 3.3e8, since: ago(1800), daily: false },
        at: plus(now(), SignedDuration::from_secs(11_100)),
        earliest: plus(now(), SignedDuration::from_secs(7_800)),
        latest: Some(plus(now(), SignedDuration::from_secs(18_000))),
    };
    let due = Outlook { limit: 5e8, name: "full".into(), due: Due::Trend(crossing) };
    let errors = vec![seen(Some(719), 0, Sign::ShiftUp), seen(Some(721), 0, Sign::ShiftUp)];
    let panels = [
        ("errors", errors),
        ("p99", vec![seen(Some(690), 300, Sign::Spike)]),
        ("memory", vec![SeriesPicture { outlook: Some(due), ..SeriesPicture::default() }]),
    ];
    let panels =
        panels.into_iter().map(|(title, series)| Arc::new(PanelPicture { key: key(title), of: of(title), series }));
    Picture {
        panels: panels.collect(),
        first: movers(),
        counts: Counts { series: 4, ..Counts::default() },
        ..Picture::default()
    }
}

fn movers() -> Vec<Mover> {
    let metric = |place, title: &str, service: &str, seconds, within, before, after| Mover {
        place: Some(place),
        what: What::Metric {
            panel: key(title),
            labels: CleanText::line(&format!("service={service}")),
            query: "up".into(),
        },
        service: service.into(),
        name: CleanText::line(&format!("{service} {title}")),
        at: ago(seconds),
        within: SignedDuration::from_secs(within),
        moved: Some(Moved {
            way: Way::Up,
            spreads: 31.0,
            before,
            after,
            unit: Unit::PerSecond,
            is_back: false,
            chance: 1e-9,
            is_symptom: title == "errors",
        }),
        also: Vec::new(),
        more: 0,
    };
    let change = Mover {
        place: None,
        what: What::Change(midwatch::domain::ChangeId(1)),
        name: "payments 2.3.1".into(),
        at: ago(725),
        within: SignedDuration::ZERO,
        moved: None,
        ..metric(1, "x", "payments", 0, 0, 1.0, 1.0)
    };
    vec![
        change,
        metric(1, "errors", "payments", 721, 2, 0.2, 9.5),
        metric(1, "errors", "checkout", 719, 2, 0.5, 14.0),
        Mover { more: 3, ..metric(2, "p99", "checkout", 690, 8, 0.2, 4.0) },
    ]
}

/// The busy world with thresholds, an alert's panel, signals.
fn judged() -> World {
    let mut world = busy();
    let errors: Vec<Series> = held(&world, "errors");
    let of_alert = PanelOrigin::Alert("HighErrorRate".into());
    let shown = Panel {
        thresholds: vec![threshold(5.0, "HighErrorRate")],
        origin: of_alert,
        ..panel("errors", Unit::PerSecond)
    };
    tell(&mut world, &shown, errors);
    let picture = picture(&world);
    world.model.state.stores.signals = Arc::new(picture);
    world
}

fn held(world: &World, title: &str) -> Vec<Series> {
    world.model.state.stores.series.get(&SourceId::new("prom"), title).unwrap_or_default().to_vec()
}

/// A panel of twelve pods, one of which rises.
fn pods() -> World {
    let mut world = busy();
    let one = |pod: usize| {
        let name = format!("checkout-{pod:02}");
        let value =
            |n: usize| 3e8 + (pod * 1_000_000) as f64 + if pod == 7 && n > 100 { 4e6 * (n - 100) as f64 } else { 0.0 };
        series("pod memory", Unit::Bytes, &[("pod", &name)], &(0..160).map(value).collect::<Vec<_>>())
    };
    tell(&mut world, &panel("pod memory", Unit::Bytes), (0..12).map(one).collect());
    world
}

/// A histogram whose requests become slow.
fn histogram() -> World {
    let mut world = World::new();
    world.up("prom");
    let uppers = ["0.05", "0.1", "0.25", "0.5", "1", "2.5", "+Inf"];
    let bucket = |at: usize| {
        let value = |n: usize| {
            if n < 110 {
                [20.0, 60.0, 95.0, 99.0, 100.0, 100.0, 100.0][at]
            } else {
                [5.0, 10.0, 20.0, 40.0, 80.0, 98.0, 100.0][at]
            }
        };
        let mut one =
            series("latency", Unit::PerSecond, &[("le", uppers[at])], &(0..160).map(value).collect::<Vec<_>>());
        one.query = "sum by (le) (rate(request_duration_seconds_bucket[1m]))".into();
        one
    };
    let shown = Panel {
        query: "sum by (le) (rate(request_duration_seconds_bucket[1m]))".into(),
        ..panel("latency", Unit::PerSecond)
    };
    tell(&mut world, &shown, (0..7).map(bucket).collect());
    world
}

#[test]
fn what_is_unusual_is_said_in_the_rows_and_below() {
    snap!("rows_narrow", judged(), 80 x 24, "3");
    snap!("rows_zoomed", judged(), 160 x 48, "3+j");
    snap!("rows_plain", judged().plain(), 120 x 36, "3+");
}

#[test]
fn many_series_are_one_row_until_they_are_unfolded() {
    snap!("folded", pods(), 120 x 36, "3+G");
    let mut world = pods();
    world.keys("3+Gz");
    let grid = world.grid(120, 36);
    assert!(grid.contains("pod memory ×12") && grid.contains("  checkout-11"), "{grid}");
    world.keys("ooo");
    let grid = world.grid(120, 36);
    assert!(grid.contains("by name"), "{grid}");
    world.keys("z");
    assert!(!world.grid(120, 36).contains("  checkout-11"));
}

#[test]
fn a_filter_leaves_what_holds_the_text_and_esc_brings_all_back() {
    let mut world = pods();
    let _ = world.screen(120, 36);
    world.keys("3/payments");
    let grid = world.grid(120, 36);
    assert!(grid.contains("payments errors") && !grid.contains("checkout errors"), "{grid}");
    world.keys("<enter>");
    assert!(world.grid(120, 36).contains("/payments"), "the filter is said");
    world.keys("<esc>");
    assert!(world.grid(120, 36).contains("checkout errors"));
    world.keys("/nobody");
    assert!(world.grid(120, 36).contains("nothing here holds that text"));
}

#[test]
fn the_selection_stays_with_its_series_while_data_arrives() {
    let mut world = busy();
    let _ = world.screen(120, 36);
    world.keys("3jj");
    assert!(world.grid(120, 36).contains("▌~checkout p99"), "{}", world.grid(120, 36));
    let first = vec![series("errors", Unit::PerSecond, &[("service", "cart")], &[1.0, 2.0, 3.0])];
    let mut all = first;
    all.extend(held(&world, "errors"));
    tell(&mut world, &panel("errors", Unit::PerSecond), all);
    assert!(world.grid(120, 36).contains("▌~checkout p99"), "{}", world.grid(120, 36));
}

#[test]
fn a_chart_shows_thresholds_changes_and_what_is_unusual() {
    snap!("chart_narrow", judged(), 80 x 24, "3<enter>");
    snap!("chart_wide", judged(), 160 x 48, "3<enter>+");
    snap!("chart_all", judged(), 120 x 36, "3<enter>+A");
    snap!("chart_plain", judged().plain(), 120 x 36, "3<enter>+Ahhh");
}

#[test]
fn the_cursor_reads_values_off_and_leads_to_the_logs() {
    let mut world = judged();
    let _ = world.screen(120, 36);
    world.keys("3<enter>+nn");
    snap!("chart_cursor", world, 120 x 36, "");
    let grid = world.grid(120, 36);
    assert!(grid.contains("02:05:1") && grid.contains("higher level"), "{grid}");
    world.take_effects();
    world.keys("}");
    let effects = world.take_effects();
    let Some(Effect::Window(window)) = effects.iter().find(|effect| matches!(effect, Effect::Window(_))) else {
        panic!("{effects:?}")
    };
    assert_eq!(window.length, SignedDuration::from_mins(15));
    assert!(window.at(now()).contains(ago(721)));
    world.keys("<enter>");
    assert_eq!(world.model.focus, midwatch::app::PaneId::Logs);
}

#[test]
fn a_chart_of_many_says_how_many_it_leaves_out() {
    let mut world = pods();
    let _ = world.screen(120, 36);
    world.keys("3+G<enter>");
    snap!("chart_many", world, 120 x 36, "");
    assert!(world.grid(120, 36).contains("+ 4 more: o orders, / filters"));
}

#[test]
fn an_earlier_time_lies_below_and_is_compared_in_words() {
    let mut world = judged();
    let _ = world.screen(120, 36);
    world.keys("3cc");
    assert!(world.effects.iter().any(
        |effect| matches!(effect, Effect::Wanted(wanted) if wanted.compare == Some(SignedDuration::from_hours(24)))
    ));
    let before: Vec<Series> = held(&world, "p99")
        .into_iter()
        .map(|one| Series {
            samples: one.samples.iter().map(|sample| Sample { value: 2.0, ..*sample }).collect(),
            ..one
        })
        .collect();
    let shown = Arc::new(panel("p99", Unit::Seconds));
    let day = Some(SignedDuration::from_hours(24));
    world.hear("prom", vec![Telemetry::SeriesSet { panel: shown, shift: day, series: before }]);
    snap!("chart_before", world, 120 x 36, "jj<enter>+hhhh");
    assert!(world.grid(120, 36).contains("of a day before"), "{}", world.grid(120, 36));
    world.keys("cc");
    assert!(!world.grid(120, 36).contains("a day before"));
}

#[test]
fn a_histogram_is_a_map_with_quantiles_and_can_be_lines() {
    snap!("histogram_row", histogram(), 120 x 36, "3");
    snap!("histogram_map", histogram(), 120 x 36, "3<enter>+hh");
    snap!("histogram_plain", histogram().plain(), 80 x 24, "3<enter>");
    let mut world = histogram();
    let _ = world.screen(120, 36);
    world.keys("3<enter>+b");
    assert!(!world.grid(120, 36).contains("≤ 250 ms"), "{}", world.grid(120, 36));
}

#[test]
fn an_exemplar_is_asked_for_by_a_key_and_leads_to_its_trace() {
    let mut world = histogram();
    let _ = world.screen(120, 36);
    world.keys("3<enter>+");
    world.take_effects();
    world.keys("E");
    let asked = world.take_effects().into_iter().find_map(|effect| match effect {
        Effect::Exemplars(ask) => Some(ask),
        _ => None,
    });
    let ask = asked.unwrap();
    assert_eq!(ask.query, "sum by (le) (rate(request_duration_seconds_bucket[1m]))");
    world.keys(":queries<enter>");
    assert!(world.grid(120, 36).contains("exemplars, by E"), "{}", world.grid(120, 36));
    world.keys("<esc>");
    let exemplar = Exemplar {
        series: Default::default(),
        labels: Default::default(),
        trace_id: Some("4bf92f35".into()),
        value: 0.7,
        at: ago(300),
    };
    let answer = ExemplarAnswer { source: "prom".into(), exemplars: vec![exemplar], notices: Vec::new() };
    // An answer to another question is late.
    let other = ExemplarAsk { query: "up".to_owned(), ..ask.clone() };
    world.tell(Msg::Exemplars(other, Ok(answer.clone())));
    assert!(!world.grid(120, 36).contains('◆'));
    world.tell(Msg::Exemplars(ask, Ok(answer)));
    // The last stop: the exemplar is younger than the onset.
    world.keys("N");
    let grid = world.grid(120, 36);
    assert!(grid.contains('◆') && grid.contains("trace 4bf92f35 · Enter: its records"), "{grid}");
    world.keys("<enter>");
    assert_eq!(world.model.panes.logs.filter_text(), "trace=4bf92f35");
}

#[test]
fn values_are_copied_with_their_query() {
    let mut world = judged();
    let _ = world.screen(120, 36);
    world.keys("3y");
    let copied = world.effects.iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.unwrap();
    assert!(copied.starts_with("# rate(errors[1m])\n# {service=checkout}\n2026-11-20 01:47:09Z 0.575"), "{copied}");
}

#[test]
fn every_kind_of_nothing_has_words() {
    let mut world = World::new();
    let _ = world.screen(120, 36);
    world.keys("3");
    assert!(world.grid(120, 36).contains("no series yet"), "{}", world.grid(120, 36));
    world.down("prom", "connection refused");
    assert!(world.grid(120, 36).contains("prom does not answer since 02:16:29: connection refused"));
    world.up("prom");
    tell(&mut world, &panel("errors", Unit::PerSecond), Vec::new());
    let partial =
        Panel { notices: vec!["partial answer: one store did not answer".into()], ..panel("partial", Unit::Number) };
    tell(&mut world, &partial, vec![series("partial", Unit::Number, &[], &[1.0, 2.0])]);
    let failed = Panel { notices: vec!["failed: query timed out".into()], ..panel("failed", Unit::Number) };
    tell(&mut world, &failed, Vec::new());
    tell(&mut world, &panel("none", Unit::Number), vec![series("none", Unit::Number, &[], &[f64::NAN; 20])]);
    let mut old = series("old", Unit::Number, &[], &[3.0; 40]);
    old.samples.truncate(20);
    tell(&mut world, &panel("old", Unit::Number), vec![old]);
    snap!("states", world, 120 x 36, "+");
    world.keys("gj<enter>");
    assert!(world.grid(120, 36).contains("partial answer: one store"), "{}", world.grid(120, 36));
    world.keys("j");
    assert!(world.grid(120, 36).contains("none of them"), "{}", world.grid(120, 36));
}

fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![3 => -50.0..50.0f64, 2 => prop::num::f64::ANY, 1 => Just(f64::NAN)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn any_data_keys_and_size_leave_the_program_standing(
        data in prop::collection::vec((0usize..5, prop::collection::vec(any_value(), 0..40)), 0..14),
        levels in prop::collection::vec(any_value(), 0..3), (columns, rows) in (60u16..170, 16u16..50),
        keys in prop::collection::vec(prop::sample::select(vec!["j", "k", "h", "l", "H", "L", "g", "G", "n", "N", "A", "s", "b", "z", "o", "c", "}", "{", "<enter>", "<esc>", "+", "[", "="]), 0..25),
        plain: bool,
    ) {
        let mut world = if plain { World::new().plain() } else { World::new() };
        world.up("prom");
        for title in ["a", "b", "c"] {
            let of: Vec<Series> = data
                .iter()
                .enumerate()
                .filter(|(at, _)| at % 3 == title.as_bytes()[0] as usize % 3)
                .map(|(at, (kind, values))| {
                    let bound = ["0.1", "0.5", "1", "+Inf", "x"][*kind];
                    let name = if title == "c" { "le" } else { "pod" };
                    series(title, Unit::Seconds, &[(name, if title == "c" { bound } else { &bound[..1] }), ("n", &at.to_string())], values)
                })
                .collect();
            let thresholds = levels.iter().map(|value| threshold(*value, "Limit")).collect();
            tell(&mut world, &Panel { thresholds, ..panel(title, Unit::Seconds) }, of);
        }
        let _ = world.screen(columns, rows);
        world.keys("3");
        for key in keys {
            world.keys(key);
            let _ = world.screen(columns, rows);
        }
    }
}
