//! What the terminal can do, and whether copying works through tmux.

use std::io::{self, IsTerminal};

use super::programs::output;
use super::report::{Group, Row};

/// Smallest terminal with panes.
const SMALLEST: (u16, u16) = (60, 16);

/// Size, colours, characters.
pub(super) fn terminal() -> Row {
    let env = |name: &str| std::env::var(name).unwrap_or_default();
    let size = if io::stdout().is_terminal() { crossterm::terminal::size().ok() } else { None };
    judge(&env, size)
}

fn judge(env: &dyn Fn(&str) -> String, size: Option<(u16, u16)>) -> Row {
    let (group, name, term) = (Group::Terminal, "terminal", env("TERM"));
    let Some((columns, rows)) = size else {
        return Row::note(group, name, "standard output is no terminal; the screen needs one", "");
    };
    if term.is_empty() || term == "dumb" {
        let remedy = "set TERM to what your terminal is, as xterm-256color";
        return Row::down(group, name, format!("TERM is `{term}`, which cannot draw a screen"), remedy);
    }
    let colours = match (env("NO_COLOR").is_empty(), env("COLORTERM").as_str()) {
        (false, _) => "no colours, as NO_COLOR asks",
        (true, "truecolor" | "24bit") => "true colour",
        (true, _) if term.contains("256color") || term.contains("direct") => "256 colours",
        (true, _) => "16 colours",
    };
    let detail = format!("{term}, {columns}x{rows}, {colours}");
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().map(env).find(|value| !value.is_empty());
    let utf8 = locale.is_some_and(|locale| locale.to_ascii_lowercase().replace('-', "").contains("utf8"));
    if columns < SMALLEST.0 || rows < SMALLEST.1 {
        let remedy = format!("make it {}x{} or larger", SMALLEST.0, SMALLEST.1);
        return Row::note(group, name, format!("{detail}: too small for the panes"), remedy);
    }
    if !utf8 {
        let remedy = "set LANG=C.UTF-8, or use --ascii";
        return Row::note(group, name, format!("{detail}; the locale is not UTF-8"), remedy);
    }
    Row::ok(group, name, detail)
}

/// Whether `y` reaches the clipboard: directly by OSC 52, or through tmux, which must let it pass.
pub(super) async fn clipboard() -> Row {
    if std::env::var_os("TMUX").is_none() {
        let detail = "copies by OSC 52, if the terminal allows it";
        return Row::ok(Group::Terminal, "clipboard", detail);
    }
    let clipboard = output("tmux", &["show-options", "-gv", "set-clipboard"]).await;
    let passthrough = output("tmux", &["show-options", "-gv", "allow-passthrough"]).await;
    through_tmux(clipboard.as_deref().unwrap_or_default(), passthrough.as_deref().unwrap_or_default())
}

fn through_tmux(clipboard: &str, passthrough: &str) -> Row {
    let detail = format!("tmux: set-clipboard `{clipboard}`, allow-passthrough `{passthrough}`");
    if clipboard == "on" || matches!(passthrough, "on" | "all") {
        return Row::ok(Group::Terminal, "clipboard", detail);
    }
    Row::note(Group::Terminal, "clipboard", detail, "to copy out of tmux: tmux set -g set-clipboard on")
}

#[cfg(test)]
mod tests {
    use super::super::report::State;
    use super::*;

    fn state(pairs: &'static [(&str, &str)], size: Option<(u16, u16)>) -> State {
        let env = |name: &str| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()).unwrap_or_default()
        };
        judge(&env, size).state()
    }

    #[test]
    fn a_terminal_is_judged_by_what_it_can_draw() {
        let good = &[("TERM", "xterm-256color"), ("LANG", "en_GB.UTF-8")];
        assert_eq!(state(good, Some((80, 24))), State::Ok);
        assert_eq!(state(good, Some((59, 24))), State::Note);
        assert_eq!(state(good, None), State::Note);
        assert_eq!(state(&[("TERM", "xterm"), ("LANG", "C.UTF-8"), ("LC_ALL", "C")], Some((80, 24))), State::Note);
        assert_eq!(state(&[("TERM", "dumb")], Some((80, 24))), State::Down);
    }

    #[test]
    fn tmux_must_let_the_clipboard_pass() {
        assert_eq!(through_tmux("on", "off").state(), State::Ok);
        assert_eq!(through_tmux("external", "on").state(), State::Ok);
        assert_eq!(through_tmux("external", "off").state(), State::Note);
        assert_eq!(through_tmux("", "").state(), State::Note);
    }
}
