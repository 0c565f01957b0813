//! The one place where the command line takes the store of secrets from.

use std::sync::Arc;

use crate::domain::ports::SecretStore;

/// Looks up what the configuration names.
pub(super) fn store() -> Arc<dyn SecretStore> {
    Arc::new(Variables)
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
