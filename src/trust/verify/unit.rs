//! Units of numbers: which can be turned into each other, and by what factor. Used on both sides of the comparison, the
//! sentence (`token`) and the evidence (`figure`, `series`).

/// What a number measures, as far as its unit says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dim {
    /// No unit, or one that names the thing counted.
    Plain,
    /// Seconds.
    Time,
    /// Bytes.
    Bytes,
    /// Hundredths.
    Percent,
}

/// A unit of measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// What it measures.
    pub dim: Dim,
    /// How many of the base unit it is.
    pub factor: f64,
}

impl Unit {
    /// No unit.
    pub const PLAIN: Unit = Unit { dim: Dim::Plain, factor: 1.0 };
    /// Per cent.
    pub const PERCENT: Unit = Unit { dim: Dim::Percent, factor: 1.0 };

    /// The unit of this name, as written; case counts where it does in the field (`M` and `m`).
    pub fn named(name: &str) -> Option<Unit> {
        let time = |factor| Some(Unit { dim: Dim::Time, factor });
        let bytes = |factor| Some(Unit { dim: Dim::Bytes, factor });
        match name {
            "%" | "percent" | "pct" => return Some(Unit::PERCENT),
            "Ki" | "KiB" | "kiB" | "kibibytes" => return bytes(KIBI),
            "Mi" | "MiB" | "mebibytes" => return bytes(KIBI * KIBI),
            "Gi" | "GiB" | "gibibytes" => return bytes(KIBI * KIBI * KIBI),
            "Ti" | "TiB" | "tebibytes" => return bytes(KIBI * KIBI * KIBI * KIBI),
            "kB" | "KB" | "kilobytes" => return bytes(1e3),
            "MB" | "megabytes" => return bytes(1e6),
            "GB" | "gigabytes" => return bytes(1e9),
            "TB" | "terabytes" => return bytes(1e12),
            "kbit" | "Kbit" | "kbps" | "Kb" => return bytes(1e3 / 8.0),
            "Mbit" | "Mbps" | "Mb" => return bytes(1e6 / 8.0),
            "Gbit" | "Gbps" | "Gb" => return bytes(1e9 / 8.0),
            "B" | "byte" | "bytes" => return bytes(1.0),
            _ => {}
        }
        match name.to_ascii_lowercase().as_str() {
            "ns" | "nanosecond" | "nanoseconds" => time(1e-9),
            "us" | "µs" | "μs" | "microsecond" | "microseconds" => time(1e-6),
            "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => time(1e-3),
            "s" | "sec" | "secs" | "second" | "seconds" => time(1.0),
            "min" | "mins" | "minute" | "minutes" => time(60.0),
            "h" | "hr" | "hrs" | "hour" | "hours" => time(3600.0),
            "d" | "day" | "days" => time(86_400.0),
            "w" | "week" | "weeks" => time(604_800.0),
            _ => None,
        }
    }

    /// The unit written right behind a number in evidence, where single letters are common: `15m`, `3195M`, `8G`.
    pub fn suffixed(name: &str) -> Option<Unit> {
        let bytes = |factor| Some(Unit { dim: Dim::Bytes, factor });
        match name {
            "m" => Some(Unit { dim: Dim::Time, factor: 60.0 }),
            "K" | "k" => bytes(KIBI),
            "M" => bytes(KIBI * KIBI),
            "G" => bytes(KIBI * KIBI * KIBI),
            "T" => bytes(KIBI * KIBI * KIBI * KIBI),
            other => Unit::named(other),
        }
    }

    /// The unit that the name of a field or metric ends with: `dur_ms`, `retry_after_s`, `_bytes`.
    pub fn of_key(key: &str) -> Option<Unit> {
        let key = key.trim_end_matches("_total").trim_end_matches("_bucket").trim_end_matches("_sum");
        let last = key.rsplit(['_', '.', '-']).next().unwrap_or_default();
        let camel = key.rfind(|c: char| c.is_ascii_uppercase()).map_or("", |at| &key[at..]);
        [last, camel].into_iter().filter(|part| part.len() < key.len()).find_map(|part| match part {
            "ratio" | "m" | "d" | "h" | "w" | "B" => None,
            "Ms" => Unit::named("ms"),
            part => Unit::named(part),
        })
    }
}

/// Factors by which a unit may be meant: `GB` is often said of binary gigabytes.
pub fn meanings(unit: Unit) -> [f64; 2] {
    let binary = [(1e3, KIBI), (1e6, KIBI * KIBI), (1e9, KIBI * KIBI * KIBI), (1e12, KIBI * KIBI * KIBI * KIBI)];
    let other = binary.iter().find(|(decimal, _)| unit.dim == Dim::Bytes && *decimal == unit.factor);
    [unit.factor, other.map_or(unit.factor, |(_, binary)| *binary)]
}

const KIBI: f64 = 1024.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_told_by_their_names_and_by_the_ends_of_keys() {
        assert_eq!(Unit::named("ms"), Some(Unit { dim: Dim::Time, factor: 1e-3 }));
        assert_eq!(Unit::of_key("retry_after_s"), Some(Unit { dim: Dim::Time, factor: 1.0 }));
        assert_eq!(Unit::of_key("http_request_duration_seconds_bucket"), Unit::named("s"));
        assert_eq!(Unit::of_key("durationMs"), Unit::named("ms"));
        assert_eq!(Unit::of_key("s"), None);
        assert_eq!(Unit::suffixed("Mi").map(|unit| unit.factor), Some(KIBI * KIBI));
    }
}
