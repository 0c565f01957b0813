//! What the numbers of a series count. Read from the query by `promql`, told by configuration and recordings, written for
//! people by `ui::number` and along the axes of charts.

/// What the numbers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub enum Unit {
    /// Not known; shown as a plain number.
    #[default]
    Number,
    /// A share of one, shown as a percentage.
    Ratio,
    /// A share of a hundred.
    Percent,
    /// Seconds.
    Seconds,
    /// Thousandths of a second.
    Milliseconds,
    /// Millionths of a second.
    Microseconds,
    /// Billionths of a second.
    Nanoseconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days of 24 hours.
    Days,
    /// Bytes.
    Bytes,
    /// Thousands of bytes.
    Kilobytes,
    /// Millions of bytes.
    Megabytes,
    /// Billions of bytes.
    Gigabytes,
    /// 1024 bytes each.
    Kibibytes,
    /// 1024 × 1024 bytes each.
    Mebibytes,
    /// 1024 × 1024 × 1024 bytes each.
    Gibibytes,
    /// Bits.
    Bits,
    /// Events per second.
    PerSecond,
    /// Bytes per second.
    BytesPerSecond,
    /// Bits per second.
    BitsPerSecond,
    /// Degrees Celsius.
    Celsius,
    /// A moment, in seconds since 1970.
    Moment,
}

/// What is measured, whatever the size of the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// A plain number.
    Number,
    /// A share of one.
    Share,
    /// Time, in seconds.
    Time,
    /// Size, in bytes.
    Size,
    /// Bits.
    Bits,
    /// Events per second.
    Rate,
    /// Bytes per second.
    Throughput,
    /// Bits per second.
    BitRate,
    /// Degrees Celsius.
    Temperature,
    /// A moment, in seconds since 1970.
    Moment,
}

/// Every unit with its word, its measure and the factor to the measure's own unit.
const UNITS: [(Unit, &str, Measure, f64); 23] = [
    (Unit::Number, "number", Measure::Number, 1.0),
    (Unit::Ratio, "ratio", Measure::Share, 1.0),
    (Unit::Percent, "percent", Measure::Share, 0.01),
    (Unit::Seconds, "seconds", Measure::Time, 1.0),
    (Unit::Milliseconds, "milliseconds", Measure::Time, 1e-3),
    (Unit::Microseconds, "microseconds", Measure::Time, 1e-6),
    (Unit::Nanoseconds, "nanoseconds", Measure::Time, 1e-9),
    (Unit::Minutes, "minutes", Measure::Time, 60.0),
    (Unit::Hours, "hours", Measure::Time, 3_600.0),
    (Unit::Days, "days", Measure::Time, 86_400.0),
    (Unit::Bytes, "bytes", Measure::Size, 1.0),
    (Unit::Kilobytes, "kilobytes", Measure::Size, 1e3),
    (Unit::Megabytes, "megabytes", Measure::Size, 1e6),
    (Unit::Gigabytes, "gigabytes", Measure::Size, 1e9),
    (Unit::Kibibytes, "kibibytes", Measure::Size, 1_024.0),
    (Unit::Mebibytes, "mebibytes", Measure::Size, 1_048_576.0),
    (Unit::Gibibytes, "gibibytes", Measure::Size, 1_073_741_824.0),
    (Unit::Bits, "bits", Measure::Bits, 1.0),
    (Unit::PerSecond, "per-second", Measure::Rate, 1.0),
    (Unit::BytesPerSecond, "bytes-per-second", Measure::Throughput, 1.0),
    (Unit::BitsPerSecond, "bits-per-second", Measure::BitRate, 1.0),
    (Unit::Celsius, "celsius", Measure::Temperature, 1.0),
    (Unit::Moment, "timestamp", Measure::Moment, 1.0),
];

impl Unit {
    /// Every unit.
    pub fn all() -> impl Iterator<Item = Unit> {
        UNITS.into_iter().map(|(unit, ..)| unit)
    }

    /// The word for it in recordings.
    pub fn word(self) -> &'static str {
        self.row().map_or("number", |(_, word, ..)| word)
    }

    /// The unit of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        UNITS.into_iter().find(|(_, known, ..)| *known == word).map(|(unit, ..)| unit)
    }

    /// What it measures, and the factor that makes a value one of the measure's own unit: milliseconds are
    /// `(Measure::Time, 0.001)`.
    pub fn measure(self) -> (Measure, f64) {
        self.row().map_or((Measure::Number, 1.0), |(_, _, measure, factor)| (measure, factor))
    }

    /// The unit that measures this with that factor; `None` where people have none.
    pub fn of(measure: Measure, factor: f64) -> Option<Self> {
        let near = |known: f64| (known / factor - 1.0).abs() < 1e-6;
        UNITS.into_iter().find(|(_, _, of, known)| *of == measure && near(*known)).map(|(unit, ..)| unit)
    }

    fn row(self) -> Option<(Unit, &'static str, Measure, f64)> {
        UNITS.into_iter().find(|(unit, ..)| *unit == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_found_again_by_its_word_and_by_its_measure() {
        for unit in Unit::all() {
            assert_eq!(Unit::from_word(unit.word()), Some(unit));
            let (measure, factor) = unit.measure();
            assert_eq!(Unit::of(measure, factor), Some(unit));
        }
        assert_eq!(Unit::of(Measure::Time, 7.0), None);
    }
}
