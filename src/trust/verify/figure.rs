//! Numbers of evidence with their units and the keys they stand behind.

use super::token::Quantity;
use super::unit::{Dim, Unit, meanings};

/// A number as it stands in evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// As shown.
    pub value: f64,
    /// Its unit: written behind it, or told by its key.
    pub unit: Unit,
    /// The name before it: `dur_ms` of `dur_ms=338`.
    pub key: Option<String>,
}

impl Figure {
    /// Whether the sentence's number is this one, rounded to the digits it shows and in its own unit.
    pub fn is(&self, said: &Quantity) -> bool {
        self.shown_in(said.unit).iter().any(|value| (value - said.value).abs() <= said.room())
    }

    /// Its value in another unit; more than one where the unit is not certain, none where the two cannot be compared.
    pub fn shown_in(&self, unit: Unit) -> Vec<f64> {
        match (unit.dim, self.unit.dim) {
            (Dim::Plain, _) => vec![self.value],
            (Dim::Percent, Dim::Plain) if (0.0..=1.0).contains(&self.value) => vec![self.value, self.value * 100.0],
            (_, Dim::Plain) => vec![self.value],
            (said, own) if said == own => {
                let [exact, other] = meanings(unit);
                let [own, own_other] = meanings(self.unit);
                // `2.4G` and `2.4 GB` are the same, whichever is meant; raw bytes may be told in either.
                if said == Dim::Bytes
                    && own > 1.0
                    && exact > 1.0
                    && own.log(1000.0).floor() == exact.log(1000.0).floor()
                {
                    return vec![self.value];
                }
                let mut values = vec![self.value * own / exact];
                if own == 1.0 && exact != other {
                    values.push(self.value / other);
                } else if own != own_other {
                    values.extend([self.value * own_other / exact, self.value * own_other / other]);
                }
                values
            }
            (Dim::Time | Dim::Bytes | Dim::Percent, _) => Vec::new(),
        }
    }
}

/// The numbers of a line, times left out (`spans`): with unit and key.
pub fn figures(line: &str, spans: &[std::ops::Range<usize>]) -> Vec<Figure> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if let Some(span) = spans.iter().find(|span| span.contains(&at)) {
            at = span.end;
            continue;
        }
        let before = if at == 0 { b' ' } else { bytes[at - 1] };
        // `v1.14.1`: the rest of a version is no number.
        let version = before == b'.' && at > 1 && bytes[at - 2].is_ascii_alphanumeric();
        if !bytes[at].is_ascii_digit() || before.is_ascii_alphanumeric() || before == b'_' || version {
            at += 1;
            continue;
        }
        let end = number_end(bytes, at);
        let text = &line[at..end];
        if text.matches('.').count() > 1 {
            at = end;
            continue;
        }
        let letters = bytes[end..].iter().take_while(|b| b.is_ascii_alphabetic() || **b == b'%' || **b >= 0x80).count();
        let glued = line.get(end..end + letters).unwrap_or_default();
        let gap = line[end..].strip_prefix(' ').and_then(|rest| rest.split([' ', ',', ')', ']', ';', '"', '.']).next());
        let negative = before == b'-' && (at < 2 || matches!(bytes[at - 2], b' ' | b'=' | b'(' | b'"' | b':' | b'\t'));
        if let Ok(value) = text.replace(',', "").parse::<f64>() {
            let key = key_before(&line[..at]);
            let unit = match glued {
                "" => gap.and_then(spaced).or_else(|| Unit::of_key(key.as_deref()?)),
                glued => Unit::suffixed(glued),
            };
            // `28z` and `0a1f` are pieces of names.
            if (glued.is_empty() || unit.is_some() || glued == "x") && value.is_finite() {
                let value = if negative { -value } else { value };
                let key =
                    key.or_else(|| (glued.is_empty() && unit.is_none()).then(|| noun_behind(&line[end..])).flatten());
                found.push(Figure { value, unit: unit.unwrap_or(Unit::PLAIN), key });
            }
        }
        at = end.max(at + 1) + if glued.is_empty() { 0 } else { letters };
    }
    found
}

/// Units that stand apart from their number: `1702 ms`, `38.2 GiB`. Single letters do not.
fn spaced(word: &str) -> Option<Unit> {
    (word.len() > 1 || matches!(word, "%" | "s" | "h" | "B")).then(|| Unit::named(word)).flatten()
}

fn number_end(bytes: &[u8], start: usize) -> usize {
    let mut end = start;
    while end < bytes.len() {
        let next_digit = bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        let three = bytes.get(end + 1..end + 4).is_some_and(|three| three.iter().all(u8::is_ascii_digit))
            && !bytes.get(end + 4).is_some_and(u8::is_ascii_digit);
        match bytes[end] {
            b'0'..=b'9' => end += 1,
            b'.' if next_digit => end += 1,
            b',' if three && end - start <= 3 + 4 * bytes[start..end].iter().filter(|b| **b == b',').count() => {
                end += 1
            }
            b'e' | b'E' if bytes.get(end + 1).is_some_and(|sign| matches!(sign, b'+' | b'-')) => {
                if bytes.get(end + 2).is_some_and(u8::is_ascii_digit) { end += 2 } else { break }
            }
            _ => break,
        }
    }
    end
}

/// The word behind a number, as in `14 players kicked` and `0 destroyed`.
fn noun_behind(rest: &str) -> Option<String> {
    let word = rest.strip_prefix(' ')?.split([' ', ',', '.', ';', ')']).next()?;
    (word.len() > 3 && word.chars().all(char::is_alphabetic) && !super::words::is_common(word))
        .then(|| word.to_lowercase())
}

/// The name that a number belongs to: before `=`, `:` or `": `.
fn key_before(before: &str) -> Option<String> {
    let trimmed = before.trim_end_matches(['"', '\'', '-', ' ']);
    let name = trimmed.strip_suffix(['=', ':'])?.trim_end_matches(['"', '\'', ' ']);
    let start = name.rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))).map_or(0, |at| at + 1);
    let start = if name.is_char_boundary(start) { start } else { return None };
    let key = &name[start..];
    // `Pool.java:833` is a place in a file.
    let place = trimmed.ends_with(':') && trimmed.len() == before.len() && key.contains('.');
    (!place && !key.is_empty() && key.chars().any(char::is_alphabetic)).then(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Vec<(f64, Dim)> {
        figures(line, &[]).iter().map(|figure| (figure.value, figure.unit.dim)).collect()
    }

    #[test]
    fn numbers_have_the_unit_behind_them_or_of_their_key() {
        assert_eq!(read("blocked for 1702 ms in x"), [(1702.0, Dim::Time)]);
        assert_eq!(
            read("dur_ms=338 bytes=12 3195M->1219M(4096M) 34.51ms"),
            [
                (338.0, Dim::Time),
                (12.0, Dim::Plain),
                (3195.0, Dim::Bytes),
                (1219.0, Dim::Bytes),
                (4096.0, Dim::Bytes),
                (34.51, Dim::Time),
            ]
        );
        assert_eq!(
            read("x {\"retry_after_s\": 30} 16% -5 1,016,614"),
            [(30.0, Dim::Time), (16.0, Dim::Percent), (-5.0, Dim::Plain), (1_016_614.0, Dim::Plain),]
        );
        assert_eq!(read("pod cart-7f9c v1.14.1 10.0.0.1"), []);
    }
}
