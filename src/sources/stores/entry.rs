//! A line of a log store with its labels, made into a record: the line is read like one of a file, so that level, trace
//! and fields are found; lines of one stream that belong together are joined; labels become service and attributes.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::domain::{CleanText, LogRecord, Severity, SourceId, Timestamp};
use crate::logfile::LineParser;

/// Streams whose lines are joined at the same time.
const STREAMS: usize = 1_000;
/// Labels that name a service, the most telling first.
const SERVICE: [&str; 12] = [
    "service_name",
    "service.name",
    "service",
    "app",
    "app_kubernetes_io_name",
    "app.kubernetes.io/name",
    "k8s_app",
    "component",
    "container",
    "container_name",
    "unit",
    "job",
];
/// Labels and fields that name a level.
const LEVEL: [&str; 7] =
    ["detected_level", "level", "severity_text", "severity", "log.level", "log_level", "levelname"];
/// Fields that name a trace.
const TRACE: [&str; 4] = ["trace_id", "traceid", "traceID", "trace.id"];

/// Names and values, sorted by name.
pub type Labels = Arc<[(String, String)]>;

/// One entry as a store gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What the stream is labelled with.
    pub labels: Labels,
    /// The store's time for it.
    pub at: Timestamp,
    /// The line.
    pub line: String,
    /// What belongs to this entry alone.
    pub fields: Vec<(String, String)>,
}

/// Joins the lines of many streams.
pub struct Streams {
    source: SourceId,
    service: String,
    open: HashMap<u64, Stream>,
}

struct Stream {
    parser: LineParser,
    labels: Labels,
    /// Times and own fields of the lines that the parser holds.
    fields: VecDeque<(Timestamp, Vec<(String, String)>)>,
}

impl Entry {
    /// What makes it the same entry when it comes again.
    pub fn identity(&self) -> u64 {
        let mut all: Vec<&(String, String)> = self.labels.iter().chain(&self.fields).collect();
        // A store may say of the same field that it is the stream's or the entry's, depending on who asks how.
        all.sort_unstable();
        all.dedup();
        let mut hash = DefaultHasher::new();
        (all, self.at.as_nanosecond(), &self.line).hash(&mut hash);
        hash.finish()
    }
}

impl Streams {
    /// Makes records of the named source; `service` stands where nothing names one.
    pub fn new(source: SourceId, service: &str) -> Self {
        Self { source, service: service.to_owned(), open: HashMap::new() }
    }

    /// Takes an entry read at `now`, gives the records it completes.
    pub fn take(&mut self, entry: Entry, now: Timestamp) -> Vec<LogRecord> {
        let mut hash = DefaultHasher::new();
        entry.labels.hash(&mut hash);
        let mut done = if self.open.len() >= STREAMS { self.finish(now) } else { Vec::new() };
        let (source, service) = (&self.source, &self.service);
        let stream = self.open.entry(hash.finish()).or_insert_with(|| {
            let service = first(&SERVICE, &entry.labels).unwrap_or(service);
            let parser = LineParser::new(source.clone(), service);
            Stream { parser, labels: Arc::clone(&entry.labels), fields: VecDeque::new() }
        });
        done.extend(stream.take(entry, now));
        done
    }

    /// Gives what was kept in case more lines belong to it. Call it when the store has been quiet.
    pub fn flush(&mut self, now: Timestamp) -> Vec<LogRecord> {
        let mut done: Vec<LogRecord> = self.open.values_mut().flat_map(|stream| stream.flush(now)).collect();
        done.sort_by_key(LogRecord::at);
        done
    }

    /// Whether anything is held back.
    pub fn is_pending(&self) -> bool {
        self.open.values().any(|stream| stream.parser.is_pending())
    }

    fn finish(&mut self, now: Timestamp) -> Vec<LogRecord> {
        let done = self.flush(now);
        self.open.clear();
        done
    }
}

impl Stream {
    fn take(&mut self, entry: Entry, now: Timestamp) -> Vec<LogRecord> {
        let Entry { at, mut line, fields, .. } = entry;
        let whole = line.trim_end_matches(['\n', '\r']).len();
        line.truncate(whole);
        if line.contains('\n') {
            return self.several_lines(&line, at, fields, now);
        }
        self.fields.push_back((at, fields));
        line.push('\n');
        let done = self.parser.feed(line.as_bytes(), at);
        self.records(done, now)
    }

    /// The collector joined lines already: they are one record, whatever they look like.
    fn several_lines(
        &mut self,
        lines: &str,
        at: Timestamp,
        fields: Vec<(String, String)>,
        now: Timestamp,
    ) -> Vec<LogRecord> {
        let mut done = self.flush(now);
        let first_line = lines.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        self.fields.push_back((at, fields));
        let mut parts = self.parser.feed(format!("{first_line}\n").as_bytes(), at);
        parts.extend(self.parser.flush_idle());
        let raw = CleanText::block(lines);
        done.extend(self.records(parts, now).into_iter().map(|record| LogRecord { raw: raw.clone(), ..record }));
        done
    }

    fn flush(&mut self, now: Timestamp) -> Vec<LogRecord> {
        let done = self.parser.flush_idle();
        self.records(done, now)
    }

    /// Gives records the store's time, their labels and their own fields.
    fn records(&mut self, done: Vec<LogRecord>, now: Timestamp) -> Vec<LogRecord> {
        done.into_iter().map(|record| self.record(record, now)).collect()
    }

    fn record(&mut self, mut record: LogRecord, now: Timestamp) -> LogRecord {
        // The parser was told the store's time as the time of reading.
        let at = record.observed;
        let mut own = Vec::new();
        while let Some((of, _)) = self.fields.front() {
            if *of > at {
                break;
            }
            let is_its = *of == at;
            own = self.fields.pop_front().map(|(_, fields)| fields).unwrap_or_default();
            if is_its {
                break;
            }
        }
        let named = |names: &[&str]| first(names, &own).or_else(|| first(names, &self.labels));
        if record.severity == Severity::Unset {
            record.severity = named(&LEVEL).and_then(Severity::from_word).unwrap_or(Severity::Unset);
        }
        if record.trace_id.is_none() {
            record.trace_id = named(&TRACE).map(|id| CleanText::line(&id.to_ascii_lowercase()));
        }
        let mut attributes = record.attributes.into_vec();
        for (name, value) in own.iter().chain(self.labels.iter()) {
            if !value.is_empty() && !attributes.iter().any(|(known, _)| known.as_str() == name) {
                attributes.push((CleanText::line(name), CleanText::line(value)));
            }
        }
        LogRecord { time: Some(at), observed: now, attributes: attributes.into(), ..record }
    }
}

/// The value of the first of the names that is there.
fn first<'a>(names: &[&str], labels: &'a [(String, String)]) -> Option<&'a str> {
    names
        .iter()
        .find_map(|name| labels.iter().find(|(key, value)| key == name && !value.is_empty()))
        .map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn entry(stream: &[(&str, &str)], second: i64, line: &str) -> Entry {
        let at = Timestamp::from_second(1_700_000_000 + second).unwrap();
        Entry { labels: labels(stream), at, line: line.to_owned(), fields: Vec::new() }
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    fn records(entries: Vec<Entry>) -> Vec<LogRecord> {
        let mut streams = Streams::new(SourceId::new("loki"), "loki");
        let mut done: Vec<LogRecord> = entries.into_iter().flat_map(|entry| streams.take(entry, now())).collect();
        done.extend(streams.flush(now()));
        done
    }

    #[test]
    fn a_line_is_read_like_one_of_a_file_and_labels_are_added() {
        let mut one = entry(&[("app", "payments"), ("pod", "p-1")], 5, r#"level=error msg="card declined" order=17"#);
        one.fields = vec![("trace_id".to_owned(), "4BF92F3577B34DA6A3CE929D0E0E4736".to_owned())];
        let record = records(vec![one]).remove(0);
        assert_eq!((record.service.as_str(), record.severity), ("payments", Severity::Error));
        assert_eq!(record.time, Some(Timestamp::from_second(1_700_000_005).unwrap()));
        assert_eq!(record.observed, now());
        assert_eq!(record.attribute("order").unwrap().as_str(), "17");
        assert_eq!(record.attribute("pod").unwrap().as_str(), "p-1");
        assert_eq!(record.trace_id.unwrap().as_str(), "4bf92f3577b34da6a3ce929d0e0e4736");
    }

    #[test]
    fn lines_of_a_stack_trace_are_joined_within_their_stream_only() {
        let a = [("app", "a")];
        let found = records(vec![
            entry(&a, 0, "2026-11-20T02:00:00Z ERROR failed"),
            entry(&[("app", "b")], 0, "2026-11-20T02:00:00Z INFO well"),
            entry(&a, 1, "java.lang.IllegalStateException: no"),
            entry(&a, 1, "\tat a.b.C.d(C.java:1)"),
            entry(&a, 2, "2026-11-20T02:00:02Z INFO next"),
        ]);
        assert_eq!(found.len(), 3, "{found:#?}");
        let trace = found.iter().find(|record| record.severity == Severity::Error).unwrap();
        assert_eq!((trace.raw.lines().count(), trace.at().as_second()), (3, 1_700_000_000));
    }

    #[test]
    fn lines_that_the_collector_joined_stay_one_record() {
        let found = records(vec![entry(&[("app", "a")], 0, "level=info msg=one\nlevel=error msg=two\n")]);
        assert_eq!((found.len(), found[0].raw.lines().count()), (1, 2));
    }

    #[test]
    fn fields_go_with_their_own_line() {
        let mut all = Vec::new();
        for number in 0..3 {
            let mut one = entry(&[("app", "a")], number, "level=info msg=x");
            one.fields = vec![("n".to_owned(), number.to_string())];
            all.push(one);
        }
        let numbers: Vec<String> = records(all).iter().map(|r| r.attribute("n").unwrap().to_string()).collect();
        assert_eq!(numbers, ["0", "1", "2"]);
    }

    #[test]
    fn identity_does_not_depend_on_where_a_field_was_put() {
        let mut inside = entry(&[("app", "a")], 0, "x");
        inside.fields = vec![("trace_id".to_owned(), "1".to_owned())];
        assert_eq!(inside.identity(), entry(&[("app", "a"), ("trace_id", "1")], 0, "x").identity());
        assert_ne!(inside.identity(), entry(&[("app", "a")], 0, "x").identity());
    }
}
