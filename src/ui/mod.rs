//! The drawing kit: the only room that knows the screen library. Panes draw lines of clean text in roles, never in colours.

pub mod canvas;
pub mod line;
pub mod theme;

pub use canvas::{Area, Canvas};
pub use line::{Line, Span};
pub use theme::{Role, Theme};
