//! Which label of a counter says how something ended, and which of its values are failures. The values decide; the
//! label's name helps where they leave it open.

use super::family::Family;
use super::words::words;
use super::write::{Condition, either, one_of};

/// Labels whose names promise an outcome.
const NAMED: &[&str] = &[
    "code",
    "status",
    "outcome",
    "result",
    "error",
    "exception",
    "success",
    "failure",
    "failed",
    "state",
    "severity",
    "level",
];
/// Values of things that went well.
const WELL: &[&str] = &[
    "ok",
    "success",
    "successful",
    "succeeded",
    "none",
    "hit",
    "placed",
    "completed",
    "complete",
    "done",
    "accepted",
    "approved",
    "passed",
    "pass",
    "delivered",
    "committed",
    "active",
    "info",
];
/// Words in values of things that went wrong.
const ILL: &[&str] = &[
    "error",
    "err",
    "fail",
    "failed",
    "failure",
    "fault",
    "exception",
    "timeout",
    "timedout",
    "rejected",
    "denied",
    "declined",
    "refused",
    "aborted",
    "abort",
    "unavailable",
    "internal",
    "unknown",
    "crash",
    "crashed",
    "dropped",
    "lost",
    "deadline",
    "exhausted",
    "dataloss",
    "panic",
    "fatal",
    "critical",
    "invalid",
    "unauthenticated",
    "exceeded",
    "discarded",
    "expired",
];
/// Numbers of gRPC's codes that blame the server: unknown, deadline exceeded, resource exhausted, unimplemented, internal,
/// unavailable, data loss.
const GRPC: &[&str] = &["2", "4", "8", "12", "13", "14", "15"];

/// How failures are told from the rest.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outcome {
    /// The label.
    pub(super) label: String,
    /// What selects failures; `None` where no failure was seen, so that it is not known how one would be written.
    pub(super) failed: Option<Condition>,
}

/// The label of a family that says how it ended.
pub(super) fn of(family: &Family<'_>) -> Option<Outcome> {
    let rank = |label: &str| NAMED.iter().position(|name| words(label).iter().any(|word| word == name));
    let mut labels: Vec<_> = family
        .labels
        .iter()
        .filter(|(label, _)| super::write::is_label(label) && !matches!(**label, "__name__" | "le" | "quantile"))
        .filter(|(label, _)| **label != family.selector.0.as_str())
        .map(|(label, values)| (rank(label).unwrap_or(NAMED.len()), *label, values))
        .collect();
    labels.sort();
    let mut unseen = None;
    for (rank, label, values) in labels {
        let values: Vec<&str> = values.iter().copied().collect();
        match failures(label, &values, rank < NAMED.len()) {
            Some(Some(condition)) => return Some(Outcome { label: label.to_owned(), failed: Some(condition) }),
            Some(None) if unseen.is_none() => unseen = Some(Outcome { label: label.to_owned(), failed: None }),
            Some(None) | None => {}
        }
    }
    unseen
}

/// What selects the failures among a label's values; `None` when the label does not speak of outcomes.
fn failures(label: &str, values: &[&str], named: bool) -> Option<Option<Condition>> {
    let name = words(label);
    let says = |word: &str| name.iter().any(|one| one == word);
    let told: Vec<&str> = values.iter().copied().filter(|value| !value.is_empty()).collect();
    if told.is_empty() {
        return None;
    }
    if told.iter().all(|value| is_http(value)) {
        return named
            .then(|| told.iter().any(|value| value.starts_with('5')).then(|| Condition::new(label, "=~", "5..")));
    }
    if told.iter().all(|value| value.len() == 3 && value.ends_with("xx")) {
        return Some(told.contains(&"5xx").then(|| Condition::new(label, "=", "5xx")));
    }
    if says("grpc") && told.iter().all(|value| value.parse::<u8>().is_ok_and(|code| code <= 16)) {
        let failed: Vec<&str> = told.iter().copied().filter(|value| GRPC.contains(value)).collect();
        return Some((!failed.is_empty()).then(|| one_of(label, &failed)));
    }
    if told.iter().all(|value| matches!(*value, "true" | "false")) {
        let bad = if says("success") || says("ok") { "false" } else { "true" };
        let speaks = ["success", "ok", "error", "failed", "failure", "exception"].iter().any(|word| says(word));
        return speaks.then(|| told.contains(&bad).then(|| Condition::new(label, "=", bad)));
    }
    // A label that only failures bear.
    if says("error") || says("exception") {
        let idle: Vec<&str> = told.iter().copied().filter(|value| is_well(value)).collect();
        let real = told.len() > idle.len();
        let nothing = match idle.first() {
            Some(word) if idle.len() == 1 => Condition::new(label, "!=", *word),
            _ => Condition::new(label, "!=", ""),
        };
        return Some((real && idle.len() < 2).then_some(nothing));
    }
    let ill: Vec<&str> = told.iter().copied().filter(|value| is_ill(value)).collect();
    let well = told.iter().any(|value| is_well(value) || is_http(value) || value.ends_with("xx"));
    match (ill.is_empty(), well || named) {
        (false, true) => {
            let servers: Vec<&str> = ill.iter().copied().filter(|value| !is_callers(value)).collect();
            let ill = if servers.is_empty() { ill } else { servers };
            let codes = told.iter().any(|value| is_http(value));
            Some(Some(if codes { with_codes(label, &ill) } else { one_of(label, &ill) }))
        }
        (true, true) if well && named => Some(None),
        (_, _) => None,
    }
}

/// Words and codes of HTTP under one label, as of a client that did not get an answer.
fn with_codes(label: &str, ill: &[&str]) -> Condition {
    Condition::new(label, "=~", format!("5..|{}", either(ill)))
}

fn is_http(value: &str) -> bool {
    value.len() == 3 && value.parse::<u16>().is_ok_and(|code| (100..600).contains(&code))
}

fn is_well(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    WELL.contains(&lower.as_str())
}

/// A failure that is the caller's own doing.
fn is_callers(value: &str) -> bool {
    words(value).iter().any(|word| word == "client" || word == "invalid" || word == "unauthenticated")
}

fn is_ill(value: &str) -> bool {
    let plain = value.to_ascii_lowercase().replace(['_', '-', ' '], "");
    words(value).iter().any(|word| ILL.contains(&word.as_str()))
        || ["deadlineexceeded", "resourceexhausted", "servererror", "dataloss", "timedout"].contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(label: &str, values: &[&str], named: bool) -> Option<Option<String>> {
        failures(label, values, named).map(|found| found.map(|it| format!("{}{}{}", it.label, it.sign, it.value)))
    }

    #[test]
    fn values_say_which_of_them_are_failures() {
        let some = |text: &str| Some(Some(text.to_owned()));
        for (label, values, want) in [
            ("code", &["200", "404", "503"][..], some("code=~5..")),
            ("code", &["200", "404"], Some(None)),
            ("status", &["2xx", "5xx"], some("status=5xx")),
            ("grpc_code", &["0", "14", "13"], some("grpc_code=~14|13")),
            ("grpc_code", &["OK", "Unavailable", "NotFound"], some("grpc_code=Unavailable")),
            ("outcome", &["SUCCESS", "CLIENT_ERROR", "SERVER_ERROR"], some("outcome=SERVER_ERROR")),
            ("outcome", &["200", "503", "timeout"], some("outcome=~5..|timeout")),
            ("success", &["true", "false"], some("success=false")),
            ("error", &["true", "false"], some("error=true")),
            ("error_type", &["", "timeout"], some("error_type!=")),
            ("exception", &["None", "IOException"], some("exception!=None")),
            ("result", &["hit", "miss"], Some(None)),
            ("outcome", &["placed", "failed"], some("outcome=failed")),
        ] {
            assert_eq!(read(label, values, true), want, "{label} {values:?}");
        }
        for (label, values) in [("cpu", &["0", "1"][..]), ("port", &["500", "501"]), ("zone", &["a"]), ("x", &[])] {
            assert_eq!(read(label, values, false), None, "{label} {values:?}");
        }
    }
}
