//! sed scripts: printing, deleting and substituting in the stream are reads; `w` writes; `e`, and everything that is
//! not understood, is opaque.

use std::ops::Range;

use crate::domain::Class;

use super::super::arguments::Parsed;
use super::super::walk::Walk;

impl Walk<'_> {
    /// The scripts of a sed call: every `-e`, else the first argument.
    pub(in super::super) fn sed(&mut self, parsed: &Parsed<'_>, span: &Range<usize>) {
        let given = parsed.values(&["-e", "--expression"]);
        let first = parsed.arguments.first().map(|value| value.exact());
        let scripts: Vec<Option<&str>> = if given.is_empty() { first.into_iter().collect() } else { given };
        if scripts.is_empty() && !parsed.has(&["--version", "--help"]) {
            return self.opaque(span, "sed", "has no script");
        }
        for script in scripts {
            match script.map(judge) {
                Some(Class::Read) => {}
                Some(Class::Write) => self.say(Class::Write, span, "sed", "its script writes a file"),
                Some(Class::Destructive | Class::Opaque) => {
                    self.opaque(span, "sed", "its script is not understood, or runs commands");
                }
                None => self.opaque(span, "sed", "its script is only known at run time"),
            }
        }
    }
}

/// The class of a script.
pub(super) fn judge(script: &str) -> Class {
    let mut rest = script;
    let mut class = Class::Read;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n', ';', '}']);
        if rest.is_empty() {
            return class;
        }
        match command(rest) {
            Some((found, after)) => {
                class = class.join(found);
                rest = after;
            }
            None => return Class::Opaque,
        }
    }
}

/// One command with its addresses: its class and what follows it.
fn command(text: &str) -> Option<(Class, &str)> {
    let mut rest = address(text)?;
    if let Some(second) = rest.strip_prefix(',') {
        rest = address(second.trim_start_matches([' ', '+', '~']))?;
    }
    let rest = rest.trim_start_matches([' ', '!']);
    let mut chars = rest.chars();
    let name = chars.next()?;
    let after = chars.as_str();
    match name {
        'p' | 'P' | 'd' | 'D' | 'g' | 'G' | 'h' | 'H' | 'x' | 'n' | 'N' | '=' | 'z' | 'F' => ends(after),
        'l' | 'q' | 'Q' => ends(after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ')),
        '{' => Some((Class::Read, after)),
        's' => substitute(after),
        'y' => {
            let (mark, after) = delimiter(after)?;
            ends(part(part(after, mark)?, mark)?)
        }
        'w' | 'W' => Some((Class::Write, "")),
        'b' | 't' | 'T' | ':' => {
            let label = after.trim_start().trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
            ends(label)
        }
        // Text and file names reach to the end of the line, and their rules differ from sed to sed.
        _ => None,
    }
}

fn ends(after: &str) -> Option<(Class, &str)> {
    let after = after.trim_start_matches([' ', '\t']);
    (after.is_empty() || after.starts_with([';', '\n', '}'])).then_some((Class::Read, after))
}

fn substitute(text: &str) -> Option<(Class, &str)> {
    let (mark, after) = delimiter(text)?;
    let after = part(part(after, mark)?, mark)?;
    let flags = after.find(|c: char| !c.is_ascii_digit() && !"gpiI".contains(c)).unwrap_or(after.len());
    let after = &after[flags..];
    if after.starts_with('w') {
        // The file's name reaches to the end of the line; nothing after it is read.
        return Some((if after.contains('\n') { Class::Opaque } else { Class::Write }, ""));
    }
    ends(after)
}

fn delimiter(text: &str) -> Option<(char, &str)> {
    let mark = text.chars().next().filter(|c| c.is_ascii_punctuation() && *c != '\\')?;
    Some((mark, &text[1..]))
}

/// What follows the next delimiter that is not escaped. A bracket expression may hide a delimiter: not understood.
fn part(text: &str, mark: char) -> Option<&str> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == mark => {
                let before = &text[..at];
                let odd = before.matches('[').count() != before.matches(']').count()
                    || ["[]", "[^]"].iter().any(|start| before.contains(start));
                return (!odd).then(|| &text[at + 1..]);
            }
            '\n' => return None,
            _ => {}
        }
    }
    None
}

fn address(text: &str) -> Option<&str> {
    match text.chars().next()? {
        '$' => Some(&text[1..]),
        '0'..='9' => Some(text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '~')),
        '/' => part(&text[1..], '/').map(|rest| rest.trim_start_matches(['I', 'M'])),
        '\\' => None,
        _ => Some(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_that_only_print_are_reads() {
        for script in
            ["10,20p", "$p", "/err/,/ok/p", "s/a/b/g", "s|a|b|2p", "/x/d;s/a/b/", "1!G;h;$!d", "5q", "/a/{p;d}"]
        {
            assert_eq!(judge(script), Class::Read, "{script}");
        }
    }

    #[test]
    fn scripts_that_write_or_run_are_not() {
        for script in ["w out", "s/a/b/w out", "/x/w out"] {
            assert_eq!(judge(script), Class::Write, "{script}");
        }
        for script in [
            "s/x/id/e",
            "1e id",
            "/x/e id",
            "$!e",
            "2{e id}",
            "e",
            "s/a/b/gpe",
            "r f",
            "a\\\ntext",
            "s/[/]x/e/e",
            "s/a",
            "\\,x,e id",
            "s/a/b/w f\ne id",
            "y/ab/cd/e",
            "s/[]/]x/y/e",
        ] {
            assert_eq!(judge(script), Class::Opaque, "{script}");
        }
    }
}
