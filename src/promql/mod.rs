//! PromQL as text: whether it can be sent and what is wrong with it, what it asks for, what an alert measures, which unit
//! its values are in, and how a half-typed expression goes on. Nothing here asks a server.

pub mod alert;
mod check;
pub mod complete;
pub mod functions;
mod hint;
mod lex;
mod mistake;
mod parse;
mod selectors;
#[cfg(test)]
mod tests;
mod text;
pub mod tokens;
pub mod tree;
mod types;
mod unit;

pub use check::{Checked, Dialect, check, check_for};
pub use hint::hints;
pub use mistake::Mistake;
pub use parse::LONGEST;
pub use selectors::{Selected, metrics, selectors};
pub use text::{measured, one_line};
pub use unit::{guess as guess_unit, of as unit_of};
