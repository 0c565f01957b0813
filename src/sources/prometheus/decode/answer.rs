//! What the decoder makes of an answer, and the words for what it left out.

use std::collections::BTreeMap;

use super::histogram::{self, RawHistogram};
use crate::domain::{CleanText, Sample};

/// Warnings, and remarks, of one answer that are shown.
const MOST_NOTICES: usize = 5;

/// How much of an answer is kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Series.
    pub series: usize,
    /// Samples of all series together; a histogram counts as one for each bucket.
    pub samples: usize,
    /// Whether the values' own text is kept beside them.
    pub texts: Texts,
}

/// What becomes of the text of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Texts {
    /// It is kept: the values are shown as the server sent them.
    Kept,
    /// It is not needed.
    Dropped,
}

/// The kind of an answer's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultKind {
    /// Series over time.
    Matrix,
    /// Series at one instant: a sample each.
    Vector,
    /// One number: a series without labels.
    Scalar,
    /// A text, which has no samples.
    Text,
}

/// An answer to a query.
#[derive(Clone, Debug, PartialEq)]
pub struct RangeAnswer {
    /// What it is.
    pub kind: ResultKind,
    /// Its series in the order of their labels, bounded.
    pub series: Vec<RawSeries>,
    /// Series that were read, those without room among them.
    pub sent: usize,
    /// Samples that were read, those without room among them.
    pub samples: u64,
    /// What the server, or the reading of its answer, has to say against it.
    pub notices: Vec<CleanText>,
    /// What the server remarks on the query; nothing is missing for it.
    pub remarks: Vec<CleanText>,
}

/// One series of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RawSeries {
    /// Labels, `__name__` among them where it was sent.
    pub labels: BTreeMap<CleanText, CleanText>,
    /// Samples in time order.
    pub points: Vec<Sample>,
    /// The values as the server wrote them, where they were to be kept.
    pub texts: Option<ValueTexts>,
    /// Native histograms in time order.
    pub histograms: Vec<RawHistogram>,
}

/// The texts of a series' values, one behind the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ValueTexts {
    all: Vec<u8>,
    /// Where each begins and ends.
    spans: Vec<(u32, u32)>,
}

/// What is counted while an answer is read.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) sent: usize,
    pub(super) samples: u64,
    /// Samples without a usable time or value.
    pub(super) odd: usize,
    /// Series that the bounds left out.
    pub(super) no_room: usize,
    /// Values of more bytes than are held.
    pub(super) oversized: usize,
    /// Bytes read when the reading was given up on purpose.
    pub(super) given_up: Option<usize>,
}

impl RawSeries {
    /// The value of a point as the server wrote it, or as it is where that was not kept.
    pub fn text(&self, point: usize) -> CleanText {
        let kept = self.texts.as_ref().and_then(|texts| texts.get(point));
        kept.unwrap_or_else(|| {
            CleanText::line(&self.points.get(point).map_or_else(String::new, |point| point.value.to_string()))
        })
    }

    /// Samples and histograms that it holds.
    pub fn size(&self) -> usize {
        self.points.len() + self.histograms.len()
    }

    /// Puts the points in time order and keeps one of each time.
    pub(super) fn settle(&mut self) {
        let in_order = |pair: &[Sample]| matches!(pair, [a, b] if a.at < b.at);
        if !self.points.windows(2).all(in_order) {
            let mut order: Vec<usize> = (0..self.points.len()).collect();
            let at = |index: &usize| self.points.get(*index).map(|point| point.at);
            order.sort_by_key(at);
            order.dedup_by_key(|index| at(index));
            self.points = order.iter().filter_map(|index| self.points.get(*index).copied()).collect();
            if let Some(texts) = &mut self.texts {
                texts.spans = order.iter().filter_map(|index| texts.spans.get(*index).copied()).collect();
            }
        }
        self.histograms.sort_by_key(|one| one.at);
        self.histograms.dedup_by_key(|one| one.at);
    }
}

impl ValueTexts {
    pub(in crate::sources::prometheus) fn push(&mut self, text: &[u8]) {
        let from = self.all.len();
        self.all.extend_from_slice(text);
        let span = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.spans.push((span(from), span(self.all.len())));
    }

    fn get(&self, index: usize) -> Option<CleanText> {
        let (from, to) = *self.spans.get(index)?;
        let text = self.all.get(from as usize..to as usize)?;
        Some(CleanText::line(&String::from_utf8_lossy(text)))
    }
}

impl RangeAnswer {
    /// Native histograms as series of cumulative counts, which charts and heat-maps know; says so in the notices.
    pub fn flatten_histograms(&mut self) {
        let held = self.series.iter().filter(|one| !one.histograms.is_empty()).count();
        if held == 0 {
            return;
        }
        let mut flat = Vec::with_capacity(self.series.len());
        for mut series in std::mem::take(&mut self.series) {
            let histograms = std::mem::take(&mut series.histograms);
            if !series.points.is_empty() {
                flat.push(series.clone());
            }
            flat.extend(histogram::by_bound(&series.labels, &histograms));
        }
        self.series = flat;
        let words = if held == 1 {
            "1 series is a native histogram".into()
        } else {
            format!("{held} series are native histograms")
        };
        self.remarks.push(CleanText::line(&format!("{words}, shown as counts up to each bound (`le`)")));
    }
}

impl Tally {
    /// What was left out, in words, behind what the server said.
    pub(super) fn notices(&self, warnings: &[String], partial: bool, limits: &Limits, kept: usize) -> Vec<CleanText> {
        let cut = |warning: &&String| warning.contains("truncated due to limit");
        let by_limit = self.sent > limits.series && warnings.iter().any(|warning| cut(&warning));
        // That the limit was ours is said below.
        let own = warnings.iter().filter(|warning| !(by_limit && cut(warning)));
        let mut notices = shown(own);
        if partial {
            notices.push("a partial answer: some storage nodes did not answer".into());
        }
        if self.odd > 0 {
            notices.push(format!("{} samples without a usable time or value are left out", grouped(self.odd)).into());
        }
        if self.oversized > 0 {
            notices.push(format!("{} values of more than 1 MiB are left out", self.oversized).into());
        }
        let advice = "aggregate with `sum by (..)`";
        if let Some(bytes) = self.given_up {
            let (mib, sent) = (bytes >> 20, grouped(self.sent));
            notices.push(
                format!("the answer is larger than {mib} MiB: more than {sent} series, {kept} are kept: {advice}")
                    .into(),
            );
        } else if by_limit {
            notices.push(format!("more than {kept} series, the first {kept} are kept: {advice}").into());
        } else if self.sent > limits.series && self.no_room == self.sent - limits.series {
            notices.push(format!("{} series, the first {kept} are kept: {advice}", grouped(self.sent)).into());
        } else if self.no_room > 0 {
            let samples = grouped(usize::try_from(self.samples).unwrap_or(usize::MAX));
            let words = format!(
                "{} series with {samples} samples, {kept} series are kept: {advice} or take a wider step",
                grouped(self.sent)
            );
            notices.push(words.into());
        }
        notices
    }
}

pub(super) fn shown<'a>(mut texts: impl Iterator<Item = &'a String>) -> Vec<CleanText> {
    let mut shown: Vec<CleanText> = texts.by_ref().take(MOST_NOTICES).map(|text| CleanText::line(text)).collect();
    let more = texts.count();
    if more > 0 {
        shown.push(format!("{more} more").into());
    }
    shown
}

/// `1240` as `1,240`.
pub(in crate::sources::prometheus) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
