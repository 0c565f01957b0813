//! What a chart looks like, and that no numbers and no size break it.

use proptest::prelude::*;

use super::*;
use crate::ui::dump::{draw_to_buffer, dump, grid};
use crate::ui::theme::Theme;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_140_000 + second).unwrap()
}

fn window(seconds: i64) -> TimeWindow {
    TimeWindow::new(at(0), at(seconds))
}

fn samples(every: i64, values: &[f64]) -> Vec<Sample> {
    values.iter().enumerate().map(|(n, value)| Sample { at: at(n as i64 * every), value: *value }).collect()
}

fn curve<'a>(sign: char, name: &str, samples: &'a [Sample]) -> Curve<'a> {
    let role = Role::TRENDS[(sign as usize - 'a' as usize) % 8];
    Curve { sign, role, name: CleanText::line(name), samples, before: &[], unusual: &[], points: &[] }
}

fn chart(seconds: i64, curves: Vec<Curve<'_>>) -> Chart<'_> {
    Chart {
        window: window(seconds),
        unit: Unit::PerSecond,
        ladder: Ladder::Even,
        curves,
        levels: Vec::new(),
        marks: Vec::new(),
        cursor: None,
    }
}

fn theme(ascii: bool) -> Theme {
    let mut theme = Theme::plain();
    theme.ascii = ascii;
    theme
}

fn drawn(columns: u16, rows: u16, ascii: bool, chart: &Chart<'_>) -> Vec<String> {
    let buffer = draw_to_buffer(columns, rows, &theme(ascii), |canvas| {
        draw(canvas, chart);
    });
    grid(&buffer).lines().map(|line| line.trim_end().to_owned()).collect()
}

fn step_up() -> Vec<Sample> {
    let value = |n: usize| if n < 16 { 0.4 } else { 14.0 };
    let mut samples = samples(15, &(0..40).map(value).collect::<Vec<_>>());
    samples.drain(6..10);
    samples
}

#[test]
fn a_step_with_a_gap_a_threshold_and_a_change() {
    let samples = step_up();
    let mut chart = chart(600, vec![curve('a', "checkout", &samples)]);
    chart.levels.push(Level { value: 5.0, words: "HighErrorRate > 5/s".into() });
    chart.marks.push(Mark { at: at(225), words: "payments 2.3.1".into() });
    let dots = [
        "    20/s ┤                  ┊",
        "         │                  ┊",
        "         │                  ┊ ⡏⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉",
        "    10/s ┤                  ┊⢠⠃",
        "         │                  ┊⢸",
        "         │┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┊⡇ HighErrorRate > 5/s ┄┄┄┄┄┄┄┄┄",
        "     0/s ┤⠤⠤⠤⠤⠤⠤⠄     ⠠⠤⠤⠤⠤⠤⠤⠃",
        "          ╵02:00                   ╵02:05                UTC",
        "                            ▲ payments 2.3.1",
    ];
    assert_eq!(drawn(60, 9, false, &chart), dots);
    let ascii = [
        "    20/s |                  :",
        "         |                  :",
        "         |                  : *****************************",
        "    10/s |                  : *",
        "         |------------------:* HighErrorRate > 5/s ---------",
        "         |                  :*",
        "     0/s |*******     *******",
        "          '02:00                   '02:05                UTC",
        "                            ^ payments 2.3.1",
    ];
    assert_eq!(drawn(60, 9, true, &chart), ascii);
}

#[test]
fn two_lines_have_letters_and_names_and_before_lies_below() {
    let (a, b) = (samples(15, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]), samples(15, &[8.0; 8]));
    let before = samples(15, &[3.0; 8]);
    let unusual = [TimeWindow::new(at(60), at(90))];
    let first = Curve { before: &before, unusual: &unusual, ..curve('a', "checkout", &a) };
    let mut chart = chart(120, vec![first, curve('b', "payments", &b)]);
    chart.cursor = Some(at(30));
    chart.marks.push(Mark { at: at(100), words: "flag large_images on".into() });
    let ascii = [
        "    10/s |           |                           :",
        "         |           |                           :",
        "         |bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb     ab",
        "         |           |              aaaaaa       :",
        "     5/s |           |        aaaaaa             :",
        "         |           |  aaaaaa                   :",
        "         |...aaaaaaaaaaa............................",
        "         |aaa        |                           :",
        "     0/s |           |                           :",
        "                                 aaaaaaaaaaaaa",
        "          '02:00                 '02:01               UTC",
        "                            flag large_images on ^",
    ];
    assert_eq!(drawn(60, 12, true, &chart), ascii);
    let wide = drawn(100, 12, false, &chart);
    assert!(wide[1].ends_with("a checkout") && wide[2].ends_with("b payments"), "{}", wide.join("\n"));
}

#[test]
fn many_samples_keep_their_peaks_and_lows() {
    let mut values: Vec<f64> = (0..10_000).map(|n| 50.0 + f64::from(n % 7)).collect();
    values[5_003] = 99.0;
    values[7_501] = 1.0;
    let samples = samples(1, &values);
    let lines = drawn(60, 12, false, &chart(10_000, vec![curve('a', "busy", &samples)]));
    let dots = |line: &str| line.chars().skip(10).filter(|c| ('\u{2801}'..='\u{28ff}').contains(c)).count();
    assert_eq!((dots(&lines[0]), dots(&lines[10])), (1, 1), "{}", lines.join("\n"));
}

#[test]
fn nothing_to_draw_is_said() {
    let none = samples(15, &[f64::NAN, f64::NAN]);
    assert!(drawn(60, 9, false, &chart(600, vec![curve('a', "x", &[])])).join("").contains("no sample in this window"));
    let said = drawn(60, 9, false, &chart(600, vec![curve('a', "x", &none)])).join("");
    assert!(said.contains("none of them is a number"), "{said}");
}

#[test]
fn a_threshold_far_above_is_said_at_the_edge() {
    let samples = step_up();
    let mut chart = chart(600, vec![curve('a', "checkout", &samples)]);
    chart.levels.push(Level { value: 5_000.0, words: "TooMany > 5k/s".into() });
    let lines = drawn(60, 9, false, &chart);
    assert!(lines[0].contains("↑ TooMany > 5k/s"), "{lines:?}");
}

#[test]
fn unusual_stretches_are_seen_with_and_without_colour() {
    let samples = step_up();
    let unusual = [TimeWindow::new(at(240), at(330))];
    let chart = chart(600, vec![Curve { unusual: &unusual, ..curve('a', "checkout", &samples) }]);
    assert!(drawn(60, 9, true, &chart)[7].contains("~~~~~~~~"));
    let buffer = draw_to_buffer(60, 9, &Theme::named("dark").unwrap(), |canvas| {
        draw(canvas, &chart);
    });
    assert!(dump(&buffer).contains("on #2d2436"), "{}", dump(&buffer));
}

fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -100.0..100.0f64,
        2 => prop::num::f64::ANY,
        1 => prop::sample::select(vec![1e308, -1e308, f64::MAX, f64::MIN, 0.0, -0.0, 5e-324, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
    ]
}

proptest! {
    #[test]
    fn any_numbers_on_any_size_stay_inside(
        a in prop::collection::vec((-50i64..700, any_value()), 0..80),
        b in prop::collection::vec((-50i64..700, any_value()), 0..80),
        levels in prop::collection::vec(any_value(), 0..3),
        marks in prop::collection::vec((-100i64..700, ".{0,20}"), 0..6),
        (columns, rows) in (0u16..140, 0u16..40), seconds in 0i64..700, powers: bool, ascii: bool, cursor in -10i64..700,
    ) {
        let series = |values: &[(i64, f64)]| {
            let mut samples: Vec<Sample> = values.iter().map(|(s, value)| Sample { at: at(*s), value: *value }).collect();
            samples.sort_by_key(|sample| sample.at);
            samples
        };
        let (a, b) = (series(&a), series(&b));
        let unusual = [TimeWindow::new(at(-20), at(40)), TimeWindow::new(at(300), at(900))];
        let first = Curve { before: &b, unusual: &unusual, points: &b, ..curve('a', "first", &a) };
        let mut chart = chart(seconds, vec![first, curve('b', "second", &b)]);
        chart.ladder = if powers { Ladder::Powers } else { Ladder::Even };
        chart.levels = levels.iter().map(|value| Level { value: *value, words: "limit".into() }).collect();
        chart.marks = marks.iter().map(|(s, words)| Mark { at: at(*s), words: CleanText::line(words) }).collect();
        chart.cursor = Some(at(cursor));
        let buffer = draw_to_buffer(columns + 4, rows + 2, &theme(ascii), |canvas| {
            for row in 0..usize::from(rows) + 2 {
                canvas.line(row, &Line::of("x".repeat(usize::from(columns) + 4), Role::Text));
            }
            draw(&mut canvas.part(Area::new(2, 1, columns, rows)), &chart);
        });
        for y in 0..rows + 2 {
            for x in 0..columns + 4 {
                let inside = (2..columns + 2).contains(&x) && (1..=rows).contains(&y);
                prop_assert!(inside || buffer[(x, y)].symbol() == "x", "{x},{y}");
            }
        }
    }
}
