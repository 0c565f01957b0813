//! Actions from outside: what a command is taken for, what a person must do, what then runs, and what is written down.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests end at the first thing that is not so")]

mod abuse;
mod binding;
mod commands;
mod confined;
mod gate;
mod host;
mod journal;
mod journal_shared;
mod policy;
mod runner;
mod setting;
