//! A question to a source and its raw answer.

use super::{CleanText, Language, Series, TimeWindow};

/// A question that a person confirmed.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryRequest {
    /// Language of the text.
    pub language: Language,
    /// Exact text.
    pub text: String,
    /// Time it asks about.
    pub window: TimeWindow,
    /// Resolution in seconds, for metrics; at least 1.
    pub step: u32,
}

/// A raw answer.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryAnswer {
    /// The source that answered.
    pub source: CleanText,
    /// The answer as lines of text, ready to be evidence.
    pub text: CleanText,
    /// The series, for charts; empty for logs.
    pub series: Vec<Series>,
    /// What was left out, in words.
    pub cut: Option<CleanText>,
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryError {
    /// Who failed to answer.
    pub source: CleanText,
    /// What failed and what to do.
    pub why: CleanText,
}

/// A question about the names that a metrics server knows, asked while a query is written. It reads an index and no values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LabelAsk {
    /// Only of this metric's series.
    pub metric: Option<String>,
    /// The label whose values are wanted; `None` asks for the labels' names.
    pub label: Option<String>,
    /// What the values begin with, where only some are wanted.
    pub prefix: String,
}

/// What a metrics server answers to a [`LabelAsk`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelAnswer {
    /// Names or values, sorted, at most a thousand.
    pub items: Vec<CleanText>,
    /// Whether the server has more.
    pub cut: bool,
}

/// The language of a log store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// Grafana Loki's.
    Logql,
    /// The query DSL of Elasticsearch and OpenSearch, as JSON.
    Elastic,
    /// VictoriaLogs' own.
    Logsql,
}

impl Tongue {
    /// Its name as its users write it.
    pub fn word(self) -> &'static str {
        match self {
            Tongue::Logql => "LogQL",
            Tongue::Elastic => "query DSL",
            Tongue::Logsql => "LogsQL",
        }
    }
}

/// A query that is asked again and again because the person configured it; listed by `:queries`.
#[derive(Clone, Debug, PartialEq)]
pub struct PolledQuery {
    /// Who is asked.
    pub source: CleanText,
    /// What is asked.
    pub text: CleanText,
    /// How often, in seconds; 0 for a followed file or stream.
    pub every_seconds: u32,
}
