//! Reads a command line: what it would do and which words make it so. Called for every proposal, by `prepare`, and by
//! `midwatch check`. Everything here is pure and bounded: guard, then one parser in a bounded thread, then a walk over
//! every node of its tree. Whatever fails on the way is opaque.

mod arguments;
mod builtins;
mod call;
mod decoded;
mod environment;
mod expand;
mod findings;
mod guard;
mod isolate;
mod languages;
mod paint;
mod preview;
mod redirect;
mod secret;
mod stream;
mod value;
mod walk;
mod wrappers;

pub use call::quoted;
pub use findings::Findings;
pub use isolate::{STACK, THREAD, TIME, silence_panics};
pub use languages::sql::Dialect;
pub use paint::{SyntaxKind, spans};
pub(in crate::actions) use value::Value;

use crate::domain::{Class, CleanText, Language, Reason, Verdict};

use super::tables::Tables;

/// The class of a text and the words that made it so. Bounded: under a second for any input, and never a panic.
pub fn classify(text: &str, language: Language, tables: &Tables) -> Verdict {
    match language {
        Language::Sh => Verdict::from_reasons(examine(text, tables).reasons),
        Language::Promql => stored(text, "promql", languages::queries::is_promql),
        Language::Logs => query(text, "logs", "filters the records held; changes nothing"),
        Language::Fetch => query(text, "fetch", "asks a log store for records; changes nothing"),
    }
}

/// The class of a text typed at a SQL prompt: to psql for [`Dialect::Postgres`], to mysql for [`Dialect::Mysql`].
/// Bounded as [`classify`].
pub fn classify_sql(text: &str, dialect: Dialect, tables: &Tables) -> Verdict {
    let (owned, known) = (text.to_owned(), tables.clone());
    match isolate::bounded(move || walk::sql(&owned, dialect, &known)) {
        Ok(findings) => Verdict::from_reasons(findings.reasons),
        Err(why) => Verdict::opaque(text.len(), "sql", &why.to_string()),
    }
}

/// The command that undoes this one, where its tool's table knows one.
pub fn undo(text: &str, tables: &Tables) -> Option<CleanText> {
    examine(text, tables).undo.map(|undo| CleanText::line(&undo))
}

/// Everything there is to know of a command line without running it. Never fails: what is not understood is an opaque
/// reason.
pub fn examine(text: &str, tables: &Tables) -> Findings {
    let (owned, known) = (text.to_owned(), tables.clone());
    guarded(text, || isolate::bounded(move || walk::walk(&owned, &known)))
}

/// Whether what the command says comes from a store of secrets, as far as its text tells.
pub fn reads_secrets(text: &str, tables: &Tables) -> bool {
    examine(text, tables).sensitive.is_some()
}

/// The same in this thread, with no clock. Only for a process that is watched and may be killed, in a thread with a
/// stack of [`STACK`] bytes.
pub fn examine_here(text: &str, tables: &Tables) -> Findings {
    guarded(text, || isolate::here(|| walk::walk(text, tables)))
}

fn guarded(text: &str, walk: impl FnOnce() -> Result<Findings, isolate::NotParsed>) -> Findings {
    if let Err(why) = guard::inspect(text) {
        return Findings::opaque(text.len(), "guard", &why);
    }
    let mut found = walk().unwrap_or_else(|why| Findings::opaque(text.len(), "parser", &why.to_string()));
    redirect::network(&mut found, text);
    secret::places(&mut found, text);
    found
}

/// Whether the name is a command of the shell itself.
pub fn is_builtin(name: &str) -> bool {
    builtins::NAMES.contains(&name)
}

/// The class of a LogQL query: a read when it is one.
pub fn classify_logql(text: &str) -> Verdict {
    stored(text, "logql", languages::queries::is_logql)
}

/// A query to a store that no query changes: a read when it is one.
fn stored(text: &str, rule: &'static str, is_one: fn(&str) -> bool) -> Verdict {
    if let Err(why) = guard::inspect(text) {
        return Verdict::opaque(text.len(), "guard", &why);
    }
    let owned = text.to_owned();
    match isolate::bounded(move || is_one(&owned)) {
        Ok(true) => query(text, rule, "asks a store; changes nothing"),
        Ok(false) => Verdict::opaque(text.len(), rule, "is no query that is understood"),
        Err(why) => Verdict::opaque(text.len(), rule, &why.to_string()),
    }
}

fn query(text: &str, rule: &str, why: &str) -> Verdict {
    if let Some(hidden) = text.chars().find(|c| guard::hides(*c)) {
        let why = format!("holds the hidden or control character U+{:04X}", hidden as u32);
        return Verdict::opaque(text.len(), "guard", &why);
    }
    let reason = Reason { span: 0..text.len(), rule: rule.to_owned(), class: Class::Read, text: CleanText::line(why) };
    Verdict::from_reasons(vec![reason])
}
