//! From where to where a series on a chart is not normal, as a person who looks at it would mark it. Called by `signals`
//! for every series it is given, and by the chart through it.
//!
//! # Method
//! Unlike the score of the [`Detector`](super::Detector), which tells the onset to somebody who sees one point at a time,
//! a span has an end, and may look back from it. The samples so far that are in no span are what is usual: their range
//! (`usual`), and the range of their means over eight samples, which sees a small lasting shift that the range of single
//! values hides. A span opens at the first sample outside and gathers its excesses, in heights of the range. Once these
//! come to one height it is a span; if the series comes back before, they become part of what is usual. This is a
//! cumulative sum (Page, Biometrika 1954) whose unit is what the eye compares with: the height of the past.
//!
//! It ends when four samples in a row are back inside, or when it has lasted as long as everything before it: then it is
//! what is usual from there on. A run of equal values where values used to move, and a gap in time, are spans too.
//!
//! Nothing is marked within the first quarter of the samples: nobody can say what is usual there. A caller who wants the
//! whole window marked gives samples from before it.

use super::Sign;
use super::counter::{Kind, Reading};
use super::usual::{MEMORY, Range};
use crate::domain::{Sample, TimeWindow, Timestamp};

/// A stretch of a series that is not normal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// The first sample that is not normal; of a gap the last before it.
    pub start: Timestamp,
    /// The last sample that is not normal; of a gap the first after it. Equal to `start` for one sample alone. A span
    /// that is still going on ends at the series' last sample.
    pub end: Timestamp,
    /// In which way.
    pub sign: Sign,
    /// From 0.5, just worth marking, to 1: how far and for how long, against what was usual before.
    pub score: f64,
}

/// Samples without which nothing is usual.
const FEWEST: usize = 24;
/// Samples of a short mean.
const SHORT: usize = 8;
/// The sum of excesses, in heights, that makes a span.
const ENOUGH: f64 = 1.0;
/// The most that one sample adds.
const MOST: f64 = 4.0;
/// Samples in a row inside the range that end a span.
const BACK: usize = 4;
/// No more samples than this are a leap; more are another level.
const LEAP: usize = 3;
/// Equal values in a row that make a flat line, if the longest run before is less than a third of it.
const FLAT: usize = 12;
/// A gap is longer than so many usual steps.
const GAP: f64 = 5.0;

/// The spans of a series that touch the window, in order of their starts. Samples are in time order; those before the
/// window tell what is usual, those after it are not looked at. Values that are not finite count as missing. A counter is
/// looked at as its rate.
pub fn spans(samples: &[Sample], window: TimeWindow) -> Vec<Span> {
    let until = samples.partition_point(|sample| sample.at < window.end);
    let samples = &samples[..until];
    let mut walk = Walk::new(samples.len());
    let mut kind = Kind::default();
    let mut before: Option<Sample> = None;
    for sample in samples.iter().filter(|sample| sample.value.is_finite()) {
        let elapsed = before.map_or(0.0, |before| seconds_between(before.at, sample.at));
        match kind.read(sample.value.clamp(-1e150, 1e150), elapsed, before.is_none()) {
            Reading::Gauge(value) => walk.push(sample.at, elapsed, value),
            Reading::Rate { rate, first } => {
                if first {
                    walk = Walk::new(samples.len());
                }
                walk.push(sample.at, elapsed, rate);
            }
            Reading::Reset => {}
        }
        before = Some(*sample);
    }
    walk.finish();
    walk.found.retain(|span| span.end >= window.start);
    walk.found.sort_by_key(|span| (span.start, span.end));
    walk.found
}

fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    ((to.as_millisecond() - from.as_millisecond()) as f64 / 1000.0).max(0.0)
}

/// The way through a series.
struct Walk {
    found: Vec<Span>,
    /// Samples before which nothing is marked.
    fewest: usize,
    /// Values in no span, and their short means.
    usual: Vec<f64>,
    usual_means: Vec<f64>,
    ranges: Option<Ranges>,
    /// How many usual values there were when the ranges were taken.
    taken: usize,
    recent: Recent,
    open: Option<Open>,
    flat: Flat,
    last: Option<Timestamp>,
    step: f64,
}

/// The range of single values and that of short means.
#[derive(Clone, Copy)]
struct Ranges {
    single: Range,
    means: Range,
}

/// The last few values, held to the range, so that one leap does not linger in their mean.
#[derive(Default)]
struct Recent {
    values: [f64; SHORT],
    times: [Timestamp; SHORT],
    count: usize,
}

impl Recent {
    fn push(&mut self, at: Timestamp, value: f64) -> f64 {
        self.values[self.count % SHORT] = value;
        self.times[self.count % SHORT] = at;
        self.count += 1;
        self.mean()
    }

    fn mean(&self) -> f64 {
        let held = self.count.clamp(1, SHORT);
        self.values[..held].iter().sum::<f64>() / held as f64
    }

    /// The earliest of the last samples in a row that lie on that side of the range of means: a mean lags, and what
    /// it shows began before it left its range.
    fn began(&self, means: &Range, above: bool) -> Timestamp {
        let beyond = |place: &usize| {
            let value = self.values[place % SHORT];
            if above { value > means.high } else { value < means.low }
        };
        let newest = self.count.saturating_sub(1);
        let oldest = self.count.saturating_sub(SHORT);
        let run = (oldest..newest).rev().take_while(beyond).last().unwrap_or(newest);
        self.times[run % SHORT]
    }
}

/// A span that is not over, or not yet one.
struct Open {
    start: Timestamp,
    /// The last sample outside.
    end: Timestamp,
    /// The last one whose value, not only the mean, was outside, and samples outside since.
    end_alone: Timestamp,
    lagging: usize,
    above: f64,
    below: f64,
    /// Samples outside.
    outside: usize,
    /// Samples inside since the last one outside.
    inside: usize,
    /// All values since it opened, with their short means.
    values: Vec<(f64, f64)>,
}

/// A run of equal values.
#[derive(Default)]
struct Flat {
    value: f64,
    since: Option<Timestamp>,
    run: usize,
    /// Values before the run.
    before: usize,
    longest: usize,
    /// Its span's place among those found.
    marked: Option<usize>,
}

impl Walk {
    fn new(samples: usize) -> Self {
        Self {
            found: Vec::new(),
            fewest: FEWEST.max((samples / 4).min(MEMORY)),
            usual: Vec::with_capacity(samples.min(MEMORY)),
            usual_means: Vec::with_capacity(samples.min(MEMORY)),
            ranges: None,
            taken: 0,
            recent: Recent::default(),
            open: None,
            flat: Flat::default(),
            last: None,
            step: 0.0,
        }
    }

    fn push(&mut self, at: Timestamp, elapsed: f64, value: f64) {
        self.gap(at, elapsed);
        self.flat_line(at, value);
        let Some(mut ranges) = self.ranges else {
            let mean = self.recent.push(at, value);
            self.absorb(value, mean);
            return;
        };
        let mean = self.recent.push(at, value.clamp(ranges.single.low, ranges.single.high));
        let mut excess = ranges.excess(value, mean);
        if excess != 0.0 && self.open.is_none() && self.taken != self.usual.len() {
            ranges = self.take();
            excess = ranges.excess(value, mean);
        }
        match self.open.take() {
            None if excess == 0.0 => self.absorb(value, mean),
            None => {
                let start = if ranges.single.excess(value) == 0.0 {
                    self.recent.began(&ranges.means, excess > 0.0)
                } else {
                    at
                };
                self.open = Some(Open::new(start, at, excess, (value, mean)));
            }
            Some(mut open) => {
                open.push(at, excess, (value, mean), ranges.single.excess(value) != 0.0);
                if open.inside >= BACK {
                    self.close(open);
                } else if open.values.len() >= self.usual.len().min(MEMORY) {
                    self.accustom(open);
                } else {
                    self.open = Some(open);
                }
            }
        }
    }

    fn absorb(&mut self, value: f64, mean: f64) {
        self.usual.push(value);
        self.usual_means.push(mean);
        // A quarter more than the ranges were taken from may tell something new.
        let due = (self.taken + self.taken / 4).max(self.fewest);
        if self.usual.len() >= due.min(self.taken + MEMORY / 4).max(self.fewest) {
            self.take();
        }
    }

    fn take(&mut self) -> Ranges {
        // The first means are of fewer samples.
        let means = &self.usual_means[SHORT.min(self.usual_means.len() - 1)..];
        let ranges = Ranges { single: Range::of(&self.usual), means: Range::of(means) };
        self.ranges = Some(ranges);
        self.taken = self.usual.len();
        ranges
    }

    /// Back inside: a span if it came to enough, else part of what is usual, as are the samples since.
    fn close(&mut self, open: Open) {
        let back = open.values.len() - open.inside;
        let (whole, rest) = open.values.split_at(back);
        match open.span() {
            Some(span) => self.found.push(span),
            None => self.extend(whole),
        }
        self.extend(rest);
    }

    /// It has lasted as long as all that was usual before: it is what is usual now.
    fn accustom(&mut self, open: Open) {
        if let Some(span) = open.span() {
            self.found.push(span);
            self.usual.clear();
            self.usual_means.clear();
            self.taken = 0;
            self.recent = Recent::default();
            for (value, _) in open.values {
                let mean = self.recent.push(open.end, value);
                self.absorb(value, mean);
            }
        } else {
            self.extend(&open.values);
        }
    }

    fn extend(&mut self, values: &[(f64, f64)]) {
        for (value, mean) in values {
            self.absorb(*value, *mean);
        }
    }

    fn finish(&mut self) {
        if let Some(span) = self.open.take().and_then(|open| open.span()) {
            self.found.push(span);
        }
    }

    fn gap(&mut self, at: Timestamp, elapsed: f64) {
        if let Some(last) = self.last
            && self.step > 0.0
            && elapsed > GAP * self.step
            && self.usual.len() >= FEWEST
        {
            let score = 1.0 - 0.5 * GAP * self.step / elapsed;
            self.found.push(Span { start: last, end: at, sign: Sign::Gap, score });
        }
        let elapsed = if self.step > 0.0 { elapsed.min(2.0 * self.step) } else { elapsed };
        self.step += (elapsed - self.step) * 0.1;
        self.last = Some(at);
    }

    fn flat_line(&mut self, at: Timestamp, value: f64) {
        let flat = &mut self.flat;
        if value != flat.value || flat.since.is_none() {
            let before = flat.before + flat.run;
            flat.longest = flat.longest.max(flat.run);
            *flat = Flat { value, since: Some(at), run: 1, before, longest: flat.longest, marked: None };
            return;
        }
        flat.run += 1;
        let least = FLAT.max(3 * flat.longest);
        let Some(start) = flat.since else { return };
        if flat.run < least || flat.before < self.fewest {
            return;
        }
        let span = Span { start, end: at, sign: Sign::Quiet, score: 1.0 - 0.5 * least as f64 / flat.run as f64 };
        if let Some(found) = flat.marked.and_then(|place| self.found.get_mut(place)) {
            *found = span;
        } else {
            flat.marked = Some(self.found.len());
            self.found.push(span);
        }
    }
}

impl Ranges {
    /// The greater excess of the two. A mean lags: it counts only while the value itself lies on its side.
    fn excess(&self, value: f64, mean: f64) -> f64 {
        let single = self.single.excess(value);
        let means = self.means.excess(mean);
        let with = (means > 0.0 && value > self.means.high) || (means < 0.0 && value < self.means.low);
        if with && means.abs() > single.abs() { means } else { single }
    }
}

impl Open {
    fn new(start: Timestamp, at: Timestamp, excess: f64, both: (f64, f64)) -> Self {
        let mut open = Self {
            start,
            end: at,
            end_alone: at,
            lagging: 0,
            above: 0.0,
            below: 0.0,
            outside: 0,
            inside: 0,
            values: Vec::with_capacity(BACK),
        };
        open.push(at, excess, both, true);
        open
    }

    /// Takes a sample; `alone` says that its value itself is outside.
    fn push(&mut self, at: Timestamp, excess: f64, both: (f64, f64), alone: bool) {
        self.values.push(both);
        if excess == 0.0 {
            self.inside += 1;
            return;
        }
        (self.end, self.inside) = (at, 0);
        self.outside += 1;
        self.lagging += 1;
        if alone {
            (self.end_alone, self.lagging) = (at, 0);
        }
        if excess > 0.0 {
            self.above += excess.min(MOST);
        } else {
            self.below += (-excess).min(MOST);
        }
    }

    fn span(&self) -> Option<Span> {
        let sum = self.above + self.below;
        if sum < ENOUGH {
            return None;
        }
        let leap = self.outside <= LEAP;
        let sign = if self.above.min(self.below) >= sum / 4.0 {
            Sign::Restless
        } else if self.above > self.below {
            if leap { Sign::Spike } else { Sign::ShiftUp }
        } else if leap {
            Sign::Drop
        } else {
            Sign::ShiftDown
        };
        // For a few samples after the last wild value only the mean's memory of it is outside.
        let end = if self.lagging < SHORT { self.end_alone } else { self.end };
        Some(Span { start: self.start, end, sign, score: 1.0 - 0.5 * ENOUGH / sum })
    }
}

#[cfg(test)]
mod tests;
