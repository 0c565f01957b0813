//! What a server's index tells: series of a selector, label names and values, descriptions of metrics. No values are
//! read and every list has a bound. Asked by proposals, by completion and by the estimate of a query's cost.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Client, rules, wire};
use crate::domain::{CleanText, TimeWindow, time};
use crate::sources::http::HttpError;

/// Metrics whose descriptions are asked for.
const MOST_METRICS: usize = 20_000;
/// Names of metrics that are asked for.
const MOST_NAMES: usize = 200_000;

/// Labels of one series, `__name__` among them.
pub type Labels = BTreeMap<CleanText, CleanText>;

/// A list from the index.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<T> {
    /// At most as many as were asked for.
    pub items: Vec<T>,
    /// Whether these are all.
    pub extent: Extent,
    /// What the server has to say against its answer: warnings, missing parts.
    pub notices: Vec<CleanText>,
}

/// How much of a list there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// The server has more than was asked for.
    Cut,
}

impl Client {
    /// The series that one of `matchers` selects (`up{job="x"}`) and that had samples in `window`, at most `limit`.
    ///
    /// # Errors
    /// See [`HttpError`]; a matcher the server does not accept is [`HttpError::Refused`] with its reason.
    pub async fn series_of(
        &self,
        matchers: &[&str],
        window: TimeWindow,
        limit: usize,
    ) -> Result<Listed<Labels>, HttpError> {
        let listed = self.listed::<BTreeMap<String, String>>("api/v1/series", matchers, window, limit).await?;
        let clean = |labels: BTreeMap<String, String>| {
            labels.iter().map(|(name, value)| (CleanText::line(name), CleanText::line(value))).collect()
        };
        Ok(listed.map(clean))
    }

    /// The names of the labels of the series that one of `matchers` selects, of all series where none is given.
    ///
    /// # Errors
    /// As [`Client::series_of`].
    pub async fn labels(
        &self,
        matchers: &[&str],
        window: TimeWindow,
        limit: usize,
    ) -> Result<Listed<CleanText>, HttpError> {
        let listed = self.listed::<String>("api/v1/labels", matchers, window, limit).await?;
        Ok(listed.map(|name| CleanText::line(&name)))
    }

    /// The values of a label among the series that one of `matchers` selects, among all where none is given.
    ///
    /// # Errors
    /// As [`Client::series_of`].
    pub async fn label_values(
        &self,
        label: &str,
        matchers: &[&str],
        window: TimeWindow,
        limit: usize,
    ) -> Result<Listed<CleanText>, HttpError> {
        let path = format!("api/v1/label/{}/values", in_path(label));
        let listed = self.listed::<String>(&path, matchers, window, limit).await?;
        Ok(listed.map(|value| CleanText::line(&value)))
    }

    /// What it knows of its metrics: type, meaning, unit; at most twenty thousand.
    ///
    /// # Errors
    /// See [`HttpError`].
    pub async fn metadata(&self) -> Result<Vec<rules::Metadata>, HttpError> {
        let limit = MOST_METRICS.to_string();
        self.data("api/v1/metadata", &[("limit", &limit), ("limit_per_metric", "1")], rules::metadata).await
    }

    /// The names of its metrics, at most two hundred thousand.
    ///
    /// # Errors
    /// See [`HttpError`].
    pub async fn names(&self) -> Result<Vec<String>, HttpError> {
        let limit = MOST_NAMES.to_string();
        let read = |data: &str| Ok(bounded::<String>(data, MOST_NAMES)?.0);
        self.data("api/v1/label/__name__/values", &[("limit", &limit)], read).await
    }

    /// Asks for one more than is kept: servers say in different ways, or not at all, that they left something out.
    async fn listed<T: for<'de> Deserialize<'de> + Send + 'static>(
        &self,
        path: &str,
        matchers: &[&str],
        window: TimeWindow,
        limit: usize,
    ) -> Result<Listed<T>, HttpError> {
        let (start, end) = (time::to_seconds(window.start), time::to_seconds(window.end));
        let (start, end) = (format!("{start:.3}"), format!("{end:.3}"));
        let more = limit.saturating_add(1).to_string();
        let mut parameters: Vec<(&str, &str)> = matchers.iter().map(|matcher| ("match[]", *matcher)).collect();
        parameters.extend([("start", start.as_str()), ("end", &end), ("limit", &more)]);
        parameters.extend(self.extra());
        let read = move |envelope: &wire::Envelope<'_>| {
            let (items, sent) = bounded(envelope.data.map_or("null", RawValue::get), limit)?;
            let extent = if sent > limit { Extent::Cut } else { Extent::Whole };
            // That more was there is what `extent` says.
            let notices = envelope.notices().into_iter().filter(|notice| !notice.contains("truncated due to limit"));
            Ok(Listed { items, extent, notices: notices.collect() })
        };
        self.enveloped(path, &parameters, read).await
    }
}

impl<T> Listed<T> {
    fn map<U>(self, of: impl FnMut(T) -> U) -> Listed<U> {
        let Listed { items, extent, notices } = self;
        Listed { items: items.into_iter().map(of).collect(), extent, notices }
    }
}

/// The first elements of a JSON array, `limit` at most, and how many it has; `null` and an empty object, which some
/// servers send for nothing, have none.
fn bounded<T: for<'de> Deserialize<'de>>(data: &str, limit: usize) -> serde_json::Result<(Vec<T>, usize)> {
    if matches!(data.trim(), "null" | "{}") {
        return Ok((Vec::new(), 0));
    }
    let mut reader = serde_json::Deserializer::from_str(data);
    let found = First { limit, of: PhantomData }.deserialize(&mut reader)?;
    reader.end()?;
    Ok(found)
}

struct First<T> {
    limit: usize,
    of: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for First<T> {
    type Value = (Vec<T>, usize);
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for First<T> {
    type Value = (Vec<T>, usize);
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut kept = Vec::new();
        while kept.len() < self.limit {
            let Some(item) = seq.next_element()? else {
                let sent = kept.len();
                return Ok((kept, sent));
            };
            kept.push(item);
        }
        let mut sent = kept.len();
        while seq.next_element::<IgnoredAny>()?.is_some() {
            sent += 1;
        }
        Ok((kept, sent))
    }
}

/// A label's name as a step of a path: Prometheus writes names that are more than letters, digits and `_` as `U__` with
/// each other character as `_hex_`.
fn in_path(label: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if label.chars().all(plain) && !label.starts_with(|c: char| c.is_ascii_digit()) {
        return label.to_owned();
    }
    let mut name = "U__".to_owned();
    for c in label.chars() {
        match c {
            '_' => name.push_str("__"),
            c if plain(c) => name.push(c),
            c => name.push_str(&format!("_{:x}_", u32::from(c))),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_kept_to_its_limit_and_counted_to_its_end() {
        assert_eq!(bounded::<String>(r#"["a","b","c"]"#, 2).unwrap(), (vec!["a".to_owned(), "b".to_owned()], 3));
        assert_eq!(bounded::<String>(r#"["a"]"#, 1).unwrap().1, 1);
        for nothing in ["null", "{}", "[]"] {
            assert_eq!(bounded::<String>(nothing, 2).unwrap(), (Vec::new(), 0));
        }
        assert!(bounded::<String>(r#"["a","#, 9).is_err() && bounded::<String>("7", 9).is_err());
    }

    #[test]
    fn a_label_of_any_name_is_one_step_of_a_path() {
        for (label, step) in [
            ("service", "service"),
            ("__name__", "__name__"),
            ("service.name", "U__service_2e_name"),
            ("a/b_c", "U__a_2f_b__c"),
            ("9x", "U__9x"),
        ] {
            assert_eq!(in_path(label), step);
        }
    }
}
