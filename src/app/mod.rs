//! The heart: one model, one message type, one pure `update`. No clock, no files, no network: what must happen outside
//! is returned as an [`Effect`], and `runtime` carries it out.

pub mod context;
pub mod conversation;
pub mod effect;
pub mod gather;
pub mod handlers;
pub mod keymap;
pub mod model;
pub mod msg;
pub mod notices;
pub mod palette;
pub mod provenance;
pub mod records;
pub mod selection;
pub mod stores;
pub mod update;
pub mod view;
pub mod window;

#[cfg(test)]
mod tests;

pub use context::Ctx;
pub use effect::Effect;
pub use model::{Model, PaneId, Settings};
pub use msg::{Intent, Msg};
pub use selection::Selection;
pub use update::update;
