//! One SQL statement by its first words. Only a syntax tree can make it a read; everything else is named by what its
//! verb does. Called by `sql/mod.rs`.

use crate::domain::Class;

use super::lex::{Piece, Reading, Statement, cut};
use super::{Dialect, Part, functions, tree};

/// Deepest statement in a statement (`EXPLAIN ANALYZE`, `PREPARE x AS`, `DECLARE c CURSOR FOR`).
const MAX_INNER: usize = 4;
/// Settings that end with the session and change only how it answers.
const HARMLESS: &str = "statement_timeout lock_timeout idle_in_transaction_session_timeout work_mem application_name \
    client_min_messages timezone datestyle intervalstyle names extra_float_digits client_encoding bytea_output jit \
    max_execution_time group_concat_max_len net_read_timeout net_write_timeout wait_timeout character_set_results \
    max_statement_time time_zone enable_seqscan enable_indexscan enable_bitmapscan enable_nestloop enable_hashjoin \
    enable_mergejoin random_page_cost max_parallel_workers_per_gather transaction_read_only lock_wait_timeout \
    innodb_lock_wait_timeout sql_safe_updates long_query_time default_transaction_isolation max_threads \
    max_memory_usage optimizer_trace profiling plan_cache_mode log_min_messages";
const STARTS: &str = "select with values table insert update delete merge replace create execute declare upsert from";

/// What a statement does.
pub(super) fn judge(statement: &Statement, dialect: Dialect) -> Vec<Part> {
    inner(&statement.text, &statement.strings, dialect, 0)
}

/// The words outside of strings and quoted names, in lower case.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut quote = None;
    let mut now = String::new();
    for c in text.chars() {
        let inside = quote.is_some();
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '\'' | '"' | '`') => quote = Some(c),
            None | Some(_) => {}
        }
        if !inside && quote.is_none() && (c.is_alphanumeric() || matches!(c, '_' | '@' | '.')) {
            now.extend(c.to_lowercase());
        } else if !now.is_empty() {
            words.push(std::mem::take(&mut now));
        }
    }
    if !now.is_empty() {
        words.push(now);
    }
    words
}

fn one(class: Class, why: &str) -> Vec<Part> {
    vec![Part::says(class, why)]
}

fn inner(text: &str, strings: &[String], dialect: Dialect, depth: usize) -> Vec<Part> {
    let words = words(text);
    let word = |at: usize| words.get(at).map(String::as_str).unwrap_or_default();
    let has = |list: &str| words.iter().any(|word| list.split_whitespace().any(|known| known == word));
    if depth > MAX_INNER {
        return vec![Part::opaque("statements in statements, too deep to read")];
    }
    if dialect == Dialect::Mssql && words.iter().skip(1).any(|word| functions::mssql_verb(word)) {
        return vec![Part::opaque("more than one statement without a mark between them")];
    }
    let mut parts = match word(0) {
        "table" if words.len() == 2 && !text.contains('(') => Vec::new(),
        "select" | "with" | "values" | "table" | "from" | "insert" | "replace" | "update" | "delete" | "merge"
        | "upsert" => change_or_query(text, &words, dialect),
        "" if text.trim_start().starts_with('(') => change_or_query(text, &words, dialect),
        "explain" | "desc" | "describe" => explain(text, &words, strings, dialect, depth),
        "analyze" | "analyse" if word(1) == "table" => one(Class::Write, "measures tables"),
        "analyze" | "analyse" if STARTS.split_whitespace().any(|start| word(1) == start) || word(1) == "format" => {
            after(text, strings, dialect, depth, STARTS)
        }
        "show" if has("outfile") => one(Class::Write, "writes a file"),
        "show" | "exists" | "list" => functions::scan(text, dialect),
        "check" if word(1) == "table" => Vec::new(),
        "checksum" | "help" | "use" | "savepoint" | "release" | "unlisten" | "fetch" | "move" | "close" | "abort"
        | "deallocate" | "end" | "print" => Vec::new(),
        "begin" if has("batch") => after(text, strings, dialect, depth, STARTS),
        "apply" => Vec::new(),
        "begin" | "start" if word(0) == "begin" || word(1) == "transaction" => begin(&words),
        "commit" | "rollback" if has("prepared") => one(Class::Write, "ends a prepared transaction"),
        "commit" | "rollback" => Vec::new(),
        "set" => set(text, &words, dialect),
        "pragma" => pragma(text, &words),
        "copy" => copy_of(text, strings, dialect, false),
        "prepare" if word(1) == "transaction" => one(Class::Write, "leaves a transaction prepared"),
        "prepare" if has("as") && dialect != Dialect::Mysql => after(text, strings, dialect, depth, STARTS),
        "declare" if has("cursor") => after(text, strings, dialect, depth, "select with values table"),
        "do" if dialect == Dialect::Mysql => functions::scan(text, dialect),
        "call" | "exec" | "execute" => call(&words),
        "handler" => Vec::new(),
        _ => changes(&words, dialect),
    };
    if !matches!(word(0), "explain" | "desc" | "describe" | "copy" | "prepare" | "declare") {
        parts.extend(functions::known_effects(text, dialect));
    }
    parts
}

/// The statement that begins at the first of these words.
fn after(text: &str, strings: &[String], dialect: Dialect, depth: usize, starts: &str) -> Vec<Part> {
    match start_of(text, starts) {
        Some(at) => inner(&text[at..], strings, dialect, depth + 1),
        None => vec![Part::opaque("a statement whose inside is not seen")],
    }
}

/// Where the first of these words stands, after the first word of the text and outside of quotes.
fn start_of(text: &str, starts: &str) -> Option<usize> {
    let (mut quote, mut from, mut first) = (None, None, true);
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let letter = quote.is_none() && (c.is_alphanumeric() || c == '_');
        if letter && from.is_none() {
            from = Some(at);
        }
        if !letter && let Some(start) = from.take() {
            let word = text[start..at].to_ascii_lowercase();
            if !first && starts.split_whitespace().any(|known| known == word) {
                return Some(start);
            }
            first = false;
        }
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '\'' | '"' | '`') => quote = Some(c),
            None | Some(_) => {}
        }
    }
    None
}

fn change_or_query(text: &str, words: &[String], dialect: Dialect) -> Vec<Part> {
    if words.windows(2).any(|pair| pair[0] == "into" && (pair[1] == "outfile" || pair[1] == "dumpfile")) {
        let mut parts = one(Class::Write, "the server writes a file");
        parts.extend(functions::scan(text, dialect));
        return parts;
    }
    if words.iter().any(|word| word == "overwrite") && words.first().is_some_and(|word| word == "insert") {
        return one(Class::Destructive, "replaces what is there");
    }
    tree::judge(text, dialect)
}

/// `EXPLAIN` alone plans; with ANALYZE it runs.
fn explain(text: &str, words: &[String], strings: &[String], dialect: Dialect, depth: usize) -> Vec<Part> {
    let Some(at) = start_of(text, STARTS) else { return functions::scan(text, dialect) };
    let head = self::words(&text[..at]);
    let runs = head.iter().enumerate().any(|(at, word)| {
        matches!(word.as_str(), "analyze" | "analyse")
            && !head.get(at + 1).is_some_and(|next| matches!(next.as_str(), "false" | "off" | "0"))
    });
    if runs || words.iter().take(head.len()).any(|word| word == "profile") {
        return inner(&text[at..], strings, dialect, depth + 1);
    }
    Vec::new()
}

fn begin(words: &[String]) -> Vec<Part> {
    let plain = "begin start transaction work isolation level read only write committed uncommitted repeatable \
                 serializable deferrable not with consistent snapshot deferred immediate exclusive concurrent tran";
    if words.iter().all(|word| plain.split_whitespace().any(|known| known == word)) {
        Vec::new()
    } else {
        vec![Part::opaque("a block whose inside is not seen")]
    }
}

fn set(text: &str, words: &[String], dialect: Dialect) -> Vec<Part> {
    let skip = |word: &&String| !matches!(word.as_str(), "set" | "session" | "local" | "@@session" | "@@local");
    let name = words.iter().find(skip).map(String::as_str).unwrap_or_default();
    let name = name.trim_start_matches("@@session.").trim_start_matches("@@local.").trim_start_matches("@@");
    let several = text.contains(',') && dialect == Dialect::Mysql;
    let harmless = HARMLESS.split_whitespace().any(|known| known == name) || name == "time" || name == "role";
    if words.iter().any(|word| word == "global" || word == "persist" || word.contains("global.")) {
        return one(Class::Write, "changes a setting of the whole server");
    }
    if several || !(harmless || name.starts_with('@') || name == "transaction") {
        return one(Class::Write, "changes a setting");
    }
    functions::scan(text, dialect)
}

/// SQLite's own settings: those that are asked by name alone.
fn pragma(text: &str, words: &[String]) -> Vec<Part> {
    let name = words.get(1).map(String::as_str).unwrap_or_default();
    let name = name.rsplit('.').next().unwrap_or_default();
    let listed = "table_info table_xinfo table_list index_list index_info index_xinfo foreign_key_list \
                  foreign_key_check integrity_check quick_check database_list collation_list compile_options \
                  function_list module_list pragma_list show storage_info database_size version";
    let acts = "wal_checkpoint optimize incremental_vacuum shrink_memory vacuum_enable force_checkpoint checkpoint";
    let known = |list: &str| list.split_whitespace().any(|word| word == name);
    if known(listed) || (!text.contains(['=', '(']) && !known(acts) && !name.is_empty()) {
        Vec::new()
    } else {
        one(Class::Write, "changes a setting of the database")
    }
}

/// `\copy` of psql, its text as typed.
pub(super) fn copy(rest: &str, local: bool) -> Vec<Part> {
    let text = format!("copy {rest}");
    let reading = Reading { versioned: false, backslash: false };
    match cut(&text, Dialect::Postgres, reading).as_slice() {
        [Piece::Statement(statement)] => copy_of(&statement.text, &statement.strings, Dialect::Postgres, local),
        _ => vec![Part::opaque("a copy that cannot be read")],
    }
}

fn copy_of(text: &str, strings: &[String], dialect: Dialect, local: bool) -> Vec<Part> {
    let (source, rest) = copied(text);
    let mut parts = match source {
        Some(query) => inner(query, strings, dialect, 1),
        None => Vec::new(),
    };
    let words = words(rest);
    let way = words.iter().find(|word| matches!(word.as_str(), "to" | "from"));
    let next = way.and_then(|way| words.iter().skip_while(|word| *word != way).nth(1)).map(String::as_str);
    let quoted = rest.split('\'').next().map_or(0, |_| text[..text.len() - rest.len()].matches('\'').count() / 2);
    match (way.map(String::as_str), next) {
        (Some("to"), Some("stdout" | "pstdout")) => {}
        (Some(way), Some("program")) => {
            parts.extend((way == "from").then(|| Part::write("loads rows into a table")));
            parts.push(match strings.get(quoted) {
                Some(command) if !command.trim().is_empty() => Part::Runs(command.clone()),
                Some(_) | None => Part::opaque("a program that is not named"),
            });
        }
        (Some("to"), _) => parts.push(Part::write(if local { "writes a file" } else { "the server writes a file" })),
        (Some(_), _) => parts.push(Part::write("loads rows into a table")),
        (None, _) => parts.push(Part::opaque("a copy that cannot be read")),
    }
    parts
}

/// What is copied when it is a query, and what follows.
fn copied(text: &str) -> (Option<&str>, &str) {
    let body = text.trim_start().get(4..).unwrap_or_default().trim_start();
    if !body.starts_with('(') {
        return (None, body);
    }
    let (mut depth, mut quoted) = (0_usize, false);
    for (at, c) in body.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return (Some(&body[1..at]), &body[at + 1..]);
                }
            }
            _ => {}
        }
    }
    (None, "")
}

/// Stored procedures of managed servers that are known by name.
fn call(words: &[String]) -> Vec<Part> {
    match words.get(1).map(String::as_str).unwrap_or_default() {
        "mysql.rds_show_configuration"
        | "mysql.rds_gtid_purged"
        | "sp_who"
        | "sp_who2"
        | "sp_lock"
        | "sp_spaceused"
        | "sp_help"
        | "sp_helptext"
        | "sp_helpdb"
        | "sp_helpindex"
        | "sp_columns" => Vec::new(),
        "mysql.rds_kill"
        | "mysql.rds_kill_query"
        | "mysql.rds_start_replication"
        | "mysql.rds_stop_replication"
        | "mysql.rds_skip_repl_error"
        | "mysql.rds_set_configuration"
        | "mysql.rds_rotate_slow_log"
        | "mysql.rds_rotate_general_log" => one(Class::Write, "an action of the managed server"),
        _ => vec![Part::opaque("runs code whose text is not seen")],
    }
}

/// Statements that change something, by their verb.
fn changes(words: &[String], dialect: Dialect) -> Vec<Part> {
    let word = |at: usize| words.get(at).map(String::as_str).unwrap_or_default();
    let has = |list: &str| words.iter().any(|word| list.split_whitespace().any(|known| known == word));
    let destroys = |why: &str| one(Class::Destructive, why);
    let writes = |why: &str| one(Class::Write, why);
    match (word(0), word(1)) {
        ("drop" | "truncate", _) => destroys("drops or empties something"),
        ("purge", _) => destroys("deletes logs or history"),
        ("alter", _) if has("drop truncate discard delete clear remove purge") => destroys("drops a part of it"),
        ("alter", _) => writes("changes how something is defined"),
        ("create", "or") if has("table") => destroys("replaces what may be there"),
        ("create", _) if has("soname event") => vec![Part::opaque("code that is run later")],
        ("create", "function" | "procedure") if has("c internal plpythonu plpython3u plperlu") => {
            vec![Part::opaque("code that runs with the server's own rights")]
        }
        ("create", _) => writes("makes something new"),
        ("grant" | "revoke" | "deny", _) => writes("changes who may do what"),
        ("vacuum" | "reindex" | "analyze" | "analyse" | "cluster" | "optimize" | "repair" | "refresh", _) => {
            writes("rewrites or measures tables")
        }
        ("cancel" | "pause" | "resume" | "backup" | "export", _) => writes("changes what the server is doing"),
        ("kill", _) => writes("ends another session's work"),
        ("system", _) if has("shutdown kill") || (has("drop") && has("replica")) => destroys("takes the server away"),
        ("system", _) if dialect == Dialect::Clickhouse => writes("changes what the server is doing"),
        ("reset", "master" | "slave" | "replica" | "binary" | "persist") => destroys("forgets the replication state"),
        ("shutdown" | "restart", _) => destroys("takes the server away"),
        ("clone", _) => destroys("replaces the server's data"),
        ("restore", _) => destroys("replaces what is there"),
        ("flush" | "reset" | "discard" | "change" | "stop" | "start" | "lock" | "unlock" | "rename" | "comment", _)
        | ("notify" | "listen" | "checkpoint" | "security" | "reassign" | "import" | "uninstall" | "undrop", _)
        | ("cache" | "uncache" | "msck" | "put" | "get" | "attach" | "detach" | "xa" | "split" | "relocate", _) => {
            writes("changes the server's state")
        }
        ("load", "data" | "index" | "xml") => writes("loads rows into a table"),
        _ => vec![Part::opaque("a statement that is not known")],
    }
}
