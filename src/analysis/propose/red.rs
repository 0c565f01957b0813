//! What a subject serves, and what it asks of others: how often, how much of it fails, how long it takes.

use super::choose::Found;
use super::family::Family;
use super::write::{self, Condition, is_label};
use super::{outcome, words};
use crate::domain::{MetricKind, Signal};

/// Families looked into for each question, at most.
const EACH: usize = 3;

/// Errors, durations and rates of a subject.
pub(super) fn found<'a>(families: &'a [Family<'a>], subject: &str, range: &str) -> Vec<Found<'a>> {
    let mut best: Vec<(i32, &Family<'a>)> = families
        .iter()
        .filter(|family| family.counted().is_some() || is_native(family))
        .map(|family| (family.worth(), family))
        .filter(|(worth, _)| *worth >= 0)
        .collect();
    best.sort_by_key(|(worth, family)| (-*worth, family.name.as_str()));
    let mut found = Vec::new();
    found.extend(best.iter().filter_map(|(worth, family)| failing(family, *worth, subject, range)).take(EACH));
    found.extend(
        best.iter().filter_map(|(worth, family)| failures(family, *worth, families, subject, range)).take(EACH),
    );
    found.extend(best.iter().filter_map(|(worth, family)| taking(family, *worth, subject, range)).take(EACH));
    found.extend(best.iter().filter_map(|(worth, family)| happening(family, *worth, subject, range)).take(EACH));
    found
}

/// Failures among all, where a label tells them apart.
fn failing<'a>(family: &'a Family<'a>, worth: i32, subject: &str, range: &str) -> Option<Found<'a>> {
    let outcome = outcome::of(family)?;
    let name = family.counted().filter(|_| !is_failure(family))?;
    let spoken = family.spoken(subject);
    let (query, title, why) = match &outcome.failed {
        Some(failed) => {
            let some = write::rate(&write::of(family, name, std::slice::from_ref(failed)), range);
            let all = write::rate(&write::of(family, name, &[]), range);
            let why = format!("how many {spoken} of {subject} fail: {}{}{}", failed.label, failed.sign, failed.value);
            (format!("{some} / {all}"), format!("{subject} {spoken} failing"), why)
        }
        None => {
            let label = &outcome.label;
            let query = format!("sum by ({label}) (rate({}[{range}]))", write::of(family, name, &[]));
            let why = format!("{spoken} of {subject} by {label}; none of them failed lately");
            (query, format!("{subject} {spoken} by {label}"), why)
        }
    };
    let signal = if outcome.failed.is_some() { Signal::Errors } else { Signal::Rate };
    Some(Found::new(signal, family, worth, title, query, why))
}

/// Counters that count nothing but failures; beside all where a sibling counts those.
fn failures<'a>(
    family: &'a Family<'a>,
    worth: i32,
    families: &[Family<'a>],
    subject: &str,
    range: &str,
) -> Option<Found<'a>> {
    let name = family.counted().filter(|_| is_failure(family))?;
    let spoken = family.spoken(subject);
    let some = write::rate(&write::of(family, name, &[]), range);
    let sibling = families.iter().find(|other| is_whole_of(other, family));
    let (query, why) = match sibling.and_then(|other| other.counted().map(|all| (other, all))) {
        Some((other, all)) => {
            let all = write::rate(&write::of(other, all, &[]), range);
            (format!("{some} / {all}"), format!("{spoken} of {subject} among all {}", other.spoken(subject)))
        }
        None => (some, format!("how often {subject} counts {spoken}")),
    };
    Some(Found::new(Signal::Errors, family, worth + 2, format!("{subject} {spoken}"), query, why))
}

/// Whether it counts failures alone.
fn is_failure(family: &Family<'_>) -> bool {
    family.says(words::FAILED)
}

/// Whether the one counts all of what the other counts the failures of: their names differ by the words of failure.
fn is_whole_of(all: &Family<'_>, failures: &Family<'_>) -> bool {
    if all.kind != MetricKind::Counter || is_failure(all) || all.selector != failures.selector {
        return false;
    }
    let rest = |family: &Family<'_>| {
        let mut rest: Vec<String> = family.words.clone();
        rest.retain(|word| !words::says(std::slice::from_ref(word), words::FAILED) && !says_work(word));
        rest
    };
    rest(all) == rest(failures)
}

fn says_work(word: &String) -> bool {
    words::says(std::slice::from_ref(word), words::WORK)
}

/// How long it takes.
fn taking<'a>(family: &'a Family<'a>, worth: i32, subject: &str, range: &str) -> Option<Found<'a>> {
    if !family.is_time() {
        return None;
    }
    let spoken = without_time(&family.spoken(subject));
    let (query, share) = match family.kind {
        MetricKind::Histogram => match (family.parts.get("bucket").or(family.parts.get("count")), family.whole()) {
            (Some(_), _) => {
                let bucket = format!("{}_bucket", family.name);
                let rates = format!("sum by (le) (rate({}[{range}]))", write::of(family, &bucket, &[]));
                (format!("histogram_quantile(0.95, {rates})"), "95 % are faster")
            }
            (None, Some(whole)) => (
                format!("histogram_quantile(0.95, {})", write::rate(&write::of(family, whole, &[]), range)),
                "95 % are faster",
            ),
            (None, None) => return None,
        },
        MetricKind::Summary => of_summary(family, range)?,
        MetricKind::Counter
        | MetricKind::Gauge
        | MetricKind::GaugeHistogram
        | MetricKind::Info
        | MetricKind::StateSet
        | MetricKind::Unknown => return None,
    };
    let why = format!("how long {subject} takes for {spoken}: {share}");
    let title =
        if share.starts_with('9') { format!("{subject} {spoken} p95") } else { format!("{subject} {spoken} time") };
    Some(Found::new(Signal::Duration, family, worth + 3, title, query, why))
}

/// The highest quantile a summary tells below 1, else its mean.
fn of_summary(family: &Family<'_>, range: &str) -> Option<(String, &'static str)> {
    let quantiles = family.labels.get("quantile").into_iter().flatten();
    let told = quantiles.filter(|value| value.parse::<f64>().is_ok_and(|share| (0.9..1.0).contains(&share)));
    if let (Some(whole), Some(quantile)) = (family.whole(), told.copied().min()) {
        let of = write::of(family, whole, &[Condition::new("quantile", "=", quantile)]);
        return Some((format!("max({of})"), "a high quantile"));
    }
    let (sum, count) = (family.parts.get("sum")?, family.parts.get("count")?);
    let rate = |name: &str| write::rate(&write::of(family, name, &[]), range);
    Some((format!("{} / {}", rate(sum), rate(count)), "on average"))
}

fn without_time(spoken: &str) -> String {
    let kept: Vec<&str> = spoken.split(' ').filter(|word| !words::TIME.contains(word)).collect();
    if kept.is_empty() { spoken.to_owned() } else { kept.join(" ") }
}

/// How often it happens.
fn happening<'a>(family: &'a Family<'a>, worth: i32, subject: &str, range: &str) -> Option<Found<'a>> {
    if is_failure(family) || family.says(words::SQUEEZED) || worth < 3 {
        return None;
    }
    let spoken = without_time(&family.spoken(subject));
    let query = match (family.counted(), family.whole()) {
        (Some(name), _) => write::rate(&write::of(family, name, &[]), range),
        (None, Some(whole)) if is_native(family) => {
            format!("histogram_count({})", write::rate(&write::of(family, whole, &[]), range))
        }
        (None, _) => return None,
    };
    let why = format!("how often {subject} counts {spoken}");
    Some(Found::new(Signal::Rate, family, worth, format!("{subject} {spoken}/s"), query, why))
}

/// A histogram whose buckets are inside its samples.
fn is_native(family: &Family<'_>) -> bool {
    family.kind == MetricKind::Histogram
        && family.whole().is_some()
        && !family.parts.contains_key("bucket")
        && !family.parts.contains_key("count")
}

/// The label that tells instances of a family apart, where it has one with several values.
pub(super) fn instances<'a>(family: &Family<'a>) -> Option<&'a str> {
    ["pod", "instance", "host", "node"].iter().find_map(|name| {
        let (label, values) = family.labels.get_key_value(name)?;
        (values.len() > 1 && is_label(label)).then_some(*label)
    })
}
