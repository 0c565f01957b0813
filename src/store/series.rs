//! The series of the polled queries, one set per panel. `app` replaces a set whenever its query was answered.

use crate::domain::{CleanText, Series, SourceId};

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
    /// The panel's title.
    pub title: CleanText,
    /// Its series as last answered; empty before the first answer.
    pub series: Vec<Series>,
    /// Series of the last answer that found no room.
    pub left_out: usize,
}

impl SeriesStore {
    /// An empty store for `limit` series over all panels.
    pub fn new(limit: usize) -> Self {
        Self { panels: Vec::new(), limit }
    }

    /// Gives a panel its place in the order, before its first answer arrives.
    pub fn declare(&mut self, source: &SourceId, title: &CleanText) {
        self.place(source, title);
    }

    /// Replaces the series of one panel.
    pub fn replace(&mut self, source: &SourceId, title: &CleanText, mut series: Vec<Series>) {
        let place = self.place(source, title);
        let others: usize = self.panels.iter().map(|panel| panel.series.len()).sum::<usize>()
            - self.panels.get(place).map_or(0, |panel| panel.series.len());
        let room = self.limit.saturating_sub(others);
        let left_out = series.len().saturating_sub(room);
        series.truncate(room);
        for one in &mut series {
            let excess = one.samples.len().saturating_sub(MAX_SAMPLES);
            one.samples.drain(..excess);
        }
        if let Some(panel) = self.panels.get_mut(place) {
            panel.series = series;
            panel.left_out = left_out;
        }
    }

    /// The panels in their order.
    pub fn panels(&self) -> &[PanelSeries] {
        &self.panels
    }

    /// All series, panel after panel.
    pub fn iter(&self) -> impl Iterator<Item = &Series> {
        self.panels.iter().flat_map(|panel| panel.series.iter())
    }

    /// The series of one panel.
    pub fn get(&self, source: &SourceId, title: &str) -> Option<&[Series]> {
        self.panels
            .iter()
            .find(|panel| panel.source == *source && panel.title.as_str() == title)
            .map(|panel| panel.series.as_slice())
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

    fn place(&mut self, source: &SourceId, title: &CleanText) -> usize {
        let known = self.panels.iter().position(|panel| panel.source == *source && panel.title == *title);
        known.unwrap_or_else(|| {
            let panel = PanelSeries { source: source.clone(), title: title.clone(), series: Vec::new(), left_out: 0 };
            self.panels.push(panel);
            self.panels.len() - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::series::Unit;
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

    #[test]
    fn panels_keep_their_declared_order_whoever_answers_first() {
        let (prom, a, b) = (SourceId::new("prom"), CleanText::line("a"), CleanText::line("b"));
        let mut store = SeriesStore::new(10);
        store.declare(&prom, &a);
        store.replace(&prom, &b, vec![series("b", 1)]);
        store.replace(&prom, &a, vec![series("a", 1), series("a", 1)]);
        let titles: Vec<&str> = store.iter().map(|series| series.title.as_str()).collect();
        assert_eq!(titles, ["a", "a", "b"]);
        store.replace(&prom, &a, Vec::new());
        assert_eq!(store.get(&prom, "a"), Some([].as_slice()));
    }

    #[test]
    fn what_finds_no_room_is_counted_until_the_next_answer() {
        let (prom, a, b) = (SourceId::new("prom"), CleanText::line("a"), CleanText::line("b"));
        let mut store = SeriesStore::new(3);
        store.replace(&prom, &a, vec![series("a", 1), series("a", 1)]);
        store.replace(&prom, &b, vec![series("b", 1), series("b", 1)]);
        assert_eq!((store.len(), store.left_out()), (3, 1));
        store.replace(&prom, &b, vec![series("b", 1)]);
        assert_eq!((store.len(), store.left_out()), (3, 0));
    }

    #[test]
    fn an_endless_series_keeps_its_newest_samples() {
        let mut store = SeriesStore::new(3);
        store.replace(&SourceId::new("prom"), &CleanText::line("a"), vec![series("a", MAX_SAMPLES + 5)]);
        let held: Vec<f64> = store.iter().flat_map(|s| s.samples.iter().map(|sample| sample.value)).collect();
        assert_eq!((held.len(), held[0]), (MAX_SAMPLES, 5.0));
    }
}
