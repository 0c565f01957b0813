//! Learns a server's catalog: three questions, each bounded. Servers that keep no metadata, or know no names of labels,
//! leave their part empty.

use crate::domain::catalog::Described;
use crate::domain::{MetricCatalog, TimeWindow};
use crate::sources::http::HttpError;
use crate::sources::prometheus::Client;

/// Names of labels asked for.
const LABELS: usize = 2_000;

pub(super) async fn learn(client: &Client, window: TimeWindow) -> Result<MetricCatalog, HttpError> {
    let names = client.names().await?;
    let described = some(client.metadata().await)?.unwrap_or_default();
    let labels = some(client.labels(&[], window, LABELS).await)?;
    let described = described.into_iter().map(|one| Described {
        name: one.name.to_string(),
        kind: one.kind.to_string(),
        help: one.help.to_string(),
        unit: one.unit.to_string(),
    });
    let labels = labels.map(|listed| listed.items).unwrap_or_default();
    let labels = labels.iter().map(ToString::to_string).collect();
    Ok(MetricCatalog::assemble(client.id().clone(), names, described.collect(), labels, window.end))
}

/// A question that a server may not know leaves nothing; one that it did not answer is a failure.
fn some<T>(answer: Result<T, HttpError>) -> Result<Option<T>, HttpError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.concerns_the_question() => Ok(None),
        Err(error) => Err(error),
    }
}
