//! Programs that show logs and can be asked to begin at an instant: `journalctl`, `kubectl logs`, `docker logs`. They are
//! run directly, without a shell; when one ends it is started again a little before where it ended, and what comes twice is
//! given on once.

mod docker;
mod follow;
mod journald;
mod kubectl;
mod stamped;

pub use docker::DockerSource;
pub use journald::JournaldSource;
pub use kubectl::KubectlSource;
