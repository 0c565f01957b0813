//! How many rows a condition lets through, as far as its text tells: all, a range, those equal to a value, those of a
//! key. Called by `sql/tree.rs` for UPDATE and DELETE.

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator, visit_expressions};
use std::ops::ControlFlow;

/// What a condition lets through, from most to least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Every row: it is always true.
    All,
    /// Some rows: a range, a pattern, anything else.
    Some,
    /// Rows with these columns equal to a written value.
    Equal(Vec<String>),
    /// Rows named by a key.
    Key,
}

/// Names of columns that tell one row, or one owner's rows, from others.
const KEYS: &str = "id uuid guid key name slug email username login token code pid sha hash ip host hostname jti isbn \
    sku serial number no ref reference ident identifier rowid ctid oid handle url path filename";

/// What the condition lets through.
pub(super) fn of(condition: &Expr) -> Reach {
    match condition {
        Expr::Nested(inner) => of(inner),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => both(of(left), of(right)),
        Expr::BinaryOp { left, op: BinaryOperator::Or, right } => either(of(left), of(right)),
        Expr::BinaryOp { left, op: BinaryOperator::Eq | BinaryOperator::Spaceship, right } => equal(left, right),
        Expr::InList { expr, list, negated: false } if list.iter().all(is_constant) => named(expr),
        Expr::UnaryOp { op: UnaryOperator::Not, .. } if !is_constant(condition) => Reach::Some,
        other if is_constant(other) => Reach::All,
        // `x = x`, `x >= x`, `x is not distinct from x`: true for every row that has one.
        Expr::BinaryOp { left, right, .. } if left == right => Reach::All,
        Expr::IsNotNull(_) | Expr::IsNull(_) => Reach::Some,
        _ => Reach::Some,
    }
}

fn both(left: Reach, right: Reach) -> Reach {
    match (left, right) {
        (Reach::Key, _) | (_, Reach::Key) => Reach::Key,
        (Reach::Equal(mut left), Reach::Equal(right)) => {
            left.extend(right);
            Reach::Equal(left)
        }
        (Reach::Equal(columns), Reach::All | Reach::Some) | (Reach::All | Reach::Some, Reach::Equal(columns)) => {
            Reach::Equal(columns)
        }
        (Reach::All, Reach::All) => Reach::All,
        (Reach::Some, Reach::Some | Reach::All) | (Reach::All, Reach::Some) => Reach::Some,
    }
}

fn either(left: Reach, right: Reach) -> Reach {
    match (left, right) {
        (Reach::All, _) | (_, Reach::All) => Reach::All,
        (Reach::Key, Reach::Key) => Reach::Key,
        (Reach::Equal(mut left), Reach::Equal(right)) => {
            left.extend(right);
            Reach::Equal(left)
        }
        (Reach::Key, other @ Reach::Equal(_)) | (other @ Reach::Equal(_), Reach::Key) => other,
        (Reach::Some, _) | (_, Reach::Some) => Reach::Some,
    }
}

fn equal(left: &Expr, right: &Expr) -> Reach {
    match (is_constant(left), is_constant(right)) {
        (true, true) => Reach::All,
        _ if left == right => Reach::All,
        (false, true) => named(left),
        (true, false) => named(right),
        (false, false) => Reach::Some,
    }
}

/// The reach of a column that equals a written value.
fn named(expr: &Expr) -> Reach {
    let column = match expr {
        Expr::Identifier(name) => &name.value,
        Expr::CompoundIdentifier(names) => match names.last() {
            Some(name) => &name.value,
            None => return Reach::Some,
        },
        Expr::Nested(inner) => return named(inner),
        Expr::Tuple(parts) => {
            return parts.iter().map(named).reduce(both).unwrap_or(Reach::Some);
        }
        _ => return Reach::Some,
    };
    let column = column.to_ascii_lowercase();
    let end = column.rsplit('_').next().unwrap_or_default();
    if KEYS.split_whitespace().any(|key| key == column || key == end) { Reach::Key } else { Reach::Equal(vec![column]) }
}

/// Whether no column and no subquery is in it, so that it is the same for every row.
fn is_constant(expr: &Expr) -> bool {
    let found = visit_expressions(expr, |inner| match inner {
        Expr::Identifier(name) if !["true", "false"].contains(&name.value.to_ascii_lowercase().as_str()) => {
            ControlFlow::Break(())
        }
        Expr::CompoundIdentifier(_) | Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => {
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    });
    found.is_continue()
}
