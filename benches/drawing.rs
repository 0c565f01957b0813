//! What drawing and cleaning cost: a frame must stay far below 16 ms, a log line far below a microsecond per hundred bytes.

use divan::{Bencher, black_box};
use midwatch::app::Intent;
use midwatch::domain::series::Unit;
use midwatch::domain::{CleanText, Sample, TimeWindow, Timestamp};
use midwatch::testing::World;
use midwatch::testing::build::series;
use midwatch::ui::dump::draw_to_buffer;
use midwatch::ui::{Line, Role, Scroll, Theme, chart, frame, highlight, markdown, spark};

fn main() {
    highlight::warm();
    divan::main();
}

const PLAIN: &str =
    "2026-11-20 02:05:21,113 ERROR [payments-1] card gateway: invalid header x-idem order=8812 scheme=amex";

#[divan::bench]
fn clean_a_plain_line() -> CleanText {
    CleanText::line(black_box(PLAIN))
}

#[divan::bench]
fn clean_a_coloured_line() -> CleanText {
    CleanText::line(black_box("\u{1b}[2m02:05:21\u{1b}[0m \u{1b}[1;31mERROR\u{1b}[0m card gateway: invalid header é"))
}

#[divan::bench]
fn draw_the_visible_rows_of_a_million(bencher: Bencher) {
    let theme = Theme::plain();
    let mut scroll = Scroll::tail();
    scroll.grown(1_000_000, 46);
    let row = Line::of("02:05:21.113 ", Role::Dim).with("payments ", Role::Text).with(PLAIN, Role::Strong);
    bencher.bench(|| {
        draw_to_buffer(160, 48, &theme, |canvas| {
            let inner = frame(canvas, &Line::of("2 Logs", Role::Text), &Line::new(), true);
            let mut inside = canvas.part(inner);
            for (place, _) in scroll.visible(1_000_000, inside.height()).enumerate() {
                inside.line(place, &row);
            }
        })
    });
}

#[divan::bench]
fn sparkline_of_sixty() -> String {
    let values: Vec<Option<f64>> = (0..60).map(|i| Some(f64::from(i % 13))).collect();
    spark::spark(black_box(&values), false)
}

/// Seven days of a value every minute, with noise and a peak.
fn ten_thousand() -> Vec<Sample> {
    let value = |n: i64| 50.0 + (n as f64 / 700.0).sin() * 20.0 + (n * 7919 % 13) as f64;
    let at = |n: i64| Timestamp::from_second(1_795_140_000 + n * 60).unwrap_or_default();
    (0..10_000).map(|n| Sample { at: at(n), value: value(n) }).collect()
}

/// Charts of ten thousand points, with one line and with eight.
#[divan::bench(args = [1, 8])]
fn chart_of_ten_thousand_points(bencher: Bencher, lines: usize) {
    let theme = Theme::plain();
    let samples = ten_thousand();
    let window = TimeWindow::new(samples[0].at, samples[9_999].at);
    bencher.bench(|| {
        draw_to_buffer(160, 48, &theme, |canvas| {
            let curve = |n: usize| chart::Curve {
                sign: 'a',
                role: Role::TRENDS[n],
                name: "busy".into(),
                samples: &samples,
                before: &[],
                unusual: &[],
                points: &[],
            };
            let drawing = chart::Chart {
                window,
                unit: Unit::Number,
                ladder: chart::Ladder::Even,
                curves: (0..lines).map(curve).collect(),
                levels: Vec::new(),
                marks: Vec::new(),
                cursor: Some(window.start),
            };
            chart::draw(canvas, &drawing);
        })
    });
}

/// From a key to the cells of the screen: the cursor moves in a chart of ten thousand points, all panes around it.
#[divan::bench]
fn key_to_cells_in_a_chart_of_ten_thousand_points(bencher: Bencher) {
    let mut world = World::new();
    let values: Vec<f64> = (0..10_000).map(|n| 50.0 + f64::from(n % 131)).collect();
    world.series(vec![series("busy", Unit::Number, &[], &values)]);
    world.want(Intent::Command("window 42h".to_owned()));
    let _ = world.buffer(160, 48);
    world.keys("3<enter>+");
    bencher.bench_local(|| {
        world.keys("h");
        world.buffer(160, 48)
    });
}

#[divan::bench]
fn render_an_answer(bencher: Bencher) {
    let text = "Payments **2.3.1** was deployed 9 s before the first errors. [E2][E5:1]\n\n- one\n- two\n\n".repeat(20);
    bencher.bench(|| markdown::render(black_box(&text), 50).len());
}

#[divan::bench]
fn highlight_four_kib_of_json(bencher: Bencher) {
    let text = "{\"service\": \"payments\", \"code\": 502, \"scheme\": \"amex\"}\n".repeat(74);
    bencher.bench(|| highlight::code(black_box(&text), "json").len());
}
