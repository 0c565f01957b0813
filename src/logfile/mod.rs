//! Log text: bytes to lines, lines to records in whatever format they are, and files followed across rotation. Pure but
//! for the reads of [`follow`]; the sources call it, and so does everything that reads a log file headless.

pub mod follow;
pub mod heads;
pub mod lines;
pub mod own;
pub mod parse;
pub mod record;
pub mod stream;

pub use follow::{Chunk, Follower, Known, State};
pub use heads::{Choice, Head, Heads, Layout, Take};
pub use parse::Format;
pub use record::{Context, record};
pub use stream::LineParser;
