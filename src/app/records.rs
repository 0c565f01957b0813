//! What the desk told last of the log records, and what it was asked. Panes and overlays read it; only
//! `handlers::logs` writes it.

use std::time::Duration;

use crate::domain::{RecordKey, TimeWindow};
use crate::logs::answer::{Contrasted, Detail, Digest, FieldsPage, PatternsPage, Status};
use crate::logs::ask::{ContrastAsk, DetailAsk, FieldsAsk, PatternsAsk};
use crate::logs::{Ask, Page, PageRow, Show};
use crate::store::Filter;

/// How long the desk may take to answer before a person is told.
const PATIENCE: Duration = Duration::from_secs(2);

/// The last answers of the desk.
#[derive(Debug, Default)]
pub struct Records {
    /// The rows around the place of the log pane.
    pub page: Page,
    /// The patterns.
    pub patterns: PatternsPage,
    /// The fields.
    pub fields: FieldsPage,
    /// What bad records have in common, or how far counting is.
    pub contrast: Option<Contrasted>,
    /// What prompts and reports need.
    pub digest: Digest,
    /// Everything about the record that is open.
    pub detail: Option<Box<Detail>>,
    /// What is held and read.
    pub status: Status,
    /// Records that found no room on their way to the desk.
    pub crowded_out: u64,
    /// Records that the incident's recording leaves out.
    pub not_recorded: u64,
    /// The record that was selected last: it stays readable when the page goes on.
    chosen: Option<PageRow>,
    asked: Asked,
}

/// What was asked last of each kind. Questions carry a number that no other of their kind had.
#[derive(Debug, Default)]
struct Asked {
    generation: u64,
    show: Option<Show>,
    patterns: Option<PatternsAsk>,
    fields: Option<FieldsAsk>,
    contrast: Option<ContrastAsk>,
    detail: Option<DetailAsk>,
    digest: Option<TimeWindow>,
    /// The program's time when a page was asked for that has not come.
    since: Option<Duration>,
}

impl Records {
    /// A record that some answer holds.
    pub fn find(&self, key: RecordKey) -> Option<&PageRow> {
        let detail = self.detail.iter().flat_map(|one| one.row.iter().chain(&one.before).chain(&one.after));
        self.chosen.iter().chain(&self.page.rows).chain(detail).find(|row| row.key == key)
    }

    /// The filter of the last question.
    pub fn filter(&self) -> Filter {
        self.asked.show.as_ref().map(|show| show.look.filter.clone()).unwrap_or_default()
    }

    /// Keeps a record readable while it is selected.
    pub fn choose(&mut self, key: RecordKey) {
        if let Some(row) = self.find(key).cloned() {
            self.chosen = Some(row);
        }
    }

    /// How long a page has been waited for, once that is worth a word.
    pub fn silent_for(&self, uptime: Duration) -> Option<Duration> {
        self.asked.since.map(|since| uptime.saturating_sub(since)).filter(|silent| *silent >= PATIENCE)
    }

    /// Whether a page answers the last question.
    pub fn is_current(&self, page: &Page) -> bool {
        self.asked.show.as_ref().is_some_and(|show| show.generation == page.generation)
    }

    /// The page of the last question came.
    pub fn take_page(&mut self, page: Page) {
        self.asked.since = None;
        self.page = page;
    }

    /// The question for these rows, unless it stands already.
    pub fn show(&mut self, show: Show, uptime: Duration) -> Option<Ask> {
        let asked = &mut self.asked;
        if asked.show.as_ref().is_some_and(|last| *last == Show { generation: last.generation, ..show.clone() }) {
            return None;
        }
        asked.generation += 1;
        let show = Show { generation: asked.generation, ..show };
        asked.show = Some(show.clone());
        asked.since.get_or_insert(uptime);
        Some(Ask::Show(show))
    }

    /// The question for these patterns, unless it stands already.
    pub fn patterns(&mut self, wanted: Option<PatternsAsk>) -> Option<Ask> {
        let generation = self.asked.patterns.as_ref().map_or(0, |last| last.generation);
        let wanted = wanted.map(|ask| PatternsAsk { generation, ..ask });
        if wanted == self.asked.patterns {
            return None;
        }
        self.asked.generation += 1;
        let generation = self.asked.generation;
        self.asked.patterns = wanted.map(|ask| PatternsAsk { generation, ..ask });
        Some(Ask::Patterns(self.asked.patterns.clone()))
    }

    /// The question for these fields, unless it stands already.
    pub fn fields(&mut self, wanted: Option<FieldsAsk>) -> Option<Ask> {
        let generation = self.asked.fields.as_ref().map_or(0, |last| last.generation);
        let wanted = wanted.map(|ask| FieldsAsk { generation, ..ask });
        if wanted == self.asked.fields {
            return None;
        }
        self.asked.generation += 1;
        let generation = self.asked.generation;
        self.asked.fields = wanted.map(|ask| FieldsAsk { generation, ..ask });
        Some(Ask::Fields(self.asked.fields.clone()))
    }

    /// The question for what bad records have in common, unless it was put already.
    pub fn contrast(&mut self, wanted: Option<ContrastAsk>) -> Option<Ask> {
        let generation = self.asked.contrast.as_ref().map_or(0, |last| last.generation);
        if wanted.clone().map(|ask| ContrastAsk { generation, ..ask }) == self.asked.contrast {
            return None;
        }
        self.asked.generation += 1;
        let generation = self.asked.generation;
        self.asked.contrast = wanted.map(|ask| ContrastAsk { generation, ..ask });
        self.contrast = None;
        Some(Ask::Contrast(self.asked.contrast.clone()))
    }

    /// The question for all about a record, unless it was put already.
    pub fn detail(&mut self, wanted: Option<DetailAsk>) -> Option<Ask> {
        let Some(wanted) = wanted else {
            self.asked.detail = None;
            return None;
        };
        let generation = self.asked.detail.as_ref().map_or(0, |last| last.generation);
        if Some(DetailAsk { generation, ..wanted.clone() }) == self.asked.detail {
            return None;
        }
        self.asked.generation += 1;
        let ask = DetailAsk { generation: self.asked.generation, ..wanted };
        self.asked.detail = Some(ask.clone());
        Some(Ask::Detail(ask))
    }

    /// The question for a digest of this time, unless it stands already.
    pub fn digest(&mut self, window: TimeWindow) -> Option<Ask> {
        if self.asked.digest == Some(window) {
            return None;
        }
        self.asked.digest = Some(window);
        Some(Ask::Digest(window))
    }

    /// Whether patterns answer the last question for some.
    pub fn wants_patterns(&self, page: &PatternsPage) -> bool {
        self.asked.patterns.as_ref().is_some_and(|ask| ask.generation == page.generation)
    }

    /// Whether fields answer the last question for some.
    pub fn wants_fields(&self, page: &FieldsPage) -> bool {
        self.asked.fields.as_ref().is_some_and(|ask| ask.generation == page.generation)
    }

    /// Whether a comparison answers the last question for one.
    pub fn wants_contrast(&self, told: &Contrasted) -> bool {
        self.asked.contrast.as_ref().is_some_and(|ask| ask.generation == told.generation())
    }

    /// Whether a detail answers the last question for one.
    pub fn wants_detail(&self, detail: &Detail) -> bool {
        self.asked.detail.as_ref().is_some_and(|ask| ask.generation == detail.generation)
    }
}
