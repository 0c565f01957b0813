//! One sample of an answer, `[1700000000.123,"0.25"]`: a fast reading of how servers write it, and a lenient one for the
//! rest. Nearly all bytes of an answer pass here.

use serde_json::value::RawValue;

use crate::domain::{Sample, Timestamp, time};

/// Powers of ten that are exact as `f64`.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];
/// The first whole number above which `f64` leaves some out.
const EXACT: u64 = 1 << 53;
/// Digits that fit into 64 bits whatever they are.
const DIGITS: usize = 19;

/// A sample as it stands in some bytes.
pub(super) struct Found<'a> {
    pub(super) sample: Sample,
    /// The value as it was sent.
    pub(super) text: &'a [u8],
    /// Bytes that it takes.
    pub(super) length: usize,
}

/// The sample that begins here, if it is written plainly and is here in whole. No other answer says anything about it.
#[inline]
pub(super) fn plain(bytes: &[u8]) -> Option<Found<'_>> {
    let mut at = 1;
    let (mut seconds, mut digits) = (0i64, 0);
    while let Some(digit) = digit(bytes, at) {
        seconds = seconds * 10 + digit as i64;
        (at, digits) = (at + 1, digits + 1);
        if digits > 11 {
            return None;
        }
    }
    let mut millis = 0;
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        for unit in [100, 10, 1] {
            let Some(digit) = digit(bytes, at) else { break };
            millis += digit as i64 * unit;
            at += 1;
        }
    }
    if bytes.first() != Some(&b'[') || digits == 0 || bytes.get(at..at + 2) != Some(b",\"") {
        return None;
    }
    let from = at + 2;
    let (value, to) = quoted_number(bytes, from)?;
    if bytes.get(to..to + 2) != Some(b"\"]") {
        return None;
    }
    let at = Timestamp::from_millisecond(seconds * 1000 + millis).ok()?;
    Some(Found { sample: Sample { at, value }, text: bytes.get(from..to)?, length: to + 2 })
}

#[inline]
fn digit(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10).map(u64::from)
}

/// The number from here to a quote, and where the quote is.
#[inline]
fn quoted_number(bytes: &[u8], from: usize) -> Option<(f64, usize)> {
    let negative = bytes.get(from) == Some(&b'-');
    let start = from + usize::from(negative);
    let (mut at, mut whole, mut point) = (start, 0u64, None);
    loop {
        if let Some(digit) = digit(bytes, at) {
            whole = whole.wrapping_mul(10).wrapping_add(digit);
        } else if point.is_none() && bytes.get(at) == Some(&b'.') {
            point = Some(at);
        } else {
            break;
        }
        at += 1;
    }
    let digits = at - start - usize::from(point.is_some());
    let fraction = point.map_or(0, |point| at - point - 1);
    // Both are exact, so that their quotient is the nearest to what is written (Clinger 1990).
    let exact = bytes.get(at) == Some(&b'"') && (1..=DIGITS).contains(&digits) && whole <= EXACT;
    if let (true, Some(ten)) = (exact, TENS.get(fraction)) {
        let value = whole as f64 / ten;
        return Some((if negative { -value } else { value }, at));
    }
    let rest = bytes.get(at..)?;
    let to = at + rest.iter().take(64).position(|byte| *byte == b'"')?;
    let text = std::str::from_utf8(bytes.get(from..to)?).ok()?;
    Some((text.parse().ok()?, to))
}

/// Any sample: with blanks, a value that is a number and no string, times of any form. `None` where it has no usable time
/// or value.
pub(super) fn odd(json: &str) -> Option<(Sample, String)> {
    let (seconds, value): (f64, &RawValue) = serde_json::from_str(json).ok()?;
    let text = match value.get() {
        quoted if quoted.starts_with('"') => serde_json::from_str::<String>(quoted).ok()?,
        other => other.to_owned(),
    };
    Some((Sample { at: time::from_seconds(seconds)?, value: number(&text)? }, text))
}

/// A value as servers write it, `+Inf` and `NaN` among them.
pub(super) fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_plain_sample_is_read_and_what_is_not_plain_is_left_to_the_other_reading() {
        let found = plain(br#"[1700000000.12,"-0.250"],["#).unwrap();
        assert_eq!((found.sample.at.as_millisecond(), found.sample.value), (1_700_000_000_120, -0.25));
        assert_eq!((found.text, found.length), (&b"-0.250"[..], 24));
        for other in [
            "[1,\"",
            "[1,\"2",
            "[1,\"2\"",
            "[1 ,\"2\"]",
            "[1,2]",
            "[1,\"x\"]",
            "[1,\"\"]",
            "[1.1234,\"2\"]",
            "[,\"2\"]",
            "[1e3,\"2\"]",
            "[-1,\"2\"]",
            "[1,\"\\u0032\"]",
            "[9999999999999,\"2\"]",
            "x1,\"2\"]",
            "",
        ] {
            assert!(plain(other.as_bytes()).is_none(), "{other}");
        }
        assert_eq!(
            odd("[ -1.5 , 2e3 ]").map(|(sample, text)| (sample.at.as_millisecond(), sample.value, text)),
            Some((-1_500, 2e3, "2e3".to_owned()))
        );
        for bad in ["[1,null]", "[1,true]", "[1,[]]", "[1]", "[1e300,\"1\"]", "[1,\"1\",2]", "7", "[\"1\",\"2\"]"] {
            assert!(odd(bad).is_none(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn the_fast_reading_is_the_exact_one(value: f64, millis in -1i64..4_102_444_800_000, form in 0..3) {
            let text = match form { 0 => value.to_string(), 1 => format!("{value:e}"), _ => format!("{value:.4}") };
            let seconds = millis as f64 / 1000.0;
            let json = format!("[{seconds},\"{text}\"]");
            let exact: f64 = text.parse().unwrap();
            if let Some(found) = plain(json.as_bytes()) {
                prop_assert_eq!(found.sample.value.to_bits(), exact.to_bits());
                prop_assert_eq!(found.sample.at.as_millisecond(), millis);
                prop_assert_eq!((found.text, found.length), (text.as_bytes(), json.len()));
            }
            let (sample, kept) = odd(&json).unwrap();
            prop_assert_eq!((sample.value.to_bits(), sample.at.as_millisecond(), kept), (exact.to_bits(), millis, text));
        }

        #[test]
        fn short_numbers_are_read_exactly(whole in 0u64..1 << 54, point in 0usize..24) {
            let digits = format!("{whole:024}");
            let text = format!("{}.{}", digits[..24 - point].trim_start_matches('0'), &digits[24 - point..]);
            let json = format!("[1,\"0{text}\"]");
            if let Some(found) = plain(json.as_bytes()) {
                prop_assert_eq!(found.sample.value.to_bits(), format!("0{text}").parse::<f64>().unwrap().to_bits());
            }
        }
    }
}
