//! The drawing kit: the only room that knows the screen library. Panes draw lines of clean text in roles, never in colours.

pub mod canvas;
#[cfg(any(test, feature = "testing"))]
pub mod dump;
pub mod editor;
pub mod frame;
pub mod key;
pub mod layout;
pub mod line;
pub mod list;
pub mod number;
pub mod spark;
pub mod theme;

pub use canvas::{Area, Canvas};
pub use editor::Editor;
pub use frame::frame;
pub use key::{Code, Key};
pub use layout::{Layout, Shape};
pub use line::{Line, Span};
pub use list::{Scroll, Step};
pub use theme::{Role, Theme};
