//! The values of an answer that are held until they are whole: labels, odd samples, histograms; and the end of it all.

use std::collections::BTreeMap;

use super::answer::{self, ResultKind};
use super::state::Fate;
use super::{Decoder, Fault, Outcome, RangeAnswer, RawSeries, Texts, ValueTexts, histogram, sample};
use crate::domain::CleanText;

impl Decoder {
    pub(super) fn labels(&mut self, json: &str) -> Result<(), Fault> {
        let labels = serde_json::from_str::<Option<BTreeMap<String, String>>>(json);
        let labels = labels.map_err(|error| Fault::Shape { why: format!("`metric` of a series: {error}") })?;
        let clean = |(name, value): (&String, &String)| (CleanText::line(name), CleanText::line(value));
        self.open.series.labels = labels.unwrap_or_default().iter().map(clean).collect();
        Ok(())
    }

    pub(super) fn odd_sample(&mut self, json: &str) {
        // One that two pieces share may well be plain.
        let found = match sample::plain(json.as_bytes()) {
            Some(found) => Some((found.sample, String::from_utf8_lossy(found.text).into_owned())),
            None => sample::odd(json),
        };
        let Some((sample, text)) = found else {
            self.tally.odd += 1;
            return;
        };
        if self.admit(1) {
            self.open.series.points.push(sample);
            if let Some(texts) = &mut self.open.series.texts {
                texts.push(text.as_bytes());
            }
        }
    }

    pub(super) fn histogram(&mut self, json: &str) {
        let Some(read) = histogram::read(json) else {
            self.tally.odd += 1;
            return;
        };
        if self.admit(read.buckets.len() + 1) {
            self.open.series.histograms.push(read);
        }
    }

    pub(super) fn conclude(mut self) -> Result<Outcome, Fault> {
        match self.head.status.as_deref() {
            Some("success") => {}
            Some(other) => {
                return Ok(Err(self.head.error.unwrap_or_else(|| format!("status `{other}` without a reason"))));
            }
            None => return Err(Fault::Shape { why: "`status` is missing".to_owned() }),
        }
        let kind = match self.head.kind.as_deref() {
            Some("matrix") => ResultKind::Matrix,
            Some("vector") => ResultKind::Vector,
            Some("scalar") => ResultKind::Scalar,
            Some("string") => ResultKind::Text,
            Some(other) => return Err(Fault::Shape { why: format!("resultType is `{other}`, which is unknown") }),
            // It may stand behind what was not read any more.
            None if self.tally.given_up.is_some() => ResultKind::Matrix,
            None => return Err(Fault::Shape { why: "`resultType` is missing".to_owned() }),
        };
        if kind == ResultKind::Scalar {
            self.loose();
        }
        let kept = self.series.len();
        let notices = self.tally.notices(&self.head.warnings, self.head.partial, &self.limits, kept);
        let mut series = self.series;
        series.sort_by(|a, b| a.labels.cmp(&b.labels));
        let remarks = answer::shown(self.head.infos.iter());
        Ok(Ok(RangeAnswer { kind, series, sent: self.tally.sent, samples: self.tally.samples, notices, remarks }))
    }

    /// A scalar is a series without labels.
    fn loose(&mut self) {
        let json = format!("[{}]", std::mem::take(&mut self.head.loose).join(","));
        self.open.fate = Fate::Kept;
        self.open.series = RawSeries::default();
        self.open.series.texts = (self.limits.texts == Texts::Kept).then(ValueTexts::default);
        self.odd_sample(&json);
        self.tally.sent += 1;
        self.tally.samples += self.open.read as u64;
        self.series.push(std::mem::take(&mut self.open.series));
    }
}
