//! Formats of the configuration: a regular expression whose named groups are the parts of a line, held to its own
//! examples before it is used. `runtime` makes them of the configuration; [`super::Heads`] tries them before all others.

use std::ops::Range;
use std::sync::Arc;

use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use regex::bytes::{Regex, RegexBuilder};

use crate::domain::{Severity, Timestamp};

use super::parse::parts::{Fields, Parts, Stream};
use super::parse::stamp::Clock;
use super::parse::{Format, level};

/// Bytes of a line that are matched.
const MAX_LINE: usize = 64 << 10;
/// Bytes that a compiled pattern may take.
const MAX_PATTERN: usize = 4 << 20;

/// What the configuration says of a format.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spec {
    /// Its name.
    pub name: String,
    /// A regular expression with named groups: `time`, `level`, `service`, `message`, `trace`; other names are fields.
    pub pattern: String,
    /// How `time` is written, as `strptime` says it; empty is any form that is known without.
    pub time_format: String,
    /// Words that mean a level here, beside the usual ones.
    pub levels: Vec<(String, Severity)>,
    /// Lines and what they mean.
    pub examples: Vec<Example>,
}

/// A line and what it means. What is not stated is not checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Example {
    /// The line.
    pub line: String,
    /// Its time.
    pub time: Option<Timestamp>,
    /// Its level.
    pub level: Option<Severity>,
    /// Its service.
    pub service: Option<String>,
    /// Its message.
    pub message: Option<String>,
    /// Its other fields.
    pub fields: Vec<(String, String)>,
}

/// What is wrong with a format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// The expression cannot be used.
    #[error("is no regular expression: {0}")]
    Pattern(String),
    /// No group says what the line is about.
    #[error("has no group named `message`")]
    NoMessage,
    /// The example of this number is not what it says.
    #[error("{1}")]
    Example(usize, String),
}

/// A format of the configuration, ready to read.
#[derive(Debug)]
pub struct Own {
    spec: Spec,
    pattern: Regex,
    fields: Vec<(usize, String)>,
    groups: [Option<usize>; 4],
}

impl PartialEq for Own {
    fn eq(&self, other: &Self) -> bool {
        self.spec == other.spec
    }
}

impl Own {
    /// Makes a format and holds it to its examples; otherwise everything that is wrong with it.
    pub fn new(spec: Spec) -> Result<Arc<Self>, Vec<Wrong>> {
        let pattern = RegexBuilder::new(&spec.pattern).size_limit(MAX_PATTERN).build();
        let pattern = pattern.map_err(|error| vec![Wrong::Pattern(last_line(&error.to_string()))])?;
        let group = |wanted: &str| pattern.capture_names().position(|name| name == Some(wanted));
        let groups = [group("time"), group("level"), group("service"), group("message")];
        if groups[3].is_none() {
            return Err(vec![Wrong::NoMessage]);
        }
        let named = pattern.capture_names().enumerate().filter_map(|(index, name)| Some((index, name?.to_owned())));
        let fields = named.filter(|(index, _)| !groups.contains(&Some(*index))).collect();
        let own = Self { spec, pattern, fields, groups };
        let wrong: Vec<Wrong> = own.spec.examples.iter().enumerate().flat_map(|(at, one)| own.held(at, one)).collect();
        if wrong.is_empty() { Ok(Arc::new(own)) } else { Err(wrong) }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// Reads a line; `None` when the expression does not match.
    pub(super) fn read<F: Fields>(&self, line: &[u8], stream: &mut Stream<'_>, out: &mut F) -> Option<Parts> {
        let found = self.pattern.captures(&line[..line.len().min(MAX_LINE)])?;
        let range = |group: Option<usize>| -> Option<Range<usize>> { found.get(group?).map(|part| part.range()) };
        let [time, level, service, message] = self.groups.map(range);
        let mut message = message.unwrap_or(0..0);
        if line.len() > MAX_LINE && message.end == MAX_LINE {
            message.end = line.len();
        }
        for (group, name) in &self.fields {
            let name = if name == "trace" { "trace_id" } else { name };
            if let Some(value) = found.get(*group) {
                out.field(name.as_bytes(), value.as_bytes());
            }
        }
        Some(Parts {
            format: Format::Own,
            time: time.and_then(|time| self.time(&line[time], stream.clock)),
            severity: level.and_then(|level| self.level(&line[level])),
            service: service.filter(|service| !service.is_empty()),
            message,
            wrapped: false,
        })
    }

    fn time(&self, text: &[u8], clock: &mut Clock) -> Option<i64> {
        if self.spec.time_format.is_empty() {
            return clock.value(text);
        }
        let time = BrokenDownTime::parse(&self.spec.time_format, text).ok()?;
        if let Ok(instant) = time.to_timestamp() {
            return i64::try_from(instant.as_nanosecond()).ok();
        }
        match (time.to_datetime(), time.to_time()) {
            (Ok(civil), _) => {
                let instant = TimeZone::UTC.to_timestamp(civil).ok()?;
                i64::try_from(instant.as_nanosecond()).ok()
            }
            (Err(_), Ok(time)) => {
                let nanos = time.duration_since(jiff::civil::Time::midnight()).as_nanos();
                match (time_month(text, &self.spec.time_format), i64::try_from(nanos)) {
                    (Some((month, day)), Ok(nanos)) => clock.nearest_year(month, day, nanos),
                    (None, Ok(nanos)) => Some(clock.nearest_day(nanos)),
                    (_, Err(_)) => None,
                }
            }
            (Err(_), Err(_)) => None,
        }
    }

    fn level(&self, text: &[u8]) -> Option<Severity> {
        let mine = self.spec.levels.iter().find(|(word, _)| word.as_bytes().eq_ignore_ascii_case(text));
        mine.map(|(_, severity)| *severity).or_else(|| level::value(text))
    }

    /// What an example says and the format does not.
    fn held(&self, at: usize, example: &Example) -> Vec<Wrong> {
        let layout = super::Layout::default();
        let near = example.time.unwrap_or_default();
        let mut clock = Clock::new(near);
        let mut stream = Stream { layout: &layout, clock: &mut clock, unknown: false };
        let mut gathered = super::parse::fields::Gathered::default();
        let line = example.line.as_bytes();
        let Some(parts) = self.read(line, &mut stream, &mut gathered) else {
            return vec![Wrong::Example(at, "the pattern does not match it".to_owned())];
        };
        let text = |range: Range<usize>| String::from_utf8_lossy(&line[range]).into_owned();
        let time = parts.time.and_then(|time| Timestamp::from_nanosecond(i128::from(time)).ok());
        let say = |what: &str, wanted: &str, found: Option<String>| {
            let found = found.map_or_else(|| "none".to_owned(), |found| format!("`{found}`"));
            Wrong::Example(at, format!("its {what} should be `{wanted}` and is {found}"))
        };
        let mut wrong = Vec::new();
        if let Some(wanted) = example.time.filter(|wanted| time != Some(*wanted)) {
            wrong.push(say("time", &wanted.to_string(), time.map(|time| time.to_string())));
        }
        if let Some(wanted) = example.level.filter(|wanted| parts.severity != Some(*wanted)) {
            let found = parts.severity.map(|found| found.word().to_ascii_lowercase());
            wrong.push(say("level", &wanted.word().to_ascii_lowercase(), found));
        }
        let service = parts.service.map(text);
        if let Some(wanted) = example.service.as_ref().filter(|wanted| service.as_ref() != Some(wanted)) {
            wrong.push(say("service", wanted, service));
        }
        let message = Some(text(parts.message));
        if let Some(wanted) = example.message.as_ref().filter(|wanted| message.as_ref() != Some(wanted)) {
            wrong.push(say("message", wanted, message));
        }
        for (name, wanted) in &example.fields {
            let found = gathered.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
            if found.as_ref() != Some(wanted) {
                wrong.push(say(&format!("field `{name}`"), wanted, found));
            }
        }
        wrong
    }
}

/// The month and day of a time whose year is not written.
fn time_month(text: &[u8], format: &str) -> Option<(i64, i64)> {
    let time = BrokenDownTime::parse(format, text).ok()?;
    Some((i64::from(time.month()?), i64::from(time.day()?)))
}

/// What a regular expression's error says, without the picture.
fn last_line(error: &str) -> String {
    error.lines().last().unwrap_or(error).trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests;
