//! The program as a person meets it: the built binary in a terminal of its own, keys in, screen out. Everything waits
//! for what it wants to see, with a deadline, and never for a time.

#![expect(clippy::unwrap_used, reason = "a test says by a panic what it could not do")]

mod begin_and_end;
mod harness;
mod running;
mod shell;
mod slow_terminal;
mod stopping;
mod terminal_use;
