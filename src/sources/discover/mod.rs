//! Looks around this machine, and at addresses a person names, for what midwatch could use; each finding carries the
//! configuration that would use it. Called by the first-run wizard and by `doctor`. Only reads.

mod local;
mod logs;
mod panels;
mod probe;
mod snippet;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use futures_util::future::join_all;

use crate::domain::CleanText;
use crate::domain::ports::SecretStore;

/// Addresses that are tried unasked: the default ports of Prometheus and its kin, Alertmanager, VictoriaMetrics, Loki,
/// Elasticsearch, VictoriaLogs, Ollama, and the usual ones of OpenAI-compatible servers.
const USUAL_PORTS: [u16; 11] = [9090, 9091, 9093, 8428, 3100, 9200, 9428, 11_434, 8080, 8000, 1234];

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingKind {
    /// A Prometheus HTTP API.
    Prometheus,
    /// An Alertmanager v2 API.
    Alertmanager,
    /// A Loki.
    Loki,
    /// An Elasticsearch or OpenSearch.
    Elasticsearch,
    /// A VictoriaLogs.
    VictoriaLogs,
    /// An Ollama server. A configuration takes one model only.
    Ollama,
    /// A server that speaks OpenAI's chat completions. A configuration takes one model only.
    OpenAiServer,
    /// kubectl with a current context.
    Kubectl,
    /// Log files.
    LogFiles,
    /// A git repository.
    GitRepo,
    /// A file of change events.
    ChangesFile,
}

/// Something midwatch could use.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it is.
    pub what: FindingKind,
    /// Where.
    pub at: CleanText,
    /// What answered, and how it is known.
    pub evidence: CleanText,
    /// The TOML that would use it. Snippets of one survey can be joined, those of models excepted: take one.
    pub snippet: String,
}

/// Something a person named where nothing was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Silent {
    /// As named.
    pub at: CleanText,
    /// Why, and what to do.
    pub why: CleanText,
}

/// All that looking around gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survey {
    /// What can be used, in the order of [`FindingKind`].
    pub found: Vec<Finding>,
    /// What was named but gave nothing.
    pub silent: Vec<Silent>,
}

/// A finding before it has a name of its own.
struct Found {
    what: FindingKind,
    at: String,
    evidence: String,
    settings: snippet::Settings,
}

/// What one named thing gave.
type Outcome = Result<Vec<Found>, Silent>;

/// What can be used here and at `extra`: addresses (`http://host:9090`, `host:9090`), folders or files. Takes a few
/// seconds at most.
pub async fn look(extra: &[String], secrets: Arc<dyn SecretStore>) -> Vec<Finding> {
    survey(extra, secrets).await.found
}

/// Like [`look`], and tells of each of `extra` that gave nothing why.
pub async fn survey(extra: &[String], secrets: Arc<dyn SecretStore>) -> Survey {
    let named: BTreeSet<&str> = extra.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
    let usual = USUAL_PORTS.map(|port| format!("http://127.0.0.1:{port}"));
    let unasked = usual.iter().filter(|url| !named.iter().any(|name| name.contains(url.trim_start_matches("http://"))));
    let (asked, unasked, kubectl, logs) = tokio::join!(
        join_all(named.iter().map(|name| by_name(name, &secrets))),
        join_all(unasked.map(|url| probe::address(url, &secrets))),
        local::kubectl(),
        local::system_logs(),
    );
    let mut survey = Survey::default();
    let mut found: Vec<Found> = Vec::new();
    for outcome in asked {
        match outcome {
            Ok(more) => found.extend(more),
            Err(silent) => survey.silent.push(silent),
        }
    }
    found.extend(unasked.into_iter().filter_map(Result::ok).flatten());
    found.extend(kubectl.into_iter().chain(logs));
    found.sort_by_key(|found| found.what);
    let mut names = snippet::Names::default();
    survey.found = found.into_iter().map(|found| found.named(&mut names)).collect();
    survey
}

/// Like [`survey`], but looks at what is named and nowhere else.
pub async fn survey_named(named: &[String], secrets: Arc<dyn SecretStore>) -> Survey {
    let outcomes = join_all(named.iter().map(|name| by_name(name.trim(), &secrets))).await;
    let (mut survey, mut names) = (Survey::default(), snippet::Names::default());
    for outcome in outcomes {
        match outcome {
            Ok(found) => survey.found.extend(found.into_iter().map(|found| found.named(&mut names))),
            Err(silent) => survey.silent.push(silent),
        }
    }
    survey
}

/// An address, a folder or a file: whatever the text names.
async fn by_name(name: &str, secrets: &Arc<dyn SecretStore>) -> Outcome {
    if name.starts_with("http://") || name.starts_with("https://") {
        return probe::address(name, secrets).await;
    }
    if Path::new(name).exists() {
        return local::path(name).await;
    }
    let port = name.rsplit_once(':').and_then(|(_, port)| port.split('/').next()?.parse::<u16>().ok());
    if port.is_some() && !name.starts_with(['/', '.', '~']) {
        return probe::address(&format!("http://{name}"), secrets).await;
    }
    let why = "there is no such file or folder; write an address as http://host:9090".into();
    Err(Silent { at: CleanText::line(name), why })
}

impl Found {
    fn named(self, names: &mut snippet::Names) -> Finding {
        Finding {
            what: self.what,
            at: CleanText::line(&self.at),
            evidence: CleanText::line(&self.evidence),
            snippet: self.settings.toml(names),
        }
    }
}
