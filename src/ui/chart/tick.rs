//! Round values along an upright axis and their labels in the unit: 1-2-5 for plain numbers, halves and doubles of 1024
//! for bytes, the steps of a clock for seconds. All labels of an axis have one prefix and as many decimals as they need.

use crate::domain::unit::{Measure, Unit};

/// Columns a label takes at most.
pub const WIDEST: usize = 14;

/// A round value and how it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The value.
    pub value: f64,
    /// Its label; no two of an axis are the same.
    pub label: String,
}

/// A factor of a unit and what stands behind a number in it.
type Prefix = (f64, &'static str);

const PLAIN: [Prefix; 5] = [(1.0, ""), (1e3, "k"), (1e6, "M"), (1e9, "G"), (1e12, "T")];
const RATE: [Prefix; 5] = [(1.0, "/s"), (1e3, "k/s"), (1e6, "M/s"), (1e9, "G/s"), (1e12, "T/s")];
const PERCENT: [Prefix; 1] = [(0.01, " %")];
const CLOCK: [Prefix; 7] =
    [(1e-9, " ns"), (1e-6, " µs"), (1e-3, " ms"), (1.0, " s"), (60.0, " min"), (3600.0, " h"), (86_400.0, " d")];
const BITS: [Prefix; 5] = [(1.0, " bit"), (1e3, " kbit"), (1e6, " Mbit"), (1e9, " Gbit"), (1e12, " Tbit")];
const BIT_RATE: [Prefix; 5] =
    [(1.0, " bit/s"), (1e3, " kbit/s"), (1e6, " Mbit/s"), (1e9, " Gbit/s"), (1e12, " Tbit/s")];
const DEGREES: [Prefix; 1] = [(1.0, " °C")];
const BYTES: [Prefix; 6] = [
    (1.0, " B"),
    (1024.0, " KiB"),
    (1_048_576.0, " MiB"),
    (1_073_741_824.0, " GiB"),
    (1_099_511_627_776.0, " TiB"),
    (1_125_899_906_842_624.0, " PiB"),
];
const THROUGHPUT: [Prefix; 5] = [
    (1.0, " B/s"),
    (1024.0, " KiB/s"),
    (1_048_576.0, " MiB/s"),
    (1_073_741_824.0, " GiB/s"),
    (1_099_511_627_776.0, " TiB/s"),
];
/// Steps between a second and a day, in seconds.
const CLOCK_STEPS: [f64; 16] =
    [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 21_600.0, 43_200.0];
const DAY: f64 = 86_400.0;

/// At most `most` ticks (at least two are allowed for) over the values from `low` to `high`, and the ends of the axis:
/// the lowest and the highest tick, or the values themselves where floats are too coarse for round ones.
pub(super) fn even(low: f64, high: f64, unit: Unit, most: usize) -> (f64, f64, Vec<Tick>) {
    let (measure, factor) = measured(unit, low, high);
    let unscaled = even_in(low * factor, high * factor, measure, most);
    in_unit(unscaled, (low, high), factor)
}

/// The unit's measure and factor; a plain number where the factor would leave what floats can hold.
fn measured(unit: Unit, low: f64, high: f64) -> (Measure, f64) {
    let (measure, factor) = unit.measure();
    let fits = [low, high].iter().all(|end| (end * factor).is_finite() && (*end == 0.0 || (end * factor).is_normal()));
    if factor == 1.0 || fits { (measure, factor) } else { (Measure::Number, 1.0) }
}

/// An axis in the measure's own unit as one in the unit of the values.
fn in_unit(axis: (f64, f64, Vec<Tick>), values: (f64, f64), factor: f64) -> (f64, f64, Vec<Tick>) {
    let (bottom, top, ticks) = axis;
    if factor == 1.0 {
        return (bottom, top, ticks);
    }
    let (bottom, top) = ((bottom / factor).min(values.0), (top / factor).max(values.1));
    let back = |tick: Tick| Tick { value: (tick.value / factor).clamp(bottom, top), ..tick };
    (bottom, top, ticks.into_iter().map(back).collect())
}

fn even_in(low: f64, high: f64, unit: Measure, most: usize) -> (f64, f64, Vec<Tick>) {
    let most = most.max(2) as f64;
    // In parts, because the distance of two large numbers may be infinite.
    let mut raw = (high / most - low / most).max(f64::MIN_POSITIVE);
    for _ in 0..4 {
        let step = round_step(raw, unit);
        let (first, last) = ((low / step).floor(), (high / step).ceil());
        // From here on neighbouring multiples are no longer different numbers.
        if !step.is_finite() || first.abs().max(last.abs()) > 1e15 {
            break;
        }
        if last - first < most + 0.5 {
            let (bottom, top) = (first * step, last * step);
            if !(bottom.is_finite() && top.is_finite() && bottom <= low && high <= top) {
                break;
            }
            let counts = (0..=(last - first) as usize).map(|n| first + n as f64);
            return (bottom, top, labelled(counts.map(|n| n * step).collect(), step, unit));
        }
        raw = step * 1.5;
    }
    let ends = [low, high].map(|value| Tick { value, label: format!("{value:.3e}") });
    let apart = ends[0].label != ends[1].label;
    let ticks = ends.into_iter().take(if apart { 2 } else { 1 }).collect();
    (low, high, ticks)
}

/// Ticks at powers over the values from `low` (above zero) to `high`, and the ends of the axis: the powers around them.
pub(super) fn powers(low: f64, high: f64, unit: Unit, most: usize) -> (f64, f64, Vec<Tick>) {
    let (measure, factor) = measured(unit, low, high);
    let unscaled = powers_in(low * factor, high * factor, measure, most);
    in_unit(unscaled, (low, high), factor)
}

fn powers_in(low: f64, high: f64, unit: Measure, most: usize) -> (f64, f64, Vec<Tick>) {
    let base: f64 = if is_binary(unit) { 2.0 } else { 10.0 };
    let power = |n: f64| base.powf(n).clamp(f64::MIN_POSITIVE, f64::MAX);
    let first = (low.max(f64::MIN_POSITIVE).log(base) + 1e-9).floor();
    let last = (high.log(base) - 1e-9).ceil().max(first + 1.0);
    let (low, high) = (power(first).min(low.max(f64::MIN_POSITIVE)), power(last).max(high));
    let stride = ((last - first) / most.max(2) as f64).ceil().max(1.0);
    let mut ticks: Vec<Tick> = Vec::new();
    let mut n = first;
    while n <= last {
        let value = power(n);
        let label = one(value, unit);
        if (low..=high).contains(&value) && ticks.last().is_none_or(|tick| tick.label != label) {
            ticks.push(Tick { value, label });
        }
        n += stride;
    }
    (low, high, ticks)
}

/// The smallest round step that is not below `raw`.
fn round_step(raw: f64, unit: Measure) -> f64 {
    if unit == Measure::Time && raw > DAY {
        DAY * decimal_step(raw / DAY)
    } else if unit == Measure::Time && raw > 0.5 {
        CLOCK_STEPS.into_iter().find(|step| *step >= raw * (1.0 - 1e-9)).unwrap_or(DAY)
    } else if is_binary(unit) && raw > 1.0 {
        raw.log2().ceil().exp2()
    } else {
        decimal_step(raw)
    }
}

/// Whether it is counted in powers of two.
fn is_binary(unit: Measure) -> bool {
    matches!(unit, Measure::Size | Measure::Throughput)
}

fn decimal_step(raw: f64) -> f64 {
    let power = 10f64.powf(raw.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|n| n * power).into_iter().find(|step| *step >= raw * (1.0 - 1e-9)).unwrap_or(raw)
}

fn prefixes(unit: Measure) -> &'static [Prefix] {
    match unit {
        Measure::Number | Measure::Moment => &PLAIN,
        Measure::Rate => &RATE,
        Measure::Share => &PERCENT,
        Measure::Time => &CLOCK,
        Measure::Size => &BYTES,
        Measure::Throughput => &THROUGHPUT,
        Measure::Bits => &BITS,
        Measure::BitRate => &BIT_RATE,
        Measure::Temperature => &DEGREES,
    }
}

/// All values in the largest prefix that needs few decimals for the step.
fn labelled(values: Vec<f64>, step: f64, unit: Measure) -> Vec<Tick> {
    let largest = values.iter().fold(0.0, |largest: f64, v| largest.max(v.abs()));
    let fine = if unit == Measure::Time && step >= 1.0 { 1 } else { 2 };
    let fits = |(factor, _): &&Prefix| *factor <= largest && decimals(step / factor) <= fine;
    let all = prefixes(unit);
    let (factor, suffix) = all.iter().rev().find(fits).or(all.first()).copied().unwrap_or((1.0, ""));
    let places = decimals(step / factor);
    let plain = |v: f64| match v {
        0.0 => format!("0{suffix}"),
        v => format!("{:.places$}{suffix}", v / factor),
    };
    let short = |text: &String| text.chars().count() <= WIDEST;
    let mut labels: Vec<String> = values.iter().map(|v| plain(*v)).collect();
    if places > 9 || !labels.iter().all(short) {
        let figures = (largest / step).log10().ceil().clamp(0.0, 6.0) as usize;
        labels = values.iter().map(|v| format!("{v:.figures$e}")).collect();
    }
    let mut ticks: Vec<Tick> = Vec::with_capacity(values.len());
    for (value, label) in values.into_iter().zip(labels) {
        if ticks.last().is_none_or(|tick| tick.label != label) {
            ticks.push(Tick { value, label });
        }
    }
    ticks
}

/// One value in the prefix that it is whole in.
fn one(value: f64, unit: Measure) -> String {
    labelled(vec![value], value, unit).pop().map(|tick| tick.label).unwrap_or_default()
}

/// Decimals after which a number ends, at most ten.
fn decimals(v: f64) -> usize {
    let mut scaled = v;
    for places in 0..10 {
        if (scaled - scaled.round()).abs() <= 1e-6 * scaled.abs().min(1.0) {
            return places;
        }
        scaled *= 10.0;
    }
    10
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const UNITS: [Unit; 5] = [Unit::Number, Unit::Ratio, Unit::Seconds, Unit::Bytes, Unit::PerSecond];

    fn labels(low: f64, high: f64, unit: Unit, most: usize) -> Vec<String> {
        even(low, high, unit, most).2.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_as_people_count_in_the_unit() {
        assert_eq!(labels(0.0, 14.2, Unit::PerSecond, 4), ["0/s", "5/s", "10/s", "15/s"]);
        assert_eq!(labels(0.0, 4.1, Unit::Seconds, 6), ["0 s", "1 s", "2 s", "3 s", "4 s", "5 s"]);
        assert_eq!(labels(0.0, 0.21, Unit::Seconds, 6), ["0 ms", "50 ms", "100 ms", "150 ms", "200 ms", "250 ms"]);
        assert_eq!(labels(0.0, 170.0, Unit::Seconds, 4), ["0 min", "1 min", "2 min", "3 min"]);
        assert_eq!(labels(0.0, 3e5, Unit::Seconds, 4), ["0 d", "1 d", "2 d", "3 d", "4 d"]);
        assert_eq!(labels(3.1e8, 3.3e8, Unit::Bytes, 4), ["288 MiB", "296 MiB", "304 MiB", "312 MiB", "320 MiB"]);
        assert_eq!(labels(0.0, 1.6e9, Unit::Bytes, 4), ["0 GiB", "0.5 GiB", "1.0 GiB", "1.5 GiB"]);
        assert_eq!(labels(0.0, 210.0, Unit::Milliseconds, 6), labels(0.0, 0.21, Unit::Seconds, 6));
        assert_eq!(labels(0.0, 93.0, Unit::Percent, 5), labels(0.0, 0.93, Unit::Ratio, 5));
        assert_eq!(
            labels(0.0, 1.6e6, Unit::BytesPerSecond, 4),
            ["0 MiB/s", "0.5 MiB/s", "1.0 MiB/s", "1.5 MiB/s", "2.0 MiB/s"]
        );
        assert_eq!(labels(0.0, 0.93, Unit::Ratio, 5), ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]);
        assert_eq!(labels(10_200.0, 10_900.0, Unit::Number, 4), ["10.2k", "10.4k", "10.6k", "10.8k", "11.0k"]);
        assert_eq!(labels(-3.0, 2.0, Unit::Number, 6), ["-3", "-2", "-1", "0", "1", "2"]);
    }

    #[test]
    fn powers_are_labelled_each_in_its_own_prefix() {
        let labels = |low, high, unit| -> Vec<String> {
            powers(low, high, unit, 8).2.into_iter().map(|tick| tick.label).collect()
        };
        assert_eq!(labels(0.003, 20.0, Unit::Seconds), ["1 ms", "10 ms", "100 ms", "1 s", "10 s", "100 s"]);
        assert_eq!(labels(1.0, 4e6, Unit::PerSecond).last().map(String::as_str), Some("10M/s"));
    }

    proptest! {
        #[test]
        fn ticks_are_round_unique_and_within_range(
            a in prop_oneof![prop::num::f64::NORMAL, prop::num::f64::SUBNORMAL, -1e4..1e4f64],
            b in prop_oneof![prop::num::f64::NORMAL, prop::num::f64::SUBNORMAL, -1e4..1e4f64],
            most in 1usize..9,
        ) {
            prop_assume!(a != b);
            let (low, high) = (a.min(b), a.max(b));
            for unit in Unit::all() {
                let (bottom, top, ticks) = even(low, high, unit, most);
                prop_assert!(bottom <= low && high <= top);
                prop_assert!(!ticks.is_empty() && ticks.len() <= most.max(2) + 1, "{ticks:?}");
                for tick in &ticks {
                    prop_assert!(bottom <= tick.value && tick.value <= top, "{tick:?} in {bottom}..{top}");
                    prop_assert!(tick.label.chars().count() <= WIDEST, "{tick:?}");
                }
                for pair in ticks.windows(2) {
                    prop_assert!(pair[0].value < pair[1].value && pair[0].label != pair[1].label, "{pair:?}");
                }
            }
        }

        #[test]
        fn ordinary_ticks_are_multiples_of_a_round_step(low in -1e6..1e6f64, span in 0.01..1e6f64, most in 2usize..9) {
            for unit in UNITS {
                let (_, _, ticks) = even(low, low + span, unit, most);
                prop_assert!(ticks.len() >= 2);
                let step = ticks[1].value - ticks[0].value;
                let leads = |v: f64| {
                    let first = v / 10f64.powf(v.log10().floor());
                    [1.0, 2.0, 5.0, 10.0].iter().any(|n| (first - n).abs() < 1e-3)
                };
                let binary = (step.log2() - step.log2().round()).abs() < 1e-6;
                let clock = leads(step / DAY) || CLOCK_STEPS.iter().any(|n| (step - n).abs() < 1e-3 * n);
                let decimal = leads(step);
                prop_assert!(decimal || (unit == Unit::Bytes && binary) || (unit == Unit::Seconds && clock), "{unit:?} {step}");
            }
        }

        #[test]
        fn powers_stay_within(low in prop::num::f64::POSITIVE, span in 1.0..1e12f64, most in 1usize..9) {
            prop_assume!(low.is_finite() && (low * span).is_finite());
            for unit in UNITS {
                let (bottom, top, ticks) = powers(low, low * span, unit, most);
                prop_assert!(bottom > 0.0 && bottom < top && top >= low * span);
                for pair in ticks.windows(2) {
                    prop_assert!(pair[0].value < pair[1].value && pair[0].label != pair[1].label, "{pair:?}");
                }
            }
        }
    }
}
