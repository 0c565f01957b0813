//! A search through text that nobody indexed: pieces of a file or stream come in their order, the records that pass go out
//! as they stand. Where a term lets it, most bytes are only looked at by a search for text; a record is cut out of its
//! surroundings, and read, where something was found. Asked by `cli/logs`.

use std::ops::{ControlFlow, Range};

use std::sync::Arc;

use crate::domain::{CleanText, LogRecord, Severity, SourceId, Timestamp};
use crate::logfile::heads::{Choice, Heads, Layout, Take};
use crate::logfile::own::Own;
use crate::logfile::{Context, record};
use crate::store::Filter;
use crate::store::filter::{Aside, Term, Test};

use super::sieve::field::{FieldTerm, Verdict, is_json};
use super::sieve::text::Finder;

/// Bytes of the first piece from which the format is learned.
const SAMPLE: usize = 100 << 10;
/// Lines that are gone back to find where a record begins.
const BACK: usize = 1000;

/// A search under way.
#[derive(Debug)]
pub struct Scan {
    filter: Filter,
    plan: Plan,
    file: String,
    heads: Heads,
    layout: Layout,
    observed: Timestamp,
    is_learned: bool,
    /// Whether records state their times, so that a line without one is hardly the first of a record.
    is_timed: bool,
    lines: u64,
    counts_lines: bool,
}

/// How the next record that may pass is found.
#[derive(Debug)]
enum Plan {
    /// By a text that must be in it, or a regular expression.
    Text { finder: Finder, is_all: bool },
    /// By a field that it must have.
    Field(FieldTerm),
    /// Every record is looked at: by its level at first, where that says something.
    Every { levels: Vec<Term>, is_all: bool },
}

/// A record that passed.
#[derive(Clone, Copy, Debug)]
pub struct Passed<'a> {
    /// Its bytes, line ends included.
    pub raw: &'a [u8],
    /// The number of its first line, from 1; 0 unless lines are counted.
    pub line: u64,
}

impl Scan {
    /// A search in a file of this name. `observed` lends its date to times without one.
    pub fn new(filter: Filter, file: &str, observed: Timestamp) -> Self {
        let plan = Plan::of(&filter);
        let heads = Heads::new(observed);
        let layout = heads.layout();
        Self {
            plan,
            filter,
            file: file.to_owned(),
            heads,
            layout,
            observed,
            is_learned: false,
            is_timed: false,
            lines: 0,
            counts_lines: false,
        }
    }

    /// The same, trying the formats of the configuration before all others.
    #[must_use]
    pub fn with_formats(self, own: Arc<[Arc<Own>]>) -> Self {
        let heads = Heads::resumed(Layout::with_own(Choice::Auto, own), self.observed);
        Self { layout: heads.layout(), heads, ..self }
    }

    /// Counts lines, which takes a look at every byte.
    #[must_use]
    pub fn counting_lines(self) -> Self {
        Self { counts_lines: true, ..self }
    }

    /// The records that do not pass instead.
    #[must_use]
    pub fn inverted(self) -> Self {
        Self { plan: Plan::Every { levels: Vec::new(), is_all: false }, ..self }
    }

    /// Looks at a piece and gives what passes to `each`, until that breaks off. Gives how many bytes are done with: the
    /// rest may be the beginning of a record, and stands at the start of the next piece. Of the last piece all is done.
    pub fn piece(
        &mut self,
        bytes: &[u8],
        is_last: bool,
        passes: impl Fn(bool) -> bool,
        mut each: impl FnMut(&Self, Passed<'_>) -> ControlFlow<()>,
    ) -> (usize, ControlFlow<()>) {
        if !self.is_learned {
            self.learn(bytes);
        }
        let end = if is_last { bytes.len() } else { self.last_start(bytes) };
        let whole = bytes.get(..end).unwrap_or_default();
        let mut lines = Lines { bytes: whole, at: 0, lines: self.lines, counts: self.counts_lines };
        let mut emit = |scan: &Self, range: Range<usize>| {
            let line = lines.number(range.start);
            each(scan, Passed { raw: whole.get(range).unwrap_or_default(), line })
        };
        let flow = match &self.plan {
            Plan::Text { .. } => self.by_text(whole, &mut emit),
            Plan::Field(_) => self.by_field(whole, &mut emit),
            Plan::Every { .. } => self.every(whole, &passes, &mut emit),
        };
        if self.counts_lines {
            self.lines = lines.all();
        }
        (end, flow)
    }

    /// Reads a record.
    pub fn record(&self, raw: &[u8]) -> LogRecord {
        let context = Context {
            source: SourceId::new("files"),
            service: CleanText::default(),
            observed: self.observed,
            at: None,
        };
        record(raw, &self.layout, &context)
    }

    fn passes(&self, raw: &[u8]) -> bool {
        let aside = Aside { pattern: None, file: Some(&self.file) };
        self.filter.matches_with(&self.record(raw), &aside)
    }

    fn learn(&mut self, bytes: &[u8]) {
        self.is_learned = true;
        let sample = bytes.get(..bytes.len().min(SAMPLE)).unwrap_or_default();
        let sample =
            sample.get(..memchr::memrchr(b'\n', sample).map_or(sample.len(), |end| end + 1)).unwrap_or_default();
        self.heads.look(sample);
        let mut probe = self.heads.clone();
        let (mut begun, mut timed) = (0u32, 0u32);
        for line in sample.split(|byte| *byte == b'\n') {
            if let Take::Begins(head) = probe.take(line) {
                begun += 1;
                timed += u32::from(head.time.is_some());
            }
        }
        self.layout = probe.layout();
        self.is_timed = timed * 2 > begun;
    }

    fn by_text(&self, bytes: &[u8], emit: &mut impl FnMut(&Self, Range<usize>) -> ControlFlow<()>) -> ControlFlow<()> {
        let Plan::Text { finder, is_all } = &self.plan else { return ControlFlow::Continue(()) };
        let mut at = 0;
        while let Some((found, length)) = finder.find(bytes, at) {
            let range = self.around(bytes, found);
            let over = found + length > range.end;
            let raw = bytes.get(range.clone()).unwrap_or_default();
            if (*is_all && !over) || self.passes(raw) {
                emit(self, range.clone())?;
            }
            at = range.end.max(at + 1);
        }
        ControlFlow::Continue(())
    }

    fn by_field(&self, bytes: &[u8], emit: &mut impl FnMut(&Self, Range<usize>) -> ControlFlow<()>) -> ControlFlow<()> {
        let Plan::Field(field) = &self.plan else { return ControlFlow::Continue(()) };
        let written = self.layout.writes_names();
        let mut next = field.next(bytes, 0);
        let mut at = 0;
        while at < bytes.len() {
            let end = line_end(bytes, at);
            let line = bytes.get(at..end).unwrap_or_default();
            while next.is_some_and(|next| next < at) {
                next = field.next(bytes, at);
            }
            let is_object = is_json(line);
            if is_object && next.is_none_or(|next| next >= end) {
                at = end;
                continue;
            }
            if field.judge(line, written) == Verdict::Fails {
                at = end;
                continue;
            }
            let range = if is_object { at..end } else { self.around(bytes, at) };
            if self.passes(bytes.get(range.clone()).unwrap_or_default()) {
                emit(self, range.clone())?;
            }
            at = range.end.max(end);
        }
        ControlFlow::Continue(())
    }

    fn every(
        &mut self,
        bytes: &[u8],
        passes: &impl Fn(bool) -> bool,
        emit: &mut impl FnMut(&Self, Range<usize>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut open: Option<(usize, Severity)> = None;
        let mut at = 0;
        while at < bytes.len() {
            let end = line_end(bytes, at);
            let taken = match self.heads.take(without_end(bytes.get(at..end).unwrap_or_default())) {
                Take::Begins(head) => Some(head.severity),
                Take::Continues => None,
            };
            // At the start of a piece a record begins, whatever it looks like.
            if let Some(severity) = taken.or_else(|| open.is_none().then_some(Severity::Unset))
                && let Some((start, before)) = open.replace((at, severity))
            {
                self.judge(bytes, start..at, before, passes, emit)?;
            }
            at = end;
        }
        self.layout = self.heads.layout();
        match open {
            Some((start, severity)) => self.judge(bytes, start..bytes.len(), severity, passes, emit),
            None => ControlFlow::Continue(()),
        }
    }

    fn judge(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        severity: Severity,
        passes: &impl Fn(bool) -> bool,
        emit: &mut impl FnMut(&Self, Range<usize>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Plan::Every { levels, is_all } = &self.plan else { return ControlFlow::Continue(()) };
        let level_holds = levels.iter().all(|term| match &term.test {
            Test::Level(compare, level) => compare.holds(severity.cmp(level)) != term.negated,
            Test::Text(_) | Test::Regex(_) | Test::Field(..) | Test::Number(..) | Test::Time(..) | Test::Pattern(_) => {
                true
            }
        });
        let raw = bytes.get(range.clone()).unwrap_or_default();
        if level_holds && raw.iter().any(|byte| !byte.is_ascii_whitespace()) && (*is_all || passes(self.passes(raw))) {
            return emit(self, range);
        }
        ControlFlow::Continue(())
    }

    /// The record that a byte stands in.
    fn around(&self, bytes: &[u8], at: usize) -> Range<usize> {
        let mut start = line_start(bytes, at);
        for _ in 0..BACK {
            if start == 0 || self.begins(bytes, start) {
                break;
            }
            start = line_start(bytes, start - 1);
        }
        // Forward again: the first of them, or one after it, is the record.
        let mut heads = Heads::resumed(self.layout.clone(), self.observed);
        let mut next = start;
        while next < bytes.len() {
            let end = line_end(bytes, next);
            let begins = matches!(heads.take(without_end(bytes.get(next..end).unwrap_or_default())), Take::Begins(_));
            if begins && next > at {
                return start..next;
            }
            if begins {
                start = next;
            }
            next = end;
        }
        start..bytes.len()
    }

    /// Whether a record surely begins at a line.
    fn begins(&self, bytes: &[u8], at: usize) -> bool {
        let line = without_end(bytes.get(at..line_end(bytes, at)).unwrap_or_default());
        match Heads::resumed(self.layout.clone(), self.observed).take(line) {
            Take::Begins(head) => head.time.is_some() || !self.is_timed,
            Take::Continues => false,
        }
    }

    /// Where the last record begins, which may go on in the next piece. All when no record begins in it.
    fn last_start(&self, bytes: &[u8]) -> usize {
        let Some(last) = memchr::memrchr(b'\n', bytes) else { return 0 };
        let mut start = line_start(bytes, last);
        for _ in 0..BACK {
            if start == 0 {
                break;
            }
            if self.begins(bytes, start) {
                return start;
            }
            start = line_start(bytes, start - 1);
        }
        if start == 0 { 0 } else { last + 1 }
    }
}

impl Plan {
    fn of(filter: &Filter) -> Self {
        let terms = filter.terms();
        let is_all = terms.len() == 1;
        for term in terms.iter().filter(|term| !term.negated) {
            if let Test::Text(needle) | Test::Regex(needle) = &term.test {
                let finder = Finder::of(needle, matches!(term.test, Test::Regex(_)));
                if !finder.is_anchored() {
                    return Self::Text { finder, is_all };
                }
            }
        }
        if let Some(field) = terms.iter().filter_map(FieldTerm::of).find(|field| !field.on_absent()) {
            return Self::Field(field);
        }
        let levels: Vec<Term> = terms.iter().filter(|term| matches!(term.test, Test::Level(..))).cloned().collect();
        Self::Every { is_all: levels.len() == terms.len(), levels }
    }
}

/// Counts lines up to places that only go forward.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    lines: u64,
    counts: bool,
}

impl Lines<'_> {
    fn number(&mut self, at: usize) -> u64 {
        if !self.counts {
            return 0;
        }
        let between = self.bytes.get(self.at..at.max(self.at)).unwrap_or_default();
        self.lines += memchr::memchr_iter(b'\n', between).count() as u64;
        self.at = self.at.max(at);
        self.lines + 1
    }

    fn all(mut self) -> u64 {
        self.number(self.bytes.len()).saturating_sub(1)
    }
}

fn line_start(bytes: &[u8], at: usize) -> usize {
    bytes.get(..at).and_then(|before| memchr::memrchr(b'\n', before)).map_or(0, |end| end + 1)
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..).and_then(|rest| memchr::memchr(b'\n', rest)).map_or(bytes.len(), |end| at + end + 1)
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "\
2026-01-15T00:00:00Z INFO [cart] added user=7 latency=12ms
2026-01-15T00:00:01Z ERROR [cart] failed to add
\tat com.example.Cart.add(Cart.java:12)
Caused by: java.io.IOException: refused
\tat com.example.Net.open(Net.java:9)
2026-01-15T00:00:02Z WARN [cart] slow user=9 latency=900ms
2026-01-15T00:00:03Z INFO [cart] refused politely
";

    fn search(text: &str, filter: &str, block: usize, inverted: bool) -> Vec<(u64, String)> {
        let filter = Filter::parse(filter).unwrap();
        let mut scan = Scan::new(filter, "cart.log", Timestamp::UNIX_EPOCH).counting_lines();
        if inverted {
            scan = scan.inverted();
        }
        let (mut found, mut held) = (Vec::new(), Vec::new());
        let blocks: Vec<&[u8]> = text.as_bytes().chunks(block).collect();
        for (at, block) in blocks.iter().enumerate() {
            held.extend_from_slice(block);
            let (done, _) = scan.piece(
                &held,
                at + 1 == blocks.len(),
                |passes| passes != inverted,
                |_, passed| {
                    found.push((passed.line, String::from_utf8_lossy(passed.raw).into_owned()));
                    ControlFlow::Continue(())
                },
            );
            held.drain(..done);
        }
        found
    }

    #[test]
    fn records_come_whole_whatever_line_was_hit() {
        let trace = TEXT.lines().skip(1).take(4).map(|line| format!("{line}\n")).collect::<String>();
        assert_eq!(search(TEXT, "Net.java", 1 << 20, false), [(2, trace.clone())]);
        assert_eq!(search(TEXT, "refused level=error", 1 << 20, false), [(2, trace)]);
        assert_eq!(search(TEXT, "refused", 1 << 20, false).len(), 2);
        assert_eq!(search(TEXT, "latency>500ms", 1 << 20, false)[0].0, 6);
        assert_eq!(search(TEXT, "level>=warn", 1 << 20, false).len(), 2);
        assert_eq!(search(TEXT, "level>=warn", 1 << 20, true).len(), 2);
        assert_eq!(search(TEXT, "-latency>500ms -Cart.java", 1 << 20, false).len(), 2);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn blocks_do_not_matter(
            picks in prop::collection::vec(0usize..7, 1..60),
            filter in prop::sample::select(vec!["refused", "/n.t/", "user=9", "level>=error", "-refused", "latency>=1ms refused", "time>=00:00:02", "REFUSED", "/^2026.*add$/"]),
            block in 1usize..400,
            inverted in any::<bool>(),
        ) {
            let lines: Vec<&str> = TEXT.lines().collect();
            // A stream that is entered in a record's middle begins with whatever stands there.
            let text: String = std::iter::once(0).chain(picks).map(|pick| format!("{}\n", lines[pick])).collect();
            let whole = search(&text, filter, usize::MAX, inverted);
            prop_assert_eq!(search(&text, filter, block.max(60), inverted), whole);
        }
    }
}
