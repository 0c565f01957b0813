//! Reads answers of `query` and `query_range` while they arrive, in pieces of any size: no body is held, what has no room
//! is counted, and what is odd is left out and said. Keys may come in any order. Called by the client; fuzzed.

mod answer;
mod histogram;
mod parts;
mod sample;
mod scan;
mod state;
#[cfg(test)]
mod tests;

use answer::Tally;

pub(super) use answer::grouped;
pub use answer::{Limits, RangeAnswer, RawSeries, ResultKind, Texts, ValueTexts};
pub use histogram::RawHistogram;
use state::{Expect, Fate, Frame, Head, Held, Key, Open};

/// Bytes of one value that are held until it is whole; samples need none of them.
const LONGEST: usize = 1 << 20;
/// Samples for which room is made at once, whatever the series before had.
const MOST_FORESEEN: usize = 20_000;

/// Why an answer cannot be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Fault {
    /// Nothing arrived.
    #[error("the answer is empty")]
    Empty,
    /// It begins like a page.
    #[error("the answer is a page")]
    Page,
    /// It ends too early.
    #[error("the answer was cut off at byte {byte}")]
    Cut {
        /// Bytes that arrived.
        byte: usize,
    },
    /// It is not JSON.
    #[error("expected {expected} at byte {byte}")]
    NotJson {
        /// What would have been right.
        expected: &'static str,
        /// Where.
        byte: usize,
    },
    /// It is JSON, but not of this API.
    #[error("{why}")]
    Shape {
        /// What is wrong.
        why: String,
    },
}

/// A read answer, or the server's own reason for refusing.
pub type Outcome = Result<RangeAnswer, String>;

/// An answer while it is read.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    /// The objects and lists around the place where the reading is.
    around: Vec<Frame>,
    expect: Expect,
    /// A value that is neither a sample nor a list of them, until it is whole.
    held: Option<Held>,
    /// The key whose value comes next.
    key: Key,
    head: Head,
    open: Open,
    series: Vec<RawSeries>,
    kept_samples: usize,
    tally: Tally,
    /// Bytes read before the current piece.
    read: usize,
}

impl Decoder {
    /// Nothing read yet.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            around: Vec::with_capacity(6),
            expect: Expect::Answer,
            held: None,
            key: Key::Unknown,
            head: Head::default(),
            open: Open::default(),
            series: Vec::new(),
            kept_samples: 0,
            tally: Tally::default(),
            read: 0,
        }
    }

    /// Reads the next piece.
    ///
    /// # Errors
    /// What is wrong with the answer; reading on is of no use then.
    pub fn feed(&mut self, piece: &[u8]) -> Result<(), Fault> {
        let mut at = 0;
        while at < piece.len() {
            let rest = piece.get(at..).unwrap_or_default();
            at += match self.held.is_some() {
                true => self.hold_on(rest)?,
                false if self.around.last() == Some(&Frame::Values) => self.values(rest),
                false => 0,
            };
            if self.held.is_none()
                && let Some(byte) = piece.get(at)
            {
                at += self.step(*byte, at)?;
            }
        }
        self.read += piece.len();
        Ok(())
    }

    /// Whether nothing but blanks was read so far.
    pub fn is_blank(&self) -> bool {
        self.expect == Expect::Answer
    }

    /// The answer after its last piece.
    ///
    /// # Errors
    /// When it is not whole or not an answer of this API.
    pub fn finish(self) -> Result<Outcome, Fault> {
        match self.expect {
            Expect::Answer => Err(Fault::Empty),
            Expect::Nothing => self.conclude(),
            Expect::FirstOrEnd | Expect::Next | Expect::Colon | Expect::Value | Expect::CommaOrEnd => {
                Err(Fault::Cut { byte: self.read })
            }
        }
    }

    /// What was read when the rest is not wanted any more: the whole series of a good answer, with a notice.
    ///
    /// # Errors
    /// When what was read is an answer of another API.
    pub fn give_up(mut self) -> Result<Outcome, Fault> {
        self.tally.given_up = Some(self.read);
        self.head.status.get_or_insert_with(|| "success".to_owned());
        self.conclude()
    }

    /// Reads plain samples as long as there are any; the rest is for [`Decoder::step`]. Bytes read.
    #[inline]
    fn values(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        // Behind a sample stands a comma, or the end, which is not this function's to read.
        if self.expect == Expect::CommaOrEnd {
            if bytes.first() != Some(&b',') {
                return 0;
            }
            at = 1;
        }
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let Some(found) = sample::plain(rest) else {
                if at > 0 {
                    self.expect = Expect::Next;
                }
                return at;
            };
            at += found.length;
            if self.admit(1) {
                self.open.series.points.push(found.sample);
                if let Some(texts) = &mut self.open.series.texts {
                    texts.push(found.text);
                }
            }
            if bytes.get(at) != Some(&b',') {
                self.expect = Expect::CommaOrEnd;
                return at;
            }
            at += 1;
        }
    }

    /// Counts a sample; whether it is kept. A series that would lose its end is left out as a whole.
    #[inline]
    fn admit(&mut self, weight: usize) -> bool {
        self.open.read += 1;
        if self.open.fate == Fate::NoRoom {
            return false;
        }
        self.kept_samples += weight;
        if self.kept_samples <= self.limits.samples {
            return true;
        }
        let held = &mut self.open.series;
        let buckets: usize = held.histograms.iter().map(|one| one.buckets.len() + 1).sum();
        self.kept_samples -= weight + held.points.len() + buckets;
        *held = RawSeries::default();
        self.open.fate = Fate::NoRoom;
        false
    }

    /// Reads one structural byte, or begins a value with it; how many bytes it took.
    fn step(&mut self, byte: u8, at: usize) -> Result<usize, Fault> {
        if byte.is_ascii_whitespace() || (self.expect == Expect::Answer && matches!(byte, 0xef | 0xbb | 0xbf)) {
            return Ok(1);
        }
        let wrong = |expected| Err(Fault::NotJson { expected, byte: self.read + at });
        match (self.expect, byte) {
            (Expect::Answer, b'{') => self.enter(Frame::Top),
            (Expect::Answer, b'<') => return Err(Fault::Page),
            (Expect::Answer, _) => return wrong("`{`"),
            (Expect::FirstOrEnd | Expect::CommaOrEnd, b'}' | b']') => return self.leave(byte, at),
            (Expect::CommaOrEnd, b',') => self.expect = Expect::Next,
            (Expect::CommaOrEnd, _) => return wrong("`,` or the end of a list"),
            (Expect::Colon, b':') => self.expect = Expect::Value,
            (Expect::Colon, _) => return wrong("`:`"),
            (Expect::FirstOrEnd | Expect::Next | Expect::Value, b',' | b':' | b'}' | b']') => return wrong("a value"),
            (Expect::FirstOrEnd | Expect::Next, _) => match self.around.last() {
                Some(Frame::Top | Frame::Data | Frame::Series) if byte == b'"' => self.hold(Key::Name),
                Some(Frame::Top | Frame::Data | Frame::Series) | None => return wrong("a key"),
                Some(Frame::Values) => self.hold(Key::Value),
                Some(Frame::Histograms) => self.hold(Key::Histogram),
                Some(Frame::Result) if byte == b'{' => self.begin_series(),
                Some(Frame::Result) => self.hold(Key::Loose),
            },
            (Expect::Value, _) => return self.begin_value(byte),
            (Expect::Nothing, _) => return wrong("nothing behind the answer"),
        }
        // A held value begins with the byte that announced it.
        Ok(usize::from(self.held.is_none()))
    }

    fn begin_value(&mut self, byte: u8) -> Result<usize, Fault> {
        match (self.key, byte) {
            (Key::Data, b'{') => self.enter(Frame::Data),
            (Key::Data, b'[') => return Err(Fault::Shape { why: "`data` is a list and no object".to_owned() }),
            (Key::Result, b'[') => self.enter(Frame::Result),
            (Key::Values, b'[') => self.enter(Frame::Values),
            (Key::Histograms, b'[') => self.enter(Frame::Histograms),
            (key, _) => self.hold(key),
        }
        Ok(usize::from(self.held.is_none()))
    }

    fn enter(&mut self, frame: Frame) {
        self.around.push(frame);
        self.expect = Expect::FirstOrEnd;
    }

    fn leave(&mut self, byte: u8, at: usize) -> Result<usize, Fault> {
        let (closes, frame) = match self.around.last() {
            Some(frame @ (Frame::Top | Frame::Data | Frame::Series)) => (b'}', *frame),
            Some(frame @ (Frame::Result | Frame::Values | Frame::Histograms)) => (b']', *frame),
            None => (0, Frame::Top),
        };
        if byte != closes {
            return Err(Fault::NotJson { expected: "the end of what is open", byte: self.read + at });
        }
        self.around.pop();
        self.expect = if self.around.is_empty() { Expect::Nothing } else { Expect::CommaOrEnd };
        if frame == Frame::Series {
            self.end_series();
        }
        Ok(1)
    }

    fn begin_series(&mut self) {
        let full = self.series.len() >= self.limits.series;
        let foreseen = self.open.read.min(MOST_FORESEEN).min(self.limits.samples.saturating_sub(self.kept_samples));
        self.open = Open { fate: if full { Fate::NoRoom } else { Fate::Kept }, ..Open::default() };
        if !full {
            self.open.series.points.reserve(foreseen);
            self.open.series.texts = (self.limits.texts == Texts::Kept).then(ValueTexts::default);
        }
        self.enter(Frame::Series);
    }

    fn end_series(&mut self) {
        self.tally.sent += 1;
        self.tally.samples += self.open.read as u64;
        let mut series = std::mem::take(&mut self.open.series);
        match self.open.fate {
            Fate::Kept => {
                series.settle();
                self.series.push(series);
            }
            Fate::NoRoom => self.tally.no_room += 1,
        }
    }

    fn hold(&mut self, key: Key) {
        let unwanted = key == Key::Metric && self.open.fate == Fate::NoRoom;
        let key = if unwanted { Key::Unknown } else { key };
        self.held = Some(Held::new(key));
    }

    /// Reads on in the held value; bytes read.
    fn hold_on(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        let Some(held) = &mut self.held else { return Ok(0) };
        let end = held.scan.end(bytes);
        let own = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        if held.key != Key::Unknown && held.bytes.len() + own.len() <= LONGEST {
            held.bytes.extend_from_slice(own);
        } else {
            held.oversized |= held.key != Key::Unknown;
        }
        if end.is_some()
            && let Some(held) = self.held.take()
        {
            self.expect = if held.key == Key::Name { Expect::Colon } else { Expect::CommaOrEnd };
            self.tally.oversized += usize::from(held.oversized);
            let text = if held.oversized { "null".into() } else { String::from_utf8_lossy(&held.bytes) };
            self.take(held.key, &text)?;
        }
        Ok(own.len())
    }

    /// Makes use of a value that is whole now.
    fn take(&mut self, key: Key, json: &str) -> Result<(), Fault> {
        let strings = || serde_json::from_str::<Option<Vec<String>>>(json).ok().flatten().unwrap_or_default();
        let string = || serde_json::from_str::<Option<String>>(json).ok().flatten();
        match key {
            Key::Name => self.key = Key::named(self.around.last(), &string().unwrap_or_default()),
            Key::Status => self.head.status = string(),
            Key::Kind => self.head.kind = string(),
            Key::Error => self.head.error = string(),
            Key::Warnings => self.head.warnings = strings(),
            Key::Infos => self.head.infos = strings(),
            Key::Partial => self.head.partial = json == "true",
            Key::Metric => self.labels(json)?,
            Key::Value => self.odd_sample(json),
            Key::Histogram => self.histogram(json),
            Key::Loose if self.head.loose.len() < 2 => self.head.loose.push(json.to_owned()),
            Key::Loose => self.tally.odd += 1,
            // What should be a list or an object and is null, or nothing of ours.
            Key::Data | Key::Result | Key::Values | Key::Histograms | Key::Unknown => {}
        }
        Ok(())
    }
}
