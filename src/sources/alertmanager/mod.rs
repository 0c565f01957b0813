//! An Alertmanager v2 API, polled: each answer is a snapshot of every alert it knows. Started by the registry; the
//! webhook receiver reads alerts with the same decoder.

mod decode;
mod source;

pub use decode::{Oddities, alert};
pub use source::AlertmanagerSource;
