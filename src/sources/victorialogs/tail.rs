//! Live tailing: JSON lines as they come, gathered while more are there. The server may not answer at all before it has a
//! first line, so the connection is waited for as a line is.

use std::time::Duration;

use tokio::task::JoinSet;

use super::wire::{self, Line};
use crate::sources::http::{HttpError, LineStream};
use crate::sources::stores::{Page, Tail, Tailed};

/// Records given on together at most.
const TOGETHER: usize = 512;
/// How long a record waits for company.
const COMPANY: Duration = Duration::from_millis(10);
/// Silence after which the server is asked by query whether anything was missed: nothing tells a quiet query from a dead
/// connection.
const SILENCE: Duration = Duration::from_secs(60);

/// A tail that is being read.
pub struct VictoriaTail {
    /// The connection while it has no answer yet. Dropping it gives up.
    opening: JoinSet<Result<LineStream, HttpError>>,
    lines: Option<LineStream>,
    /// What was read and not given on yet; kept here so that nothing is lost when waiting is given up.
    page: Page,
    ended: Option<String>,
}

impl VictoriaTail {
    pub(super) fn open(opening: impl Future<Output = Result<LineStream, HttpError>> + Send + 'static) -> Self {
        let mut set = JoinSet::new();
        set.spawn(opening);
        Self { opening: set, lines: None, page: Page::default(), ended: None }
    }

    /// The next line, from the beginning of the answer on.
    async fn line(&mut self) -> Result<Option<Vec<u8>>, HttpError> {
        if let Some(lines) = &mut self.lines {
            return lines.next().await;
        }
        match self.opening.join_next().await {
            Some(Ok(Ok(lines))) => self.lines.insert(lines).next().await,
            Some(Ok(Err(error))) => Err(error),
            Some(Err(_)) | None => Ok(None),
        }
    }

    fn holds(&self) -> bool {
        !self.page.entries.is_empty() || self.page.unreadable > 0
    }
}

impl Tail for VictoriaTail {
    async fn next(&mut self) -> Tailed {
        loop {
            let patience = if self.holds() { COMPANY } else { SILENCE };
            let is_full = self.page.entries.len() >= TOGETHER || self.ended.is_some();
            let line = match is_full {
                true => None,
                false => tokio::time::timeout(patience, self.line()).await.ok(),
            };
            match line {
                Some(Ok(Some(line))) => match wire::line(&line) {
                    Line::Entry(entry) => self.page.entries.push(entry),
                    Line::Blank => {}
                    Line::Unreadable => self.page.unreadable += 1,
                },
                Some(Ok(None)) => self.ended = Some("the tail ended".to_owned()),
                Some(Err(error)) if self.lines.is_none() => return Tailed::Impossible(error),
                Some(Err(error)) => self.ended = Some(error.to_string()),
                None if self.holds() => {
                    let too_long = self.lines.as_mut().map(|lines| std::mem::take(&mut lines.too_long));
                    self.page.unreadable += too_long.unwrap_or(0);
                    return Tailed::Page(std::mem::take(&mut self.page));
                }
                None => match self.ended.take() {
                    Some(why) => return Tailed::Ended(why),
                    None => return Tailed::Silent,
                },
            }
        }
    }
}
