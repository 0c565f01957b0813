//! Answers that do not end soon: a stream of lines, a websocket. Both go over the endpoint's own client, so secrets,
//! certificates, proxies and words for failures are the same. The log stores are followed with it.

use std::time::Duration;

use reqwest::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use reqwest::{Response, StatusCode, Upgraded};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::{Endpoint, HttpError, body, error};

/// Bytes of one line; what is longer is skipped and counted.
pub const LINE_LIMIT: usize = 1 << 20;
/// Bytes of one websocket message.
const MESSAGE_LIMIT: usize = 32 << 20;

/// A websocket to an endpoint.
pub type Socket = WebSocketStream<Upgraded>;

/// The lines of an answer as they arrive.
pub struct LineStream {
    response: Response,
    held: Vec<u8>,
    /// Where the next line begins in `held`, and up to where no end of a line was found.
    start: usize,
    looked: usize,
    at: String,
    read: usize,
    skipping: bool,
    /// Lines left out because they were longer than `LINE_LIMIT`.
    pub too_long: u64,
}

impl Endpoint {
    /// Asks `path` and gives the answer's lines as they arrive. The head of the answer has to arrive within the
    /// endpoint's timeout; how long a line may take is the caller's to say.
    ///
    /// # Errors
    /// As [`Endpoint::ask`]; a page for people is refused before its first line.
    pub async fn lines(&self, path: &str, parameters: &[(&str, &str)]) -> Result<LineStream, HttpError> {
        self.in_time(self.lines_whenever(path, parameters)).await
    }

    /// Like [`Endpoint::lines`], for answers whose head comes with their first line, whenever that is.
    ///
    /// # Errors
    /// As there, without a limit of time.
    pub async fn lines_whenever(&self, path: &str, parameters: &[(&str, &str)]) -> Result<LineStream, HttpError> {
        let response = self.send(path, parameters).await?;
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        if body::says_html(&response) {
            return Err(HttpError::Html { at: self.inner.at.clone() });
        }
        Ok(LineStream::new(response, self.inner.at.clone()))
    }

    /// Opens a websocket at `path`.
    ///
    /// # Errors
    /// As [`Endpoint::ask`]; an answer that opens no websocket is [`HttpError::Refused`].
    pub async fn websocket(&self, path: &str, parameters: &[(&str, &str)]) -> Result<Socket, HttpError> {
        let key = generate_key();
        let headers = self.inner.headers.resolved().await?;
        let client = self.inner.clients.plain().await?;
        let request = client.get(self.url(path)).query(parameters).headers(headers);
        let request = request
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, &key);
        let sent = async {
            match request.send().await {
                Ok(response) => Ok(response),
                Err(error) => Err(self.failed(&error).await),
            }
        };
        let response = self.in_time(sent).await?;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(self.no_socket(response).await);
        }
        let accepted = response.headers().get(SEC_WEBSOCKET_ACCEPT).map(|value| value.as_bytes());
        if accepted != Some(derive_accept_key(key.as_bytes()).as_bytes()) {
            return Err(self.no_websocket(StatusCode::SWITCHING_PROTOCOLS));
        }
        let failed = |error: reqwest::Error| error::classify(&error, &self.inner.at);
        let upgraded = response.upgrade().await.map_err(failed)?;
        let limits = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_LIMIT))
            .max_frame_size(Some(MESSAGE_LIMIT))
            .max_write_buffer_size(1 << 20);
        Ok(WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(limits)).await)
    }

    async fn no_socket(&self, response: Response) -> HttpError {
        match response.status() {
            status if status.is_success() => self.no_websocket(status),
            _ => self.refusal(response).await,
        }
    }

    fn no_websocket(&self, status: StatusCode) -> HttpError {
        let said = "it opens no websocket; a proxy before it may not pass them on".to_owned();
        HttpError::Refused { at: self.inner.at.clone(), status: status.as_u16(), said, retry_after: None }
    }

    pub(super) async fn in_time<T>(&self, work: impl Future<Output = Result<T, HttpError>>) -> Result<T, HttpError> {
        match tokio::time::timeout(self.inner.timeout, work).await {
            Ok(done) => done,
            Err(_) => Err(HttpError::Timeout { at: self.inner.at.clone(), after: self.inner.timeout }),
        }
    }
}

impl LineStream {
    fn new(response: Response, at: String) -> Self {
        Self { response, held: Vec::new(), start: 0, looked: 0, at, read: 0, skipping: false, too_long: 0 }
    }

    /// The next line without its end; `None` when the answer is complete. Dropping the future loses nothing.
    ///
    /// # Errors
    /// [`HttpError::Cut`] when the connection breaks; a half line before the break is lost and was never whole.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, HttpError> {
        loop {
            while let Some(line) = self.held_line() {
                if !std::mem::take(&mut self.skipping) {
                    return Ok(Some(line));
                }
            }
            if self.held.len() > LINE_LIMIT {
                self.too_long += u64::from(!std::mem::replace(&mut self.skipping, true));
                self.held.clear();
                self.looked = 0;
            }
            match self.response.chunk().await {
                Ok(Some(chunk)) => {
                    self.read += chunk.len();
                    self.held.extend_from_slice(&chunk);
                }
                Err(_) => return Err(HttpError::Cut { at: self.at.clone(), byte: self.read }),
                Ok(None) if self.held.is_empty() || self.skipping => return Ok(None),
                Ok(None) => {
                    self.looked = 0;
                    return Ok(Some(std::mem::take(&mut self.held)));
                }
            }
        }
    }

    /// A whole line that is held already. What was handed out is let go of when no whole line is left.
    fn held_line(&mut self) -> Option<Vec<u8>> {
        let from = self.start.max(self.looked);
        let rest = self.held.get(from..).unwrap_or_default();
        if let Some(length) = rest.iter().position(|byte| *byte == b'\n') {
            let line = self.held.get(self.start..from + length).unwrap_or_default().to_vec();
            self.start = from + length + 1;
            return Some(line);
        }
        self.held.drain(..self.start);
        (self.start, self.looked) = (0, self.held.len());
        None
    }

    /// Like [`LineStream::next`], with a limit on the silence before a line.
    ///
    /// # Errors
    /// As there, and [`HttpError::Timeout`].
    pub async fn next_within(&mut self, patience: Duration) -> Result<Option<Vec<u8>>, HttpError> {
        match tokio::time::timeout(patience, self.next()).await {
            Ok(line) => line,
            Err(_) => Err(HttpError::Timeout { at: self.at.clone(), after: patience }),
        }
    }
}
