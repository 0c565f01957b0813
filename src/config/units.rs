//! Lengths of time and sizes as people write them: `"30m"`, `"4 MiB"`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// A positive length of time, written `"15s"`, `"30m"`, `"1h 30m"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Length(SignedDuration);

impl Length {
    /// A length of whole seconds.
    pub const fn seconds(seconds: u32) -> Self {
        Self(SignedDuration::from_secs(seconds as i64))
    }

    /// For arithmetic with instants.
    pub fn signed(self) -> SignedDuration {
        self.0
    }

    /// For timers.
    pub fn std(self) -> Duration {
        self.0.unsigned_abs()
    }
}

impl FromStr for Length {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let length: SignedDuration = text
            .parse()
            .map_err(|_| format!("`{text}` is no length of time; write it as \"15s\", \"30m\" or \"2h\""))?;
        if length.is_positive() { Ok(Self(length)) } else { Err(format!("`{text}` must be longer than zero")) }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

impl From<Length> for String {
    fn from(length: Length) -> String {
        length.to_string()
    }
}

impl TryFrom<String> for Length {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// A size in bytes, written `"64 KiB"`, `"4 MiB"`, `"1 GiB"` or as a plain number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Size(usize);

const UNITS: [(&str, usize); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

impl Size {
    /// A size of whole mebibytes.
    pub const fn mib(count: usize) -> Self {
        Self(count << 20)
    }

    /// In bytes.
    pub fn bytes(self) -> usize {
        self.0
    }
}

impl FromStr for Size {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let trimmed = text.trim();
        let (digits, unit) = UNITS
            .iter()
            .find_map(|(name, unit)| trimmed.strip_suffix(name).map(|rest| (rest.trim(), *unit)))
            .unwrap_or((trimmed, 1));
        let count: usize =
            digits.parse().map_err(|_| format!("`{text}` is no size; write it as \"512 KiB\" or \"4 MiB\""))?;
        count.checked_mul(unit).map(Self).ok_or_else(|| format!("`{text}` is larger than this machine can address"))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match UNITS.iter().find(|(_, unit)| self.0 >= *unit && self.0.is_multiple_of(*unit)) {
            Some((name, unit)) => write!(f, "{} {name}", self.0 / unit),
            None => write!(f, "{}", self.0),
        }
    }
}

impl From<Size> for String {
    fn from(size: Size) -> String {
        size.to_string()
    }
}

impl TryFrom<String> for Size {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_sizes_read_back_what_they_print() {
        for text in ["15s", "30m", "1h 30m"] {
            assert_eq!(text.parse::<Length>().unwrap().to_string(), text);
        }
        for text in ["64 KiB", "4 MiB", "1 GiB", "1000"] {
            assert_eq!(text.parse::<Size>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_length_or_size_says_how_to_write_one() {
        for bad in ["", "0s", "-5s", "five minutes", "1e309s"] {
            assert!(bad.parse::<Length>().is_err(), "{bad}");
        }
        for bad in ["", "4 MB", "-1", "99999999999 GiB"] {
            assert!(bad.parse::<Size>().is_err(), "{bad}");
        }
    }
}
