//! The digest an approval is for. Made by the gate over every field of what would run, shown on the card, compared
//! again by the runner.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// SHA-256 over a frozen proposal, lower-case hex.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Digest(String);

impl Digest {
    /// The 64 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last four digits, for the card and for typing.
    pub fn tail(&self) -> &str {
        &self.0[self.0.len().saturating_sub(4)..]
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Takes fields one by one; each goes in with its length, so that no two lists of fields look alike.
pub(super) struct Hasher(Sha256);

impl Hasher {
    pub(super) fn new(purpose: &str) -> Self {
        Self(Sha256::new()).field(purpose)
    }

    pub(super) fn field(mut self, text: &str) -> Self {
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text.as_bytes());
        self
    }

    pub(super) fn list<'a>(self, items: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let count = items.len().to_string();
        items.fold(self.field(&count), Self::field)
    }

    pub(super) fn finish(self) -> Digest {
        Digest(hex(&self.0.finalize()))
    }
}

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
