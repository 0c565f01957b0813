//! Everything that decides a command's effect, frozen when the card opens and compared again just before it runs.

use std::fmt;
use std::ops::{Deref, DerefMut};

use super::{CleanText, Language, TimeWindow};

/// Where a proposal runs, as the card states it.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// One line for the card: `this machine, as oncall, in ~/shop` or `prometheus prom at http://...`.
    pub place: CleanText,
    /// Named facts shown in a fixed place: kube context, namespace, resolved program, time range.
    pub facts: Vec<(CleanText, CleanText)>,
    /// Set when the place is one where the most care is due.
    pub production: Option<CleanText>,
    /// What exactly is to be run.
    pub frozen: Frozen,
}

/// What exactly is to be run. Its fields are the input of the approval's digest.
#[derive(Clone, Debug, PartialEq)]
pub enum Frozen {
    /// A query answered by a source.
    Query {
        /// Language of the text.
        language: Language,
        /// The time it asks about.
        window: TimeWindow,
        /// Resolution in seconds, for metrics.
        step: u32,
        /// The source that answers.
        source: CleanText,
    },
    /// A child process on this machine.
    Command(Box<FrozenCommand>),
    /// A command that a recording answers; nothing touches the host.
    Recorded {
        /// The recording's name.
        recording: CleanText,
    },
    /// Nothing could be prepared; the card shows why and offers no Run.
    Blocked {
        /// Why, and what to do.
        why: CleanText,
    },
}

/// A child process, completely.
#[derive(Clone, Debug, PartialEq)]
pub struct FrozenCommand {
    /// Program and arguments as `execve` gets them.
    pub argv: Vec<String>,
    /// Absolute path of the program.
    pub program: String,
    /// Device, inode, size and modification time of the program.
    pub identity: String,
    /// Paths and identities of everything else that its effect hangs on: further programs, interpreters, the tools'
    /// configuration, the files it is told to use.
    pub files: Vec<(String, String)>,
    /// Working directory.
    pub cwd: String,
    /// The complete environment, sorted.
    pub env: Environment,
    /// Who it runs as.
    pub user: String,
    /// Numbers of the user and groups, and the mask for new files.
    pub ids: String,
    /// The tools it calls, without their folders but with their verbs (`kubectl rollout restart`), wrapped ones too.
    pub tools: Vec<String>,
    /// The clusters, databases, hosts and accounts it would act on, as far as can be told.
    pub places: Vec<Place>,
    /// What store of secrets it reads, if it does: its output stays on this machine unless the person sends it.
    pub sensitive: Option<CleanText>,
    /// Seconds it may take.
    pub timeout_seconds: u32,
    /// Bytes of output kept.
    pub output_cap: usize,
    /// Whether it takes over the terminal.
    pub interactive: bool,
    /// Version of the rules that classed it.
    pub rules: String,
}

/// A child's variables with their values. Its `Debug` shows the names alone: values may be secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment(pub Vec<(String, String)>);

/// One thing outside this machine's own file system that a command acts on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// What it is.
    pub kind: PlaceKind,
    /// Its name; [`Place::UNKNOWN`] where it could not be told.
    pub name: String,
}

/// What a [`Place`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PlaceKind {
    /// A context of the kubeconfig.
    Context,
    /// A Kubernetes namespace.
    Namespace,
    /// A Kubernetes API server.
    Server,
    /// A host and port of a database, cache or queue.
    DatabaseHost,
    /// A database.
    Database,
    /// Who a database takes the command for.
    DatabaseUser,
    /// A host that is logged in to or asked.
    Host,
    /// A profile of a cloud's tool.
    Profile,
    /// A cloud's region.
    Region,
    /// An account, project or subscription of a cloud.
    Account,
    /// A docker context or daemon.
    Docker,
    /// A workspace of terraform.
    Workspace,
}

impl Place {
    /// Stands for what could not be told; it counts as production and as whatever a rule forbids.
    pub const UNKNOWN: &'static str = "unknown";

    /// A place.
    pub fn new(kind: PlaceKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }
}

impl PlaceKind {
    /// The word on the card.
    pub fn word(self) -> &'static str {
        match self {
            PlaceKind::Context => "kube context",
            PlaceKind::Namespace => "namespace",
            PlaceKind::Server => "server",
            PlaceKind::DatabaseHost => "database host",
            PlaceKind::Database => "database",
            PlaceKind::DatabaseUser => "database user",
            PlaceKind::Host => "host",
            PlaceKind::Profile => "profile",
            PlaceKind::Region => "region",
            PlaceKind::Account => "account",
            PlaceKind::Docker => "docker",
            PlaceKind::Workspace => "workspace",
        }
    }

    /// Whether its name can mark production.
    pub fn can_be_production(self) -> bool {
        match self {
            PlaceKind::Context
            | PlaceKind::Namespace
            | PlaceKind::Server
            | PlaceKind::DatabaseHost
            | PlaceKind::Database
            | PlaceKind::Host
            | PlaceKind::Profile
            | PlaceKind::Account
            | PlaceKind::Docker
            | PlaceKind::Workspace => true,
            PlaceKind::DatabaseUser | PlaceKind::Region => false,
        }
    }
}

impl FrozenCommand {
    /// The names of its places of a kind, in order.
    pub fn places_of(&self, kind: PlaceKind) -> impl Iterator<Item = &str> {
        self.places.iter().filter(move |place| place.kind == kind).map(|place| place.name.as_str())
    }
}

impl Deref for Environment {
    type Target = Vec<(String, String)>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Environment {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}
