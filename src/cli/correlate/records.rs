//! Records that are no log lines, compared one by one: what spans and tables have in common.

use super::Question;
use crate::analysis::correlate::{Correlator, Side};
use crate::domain::{CleanText, LogRecord, RecordId, Severity, SourceId, Timestamp};
use crate::logs::ask::Services;
use crate::logs::contrast::{Taken, Told, left_out};
use crate::store::Filter;
use crate::store::filter::{Aside, level_word};

/// A comparison under way.
pub(super) struct Records {
    bad: Filter,
    among: Filter,
    left_out: Vec<String>,
    all: Correlator,
}

impl Records {
    /// Nothing so far. `also` are fields that are not compared either.
    pub fn new(question: &Question, also: &[&str]) -> Self {
        let Question { bad, among, changes, ignored } = question;
        let question =
            Question { bad: bad.clone(), among: among.clone(), changes: changes.clone(), ignored: ignored.clone() };
        let ask = question.ask(Services::Any);
        let mut left_out = left_out(&ask);
        left_out.extend(also.iter().map(|name| (*name).to_owned()));
        let all = Correlator::new(ask.changes).without(left_out.clone());
        Self { bad: ask.look.filter, among: ask.among, left_out, all }
    }

    /// Takes a record. `side` is where it stands if no filter says otherwise.
    pub fn take(&mut self, record: &LogRecord, file: &str, side: Side) {
        let aside = Aside { pattern: None, file: Some(file) };
        let side = if self.bad.is_empty() {
            side
        } else if self.bad.matches_with(record, &aside) {
            Side::Bad
        } else {
            Side::Rest
        };
        if side == Side::Rest && !self.among.matches_with(record, &aside) {
            return;
        }
        let at = record.time.map(|at| i64::try_from(at.as_nanosecond()).unwrap_or(i64::MAX));
        self.all.begin(side, at);
        let severity = if record.severity == Severity::Unset { "" } else { level_word(record.severity) };
        let trace = record.trace_id.as_deref().unwrap_or("");
        let known = [("service", record.service.as_str()), ("level", severity), ("trace", trace)];
        let own = record.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in known.into_iter().chain(own) {
            self.all.field(name.as_bytes(), value.as_bytes());
        }
        self.all.end();
    }

    /// What came of it.
    pub fn told(self) -> Told {
        let report = self.all.report();
        let taken = |count| Taken { all: count, read: count };
        Told {
            bad: taken(report.bad),
            rest: taken(report.rest),
            filter: self.bad,
            among: self.among,
            left_out: self.left_out.iter().map(|name| CleanText::line(name)).collect(),
            report,
            ..Told::default()
        }
    }
}

/// A record of these fields.
pub(super) fn record(time: Option<Timestamp>, service: &str, fields: Vec<(CleanText, CleanText)>) -> LogRecord {
    LogRecord {
        id: RecordId::default(),
        time,
        observed: Timestamp::UNIX_EPOCH,
        severity: Severity::Unset,
        service: CleanText::line(service),
        source: SourceId::new("files"),
        body: CleanText::default(),
        raw: CleanText::default(),
        attributes: fields.into(),
        trace_id: None,
    }
}
