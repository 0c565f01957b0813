//! (room)
pub mod check;
pub mod journal;
