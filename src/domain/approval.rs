//! Everything that decides a command's effect, frozen when the card opens and compared again just before it runs.

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
    /// Absolute paths and identities of the further programs the text names.
    pub named_programs: Vec<(String, String)>,
    /// Working directory.
    pub cwd: String,
    /// The complete environment, sorted.
    pub env: Vec<(String, String)>,
    /// Who it runs as.
    pub user: String,
    /// Kube context and namespace in force, where the text names a kube tool.
    pub kube: Option<(String, String)>,
    /// Seconds it may take.
    pub timeout_seconds: u32,
    /// Bytes of output kept.
    pub output_cap: usize,
    /// Whether it takes over the terminal.
    pub interactive: bool,
    /// Version of the rules that classed it.
    pub rules: String,
}
