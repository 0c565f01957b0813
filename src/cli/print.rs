//! Standard output of the subcommands. A reader that goes away is an error that [`exit`](super::exit) ends quietly.

use std::io::{self, Write};

/// Prints the text and a line end if it has none.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()
}
