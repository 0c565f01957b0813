//! One way to ask an HTTP API: bounded in time and size, secrets kept out of every message, failures in words a
//! person can act on. Called by the Prometheus and Alertmanager sources and by discovery.

mod body;
mod clients;
mod error;
mod headers;
mod pieces;
mod stream;
mod tls;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};

pub use error::HttpError;
pub use pieces::Arrived;
pub use stream::{LineStream, Socket};

use crate::config::auth::Auth;
use crate::domain::ports::SecretStore;
use clients::Clients;
use headers::Headers;

/// Bytes of one answer that are read at most, after decompression.
pub const BODY_LIMIT: usize = 64 << 20;
/// Query text longer than this travels in a form body: proxies refuse long addresses.
const LONGEST_QUERY: usize = 2_000;

/// An HTTP API at a base address. Cheap to clone; all clones share connections and looked-up headers.
#[derive(Clone)]
pub struct Endpoint {
    inner: Arc<Inner>,
}

struct Inner {
    base: Url,
    at: String,
    clients: Clients,
    headers: Headers,
    timeout: Duration,
    limit: usize,
}

impl Endpoint {
    /// Prepares to ask `url`. Header values `env:NAME` and `keyring:NAME` are looked up in `secrets` at the first
    /// request, and again after the server refused them.
    ///
    /// # Errors
    /// When `url` is no http or https address, or the system's certificates cannot be read.
    pub fn new(
        url: &str,
        headers: &BTreeMap<String, String>,
        secrets: Arc<dyn SecretStore>,
        timeout: Duration,
    ) -> Result<Self, HttpError> {
        Self::with_auth(url, headers, &Auth::default(), secrets, timeout)
    }

    /// The same with a login and certificates, which are read and looked up at the first request and again after they
    /// were refused.
    ///
    /// # Errors
    /// As there.
    pub fn with_auth(
        url: &str,
        headers: &BTreeMap<String, String>,
        auth: &Auth,
        secrets: Arc<dyn SecretStore>,
        timeout: Duration,
    ) -> Result<Self, HttpError> {
        let base = base_of(url)?;
        let clients = Clients::new(&base, auth, Arc::clone(&secrets))?;
        let at = shown(&base);
        let headers = Headers::new(headers, auth, secrets);
        Ok(Self { inner: Arc::new(Inner { base, at, clients, headers, timeout, limit: BODY_LIMIT }) })
    }

    /// The same API with another limit on the bytes of an answer.
    #[must_use]
    pub fn with_limit(&self, limit: usize) -> Self {
        let Inner { base, at, clients, headers, timeout, limit: _ } = &*self.inner;
        let inner = Inner {
            base: base.clone(),
            at: at.clone(),
            clients: clients.clone(),
            headers: headers.clone(),
            timeout: *timeout,
            limit,
        };
        Self { inner: Arc::new(inner) }
    }

    /// How long an answer may take.
    pub fn timeout(&self) -> Duration {
        self.inner.timeout
    }

    /// The base address without user name, password and query, for messages.
    pub fn at(&self) -> &str {
        &self.inner.at
    }

    /// Asks `path` below the base with these parameters and hands the answer's text to `decode` on a thread where it
    /// may take its time. The whole answer has to arrive within the endpoint's timeout.
    ///
    /// # Errors
    /// One [`HttpError`] for whatever went wrong; what a server said beside an error status is in it.
    pub async fn ask<T: Send + 'static>(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
        decode: impl FnOnce(&str) -> serde_json::Result<T> + Send + 'static,
    ) -> Result<T, HttpError> {
        let (bytes, html) = self.in_time(async { self.body_of(self.send(path, parameters).await?).await }).await?;
        body::decode(bytes, html, self.inner.at.clone(), decode).await
    }

    /// Sends a JSON body to `path` and hands the answer's text to `decode`, as [`Endpoint::ask`] does.
    ///
    /// # Errors
    /// As there.
    pub async fn ask_json<T: Send + 'static>(
        &self,
        method: Method,
        path: &str,
        parameters: &[(&str, &str)],
        json: &serde_json::Value,
        decode: impl FnOnce(&str) -> serde_json::Result<T> + Send + 'static,
    ) -> Result<T, HttpError> {
        let mut url = self.url(path);
        if !parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        let answer = async {
            let request = self.inner.clients.usual().await?.request(method, url).json(json);
            self.body_of(self.dispatch(request).await?).await
        };
        let (bytes, html) = self.in_time(answer).await?;
        body::decode(bytes, html, self.inner.at.clone(), decode).await
    }

    /// The body of the answer, and whether it claims to be a page.
    async fn body_of(&self, response: Response) -> Result<(Vec<u8>, bool), HttpError> {
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        let html = body::says_html(&response);
        Ok((body::read(response, self.inner.limit, &self.inner.at).await?, html))
    }

    async fn send(&self, path: &str, parameters: &[(&str, &str)]) -> Result<Response, HttpError> {
        let url = self.url(path);
        let long = parameters.iter().map(|(_, value)| value.len()).sum::<usize>() > LONGEST_QUERY;
        let client = self.inner.clients.usual().await?;
        let request = match long {
            true => client.post(url).form(parameters),
            false if parameters.is_empty() => client.get(url),
            false => client.get(url).query(parameters),
        };
        self.dispatch(request).await
    }

    async fn dispatch(&self, request: RequestBuilder) -> Result<Response, HttpError> {
        let headers = self.inner.headers.resolved().await?;
        let request = request.header(reqwest::header::ACCEPT, "application/json").headers(headers);
        match request.send().await {
            Ok(response) => Ok(response),
            Err(error) => Err(self.failed(&error).await),
        }
    }

    /// A request without an answer. After a failure of TLS the certificates are read anew: they may have been renewed.
    async fn failed(&self, error: &reqwest::Error) -> HttpError {
        let named = error::classify(error, &self.inner.at);
        if matches!(named, HttpError::Tls { .. }) {
            self.inner.clients.forget().await;
        }
        named
    }

    /// An error status in words; the server's own words are read within the limits of a message.
    async fn refusal(&self, response: Response) -> HttpError {
        let status = response.status();
        let at = self.inner.at.clone();
        if status.is_redirection() {
            let to = response.headers().get(reqwest::header::LOCATION).and_then(|value| value.to_str().ok());
            let to =
                to.and_then(|to| self.inner.base.join(to).ok()).map_or_else(|| "nowhere".to_owned(), |to| shown(&to));
            return HttpError::Redirected { at, to };
        }
        let retry_after = error::retry_after(&response);
        let said = body::complaint(response).await;
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                self.inner.headers.forget().await;
                HttpError::Denied { at, status: status.as_u16() }
            }
            StatusCode::NOT_FOUND if said.is_json => {
                HttpError::Refused { at, status: 404, said: said.text, retry_after }
            }
            StatusCode::NOT_FOUND => HttpError::NotFound { at },
            StatusCode::TOO_MANY_REQUESTS => HttpError::TooMany { at, retry_after },
            _ if status.is_server_error() && !said.is_json => {
                HttpError::Failing { at, status: status.as_u16(), said: said.text, retry_after }
            }
            _ => HttpError::Refused { at, status: status.as_u16(), said: said.text, retry_after },
        }
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.inner.base.clone();
        let joined = format!("{}/{}", self.inner.base.path().trim_end_matches('/'), path.trim_start_matches('/'));
        url.set_path(&joined);
        url
    }
}

fn base_of(url: &str) -> Result<Url, HttpError> {
    let trimmed = url.trim();
    let parsed = Url::parse(trimmed).map_err(|_| HttpError::Address { why: "is no address".to_owned() })?;
    if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none_or(str::is_empty) {
        return Err(HttpError::Address { why: "does not begin with http:// or https:// and a host".to_owned() });
    }
    let mut base = parsed;
    base.set_fragment(None);
    Ok(base)
}

/// Whether the address is this machine's own, which no proxy can reach for us.
fn is_loopback(base: &Url) -> bool {
    let host = base.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

/// An address for people: no user name, no password, no query.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Both fail only for addresses without a host, which `base_of` refuses and which carry no credentials.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.as_str().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_their_secrets() {
        let url = base_of("https://oncall:hunter2@prom.example:9090/prefix/?token=s3cret#/alerts").unwrap();
        assert_eq!(shown(&url), "https://prom.example:9090/prefix");
    }

    #[test]
    fn only_addresses_of_this_machine_pass_by_the_proxy() {
        for (url, own) in [
            ("http://127.0.0.1:9090", true),
            ("http://localhost:9090", true),
            ("http://[::1]:9090", true),
            ("http://localhost.example:9090", false),
            ("http://10.0.0.1:9090", false),
        ] {
            assert_eq!(is_loopback(&base_of(url).unwrap()), own, "{url}");
        }
    }

    #[test]
    fn what_is_no_http_address_is_refused_without_repeating_it() {
        for bad in ["", "prometheus:9090", "ftp://host/", "http://", "/api", "http://user:hunter2@:80"] {
            let message = base_of(bad).map(|url| shown(&url)).unwrap_err().to_string();
            assert!(message.contains("http://host:9090") && !message.contains("hunter2"), "{bad}: {message}");
        }
    }
}
