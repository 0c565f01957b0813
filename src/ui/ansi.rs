//! A line of roles as bytes for a terminal that is not taken over: the card of `midwatch run`, the answer of
//! `midwatch ask`. Clean text cannot hold a control sequence, so the only ones that leave are those made here.

use ratatui::style::{Color, Modifier, Style};

use super::line::Line;
use super::theme::Theme;

/// The line with the theme's looks, everything reset at its end; plain text where the theme has no colours and weights.
pub fn ansi(line: &Line, theme: &Theme) -> String {
    let mut out = String::new();
    for span in line.spans() {
        let codes = codes(theme.only(span.role));
        let text = span.text.as_str().replace('\n', " ");
        if codes.is_empty() {
            out.push_str(&text);
        } else {
            out.push_str(&format!("\x1b[{}m{text}\x1b[0m", codes.join(";")));
        }
    }
    out
}

/// Parameters of the Select Graphic Rendition sequence (ECMA-48, 8.3.117).
fn codes(style: Style) -> Vec<String> {
    const WEIGHTS: [(Modifier, &str); 5] = [
        (Modifier::BOLD, "1"),
        (Modifier::DIM, "2"),
        (Modifier::ITALIC, "3"),
        (Modifier::UNDERLINED, "4"),
        (Modifier::REVERSED, "7"),
    ];
    let weights = WEIGHTS.iter().filter(|(weight, _)| style.add_modifier.contains(*weight));
    let mut codes: Vec<String> = weights.map(|(_, code)| (*code).to_owned()).collect();
    codes.extend(style.fg.and_then(|colour| colour_code(colour, 38)));
    codes.extend(style.bg.and_then(|colour| colour_code(colour, 48)));
    codes
}

fn colour_code(colour: Color, base: u8) -> Option<String> {
    match colour {
        Color::Rgb(r, g, b) => Some(format!("{base};2;{r};{g};{b}")),
        Color::Indexed(index) => Some(format!("{base};5;{index}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Role;

    #[test]
    fn looks_are_closed_again_and_the_text_can_add_none() {
        let line = Line::of("a\x1b[2Jb", Role::Critical).with(" plain", Role::Text);
        let text = ansi(&line, &Theme::plain());
        assert!(text.starts_with("\x1b[1m") && text.contains("\x1b[0m plain"), "{text:?}");
        assert_eq!(text.matches('\x1b').count(), 2, "{text:?}");
    }

    #[test]
    fn colours_come_as_the_terminal_can_show_them() {
        let theme = Theme::named("dark").unwrap();
        let text = ansi(&Line::of("x", Role::Write), &theme.at_depth(crate::ui::theme::Depth::Indexed));
        assert!(text.contains("8;5;") && !text.contains(";2;"), "{text:?}");
    }
}
