//! What was found, and who finds it: the network in the program, a script in tests.

use std::path::{Path, PathBuf};

use crate::cli::secrets;
use crate::config::paths::Places;
use crate::domain::CleanText;
use crate::sources::discover::{Finding, FindingKind, Silent, Survey, survey, survey_named};

/// Something that can be configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Found {
    /// What it is: `Prometheus`.
    pub what: CleanText,
    /// Where: an address or a path.
    pub at: CleanText,
    /// What it answered.
    pub evidence: CleanText,
    /// The TOML that configures it; empty where there is nothing to configure.
    pub snippet: String,
}

/// What a look gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::cli) struct Looked {
    /// What can be configured.
    pub found: Vec<Found>,
    /// For each named place that gave nothing, where and why.
    pub silent: Vec<CleanText>,
}

/// Looks for what can be configured.
pub(in crate::cli) trait Finder {
    /// Looks at the given addresses and folders, or, when there are none, at this machine's usual places.
    fn look(&mut self, places: &[String]) -> Looked;
}

/// Looks at the machine and the network.
pub(in crate::cli) struct Network;

impl Finder for Network {
    fn look(&mut self, places: &[String]) -> Looked {
        let places: Vec<String> = places.iter().map(|place| absolute(place)).collect();
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                let silent = vec![CleanText::line(&format!("the network cannot be used: {error}"))];
                return Looked { silent, ..Looked::default() };
            }
        };
        let survey = if places.is_empty() {
            runtime.block_on(survey(&[], secrets::store()))
        } else {
            runtime.block_on(survey_named(&places, secrets::store()))
        };
        // A name look-up that hangs must not hold the person back.
        runtime.shutdown_background();
        Looked::from(survey)
    }
}

impl From<Survey> for Looked {
    fn from(survey: Survey) -> Self {
        // Most reasons begin with the place already.
        let say = |Silent { at, why }: &Silent| match why.starts_with(at.as_str()) {
            true => why.clone(),
            false => CleanText::line(&format!("{at}: {why}")),
        };
        Self {
            silent: survey.silent.iter().map(say).collect(),
            found: survey.found.into_iter().map(Found::from).collect(),
        }
    }
}

impl From<Finding> for Found {
    fn from(finding: Finding) -> Self {
        let what = match finding.what {
            FindingKind::Prometheus => "Prometheus",
            FindingKind::Alertmanager => "Alertmanager",
            FindingKind::Loki => "Loki",
            FindingKind::Elasticsearch => "Elasticsearch",
            FindingKind::VictoriaLogs => "VictoriaLogs",
            FindingKind::Ollama => "Ollama",
            FindingKind::OpenAiServer => "OpenAI-compatible server",
            FindingKind::Kubectl => "kubectl",
            FindingKind::LogFiles => "log files",
            FindingKind::GitRepo => "git repository",
            FindingKind::ChangesFile => "file of changes",
        };
        Self { what: what.into(), at: finding.at, evidence: finding.evidence, snippet: finding.snippet }
    }
}

/// A path as it must stand in a configuration; an address as it was typed.
fn absolute(place: &str) -> String {
    let is_path = place.starts_with(['~', '.', '/']) || Path::new(place).exists();
    if place.contains("://") || !is_path {
        return place.to_owned();
    }
    let places = Places::of_platform();
    let whole: PathBuf = places.resolve(Path::new(place), &places.cwd);
    whole.canonicalize().unwrap_or(whole).to_string_lossy().into_owned()
}
