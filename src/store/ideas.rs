//! Queries worth seeing that nobody has decided about yet. `app` writes; the metrics pane says how many wait.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::{CleanText, Ideas, QueryIdea, SourceId};

/// Alerts whose ideas are held, at most; the oldest go first.
const MOST_ALERTS: usize = 40;
/// Queries remembered as put forward, at most.
const MOST_TAKEN: usize = 1_000;
/// Queries that one card lists, at most.
pub const ON_A_CARD: usize = 12;

/// What sources found, alert by alert, the newest alert last.
#[derive(Debug, Default)]
pub struct IdeaStore {
    offers: Vec<(SourceId, Arc<Ideas>)>,
    taken: BTreeSet<(SourceId, String)>,
}

/// How many ideas wait, and for which alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Queries.
    pub count: usize,
    /// The alert that the first of them is for.
    pub alert: CleanText,
    /// Further alerts with ideas of their own.
    pub other_alerts: usize,
}

impl IdeaStore {
    /// Takes in what a source found for an alert, in place of what it found before.
    pub fn replace(&mut self, source: &SourceId, ideas: Arc<Ideas>) {
        self.offers.retain(|(of, held)| of != source || held.alert != ideas.alert);
        if ideas.ideas.is_empty() {
            return;
        }
        if self.offers.len() >= MOST_ALERTS {
            self.offers.remove(0);
        }
        self.offers.push((source.clone(), ideas));
    }

    /// The ideas for the alert that went off last, then those of the others; no query twice, none that was put forward.
    pub fn open(&self) -> Vec<(&SourceId, &Ideas, &QueryIdea)> {
        let mut seen = BTreeSet::new();
        let all = self
            .offers
            .iter()
            .rev()
            .flat_map(|(source, ideas)| ideas.ideas.iter().map(move |idea| (source, &**ideas, idea)));
        let untaken = all.filter(|(source, _, idea)| !self.taken.contains(&((*source).clone(), idea.query.clone())));
        untaken.filter(|(source, _, idea)| seen.insert(((*source).clone(), idea.query.clone()))).collect()
    }

    /// What the pane says; `None` when nothing waits.
    pub fn waiting(&self) -> Option<Waiting> {
        let open = self.open();
        let alert = open.first()?.1.alert.name.clone();
        let alerts: BTreeSet<&CleanText> = open.iter().map(|(_, ideas, _)| &ideas.alert.name).collect();
        Some(Waiting { count: open.len().min(ON_A_CARD), alert, other_alerts: alerts.len() - 1 })
    }

    /// Takes the next card's ideas out: they are put forward now and do not wait here again.
    pub fn take(&mut self) -> Vec<(SourceId, CleanText, QueryIdea)> {
        let open = self.open();
        let next: Vec<_> = open
            .into_iter()
            .take(ON_A_CARD)
            .map(|(source, ideas, idea)| (source.clone(), ideas.alert.name.clone(), idea.clone()))
            .collect();
        for (source, _, idea) in &next {
            if self.taken.len() >= MOST_TAKEN {
                self.taken.pop_first();
            }
            self.taken.insert((source.clone(), idea.query.clone()));
        }
        next
    }

    /// What sources had to say beside their ideas, each once.
    pub fn notices(&self) -> BTreeSet<CleanText> {
        self.offers.iter().flat_map(|(_, ideas)| ideas.notices.iter().cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::series::Unit;
    use crate::domain::{Fired, Signal};

    fn ideas(alert: &str, queries: &[&str]) -> Arc<Ideas> {
        let idea = |query: &&str| QueryIdea {
            title: CleanText::line(query),
            query: (*query).to_owned(),
            unit: Unit::Number,
            why: "why".into(),
            about: "shop".into(),
            signal: Signal::Rate,
        };
        let alert = Fired { name: alert.into(), labels: Default::default() };
        Arc::new(Ideas { alert, ideas: queries.iter().map(idea).collect(), notices: Vec::new() })
    }

    #[test]
    fn what_was_put_forward_does_not_come_back_when_it_is_found_again() {
        let (prom, mut store) = (SourceId::new("prom"), IdeaStore::default());
        store.replace(&prom, ideas("A", &["a", "b"]));
        store.replace(&prom, ideas("B", &["b", "c"]));
        let waiting = store.waiting().unwrap();
        assert_eq!((waiting.count, waiting.alert.as_str(), waiting.other_alerts), (3, "B", 1));
        let taken: Vec<String> = store.take().into_iter().map(|(_, _, idea)| idea.query).collect();
        assert_eq!(taken, ["b", "c", "a"]);
        store.replace(&prom, ideas("A", &["a", "b"]));
        assert_eq!(store.waiting(), None);
        store.replace(&prom, ideas("A", &["a", "d"]));
        assert_eq!(store.waiting().unwrap().count, 1);
    }

    #[test]
    fn a_card_lists_a_few_and_the_rest_wait_for_the_next() {
        let (prom, mut store) = (SourceId::new("prom"), IdeaStore::default());
        let queries: Vec<String> = (0..ON_A_CARD + 3).map(|n| format!("q{n}")).collect();
        store.replace(&prom, ideas("A", &queries.iter().map(String::as_str).collect::<Vec<_>>()));
        assert_eq!(store.take().len(), ON_A_CARD);
        assert_eq!(store.waiting().unwrap().count, 3);
    }
}
