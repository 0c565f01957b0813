//! The syntax tree of a query or a change of rows: every statement, query, table and function in it must be known.
//! Called by `sql/statement.rs`; runs inside the bounded thread of `shell/isolate.rs`.

use std::ops::ControlFlow;

use sqlparser::ast::{
    AssignmentTarget, BinaryOperator, Delete, Expr, ObjectName, Query, Select, Statement, TableFactor, Update, Visit,
    Visitor,
};
use sqlparser::dialect::{
    BigQueryDialect, ClickHouseDialect, Dialect as Grammar, DuckDbDialect, GenericDialect, MsSqlDialect, MySqlDialect,
    PostgreSqlDialect, SQLiteDialect, SnowflakeDialect,
};
use sqlparser::parser::Parser;

use crate::domain::Class;

use super::functions::{self, Effect};
use super::reach::{Reach, of};
use super::{Dialect, Part};

/// Deepest nesting that is parsed.
const MAX_DEPTH: usize = 48;
/// Most operators in a row: each is a level of the tree.
const MAX_OPERATORS: usize = 600;

/// What the statement does.
pub(super) fn judge(text: &str, dialect: Dialect) -> Vec<Part> {
    let levels = text.chars().filter(|c| "+-*/%=<>|&^~!:[(".contains(*c)).count()
        + super::statement::words(text)
            .iter()
            .filter(|word| matches!(word.as_str(), "and" | "or" | "not" | "union"))
            .count();
    if levels > MAX_OPERATORS {
        return vec![Part::opaque("too many operators to be read")];
    }
    let grammar: &dyn Grammar = match dialect {
        Dialect::Postgres => &PostgreSqlDialect {},
        Dialect::Mysql => &MySqlDialect {},
        Dialect::Sqlite => &SQLiteDialect {},
        Dialect::Duckdb => &DuckDbDialect {},
        Dialect::Clickhouse => &ClickHouseDialect {},
        Dialect::Bigquery => &BigQueryDialect {},
        Dialect::Snowflake => &SnowflakeDialect,
        Dialect::Mssql => &MsSqlDialect {},
        Dialect::Cassandra | Dialect::Generic => &GenericDialect {},
    };
    let text = settled(text, dialect);
    let parsed = Parser::new(grammar)
        .with_recursion_limit(MAX_DEPTH)
        .try_with_sql(&text)
        .and_then(|mut parser| parser.parse_statements());
    let statements = match parsed {
        Ok(statements) => statements,
        Err(_) => return vec![Part::opaque("not a statement that can be read")],
    };
    let mut look = Look { dialect, parts: Vec::new() };
    for statement in &statements {
        // It never breaks off: everything in the tree has its say.
        let _ = statement.visit(&mut look);
    }
    look.parts
}

/// Endings that only one server knows and that change nothing.
fn settled(text: &str, dialect: Dialect) -> String {
    let lower = text.to_ascii_lowercase();
    let ending = match dialect {
        Dialect::Cassandra => " allow filtering",
        Dialect::Mysql => " lock in share mode",
        _ => return text.to_owned(),
    };
    let trimmed = lower.trim_end();
    match trimmed.strip_suffix(ending) {
        Some(rest) if dialect == Dialect::Cassandra => text[..rest.len()].to_owned(),
        Some(rest) => format!("{} for share", &text[..rest.len()]),
        None => text.to_owned(),
    }
}

struct Look {
    dialect: Dialect,
    parts: Vec<Part>,
}

impl Look {
    fn say(&mut self, class: Class, why: &str) {
        self.parts.push(Part::says(class, why));
    }

    fn function(&mut self, name: &ObjectName) {
        let parts: Vec<String> =
            name.0.iter().filter_map(|part| Some(part.as_ident()?.value.to_ascii_lowercase())).collect();
        if parts.len() != name.0.len() {
            return self.say(Class::Opaque, "calls a function whose name is computed");
        }
        match functions::effect(&parts, self.dialect) {
            Effect::Looks => {}
            Effect::Sensitive => self.parts.push(Part::Sensitive(format!("{} reads files", parts.join(".")))),
            Effect::Says(class, why) => self.say(class, why),
            Effect::Unknown => {
                let why = format!("calls {}, which is not known to only look", parts.join("."));
                self.parts.push(Part::Says(Class::Opaque, why));
            }
        }
    }

    fn delete(&mut self, delete: &Delete) {
        match delete.selection.as_ref().map_or(Reach::All, of) {
            Reach::Key => self.say(Class::Write, "deletes rows named by a key"),
            Reach::All => self.say(Class::Destructive, "deletes every row"),
            Reach::Some | Reach::Equal(_) => self.say(Class::Destructive, "deletes many rows"),
        }
    }

    fn update(&mut self, update: &Update) {
        match update.selection.as_ref().map_or(Reach::All, of) {
            Reach::Key => self.say(Class::Write, "changes rows named by a key"),
            Reach::All => self.say(Class::Destructive, "changes every row"),
            Reach::Equal(columns) if update.assignments.iter().all(|set| known_before(&set.target, &columns)) => {
                self.say(Class::Write, "changes rows whose old value the condition states");
            }
            Reach::Some | Reach::Equal(_) => {
                self.say(Class::Destructive, "changes many rows; what they held is not kept");
            }
        }
    }
}

/// Whether the column that is set is one that the condition states the old value of.
fn known_before(target: &AssignmentTarget, columns: &[String]) -> bool {
    let is = |name: &ObjectName| {
        let last = name.0.last().and_then(|part| part.as_ident());
        last.is_some_and(|last| columns.contains(&last.value.to_ascii_lowercase()))
    };
    match target {
        AssignmentTarget::ColumnName(name) => is(name),
        AssignmentTarget::Tuple(names) => names.iter().all(is),
    }
}

impl Visitor for Look {
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        match statement {
            Statement::Query(_) => {}
            Statement::Insert(_) => self.say(Class::Write, "inserts rows"),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
            Statement::Merge(merge) => {
                let deletes =
                    super::statement::words(&merge.to_string()).windows(2).any(|pair| pair == ["then", "delete"]);
                let class = if deletes { Class::Destructive } else { Class::Write };
                self.say(class, "merges rows");
            }
            _ => self.say(Class::Opaque, "a statement that is not known"),
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if !query.locks.is_empty() {
            self.say(Class::Write, "locks the rows it reads");
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        if select.into.is_some() {
            self.say(Class::Write, "makes a table of what it reads");
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        let name = relation.to_string().to_ascii_lowercase().replace(['"', '`'], "");
        let bare = name.strip_prefix("pg_catalog.").unwrap_or(&name);
        if matches!(bare, "pg_shadow" | "pg_authid" | "pg_user_mapping" | "mysql.user" | "pg_hba_file_rules") {
            self.parts.push(Part::Sensitive(format!("{bare} holds credentials")));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<()> {
        match table {
            TableFactor::Table { name, args: Some(_), .. } | TableFactor::Function { name, .. } => self.function(name),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Function(function) => self.function(&function.name),
            Expr::BinaryOp { op: BinaryOperator::Custom(_), .. } => {
                self.say(Class::Opaque, "uses an operator that is not known");
            }
            Expr::BinaryOp { op: BinaryOperator::PGCustomBinaryOperator(_), .. } => {
                self.say(Class::Opaque, "uses an operator by its full name");
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}
