//! The headers of a configured API, with their secrets looked up where they are used and nowhere printed.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use tokio::sync::Mutex;

use super::HttpError;
use crate::config::auth::Auth;
use crate::config::secrets::is_reference;
use crate::domain::ports::SecretStore;

/// Configured headers and, once looked up, what is sent.
#[derive(Clone)]
pub(super) struct Headers {
    configured: Arc<BTreeMap<String, String>>,
    auth: Arc<Auth>,
    secrets: Arc<dyn SecretStore>,
    resolved: Arc<Mutex<Option<HeaderMap>>>,
}

impl Headers {
    pub(super) fn new(configured: &BTreeMap<String, String>, auth: &Auth, secrets: Arc<dyn SecretStore>) -> Self {
        Self {
            configured: Arc::new(configured.clone()),
            auth: Arc::new(auth.clone()),
            secrets,
            resolved: Arc::default(),
        }
    }

    /// What is sent. A keyring may ask a person or a daemon, so the look-up happens on a thread that may wait.
    pub(super) async fn resolved(&self) -> Result<HeaderMap, HttpError> {
        let mut held = self.resolved.lock().await;
        if let Some(headers) = &*held {
            return Ok(headers.clone());
        }
        let (configured, auth) = (Arc::clone(&self.configured), Arc::clone(&self.auth));
        let secrets = Arc::clone(&self.secrets);
        let looked_up = tokio::task::spawn_blocking(move || look_up(&configured, &auth, &*secrets)).await;
        let headers = looked_up.map_err(|_| HttpError::Secret { why: "the keyring failed".to_owned() })??;
        *held = Some(headers.clone());
        Ok(headers)
    }

    /// Looks secrets up anew at the next request: the server did not take these.
    pub(super) async fn forget(&self) {
        *self.resolved.lock().await = None;
    }
}

fn look_up(
    configured: &BTreeMap<String, String>,
    auth: &Auth,
    secrets: &dyn SecretStore,
) -> Result<HeaderMap, HttpError> {
    let mut headers = HeaderMap::new();
    for (name, value) in configured {
        let text = if is_reference(value) {
            secrets.get(value).map_err(|why| HttpError::Secret { why })?
        } else {
            value.clone()
        };
        let bad = |what: &str| HttpError::Secret { why: format!("header `{name}` {what}") };
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("is no header name"))?;
        let mut value = HeaderValue::from_str(text.trim()).map_err(|_| bad("has a value that no header can hold"))?;
        value.set_sensitive(true);
        headers.insert(key, value);
    }
    if let Some(text) = login(auth, secrets)? {
        let bad = || HttpError::Secret { why: "`auth` has a secret that no header can hold".to_owned() };
        let mut value = HeaderValue::from_str(&text).map_err(|_| bad())?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}

/// The value of `Authorization` for the configured login.
fn login(auth: &Auth, secrets: &dyn SecretStore) -> Result<Option<String>, HttpError> {
    let secret = |value: &str| match is_reference(value) {
        true => secrets.get(value).map_err(|why| HttpError::Secret { why }),
        false => Ok(value.to_owned()),
    };
    if !auth.bearer.is_empty() {
        let token = secret(&auth.bearer)?;
        return Ok(Some(format!("Bearer {}", token.trim())));
    }
    if auth.user.is_empty() {
        return Ok(None);
    }
    let pair = format!("{}:{}", auth.user, secret(&auth.password)?.trim_end_matches(['\r', '\n']));
    Ok(Some(format!("Basic {}", BASE64_STANDARD.encode(pair))))
}
