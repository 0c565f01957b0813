//! What both HTTP providers share: a careful client, bounded reading by lines, and failures in words.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::refusal::{Failure, Refusal};
use crate::config::secrets::Secret;
use crate::copilot::provider::Delta;
use crate::domain::CleanText;
use crate::domain::model::Location;

/// Longest line of a stream.
const LONGEST_LINE: usize = 1 << 20;
/// Most bytes read of one answer.
const LARGEST_ANSWER: usize = 16 << 20;
/// Most bytes read of an answer that says why there is none.
const LARGEST_REFUSAL: usize = 64 << 10;
/// Most bytes read of a list of models.
const LARGEST_LIST: usize = 8 << 20;
/// Longest wait that a busy server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A server that answers questions.
#[derive(Clone, Debug)]
pub struct Server {
    client: Client,
    base: Url,
    key: Option<Secret>,
    /// How long it may stay silent.
    pub silence: Duration,
}

impl Server {
    /// A server at a configured address, or why there can be none. A closing slash and `/v1` may be there or not.
    pub fn new(url: &str, key: Option<Secret>, silence: Duration) -> Result<Self, CleanText> {
        let bad = |why: &str| CleanText::line(&format!("model.url `{url}` {why}; write it as http://host:port"));
        let mut base = Url::parse(url).map_err(|error| bad(&format!("is no address ({error})")))?;
        if !matches!(base.scheme(), "http" | "https") || base.host().is_none() {
            return Err(bad("is neither http nor https"));
        }
        let path = base.path().trim_end_matches('/');
        let path = format!("{}/", path.strip_suffix("/v1").unwrap_or(path));
        base.set_path(&path);
        base.set_query(None);
        base.set_fragment(None);
        // A redirect could carry the question to a place nobody configured; a proxy has no business with loopback.
        let mut builder = Client::builder().redirect(reqwest::redirect::Policy::none()).connect_timeout(silence);
        if location(&base) == Location::Local {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| bad(&format!("cannot be used ({error})")))?;
        Ok(Self { client, base, key, silence })
    }

    /// Whether questions stay on this machine.
    pub fn location(&self) -> Location {
        location(&self.base)
    }

    /// Host and port, for messages; never the user or password of an address.
    pub fn place(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        self.base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Asks for JSON within the time that the server may stay silent.
    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        let request = self.client.get(self.url(path)?);
        self.json(request).await
    }

    /// Sends JSON and asks for JSON, within the same time.
    pub async fn post_for_json(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let request = self.client.post(self.url(path)?).json(body);
        self.json(request).await
    }

    /// Sends a question. A server that is busy and says for how long is asked once more.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Response, Failure> {
        let url = self.url(path)?;
        match self.send(self.client.post(url.clone()).json(body)).await {
            Err(Failure::Refused(refusal)) if refusal.status == StatusCode::TOO_MANY_REQUESTS => match refusal.wait {
                Some(wait) if wait <= LONGEST_WAIT => {
                    tokio::time::sleep(wait).await;
                    self.send(self.client.post(url).json(body)).await
                }
                Some(_) | None => Err(Failure::Refused(refusal)),
            },
            other => other,
        }
    }

    /// What a failure means and what to do, in words; never with the key in it.
    pub fn explain(&self, failure: Failure) -> CleanText {
        let text = match failure {
            Failure::Words(words) => words,
            Failure::Refused(refusal) => refusal.words(),
        };
        let text = match &self.key {
            Some(key) => text.replace(key.expose(), "(the key)"),
            None => text,
        };
        CleanText::line(&format!("{}: {text}", self.place()))
    }

    fn url(&self, path: &str) -> Result<Url, Failure> {
        self.base.join(path).map_err(|error| Failure::Words(error.to_string()))
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let request = match &self.key {
            Some(key) => request.bearer_auth(key.expose()),
            None => request,
        };
        let sent = timeout(self.silence, request.send()).await.map_err(|_| self.silent())?;
        let response = sent.map_err(|error| Failure::Words(connection(&error)))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let (status, wait) = (response.status(), retry_after(response.headers()));
        let body = self.body(response, LARGEST_REFUSAL).await.unwrap_or_default();
        Err(Failure::Refused(Box::new(Refusal { status, wait, body: String::from_utf8_lossy(&body).into_owned() })))
    }

    async fn json(&self, request: RequestBuilder) -> Result<Value, Failure> {
        let response = self.send(request).await?;
        let what = content_type(&response);
        let body = self.body(response, LARGEST_LIST).await?;
        serde_json::from_slice(&body)
            .map_err(|_| Failure::Words(format!("it answers {what} instead of JSON; is model.url right?")))
    }

    /// A whole body within bounds of size and silence.
    pub async fn body(&self, mut response: Response, most: usize) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk(&mut response).await? {
            body.extend_from_slice(chunk.as_ref());
            if body.len() > most {
                return Err(Failure::Words(format!("its answer is larger than {most} bytes")));
            }
        }
        Ok(body)
    }

    async fn chunk(&self, response: &mut Response) -> Result<Option<impl AsRef<[u8]> + use<>>, Failure> {
        let chunk = timeout(self.silence, response.chunk()).await.map_err(|_| self.silent())?;
        chunk.map_err(|error| Failure::Words(connection(&error)))
    }

    fn silent(&self) -> Failure {
        Failure::Words(format!(
            "silent for {} s, given up; it may still be loading the model (model.timeout sets how long to wait)",
            self.silence.as_secs_f32()
        ))
    }

    /// Reads a streamed answer by lines.
    pub fn lines(&self, response: Response) -> Lines<'_> {
        Lines { server: self, response, buffer: Vec::new(), searched: 0, total: 0, ended: false }
    }
}

/// Lines of a streamed answer: bytes are gathered up to the line's end before they are read as UTF-8, so that no split
/// of the stream can break a character.
#[derive(Debug)]
pub struct Lines<'a> {
    server: &'a Server,
    response: Response,
    buffer: Vec<u8>,
    searched: usize,
    total: usize,
    ended: bool,
}

impl Lines<'_> {
    /// The next line without its end; `None` after the last. A last line without an end is a line.
    pub async fn next(&mut self) -> Result<Option<String>, Failure> {
        loop {
            if let Some(at) = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') {
                let rest = self.buffer.split_off(self.searched + at + 1);
                let line = std::mem::replace(&mut self.buffer, rest);
                self.searched = 0;
                return Ok(Some(text(&line)));
            }
            self.searched = self.buffer.len();
            if self.ended {
                let line = std::mem::take(&mut self.buffer);
                self.searched = 0;
                return Ok((!line.is_empty()).then(|| text(&line)));
            }
            if self.buffer.len() > LONGEST_LINE || self.total > LARGEST_ANSWER {
                return Err(Failure::Words("its answer is longer than any answer should be; given up".to_owned()));
            }
            match self.server.chunk(&mut self.response).await? {
                Some(chunk) => {
                    self.total += chunk.as_ref().len();
                    self.buffer.extend_from_slice(chunk.as_ref());
                }
                None => self.ended = true,
            }
        }
    }
}

fn text(line: &[u8]) -> String {
    String::from_utf8_lossy(line).trim_end_matches(['\n', '\r']).to_owned()
}

/// Runs one question to its end: sends what it gives last, and stops at once when nobody listens any more.
pub async fn see_through(asking: impl Future<Output = Delta>, out: &mpsc::Sender<Delta>) {
    tokio::select! {
        biased;
        () = out.closed() => {}
        last = asking => {
            // Nobody listens any more: there is nobody left to tell.
            let _ = out.send(last).await;
        }
    }
}

/// The kind of a response's body, for messages.
pub fn content_type(response: &Response) -> String {
    let header = response.headers().get(reqwest::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    header.and_then(|value| value.split(';').next()).unwrap_or("something unnamed").trim().to_owned()
}

fn location(base: &Url) -> Location {
    let host = base.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let loopback = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if loopback || host == "localhost" { Location::Local } else { Location::Remote }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let seconds: f64 = text.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// The innermost cause of a failed connection, which says most.
fn connection(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if error.is_connect() {
        format!("no connection ({cause}); is the server running there?")
    } else {
        format!("the connection broke ({cause}); ask again")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> Server {
        Server::new(url, None, Duration::from_secs(1)).unwrap()
    }

    #[test]
    fn addresses_are_read_with_and_without_slash_and_version() {
        for (given, chat) in [
            ("http://h:1", "http://h:1/v1/chat/completions"),
            ("http://h:1/", "http://h:1/v1/chat/completions"),
            ("http://h:1/v1", "http://h:1/v1/chat/completions"),
            ("http://h:1/v1/", "http://h:1/v1/chat/completions"),
            ("https://h/openai/v1?x=1", "https://h/openai/v1/chat/completions"),
        ] {
            assert_eq!(server(given).url("v1/chat/completions").unwrap().as_str(), chat);
        }
        for bad in ["", "localhost:1", "ftp://h", "http://"] {
            assert!(Server::new(bad, None, Duration::from_secs(1)).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_loopback_is_local() {
        for (url, expected) in [
            ("http://127.0.0.1:1", Location::Local),
            ("http://127.9.9.9", Location::Local),
            ("http://[::1]:1", Location::Local),
            ("http://localhost:1", Location::Local),
            ("http://10.0.0.1", Location::Remote),
            ("http://localhost.example.com", Location::Remote),
            ("http://127.0.0.1.nip.io", Location::Remote),
        ] {
            assert_eq!(server(url).location(), expected, "{url}");
        }
    }

    #[test]
    fn no_message_holds_the_key_or_an_addresss_password() {
        let key = crate::config::secrets::resolve("s3cr3tk3y", &NoStore).unwrap();
        let server = Server::new("http://u:pw@h:1", Some(key), Duration::from_secs(1)).unwrap();
        let text = server.explain(Failure::Words("wrong key s3cr3tk3y".to_owned()));
        assert_eq!(text.as_str(), "h:1: wrong key (the key)");
    }

    struct NoStore;
    impl crate::domain::ports::SecretStore for NoStore {
        fn get(&self, _: &str) -> Result<String, String> {
            Err(String::new())
        }
    }
}
