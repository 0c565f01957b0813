//! What drawing and cleaning cost: a frame must stay far below 16 ms, a log line far below a microsecond per hundred bytes.

use divan::{Bencher, black_box};
use midwatch::domain::CleanText;
use midwatch::ui::dump::draw_to_buffer;
use midwatch::ui::{Line, Role, Scroll, Theme, frame, highlight, markdown, spark};

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
