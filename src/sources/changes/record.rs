//! One line of JSON to a change event. Only a time and something to say about it are required.

use serde_json::{Map, Value};

use crate::domain::{Change, ChangeId, CleanText, SourceId, Timestamp};
use crate::logfile::parse::instant;

/// Lines that were no change events.
#[derive(Debug, Default)]
pub struct Rejects {
    lines: u64,
    count: u64,
    last: String,
}

impl Rejects {
    /// Reads a line, counting it if it is no change event; blank ones are nothing.
    pub fn read(&mut self, line: &str, source: &SourceId) -> Option<Change> {
        self.lines += 1;
        if line.trim().is_empty() {
            return None;
        }
        match parse(line, source) {
            Ok(change) => Some(change),
            Err(why) => {
                self.count += 1;
                self.last = format!("line {} {why}", self.lines);
                None
            }
        }
    }

    /// What is wrong, if anything was.
    pub fn why(&self) -> Option<String> {
        let plural = if self.count == 1 { "line was" } else { "lines were" };
        (self.count > 0).then(|| format!("{} {plural} no change event and left out; {}", self.count, self.last))
    }
}

/// Reads a change event, or says what is wrong with the line.
pub fn parse(line: &str, source: &SourceId) -> Result<Change, String> {
    let object: Map<String, Value> =
        serde_json::from_str(line).map_err(|_| "is no JSON object; write {\"ts\":..,\"summary\":..}".to_owned())?;
    let text = |names: &[&str]| names.iter().find_map(|name| object.get(*name).and_then(words));
    let at = ["ts", "time", "timestamp", "at"]
        .iter()
        .find_map(|name| object.get(*name).and_then(time))
        .ok_or("has no time that can be read; write \"ts\":\"2026-11-20T02:05:12Z\"")?;
    let kind = text(&["kind", "type"]).unwrap_or_else(|| CleanText::line("change"));
    let service = text(&["service", "app", "component"]).unwrap_or_default();
    let summary = text(&["summary", "message", "title", "description"])
        .or_else(|| (!service.is_empty()).then(|| CleanText::line(&format!("{kind} {service}"))))
        .ok_or("has no summary; write \"summary\":\"payments 2.3.1\"")?;
    Ok(Change {
        id: ChangeId(0),
        at,
        kind,
        service,
        summary,
        version: text(&["version"]),
        author: text(&["author", "by", "user"]),
        commit: text(&["commit", "sha", "revision"]),
        source: source.clone(),
        raw: CleanText::line(line.trim()),
    })
}

fn words(value: &Value) -> Option<CleanText> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(CleanText::line(text.trim())),
        Value::Number(number) => Some(CleanText::line(&number.to_string())),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => instant(text),
        Value::Number(number) => instant(&number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Change, String> {
        parse(line, &SourceId::new("changes"))
    }

    #[test]
    fn every_known_field_has_its_place() {
        let line = r#"{"ts":"2026-11-20T21:02:45.301Z","kind":"deploy","service":"cart","summary":"cart 3.1.5: carts live longer","version":"3.1.5","commit":"89b2ddd","author":"Noor Haddad <noor@shop.example>","by":"release-bot"}"#;
        let change = read(line).unwrap();
        assert_eq!(change.at.to_string(), "2026-11-20T21:02:45.301Z");
        let said = [change.kind.as_str(), &change.service, &change.summary];
        assert_eq!(said, ["deploy", "cart", "cart 3.1.5: carts live longer"]);
        assert_eq!(change.version.as_deref(), Some("3.1.5"));
        assert_eq!(change.commit.as_deref(), Some("89b2ddd"));
        assert_eq!(change.author.as_deref(), Some("Noor Haddad <noor@shop.example>"));
        assert_eq!(change.raw.as_str(), line);
    }

    #[test]
    fn the_least_is_a_time_and_a_word() {
        let change = read(r#"{"ts":1795208660,"summary":"flag on"}"#).unwrap();
        assert_eq!((change.kind.as_str(), change.service.as_str()), ("change", ""));
    }

    #[test]
    fn bad_lines_are_counted_and_the_last_one_is_explained() {
        let mut rejects = Rejects::default();
        let source = SourceId::new("changes");
        for line in [
            "",
            "{\"ts\":\"2026-11-20T21:02:45Z\",\"summary\":\"a\"}",
            "<html>",
            "[1]",
            "{\"ts\":1e308,\"summary\":\"a\"}",
        ] {
            rejects.read(line, &source);
        }
        let why = rejects.why().unwrap();
        assert!(why.starts_with("3 lines were no change event and left out; line 5 has no time"), "{why}");
        assert!(read("{\"ts\":\"2026-11-20T21:02:45Z\"}").unwrap_err().contains("no summary"));
    }
}
