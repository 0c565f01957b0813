//! What the person configured: the schema with its defaults, loading with messages that say the fix, secrets.

pub mod schema;
pub mod secrets;
pub mod units;

pub use schema::Config;
