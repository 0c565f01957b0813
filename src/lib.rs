//! midwatch: a full-screen terminal copilot for the person who was just paged.
//!
//! | layer | rooms | may import |
//! |---|---|---|
//! | 0 | [`domain`] | nothing of ours |
//! | 1 | [`store`], [`logfile`], [`analysis`], [`promql`], [`trust`], [`config`], [`ui`] | `domain` |
//! | 2 | [`logs`], [`signals`], [`sources`], [`copilot`], [`actions`], [`bundle`] | layers 0 and 1 without `ui`, never each other |
//! | 3 | [`app`], [`panes`], [`overlays`] | all above but what does I/O |
//! | 4 | [`runtime`], [`cli`] | everything |
//!
//! `tests/layers.rs` holds the table true; `docs/architecture.md` explains it.

pub mod actions;
pub mod analysis;
pub mod app;
pub mod bundle;
pub mod cli;
pub mod config;
pub mod copilot;
pub mod domain;
pub mod logfile;
pub mod logs;
pub mod overlays;
pub mod panes;
pub mod promql;
pub mod runtime;
pub mod signals;
pub mod sources;
pub mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod trust;
pub mod ui;
