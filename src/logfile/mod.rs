pub mod lines;
pub mod parse;
pub mod stream;

pub use parse::Format;
pub use stream::LineParser;
