//! What a store gave before, by following it or by questions to it: a window that is asked about twice, or that was
//! followed, puts no record into the panes twice.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::{Pass, Seen};
use crate::domain::LogRecord;

/// As far back as anybody asks.
const REACH: Duration = Duration::from_secs(400 * 86_400);

/// The records that a store's followed query and its questions gave on, as far as memory allows.
pub struct Known(Mutex<Seen>);

impl Default for Known {
    fn default() -> Self {
        Self(Mutex::new(Seen::new(REACH)))
    }
}

impl Known {
    /// Whether this record was not given on before; it counts as given on from now.
    pub fn is_new(&self, pass: &mut Pass, record: &LogRecord) -> bool {
        // A panic elsewhere leaves at worst a record that comes twice.
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.is_new(pass, identity(record), record.at())
    }

    /// Remembers records that were given on as they came.
    pub fn note(&self, records: &[LogRecord]) {
        let mut pass = Pass::default();
        for record in records {
            self.is_new(&mut pass, record);
        }
    }
}

/// What makes a record the same when it comes again.
fn identity(record: &LogRecord) -> u64 {
    let mut hash = DefaultHasher::new();
    (record.at().as_nanosecond(), record.raw.as_str(), record.service.as_str(), &record.attributes).hash(&mut hash);
    hash.finish()
}
