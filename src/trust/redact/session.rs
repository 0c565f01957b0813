//! One redactor for a whole session, shared by all who send or write: the same secret has the same number everywhere.
//! Made by `runtime` and `cli` from the configuration; `copilot`, `app` and the journal hold clones of it.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Mail, Redactor};

/// What a model on this machine is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LocalModels {
    /// The same as any other: its server may log or forward what it gets, and a placeholder costs an answer little.
    #[default]
    Redacted,
    /// The text as it is, at the person's word.
    Plain,
}

/// A handle on the session's redactor; clones share it.
#[derive(Clone, Default)]
pub struct Session {
    redactor: Arc<Mutex<Redactor>>,
    local: LocalModels,
}

impl Session {
    /// A session that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// A session that has seen nothing and treats mail addresses and local models like this.
    pub fn with(mail: Mail, local: LocalModels) -> Self {
        Self { redactor: Arc::new(Mutex::new(Redactor::with(mail))), local }
    }

    /// What a model on this machine is sent.
    pub fn local_models(&self) -> LocalModels {
        self.local
    }

    /// See [`Redactor::redact`].
    pub fn redact(&self, text: &str) -> String {
        self.locked(|redactor| redactor.redact(text))
    }

    /// How many different secrets were replaced so far.
    pub fn count(&self) -> usize {
        self.locked(|redactor| redactor.count())
    }

    /// Several texts under one lock, so that nobody else's come between. Do not use the session inside.
    pub fn locked<T>(&self, use_it: impl FnOnce(&mut Redactor) -> T) -> T {
        // A redactor catches its own panics; what it knows stays good.
        use_it(&mut self.redactor.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session(..)")
    }
}
