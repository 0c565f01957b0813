//! Series that the server's recording rules write anyway: preferred over the same asked anew.

use super::choose::Found;
use super::family::Family;
use super::{Recorded, words, write};
use crate::domain::Signal;

/// The recorded series of a subject, and which of its questions they answer.
pub(super) fn found<'a>(families: &'a [Family<'a>], rules: &'a [Recorded], subject: &str) -> Vec<Found<'a>> {
    let mut found: Vec<Found<'a>> = Vec::new();
    for family in families.iter().filter(|family| family.name.contains(':')) {
        let Some((signal, rank)) = signal(family) else { continue };
        let Some(rule) = rules.iter().find(|rule| rule.name == family.name) else { continue };
        let thing = thing(family);
        let of = write::of(family, &rule.name, &[]);
        let query = if family.series > 1 { format!("max({of})") } else { of };
        let worth = 7 + 4 * i32::from(family.measured) - rank;
        let title = format!("{subject} {}", spoken(family));
        let mut one = Found::new(signal, family, worth, title, query, format!("recorded for {subject}: {}", rule.name));
        one.metrics.extend(rule.metrics.iter().map(String::as_str));
        match found.iter_mut().find(|other| other.idea.signal == signal && other.thing == thing) {
            Some(other) if other.worth >= worth => {}
            Some(other) => *other = Found { thing, ..one },
            None => found.push(Found { thing, ..one }),
        }
    }
    found
}

/// What a recorded series measures, by the last word of its levels: `level:metric:operations`. Beside it, how far it
/// stands behind another of the same.
fn signal(family: &Family<'_>) -> Option<(Signal, i32)> {
    let says = |any: &[&str]| family.says(any);
    let quantile =
        family.words.iter().find_map(|word| word.strip_prefix('p').and_then(|share| share.parse::<u16>().ok()));
    if let Some(share) = quantile {
        let rank = match share {
            95 => 0,
            99 => 1,
            90 => 2,
            999 => 3,
            _ => 4,
        };
        return Some((Signal::Duration, rank));
    }
    if says(words::FAILED) || says(&["availability"]) {
        return Some((Signal::Errors, i32::from(!says(&["ratio"]))));
    }
    if says(&["latency", "duration", "quantile"]) {
        return Some((Signal::Duration, 2));
    }
    if says(&["utilization", "utilisation", "usage", "saturation"]) {
        return Some((Signal::Utilisation, 0));
    }
    says(&["rate", "rps", "qps", "throughput"]).then_some((Signal::Rate, 2))
}

/// The metric in the middle of the name, by which several operations on it are one thing.
fn thing(family: &Family<'_>) -> String {
    family.name.split(':').nth(1).unwrap_or(&family.name).to_owned()
}

fn spoken(family: &Family<'_>) -> String {
    let kept: Vec<&str> = family.name.split(':').skip(1).collect();
    kept.join(" ").replace('_', " ")
}
