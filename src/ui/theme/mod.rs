//! How each meaning of a text looks. The runtime picks a theme, [`Canvas`](super::Canvas) asks it for styles, nobody
//! else sees a colour.

mod file;
mod role;

use ratatui::style::{Color, Modifier, Style};

pub use role::Role;

static BUILT_IN: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/themes");

/// How each role looks, and which glyphs borders and sparklines use.
#[derive(Clone, Debug)]
pub struct Theme {
    base: Style,
    styles: Vec<Style>,
    /// Plain ASCII borders and sparklines.
    pub ascii: bool,
}

/// How many colours the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Any colour, as `COLORTERM=truecolor` says.
    True,
    /// The 256 of the xterm palette.
    Indexed,
    /// None, as `NO_COLOR` asks or a dumb terminal forces.
    None,
}

impl Theme {
    /// No colour at all: weight, underline and reversal only, as `NO_COLOR` asks.
    pub fn plain() -> Self {
        let style = |role: Role| match role {
            Role::Strong | Role::Focus | Role::Critical | Role::Key | Role::Person | Role::Keyword => {
                Style::new().add_modifier(Modifier::BOLD)
            }
            Role::Destructive | Role::Opaque | Role::Highlight => {
                Style::new().add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED))
            }
            Role::Dim | Role::Frame => Style::new().add_modifier(Modifier::DIM),
            Role::Selected | Role::Cursor => Style::new().add_modifier(Modifier::REVERSED),
            Role::Chip | Role::Write | Role::Change => Style::new().add_modifier(Modifier::UNDERLINED),
            Role::Text
            | Role::Warning
            | Role::Good
            | Role::Read
            | Role::Model
            | Role::Trend
            | Role::Trend2
            | Role::Trend3
            | Role::Trend4
            | Role::Trend5
            | Role::Trend6
            | Role::Trend7
            | Role::Trend8
            | Role::Unusual
            | Role::Literal
            | Role::Operator => Style::new(),
        };
        Self { base: Style::new(), styles: Role::ALL.iter().map(|role| style(*role)).collect(), ascii: false }
    }

    /// The names of the built-in themes, in alphabetical order.
    pub fn names() -> Vec<&'static str> {
        let mut names: Vec<&str> =
            BUILT_IN.files().filter_map(|file| file.path().file_name()?.to_str()?.strip_suffix(".toml")).collect();
        names.sort_unstable();
        names
    }

    /// A built-in theme.
    ///
    /// # Errors
    /// No theme of that name, in words that list those there are.
    pub fn named(name: &str) -> Result<Self, String> {
        let text =
            BUILT_IN.get_file(format!("{name}.toml")).and_then(include_dir::File::contents_utf8).ok_or_else(|| {
                format!(
                    "no theme is called `{name}`; there are {}, or give the path of a theme file",
                    Self::names().join(", ")
                )
            })?;
        Self::parse(text)
    }

    /// A theme from the text of a theme file.
    ///
    /// # Errors
    /// What is wrong and where, in words: a role missing or unknown, a colour that is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        file::parse(text)
    }

    /// The theme in the colours a terminal can show: nearest in the palette, or [`Theme::plain`].
    #[must_use]
    pub fn at_depth(mut self, depth: Depth) -> Self {
        match depth {
            Depth::True => self,
            Depth::Indexed => {
                for style in self.styles.iter_mut().chain([&mut self.base]) {
                    style.fg = style.fg.map(nearest);
                    style.bg = style.bg.map(nearest);
                }
                self
            }
            Depth::None => Self { ascii: self.ascii, ..Self::plain() },
        }
    }

    /// The style of a role: what the theme says of it over the base of the screen.
    pub(crate) fn style(&self, role: Role) -> Style {
        self.base.patch(self.only(role))
    }

    /// Only what the theme says of a role, to lay over text that has a look already.
    pub(crate) fn only(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }
}

/// The colour of the 256-colour palette next to a colour.
fn nearest(colour: Color) -> Color {
    let Color::Rgb(r, g, b) = colour else { return colour };
    let distance = |index: &u8| {
        let (pr, pg, pb) = palette(*index);
        let square = |a: u8, b: u8| (i32::from(a) - i32::from(b)).pow(2);
        square(r, pr) + square(g, pg) + square(b, pb)
    };
    (16..=255u8).min_by_key(distance).map_or(colour, Color::Indexed)
}

/// What the fixed part of the 256-colour palette looks like: a cube from 16, greys from 232.
pub(super) fn palette(index: u8) -> (u8, u8, u8) {
    if index >= 232 {
        let grey = 8 + (index - 232) * 10;
        return (grey, grey, grey);
    }
    let at = index.saturating_sub(16);
    let level = |step: u8| if step == 0 { 0 } else { 55 + step * 40 };
    (level(at / 36), level(at / 6 % 6), level(at % 6))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rgb(colour: Option<Color>) -> Option<(u8, u8, u8)> {
        match colour? {
            Color::Rgb(r, g, b) => Some((r, g, b)),
            Color::Indexed(index @ 16..) => Some(palette(index)),
            _ => None,
        }
    }

    /// Relative luminance of WCAG 2.
    fn luminance((r, g, b): (u8, u8, u8)) -> f64 {
        let part = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
    }

    fn contrast(style: Style) -> Option<f64> {
        let (a, b) = (luminance(rgb(style.fg)?), luminance(rgb(style.bg)?));
        Some((a.max(b) + 0.05) / (a.min(b) + 0.05))
    }

    fn built_in() -> Vec<(String, Theme)> {
        let mut all = Vec::new();
        for name in Theme::names() {
            let theme = Theme::named(name).unwrap();
            all.push((format!("{name} in 256 colours"), theme.clone().at_depth(Depth::Indexed)));
            all.push((name.to_owned(), theme));
        }
        all
    }

    #[test]
    fn the_manual_s_themes_are_there() {
        assert_eq!(Theme::names(), ["dark", "high-contrast", "light"]);
        let error = Theme::named("solarized").unwrap_err();
        assert!(error.contains("dark, high-contrast, light"), "{error}");
    }

    #[test]
    fn every_role_can_be_read() {
        for (name, theme) in built_in() {
            for role in Role::ALL {
                let least = if role == Role::Frame { 3.0 } else { 4.5 };
                let found = contrast(theme.style(role)).expect("both colours are known");
                assert!(found >= least, "{name}: {role:?} has a contrast of {found:.2}");
            }
        }
    }

    #[test]
    fn a_selected_or_cited_row_keeps_its_meanings_readable() {
        for (name, theme) in built_in() {
            for over in [Role::Selected, Role::Highlight] {
                for role in Role::ALL.into_iter().filter(|role| ![Role::Frame, Role::Cursor].contains(role)) {
                    let found = contrast(theme.style(role).patch(theme.only(over))).expect("both colours are known");
                    assert!(found >= 4.0, "{name}: {role:?} under {over:?} has a contrast of {found:.2}");
                }
            }
        }
    }

    /// What a person without the red or the green cones sees, after Viénot and others (1999), in linear light.
    fn seen((r, g, b): (u8, u8, u8), rows: [[f64; 3]; 3]) -> [f64; 3] {
        let v = [r, g, b].map(|c| (f64::from(c) / 255.0).powf(2.2));
        rows.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
    }

    #[test]
    fn high_contrast_tells_severities_apart_for_the_colour_blind() {
        let theme = Theme::named("high-contrast").unwrap();
        let protan = [[0.1124, 0.8876, 0.0], [0.1124, 0.8876, 0.0], [0.004, -0.004, 1.0]];
        let deutan = [[0.2928, 0.7072, 0.0], [0.2928, 0.7072, 0.0], [-0.0223, 0.0223, 1.0]];
        let pairs = [(Role::Critical, Role::Good), (Role::Warning, Role::Good), (Role::Read, Role::Write)];
        for (a, b) in pairs.into_iter().chain([(Role::Read, Role::Destructive), (Role::Critical, Role::Warning)]) {
            let (a, b) = (theme.style(a), theme.style(b));
            for eye in [protan, deutan] {
                let [x, y] = [a, b].map(|style| seen(rgb(style.fg).unwrap(), eye));
                let apart: f64 = x.iter().zip(y).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt();
                let weight = a.add_modifier != b.add_modifier || a.bg != b.bg;
                assert!(apart > 0.3 || weight, "{a:?} and {b:?} look alike");
            }
        }
    }

    #[test]
    fn no_colour_leaves_none() {
        let theme = Theme::named("dark").unwrap().at_depth(Depth::None);
        assert!(Role::ALL.iter().all(|role| theme.style(*role).fg.is_none() && theme.style(*role).bg.is_none()));
    }
}
