//! The form of a tool table: data that says what each tool's sub-commands and options do. Read by `tables/mod.rs`,
//! used by `shell/tool.rs`.

use serde::Deserialize;

use crate::domain::Class;

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
    /// The program's names, or the sub-command's words (`rollout restart`); alternatives divided by `|`.
    pub name: String,
    /// Its class when no verb says otherwise; absent: a verb is needed.
    pub class: Option<Class>,
    /// One line for people: what it does.
    #[serde(default)]
    pub why: String,
    /// Whether some option makes it start other programs: unknown and dynamic options are then opaque.
    #[serde(default)]
    pub executes: bool,
    /// Verbs are compared without regard to case (redis-cli).
    #[serde(default)]
    pub fold_case: bool,
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
    /// Needs a terminal of its own, whatever its options.
    #[serde(default)]
    pub interactive: bool,
    /// Options without a value.
    #[serde(default)]
    pub flags: String,
    /// Options with a value (`-n x`, `-nx`, `--name x`, `--name=x`).
    #[serde(default)]
    pub values: String,
    /// Options whose value, if any, is attached (`--color`, `--color=auto`).
    #[serde(default)]
    pub attached: String,
    /// Every other option is harmless: the tool can do nothing else with any.
    #[serde(default)]
    pub any_option: bool,
    /// Options that change the class.
    #[serde(default)]
    pub raise: Vec<Raise>,
    /// Options, with their value where it matters, that make it a rehearsal: `--dry-run=client`.
    #[serde(default)]
    pub dry_run: String,
    /// Options that make it need a terminal.
    #[serde(default)]
    pub terminal: String,
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
    /// Commands with the class they must have: run as tests.
    #[serde(default)]
    pub examples: Vec<(Class, String)>,
}

/// Options that change the class.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raise {
    /// The options.
    #[serde(default)]
    pub options: String,
    /// Beginnings of arguments that do the same (`+branch`).
    #[serde(default)]
    pub begins: String,
    /// What they make of it.
    pub class: Class,
    /// Whether they take a value.
    #[serde(default)]
    pub value: bool,
    /// Values (blank between them) with which they are harmless.
    #[serde(default)]
    pub except: String,
    /// One line for people.
    #[serde(default)]
    pub why: String,
}

/// What arguments beyond a number mean.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Arguments that are ordinary.
    pub arguments: usize,
    /// What more of them make of it.
    pub class: Class,
    /// Arguments that begin like this do not count.
    #[serde(default)]
    pub except: String,
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
    /// SQL after `-c` or `-e`.
    Sql,
    /// HTTP requests.
    Curl,
    /// `env` with its assignments.
    Env,
    /// A shell: `bash -c TEXT`.
    Shell,
    /// `xargs`: the command gets words from a stream.
    Xargs,
    /// `command -v` looks, `command NAME` runs.
    Command,
}
