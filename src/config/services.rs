//! Keys about services: whom each calls and what it promises. A part of the schema, apart from it for its length.

use serde::{Deserialize, Serialize};

use crate::domain::graph::Known;
use crate::domain::{CleanText, ServiceGraph};

use super::schema::Config;

/// What stands in an expression for the window that is asked about, as in sloth's and pyrra's own files.
pub const WINDOW: &str = "{{.window}}";

/// A service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Its name, as labels and logs write it.
    pub name: String,
    /// The services it calls.
    #[serde(default)]
    pub depends_on: Vec<String>,
    /// What it promises.
    #[serde(default, rename = "slo")]
    pub slos: Vec<Slo>,
}

/// A service level objective: a share of events that must be good over some days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slo {
    /// Its name, as `availability`.
    pub name: String,
    /// The share of events that must be good, in percent.
    pub objective: f64,
    /// Days over which it is kept.
    #[serde(default = "thirty")]
    pub days: u32,
    /// The server that counts the events; empty is the first.
    #[serde(default)]
    pub prometheus: String,
    /// Counters of bad events; empty where `good` is given.
    #[serde(default)]
    pub bad: String,
    /// Counters of good events; empty where `bad` is given.
    #[serde(default)]
    pub good: String,
    /// Counters of all events.
    pub total: String,
}

fn thirty() -> u32 {
    30
}

impl Config {
    /// Who calls whom by the configuration.
    pub fn graph(&self) -> ServiceGraph {
        let mut graph = ServiceGraph::default();
        for service in &self.service {
            let caller = CleanText::line(&service.name);
            graph.add(&caller);
            for callee in &service.depends_on {
                graph.call(&caller, &CleanText::line(callee), Known::Configured);
            }
        }
        graph
    }

    /// The objectives that this server counts, with their services.
    pub fn slos_of<'a>(&'a self, server: &'a str) -> impl Iterator<Item = (&'a Service, &'a Slo)> {
        let first = self.prometheus.first().map_or("", |first| first.name.as_str());
        let all = self.service.iter().flat_map(|service| service.slos.iter().map(move |slo| (service, slo)));
        all.filter(move |(_, slo)| server == if slo.prometheus.is_empty() { first } else { slo.prometheus.as_str() })
    }
}
