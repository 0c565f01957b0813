//! The one place where the command line takes the store of secrets from.

use std::sync::Arc;

use crate::domain::ports::SecretStore;

/// Looks up what the configuration names.
pub(super) fn store() -> Arc<dyn SecretStore> {
    Arc::new(Variables)
}

/// Keeps a secret under a name and says where it is now, or why it is not kept.
pub(super) fn keep(name: &str, _secret: &str) -> Result<&'static str, String> {
    Err(format!("`{name}` was not kept: no keyring is connected"))
}

/// Variables only.
struct Variables;

impl SecretStore for Variables {
    fn get(&self, name: &str) -> Result<String, String> {
        let Some(variable) = name.strip_prefix("env:") else {
            return Err(format!("`{name}` cannot be looked up: no keyring is connected"));
        };
        std::env::var(variable).map_err(|_| format!("the variable {variable} is not set"))
    }
}
