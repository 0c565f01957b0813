//! A trace in one row, in place of the density strip while the filter names one: which service spoke first, how much
//! later the others did, what failed, and where the longest silence was.

use super::Logs;
use crate::app::Ctx;
use crate::domain::series::Unit;
use crate::domain::{CleanText, Severity};
use crate::logs::PageRow;
use crate::store::filter::{Field, Match, Test};
use crate::ui::number::{count, value};
use crate::ui::{Line, Role};

/// Silences shorter than this part of the whole are not worth a word.
const SILENCE: f64 = 0.25;

/// A service in a trace.
struct Voice<'a> {
    service: &'a CleanText,
    /// Nanoseconds after the first record.
    after: i128,
    errors: usize,
}

impl Logs {
    /// Whether the records of one trace are looked at. They stand wherever they are in time.
    pub(super) fn is_trace(&self) -> bool {
        let is_trace =
            |test: &Test| matches!(test, Test::Field(Field::Trace, Match::Is, id) if !id.as_str().is_empty());
        self.filter.terms().iter().any(|term| !term.negated && is_trace(&term.test))
    }

    /// The trace in one row; `None` when there is none to tell of.
    pub(super) fn story(&self, ctx: &Ctx<'_>) -> Option<Line> {
        let page = &ctx.stores.records.page;
        self.is_trace().then(|| story(&page.rows, page.matching)).flatten()
    }
}

/// Services in the order of their first words. The rows are in the order of their times.
fn story(rows: &[PageRow], matching: u64) -> Option<Line> {
    let start = rows.first()?.key.at;
    let after = |row: &PageRow| row.key.at.as_nanosecond() - start.as_nanosecond();
    let mut voices: Vec<Voice<'_>> = Vec::new();
    for row in rows {
        let service = &row.record.service;
        let errors = usize::from(row.record.severity >= Severity::Error);
        match voices.iter_mut().find(|voice| voice.service == service) {
            Some(voice) => voice.errors += errors,
            None => voices.push(Voice { service, after: after(row), errors }),
        }
    }
    let length = rows.last().map_or(0, after);
    let mut line = Line::of(format!(" trace {} ", took(length)), Role::Strong);
    if (rows.len() as u64) < matching {
        line.push(format!("in view of {} records ", count(matching)), Role::Warning);
    }
    for (at, voice) in voices.iter().enumerate() {
        line.push(if at == 0 { " " } else { " > " }, Role::Dim);
        line.push(voice.service.clone(), Role::Text);
        if at > 0 {
            line.push(format!(" +{}", took(voice.after)), Role::Dim);
        }
        if voice.errors > 0 {
            let words = if voice.errors == 1 { " 1 error".to_owned() } else { format!(" {} errors", voice.errors) };
            line.push(words, Role::Critical);
        }
    }
    let silences = rows.windows(2).map(|pair| (after(&pair[1]) - after(&pair[0]), &pair[0].record.service));
    if let Some((silence, service)) = silences.max_by_key(|(silence, _)| *silence)
        && silence as f64 >= SILENCE * length as f64
        && silence > 0
    {
        line.push(format!("   silent for {} after {service}", took(silence)), Role::Warning);
    }
    Some(line)
}

fn took(nanos: i128) -> String {
    value(nanos as f64 / 1e9, Unit::Seconds)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{RecordKey, Timestamp};
    use crate::testing::build::log;

    fn row(millis: i64, service: &str, severity: Severity) -> PageRow {
        let at = Timestamp::from_millisecond(1_768_442_400_000 + millis).unwrap();
        let record = Arc::new(log(at, service, severity, "x"));
        PageRow { key: RecordKey { at, id: record.id }, record, pattern: None, alike: 0, gone: None }
    }

    #[test]
    fn who_spoke_first_how_much_later_the_others_did_and_the_silence_between() {
        let rows = [
            row(0, "front", Severity::Info),
            row(12, "checkout", Severity::Info),
            row(40, "pay", Severity::Error),
            row(940, "pay", Severity::Error),
            row(950, "checkout", Severity::Error),
        ];
        let said = story(&rows, 5).unwrap().text();
        let want =
            " trace 950 ms  front > checkout +12.0 ms 1 error > pay +40.0 ms 2 errors   silent for 900 ms after pay";
        assert_eq!(said.replace(".0 ms", " ms"), want.replace(".0 ms", " ms"));
        assert!(story(&rows[..2], 5).unwrap().text().contains("in view of 5 records"));
        assert!(story(&[], 0).is_none());
    }
}
