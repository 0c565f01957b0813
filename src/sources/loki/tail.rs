//! One connection to Loki's tail: messages, the other side's signs of life, its end in words.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::wire;
use crate::domain::CleanText;
use crate::sources::http::Socket;
use crate::sources::stores::{Page, Tail, Tailed};

/// Silence, Loki's own pings included, after which the connection is asked whether it lives, and after which it is dead.
const QUIET: Duration = Duration::from_secs(30);

/// A tail that is being read.
pub struct LokiTail {
    socket: Socket,
    asked: bool,
    /// A message that is being read.
    reading: Option<JoinHandle<serde_json::Result<Page>>>,
}

impl LokiTail {
    pub(super) fn new(socket: Socket) -> Self {
        Self { socket, asked: false, reading: None }
    }
}

impl Tail for LokiTail {
    async fn next(&mut self) -> Tailed {
        loop {
            if let Some(reading) = &mut self.reading {
                let read = reading.await;
                self.reading = None;
                return match read {
                    Ok(Ok(page)) => Tailed::Page(page),
                    Ok(Err(error)) => Tailed::Ended(format!("the tail said what is not Loki's: {error}")),
                    Err(_) => Tailed::Ended("reading the tail failed".to_owned()),
                };
            }
            let message = match tokio::time::timeout(QUIET, self.socket.next()).await {
                Ok(message) => message,
                Err(_) if self.asked => return Tailed::Ended("the tail fell silent".to_owned()),
                Err(_) => {
                    self.asked = true;
                    match self.socket.send(Message::Ping(Vec::new().into())).await {
                        Ok(()) => continue,
                        Err(error) => return Tailed::Ended(words(&error)),
                    }
                }
            };
            self.asked = false;
            let text = match message {
                None => return Tailed::Ended("the tail ended".to_owned()),
                Some(Err(error)) => return Tailed::Ended(words(&error)),
                Some(Ok(Message::Close(frame))) => {
                    return Tailed::Ended(closed(frame.map(|frame| frame.reason.to_string())));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                Some(Ok(Message::Text(text))) => text.to_string(),
                Some(Ok(Message::Binary(bytes))) => String::from_utf8_lossy(&bytes).into_owned(),
            };
            // A message can be megabytes; reading it must not hold up the other sources of this thread.
            self.reading = Some(tokio::task::spawn_blocking(move || wire::tailed(&text)));
        }
    }
}

fn closed(reason: Option<String>) -> String {
    match reason.filter(|reason| !reason.is_empty()) {
        Some(reason) => format!("the server ended the tail: {}", CleanText::line(&reason)),
        None => "the server ended the tail".to_owned(),
    }
}

fn words(error: &Error) -> String {
    match error {
        Error::Capacity(_) => "the tail sent a message of more than 32 MiB; make the query narrower".to_owned(),
        other => format!("the tail broke: {}", CleanText::line(&other.to_string())),
    }
}
