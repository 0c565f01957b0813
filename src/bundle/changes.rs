//! `changes.jsonl`: a change event a line. Only `ts` and `summary` must be there.

use serde_json::{Value, json};

use super::gaps::Object;
use super::values::{instant_at, text_at};
use crate::domain::{Change, ChangeId, CleanText, SourceId};

/// Reads one line.
pub(super) fn read(object: Object, source: &SourceId) -> Result<Change, String> {
    let Some(at) = instant_at(&object, "ts") else { return Err("not a change: it has no time `ts`".to_owned()) };
    let Some(summary) = text_at(&object, "summary") else {
        return Err("not a change: it has no `summary`".to_owned());
    };
    let commit = text_at(&object, "commit").or_else(|| text_at(&object, "id").filter(|id| looks_like_commit(id)));
    Ok(Change {
        id: ChangeId(0),
        at,
        kind: text_at(&object, "kind").unwrap_or_else(|| CleanText::line("change")),
        service: text_at(&object, "service").unwrap_or_default(),
        summary,
        version: text_at(&object, "version"),
        author: text_at(&object, "author").or_else(|| text_at(&object, "by")),
        commit,
        source: source.clone(),
        raw: CleanText::line(&Value::Object(object).to_string()),
    })
}

/// The line for a change: as it was received where that is a change event itself, else built from its fields.
pub(super) fn write(change: &Change) -> Value {
    if let Ok(Value::Object(object)) = serde_json::from_str(&change.raw)
        && read(object.clone(), &change.source).is_ok_and(|again| again.at == change.at)
    {
        return Value::Object(object);
    }
    let mut line = json!({
        "ts": change.at,
        "kind": change.kind,
        "service": change.service,
        "summary": change.summary,
    });
    let optional = [("version", &change.version), ("author", &change.author), ("commit", &change.commit)];
    if let Some(line) = line.as_object_mut() {
        for (key, value) in optional {
            if let Some(value) = value {
                line.insert(key.to_owned(), json!(value));
            }
        }
    }
    line
}

fn looks_like_commit(id: &str) -> bool {
    (7..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(value: Value) -> Result<Change, String> {
        let Value::Object(object) = value else { panic!("an object") };
        read(object, &SourceId::new("recording"))
    }

    #[test]
    fn only_time_and_summary_must_be_there() {
        let change = parsed(json!({"ts": "2026-11-20T02:05:12Z", "summary": "x"})).unwrap();
        assert_eq!((change.kind.as_str(), change.service.as_str(), change.version), ("change", "", None));
        assert!(parsed(json!({"summary": "x"})).is_err());
        assert!(parsed(json!({"ts": "2026-11-20T02:05:12Z", "summary": ""})).is_err());
    }

    #[test]
    fn what_is_written_reads_back() {
        let line = json!({"ts": "2026-11-20T02:05:12Z", "kind": "deploy", "service": "payments", "summary": "1.10.0",
                          "version": "1.10.0", "commit": "4c97d0c", "author": "Mara", "attributes": {"by": "bot"}});
        let change = parsed(line).unwrap();
        assert_eq!(parsed(write(&change)).unwrap(), change);
        let built = Change { raw: CleanText::line("commit 4c97d0c"), ..change };
        assert_eq!(parsed(write(&built)).unwrap().commit, built.commit);
    }
}
