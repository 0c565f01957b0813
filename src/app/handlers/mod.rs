//! What each kind of message does to the model, a file an area.

pub mod ask;
pub mod contrast;
pub mod grants;
pub mod ideas;
pub mod incident;
pub mod keys;
pub mod logs;
pub mod mouse;
pub mod navigation;
pub mod panels;
pub mod preview;
pub mod promql;
pub mod proposals;
pub mod runs;
pub mod show;
pub mod signals;
pub mod telemetry;
pub mod wants;
pub mod watch;
