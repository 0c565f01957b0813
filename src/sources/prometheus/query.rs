//! Queries of one Prometheus API, answered while the answer arrives: over a window for panels and confirmed queries, at
//! an instant. Each says to the server how long it may take and how many series are wanted.

use std::ops::ControlFlow;
use std::time::Duration;

use super::Client;
use super::decode::{Decoder, Fault, Limits, RangeAnswer, ResultKind, Texts};
use crate::domain::{TimeWindow, Timestamp, time};
use crate::sources::http::{Arrived, HttpError};

/// Series of one answer that are kept.
pub const MOST_SERIES: usize = 500;
/// Samples of one answer that are kept: 48 MB.
const MOST_SAMPLES: usize = 2_000_000;
/// Bytes of one answer that are read; beyond them the transfer is broken off.
pub(super) const MOST_BYTES: usize = 256 << 20;

impl Client {
    /// The values of `query` over `window`, one every `step` seconds.
    ///
    /// # Errors
    /// See [`HttpError`]; a query the server does not accept is [`HttpError::Refused`] with its reason.
    pub async fn range(&self, query: &str, window: TimeWindow, step: u32) -> Result<RangeAnswer, HttpError> {
        self.ranged(query, window, step, Texts::Dropped).await
    }

    /// The same, with the text of each value as the server wrote it.
    pub(super) async fn range_as_sent(
        &self,
        query: &str,
        window: TimeWindow,
        step: u32,
    ) -> Result<RangeAnswer, HttpError> {
        self.ranged(query, window, step, Texts::Kept).await
    }

    async fn ranged(&self, query: &str, window: TimeWindow, step: u32, texts: Texts) -> Result<RangeAnswer, HttpError> {
        let (start, end) = (time::to_seconds(window.start), time::to_seconds(window.end));
        let (start, end, step) = (format!("{start:.3}"), format!("{end:.3}"), step.max(1).to_string());
        let own = [("query", query), ("start", &start), ("end", &end), ("step", &step)];
        let answer = self.queried("api/v1/query_range", &own, texts).await?;
        match answer.kind {
            ResultKind::Matrix => Ok(answer),
            other @ (ResultKind::Vector | ResultKind::Scalar | ResultKind::Text) => {
                let why = format!("the answer is a {other:?} and no Matrix").to_lowercase();
                Err(HttpError::Shape { at: self.at().to_owned(), why })
            }
        }
    }

    /// The values of `query` at one instant: of each series one.
    ///
    /// # Errors
    /// As [`Client::range`].
    pub async fn instant(&self, query: &str, at: Timestamp) -> Result<RangeAnswer, HttpError> {
        let at = format!("{:.3}", time::to_seconds(at));
        self.queried("api/v1/query", &[("query", query), ("time", &at)], Texts::Dropped).await
    }

    async fn queried(&self, path: &str, own: &[(&str, &str)], texts: Texts) -> Result<RangeAnswer, HttpError> {
        let limits = Limits { series: MOST_SERIES, samples: MOST_SAMPLES, texts };
        // One more than is kept, to see that there are more; servers that know no limit send all, and all are counted.
        let (patience, limit) = (server_timeout(self.endpoint.timeout()), (MOST_SERIES + 1).to_string());
        let mut parameters = own.to_vec();
        parameters.extend([("timeout", patience.as_str()), ("limit", &limit)]);
        parameters.extend(self.extra());
        let (mut decoder, mut fault) = (Decoder::new(limits), None);
        let read = |piece: &[u8]| match decoder.feed(piece) {
            Ok(()) => ControlFlow::Continue(()),
            Err(wrong) => {
                fault = Some(wrong);
                ControlFlow::Break(())
            }
        };
        let arrived = self.endpoint.pieces(path, &parameters, self.most_bytes, read).await?;
        let outcome = match (fault, arrived) {
            (Some(fault), _) => Err(fault),
            (None, Arrived::Whole) => decoder.finish(),
            (None, Arrived::BrokenOff) if decoder.is_blank() => {
                return Err(HttpError::TooLarge { at: self.at().to_owned(), limit: self.most_bytes });
            }
            (None, Arrived::BrokenOff) => decoder.give_up(),
        };
        outcome.map_err(|fault| self.unreadable(fault))?.map_err(|said| self.refused(said))
    }

    fn unreadable(&self, fault: Fault) -> HttpError {
        let (at, why) = (self.at().to_owned(), fault.to_string());
        match fault {
            Fault::Empty => HttpError::Empty { at },
            Fault::Page => HttpError::Html { at },
            Fault::Cut { byte } => HttpError::Cut { at, byte },
            Fault::NotJson { .. } => HttpError::NotJson { at, why },
            Fault::Shape { .. } => HttpError::Shape { at, why },
        }
    }
}

/// What the server is told: a little less than we wait, so that it is the one who says that it took too long.
pub(super) fn server_timeout(ours: Duration) -> String {
    format!("{}ms", (ours.as_millis() * 95 / 100).max(100))
}
