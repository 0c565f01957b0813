//! Log text: bytes to lines, lines to records in whatever format they are; large files indexed and read by position;
//! files followed across rotation. Pure but for the reads of [`follow`] and [`pages`]; the sources call it, the desk
//! reads what it holds, and so does everything that reads a log file headless.

pub mod follow;
pub mod heads;
pub mod index;
pub mod library;
pub mod lines;
pub mod own;
mod packed;
pub mod pages;
pub mod parse;
pub mod piped;
pub mod record;
mod spool;
pub mod stream;
pub mod tape;
pub mod watch;

pub use follow::{Begun, Chunk, Follower, Known, State};
pub use heads::{Choice, Head, Heads, Layout, Take};
pub use index::{Place, Reading, Reel};
pub use library::{Budgets, Library, Mine, MineStream, Unmined};
pub use packed::Packing;
pub use pages::Opened;
pub use parse::Format;
pub use piped::Piped;
pub use record::{Context, FieldList, record};
pub use stream::LineParser;
pub use tape::{Snapshot, Tape};
pub use watch::{Polled, Watch};
