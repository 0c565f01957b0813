//! Reads a theme file. Called by [`Theme::parse`] only.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::{Role, Theme};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    ascii: bool,
    #[serde(default)]
    base: Look,
    roles: BTreeMap<String, Look>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Look {
    fg: Option<String>,
    bg: Option<String>,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    reverse: bool,
}

pub(super) fn parse(text: &str) -> Result<Theme, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    if let Some(unknown) = file.roles.keys().find(|name| Role::ALL.iter().all(|role| role.name() != *name)) {
        let known = Role::ALL.map(Role::name).join(", ");
        return Err(format!("`{unknown}` under [roles] is no role; the roles are {known}"));
    }
    let mut styles = Vec::with_capacity(Role::ALL.len());
    for role in Role::ALL {
        let look = file.roles.get(role.name());
        let look =
            look.ok_or_else(|| format!("the role `{0}` is missing; add `{0} = {{}}` under [roles]", role.name()))?;
        styles.push(look.style(role.name())?);
    }
    Ok(Theme { base: file.base.style("base")?, styles, ascii: file.ascii })
}

impl Look {
    fn style(&self, whose: &str) -> Result<Style, String> {
        let colour = |text: &Option<String>, side: &str| {
            let Some(text) = text else { return Ok(None) };
            colour(text).map(Some).ok_or_else(|| {
                format!("`{text}` as {side} of `{whose}` is no colour; write #rrggbb, 0 to 255, a name like red or bright-red")
            })
        };
        let mut style = Style { fg: colour(&self.fg, "fg")?, bg: colour(&self.bg, "bg")?, ..Style::new() };
        for (on, modifier) in [
            (self.bold, Modifier::BOLD),
            (self.dim, Modifier::DIM),
            (self.italic, Modifier::ITALIC),
            (self.underline, Modifier::UNDERLINED),
            (self.reverse, Modifier::REVERSED),
        ] {
            if on {
                style = style.add_modifier(modifier);
            }
        }
        Ok(style)
    }
}

fn colour(text: &str) -> Option<Color> {
    let names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
    let (name, bright) = text.strip_prefix("bright-").map_or((text, 0), |name| (name, 8));
    if let Some(at) = names.iter().position(|known| *known == name) {
        return u8::try_from(at).ok().map(|at| Color::Indexed(at + bright));
    }
    if let Some(digits) = text.strip_prefix('#') {
        let hex = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| hex)?;
        let [_, r, g, b] = number.to_be_bytes();
        return Some(Color::Rgb(r, g, b));
    }
    text.parse().ok().map(Color::Indexed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(line: &str) -> String {
        let roles =
            Role::ALL.iter().filter(|role| !line.contains(role.name())).map(|role| format!("{} = {{}}\n", role.name()));
        format!("[roles]\n{line}\n{}", roles.collect::<String>())
    }

    #[test]
    fn colours_are_read_in_each_notation() {
        let read = ["#ff8000", "208", "red", "bright-blue", "#ff80", "256", "mauve", "#+12345"].map(colour);
        let [index208, red, blue] = [208, 1, 12].map(|index| Some(Color::Indexed(index)));
        assert_eq!(read, [Some(Color::Rgb(255, 128, 0)), index208, red, blue, None, None, None, None]);
    }

    #[test]
    fn a_faulty_file_says_what_to_write() {
        let error = |line: &str| parse(&file(line)).unwrap_err();
        assert!(parse(&file("critical = { fg = \"red\", bold = true }")).is_ok());
        assert!(error("critical = { fg = \"rouge\" }").starts_with("`rouge` as fg of `critical` is no colour; write"));
        assert!(
            error("critikal = {}\ncritical = {}")
                .starts_with("`critikal` under [roles] is no role; the roles are text")
        );
        assert!(error("critical = { bolt = true }").contains("unknown field `bolt`"));
        assert!(error("# critical").starts_with("the role `critical` is missing; add"));
        assert!(parse("roles").is_err());
    }
}
