//! One contract for every source that reads a stream of this machine: files, standard input, change events, git logs and
//! programs. Whatever the other end does, a source tells what it read once, says how it is, and stops at once.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod bench;
mod changes;
mod command;
mod files;
mod git;
mod lab;
mod stdin;
