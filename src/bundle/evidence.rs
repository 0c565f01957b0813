//! `evidence/En.json` and `En.txt`: evidence with its raw text, which must still match its digest.

use serde_json::{Value, json};

use super::files::Files;
use super::gaps::{Gaps, Object};
use super::values::{instant_at, text_at};
use crate::domain::evidence::{Reach, sha256_hex};
use crate::domain::{CleanText, Evidence, EvidenceId, EvidenceKind, TimeWindow, Timestamp};

/// Longest raw text read, in bytes.
const LONGEST: usize = 8 << 20;
/// The key of the mark that it was read from a secret store.
const HELD_BACK: &str = "held_back";

/// Reads all evidence of a bundle in the order of its numbers. Text that does not match its digest was changed after it
/// was captured; it is left out, for nothing may rest on it.
pub(super) fn read_all(files: &dyn Files, gaps: &mut Gaps) -> Vec<(Evidence, Reach)> {
    let names = gaps.list(files, "evidence").unwrap_or_default();
    let mut ids: Vec<EvidenceId> =
        names.iter().filter_map(|name| name.strip_suffix(".json")).filter_map(|name| name.parse().ok()).collect();
    ids.sort_unstable();
    ids.into_iter().filter_map(|id| read_one(files, gaps, id)).collect()
}

fn read_one(files: &dyn Files, gaps: &mut Gaps, id: EvidenceId) -> Option<(Evidence, Reach)> {
    let (head, body) = (format!("evidence/{id}.json"), format!("evidence/{id}.txt"));
    let about = gaps.read(files, &head, 1 << 20)?;
    let object: Object = match serde_json::from_slice(&about.bytes) {
        Ok(object) => object,
        Err(error) => {
            gaps.add(&head, &format!("not a JSON object: {error}"));
            return None;
        }
    };
    let Some(raw) = gaps.read(files, &body, LONGEST) else {
        gaps.add(&body, "the text of this evidence is missing");
        return None;
    };
    let text = CleanText::from_bytes(&raw.bytes);
    let digest = text_at(&object, "digest").unwrap_or_default();
    let digest = digest.strip_prefix("sha256:").unwrap_or(&digest);
    if !digest.is_empty() && ![raw.bytes.as_ref(), text.as_bytes()].iter().any(|bytes| sha256_hex(bytes) == digest) {
        gaps.add(&body, "the text is not the one that was captured, its digest differs; it is left out");
        return None;
    }
    // Whatever is not a plain no holds it back.
    let reach = match object.get(HELD_BACK) {
        None | Some(Value::Bool(false)) => Reach::Prompts,
        Some(_) => Reach::HeldBack,
    };
    let evidence = Evidence {
        id,
        kind: object
            .get("kind")
            .and_then(|kind| serde_json::from_value(kind.clone()).ok())
            .unwrap_or(EvidenceKind::Note),
        source: text_at(&object, "source").unwrap_or_default(),
        query: CleanText::block(&object.get("query").map(super::values::text).unwrap_or_default()),
        window: object.get("window").and_then(Value::as_object).and_then(window),
        captured_at: instant_at(&object, "captured_at").unwrap_or(Timestamp::UNIX_EPOCH),
        text,
        cut: text_at(&object, "cut"),
    };
    Some((evidence, reach))
}

/// The `.json` beside the text; reads back equal.
pub(super) fn write(evidence: &Evidence, reach: Reach) -> Value {
    let mut head = json!({
        "id": evidence.id,
        "kind": evidence.kind,
        "source": evidence.source,
        "query": evidence.query,
        "window": evidence.window.map(|window| json!({"start": window.start, "end": window.end})),
        "captured_at": evidence.captured_at,
        "digest": evidence.digest(),
    });
    if let (Some(cut), Some(head)) = (&evidence.cut, head.as_object_mut()) {
        head.insert("cut".to_owned(), json!(cut));
    }
    match reach {
        Reach::Prompts => head,
        Reach::HeldBack => held_back(head),
    }
}

/// The head with the mark that it goes into no prompt.
pub(super) fn held_back(mut head: Value) -> Value {
    if let Some(head) = head.as_object_mut() {
        head.insert(HELD_BACK.to_owned(), Value::Bool(true));
    }
    head
}

fn window(object: &Object) -> Option<TimeWindow> {
    Some(TimeWindow::new(instant_at(object, "start")?, instant_at(object, "end")?))
}
