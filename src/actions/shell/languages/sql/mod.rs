//! SQL, read with suspicion. A text is cut as its own client would cut it; a statement is a read only when a real
//! syntax tree of it holds nothing but queries whose functions are all known to look only. Called for `psql -c` and
//! its like, and for text typed at a SQL prompt. What is not understood is opaque.

mod clients;
mod functions;
mod lex;
mod reach;
mod statement;
#[cfg(test)]
mod tests;
mod tree;

use std::ops::Range;

use crate::domain::{Class, CleanText};

use super::super::arguments::Parsed;
use super::super::stream::Stream;
use super::super::value::Value;
use super::super::walk::Walk;
use lex::{Piece, Reading};

/// Most statements in one text.
const MAX_STATEMENTS: usize = 64;

/// Whose SQL it is: decides about comments, strings and client commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// PostgreSQL, its client psql, and servers that speak the same.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
    /// SQLite.
    Sqlite,
    /// DuckDB.
    Duckdb,
    /// ClickHouse.
    Clickhouse,
    /// CQL.
    Cassandra,
    /// BigQuery.
    Bigquery,
    /// Snowflake.
    Snowflake,
    /// SQL Server.
    Mssql,
    /// Any other.
    Generic,
}

impl Dialect {
    fn has_backslash_commands(self) -> bool {
        matches!(self, Self::Postgres | Self::Mysql)
    }

    fn has_hash_comments(self) -> bool {
        matches!(self, Self::Mysql | Self::Bigquery)
    }

    fn has_slash_comments(self) -> bool {
        matches!(self, Self::Cassandra | Self::Snowflake)
    }

    fn nests_comments(self) -> bool {
        matches!(self, Self::Postgres | Self::Duckdb | Self::Mssql)
    }

    fn has_escape_strings(self) -> bool {
        matches!(self, Self::Postgres | Self::Duckdb)
    }

    fn escapes_plain_strings(self) -> bool {
        matches!(self, Self::Mysql | Self::Clickhouse | Self::Bigquery | Self::Snowflake)
    }

    fn double_quotes_strings(self) -> bool {
        matches!(self, Self::Mysql | Self::Bigquery)
    }

    fn backtick_names(self) -> bool {
        matches!(self, Self::Mysql | Self::Bigquery | Self::Clickhouse)
    }

    fn has_dollar_quotes(self) -> bool {
        matches!(self, Self::Postgres | Self::Duckdb | Self::Snowflake | Self::Cassandra | Self::Clickhouse)
    }
}

/// What a part of the text does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Part {
    /// It has this class, for this reason.
    Says(Class, String),
    /// It gives this text to a shell.
    Runs(String),
    /// It reads what should not leave this machine.
    Sensitive(String),
}

impl Part {
    fn says(class: Class, why: &str) -> Self {
        Self::Says(class, why.to_owned())
    }

    fn opaque(why: &str) -> Self {
        Self::says(Class::Opaque, why)
    }

    fn write(why: &str) -> Self {
        Self::says(Class::Write, why)
    }
}

/// What a text at a SQL prompt does, part by part; nothing where it only looks.
pub(in super::super) fn judge(text: &str, dialect: Dialect) -> Vec<Part> {
    if text.len() > super::super::guard::MAX_BYTES {
        return vec![Part::opaque("too long to be read")];
    }
    if let Some(hidden) = text.chars().find(|c| super::super::guard::hides(*c)) {
        return vec![Part::Says(Class::Opaque, format!("holds the hidden character U+{:04X}", hidden as u32))];
    }
    let plain = Reading { versioned: true, backslash: dialect.escapes_plain_strings() };
    let pieces = lex::cut(text, dialect, plain);
    if pieces.is_empty() {
        return vec![Part::opaque("there is no statement")];
    }
    let mut parts = of_pieces(&pieces, dialect);
    // A server may have been told to read the same bytes otherwise; what it would then do counts too.
    if dialect == Dialect::Mysql && (text.contains("/*!") || text.contains("/*M!")) {
        parts.extend(of_pieces(&lex::cut(text, dialect, Reading { versioned: false, ..plain }), dialect));
    }
    if text.contains("\\'") || text.contains("\\\"") {
        let other = lex::cut(text, dialect, Reading { backslash: !plain.backslash, ..plain });
        if statements(&other) > statements(&pieces) {
            parts.extend(of_pieces(&other, dialect));
        }
    }
    parts.dedup();
    parts
}

fn statements(pieces: &[Piece]) -> usize {
    pieces.iter().filter(|piece| matches!(piece, Piece::Statement(_) | Piece::Client(_))).count()
}

fn of_pieces(pieces: &[Piece], dialect: Dialect) -> Vec<Part> {
    if pieces.len() > MAX_STATEMENTS {
        return vec![Part::opaque("more statements than are read")];
    }
    let mut parts = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Statement(statement) => parts.extend(statement::judge(statement, dialect)),
            Piece::Client(command) => parts.extend(clients::judge(command, dialect)),
            Piece::Unclear(why) => parts.push(Part::opaque(why)),
        }
    }
    parts
}

impl Walk<'_> {
    /// The statements of a SQL client's call: every `-c`, `-e` or `-q`, and those given as plain words.
    pub(in super::super) fn sql(&mut self, parsed: &Parsed<'_>, span: &Range<usize>) {
        let (dialect, options, from) = client(parsed.chain[0].name.as_str());
        let given = parsed.options.iter().filter(|given| options.contains(&given.name.as_str()));
        let mut texts: Vec<Option<Value>> = given.map(|given| given.value.clone()).collect();
        if let Some(from) = from {
            texts.extend(parsed.arguments.iter().skip(from).cloned().map(Some));
        }
        if texts.is_empty() && !parsed.has(&["-l", "--list", "--version", "--help", "-V", "-?"]) {
            if let (Stream::Text(text), true) = (&self.input, reads_statements(dialect)) {
                let text = text.clone();
                return self.sql_text(&text, dialect, span);
            }
            self.found.interactive = true;
            return self.opaque(span, "sql.input", "what is typed or piped into it cannot be seen from here");
        }
        for text in texts {
            let Some((exact, place)) = text.as_ref().and_then(|value| Some((value.exact()?, value.span.clone())))
            else {
                self.opaque(span, "sql", "its statement is only known at run time");
                continue;
            };
            self.sql_text(exact, dialect, &place);
        }
    }

    /// A text for a SQL server or its client.
    pub(in super::super) fn sql_text(&mut self, text: &str, dialect: Dialect, span: &Range<usize>) {
        for part in judge(text, dialect) {
            match part {
                Part::Says(class, why) => self.say(class, span, "sql", &why),
                Part::Runs(command) => match super::super::guard::inspect(&command) {
                    Ok(()) => self.fresh(&command, span),
                    Err(why) => self.opaque(span, "guard", &why),
                },
                Part::Sensitive(why) => {
                    self.say(Class::Read, span, "sql.sensitive", &why);
                    self.found.sensitive.get_or_insert_with(|| CleanText::line(&why));
                }
            }
        }
    }
}

/// Whether the client takes what it is given to read for statements and for its own commands, as if they were typed.
fn reads_statements(dialect: Dialect) -> bool {
    match dialect {
        Dialect::Postgres | Dialect::Mysql | Dialect::Sqlite | Dialect::Duckdb => true,
        Dialect::Clickhouse
        | Dialect::Cassandra
        | Dialect::Bigquery
        | Dialect::Snowflake
        | Dialect::Mssql
        | Dialect::Generic => false,
    }
}

/// A client's dialect, the options that hold statements, and the first argument that is one.
fn client(names: &str) -> (Dialect, &'static [&'static str], Option<usize>) {
    match names.split('|').next().unwrap_or_default() {
        "psql" | "cockroach" | "pgcli" => (Dialect::Postgres, &["-c", "--command", "-e", "--execute"], None),
        "mysql" | "mycli" => (Dialect::Mysql, &["-e", "--execute", "--init-command"], None),
        "sqlite3" => (Dialect::Sqlite, &["-cmd"], Some(1)),
        "duckdb" => (Dialect::Duckdb, &["-c", "-cmd", "-s"], Some(1)),
        "clickhouse-client" => (Dialect::Clickhouse, &["-q", "--query"], None),
        "cqlsh" => (Dialect::Cassandra, &["-e", "--execute"], None),
        "bq" => (Dialect::Bigquery, &[], Some(0)),
        "snowsql" => (Dialect::Snowflake, &["-q", "--query"], None),
        "sqlcmd" => (Dialect::Mssql, &["-Q", "-q"], None),
        _ => (Dialect::Generic, &["-e", "--execute", "-execute", "-q", "--query"], None),
    }
}
