//! The journal of this machine: `journalctl --output=json --follow`, begun at its own cursor after a break. Shaped after
//! systemd's Journal JSON Format: every value a text, a list of bytes, a list of texts, or null where it is too long.

use std::time::Duration;

use serde_json::{Map, Value};
use tokio::sync::watch;

use super::follow::{Begin, Following, Program, Said};
use crate::config::schema;
use crate::domain::ports::Pending;
use crate::domain::query::PolledQuery;
use crate::domain::{SourceId, Timestamp};
use crate::sources::stores::{Entry, followed};
use crate::sources::{Outlet, Source};

/// Fields and the names under which they are shown, the stream's first.
const STREAM: [(&str, &str); 3] =
    [("_SYSTEMD_UNIT", "unit"), ("SYSLOG_IDENTIFIER", "identifier"), ("_HOSTNAME", "host")];
const FIELDS: [(&str, &str); 4] =
    [("_PID", "pid"), ("_UID", "uid"), ("CODE_FILE", "code.file"), ("CODE_LINE", "code.line")];
/// `PRIORITY` in syslog's order.
const LEVELS: [&str; 8] = ["fatal", "fatal", "fatal", "error", "warn", "info", "info", "debug"];

/// The journal, followed.
pub struct JournaldSource {
    id: SourceId,
    config: schema::Journald,
    program: String,
}

struct Journal {
    program: String,
    units: Vec<String>,
}

impl JournaldSource {
    /// A source for one `[[journald]]` entry.
    pub fn new(config: &schema::Journald) -> Self {
        Self { id: SourceId::new(&config.name), config: config.clone(), program: "journalctl".to_owned() }
    }

    /// The same with another program that behaves like `journalctl`.
    #[must_use]
    pub fn with_program(mut self, program: &str) -> Self {
        self.program = program.to_owned();
        self
    }

    fn journal(&self) -> Journal {
        Journal { program: self.program.clone(), units: self.config.units.clone() }
    }
}

impl Source for JournaldSource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn queries(&self) -> Vec<PolledQuery> {
        let units: String = self.config.units.iter().map(|unit| format!(" --unit={unit}")).collect();
        vec![followed(&self.id, &format!("journalctl --follow{units}"), Duration::ZERO)]
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()> {
        let following = Following::new(&self.id, self.journal(), self.config.since.signed());
        Box::pin(following.keep_running(outlet, stop))
    }
}

impl Program for Journal {
    fn argv(&self, from: &Begin) -> Vec<String> {
        let start = match &from.cursor {
            Some(cursor) => format!("--after-cursor={cursor}"),
            None => format!("--since=@{}", from.at.as_second()),
        };
        // Without --no-tail, --follow shows ten lines of the past.
        let fixed = [self.program.as_str(), "--output=json", "--follow", "--no-tail", "--no-pager", "--quiet", &start];
        let units = self.units.iter().map(|unit| format!("--unit={unit}"));
        fixed.into_iter().map(str::to_owned).chain(units).collect()
    }

    fn read(&mut self, line: &str) -> Said {
        match serde_json::from_str::<Map<String, Value>>(line) {
            Ok(fields) => entry(&fields).map_or(Said::Aside, |entry| Said::Entry(entry, text(&fields, "__CURSOR"))),
            Err(_) => Said::Aside,
        }
    }

    fn name(&self) -> String {
        "journalctl".to_owned()
    }
}

fn entry(fields: &Map<String, Value>) -> Option<Entry> {
    let micros: i64 = text(fields, "__REALTIME_TIMESTAMP")?.parse().ok()?;
    let at = Timestamp::from_microsecond(micros).ok()?;
    let named = |names: &[(&str, &str)]| -> Vec<(String, String)> {
        names.iter().filter_map(|(field, name)| Some(((*name).to_owned(), text(fields, field)?))).collect()
    };
    let mut own = named(&FIELDS);
    let level = text(fields, "PRIORITY").and_then(|priority| LEVELS.get(priority.parse::<usize>().ok()?));
    own.extend(level.map(|level| ("level".to_owned(), (*level).to_owned())));
    // What a service wrote beside its message, in its own words; what the journal and syslog added stays away.
    let added = |name: &str| name.starts_with(['_']) || name.starts_with("SYSLOG_") || name.starts_with("CODE_");
    let known = ["MESSAGE", "PRIORITY", "TID"];
    let others = fields.keys().filter(|name| !added(name) && !known.contains(&name.as_str()));
    own.extend(others.filter_map(|name| Some((name.to_ascii_lowercase(), text(fields, name)?))));
    let line =
        text(fields, "MESSAGE").unwrap_or_else(|| "(a message that journalctl left out for its length)".to_owned());
    Some(Entry { labels: named(&STREAM).into(), at, line, fields: own })
}

/// A field as text; the first of several.
fn text(fields: &Map<String, Value>, name: &str) -> Option<String> {
    fn words(value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Array(all) if all.iter().all(Value::is_u64) => {
                let bytes: Vec<u8> = all.iter().filter_map(|byte| u8::try_from(byte.as_u64()?).ok()).collect();
                Some(String::from_utf8_lossy(&bytes).into_owned())
            }
            Value::Array(all) => all.iter().find_map(words),
            Value::Null | Value::Bool(_) | Value::Object(_) => None,
        }
    }
    words(fields.get(name)?).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_with_its_bytes_and_lists() {
        let mut journal = Journal { program: "j".to_owned(), units: Vec::new() };
        let line = r#"{"__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1700000000000001","PRIORITY":"3","_SYSTEMD_UNIT":"nginx.service",
            "SYSLOG_IDENTIFIER":["nginx","again"],"MESSAGE":[99,97,102,195,169],"_PID":"7","ORDER":"17","_BOOT_ID":"x"}"#;
        let Said::Entry(entry, cursor) = journal.read(line) else { panic!("{line}") };
        assert_eq!((entry.line.as_str(), cursor.as_deref()), ("café", Some("s=1;i=2")));
        assert_eq!(entry.at.as_microsecond(), 1_700_000_000_000_001);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(entry.labels[..], [pair("unit", "nginx.service"), pair("identifier", "nginx")]);
        assert_eq!(entry.fields, [pair("pid", "7"), pair("level", "error"), pair("order", "17")]);
    }

    #[test]
    fn it_begins_at_its_cursor_where_it_has_one() {
        let journal = Journal { program: "j".to_owned(), units: vec!["a.service".to_owned()] };
        let from =
            |cursor: Option<&str>| Begin { at: Timestamp::from_second(7).unwrap(), cursor: cursor.map(str::to_owned) };
        let argv = journal.argv(&from(None));
        assert_eq!(argv[6..], ["--since=@7", "--unit=a.service"]);
        assert_eq!(journal.argv(&from(Some("s=1")))[6], "--after-cursor=s=1");
    }
}
