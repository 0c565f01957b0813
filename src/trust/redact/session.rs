//! One redactor for a whole session, shared by all who send or write: the same secret has the same number everywhere.
//! Made by `runtime` and `cli`.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Mail, Redactor};

/// A handle on the session's redactor; clones share it.
#[derive(Clone, Default)]
pub struct Session(Arc<Mutex<Redactor>>);

impl Session {
    /// A session that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// A session that has seen nothing and treats mail addresses like this.
    pub fn with(mail: Mail) -> Self {
        Self(Arc::new(Mutex::new(Redactor::with(mail))))
    }

    /// See [`Redactor::redact`].
    pub fn redact(&self, text: &str) -> String {
        self.locked(|redactor| redactor.redact(text))
    }

    /// How many different secrets were replaced so far.
    pub fn count(&self) -> usize {
        self.locked(|redactor| redactor.count())
    }

    fn locked<T>(&self, use_it: impl FnOnce(&mut Redactor) -> T) -> T {
        // A redactor catches its own panics; what it knows stays good.
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session(..)")
    }
}
