//! What the SQL clients do themselves: psql's backslash commands, the mysql client's, the dot commands of sqlite3 and
//! duckdb, the words of cqlsh. Called by `sql/mod.rs`.

use crate::domain::Class;

use super::{Dialect, Part};

/// Words that only the mysql client knows, at the start of a line.
const MYSQL: &str = "system source tee notee pager nopager edit delimiter connect rehash print ego go prompt charset \
    warnings nowarning status clear exit quit resetconnection ssl_session_data_print query_attributes";
/// Those that act even in the middle of a statement.
const MYSQL_ACTS: &str = "system source tee pager edit delimiter connect";
const CQLSH: &str = "consistency serial tracing paging expand login source capture show exit quit clear cls help \
    unicode history";

/// Whether the client takes a line that begins with this word for itself.
pub(super) fn takes_line(first: &str, dialect: Dialect, empty: bool) -> bool {
    let has = |list: &str| list.split_whitespace().any(|word| word == first);
    match dialect {
        Dialect::Mysql => (empty && has(MYSQL)) || has(MYSQL_ACTS),
        Dialect::Sqlite | Dialect::Duckdb => empty && first.starts_with('.'),
        Dialect::Cassandra => empty && has(CQLSH),
        Dialect::Postgres => empty && ["exit", "quit", "help"].contains(&first),
        Dialect::Mssql => empty && (first.starts_with(':') || first.starts_with("!!") || first == "go"),
        Dialect::Clickhouse | Dialect::Bigquery | Dialect::Snowflake | Dialect::Generic => {
            empty && first.starts_with('!')
        }
    }
}

/// What a client command does.
pub(super) fn judge(command: &str, dialect: Dialect) -> Vec<Part> {
    let command = command.trim();
    match dialect {
        Dialect::Postgres => psql(command),
        Dialect::Mysql => mysql(command),
        Dialect::Sqlite | Dialect::Duckdb => dot(command),
        Dialect::Cassandra => cqlsh(command),
        Dialect::Mssql if command.trim_end_matches(';').eq_ignore_ascii_case("go") => Vec::new(),
        Dialect::Mssql | Dialect::Clickhouse | Dialect::Bigquery | Dialect::Snowflake | Dialect::Generic => {
            vec![Part::opaque("a client command that is not known to be harmless")]
        }
    }
}

fn split(command: &str) -> (&str, &str) {
    let (name, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    (name, rest.trim())
}

fn runs(rest: &str) -> Part {
    if rest.is_empty() { Part::opaque("opens a shell") } else { Part::Runs(rest.to_owned()) }
}

fn psql(command: &str) -> Vec<Part> {
    let (mut name, mut rest) = split(command);
    if let Some(inner) = command.strip_prefix('!') {
        return vec![runs(inner.trim())];
    }
    // `\g|cmd`, `\o|cmd`, `\gx(format=csv)`: the name ends where no letter stands.
    if let Some(at) = command.find(['|', '(', '\'', '"']).filter(|at| *at < name.len()) {
        (name, rest) = (&command[..at], command[at..].trim());
    }
    if name != "copy" && rest.contains('`') {
        return vec![Part::opaque("runs what stands in backquotes")];
    }
    let base = name.trim_end_matches(['+', 'S', 'x']);
    let describes = name.starts_with('d') && name.chars().skip(1).all(|c| c.is_ascii_alphabetic() || c == '+');
    let filled = rest.split(|c: char| c.is_whitespace()).any(|word| word.starts_with(':') && word.len() > 1);
    match name {
        "copy" => copy(rest),
        "o" | "out" | "g" | "gx" => output(rest),
        "w" | "write" => vec![Part::write("writes a file")],
        "s" if !rest.is_empty() => vec![Part::write("writes a file")],
        "password" => vec![Part::write("changes a password")],
        "lo_unlink" => vec![Part::says(Class::Destructive, "deletes a large object")],
        "lo_import" | "lo_export" => vec![Part::write("copies a large object to or from a file")],
        "c" | "connect" if rest.split_whitespace().count() > 1 || rest.contains(['=', ':', '/']) => {
            vec![Part::opaque("goes on at another server")]
        }
        "gexec" => vec![Part::opaque("runs what the query answers")],
        "set" if filled || rest.to_ascii_lowercase().starts_with("prompt") => {
            vec![Part::opaque("sets what the client runs or fills in later")]
        }
        _ if describes => Vec::new(),
        _ if ["l", "list", "z", "sf", "sv", "dp"].contains(&base) => Vec::new(),
        "x" | "a" | "t" | "f" | "H" | "C" | "T" | "timing" | "pset" | "conninfo" | "encoding" | "errverbose"
        | "echo" | "qecho" | "warn" | "q" | "quit" | "h" | "help" | "?" | "copyright" | "p" | "print" | "r"
        | "reset" | "s" | "c" | "connect" | "cd" | "set" | "unset" | "if" | "elif" | "else" | "endif" | "watch"
        | "gset" | "gdesc" | "crosstabview" | "bind" | "parse" | "bind_named" | "lo_list" | "restrict"
        | "unrestrict" | "getenv" | "startpipeline" | "endpipeline" | "syncpipeline" | "flush" | "getresults"
        | "sendpipeline" => Vec::new(),
        _ => vec![Part::opaque("a client command that is not known to be harmless")],
    }
}

/// `\g`, `\o`: nothing, a file, or a program.
fn output(rest: &str) -> Vec<Part> {
    let rest = match rest.strip_prefix('(') {
        Some(options) => options.split_once(')').map_or("?", |(_, after)| after.trim()),
        None => rest,
    };
    match rest.strip_prefix('|') {
        Some(program) => vec![runs(program.trim())],
        None if rest.is_empty() => Vec::new(),
        None => vec![Part::write("writes a file")],
    }
}

/// `\copy`: the same forms as COPY, with files and programs of this machine.
fn copy(rest: &str) -> Vec<Part> {
    let mut parts = super::statement::copy(rest, true);
    if rest.contains('`') {
        parts.push(Part::opaque("backquotes in a client command"));
    }
    parts
}

fn mysql(command: &str) -> Vec<Part> {
    let (name, rest) = split(command.trim_end_matches(';'));
    let mut letters = command.chars();
    let first = letters.next().unwrap_or_default();
    let short = name.len() == 1 || "!.".contains(first);
    let rest = if short { letters.as_str().trim().trim_end_matches(';') } else { rest };
    let name = if short { first.to_string() } else { name.to_ascii_lowercase() };
    match name.as_str() {
        "!" | "system" => vec![runs(rest)],
        "." | "source" => vec![Part::opaque("runs a file whose text is not seen")],
        "T" | "tee" => vec![Part::write("writes a file")],
        "P" | "pager" if !rest.is_empty() => vec![runs(rest)],
        "e" | "edit" | "d" | "delimiter" => vec![Part::opaque("changes what is read next")],
        "r" | "connect" if !rest.is_empty() => vec![Part::opaque("goes on at another server")],
        "P" | "pager" | "n" | "nopager" | "t" | "notee" | "r" | "connect" | "u" | "s" | "status" | "c" | "clear"
        | "h" | "?" | "help" | "q" | "quit" | "exit" | "p" | "print" | "R" | "prompt" | "W" | "w" | "warnings"
        | "nowarning" | "C" | "charset" | "#" | "rehash" | "x" | "resetconnection" | "go" | "ego" => Vec::new(),
        _ => vec![Part::opaque("a client command that is not known to be harmless")],
    }
}

fn dot(command: &str) -> Vec<Part> {
    let (name, rest) = split(command);
    match name.to_ascii_lowercase().as_str() {
        ".shell" | ".system" => vec![runs(rest)],
        ".output" | ".once" if rest.starts_with('|') => vec![runs(rest.trim_start_matches('|'))],
        ".output" if rest.is_empty() || rest == "stdout" => Vec::new(),
        ".output" | ".once" | ".backup" | ".save" | ".clone" | ".import" | ".log" | ".trace" => {
            vec![Part::write("writes a file or a table")]
        }
        ".restore" => vec![Part::says(Class::Destructive, "replaces the whole database")],
        ".tables" | ".schema" | ".indexes" | ".indices" | ".databases" | ".mode" | ".headers" | ".header"
        | ".width" | ".dbinfo" | ".stats" | ".timer" | ".show" | ".fullschema" | ".dump" | ".explain" | ".eqp"
        | ".nullvalue" | ".separator" | ".print" | ".echo" | ".changes" | ".version" | ".help" | ".quit" | ".exit"
        | ".limit" | ".lint" | ".sha3sum" | ".bail" | ".scanstats" | ".vfsinfo" | ".vfslist" | ".progress"
        | ".timeout" | ".columns" | ".maxrows" | ".maxwidth" | ".rows" | ".parameter" | ".prompt" | ".crlf" => {
            Vec::new()
        }
        _ => vec![Part::opaque("a client command that is not known to be harmless")],
    }
}

fn cqlsh(command: &str) -> Vec<Part> {
    let (name, rest) = split(command.trim_end_matches(';'));
    match name.to_ascii_lowercase().as_str() {
        "source" => vec![Part::opaque("runs a file whose text is not seen")],
        "capture" if !rest.is_empty() && !rest.eq_ignore_ascii_case("off") => vec![Part::write("writes a file")],
        _ => Vec::new(),
    }
}
