//! Numbers with units as logs and people write them: `500ms`, `1.5s`, `4 KiB`, `97%`. Read by filters (`store`) and by the
//! statistics of fields (`analysis`).

/// What a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// No unit, or a percent sign.
    Plain,
    /// Time; the base is a second.
    Time,
    /// Size; the base is a byte.
    Size,
}

/// A finite number, its unit's measure and the factor to the base.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    number: f64,
    factor: f64,
    dimension: Dimension,
    unit: &'static str,
}

const UNITS: [(&str, f64, Dimension); 20] = [
    ("", 1.0, Dimension::Plain),
    ("%", 1.0, Dimension::Plain),
    ("ns", 1e-9, Dimension::Time),
    ("us", 1e-6, Dimension::Time),
    ("µs", 1e-6, Dimension::Time),
    ("μs", 1e-6, Dimension::Time),
    ("ms", 1e-3, Dimension::Time),
    ("s", 1.0, Dimension::Time),
    ("sec", 1.0, Dimension::Time),
    ("seconds", 1.0, Dimension::Time),
    ("m", 60.0, Dimension::Time),
    ("min", 60.0, Dimension::Time),
    ("h", 3600.0, Dimension::Time),
    ("B", 1.0, Dimension::Size),
    ("kB", 1e3, Dimension::Size),
    ("MB", 1e6, Dimension::Size),
    ("GB", 1e9, Dimension::Size),
    ("KiB", 1024.0, Dimension::Size),
    ("MiB", 1_048_576.0, Dimension::Size),
    ("GiB", 1_073_741_824.0, Dimension::Size),
];

/// Endings of field names that say the unit of a bare number.
const ENDINGS: [(&str, &str); 11] = [
    ("_ns", "ns"),
    ("_us", "us"),
    ("_ms", "ms"),
    ("_millis", "ms"),
    ("Ms", "ms"),
    ("_s", "s"),
    ("_sec", "s"),
    ("_secs", "s"),
    ("_seconds", "s"),
    ("_kb", "kB"),
    ("_mb", "MB"),
];

impl Quantity {
    /// Reads a number with an optional unit; `None` for anything else, infinities among them.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > 40 || !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
            return None;
        }
        let mut digits = text.len();
        // The longest prefix that is a number: `1e3` is one, the `e` of `1eB` is not.
        loop {
            if let Some(number) = text.get(..digits).and_then(|head| head.parse::<f64>().ok()) {
                let (unit, factor, dimension) = unit(text.get(digits..)?.trim())?;
                return (number * factor).is_finite().then_some(Self { number, factor, dimension, unit });
            }
            digits = digits.checked_sub(1)?;
        }
    }

    /// What the unit measures.
    pub fn dimension(&self) -> Dimension {
        self.dimension
    }

    /// In seconds, bytes, or as it stands when there is no unit.
    pub fn base(&self) -> f64 {
        self.number * self.factor
    }

    /// The number as it was written.
    pub fn number(&self) -> f64 {
        self.number
    }

    /// The factor from the unit it was written with to the base.
    pub fn factor(&self) -> f64 {
        self.factor
    }

    /// The unit as this table writes it; empty for none.
    pub fn unit(&self) -> &'static str {
        self.unit
    }

    /// The unit that a field's name says its bare numbers are in, as in `latency_ms`.
    pub fn implied_unit(field: &str) -> Option<&'static str> {
        ENDINGS.iter().find(|(ending, _)| field.ends_with(ending)).map(|(_, name)| *name)
    }

    /// The ordering of a field's value against this one; `None` when they cannot be compared.
    pub fn compare(&self, field: &str, value: &str) -> Option<std::cmp::Ordering> {
        let value = Self::parse(value)?;
        if self.dimension == Dimension::Plain {
            // Somebody who writes no unit means the number as it stands in the record.
            return value.number.partial_cmp(&self.number);
        }
        let factor = match value.dimension {
            dimension if dimension == self.dimension => value.factor,
            Dimension::Plain => implied(field).filter(|(_, d)| *d == self.dimension).map_or(1.0, |(factor, _)| factor),
            Dimension::Time | Dimension::Size => return None,
        };
        (value.number * factor).partial_cmp(&(self.number * self.factor))
    }
}

fn unit(name: &str) -> Option<(&'static str, f64, Dimension)> {
    let (unit, factor, dimension) = UNITS
        .iter()
        .find(|(known, _, _)| *known == name)
        .or_else(|| UNITS.iter().find(|(known, _, d)| *d == Dimension::Size && known.eq_ignore_ascii_case(name)))?;
    Some((*unit, *factor, *dimension))
}

/// The unit that a field's name says its bare numbers are in.
fn implied(field: &str) -> Option<(f64, Dimension)> {
    Quantity::implied_unit(field).and_then(unit).map(|(_, factor, dimension)| (factor, dimension))
}
