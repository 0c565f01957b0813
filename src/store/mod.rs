//! Bounded memory with one owner: `app` writes, everyone else reads. What finds no room is counted where a person can
//! see it, and cited evidence is never lost in silence.

pub mod alerts;
pub mod changes;
pub mod evidence;
pub mod filter;
pub mod graphs;
pub mod ideas;
pub mod logs;
pub mod native;
mod ordered;
pub mod series;
pub mod view;

pub use alerts::{AlertEvent, AlertKey, AlertStore};
pub use changes::ChangeStore;
pub use evidence::{Capture, EvidenceFull, EvidenceStore};
pub use filter::{Aside, Filter, FilterError};
pub use graphs::GraphStore;
pub use ideas::IdeaStore;
pub use logs::{Held, LogStore};
pub use series::{Before, PanelSeries, SeriesStore};
pub use view::{Keys, LogView, Progress};
