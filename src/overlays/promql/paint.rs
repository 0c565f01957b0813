//! The text of a query in roles: what is wrong stands out, strings, numbers, functions and operators are told apart.

use crate::promql::tokens::{Kind, Painted};
use crate::ui::Role;

/// The role of the byte at a place, by the tokens of the text.
pub(super) fn role(painted: &[Painted], wrong: &std::ops::Range<usize>, at: usize) -> Role {
    if wrong.contains(&at) {
        return Role::Critical;
    }
    let index = painted.partition_point(|one| one.span.end <= at);
    match painted.get(index).filter(|one| one.span.start <= at).map(|one| one.kind) {
        Some(Kind::Text | Kind::Number) => Role::Literal,
        Some(Kind::Function | Kind::Keyword) => Role::Keyword,
        Some(Kind::Operator) => Role::Operator,
        Some(Kind::Name | Kind::Other) | None => Role::Text,
    }
}
