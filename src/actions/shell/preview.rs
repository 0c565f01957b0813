//! Reads that show beforehand what a call would do: from its tool's table, from its own rehearsal option, or from its
//! SQL. They are texts and nothing more: each is classed and settled like any other command, offered only as a read, and
//! run only when a person asks for it.
//!
//! In a table's `preview`: `{args}` is every argument and there must be one, `{some}` the same or nothing, `{1}` the first, `{words}` everything after the verb as it was
//! written, `{keep -n --context}` those of these options that were given, each with its value.

use std::ops::ControlFlow;

use sqlparser::ast::{Delete, FromTable, Statement, Update, visit_expressions};
use sqlparser::dialect::{Dialect, MySqlDialect, PostgreSqlDialect};
use sqlparser::parser::Parser;

use super::arguments::Parsed;
use super::call::{quoted, rehearses};
use super::value::Value;
use super::walk::Walk;
use crate::actions::tables::Grammar;
use crate::actions::tables::previews::templates;

/// Previews of one call.
const MOST: usize = 4;

impl Walk<'_> {
    /// Notes the previews of a call that stands for itself, and the signals its table names.
    pub(super) fn preview(&mut self, parsed: &Parsed<'_>, words: &[Value], depth: usize) {
        let named = parsed.chain.iter().flat_map(|tool| tool.watch.iter().cloned());
        self.found.watch.extend(named);
        // Behind a wrapper the call may run elsewhere; `sudo` alone changes only who runs it.
        if depth > 0 || rehearses(parsed) {
            return;
        }
        let Some(exact) = words.iter().map(Value::exact).collect::<Option<Vec<&str>>>() else { return };
        let own = &parsed.last().preview;
        let name = exact.first().and_then(|name| name.rsplit('/').next()).unwrap_or_default();
        let templates = if own.is_empty() { templates(name, &parsed.called.0.join(" ")) } else { own };
        let mut previews: Vec<String> =
            templates.iter().filter_map(|template| fill(template, parsed, &exact)).collect();
        if previews.is_empty() {
            previews.extend(rehearsal(parsed, &exact));
        }
        if parsed.last().grammar == Some(Grammar::Sql) {
            previews.extend(of_sql(parsed, &exact));
        }
        previews.truncate(MOST);
        self.found.previews = previews;
    }
}

/// The command itself with the option that makes it a rehearsal, the strongest form first.
fn rehearsal(parsed: &Parsed<'_>, words: &[&str]) -> Option<String> {
    let forms: Vec<&str> = parsed.last().dry_run.iter().collect();
    let form = forms.iter().find(|form| form.ends_with("=server")).or(forms.first())?;
    let name = form.split('=').next().unwrap_or_default();
    if parsed.has(&[name]) {
        return None;
    }
    // In front of `--`, after which nothing is an option.
    let end = words.iter().position(|word| *word == "--").unwrap_or(words.len());
    let (head, tail) = words.split_at(end);
    let all = head.iter().chain([form]).chain(tail).map(|word| quoted(word));
    Some(all.collect::<Vec<_>>().join(" "))
}

/// A template with this call's words; nothing when it asks for what is not there.
fn fill(template: &str, parsed: &Parsed<'_>, words: &[&str]) -> Option<String> {
    let (mut out, mut rest) = (String::new(), template);
    while let Some((head, tail)) = rest.split_once('{') {
        let (key, after) = tail.split_once('}')?;
        out.push_str(head);
        out.push_str(&value_of(key, parsed, words)?);
        rest = after;
    }
    out.push_str(rest);
    Some(out.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
}

fn value_of(key: &str, parsed: &Parsed<'_>, words: &[&str]) -> Option<String> {
    let arguments = || parsed.arguments.iter().filter_map(Value::exact);
    if let Some(options) = key.strip_prefix("keep") {
        let kept = parsed.options.iter().filter(|given| options.split_whitespace().any(|name| name == given.name));
        let kept = kept.map(|given| match given.value.as_ref().and_then(Value::exact) {
            Some(value) if given.name.starts_with("--") => format!("{}={}", given.name, quoted(value)),
            Some(value) => format!("{} {}", given.name, quoted(value)),
            None => given.name.clone(),
        });
        return Some(kept.collect::<Vec<_>>().join(" "));
    }
    match key {
        "args" | "some" => {
            let all: Vec<String> = arguments().map(quoted).collect();
            (key == "some" || !all.is_empty()).then(|| all.join(" "))
        }
        "words" => {
            let after = words.get(parsed.called.1..).unwrap_or_default();
            Some(after.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "))
        }
        number => arguments().nth(number.parse::<usize>().ok()?.checked_sub(1)?).map(quoted),
    }
}

/// For one UPDATE or DELETE: how many rows it meets, and how the server would find them.
fn of_sql(parsed: &Parsed<'_>, words: &[&str]) -> Vec<String> {
    const TEXT: [&str; 4] = ["-c", "--command", "-e", "--execute"];
    let given: Vec<&str> = parsed.values(&TEXT).into_iter().flatten().collect();
    let [text] = given.as_slice() else { return Vec::new() };
    let mysql = words.first().is_some_and(|name| name.contains("mysql") || name.contains("mariadb"));
    let dialect: &dyn Dialect = if mysql { &MySqlDialect {} } else { &PostgreSqlDialect {} };
    let looks = looks(text, dialect);
    let again = |look: &String| {
        let replaced = words.iter().map(|word| match word.strip_suffix(*text) {
            Some(option) => {
                format!("{}{}", option, if word.len() == text.len() { String::new() } else { quoted(look) })
            }
            None => quoted(word),
        });
        // The text stands as a word of its own, or attached to its option.
        let written = words.iter().zip(replaced).map(|(word, new)| if word == text { quoted(look) } else { new });
        written.collect::<Vec<_>>().join(" ")
    };
    looks.iter().map(again).collect()
}

/// The queries that look at what a statement would change. A statement with a sub-query or a join gets its plan only.
fn looks(text: &str, dialect: &dyn Dialect) -> Vec<String> {
    let Ok(statements) = Parser::parse_sql(dialect, text) else { return Vec::new() };
    let [statement] = statements.as_slice() else { return Vec::new() };
    let (table, condition) = match statement {
        Statement::Update(Update { table, selection, from: None, .. }) if table.joins.is_empty() => (table, selection),
        Statement::Delete(Delete { tables, from, using: None, selection, .. }) if tables.is_empty() => match from {
            FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from) => match from.as_slice() {
                [table] if table.joins.is_empty() => (table, selection),
                _ => return Vec::new(),
            },
        },
        _ => return Vec::new(),
    };
    let plain = visit_expressions(statement, |expression| match expression {
        sqlparser::ast::Expr::Subquery(_) | sqlparser::ast::Expr::Exists { .. } => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    let mut looks = Vec::new();
    if plain.is_continue() {
        let condition = condition.as_ref().map(|condition| format!(" WHERE {condition}")).unwrap_or_default();
        looks.push(format!("SELECT count(*) FROM {table}{condition}"));
    }
    looks.push(format!("EXPLAIN {statement}"));
    looks
}

#[cfg(test)]
mod tests {
    use crate::actions::Tables;
    use crate::actions::shell::examine;
    use crate::domain::{Class, Language};

    fn previews(text: &str) -> Vec<String> {
        let own = r#"
            [[tool]]
            name = "frob"
            values = "-n"
            flags = "--hard"
            [[tool.verb]]
            name = "drop all"
            class = "destructive"
            preview = ["frob list {keep -n} {args}", "frob show {2}", "frob plan {words}"]
            watch = ["orders"]
            [[tool.verb]]
            name = "push"
            class = "write"
            flags = "--dry-run"
            dry_run = "--dry-run"
        "#;
        let tables = Tables::builtin().unwrap().with_text("frob.toml", own).unwrap();
        examine(text, &tables).previews
    }

    #[test]
    fn a_template_takes_the_words_of_the_call() {
        assert_eq!(
            previews("frob -n shop drop all 'a b' c --hard"),
            ["frob list -n shop 'a b' c", "frob show c", "frob plan 'a b' c --hard"]
        );
        assert_eq!(previews("frob drop all x"), ["frob list x", "frob plan x"], "there is no second argument");
    }

    #[test]
    fn a_rehearsal_option_makes_a_preview_by_itself() {
        assert_eq!(previews("frob push x"), ["frob push x --dry-run"]);
        assert_eq!(previews("frob push -- x"), ["frob push --dry-run -- x"]);
        assert!(previews("frob push x --dry-run").is_empty());
    }

    #[test]
    fn what_runs_elsewhere_or_is_not_all_there_has_none() {
        for text in
            ["ssh db1 frob push x", "frob push \"$X\"", "frob push x; frob push y", "kubectl exec p -- frob push x"]
        {
            assert!(previews(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_change_of_rows_is_counted_with_its_own_condition() {
        assert_eq!(
            previews("psql -h db1 -d shop -c \"DELETE FROM orders WHERE state = 'old' AND id < 7\""),
            [
                r#"psql -h db1 -d shop -c 'SELECT count(*) FROM orders WHERE state = '\''old'\'' AND id < 7'"#,
                r#"psql -h db1 -d shop -c 'EXPLAIN DELETE FROM orders WHERE state = '\''old'\'' AND id < 7'"#,
            ]
        );
        assert_eq!(previews("mysql shop -e 'UPDATE t SET a = 1'")[0], "mysql shop -e 'SELECT count(*) FROM t'");
        assert!(previews("psql -c 'DELETE FROM a; DELETE FROM b'").is_empty());
        assert!(previews("psql -c 'DROP TABLE a'").is_empty());
        let tables = Tables::builtin().unwrap();
        let count = &previews("psql -d shop -c 'DELETE FROM orders WHERE id < 7'")[0];
        assert_eq!(crate::actions::classify(count, Language::Sh, &tables).class, Class::Read, "{count}");
    }
}
