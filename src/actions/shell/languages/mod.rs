//! The small languages inside arguments: each is read by its own rules, and what those do not cover is opaque.

pub(super) mod awk;
pub(super) mod curl;
pub(super) mod find;
mod interpreter;
mod outputs;
mod place;
pub(super) mod queries;
mod remote;
pub(super) mod scripts;
pub(super) mod sed;
pub(super) mod sql;
mod tar;
