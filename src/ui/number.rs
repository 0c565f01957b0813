//! Numbers in the units people use: `1.9 s`, `21 %`, `3.2 GiB`. Called by every pane that shows a value.

use crate::domain::Timestamp;
use crate::domain::unit::{Measure, Unit};

/// A value with its unit, at most three figures before a prefix: `210 ms`, `14.2/s`, `48,213`.
///
/// NaN and the infinities are named as Prometheus names them.
pub fn value(v: f64, unit: Unit) -> String {
    if v.is_nan() {
        return "NaN".to_owned();
    }
    if v.is_infinite() {
        return if v > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let (measure, factor) = unit.measure();
    let v = v * factor;
    match measure {
        Measure::Number => plain(v),
        Measure::Share => format!("{} %", plain(v * 100.0)),
        Measure::Time => seconds(v),
        Measure::Size => scaled(v, 1024.0, &[" B", " KiB", " MiB", " GiB", " TiB", " PiB"]),
        Measure::Bits => scaled(v, 1000.0, &[" bit", " kbit", " Mbit", " Gbit", " Tbit"]),
        Measure::Rate if v.abs() < 1000.0 => format!("{}/s", figures(v)),
        Measure::Rate => scaled(v, 1000.0, &["/s", "k/s", "M/s", "G/s", "T/s"]),
        Measure::Throughput => scaled(v, 1024.0, &[" B/s", " KiB/s", " MiB/s", " GiB/s", " TiB/s"]),
        Measure::BitRate => scaled(v, 1000.0, &[" bit/s", " kbit/s", " Mbit/s", " Gbit/s", " Tbit/s"]),
        Measure::Temperature => format!("{} °C", plain(v)),
        Measure::Moment => moment(v),
    }
}

/// A value with every figure it has and its unit unscaled, for the one that is pointed at: `1.934217 s`, `3435973836 B`.
pub fn exact(v: f64, unit: Unit) -> String {
    if !v.is_finite() {
        return value(v, unit);
    }
    let (measure, factor) = unit.measure();
    let scaled = if factor == 1.0 { v } else { v * factor };
    let suffix = match measure {
        Measure::Number => "",
        Measure::Share => return format!("{} %", digits(v * factor * 100.0)),
        Measure::Time => " s",
        Measure::Size => " B",
        Measure::Bits => " bit",
        Measure::Rate => "/s",
        Measure::Throughput => " B/s",
        Measure::BitRate => " bit/s",
        Measure::Temperature => " °C",
        Measure::Moment => return moment(v),
    };
    format!("{}{suffix}", digits(scaled))
}

/// The shortest digits that say the number but for the last bits, which multiplying by a factor leaves behind.
fn digits(v: f64) -> String {
    let short: f64 = format!("{v:.14e}").parse().unwrap_or(v);
    if short != 0.0 && !(1e-6..1e15).contains(&short.abs()) { format!("{short:e}") } else { short.to_string() }
}

/// A moment in UTC; numbers that no clock shows stay numbers.
fn moment(v: f64) -> String {
    let at = Some(v).filter(|v| (0.0..=1e11).contains(v)).and_then(|v| Timestamp::from_second(v as i64).ok());
    at.map_or_else(|| plain(v), |at| at.strftime("%m-%d %H:%MZ").to_string())
}

/// What `now / before` says: `×3.1` from twice on, else `+40 %` or `−21 %`; nothing for NaN.
pub fn ratio(r: f64) -> String {
    if r.is_nan() || r < 0.0 {
        return String::new();
    }
    if r.is_infinite() {
        return "from 0".to_owned();
    }
    if r >= 1e6 {
        return "×1M+".to_owned();
    }
    if r >= 2.0 {
        return if r < 9.95 { format!("×{r:.1}") } else { format!("×{r:.0}") };
    }
    let percent = ((r - 1.0) * 100.0).round();
    if percent == 0.0 {
        "±0 %".to_owned()
    } else if percent > 0.0 {
        format!("+{percent:.0} %")
    } else {
        format!("−{:.0} %", -percent)
    }
}

/// A count with its thousands apart: `48,213`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn plain(v: f64) -> String {
    let whole = v.abs().round();
    match whole {
        _ if whole < 1000.0 => figures(v),
        _ if whole < 1e6 => {
            let sign = if v < 0.0 { "-" } else { "" };
            format!("{sign}{}", count(whole as u64))
        }
        _ if whole < 1e15 => scaled(v, 1000.0, &["", "k", "M", "G", "T"]),
        _ => format!("{v:.1e}"),
    }
}

/// Up to three figures, no zeros at the end of the fraction.
fn figures(v: f64) -> String {
    let size = v.abs();
    let text = match size {
        _ if size == 0.0 => return "0".to_owned(),
        _ if size < 0.001 => return format!("{v:.1e}"),
        _ if size < 0.1 => format!("{v:.3}"),
        _ if size < 9.995 => format!("{v:.2}"),
        _ if size < 99.95 => format!("{v:.1}"),
        _ => return format!("{v:.0}"),
    };
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn seconds(v: f64) -> String {
    let size = v.abs();
    match size {
        _ if size == 0.0 => "0 s".to_owned(),
        _ if size < 0.000_000_999_5 => format!("{} ns", two(v * 1e9)),
        _ if size < 0.000_999_5 => format!("{} µs", two(v * 1e6)),
        _ if size < 0.9995 => format!("{} ms", two(v * 1e3)),
        _ if size < 119.5 => format!("{} s", two(v)),
        _ if size < 7170.0 => format!("{} min", two(v / 60.0)),
        _ if size < 172_000.0 => format!("{} h", two(v / 3600.0)),
        _ if size < 1e13 => format!("{} d", plain((v / 86_400.0).round())),
        _ => format!("{v:.1e} s"),
    }
}

/// One decimal below ten, none above.
fn two(v: f64) -> String {
    if v.abs() < 9.95 { format!("{v:.1}").trim_end_matches(".0").to_owned() } else { format!("{v:.0}") }
}

fn scaled(v: f64, base: f64, names: &[&str]) -> String {
    let mut left = v;
    for (at, name) in names.iter().enumerate() {
        let rounded = if left.abs() < 9.95 { left.abs() } else { left.abs().round() };
        if rounded < base {
            return format!("{}{name}", two(left));
        }
        if at + 1 < names.len() {
            left /= base;
        }
    }
    match names.last() {
        Some(name) if left.abs() < 1e6 => format!("{left:.0}{name}"),
        Some(_) | None => format!("{v:.1e}{}", names.first().copied().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_read_as_people_write_them() {
        let cases = [
            (1.93, Unit::Seconds, "1.9 s"),
            (0.21, Unit::Seconds, "210 ms"),
            (0.000_42, Unit::Seconds, "420 µs"),
            (0.9999, Unit::Seconds, "1 s"),
            (600.0, Unit::Seconds, "10 min"),
            (0.21, Unit::Ratio, "21 %"),
            (1.0, Unit::Ratio, "100 %"),
            (0.0213, Unit::Ratio, "2.13 %"),
            (3.2 * 1024.0 * 1024.0 * 1024.0, Unit::Bytes, "3.2 GiB"),
            (1023.9, Unit::Bytes, "1 KiB"),
            (512.0, Unit::Bytes, "512 B"),
            (14.2, Unit::PerSecond, "14.2/s"),
            (1999.0, Unit::PerSecond, "2k/s"),
            (1930.0, Unit::Milliseconds, "1.9 s"),
            (90.0, Unit::Minutes, "90 min"),
            (21.4, Unit::Percent, "21.4 %"),
            (2048.0, Unit::Kibibytes, "2 MiB"),
            (12.3 * 1024.0 * 1024.0, Unit::BytesPerSecond, "12 MiB/s"),
            (2.5e8, Unit::BitsPerSecond, "250 Mbit/s"),
            (61.5, Unit::Celsius, "61.5 °C"),
            (1_763_719_512.0, Unit::Moment, "11-21 10:05Z"),
            (-5.0, Unit::Moment, "-5"),
            (0.0, Unit::PerSecond, "0/s"),
            (48_213.0, Unit::Number, "48,213"),
            (-1234.0, Unit::Number, "-1,234"),
            (2.5e9, Unit::Number, "2.5G"),
            (1e308, Unit::Number, "1.0e308"),
            (f64::NAN, Unit::Bytes, "NaN"),
            (f64::NEG_INFINITY, Unit::Seconds, "-Inf"),
        ];
        for (v, unit, text) in cases {
            assert_eq!(value(v, unit), text, "{v} {unit:?}");
        }
    }

    #[test]
    fn the_pointed_at_value_has_all_its_figures() {
        let cases = [
            (1.934_217, Unit::Seconds, "1.934217 s"),
            (3_435_973_836.0, Unit::Bytes, "3435973836 B"),
            (0.1 + 0.2, Unit::Number, "0.3"),
            (0.2134, Unit::Ratio, "21.34 %"),
            (12.0, Unit::Milliseconds, "0.012 s"),
            (1.5e-9, Unit::Seconds, "1.5e-9 s"),
        ];
        for (v, unit, text) in cases {
            assert_eq!(exact(v, unit), text);
        }
    }

    #[test]
    fn ratios_say_how_much_changed() {
        let texts = [3.1, 31.4, 0.79, 1.4, 1.001, 0.0, f64::INFINITY, f64::NAN].map(ratio);
        assert_eq!(texts, ["×3.1", "×31", "−21 %", "+40 %", "±0 %", "−100 %", "from 0", ""]);
    }

    proptest! {
        #[test]
        fn every_number_is_short(v in prop::num::f64::ANY) {
            for unit in Unit::all() {
                let text = value(v, unit);
                prop_assert!(exact(v, unit).chars().count() <= 32);
                prop_assert!(text.chars().count() <= 14, "{} as {:?} is {}", v, unit, text);
            }
            prop_assert!(ratio(v).chars().count() <= 8);
        }
    }
}
