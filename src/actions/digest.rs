//! The digest an approval is for. Made by the gate over every field of what would run, shown on the card, compared
//! again by the runner.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher as _};
use std::io::Read;
use std::sync::LazyLock;

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

    /// Values that may be secrets, by a hash with a key of this process: the digest is written down, and no value can be
    /// found from it by trying.
    pub(super) fn secrets<'a>(self, items: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let count = items.len().to_string();
        items.fold(self.field(&count), |hash, value| hash.field(&keyed(value)))
    }

    pub(super) fn finish(self) -> Digest {
        Digest(hex(&self.0.finalize()))
    }
}

/// HMAC-SHA-256 of the text with a key that this process alone has.
fn keyed(text: &str) -> String {
    let pad = |with: u8| key().map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    hex(&Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize())
}

/// The key of one SHA-256 block, drawn once. A kernel without randomness leaves the hash map's own seed: weaker, never
/// none.
fn key() -> [u8; 64] {
    static KEY: LazyLock<[u8; 64]> = LazyLock::new(|| {
        let mut key = [0; 64];
        let drawn = std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut key));
        if drawn.is_err() {
            for chunk in key.chunks_mut(8) {
                let seed = RandomState::new().build_hasher().finish().to_be_bytes();
                chunk.iter_mut().zip(seed).for_each(|(byte, seed)| *byte = seed);
            }
        }
        key
    });
    *KEY
}

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
