//! PromQL as text: what an expression measures and in which unit its values are. Nothing here asks a server.

mod text;
mod unit;

pub use text::{measured, one_line};
pub use unit::guess as guess_unit;
