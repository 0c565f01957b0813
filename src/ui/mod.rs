//! The drawing kit: the only room that knows the screen library. Panes draw lines of clean text in roles, never in colours.

pub mod ansi;
pub mod canvas;
pub mod chart;
pub mod clipboard;
#[cfg(any(test, feature = "testing"))]
pub mod dump;
pub mod editor;
mod flow;
pub mod frame;
pub mod heat;
pub mod highlight;
pub mod key;
pub mod layout;
pub mod line;
pub mod list;
pub mod markdown;
pub mod number;
pub mod reveal;
pub mod spark;
#[cfg(any(test, feature = "testing"))]
pub mod svg;
pub mod theme;
mod wrap;

pub use canvas::{Area, Canvas};
pub use editor::Editor;
pub use frame::frame;
pub use key::{Code, Key};
pub use layout::{Layout, Shape};
pub use line::{Line, Span};
pub use list::{Scroll, Step};
pub use theme::{Depth, Role, Theme};
