//! What the naming rules of Prometheus and OpenMetrics, and the help text, say of a metric's unit.

use super::dimension::{Base, Dimension, UNKNOWN};
use crate::domain::unit::Unit;

/// Last words of names, and the unit. Words that also mean something else are none.
const WORDS: [(&str, Unit); 45] = [
    ("seconds", Unit::Seconds),
    ("second", Unit::Seconds),
    ("sec", Unit::Seconds),
    ("secs", Unit::Seconds),
    ("milliseconds", Unit::Milliseconds),
    ("millis", Unit::Milliseconds),
    ("msec", Unit::Milliseconds),
    ("ms", Unit::Milliseconds),
    ("microseconds", Unit::Microseconds),
    ("micros", Unit::Microseconds),
    ("usec", Unit::Microseconds),
    ("us", Unit::Microseconds),
    ("nanoseconds", Unit::Nanoseconds),
    ("nanos", Unit::Nanoseconds),
    ("ns", Unit::Nanoseconds),
    ("minutes", Unit::Minutes),
    ("hours", Unit::Hours),
    ("days", Unit::Days),
    ("bytes", Unit::Bytes),
    ("byte", Unit::Bytes),
    ("octets", Unit::Bytes),
    ("kilobytes", Unit::Kilobytes),
    ("kb", Unit::Kilobytes),
    ("megabytes", Unit::Megabytes),
    ("mb", Unit::Megabytes),
    ("gigabytes", Unit::Gigabytes),
    ("gb", Unit::Gigabytes),
    ("kibibytes", Unit::Kibibytes),
    ("kib", Unit::Kibibytes),
    ("mebibytes", Unit::Mebibytes),
    ("mib", Unit::Mebibytes),
    ("gibibytes", Unit::Gibibytes),
    ("gib", Unit::Gibibytes),
    ("bits", Unit::Bits),
    ("bps", Unit::BitsPerSecond),
    ("ratio", Unit::Ratio),
    ("fraction", Unit::Ratio),
    ("percent", Unit::Percent),
    ("percentage", Unit::Percent),
    ("pct", Unit::Percent),
    ("celsius", Unit::Celsius),
    ("timestamp", Unit::Moment),
    ("created", Unit::Moment),
    ("expiry", Unit::Moment),
    ("unixtime", Unit::Moment),
];

/// Endings of names whose seconds are since 1970.
const MOMENTS: [&str; 6] = [
    "timestamp_seconds",
    "start_time_seconds",
    "boot_time_seconds",
    "unix_seconds",
    "not_after_seconds",
    "epoch_seconds",
];

/// What help texts write after `in`, and the unit.
const SAID: [(&str, Unit); 14] = [
    ("seconds since", Unit::Moment),
    ("unix timestamp", Unit::Moment),
    ("unixtime", Unit::Moment),
    ("unix time", Unit::Moment),
    ("in milliseconds", Unit::Milliseconds),
    ("in microseconds", Unit::Microseconds),
    ("in nanoseconds", Unit::Nanoseconds),
    ("in seconds", Unit::Seconds),
    ("in bytes", Unit::Bytes),
    ("in kilobytes", Unit::Kilobytes),
    ("in megabytes", Unit::Megabytes),
    ("in percent", Unit::Percent),
    ("in celsius", Unit::Celsius),
    ("in bits", Unit::Bits),
];

/// What a metric's or recorded series' name says, `level:metric:operations`.
pub(super) fn told_by_name(name: &str) -> Dimension {
    if MOMENTS.iter().any(|ending| name.ends_with(ending)) {
        return Dimension::of(Base::Moment);
    }
    let recorded = name.contains(':');
    let operations = name.rsplit(':').next().unwrap_or(name);
    if operations.ends_with("ratio") || operations.starts_with("ratio") {
        return Dimension::of(Base::Share);
    }
    if operations.ends_with("percent") {
        return Dimension::in_unit(Unit::Percent);
    }
    let per_second = recorded
        && (operations.starts_with("rate") || operations.starts_with("irate") || operations.ends_with("_rate"))
        || ["_per_second", "_per_sec"].iter().any(|ending| name.ends_with(ending));
    let parts = name.rsplit(':').map(|part| part.trim_end_matches("_per_second").trim_end_matches("_per_sec"));
    let told = parts.map(metric).find(|told| told.is_known()).unwrap_or(UNKNOWN);
    // A part that is a rate by itself is none twice over.
    told.per(per_second || told.per_second)
}

fn metric(part: &str) -> Dimension {
    if part.ends_with("_count") {
        return Dimension::of(Base::Count);
    }
    let (stem, is_counter) = match part.strip_suffix("_total") {
        Some(stem) => (stem, true),
        None => (["_bucket", "_sum"].iter().find_map(|suffix| part.strip_suffix(suffix)).unwrap_or(part), false),
    };
    let Some((_, word)) = stem.rsplit_once('_') else { return told_by_total(is_counter) };
    let known = WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
    match known {
        Some((_, unit)) => {
            let told = Dimension::in_unit(*unit);
            Dimension { busy: is_counter && told.base == Base::Time, ..told }
        }
        None => told_by_total(is_counter),
    }
}

/// Counters that name no unit count things.
fn told_by_total(is_counter: bool) -> Dimension {
    if is_counter { Dimension::of(Base::Count) } else { UNKNOWN }
}

/// What a server says in its own words: `seconds`, `bytes`.
pub(super) fn told_by_word(word: &str) -> Dimension {
    let word = word.trim().to_ascii_lowercase();
    let known = WORDS.iter().find(|(known, _)| *known == word).map(|(_, unit)| *unit);
    known.map_or(UNKNOWN, Dimension::in_unit)
}

/// What a help text says.
pub(super) fn told_by_help(help: &str) -> Dimension {
    let help = help.to_ascii_lowercase();
    SAID.iter().find(|(said, _)| help.contains(said)).map_or(UNKNOWN, |(_, unit)| Dimension::in_unit(*unit))
}
