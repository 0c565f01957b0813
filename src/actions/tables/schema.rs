//! The form of a tool table: data that says what each tool's sub-commands and options do. `docs/adding-a-tool.md`
//! explains it for people. Read by `tables/mod.rs`, indexed by `tables/index.rs`, used by `shell/arguments.rs` and `shell/call.rs`.

use serde::Deserialize;

use crate::domain::Class;

use super::index::Index;
use super::words::{Globs, Words};

/// A file of tools.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableFile {
    /// The tools.
    #[serde(default, rename = "tool")]
    pub tools: Vec<Tool>,
}

/// One program, or one of its sub-commands. Option lists are words with blanks between them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// The program's names, or the sub-command's words (`rollout restart`); alternatives divided by `|`. In a
    /// sub-command a word may be a pattern (`describe-*`) or several with commas between (`list,show`).
    pub name: String,
    /// Its class when no verb says otherwise; absent: a verb is needed.
    pub class: Option<Class>,
    /// Its class when it is given no arguments: `mount` alone lists.
    pub bare: Option<Class>,
    /// One line for people: what it does.
    #[serde(default)]
    pub why: String,
    /// It reads a store of secrets: what it says stays on this machine unless the person sends it.
    #[serde(default)]
    pub sensitive: bool,
    /// Its arguments go to another machine: what a command found may not be among them unseen.
    #[serde(default)]
    pub sends: bool,
    /// Whether some option makes it start other programs: unknown and dynamic options are then opaque.
    #[serde(default)]
    pub executes: bool,
    /// Verbs are compared without regard to case (redis-cli).
    #[serde(default)]
    pub fold_case: bool,
    /// The words of a verb may be cut short (`ip a s`). Where several fit, the worst counts.
    #[serde(default)]
    pub abbreviates: bool,
    /// After the verb there are no options any more, only arguments (redis-cli).
    #[serde(default)]
    pub verb_ends_options: bool,
    /// Options are whole words behind one or two dashes and are never written together (terraform, openssl).
    #[serde(default)]
    pub single_dash: bool,
    /// `-NUMBER` is an option of its own (`head -5`).
    #[serde(default)]
    pub numbers: bool,
    /// Whose rules in code look at the arguments after the table did.
    pub grammar: Option<Grammar>,
    /// Words before the command it runs, after its own options: `timeout 5 CMD` has 1.
    pub wraps: Option<usize>,
    /// The command it runs is text for a shell (`ssh`, `watch`), not words.
    #[serde(default)]
    pub wraps_text: bool,
    /// The command it runs stands after `--` (`kubectl exec POD -- CMD`).
    #[serde(default)]
    pub wraps_dashes: bool,
    /// Options whose value is text for a shell (`nix-shell --run TEXT`).
    #[serde(default)]
    pub runs: Words,
    /// Needs a terminal of its own, whatever its options.
    #[serde(default)]
    pub interactive: bool,
    /// Options without a value.
    #[serde(default)]
    pub flags: Words,
    /// Options with a value (`-n x`, `-nx`, `--name x`, `--name=x`).
    #[serde(default)]
    pub values: Words,
    /// Options whose value, if any, is attached (`--color`, `--color=auto`).
    #[serde(default)]
    pub attached: Words,
    /// Every other option is harmless: the tool can do nothing else with any.
    #[serde(default)]
    pub any_option: bool,
    /// Options and arguments that change the class.
    #[serde(default)]
    pub raise: Vec<Raise>,
    /// Options, with their value where it matters, that make it a rehearsal: `--dry-run=client`.
    #[serde(default)]
    pub dry_run: Words,
    /// Options with which it only looks: `crontab -l`; `--rdb=*` with any value.
    #[serde(default)]
    pub looks: Words,
    /// Options that make it need a terminal.
    #[serde(default)]
    pub terminal: Words,
    /// What arguments beyond a number mean.
    pub limit: Option<Limit>,
    /// The command that undoes it: `{1}` is its first argument.
    pub undo: Option<String>,
    /// Reads that show beforehand what it would do, the better first; see `shell/preview.rs` for what may stand in them.
    #[serde(default)]
    pub preview: Vec<String>,
    /// Panels or metrics that it should move: what becomes of them is watched.
    #[serde(default)]
    pub watch: Vec<String>,
    /// Sub-commands.
    #[serde(default, rename = "verb")]
    pub verbs: Vec<Tool>,
    /// Commands that have exactly this entry's class, by this entry: run as tests.
    #[serde(default, rename = "match")]
    pub matches: Vec<String>,
    /// Commands for which this entry is not the one that decides: run as tests.
    #[serde(default)]
    pub not_match: Vec<String>,
    /// Commands with the class they must have, whatever decides: run as tests.
    #[serde(default)]
    pub examples: Vec<(Class, String)>,
    /// Made of the above when the table is loaded.
    #[serde(skip)]
    pub index: Index,
}

/// Options and arguments that change the class.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raise {
    /// The options.
    #[serde(default)]
    pub options: Words,
    /// Beginnings of arguments that do the same (`+branch`).
    #[serde(default)]
    pub begins: Words,
    /// Arguments that do the same, as patterns for the whole word (`secret secret/* *,secret`).
    #[serde(default)]
    pub arguments: Globs,
    /// Which argument `begins` and `arguments` are about, from 1; absent: any.
    pub at: Option<usize>,
    /// What they make of it.
    pub class: Class,
    /// They make it read a store of secrets.
    #[serde(default)]
    pub sensitive: bool,
    /// Whether the options take a value.
    #[serde(default)]
    pub value: bool,
    /// Values, as patterns, with which the options are harmless.
    #[serde(default)]
    pub except: Globs,
    /// Values, as patterns, with which alone the options count; absent: any. A value known only at run time counts.
    #[serde(default)]
    pub only: Globs,
    /// One line for people.
    #[serde(default)]
    pub why: String,
    /// Commands that have exactly this class because of it: run as tests.
    #[serde(default, rename = "match")]
    pub matches: Vec<String>,
}

/// What arguments beyond a number mean.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Arguments that are ordinary.
    pub arguments: usize,
    /// What more of them make of it.
    pub class: Class,
    /// Arguments, as patterns, that do not count.
    #[serde(default)]
    pub except: Globs,
    /// An argument that is only known at run time may stand for more than one (`delete pod "$p"` in a loop).
    #[serde(default)]
    pub exact: bool,
    /// One line for people.
    #[serde(default)]
    pub why: String,
}

/// Arguments that are small languages of their own, read by code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grammar {
    /// sed scripts.
    Sed,
    /// awk programs.
    Awk,
    /// find expressions.
    Find,
    /// tar, old-style options and all.
    Tar,
    /// Languages whose programs are not read: python, perl, make.
    Interpreter,
    /// Arguments that name files to write: `tee F`, `dd of=F`.
    Outputs,
    /// SQL after `-c` or `-e`.
    Sql,
    /// HTTP requests.
    Curl,
    /// Calls of a code forge's API: `gh api`.
    Forge,
    /// HTTP requests as HTTPie writes them: `http PUT :8080/x a=b`.
    Httpie,
    /// `git -c key=value`.
    Git,
    /// Scripts for the mongo shell.
    Mongo,
    /// Scripts for Redis.
    Redis,
    /// `env` with its assignments.
    Env,
    /// A shell: `bash -c TEXT`.
    Shell,
    /// `xargs`: the command gets words from a stream.
    Xargs,
    /// `nice`, `taskset`, ...: options and numbers, then a command; with a process of its own, a change.
    Prefix,
    /// `strace`: a command, or a process by `-p`.
    Trace,
    /// `su`: a user, then options; the command is text.
    Su,
    /// `flock`: a file, then a command or `-c TEXT`.
    Flock,
    /// `command -v` looks, `command NAME` runs.
    Command,
    /// `ansible -m MODULE -a ARGUMENTS`.
    Ansible,
    /// `aws ssm send-command`: commands inside its parameters.
    Ssm,
}
