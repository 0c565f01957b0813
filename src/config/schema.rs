//! Every key of the configuration with its default. `config.example.toml` is this file's twin, held true by a test.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use super::auth::{Auth, Switch};
pub use super::log_format::{Level, LevelWord, LogExample, LogFormat};
pub use super::log_stores::{Docker, Elasticsearch, Journald, Kubectl, LogStore, Loki, Otlp, VictoriaLogs};
use super::policy::{PolicyRule, Telemetry};
pub use super::services::{Service, Slo};
use super::units::{Length, Size};

/// The whole configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// `dark`, `light`, `high-contrast`, or the path of a theme file.
    pub theme: String,
    /// Borders and sparklines in plain ASCII.
    pub ascii: bool,
    /// Let the mouse select and scroll.
    pub mouse: bool,
    /// Refuse everything but reads.
    pub read_only: bool,
    /// Length of the time window the panes share at the start.
    pub window: Length,
    /// Where incidents, the journal and the log file live; empty is the platform's data directory.
    pub data_dir: PathBuf,
    /// A folder whose files replace the built-in prompts of the same name; empty is `prompts` beside the configuration.
    pub prompts_dir: PathBuf,
    /// The journal; empty is `journal.jsonl` in the data directory.
    pub journal: PathBuf,
    /// Alertmanager servers, polled.
    pub alertmanager: Vec<Alertmanager>,
    /// A receiver for Alertmanager's webhook.
    pub webhook: Option<Webhook>,
    /// Prometheus servers, or what speaks their HTTP API.
    pub prometheus: Vec<Prometheus>,
    /// Log files.
    pub files: Vec<Files>,
    /// Log formats of one's own.
    pub log_format: Vec<LogFormat>,
    /// Loki servers.
    pub loki: Vec<Loki>,
    /// Elasticsearch or OpenSearch clusters.
    pub elasticsearch: Vec<Elasticsearch>,
    /// VictoriaLogs servers.
    pub victorialogs: Vec<VictoriaLogs>,
    /// The journal of this machine.
    pub journald: Vec<Journald>,
    /// Pods of Kubernetes clusters.
    pub kubectl: Vec<Kubectl>,
    /// Containers of this machine.
    pub docker: Vec<Docker>,
    /// Receivers of OpenTelemetry logs.
    pub otlp: Vec<Otlp>,
    /// Files of change events.
    pub changes: Vec<Changes>,
    /// Git repositories whose log is a list of changes.
    pub git: Vec<Git>,
    /// Programs whose output lines become records.
    pub command: Vec<Command>,
    /// Services: whom they call, what they promise.
    pub service: Vec<Service>,
    /// Files that tell who calls whom.
    pub service_maps: Vec<PathBuf>,
    /// The model.
    pub model: Model,
    /// What is taken out of what leaves.
    pub redact: Redact,
    /// What holds for confirmed commands.
    pub run: Run,
    /// Whether the analyst's fixed queries wait on a card.
    pub telemetry: Telemetry,
    /// An organisation's policy, which can only tighten; empty is none beside `/etc/midwatch/policy.toml`.
    pub policy_file: PathBuf,
    /// Rules that allow, ask or forbid.
    pub policy: Vec<PolicyRule>,
    /// Budgets.
    pub limits: Limits,
}

/// An Alertmanager v2 API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alertmanager {
    /// Name in the header.
    pub name: String,
    /// Base address, `http://host:9093`.
    pub url: String,
    /// How often it is asked.
    #[serde(default = "five_seconds")]
    pub every: Length,
    /// How long an answer may take.
    #[serde(default = "ten_seconds")]
    pub timeout: Length,
    /// Headers sent along; a value `env:NAME` or `keyring:NAME` is looked up.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Login and certificates.
    #[serde(default)]
    pub auth: Auth,
}

/// A receiver for Alertmanager's webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Webhook {
    /// Name in the header.
    pub name: String,
    /// Loopback address and port, `127.0.0.1:9099`.
    pub listen: String,
}

/// A Prometheus HTTP API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prometheus {
    /// Name in the header.
    pub name: String,
    /// Base address, `http://host:9090`.
    pub url: String,
    /// How often the panels are asked.
    #[serde(default = "fifteen_seconds")]
    pub every: Length,
    /// Resolution of the panels.
    #[serde(default = "fifteen_seconds")]
    pub step: Length,
    /// How long an answer may take.
    #[serde(default = "ten_seconds")]
    pub timeout: Length,
    /// Headers sent along; a value `env:NAME` or `keyring:NAME` is looked up.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Tenant, sent as `X-Scope-OrgID` (Mimir, Cortex, Thanos); empty sends none.
    #[serde(default)]
    pub tenant: String,
    /// Whether series of replicas are joined (Thanos).
    #[serde(default)]
    pub dedup: Switch,
    /// Whether an answer may lack stores that do not answer (Thanos).
    #[serde(default)]
    pub partial_response: Switch,
    /// Login and certificates.
    #[serde(default)]
    pub auth: Auth,
    /// The series the pane shows.
    #[serde(default, rename = "panel")]
    pub panels: Vec<Panel>,
}

impl Prometheus {
    /// The headers with the tenant's among them.
    pub fn all_headers(&self) -> BTreeMap<String, String> {
        let mut headers = self.headers.clone();
        if !self.tenant.is_empty() {
            headers.insert("X-Scope-OrgID".to_owned(), self.tenant.clone());
        }
        headers
    }

    /// The server at an address with every other key at its default.
    pub fn at(name: &str, url: &str) -> Self {
        Self {
            name: name.to_owned(),
            url: url.to_owned(),
            every: fifteen_seconds(),
            step: fifteen_seconds(),
            timeout: ten_seconds(),
            headers: BTreeMap::new(),
            tenant: String::new(),
            dedup: Switch::Server,
            partial_response: Switch::Server,
            auth: Auth::default(),
            panels: Vec::new(),
        }
    }
}

impl Alertmanager {
    /// The server at an address with every other key at its default.
    pub fn at(name: &str, url: &str) -> Self {
        Self {
            name: name.to_owned(),
            url: url.to_owned(),
            every: five_seconds(),
            timeout: ten_seconds(),
            headers: BTreeMap::new(),
            auth: Auth::default(),
        }
    }
}

/// A query whose series the metrics pane shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// Name of the row; several series add their labels.
    pub title: String,
    /// PromQL.
    pub query: String,
    /// What the values are.
    #[serde(default)]
    pub unit: PanelUnit,
}

/// What a panel's values are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PanelUnit {
    /// Read from the metric's name where it follows the naming rules, else a plain number.
    #[default]
    Auto,
    /// A plain number.
    Number,
    /// A share of one.
    Ratio,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Events per second.
    PerSecond,
}

/// Log files of one source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Files {
    /// Name in the header.
    pub name: String,
    /// Paths and globs.
    pub paths: Vec<String>,
    /// Service of the records that name none; empty is the file's name.
    #[serde(default)]
    pub service: String,
    /// How much of each file's end is indexed at the start; what comes later is indexed whole.
    #[serde(default = "backlog")]
    pub backlog: Size,
}

/// A file of change events, a JSON object a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    /// Name in the header.
    pub name: String,
    /// The file.
    pub path: PathBuf,
}

/// A git repository.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Git {
    /// Name in the header.
    pub name: String,
    /// The work tree or bare repository.
    pub path: PathBuf,
    /// How often its log is read.
    #[serde(default = "fifteen_seconds")]
    pub every: Length,
    /// How far back commits count as changes.
    #[serde(default = "one_day")]
    pub since: Length,
}

/// A program whose output lines become records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// Name in the header.
    pub name: String,
    /// Program and arguments; run directly, not by a shell.
    pub argv: Vec<String>,
    /// What its lines are.
    #[serde(default)]
    pub lines: CommandLines,
    /// Service of the records that name none; empty is the source's name.
    #[serde(default)]
    pub service: String,
    /// Run again this long after it ended; not set: a program that ends is started again with backoff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Length>,
}

/// What the lines of a command source are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommandLines {
    /// Log lines in any of the known formats.
    #[default]
    Logs,
    /// Change events, a JSON object a line.
    Changes,
}

/// The model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Model {
    /// Who answers.
    pub provider: ProviderKind,
    /// Base address of the server.
    pub url: String,
    /// Model name as the server knows it; empty picks the first it lists.
    pub model: String,
    /// Where the key is: `env:NAME`, `keyring:NAME`, or, insisting, `plain:KEY`; empty sends none.
    pub key: String,
    /// Context length in tokens; 0 reads it from the server where it tells, else 8192.
    pub context_tokens: u32,
    /// Tokens kept free for the answer.
    pub answer_tokens: u32,
    /// Sampling temperature.
    pub temperature: f32,
    /// How long the server may stay silent.
    pub timeout: Length,
}

/// Who answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderKind {
    /// Nobody: every trace of a model is gone from the screen.
    #[default]
    None,
    /// An Ollama server.
    Ollama,
    /// Any server that speaks OpenAI's chat completions.
    Openai,
}

/// What is taken out of what leaves. Secrets are taken out of all that goes to a model on the network, whatever stands here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Redact {
    /// Whether mail addresses are taken out too.
    pub mail: bool,
    /// Whether secrets are taken out of notes when they are copied.
    pub copied_notes: bool,
    /// Whether a model on this machine is sent the text as it is.
    pub plain_to_local_models: bool,
}

/// Caches of tools that do not work without them.
const READS_MAY_WRITE: [&str; 5] = ["~/.cache", "~/.kube/cache", "~/.aws/cli/cache", "~/.azure", "~/.config/gcloud"];

/// What holds for confirmed commands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Run {
    /// Longest run of a command.
    pub timeout: Length,
    /// Output kept of a command: half from its head, half from its tail.
    pub output: Size,
    /// Working directory; empty is the one midwatch was started in.
    pub cwd: PathBuf,
    /// Variables passed on to commands beside the built-in few.
    pub env: Vec<String>,
    /// Files of tool tables that add to the built-in ones.
    pub tables: Vec<PathBuf>,
    /// Words that mark a kube context, namespace or host as production.
    pub production: Vec<String>,
    /// How long the signals that a change should move are watched after it.
    pub watch: Length,
    /// Whether the kernel keeps what was classed read from writing files (Landlock).
    pub confine_reads: bool,
    /// Files and folders where a read may write all the same: caches without which the tools fail.
    pub reads_may_write: Vec<PathBuf>,
    /// Whether reads get a read-only session from PostgreSQL.
    pub read_only_sessions: bool,
}

/// Budgets. What does not fit is dropped from the oldest end and counted on the screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Memory for log records of live sources.
    pub logs: Size,
    /// Memory for the rows of log files: 19 bytes a record, the text stays in the file.
    pub log_index: Size,
    /// Memory for blocks of log files that were read a moment ago.
    pub log_cache: Size,
    /// Disk for unpacked log files and standard input.
    pub spool: Size,
    /// Alerts held.
    pub alerts: usize,
    /// Series held.
    pub series: usize,
    /// Pieces of evidence held.
    pub evidence: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            theme: "dark".to_owned(),
            ascii: false,
            mouse: false,
            read_only: false,
            window: Length::seconds(30 * 60),
            data_dir: PathBuf::new(),
            prompts_dir: PathBuf::new(),
            journal: PathBuf::new(),
            alertmanager: Vec::new(),
            webhook: None,
            prometheus: Vec::new(),
            files: Vec::new(),
            log_format: Vec::new(),
            loki: Vec::new(),
            elasticsearch: Vec::new(),
            victorialogs: Vec::new(),
            journald: Vec::new(),
            kubectl: Vec::new(),
            docker: Vec::new(),
            otlp: Vec::new(),
            changes: Vec::new(),
            git: Vec::new(),
            command: Vec::new(),
            service: Vec::new(),
            service_maps: Vec::new(),
            model: Model::default(),
            redact: Redact::default(),
            run: Run::default(),
            telemetry: Telemetry::default(),
            policy_file: PathBuf::new(),
            policy: Vec::new(),
            limits: Limits::default(),
        }
    }
}

impl Default for Model {
    fn default() -> Self {
        Self {
            provider: ProviderKind::None,
            url: String::new(),
            model: String::new(),
            key: String::new(),
            context_tokens: 0,
            answer_tokens: 1024,
            temperature: 0.2,
            timeout: Length::seconds(60),
        }
    }
}

impl Default for Redact {
    fn default() -> Self {
        Self { mail: true, copied_notes: true, plain_to_local_models: false }
    }
}

impl Default for Run {
    fn default() -> Self {
        Self {
            timeout: Length::seconds(120),
            output: Size::mib(1),
            cwd: PathBuf::new(),
            env: Vec::new(),
            tables: Vec::new(),
            production: vec!["prod".to_owned(), "live".to_owned()],
            watch: Length::seconds(5 * 60),
            confine_reads: true,
            reads_may_write: READS_MAY_WRITE.iter().map(PathBuf::from).collect(),
            read_only_sessions: true,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            logs: Size::mib(128),
            log_index: Size::mib(512),
            log_cache: Size::mib(64),
            spool: Size::mib(8 << 10),
            alerts: 50_000,
            series: 2_000,
            evidence: 500,
        }
    }
}

fn five_seconds() -> Length {
    Length::seconds(5)
}

fn ten_seconds() -> Length {
    Length::seconds(10)
}

fn fifteen_seconds() -> Length {
    Length::seconds(15)
}

fn one_day() -> Length {
    Length::seconds(86_400)
}

fn backlog() -> Size {
    Size::mib(64)
}
