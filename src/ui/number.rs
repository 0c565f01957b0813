//! Numbers in the units people use: `1.9 s`, `21 %`, `3.2 GiB`. Called by every pane that shows a value.

use crate::domain::series::Unit;

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
    match unit {
        Unit::Number => plain(v),
        Unit::Ratio => format!("{} %", plain(v * 100.0)),
        Unit::Seconds => seconds(v),
        Unit::Bytes => scaled(v, 1024.0, &[" B", " KiB", " MiB", " GiB", " TiB", " PiB"]),
        Unit::PerSecond if v.abs() < 1000.0 => format!("{}/s", figures(v)),
        Unit::PerSecond => scaled(v, 1000.0, &["/s", "k/s", "M/s", "G/s", "T/s"]),
    }
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
    fn ratios_say_how_much_changed() {
        let texts = [3.1, 31.4, 0.79, 1.4, 1.001, 0.0, f64::INFINITY, f64::NAN].map(ratio);
        assert_eq!(texts, ["×3.1", "×31", "−21 %", "+40 %", "±0 %", "−100 %", "from 0", ""]);
    }

    proptest! {
        #[test]
        fn every_number_is_short(v in prop::num::f64::ANY) {
            for unit in [Unit::Number, Unit::Ratio, Unit::Seconds, Unit::Bytes, Unit::PerSecond] {
                let text = value(v, unit);
                prop_assert!(text.chars().count() <= 12, "{} as {:?} is {}", v, unit, text);
            }
            prop_assert!(ratio(v).chars().count() <= 8);
        }
    }
}
