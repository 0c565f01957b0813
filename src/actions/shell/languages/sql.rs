//! SQL, read with suspicion: one statement of a known kind with known functions is a read. Strings, comments and
//! quoting differ between servers; whatever looks different from plain SQL is opaque.

use std::ops::Range;

use crate::domain::Class;

use super::super::arguments::Parsed;
use super::super::walk::Walk;

/// Functions that only compute or look.
const PURE: &str = "count sum avg min max coalesce nullif greatest least now current_timestamp current_database \
    current_user version lower upper length trim substr substring replace concat concat_ws left right split_part \
    position round abs ceil floor mod sign power sqrt date_trunc date_part extract age to_char to_date to_timestamp \
    to_number cast interval make_interval date_format from_unixtime unix_timestamp timestampdiff datediff if ifnull \
    row_number rank dense_rank lag lead first_value last_value ntile percentile_cont percentile_disc string_agg \
    array_agg json_agg jsonb_agg group_concat array_length unnest generate_series json_extract jsonb_array_elements \
    pg_size_pretty pg_database_size pg_relation_size pg_total_relation_size pg_table_size pg_indexes_size \
    pg_is_in_recovery pg_last_xact_replay_timestamp pg_current_wal_lsn pg_wal_lsn_diff pg_blocking_pids \
    pg_get_indexdef pg_get_viewdef pg_stat_get_activity pg_backend_pid pg_postmaster_start_time quote_ident md5 \
    in exists any all some values and or not as over filter on using within by from where select when then else \
    case between like is with partition order group having limit union intersect except join distinct array row \
    varchar char numeric decimal";
/// Words after which a statement is no longer a read, wherever they stand outside of strings.
const CHANGES: &str = "insert update delete merge create alter grant revoke vacuum reindex analyze refresh cluster \
    comment lock rename replace into outfile dumpfile set reset copy load handler kill nextval setval cancel begin \
    commit rollback notify listen discard checkpoint security import";
/// Words that the mysql client takes for itself at the beginning of a line.
const CLIENT: &str = "system source tee notee pager nopager edit delimiter connect charset rehash print go ego prompt";
const LOSES: &str = "drop truncate purge";
const RUNS: &str = "do call execute prepare deallocate program declare fetch";

impl Walk<'_> {
    /// The statements of a SQL client's call: every `-c` or `-e`.
    pub(in super::super) fn sql(&mut self, parsed: &Parsed<'_>, span: &Range<usize>) {
        let statements = parsed.values(&["-c", "--command", "-e", "--execute"]);
        if statements.is_empty() && !parsed.has(&["-l", "--list", "--version", "--help", "-V"]) {
            self.found.interactive = true;
            return self.opaque(span, "sql.input", "what is typed or piped into it cannot be seen from here");
        }
        for statement in statements {
            match statement.map(judge) {
                Some((Class::Read, _)) => {}
                Some((class, why)) => self.say(class, span, "sql", why),
                None => self.opaque(span, "sql", "its statement is only known at run time"),
            }
        }
    }
}

/// The class of a text at a SQL prompt.
pub(in super::super) fn judge(text: &str) -> (Class, &'static str) {
    let text = text.trim();
    if let Some(command) = text.strip_prefix('\\') {
        return meta(command);
    }
    // `--` needs a blank behind it for one server and none for another; `$x$` quotes for one alone.
    if ["/*", "--", "\\", "$", "#"].iter().any(|sign| text.contains(sign)) {
        return (Class::Opaque, "comments or escapes whose meaning depends on the server");
    }
    let Some(bare) = without_strings(text) else {
        return (Class::Opaque, "a string or comment that does not end");
    };
    let first_words = text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_ascii_lowercase);
    if first_words.into_iter().any(|word| CLIENT.split_whitespace().any(|client| word.trim_end_matches(';') == client))
    {
        return (Class::Opaque, "a command of the client, not of the server");
    }
    let statements: Vec<&str> = bare.split(';').map(str::trim).filter(|part| !part.is_empty()).collect();
    if statements.is_empty() {
        return (Class::Opaque, "there is no statement");
    }
    let worst = statements.iter().map(|statement| one(statement)).max_by_key(|(class, _)| *class);
    worst.unwrap_or((Class::Opaque, "there is no statement"))
}

fn meta(command: &str) -> (Class, &'static str) {
    let name: String = command.chars().take_while(|c| !c.is_whitespace()).collect();
    let rest = &command[name.len()..];
    let describes =
        name.strip_prefix('d').is_some_and(|rest| rest.chars().all(|c| c.is_ascii_alphabetic() || c == '+'));
    let looks =
        describes || ["l", "l+", "x", "conninfo", "timing", "z", "sf", "sv", "status", "s"].contains(&name.as_str());
    if looks && !rest.contains(['\\', '`', '|', ';', '\n']) {
        (Class::Read, "lists or describes")
    } else {
        (Class::Opaque, "a client command that is not known to be harmless")
    }
}

fn one(statement: &str) -> (Class, &'static str) {
    let lower = statement.to_ascii_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
    let listed = |list: &str, word: &str| list.split_whitespace().any(|known| known == word);
    let has = |list: &str| words.iter().any(|word| listed(list, word));
    let Some(first) = words.first() else { return (Class::Opaque, "there is no statement") };
    if has(RUNS) {
        return (Class::Opaque, "runs code whose text is not seen");
    }
    if has(LOSES) {
        return (Class::Destructive, "drops or empties something");
    }
    let sweeping = words.contains(&"delete") || (words.contains(&"update") && words.contains(&"set"));
    if sweeping && !bounded(&words) {
        return (Class::Destructive, "changes or deletes every row");
    }
    if *first == "explain" && !words.contains(&"analyze") && !sweeping && !has(CHANGES) {
        return functions(&lower);
    }
    if listed("kill", first) || has("pg_terminate_backend pg_cancel_backend") {
        return (Class::Write, "ends another session's work");
    }
    if listed("alter", first) && words.contains(&"system") {
        return (Class::Opaque, "changes the server's settings");
    }
    if has(CHANGES) && !(first == &"explain" && !sweeping && !has("insert update delete merge create into")) {
        let known = listed(
            "insert update delete create alter grant revoke vacuum reindex analyze comment set with explain select",
            first,
        );
        return if known {
            (Class::Write, "changes data or settings")
        } else {
            (Class::Opaque, "a statement that is not known")
        };
    }
    if !listed("select show values table with explain describe desc", first) {
        return (Class::Opaque, "a statement that is not known");
    }
    functions(&lower)
}

/// Whether there is a condition, and it is more than a constant.
fn bounded(words: &[&str]) -> bool {
    let Some(at) = words.iter().position(|word| *word == "where") else { return false };
    words[at + 1..].iter().any(|word| {
        word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && !["true", "not", "or", "and", "null", "is"].contains(word)
    })
}

fn functions(lower: &str) -> (Class, &'static str) {
    for (at, _) in lower.match_indices('(') {
        let name: String =
            lower[..at].trim_end().chars().rev().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let name: String = name.chars().rev().collect();
        if !name.is_empty() && !PURE.split_whitespace().any(|known| known == name) {
            return (Class::Opaque, "calls a function that is not known to only look");
        }
    }
    if lower.contains('"') || lower.contains('`') {
        let quoted_call = lower.contains("\"(") || lower.contains("`(") || lower.contains("\" (");
        if quoted_call {
            return (Class::Opaque, "calls a function under a quoted name");
        }
    }
    (Class::Read, "")
}

/// The text with every string and line comment emptied; `None` when one does not end.
fn without_strings(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                chars.by_ref().find(|c| *c == '\'')?;
                out.push_str("''");
            }
            // A quoted name may hold anything; its words would count, so only plain ones are let through.
            '"' | '`' => {
                out.push(c);
                loop {
                    let inner = chars.next()?;
                    out.push(if inner.is_ascii_alphanumeric() || inner == '_' || inner == c { inner } else { '_' });
                    if inner == c {
                        break;
                    }
                }
            }
            _ => out.push(c),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_plain_look_is_a_read() {
        for text in [
            "SELECT count(*) FROM orders WHERE at > now() - interval '5 min'",
            "select 'drop table x'",
            "\\dt+",
            "\\l",
            "SHOW max_connections;",
            "EXPLAIN SELECT * FROM a JOIN b USING (id)",
            "VALUES (1), (2)",
            "WITH t AS (SELECT 1) SELECT * FROM t",
        ] {
            assert_eq!(judge(text).0, Class::Read, "{text}");
        }
    }

    #[test]
    fn changes_losses_and_doubts_are_told_apart() {
        for (class, text) in [
            (Class::Write, "INSERT INTO t VALUES (1)"),
            (Class::Write, "UPDATE t SET a = 1 WHERE id = 2"),
            (Class::Write, "SELECT * INTO backup FROM t"),
            (Class::Write, "SELECT pg_terminate_backend(12)"),
            (Class::Destructive, "DELETE FROM t"),
            (Class::Destructive, "DELETE FROM t WHERE 1=1"),
            (Class::Destructive, "EXPLAIN ANALYZE DELETE FROM t"),
            (Class::Destructive, "WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d"),
            (Class::Destructive, "SELECT 1; DROP TABLE t"),
            (Class::Opaque, "SELECT 1 /*!50000 DROP TABLE t */"),
            (Class::Opaque, "\\! rm -rf x"),
            (Class::Opaque, "\\d \\! id"),
            (Class::Opaque, "SELECT 'a' \\gexec"),
            (Class::Opaque, "COPY t FROM PROGRAM 'id'"),
            (Class::Opaque, "DO $$ BEGIN END $$"),
            (Class::Opaque, "SELECT lo_unlink(1)"),
            (Class::Opaque, "SELECT E'\\' ; DROP TABLE t; --'"),
            (Class::Opaque, "SELECT 1--x; DROP TABLE t"),
            (Class::Opaque, "SELECT $a$'$a$; DROP TABLE t; SELECT '"),
            (Class::Opaque, "SELECT 1\nsystem id"),
            (Class::Opaque, ""),
        ] {
            assert_eq!(judge(text).0, class, "{text}");
        }
    }
}
