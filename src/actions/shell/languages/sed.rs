//! sed scripts, read in full: what only moves text in the stream is a read; `w` writes; `e` and `s///e` run commands and
//! are opaque, as is every script with an error. The seds differ on whether a delimiter inside `[...]` counts, so each
//! script is read both ways and the worst counts.

use std::ops::Range;

use crate::domain::Class;

use super::super::arguments::Parsed;
use super::super::walk::Walk;
use super::place;

impl Walk<'_> {
    /// The script of a sed call: every `-e`, one line each, else the first argument.
    pub(in super::super) fn sed(&mut self, parsed: &Parsed<'_>, span: &Range<usize>) {
        let given = parsed.values(&["-e", "--expression"]);
        let first = parsed.arguments.first().map(|value| value.exact());
        let parts: Option<Vec<&str>> =
            if given.is_empty() { first.into_iter().collect() } else { given.into_iter().collect() };
        let Some(parts) = parts else {
            return self.opaque(span, "sed", "its script is only known at run time");
        };
        if parts.is_empty() {
            if !parsed.has(&["--version", "--help", "-f", "--file"]) {
                self.opaque(span, "sed", "has no script");
            }
            return;
        }
        match judge(&parts.join("\n")) {
            Class::Read => {}
            Class::Write => self.say(Class::Write, span, "sed", "its script writes a file"),
            Class::Destructive => {
                self.say(Class::Destructive, span, "sed", "its script overwrites a place the machine depends on");
            }
            Class::Opaque => self.opaque(span, "sed", "its script is not understood, or runs commands"),
        }
    }
}

/// The class of a script.
pub(super) fn judge(script: &str) -> Class {
    // One that is an error to a sed does nothing in it; one that is an error to all is not sed as we know it.
    let read = [true, false].into_iter().filter_map(|brackets| Script { rest: script, brackets }.class());
    read.reduce(Class::join).unwrap_or(Class::Opaque)
}

/// What is left of a script.
struct Script<'s> {
    rest: &'s str,
    /// Whether a delimiter inside `[...]` is part of the expression.
    brackets: bool,
}

impl Script<'_> {
    /// `None`: an error, in this way of reading.
    fn class(mut self) -> Option<Class> {
        let mut class = Class::Read;
        loop {
            self.skip(|c| c.is_ascii_whitespace() || c == ';' || c == '}');
            if self.rest.is_empty() {
                return Some(class);
            }
            class = class.join(self.command()?);
        }
    }

    fn take(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn skip(&mut self, which: impl Fn(char) -> bool) {
        self.rest = self.rest.trim_start_matches(which);
    }

    fn eat(&mut self, c: char) -> bool {
        let there = self.rest.starts_with(c);
        if there {
            self.rest = &self.rest[c.len_utf8()..];
        }
        there
    }

    fn blanks(&mut self) {
        self.skip(|c| c == ' ' || c == '\t');
    }

    /// One command with its addresses.
    fn command(&mut self) -> Option<Class> {
        if self.address()? {
            self.blanks();
            if self.eat(',') {
                self.blanks();
                self.skip(|c| c == '+' || c == '~');
                if !self.address()? {
                    return None;
                }
            }
        }
        self.skip(|c| c == ' ' || c == '\t' || c == '!');
        match self.take()? {
            'p' | 'P' | 'd' | 'D' | 'g' | 'G' | 'h' | 'H' | 'x' | 'n' | 'N' | '=' | 'z' | 'F' => self.ends(),
            'l' | 'L' | 'q' | 'Q' => {
                self.blanks();
                self.skip(|c| c.is_ascii_digit());
                self.ends()
            }
            '{' => Some(Class::Read),
            '#' => {
                self.line();
                Some(Class::Read)
            }
            's' => self.substitute(),
            'y' => {
                let mark = self.mark()?;
                self.part(mark, false)?;
                self.part(mark, false)?;
                self.ends()
            }
            'a' | 'i' | 'c' => self.added(),
            'r' | 'R' => (!self.line().trim().is_empty()).then_some(Class::Read),
            'w' | 'W' => file(self.line()),
            ':' | 'b' | 't' | 'T' | 'v' => {
                self.blanks();
                self.skip(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
                self.ends()
            }
            'e' => Some(Class::Opaque),
            _ => None,
        }
    }

    fn ends(&mut self) -> Option<Class> {
        self.blanks();
        (self.rest.is_empty() || self.rest.starts_with([';', '\n', '}', '#'])).then_some(Class::Read)
    }

    /// The rest of the line, which `;` and `}` do not end.
    fn line(&mut self) -> &str {
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest;
        line
    }

    /// The text of `a`, `i` and `c`: to the end of the first line that does not end in a backslash.
    fn added(&mut self) -> Option<Class> {
        self.blanks();
        if let Some(after) = self.rest.strip_prefix('\\') {
            // A backslash with blanks behind it is the end of the text to one sed and its beginning to another.
            let blank = after.trim_start_matches([' ', '\t']);
            if blank.is_empty() || (blank.starts_with('\n') && blank.len() != after.len()) {
                return None;
            }
        }
        if self.rest.is_empty() || self.rest.starts_with('\n') {
            return None;
        }
        let mut escaped = false;
        let end = self.rest.find(|c| {
            let ends = c == '\n' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        self.rest = &self.rest[end.unwrap_or(self.rest.len())..];
        Some(Class::Read)
    }

    fn substitute(&mut self) -> Option<Class> {
        let mark = self.mark()?;
        self.part(mark, self.brackets)?;
        self.part(mark, false)?;
        self.skip(|c| c.is_ascii_digit() || "gpiImM".contains(c));
        match self.rest.chars().next() {
            Some('w') => {
                self.take();
                file(self.line())
            }
            // The rest of the flags does not matter any more.
            Some('e') => Some(Class::Opaque),
            _ => self.ends(),
        }
    }

    fn mark(&mut self) -> Option<char> {
        self.take().filter(|c| !matches!(c, '\\' | '\n') && !c.is_ascii_whitespace())
    }

    /// Goes past the next delimiter that is not escaped.
    fn part(&mut self, mark: char, brackets: bool) -> Option<()> {
        loop {
            match self.take()? {
                c if c == mark => return Some(()),
                '\\' => {
                    self.take()?;
                }
                '[' if brackets => self.bracket()?,
                // Only an escaped line end may stand in a substitution; bare ones are an error to most.
                '\n' => return None,
                _ => {}
            }
        }
    }

    /// Goes past a bracket expression; a `]` that comes first is a member.
    fn bracket(&mut self) -> Option<()> {
        self.eat('^');
        self.eat(']');
        loop {
            match self.take()? {
                ']' => return Some(()),
                '[' => {
                    if let Some(kind) = self.rest.chars().next().filter(|c| ":.=".contains(*c)) {
                        let end = self.rest[1..].find(&format!("{kind}]")).map(|at| at + 3)?;
                        self.rest = &self.rest[end..];
                    }
                }
                '\n' => return None,
                _ => {}
            }
        }
    }

    /// Whether there is an address; `None` when there is a broken one.
    fn address(&mut self) -> Option<bool> {
        match self.rest.chars().next() {
            Some('$') => {
                self.take();
            }
            Some('0'..='9') => {
                self.skip(|c| c.is_ascii_digit());
                if self.eat('~') {
                    self.skip(|c| c.is_ascii_digit());
                }
            }
            Some(c @ ('/' | '\\')) => {
                self.take();
                let mark = if c == '/' { c } else { self.mark()? };
                self.part(mark, self.brackets)?;
                self.skip(|c| c == 'I' || c == 'M');
            }
            _ => return Some(false),
        }
        Some(true)
    }
}

/// A script's output file.
fn file(name: &str) -> Option<Class> {
    let name = name.trim_start();
    (!name.is_empty()).then(|| place::written(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_that_only_print_are_reads() {
        for script in [
            "10,20p",
            "$p",
            "/err/,/ok/p",
            "s/a/b/g",
            "s|a|b|2p",
            "/x/d;s/a/b/",
            "1!G;h;$!d",
            "5q",
            "/a/{p;d}",
            ":a;N;$!ba;s/\\n/ /g",
            ":a;$!{N;ba};s/x/y/",
            "s/[^/]*$//",
            "s/[][]//g",
            "/start/,+5p",
            "0,/re/s//x/",
            "\\,/var/log,p",
            "a\\\ntext; e id",
            "1i # head; w x",
            "r /etc/motd",
            "s/a/b/w /dev/stdout",
            "$!{$!N};P;D # s/x/id/e",
            "/\\[ERROR\\]/!d",
            "s/[[:space:]/]*$//;y/abc/xyz/",
            "2~3p;/a/I,/b/Ip",
        ] {
            assert_eq!(judge(script), Class::Read, "{script}");
        }
    }

    #[test]
    fn scripts_that_write_do() {
        for script in ["w out", "s/a/b/w out", "/x/w out", "/x/{w out\n}", "s/a/b/gw /dev/stdout2", "W /dev/stderr;p"] {
            assert_eq!(judge(script), Class::Write, "{script}");
        }
        assert_eq!(judge("w /dev/sda"), Class::Destructive);
    }

    #[test]
    fn scripts_that_run_commands_or_are_not_understood_are_opaque() {
        for script in [
            "s/x/id/e",
            "1e id",
            "/x/e id",
            "$!e",
            "2{e id}",
            "e",
            "s/a/b/gpe",
            "a",
            "s/a",
            "\\,x,e id",
            "s/a/b/w f\ne id",
            "s/[/]x/e/e",
            "s/x/[/;s/[[]/id]/e",
            "a\\   \ne id",
            "a text\ne id",
            "# note \\\ne id",
            "r f\ne id",
            ":a\ne id",
            "s/[]/]x/y/e",
            "p;;$!{p};1~2e",
            "k",
            "s/a/b/\\\ne",
        ] {
            assert_eq!(judge(script), Class::Opaque, "{script}");
        }
    }
}
