//! A screen as an SVG picture, for the README. A test draws it anew and compares, so the picture stays true.

use ratatui::style::{Color, Modifier};

use super::dump::{Buffer, row_cells};
use super::line::width;

/// Pixels of a cell.
const CELL: (u32, u32) = (8, 17);
/// Pixels around the screen.
const MARGIN: u32 = 12;
/// What a cell without colours of its own is drawn in: text, ground.
const DEFAULT: (Rgb, Rgb) = ((0xc8, 0xcc, 0xd4), (0x14, 0x17, 0x1c));

type Rgb = (u8, u8, u8);

/// Cells in a row that share their colours and weight.
struct Run {
    column: u32,
    columns: u32,
    text: String,
    fg: Rgb,
    bg: Rgb,
    weight: Modifier,
}

/// The picture of a buffer. `title` says to those who cannot see it what it shows.
pub fn svg(buffer: &Buffer, title: &str) -> String {
    let size = |cells: u16, pixels: u32| u32::from(cells) * pixels + 2 * MARGIN;
    let (wide, high) = (size(buffer.area.width, CELL.0), size(buffer.area.height, CELL.1));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" viewBox=\"0 0 {wide} {high}\" role=\"img\">\n\
         <title>{}</title>\n\
         <rect width=\"{wide}\" height=\"{high}\" rx=\"6\" fill=\"{}\"/>\n\
         <g font-family=\"ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace\" font-size=\"13\" xml:space=\"preserve\">\n",
        escape(title),
        hex(ground(buffer)),
    );
    for y in buffer.area.top()..buffer.area.bottom() {
        let top = MARGIN + u32::from(y - buffer.area.top()) * CELL.1;
        let runs = runs(buffer, y);
        for run in runs.iter().filter(|run| run.bg != ground(buffer)) {
            let (x, wide, high) = (MARGIN + run.column * CELL.0, run.columns * CELL.0, CELL.1);
            out.push_str(&format!(
                "<rect x=\"{x}\" y=\"{top}\" width=\"{wide}\" height=\"{high}\" fill=\"{}\"/>\n",
                hex(run.bg)
            ));
        }
        for run in runs.iter().filter(|run| !run.text.trim().is_empty()) {
            out.push_str(&text(run, top));
        }
    }
    out.push_str("</g>\n</svg>\n");
    out
}

fn text(run: &Run, top: u32) -> String {
    let mut looks = String::new();
    for (modifier, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        (Modifier::DIM, " opacity=\"0.7\""),
    ] {
        if run.weight.contains(modifier) {
            looks.push_str(attribute);
        }
    }
    // Blanks at the ends are left out of the text, because readers of SVG do not agree on keeping them.
    let lead = run.text.chars().take_while(|c| *c == ' ').count() as u32;
    let shown = run.text.trim();
    let (x, y) = (MARGIN + (run.column + lead) * CELL.0, top + 13);
    let wide = width(shown) as u32 * CELL.0;
    // The width is told, so that a font of other proportions keeps the columns.
    format!(
        "<text x=\"{x}\" y=\"{y}\" fill=\"{}\" textLength=\"{wide}\" lengthAdjust=\"spacingAndGlyphs\"{looks}>{}</text>\n",
        hex(run.fg),
        escape(shown).replace(' ', "\u{a0}"),
    )
}

fn runs(buffer: &Buffer, y: u16) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    for (x, cell) in row_cells(buffer, y) {
        let (mut fg, mut bg) = (rgb(cell.fg, DEFAULT.0), rgb(cell.bg, DEFAULT.1));
        if cell.modifier.contains(Modifier::REVERSED) {
            (fg, bg) = (bg, fg);
        }
        let columns = width(cell.symbol()).max(1) as u32;
        match out.last_mut() {
            Some(run) if (run.fg, run.bg, run.weight) == (fg, bg, cell.modifier) => {
                run.columns += columns;
                run.text.push_str(cell.symbol());
            }
            Some(_) | None => out.push(Run {
                column: u32::from(x - buffer.area.left()),
                columns,
                text: cell.symbol().to_owned(),
                fg,
                bg,
                weight: cell.modifier,
            }),
        }
    }
    out
}

fn ground(buffer: &Buffer) -> Rgb {
    rgb(buffer.content.first().map_or(Color::Reset, |cell| cell.bg), DEFAULT.1)
}

fn rgb(colour: Color, default: Rgb) -> Rgb {
    match colour {
        Color::Rgb(r, g, b) => (r, g, b),
        Color::Indexed(index @ 16..) => super::theme::palette(index),
        _ => default,
    }
}

fn hex((r, g, b): Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::dump::draw_to_buffer;
    use crate::ui::{Line, Role, Theme};

    #[test]
    fn a_screen_becomes_a_picture() {
        let theme = Theme::named("dark").unwrap();
        let buffer = draw_to_buffer(12, 2, &theme, |canvas| {
            canvas.line(0, &Line::of("a<b ", Role::Critical).with("検", Role::Text));
            canvas.tint(1, Role::Selected);
        });
        let picture = svg(&buffer, "midwatch & its panes");
        assert!(picture.contains("<title>midwatch &amp; its panes</title>"));
        let critical = "<text x=\"12\" y=\"25\" fill=\"#ff8080\" textLength=\"24\" \
                        lengthAdjust=\"spacingAndGlyphs\" font-weight=\"bold\">a&lt;b</text>";
        assert!(picture.contains(critical), "{picture}");
        assert!(picture.contains("textLength=\"16\"") && picture.contains(">検</text>"));
        assert!(picture.contains("<rect x=\"12\" y=\"29\" width=\"96\" height=\"17\" fill=\"#2b3443\"/>"));
        assert_eq!(picture.matches("<text").count(), picture.matches("</text>").count());
    }
}
