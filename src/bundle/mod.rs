//! Incident bundles: the one format on disk for everything that outlives the screen. Live incidents are recorded into one
//! ([`mod@record`]), replays and drills read the same ([`mod@load`]), and the notes to paste are written from it ([`mod@notes`]).

mod alerts;
mod changes;
mod drills;
mod evidence;
pub mod files;
mod gaps;
pub mod load;
mod manifest;
mod metrics;
pub mod notes;
pub mod record;
mod replies;
mod values;

pub use drills::{DrillInfo, drill, drill_tables, drills};
pub use load::{BundleError, load, load_embedded};
pub use record::{Entry, RecordError, Recorder};
