//! A pressed key as the key table, the help and the tests write it. The runtime makes them from terminal events, the
//! key table parses them from words.

use std::fmt;
use std::str::FromStr;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key with its modifiers, in one normal form: a printable character carries its own shift (`G`, not shift and `g`)
/// and shift with tab is [`Code::BackTab`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Which key.
    pub code: Code,
    /// With control.
    pub ctrl: bool,
    /// With alt.
    pub alt: bool,
    /// With shift; never set for characters.
    pub shift: bool,
}

/// Which key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// A printable character.
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Tab with shift.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Insert.
    Insert,
    /// A function key, 1 to 24.
    F(u8),
}

/// A word that names no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a key; write a character, or a name like enter, esc, space, S-Tab, ctrl-d, F5")]
pub struct UnknownKey(String);

impl Code {
    /// The names that are written; the first of a code is the one shown.
    const NAMES: [(&'static str, Code); 22] = [
        ("space", Code::Char(' ')),
        ("Enter", Code::Enter),
        ("return", Code::Enter),
        ("Esc", Code::Esc),
        ("escape", Code::Esc),
        ("Tab", Code::Tab),
        ("S-Tab", Code::BackTab),
        ("backtab", Code::BackTab),
        ("Backspace", Code::Backspace),
        ("Del", Code::Delete),
        ("delete", Code::Delete),
        ("Up", Code::Up),
        ("Down", Code::Down),
        ("Left", Code::Left),
        ("Right", Code::Right),
        ("Home", Code::Home),
        ("End", Code::End),
        ("PgUp", Code::PageUp),
        ("pageup", Code::PageUp),
        ("PgDn", Code::PageDown),
        ("pagedown", Code::PageDown),
        ("Ins", Code::Insert),
    ];

    fn named(word: &str) -> Option<Code> {
        let mut chars = word.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            return (!c.is_control()).then_some(Code::Char(c));
        }
        if let Some(number) = word.strip_prefix(['F', 'f']).and_then(|digits| digits.parse::<u8>().ok()) {
            return (1..=24).contains(&number).then_some(Code::F(number));
        }
        match word.to_ascii_lowercase().as_str() {
            "insert" => Some(Code::Insert),
            // `<` opens a name in a sequence, so a sequence needs a name for it.
            "lt" => Some(Code::Char('<')),
            lower => Self::NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(lower)).map(|(_, code)| *code),
        }
    }
}

impl Key {
    /// A key without modifiers.
    pub const fn of(code: Code) -> Self {
        Self { code, ctrl: false, alt: false, shift: false }
    }

    /// A character.
    pub const fn char(c: char) -> Self {
        Self::of(Code::Char(c))
    }

    /// A character with control.
    pub const fn ctrl(c: char) -> Self {
        Self { code: Code::Char(c), ctrl: true, alt: false, shift: false }
    }

    /// The character it types, if it types one.
    pub fn typed(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.ctrl && !self.alt => Some(c),
            Code::Char(_)
            | Code::Enter
            | Code::Esc
            | Code::Tab
            | Code::BackTab
            | Code::Backspace
            | Code::Delete
            | Code::Up
            | Code::Down
            | Code::Left
            | Code::Right
            | Code::Home
            | Code::End
            | Code::PageUp
            | Code::PageDown
            | Code::Insert
            | Code::F(_) => None,
        }
    }

    /// The key of a terminal event; nothing for a release and for keys without a name here.
    pub fn from_event(event: KeyEvent) -> Option<Key> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let code = match event.code {
            KeyCode::Char(c) if c.is_control() => return None,
            KeyCode::Char(c) => Code::Char(c),
            KeyCode::Enter => Code::Enter,
            KeyCode::Esc => Code::Esc,
            KeyCode::Tab => Code::Tab,
            KeyCode::BackTab => Code::BackTab,
            KeyCode::Backspace => Code::Backspace,
            KeyCode::Delete => Code::Delete,
            KeyCode::Up => Code::Up,
            KeyCode::Down => Code::Down,
            KeyCode::Left => Code::Left,
            KeyCode::Right => Code::Right,
            KeyCode::Home => Code::Home,
            KeyCode::End => Code::End,
            KeyCode::PageUp => Code::PageUp,
            KeyCode::PageDown => Code::PageDown,
            KeyCode::Insert => Code::Insert,
            KeyCode::F(number) => Code::F(number),
            _ => return None,
        };
        let held = |modifier| event.modifiers.contains(modifier);
        Some(
            Key {
                code,
                ctrl: held(KeyModifiers::CONTROL),
                alt: held(KeyModifiers::ALT),
                shift: held(KeyModifiers::SHIFT),
            }
            .normal(),
        )
    }

    /// One form for what terminals report in several.
    fn normal(mut self) -> Self {
        match self.code {
            Code::Char(c) => {
                if self.shift && c.is_ascii_lowercase() {
                    self.code = Code::Char(c.to_ascii_uppercase());
                }
                // Without an extended protocol a terminal cannot tell ctrl-D from ctrl-d.
                if self.ctrl && c.is_ascii_alphabetic() {
                    self.code = Code::Char(c.to_ascii_lowercase());
                }
                self.shift = false;
            }
            Code::Tab if self.shift => {
                self.code = Code::BackTab;
                self.shift = false;
            }
            Code::BackTab => self.shift = false,
            Code::Tab
            | Code::Enter
            | Code::Esc
            | Code::Backspace
            | Code::Delete
            | Code::Up
            | Code::Down
            | Code::Left
            | Code::Right
            | Code::Home
            | Code::End
            | Code::PageUp
            | Code::PageDown
            | Code::Insert
            | Code::F(_) => {}
        }
        self
    }
}

impl FromStr for Key {
    type Err = UnknownKey;

    /// Reads `g`, `G`, `ctrl-d`, `C-d`, `alt-x`, `S-Tab`, `space`, `F5`, with or without `<` and `>` around.
    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        let unknown = || UnknownKey(text.to_owned());
        let bare = match text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) {
            Some(inner) if !inner.is_empty() => inner,
            Some(_) | None => text,
        };
        let mut key = Key::of(Code::Esc);
        let mut rest = bare;
        while let Some((head, tail)) = rest.split_once('-').filter(|(head, tail)| !head.is_empty() && !tail.is_empty())
        {
            let flag = match head.to_ascii_lowercase().as_str() {
                "ctrl" | "c" | "control" => &mut key.ctrl,
                "alt" | "a" | "meta" | "m" => &mut key.alt,
                "shift" | "s" => &mut key.shift,
                _ => return Err(unknown()),
            };
            *flag = true;
            rest = tail;
        }
        key.code = Code::named(rest).ok_or_else(unknown)?;
        Ok(key.normal())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for (held, name) in [(self.ctrl, "ctrl-"), (self.alt, "alt-"), (self.shift, "S-")] {
            if held {
                text.push_str(name);
            }
        }
        match (Code::NAMES.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => text.push_str(name),
            (None, Code::Char(c)) => text.push(c),
            (None, Code::F(number)) => text.push_str(&format!("F{number}")),
            (None, other) => text.push_str(&format!("{other:?}")),
        }
        f.pad(&text)
    }
}

/// Reads a sequence such as `jj<tab>G<ctrl-d>`; `<lt>` stands for `<`.
///
/// # Errors
/// A name between `<` and `>` that is no key.
pub fn keys(text: &str) -> Result<Vec<Key>, UnknownKey> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let name = rest.find('>').filter(|end| c == '<' && *end > 1).map(|end| &rest[..=end]);
        let word = name.unwrap_or(&rest[..c.len_utf8()]);
        out.push(word.parse()?);
        rest = &rest[word.len()..];
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(text: &str) -> Key {
        text.parse().unwrap()
    }

    #[test]
    fn the_notations_of_the_key_table_are_read() {
        assert_eq!(key("ctrl-d"), Key::ctrl('d'));
        assert_eq!(key("C-d"), Key::ctrl('d'));
        assert_eq!(key("S-Tab"), Key::of(Code::BackTab));
        assert_eq!(key("shift-tab"), key("<backtab>"));
        assert_eq!(key("space"), Key::char(' '));
        assert_eq!(key("G"), Key::char('G'));
        assert_eq!(key("shift-g"), Key::char('G'));
        assert_eq!(key("<enter>"), Key::of(Code::Enter));
        assert_eq!(key("-"), Key::char('-'));
        assert_eq!(key("ctrl--"), Key::ctrl('-'));
        assert_eq!(key("<"), Key::char('<'));
        assert_eq!(key("F12"), Key::of(Code::F(12)));
        assert!("hyper-x".parse::<Key>().is_err() && "".parse::<Key>().is_err() && "F99".parse::<Key>().is_err());
    }

    #[test]
    fn a_sequence_is_read_key_by_key() {
        let expected = [Key::char('j'), Key::of(Code::Tab), Key::char('<'), Key::ctrl('d'), Key::char('検')];
        assert_eq!(keys("j<tab><lt><ctrl-d>検").unwrap(), expected);
        assert_eq!(keys("<j").unwrap(), [Key::char('<'), Key::char('j')]);
        assert!(keys("<nope>").is_err());
    }

    #[test]
    fn terminal_events_come_in_one_form() {
        let event = |code, modifiers| Key::from_event(KeyEvent::new(code, modifiers));
        assert_eq!(event(KeyCode::Char('G'), KeyModifiers::SHIFT), Some(Key::char('G')));
        assert_eq!(event(KeyCode::Char('g'), KeyModifiers::SHIFT), Some(Key::char('G')));
        assert_eq!(event(KeyCode::Char('D'), KeyModifiers::CONTROL), Some(Key::ctrl('d')));
        assert_eq!(event(KeyCode::BackTab, KeyModifiers::SHIFT), Some(Key::of(Code::BackTab)));
        assert_eq!(event(KeyCode::CapsLock, KeyModifiers::NONE), None);
        let mut release = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        release.kind = KeyEventKind::Release;
        assert_eq!(Key::from_event(release), None);
    }

    proptest! {
        #[test]
        fn what_is_shown_is_what_is_read(c in any::<char>(), ctrl: bool, alt: bool, shift: bool, f in 1u8..25, named in 0usize..22) {
            for code in [Code::Char(c), Code::F(f), Code::NAMES[named].1] {
                if matches!(code, Code::Char(c) if c.is_control()) {
                    continue;
                }
                let key = Key { code, ctrl, alt, shift }.normal();
                prop_assert_eq!(key.to_string().parse::<Key>(), Ok(key));
            }
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = text.parse::<Key>();
            let _ = keys(&text);
        }
    }
}
