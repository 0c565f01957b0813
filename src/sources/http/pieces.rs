//! Answers read while they arrive: nothing of the body is held here. The reader of range queries asks.

use std::ops::ControlFlow;

use super::{Endpoint, HttpError, body};

/// How the reading of an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrived {
    /// The answer is whole.
    Whole,
    /// The reader wanted no more, or the answer was larger than is read; the transfer was broken off.
    BrokenOff,
}

impl Endpoint {
    /// Asks `path` and hands the answer's bytes to `read` as they arrive, decompressed, until they end, `read` breaks or
    /// `most` bytes were read. The whole takes the endpoint's timeout at most.
    ///
    /// # Errors
    /// As [`Endpoint::ask`]; what was read before an error is not the whole answer. A page for people is refused before
    /// its first byte.
    pub async fn pieces(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
        most: usize,
        read: impl FnMut(&[u8]) -> ControlFlow<()> + Send,
    ) -> Result<Arrived, HttpError> {
        self.in_time(self.pieces_whenever(path, parameters, most, read)).await
    }

    async fn pieces_whenever(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
        most: usize,
        mut read: impl FnMut(&[u8]) -> ControlFlow<()> + Send,
    ) -> Result<Arrived, HttpError> {
        let mut response = self.send(path, parameters).await?;
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        if body::says_html(&response) {
            return Err(HttpError::Html { at: self.at().to_owned() });
        }
        let mut bytes = 0;
        loop {
            let piece = match response.chunk().await {
                Ok(Some(piece)) => piece,
                Ok(None) => return Ok(Arrived::Whole),
                Err(_) => return Err(HttpError::Cut { at: self.at().to_owned(), byte: bytes }),
            };
            bytes += piece.len();
            if read(&piece).is_break() || bytes > most {
                return Ok(Arrived::BrokenOff);
            }
        }
    }
}
