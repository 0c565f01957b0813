//! What values count and per what: the arithmetic of units.

use crate::domain::unit::{Measure, Unit};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// Nobody says.
    Unknown,
    /// Things.
    Count,
    /// A share of one.
    Share,
    /// Seconds.
    Time,
    /// Bytes.
    Size,
    /// Bits.
    Bits,
    /// Degrees Celsius.
    Temperature,
    /// Seconds since 1970.
    Moment,
}

/// What values count, in which size of unit, and whether per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dimension {
    pub(super) base: Base,
    /// Makes a value one of the base.
    pub(super) factor: f64,
    /// How often per second: 0 or 1.
    pub(super) per_second: bool,
    /// A counter of time spent: its rate is the share of time, and above one where several work at once.
    pub(super) busy: bool,
}

pub(super) const UNKNOWN: Dimension = Dimension::of(Base::Unknown);

impl Dimension {
    pub(super) const fn of(base: Base) -> Self {
        Self { base, factor: 1.0, per_second: false, busy: false }
    }

    pub(super) fn in_unit(unit: Unit) -> Self {
        let (measure, factor) = unit.measure();
        let (base, per_second) = match measure {
            Measure::Number => (Base::Unknown, false),
            Measure::Share => (Base::Share, false),
            Measure::Time => (Base::Time, false),
            Measure::Size => (Base::Size, false),
            Measure::Bits => (Base::Bits, false),
            Measure::Rate => (Base::Count, true),
            Measure::Throughput => (Base::Size, true),
            Measure::BitRate => (Base::Bits, true),
            Measure::Temperature => (Base::Temperature, false),
            Measure::Moment => (Base::Moment, false),
        };
        Self { base, factor, per_second, busy: false }
    }

    pub(super) fn per(self, per_second: bool) -> Self {
        Self { per_second, ..self }
    }

    pub(super) fn is_known(self) -> bool {
        self.base != Base::Unknown || self.per_second
    }

    /// The unit, where people have one for it.
    pub(super) fn unit(self) -> Unit {
        let measure = match (self.base, self.per_second) {
            (Base::Count | Base::Unknown, true) => Measure::Rate,
            (Base::Count | Base::Unknown, false) => Measure::Number,
            (Base::Share, false) => Measure::Share,
            (Base::Time, false) => Measure::Time,
            (Base::Time, true) if self.busy => Measure::Share,
            (Base::Size, false) => Measure::Size,
            (Base::Size, true) => Measure::Throughput,
            (Base::Bits, false) => Measure::Bits,
            (Base::Bits, true) => Measure::BitRate,
            (Base::Temperature, false) => Measure::Temperature,
            (Base::Moment, false) => Measure::Moment,
            (Base::Time | Base::Share | Base::Temperature | Base::Moment, true) => return Unit::Number,
        };
        Unit::of(measure, self.factor).unwrap_or_default()
    }

    /// Both added, or one of them.
    pub(super) fn plus(self, other: Self) -> Self {
        if self.is_known() { self } else { other }
    }

    /// One minus the other; between moments lies time.
    pub(super) fn minus(self, other: Self) -> Self {
        match (self.base, other.base) {
            (Base::Moment, Base::Moment) => Self { factor: self.factor, ..Self::of(Base::Time) },
            _ => self.plus(other),
        }
    }

    /// Both multiplied.
    pub(super) fn times(self, other: Self) -> Self {
        match (self.base, other.base) {
            (Base::Share, _) if other.is_known() => Self { factor: self.factor * other.factor, ..other },
            (_, Base::Share) if self.is_known() => Self { factor: self.factor * other.factor, ..self },
            (base, Base::Time) if self.per_second && !other.per_second => {
                Self { factor: self.factor * other.factor, ..Self::of(base) }
            }
            (Base::Time, base) if other.per_second && !self.per_second => {
                Self { factor: self.factor * other.factor, ..Self::of(base) }
            }
            _ => UNKNOWN,
        }
    }

    /// One divided by the other.
    pub(super) fn over(self, other: Self) -> Self {
        let factor = self.factor / other.factor;
        if self.base == other.base && self.per_second == other.per_second {
            return if self.is_known() { Self { factor, ..Self::of(Base::Share) } } else { UNKNOWN };
        }
        if self.base == other.base && !self.per_second && other.per_second {
            return Self { factor, ..Self::of(Base::Time) };
        }
        let counted = matches!(other.base, Base::Count) || (other.base == Base::Unknown && other.per_second);
        if counted && (other.per_second == self.per_second || !other.per_second) {
            return Self { per_second: self.per_second && !other.per_second, ..self };
        }
        if other.base == Base::Time && !other.per_second && !self.per_second && self.base != Base::Unknown {
            return Self { factor, per_second: true, ..self };
        }
        UNKNOWN
    }

    /// Multiplied by a number: another size of the same unit where that is one people use, else as much more of it.
    pub(super) fn scaled(self, by: f64) -> Self {
        let other = Self { factor: self.factor / by, ..self };
        if self.base == Base::Size && (by - 8.0).abs() < 1e-9 {
            return Self { base: Base::Bits, factor: self.factor, ..self };
        }
        if self.base == Base::Bits && (by * 8.0 - 1.0).abs() < 1e-9 {
            return Self { base: Base::Size, ..self };
        }
        let is_step = [100.0, 60.0, 24.0, 3600.0, 86_400.0, 1e3, 1e6, 1e9, 1024.0, 1_048_576.0, 1_073_741_824.0]
            .iter()
            .any(|step: &f64| (by / step - 1.0).abs() < 1e-9 || (by * step - 1.0).abs() < 1e-9);
        if is_step { other } else { self }
    }
}
