//! Reads a search to its end, newest first: one page where that is enough, else a point in time and `search_after`, so
//! that documents which arrive meanwhile move nothing.

use serde_json::{Value, json};

use super::client::{Client, PointInTime};
use super::wire::{Hit, Page};
use crate::domain::{Timestamp, time};
use crate::sources::http::HttpError;

/// Documents of one page.
const PAGE: usize = 1_000;

/// What a reading brought.
#[derive(Debug, Default)]
pub struct Reading {
    /// Hits in time order.
    pub(in crate::sources) hits: Vec<Hit>,
    /// What was left out for their number.
    pub(in crate::sources) gaps: Vec<String>,
    /// What made an answer less than whole: the same question may bring more later.
    pub(in crate::sources) shortcomings: Vec<String>,
}

impl Client {
    /// The newest documents of a query from `start`, which may be date math, `most` and a page at most. A page that fails
    /// fails the reading: what came before it would leave a hole behind it.
    pub(in crate::sources) async fn read(
        &self,
        query: &Value,
        start: Value,
        end: Option<Timestamp>,
        most: usize,
    ) -> Result<Reading, HttpError> {
        let size = PAGE.min(most);
        let body = json!({
            "size": size,
            "query": self.within(query, start, end),
            "sort": [{ self.time_field(): {
                "order": "desc", "format": "strict_date_optional_time_nanos", "unmapped_type": "date",
            } }],
            "track_total_hits": false,
        });
        let first = self.search(&body, None).await?;
        if first.count < size || most <= PAGE {
            let mut reading = Reading::default();
            let is_full = first.count >= size;
            let oldest = reading.take(first).filter(|_| is_full);
            reading.gaps.extend(oldest.map(|oldest| beyond(oldest, most)));
            return Ok(reading.sorted());
        }
        let Some(point) = self.open_point().await? else {
            return self.pages(body, None, most).await.map(|(reading, _)| reading);
        };
        match self.pages(body, Some(point.clone()), most).await {
            Ok((reading, last)) => {
                self.close_point(last.unwrap_or(point)).await;
                Ok(reading)
            }
            Err(error) => {
                self.close_point(point).await;
                Err(error)
            }
        }
    }

    async fn pages(
        &self,
        mut body: Value,
        mut point: Option<PointInTime>,
        most: usize,
    ) -> Result<(Reading, Option<PointInTime>), HttpError> {
        // Elasticsearch breaks ties within a point in time by itself; elsewhere documents are told apart by their id.
        if !matches!(point, Some(PointInTime::Elastic(_)))
            && let Some(Value::Array(sort)) = body.get_mut("sort")
        {
            sort.push(json!({ "_id": "desc" }));
        }
        let mut reading = Reading::default();
        loop {
            let page = self.search(&body, point.as_ref()).await?;
            let (is_last, after) = (page.count < PAGE, page.after.clone());
            point = point.map(|point| point.renewed(page.pit.clone()));
            let oldest = reading.take(page);
            let Some(after) = after.filter(|_| !is_last) else { break };
            if reading.hits.len() >= most {
                reading.gaps.extend(oldest.map(|oldest| beyond(oldest, most)));
                break;
            }
            body["search_after"] = after;
        }
        Ok((reading.sorted(), point))
    }
}

impl Reading {
    /// Takes a page, gives its oldest time.
    fn take(&mut self, page: Page) -> Option<Timestamp> {
        let oldest = page.hits.iter().map(|hit| hit.at).min();
        self.hits.extend(page.hits);
        for shortcoming in page.shortcomings {
            if !self.shortcomings.contains(&shortcoming) {
                self.shortcomings.push(shortcoming);
            }
        }
        oldest
    }

    fn sorted(mut self) -> Self {
        self.hits.sort_by_key(|hit| hit.at);
        self
    }
}

fn beyond(oldest: Timestamp, most: usize) -> String {
    format!("older than {} is not read: `records` allows {most}", time::stamp(oldest))
}
