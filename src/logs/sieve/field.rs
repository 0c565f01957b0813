//! What the bytes of a row already say about a term of an attribute, so that most rows need not be read as records: a row
//! that does not hold the field's name has no such field, and in JSON a value can be compared where it stands. Whatever is
//! not plain to see is left to the decoded record.

use regex::bytes::{Regex, RegexBuilder};

use crate::store::filter::{Field, Term, Test};

/// Fields that some format gives a record whose line does not name them.
const UNWRITTEN: [&str; 12] =
    ["bytes", "caller", "event", "host", "logger", "method", "path", "pid", "remote", "status", "thread", "user"];

/// A term of an attribute over bytes.
#[derive(Debug)]
pub(in crate::logs) struct FieldTerm {
    term: Term,
    name: Regex,
    /// Whether the term holds for a record without the field.
    on_absent: bool,
    is_unwritten: bool,
}

/// What the bytes of a row say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::logs) enum Verdict {
    /// The term holds.
    Holds,
    /// It does not.
    Fails,
    /// The record has to be read.
    Perhaps,
}

impl FieldTerm {
    /// `None` for a term that is about something else.
    pub(in crate::logs) fn of(term: &Term) -> Option<Self> {
        let (Test::Field(Field::Attribute(name), ..) | Test::Number(Field::Attribute(name), ..)) = &term.test else {
            return None;
        };
        // A field inside an object is named by its path.
        let last = name.rsplit('.').next().filter(|last| !last.is_empty())?;
        let plain = last.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        let regex = RegexBuilder::new(&regex::escape(last)).case_insensitive(true).unicode(false).build().ok()?;
        let lower = name.to_ascii_lowercase();
        plain.then(|| Self {
            on_absent: term.test.holds_for("") != term.negated,
            is_unwritten: UNWRITTEN.contains(&lower.as_str()),
            term: term.clone(),
            name: regex,
        })
    }

    /// Where the name stands next.
    pub(in crate::logs) fn next(&self, bytes: &[u8], from: usize) -> Option<usize> {
        self.name.find_at(bytes, from).map(|found| found.start())
    }

    /// Whether the term holds for a record without the field.
    pub(in crate::logs) fn on_absent(&self) -> bool {
        self.on_absent
    }

    /// What the bytes of a whole record say. `names_are_written` is whether its format writes the names of its fields.
    pub(in crate::logs) fn judge(&self, row: &[u8], names_are_written: bool) -> Verdict {
        let is_json = is_json(row);
        let mut found = None;
        let mut at = 0;
        while let Some(name) = self.name.find_at(row, at) {
            at = name.end();
            let verdict =
                if is_json { self.value(row.get(name.end()..).unwrap_or_default()) } else { Some(Verdict::Perhaps) };
            match verdict {
                Some(Verdict::Perhaps | Verdict::Holds) => return Verdict::Perhaps,
                Some(Verdict::Fails) => found = Some(Verdict::Fails),
                None => {}
            }
        }
        match found {
            // It may be the value of another field, and this one absent.
            Some(_) if self.on_absent => Verdict::Perhaps,
            Some(verdict) => verdict,
            None if !is_json && (self.is_unwritten || !names_are_written) => Verdict::Perhaps,
            None if self.on_absent => Verdict::Holds,
            None => Verdict::Fails,
        }
    }

    /// What follows a name in JSON; `None` when the name is no key there.
    fn value(&self, rest: &[u8]) -> Option<Verdict> {
        let rest = match rest {
            [b'"', rest @ ..] => rest.trim_ascii_start(),
            // A key inside a text that is JSON itself, or a pair in a message.
            [b'\\' | b'=', ..] => return Some(Verdict::Perhaps),
            _ => return None,
        };
        let value = rest.strip_prefix(b":")?.trim_ascii_start();
        let token = match value.first()? {
            b'"' => {
                let inside = value.get(1..)?;
                let end = memchr::memchr2(b'"', b'\\', inside)?;
                if inside.get(end) == Some(&b'\\') {
                    return Some(Verdict::Perhaps);
                }
                inside.get(..end)?
            }
            b'0'..=b'9' | b'-' => {
                let end =
                    value.iter().position(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n'));
                value.get(..end?)?
            }
            _ => return Some(Verdict::Perhaps),
        };
        // Cleaned text may read otherwise than it stands.
        let is_plain = token.iter().all(|byte| (0x20..0x7f).contains(byte)) && token.len() < 4000;
        let Some(text) = std::str::from_utf8(token).ok().filter(|_| is_plain) else { return Some(Verdict::Perhaps) };
        let holds = self.term.test.holds_for(text) != self.term.negated;
        Some(if holds { Verdict::Perhaps } else { Verdict::Fails })
    }
}

/// Whether a record is one JSON object and nothing around it.
pub(in crate::logs) fn is_json(row: &[u8]) -> bool {
    row.first() == Some(&b'{') && !row.starts_with(b"{\"log\":\"") && row.trim_ascii_end().last() == Some(&b'}')
}
