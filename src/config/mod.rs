//! What the person configured: the schema with its defaults, loading with messages that say the fix, secrets.
//! `cli` loads it once at the start; everyone else is handed the part that concerns them.

mod address;
pub mod auth;
pub mod known;
pub mod load;
mod log_format;
mod log_stores;
pub mod overrides;
pub mod paths;
mod place;
pub mod policy;
pub mod problem;
pub mod schema;
pub mod secrets;
pub mod services;
pub mod show;
mod sources;
pub mod units;
pub mod validate;

pub use load::{Loaded, Request, load};
pub use problem::{ConfigError, Problem};
pub use schema::Config;
