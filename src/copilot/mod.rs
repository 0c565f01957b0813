//! The copilot: what is asked of a model, within which budget, who answers, and what its reply proposes.
//!
//! `runtime` connects a [`Provider`], builds a [`TurnContext`], calls [`prepare()`] with [`Room::of`] it and sends [`Prepared::ask`] to it;
//! `cli` does the same for `ask`. A reply holds nothing stronger than a [`crate::domain::Suggestion`].

pub mod connect;
pub mod edges;
pub mod excerpt;
pub mod fence;
pub mod outgoing;
pub mod prepare;
pub mod prompts;
pub mod provider;
pub mod providers;
pub mod reply;
pub mod tokens;
pub mod turn;

pub use connect::{connect, models};
pub use fence::Fence;
pub use outgoing::{Message, Outgoing, Role};
pub use prepare::{Prepared, Room, prepare};
pub use prompts::Prompts;
pub use provider::{Ask, Delta, Provider};
pub use turn::{Coverage, Exchange, TurnContext};
