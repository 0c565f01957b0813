//! The series of the polled queries, one set per panel. `app` replaces a set whenever its query was answered.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::domain::series::Unit;
use crate::domain::{CleanText, Panel, Series, SourceId};

/// Samples of one series at most, as many as a Prometheus server would send; older ones go first.
const MAX_SAMPLES: usize = 11_000;

/// The sets of series in the order of their panels, bounded in number.
#[derive(Debug)]
pub struct SeriesStore {
    panels: Vec<PanelSeries>,
    limit: usize,
}

/// The series of one panel.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelSeries {
    /// Who is asked.
    pub source: SourceId,
    /// What is asked.
    pub panel: Arc<Panel>,
    /// Its series as last answered; empty before the first answer.
    pub series: Arc<[Series]>,
    /// The same question about an earlier time, where a comparison was asked for.
    pub before: Option<Before>,
    /// Series of the last answer that found no room.
    pub left_out: usize,
}

/// What a panel showed earlier, laid over the window.
#[derive(Clone, Debug, PartialEq)]
pub struct Before {
    /// How much earlier.
    pub shift: SignedDuration,
    /// The series, their times moved on by the shift.
    pub series: Arc<[Series]>,
}

impl SeriesStore {
    /// An empty store for `limit` series over all panels; comparisons are held to the same number once more.
    pub fn new(limit: usize) -> Self {
        Self { panels: Vec::new(), limit }
    }

    /// Gives a panel its place in the order, before its first answer arrives.
    pub fn declare(&mut self, source: &SourceId, title: &CleanText) {
        self.place(source, &Arc::new(Panel::plain(title.clone(), CleanText::default(), Unit::Number)));
    }

    /// Replaces the series of one panel.
    pub fn replace(&mut self, source: &SourceId, panel: Arc<Panel>, mut series: Vec<Series>) {
        let place = self.place(source, &panel);
        let room = self.limit.saturating_sub(self.others(place, |panel| panel.series.len()));
        let left_out = series.len().saturating_sub(room);
        bound(&mut series, room);
        if let Some(held) = self.panels.get_mut(place) {
            (held.panel, held.series, held.left_out) = (panel, series.into(), left_out);
        }
    }

    /// Lays what a panel showed earlier beside what it shows now.
    pub fn compare(&mut self, source: &SourceId, panel: &Arc<Panel>, shift: SignedDuration, mut series: Vec<Series>) {
        let place = self.place(source, panel);
        let held = |panel: &PanelSeries| panel.before.as_ref().map_or(0, |before| before.series.len());
        bound(&mut series, self.limit.saturating_sub(self.others(place, held)));
        if let Some(held) = self.panels.get_mut(place) {
            held.before = Some(Before { shift, series: series.into() });
        }
    }

    /// Lets go of all comparisons.
    pub fn end_comparison(&mut self) {
        self.panels.iter_mut().for_each(|panel| panel.before = None);
    }

    /// Lets go of a panel; whether it was there.
    pub fn remove(&mut self, source: &SourceId, title: &str) -> bool {
        let held = self.panels.len();
        self.panels.retain(|panel| panel.source != *source || panel.panel.title.as_str() != title);
        self.panels.len() < held
    }

    /// The panels in their order.
    pub fn panels(&self) -> &[PanelSeries] {
        &self.panels
    }

    /// All series, panel after panel.
    pub fn iter(&self) -> impl Iterator<Item = &Series> {
        self.panels.iter().flat_map(|panel| panel.series.iter())
    }

    /// A panel with what it shows.
    pub fn panel(&self, source: &SourceId, title: &str) -> Option<&PanelSeries> {
        self.panels.iter().find(|panel| panel.source == *source && panel.panel.title.as_str() == title)
    }

    /// The series of one panel.
    pub fn get(&self, source: &SourceId, title: &str) -> Option<&[Series]> {
        self.panel(source, title).map(|panel| &*panel.series)
    }

    /// The series of a panel with these labels, written as [`Series::label_text`] writes them.
    pub fn find(&self, source: &SourceId, title: &str, labels: &str) -> Option<&Series> {
        self.get(source, title)?.iter().find(|series| series.label_text().as_str() == labels)
    }

    /// Series held.
    pub fn len(&self) -> usize {
        self.panels.iter().map(|panel| panel.series.len()).sum()
    }

    /// Whether no series is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Series of the latest answers that found no room.
    pub fn left_out(&self) -> usize {
        self.panels.iter().map(|panel| panel.left_out).sum()
    }

    /// What all panels but one hold.
    fn others(&self, place: usize, count: impl Fn(&PanelSeries) -> usize) -> usize {
        self.panels.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, panel)| count(panel)).sum()
    }

    fn place(&mut self, source: &SourceId, panel: &Arc<Panel>) -> usize {
        let known = self.panels.iter().position(|held| held.source == *source && held.panel.title == panel.title);
        known.unwrap_or_else(|| {
            self.panels.push(PanelSeries {
                source: source.clone(),
                panel: Arc::clone(panel),
                series: Arc::new([]),
                before: None,
                left_out: 0,
            });
            self.panels.len() - 1
        })
    }
}

fn bound(series: &mut Vec<Series>, room: usize) {
    series.truncate(room);
    for one in series {
        let excess = one.samples.len().saturating_sub(MAX_SAMPLES);
        one.samples.drain(..excess);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Sample, Timestamp};

    fn series(title: &str, samples: usize) -> Series {
        Series {
            source: SourceId::new("prom"),
            query: CleanText::line("up"),
            title: CleanText::line(title),
            unit: Unit::Number,
            labels: Default::default(),
            samples: (0..samples).map(|n| Sample { at: Timestamp::UNIX_EPOCH, value: n as f64 }).collect(),
        }
    }

    fn panel(title: &str) -> Arc<Panel> {
        Arc::new(Panel::plain(CleanText::line(title), CleanText::line("up"), Unit::Number))
    }

    #[test]
    fn panels_keep_their_declared_order_whoever_answers_first() {
        let prom = SourceId::new("prom");
        let mut store = SeriesStore::new(10);
        store.declare(&prom, &CleanText::line("a"));
        store.replace(&prom, panel("b"), vec![series("b", 1)]);
        store.replace(&prom, panel("a"), vec![series("a", 1), series("a", 1)]);
        let titles: Vec<&str> = store.iter().map(|series| series.title.as_str()).collect();
        assert_eq!(titles, ["a", "a", "b"]);
        store.replace(&prom, panel("a"), Vec::new());
        assert_eq!(store.get(&prom, "a"), Some([].as_slice()));
    }

    #[test]
    fn what_finds_no_room_is_counted_until_the_next_answer() {
        let prom = SourceId::new("prom");
        let mut store = SeriesStore::new(3);
        store.replace(&prom, panel("a"), vec![series("a", 1), series("a", 1)]);
        store.replace(&prom, panel("b"), vec![series("b", 1), series("b", 1)]);
        assert_eq!((store.len(), store.left_out()), (3, 1));
        store.replace(&prom, panel("b"), vec![series("b", 1)]);
        assert_eq!((store.len(), store.left_out()), (3, 0));
    }

    #[test]
    fn an_endless_series_keeps_its_newest_samples() {
        let mut store = SeriesStore::new(3);
        store.replace(&SourceId::new("prom"), panel("a"), vec![series("a", MAX_SAMPLES + 5)]);
        let held: Vec<f64> = store.iter().flat_map(|s| s.samples.iter().map(|sample| sample.value)).collect();
        assert_eq!((held.len(), held[0]), (MAX_SAMPLES, 5.0));
    }

    #[test]
    fn a_comparison_has_room_of_its_own_and_goes_when_it_is_not_wanted() {
        let prom = SourceId::new("prom");
        let mut store = SeriesStore::new(2);
        store.replace(&prom, panel("a"), vec![series("a", 1), series("a", 1)]);
        let day = SignedDuration::from_hours(24);
        store.compare(&prom, &panel("a"), day, vec![series("a", 1), series("a", 1), series("a", 1)]);
        assert_eq!(store.panels()[0].before.as_ref().map(|before| (before.shift, before.series.len())), Some((day, 2)));
        store.replace(&prom, panel("a"), vec![series("a", 1)]);
        assert!(store.panels()[0].before.is_some(), "a new answer leaves the comparison");
        store.end_comparison();
        assert_eq!(store.panels()[0].before, None);
        assert!(store.remove(&prom, "a") && !store.remove(&prom, "a"));
    }
}
