//! The one place where the command line takes the store of secrets from.

use std::sync::Arc;

use crate::config::secrets::{self, Secrets};
use crate::domain::ports::SecretStore;

/// Looks up what the configuration names.
pub(super) fn store() -> Arc<dyn SecretStore> {
    Arc::new(Secrets)
}

/// Keeps a secret under a name and says where it is now, or why it is not kept.
pub(super) fn keep(name: &str, secret: &str) -> Result<&'static str, String> {
    secrets::store(name, secret).map(secrets::Keeper::words)
}
