//! The only text a pane can draw. Whatever comes from outside passes the sanitiser once, here, at the border.

mod hidden;
mod sanitise;
#[cfg(test)]
mod tests;

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use hidden::is_hidden;

/// Text that can do nothing to a terminal: no control character but `\n` (and that only from [`CleanText::block`]), no
/// escape sequence, no bidirectional or invisible character; each of those stands as visible characters instead.
///
/// There is no other way to make one than through the sanitiser, and sanitising again changes nothing.
///
/// ```compile_fail
/// let text = midwatch::domain::CleanText(std::sync::Arc::from("\u{1b}[2J"));
/// ```
/// ```
/// let text = midwatch::domain::CleanText::line("\u{1b}[2J");
/// assert!(!text.as_str().contains('\u{1b}'));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct CleanText(Arc<str>);

impl CleanText {
    /// One line: line ends become visible too.
    pub fn line(text: &str) -> Self {
        Self(Arc::from(sanitise::line(text).as_ref()))
    }

    /// Several lines: `\n` stays, `\r\n` becomes `\n`.
    pub fn block(text: &str) -> Self {
        Self(Arc::from(sanitise::block(text).as_ref()))
    }

    /// Bytes from outside, as several lines; what is not UTF-8 becomes visible.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self::block(&String::from_utf8_lossy(bytes))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for CleanText {
    fn default() -> Self {
        Self(Arc::from(""))
    }
}

impl Deref for CleanText {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for CleanText {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for CleanText {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CleanText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for CleanText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl From<&str> for CleanText {
    fn from(text: &str) -> Self {
        Self::line(text)
    }
}

impl From<String> for CleanText {
    fn from(text: String) -> Self {
        Self::line(&text)
    }
}

impl<'de> Deserialize<'de> for CleanText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(Self::block(&text))
    }
}
