//! Keys of the sources that bring logs from where they are kept: log stores, programs that show logs, a receiver. A part
//! of the schema, apart from it for its length.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::schema::Config;
use super::units::Length;
use crate::domain::CleanText;
use crate::domain::query::Tongue;

/// A configured store that can be asked for records of the past.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogStore<'a> {
    /// Its configured name.
    pub name: &'a str,
    /// Its base address.
    pub url: &'a str,
    /// What it is asked in.
    pub tongue: Tongue,
    /// The configured query, within which every question stays.
    pub base: &'a str,
}

impl LogStore<'_> {
    /// The line of the card that says who is asked.
    pub fn place(&self) -> CleanText {
        CleanText::line(&format!("{} at {}, in {}", self.name, self.url, self.tongue.word()))
    }
}

impl Config {
    /// The log stores that can be asked, in the order of the schema.
    pub fn log_stores(&self) -> Vec<LogStore<'_>> {
        let loki = self.loki.iter().map(|own| (&own.name, &own.url, Tongue::Logql, &own.query));
        let elastic = self.elasticsearch.iter().map(|own| (&own.name, &own.url, Tongue::Elastic, &own.query));
        let victoria = self.victorialogs.iter().map(|own| (&own.name, &own.url, Tongue::Logsql, &own.query));
        let all = loki.chain(elastic).chain(victoria);
        all.map(|(name, url, tongue, base)| LogStore { name, url, tongue, base }).collect()
    }
}

/// A Grafana Loki API, followed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loki {
    /// Name in the header.
    pub name: String,
    /// Base address, `http://host:3100`.
    pub url: String,
    /// LogQL log query: a stream selector and filters after it.
    pub query: String,
    /// Tenant, sent as `X-Scope-OrgID`; empty sends none.
    #[serde(default)]
    pub tenant: String,
    /// How far back is read at the start.
    #[serde(default = "fifteen_minutes")]
    pub since: Length,
    /// Records read at the start and after a gap at most, the newest.
    #[serde(default = "five_thousand")]
    pub records: usize,
    /// How long an answer may take.
    #[serde(default = "thirty_seconds")]
    pub timeout: Length,
    /// Headers sent along; a value `env:NAME` or `keyring:NAME` is looked up.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// An Elasticsearch or OpenSearch API, polled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Elasticsearch {
    /// Name in the header.
    pub name: String,
    /// Base address, `http://host:9200`.
    pub url: String,
    /// Index, data stream or pattern of them.
    pub index: String,
    /// Query in the syntax of `query_string`; empty is everything.
    #[serde(default)]
    pub query: String,
    /// Field that holds a record's time.
    #[serde(default = "at_timestamp")]
    pub time_field: String,
    /// How often it is asked for what is new.
    #[serde(default = "five_seconds")]
    pub every: Length,
    /// How far back is read at the start.
    #[serde(default = "fifteen_minutes")]
    pub since: Length,
    /// Records read at the start and after a gap at most, the newest.
    #[serde(default = "five_thousand")]
    pub records: usize,
    /// How long an answer may take.
    #[serde(default = "thirty_seconds")]
    pub timeout: Length,
    /// Headers sent along; a value `env:NAME` or `keyring:NAME` is looked up.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// A VictoriaLogs API, followed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VictoriaLogs {
    /// Name in the header.
    pub name: String,
    /// Base address, `http://host:9428`.
    pub url: String,
    /// LogsQL filter; `*` is everything.
    #[serde(default = "everything")]
    pub query: String,
    /// Tenant as `AccountID:ProjectID`; empty sends none.
    #[serde(default)]
    pub tenant: String,
    /// How far back is read at the start.
    #[serde(default = "fifteen_minutes")]
    pub since: Length,
    /// Records read at the start and after a gap at most, the newest.
    #[serde(default = "five_thousand")]
    pub records: usize,
    /// How long an answer may take.
    #[serde(default = "thirty_seconds")]
    pub timeout: Length,
    /// Headers sent along; a value `env:NAME` or `keyring:NAME` is looked up.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// The journal of this machine, read by `journalctl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Journald {
    /// Name in the header.
    pub name: String,
    /// Units whose records are read; empty is all.
    #[serde(default)]
    pub units: Vec<String>,
    /// How far back is read at the start.
    #[serde(default = "fifteen_minutes")]
    pub since: Length,
}

/// Pods of a cluster, read by `kubectl logs`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kubectl {
    /// Name in the header.
    pub name: String,
    /// Label selector of the pods, `app=payments`.
    pub selector: String,
    /// Namespace; empty is the context's own.
    #[serde(default)]
    pub namespace: String,
    /// Context of the kubeconfig; empty is the current one.
    #[serde(default)]
    pub context: String,
    /// How often it is looked for pods that came or went.
    #[serde(default = "fifteen_seconds")]
    pub every: Length,
    /// How far back is read at the start.
    #[serde(default = "fifteen_minutes")]
    pub since: Length,
}

/// Containers of this machine, read by `docker logs`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Docker {
    /// Name in the header.
    pub name: String,
    /// Names or ids of the containers.
    pub containers: Vec<String>,
    /// How far back is read at the start.
    #[serde(default = "fifteen_minutes")]
    pub since: Length,
}

/// A receiver of OpenTelemetry logs over HTTP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Otlp {
    /// Name in the header.
    pub name: String,
    /// Loopback address and port, `127.0.0.1:4318`.
    pub listen: String,
}

fn everything() -> String {
    "*".to_owned()
}

fn at_timestamp() -> String {
    "@timestamp".to_owned()
}

fn five_thousand() -> usize {
    5_000
}

fn five_seconds() -> Length {
    Length::seconds(5)
}

fn fifteen_seconds() -> Length {
    Length::seconds(15)
}

fn thirty_seconds() -> Length {
    Length::seconds(30)
}

fn fifteen_minutes() -> Length {
    Length::seconds(15 * 60)
}
