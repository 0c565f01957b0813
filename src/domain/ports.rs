//! The traits through which rooms that may not import each other still work together; `runtime` connects them.

use std::future::Future;
use std::pin::Pin;

use super::exemplar::{ExemplarAnswer, ExemplarAsk};
use super::query::{LabelAnswer, LabelAsk, QueryAnswer, QueryError, QueryRequest};
use super::recording::RecordedCommand;
use super::{CleanText, TimeWindow};

/// A future that can cross threads.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Answers confirmed queries: the configured sources, or a recording.
pub trait QueryEngine: Send + Sync {
    /// Asks once. Ends by itself within the source's own time limit; dropping it gives up.
    fn ask(&self, request: QueryRequest) -> Pending<'_, Result<QueryAnswer, QueryError>>;

    /// What asking would cost, in words for the card; `None` where that cannot be told. Asks an index at most, and ends
    /// within a few seconds.
    fn estimate(&self, request: QueryRequest) -> Pending<'_, Option<CleanText>> {
        drop(request);
        Box::pin(std::future::ready(None))
    }

    /// Names of labels or their values within a window, for a query that is being written. Asks an index, and ends within
    /// the source's own time limit.
    fn labels(&self, ask: LabelAsk, window: TimeWindow) -> Pending<'_, Result<LabelAnswer, QueryError>> {
        drop((ask, window));
        let (source, why) = (CleanText::line("promql"), CleanText::line("there is no server to ask for names"));
        Box::pin(std::future::ready(Err(QueryError { source, why })))
    }

    /// The exemplars of what a shown panel selects within a window; `source` is the one that the panel is asked of.
    fn exemplars(&self, ask: ExemplarAsk) -> Pending<'_, Result<ExemplarAnswer, QueryError>> {
        let why = CleanText::line("there is no server to ask for exemplars");
        Box::pin(std::future::ready(Err(QueryError { source: CleanText::line(ask.source.as_str()), why })))
    }
}

/// Gives the exemplars of a shown query: the traces behind its numbers.
pub trait Exemplars: Send + Sync {
    /// Asks once; ends by itself within the source's own time limit.
    fn exemplars(&self, query: String, window: TimeWindow) -> Pending<'_, Result<ExemplarAnswer, QueryError>>;
}

/// Answers commands in place of the host.
pub trait CommandBook: Send + Sync {
    /// The recording's answer to exactly this command, or `None` when it has none.
    fn answer(&self, command: &str) -> Option<RecordedCommand>;
    /// The commands it can answer, for the message that says so.
    fn known(&self) -> Vec<String>;
}

/// Gives secrets by name without ever printing them.
pub trait SecretStore: Send + Sync {
    /// The secret, or why there is none and how to set it.
    fn get(&self, name: &str) -> Result<String, String>;
}
