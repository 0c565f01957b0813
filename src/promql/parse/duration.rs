//! Numbers and durations.

use super::{Parser, Res};
use crate::promql::mistake::Mistake;
use crate::promql::tree::Span;

/// Units in the order in which a duration has them, with their seconds.
const UNITS: [(&str, f64); 7] =
    [("y", 31_536_000.0), ("w", 604_800.0), ("d", 86_400.0), ("h", 3_600.0), ("m", 60.0), ("s", 1.0), ("ms", 0.001)];

/// What people write for a unit, and the unit.
const WORDS: [(&str, &str); 20] = [
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("min", "m"),
    ("mins", "m"),
    ("minute", "m"),
    ("minutes", "m"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("day", "d"),
    ("days", "d"),
    ("week", "w"),
    ("weeks", "w"),
    ("month", "d"),
    ("M", "m"),
    ("H", "h"),
    ("D", "d"),
];

/// Longest duration that is taken, in seconds: two centuries.
const MOST: f64 = 200.0 * 31_536_000.0;

/// Factors that MetricsQL lets stand behind a number.
const FACTORS: [(&str, f64); 8] = [
    ("Ki", 1024.0),
    ("Mi", 1_048_576.0),
    ("Gi", 1_073_741_824.0),
    ("Ti", 1_099_511_627_776.0),
    ("K", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("T", 1e12),
];

/// The seconds of a duration as Prometheus writes them, `1h30m`; `None` for anything else.
pub fn seconds(text: &str) -> Option<f64> {
    let (mut rest, mut from, mut total) = (text, 0, 0.0);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|at| *at > 0)?;
        let count: f64 = rest.get(..digits)?.parse().ok()?;
        let letters = rest.get(digits..)?;
        let end = letters.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(letters.len());
        let unit = letters.get(..end)?;
        let place = UNITS.iter().skip(from).position(|(name, _)| *name == unit)? + from;
        total += count * UNITS.get(place)?.1;
        from = place + 1;
        rest = letters.get(end..)?;
    }
    Some(total)
}

/// The same with what MetricsQL adds: fractions, any order, steps (`5i`, taken as one second each).
fn loose(text: &str) -> Option<f64> {
    let (mut rest, mut total) = (text, 0.0);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).filter(|at| *at > 0)?;
        let count: f64 = rest.get(..digits)?.parse().ok()?;
        let letters = rest.get(digits..)?;
        let end = letters.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(letters.len());
        let unit = letters.get(..end)?;
        let known = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, seconds)| *seconds);
        total += count * known.or_else(|| (unit == "i").then_some(1.0))?;
        rest = letters.get(end..)?;
    }
    (!text.is_empty()).then_some(total)
}

/// A plain number in the spellings of Go.
fn plain(text: &str) -> Option<f64> {
    let text = text.replace('_', "");
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    match hexadecimal {
        Some(digits) => u64::from_str_radix(digits, 16).ok().map(|value| value as f64),
        None => text.parse().ok().filter(|_| text.ends_with(|c: char| c.is_ascii_digit() || c == '.')),
    }
}

/// What was probably meant by a duration nobody can read.
fn meant(text: &str) -> Option<String> {
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).filter(|at| *at > 0)?;
    let (count, unit) = text.split_at(digits);
    if unit == "month" || unit == "months" || unit == "mo" {
        return count.parse::<u32>().ok().and_then(|months| months.checked_mul(30)).map(|days| format!("{days}d"));
    }
    WORDS.iter().find(|(word, _)| *word == unit).map(|(_, unit)| format!("{count}{unit}"))
}

/// A duration in the units people use, for a remedy.
fn whole(seconds: f64) -> Option<String> {
    let unit = UNITS.iter().rev().skip(1).rev().filter(|(name, _)| !matches!(*name, "y" | "w"));
    let exact = |size: f64| (seconds / size).fract().abs() < 1e-9 && seconds >= size;
    unit.clone().find(|(_, size)| exact(*size)).map(|(name, size)| format!("{}{name}", seconds / size))
}

impl Parser<'_> {
    /// A number where a value stands; a duration is its seconds.
    pub(super) fn number(&mut self, span: &Span) -> Res<f64> {
        let text = self.slice(span);
        if let Some(value) = plain(text).or_else(|| seconds(text)) {
            return Ok(value);
        }
        let bare = text.strip_suffix('B').unwrap_or(text);
        let scaled = FACTORS
            .iter()
            .find_map(|(factor, size)| bare.strip_suffix(factor).and_then(plain).map(|count| (count, *size)));
        if let Some((count, size)) = scaled {
            let written = format!("write {}", count * size);
            self.foreign.push(Mistake::new(span.clone(), format!("`{text}` is a number of MetricsQL"), written));
            return Ok(count * size);
        }
        if let Some(value) = loose(text) {
            self.note_loose(span, value);
            return Ok(value);
        }
        Err(Mistake::new(span.clone(), format!("`{}` is no number", self.piece(span)), number_remedy(text)))
    }

    /// A duration: of a range, a step or an offset.
    pub(super) fn duration(&mut self, span: &Span) -> Res<()> {
        let text = self.slice(span);
        let value = match plain(text).or_else(|| seconds(text)) {
            Some(value) => value,
            None => match loose(text) {
                Some(value) => {
                    self.note_loose(span, value);
                    value
                }
                None => return Err(self.no_duration(span)),
            },
        };
        if value <= 0.0 {
            return Err(Mistake::new(span.clone(), "a duration must be longer than nothing", "for example 5m"));
        }
        if !value.is_finite() || value > MOST {
            return Err(Mistake::new(span.clone(), format!("`{}` is too long", self.piece(span)), "for example 5m"));
        }
        Ok(())
    }

    fn no_duration(&self, span: &Span) -> Mistake {
        let text = self.slice(span);
        let remedy = match meant(text) {
            Some(meant) => format!("write {meant}"),
            None => "a number with ms, s, m, h, d, w or y: 5m, 1h30m".to_owned(),
        };
        Mistake::new(span.clone(), format!("`{}` is no duration", self.piece(span)), remedy)
    }

    fn note_loose(&mut self, span: &Span, value: f64) {
        let text = self.piece(span);
        let remedy = whole(value).map_or_else(String::new, |whole| format!("write {whole}"));
        let what = format!("`{text}` is a duration of MetricsQL");
        self.foreign.push(Mistake::new(span.clone(), what, remedy));
    }
}

fn number_remedy(text: &str) -> String {
    match meant(text) {
        Some(meant) => format!("write {meant}"),
        None if text.matches('.').count() > 1 => "one point parts the fraction".to_owned(),
        None => "names do not begin with a digit".to_owned(),
    }
}
