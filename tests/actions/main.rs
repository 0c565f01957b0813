//! Actions from outside: what a command is taken for, what a person must do, what then runs, and what is written down.

mod abuse;
mod binding;
mod gate;
mod journal;
mod runner;
mod setting;
