//! Takes secrets out of text that is about to leave: to a model, a journal, a file, the clipboard. `copilot/outgoing.rs`,
//! `cli redact`, exports and the journal call it.
//!
//! Detectors read the text as a person or a program would read it (without hidden characters, with escapes read, with lines
//! joined), and what they find is replaced in the text as it stands: all else stays byte for byte.

mod calls;
mod commands;
mod formats;
mod headers;
mod keyblocks;
mod keys;
mod known;
mod kube;
mod named;
mod people;
mod phrases;
mod session;
mod take;
#[cfg(test)]
mod tests;
mod urls;
mod values;
mod view;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use regex::Regex;
use zeroize::Zeroizing;

use known::{Holder, Known};
use view::View;

pub use session::Session;

/// What is taken out beside secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mail {
    /// Mail addresses are taken out.
    #[default]
    Redact,
    /// Mail addresses stay.
    Keep,
}

/// Replaces secrets by `[REDACTED:type:n]`. The same value gets the same placeholder as long as the redactor lives, and is
/// replaced wherever it stands from then on, also encoded. Its values are never printed (it has no `Debug`) and are wiped
/// when it is dropped.
#[derive(Default)]
pub struct Redactor {
    known: Known,
    mail: Mail,
}

/// Where a detector found a secret: places in the view that it read, in order, that together are one value.
struct Hit {
    kind: &'static str,
    places: Vec<Range<usize>>,
}

impl Hit {
    fn new(kind: &'static str, range: Range<usize>) -> Self {
        Self { kind, places: vec![range] }
    }
}

/// A place of the text that goes.
struct Cut {
    range: Range<usize>,
    holder: Holder,
}

/// A secret in the text as it stands.
struct Found {
    kind: &'static str,
    value: Zeroizing<String>,
    places: Vec<Range<usize>>,
}

/// What a rule leaves behind.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a constant pattern; the tests compile it")]
    Regex::new(r"\[REDACTED:[a-z0-9-]+:[0-9]+\]").expect("the pattern is valid")
});

impl Redactor {
    /// A redactor that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// A redactor that has seen nothing and treats mail addresses like this.
    pub fn with(mail: Mail) -> Self {
        Self { known: Known::default(), mail }
    }

    /// How many different secrets it replaced so far.
    pub fn count(&self) -> usize {
        self.known.count()
    }

    /// The value behind a placeholder, for this machine only.
    pub fn original(&self, placeholder: &str) -> Option<&str> {
        self.known.original(placeholder)
    }

    /// The text with its secrets replaced; all else stays byte for byte, and a line stays a line.  Should a detector fail, nothing of the text is left.
    pub fn redact(&mut self, text: &str) -> String {
        catch_unwind(AssertUnwindSafe(|| self.replace(text))).unwrap_or_else(|_| "[REDACTED:unreadable:1]".to_owned())
    }

    fn replace(&mut self, text: &str) -> String {
        let done: Vec<Range<usize>> = PLACEHOLDER.find_iter(text).map(|found| found.range()).collect();
        let mut found = self.detect(text);
        found.sort_by_key(|one| (one.places.first().map_or(0, |place| place.start), std::cmp::Reverse(one.end())));
        let mut cuts: Vec<Cut> = Vec::new();
        let mut until = 0;
        let mut broken = false;
        for one in found {
            // Inside of a longer one that was taken before: known from now on if that one went over lines, since then it may
            // have swallowed what is no part of it.
            if one.end() <= until {
                if broken && one.places.len() == 1 {
                    self.known.holder(one.kind, &one.value);
                }
                continue;
            }
            until = one.end();
            broken = one.places.len() > 1;
            let holder = self.known.holder(one.kind, &one.value);
            cuts.extend(one.places.into_iter().map(|range| Cut { range, holder }));
        }
        self.again(text, &mut cuts);
        write(text, cuts, &done)
    }

    /// All that the detectors find in every view.
    fn detect(&self, text: &str) -> Vec<Found> {
        let mut out = Vec::new();
        let plain = View::plain(text);
        self.read(text, &plain, &mut out);
        if let Some(view) = View::unescaped(text) {
            self.read(text, &view, &mut out);
        }
        if let Some(view) = View::joined(text) {
            let mut hits = Vec::new();
            formats::find(&view.text, &mut hits);
            // Only what the lines by themselves did not show: else a token would eat the beginning of the next line.
            for hit in hits {
                if let Some(one) = located(text, &view, hit)
                    && one.places.len() > 1
                    && !out.iter().any(|known| known.start() == one.start())
                {
                    out.push(one);
                }
            }
        }
        out
    }

    fn read(&self, text: &str, view: &View<'_>, out: &mut Vec<Found>) {
        let seen: &str = &view.text;
        let mut hits = Vec::new();
        formats::find(seen, &mut hits);
        keyblocks::find(seen, &mut hits);
        kube::find(seen, &mut hits);
        named::find(seen, &mut hits);
        named::identified(seen, &mut hits);
        headers::find(seen, &mut hits);
        urls::find(seen, &mut hits);
        commands::find(seen, &mut hits);
        calls::find(seen, &mut hits);
        phrases::find(seen, &mut hits);
        people::numbers(seen, &mut hits);
        if self.mail == Mail::Redact {
            people::mail(seen, &mut hits);
        }
        out.extend(hits.into_iter().filter_map(|hit| located(text, view, hit)));
    }

    /// Values that were seen, here or earlier, where no detector found them.
    fn again(&self, text: &str, cuts: &mut Vec<Cut>) {
        self.again_in(text, &View::plain(text), cuts);
        if let Some(view) = View::unescaped(text) {
            self.again_in(text, &view, cuts);
        }
    }

    fn again_in(&self, text: &str, view: &View<'_>, cuts: &mut Vec<Cut>) {
        let bytes = view.text.as_bytes();
        self.known.find(&view.text, |range, holder| {
            let mut range = range;
            if holder.is_base64() {
                // The whole of what is encoded together goes: its beginning and end may hold a part.
                let in_run = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'+' | b'/' | b'-' | b'_');
                range.start -= bytes[..range.start].iter().rev().take(4096).take_while(in_run).count();
                range.end += bytes[range.end..].iter().take(4096).take_while(in_run).count();
            }
            let value = view.text.get(range.clone());
            let mut places = Vec::new();
            for place in view.places(text, range.clone()) {
                lines(text, place, &mut places);
            }
            let escaped = places.len() == 1
                && text.get(places[0].clone()) != value
                && text.get(places[0].clone()).is_some_and(|at| at.contains(['%', '\\', '&']));
            let holder = if escaped { holder.escaped() } else { holder };
            cuts.extend(places.into_iter().map(|range| Cut { range, holder }));
        });
    }
}

impl Found {
    fn start(&self) -> usize {
        self.places.first().map_or(0, |place| place.start)
    }

    fn end(&self) -> usize {
        self.places.last().map_or(0, |place| place.end)
    }
}

/// A hit in the text as it stands.
fn located(text: &str, view: &View<'_>, hit: Hit) -> Option<Found> {
    let value = Zeroizing::new(hit.places.iter().filter_map(|place| view.text.get(place.clone())).collect::<String>());
    let mut places = Vec::new();
    for place in hit.places {
        for place in view.places(text, place) {
            lines(text, place, &mut places);
        }
    }
    (!places.is_empty()).then_some(Found { kind: hit.kind, value, places })
}

/// A place line by line, without the blanks around each: a line stays a line.
fn lines(text: &str, place: Range<usize>, out: &mut Vec<Range<usize>>) {
    let mut start = place.start;
    for line in text.get(place).unwrap_or_default().split('\n') {
        let inside = line.trim();
        if !inside.is_empty() {
            let from = start + line.len() - line.trim_start().len();
            out.push(from..from + inside.len());
        }
        start += line.len() + 1;
    }
}

/// The text with each cut replaced: left to right, of those that overlap the one that begins first and reaches furthest;
/// what a later one has more than it goes too. Placeholders that stand there already stay.
fn write(text: &str, mut cuts: Vec<Cut>, done: &[Range<usize>]) -> String {
    cuts.sort_by_key(|cut| (cut.range.start, std::cmp::Reverse(cut.range.end)));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let mut placeholders = done.iter().peekable();
    for cut in cuts {
        while placeholders.peek().is_some_and(|done| done.end <= cut.range.start) {
            placeholders.next();
        }
        if cut.range.end <= at
            || placeholders.peek().is_some_and(|done| {
                done.start < cut.range.end && !(cut.range.start <= done.start && cut.range.end > done.end)
            })
        {
            continue;
        }
        if cut.range.start >= at {
            out.push_str(text.get(at..cut.range.start).unwrap_or_default());
            out.push_str(&cut.holder.text());
        }
        at = cut.range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}
