//! The HTTP clients of an endpoint: made at once where nothing but the system's certificates is needed, else at the first
//! request, since files and keyrings may be slow.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, ClientBuilder, Url, redirect};
use tokio::sync::Mutex;

use super::{HttpError, error, is_loopback, tls};
use crate::config::auth::Auth;
use crate::domain::ports::SecretStore;

/// Redirects followed on the same host.
const REDIRECTS: usize = 5;

/// The clients of one endpoint and of all its clones.
#[derive(Clone)]
pub(super) struct Clients {
    auth: Arc<Auth>,
    secrets: Arc<dyn SecretStore>,
    reach: Reach,
    made: Arc<Mutex<Option<Pair>>>,
}

/// Where an endpoint is, which says what its clients need.
#[derive(Clone, Copy)]
enum Reach {
    /// On this machine without TLS: neither a proxy nor certificates.
    HerePlain,
    /// On this machine: no proxy.
    Here,
    Elsewhere,
}

#[derive(Clone)]
struct Pair {
    usual: Client,
    /// Speaks HTTP/1.1 alone, which a websocket begins with.
    plain: Client,
}

impl Clients {
    /// # Errors
    /// When the system's certificates cannot be read; one's own are read later.
    pub(super) fn new(base: &Url, auth: &Auth, secrets: Arc<dyn SecretStore>) -> Result<Self, HttpError> {
        let reach = match (is_loopback(base), base.scheme()) {
            // A redirect never leaves the scheme.
            (true, "http") => Reach::HerePlain,
            (true, _) => Reach::Here,
            (false, _) => Reach::Elsewhere,
        };
        let made = match auth.has_certificates() {
            true => None,
            false => Some(pair(reach, auth, &*secrets)?),
        };
        Ok(Self { auth: Arc::new(auth.clone()), secrets, reach, made: Arc::new(Mutex::new(made)) })
    }

    pub(super) async fn usual(&self) -> Result<Client, HttpError> {
        Ok(self.pair().await?.usual)
    }

    pub(super) async fn plain(&self) -> Result<Client, HttpError> {
        Ok(self.pair().await?.plain)
    }

    /// Makes the clients anew at the next request, where they hold certificates of one's own.
    pub(super) async fn forget(&self) {
        if self.auth.has_certificates() {
            *self.made.lock().await = None;
        }
    }

    async fn pair(&self) -> Result<Pair, HttpError> {
        let mut held = self.made.lock().await;
        if let Some(pair) = &*held {
            return Ok(pair.clone());
        }
        let (auth, secrets, reach) = (Arc::clone(&self.auth), Arc::clone(&self.secrets), self.reach);
        let made = tokio::task::spawn_blocking(move || pair(reach, &auth, &*secrets)).await;
        let made = made.map_err(|_| HttpError::Files { why: "reading the certificates failed".to_owned() })??;
        *held = Some(made.clone());
        Ok(made)
    }
}

fn pair(reach: Reach, auth: &Auth, secrets: &dyn SecretStore) -> Result<Pair, HttpError> {
    let failed = |error: reqwest::Error| match auth.has_certificates() {
        true => tls::unusable(&error),
        false => HttpError::Setup { why: error::innermost(&error) },
    };
    let usual = tls::with_certificates(builder(reach), auth, secrets)?.build().map_err(failed)?;
    let plain = tls::with_certificates(builder(reach), auth, secrets)?.http1_only().build().map_err(failed)?;
    Ok(Pair { usual, plain })
}

fn builder(reach: Reach) -> ClientBuilder {
    let builder = match reach {
        Reach::HerePlain => Client::builder().no_proxy().tls_built_in_root_certs(false),
        Reach::Here => Client::builder().no_proxy(),
        Reach::Elsewhere => Client::builder(),
    };
    builder
        .user_agent(concat!("midwatch/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::custom(stay_on_host))
        .referer(false)
        .pool_max_idle_per_host(4)
        .pool_idle_timeout(Duration::from_secs(60))
        .tcp_keepalive(Duration::from_secs(30))
}

/// Follows a redirect only where the headers were meant for: same scheme, host and port.
fn stay_on_host(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let here = attempt.previous().last().map(Url::origin);
    if attempt.previous().len() > REDIRECTS || here != Some(attempt.url().origin()) {
        return attempt.stop();
    }
    attempt.follow()
}
