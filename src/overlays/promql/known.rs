//! Labels and values that the server told while somebody wrote. Bounded; what is asked for is noted, so that nothing is
//! asked twice.

use std::collections::BTreeMap;

use crate::domain::query::{LabelAnswer, LabelAsk, QueryError};
use crate::domain::{CleanText, MetricCatalog, MetricInfo};
use crate::promql::complete::{Names, Place};

/// Answers kept; all are forgotten when one more comes.
const KEPT: usize = 64;

/// How a question stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Told {
    /// It is being asked.
    Asked,
    /// It was answered.
    Answer(LabelAnswer),
    /// It failed, and why.
    Failed(CleanText),
}

/// What was asked and told.
#[derive(Default)]
pub(super) struct Known {
    told: BTreeMap<LabelAsk, Told>,
}

/// What can be completed from: the catalog and what was told.
pub(super) struct Learned<'a> {
    known: &'a Known,
    catalog: Option<&'a MetricCatalog>,
}

impl Known {
    pub(super) fn names<'a>(&'a self, catalog: Option<&'a MetricCatalog>) -> Learned<'a> {
        Learned { known: self, catalog }
    }

    pub(super) fn learn(&mut self, ask: &LabelAsk, answer: Result<LabelAnswer, QueryError>) {
        let told = match answer {
            Ok(answer) => Told::Answer(answer),
            Err(error) => Told::Failed(error.why),
        };
        self.keep(ask.clone(), told);
    }

    /// What has to be asked for this place; it counts as asked from now on.
    pub(super) fn missing(&mut self, place: &Place, typed: &str) -> Option<LabelAsk> {
        let ask = asked_at(place)?;
        let ask = match self.told.get(&ask) {
            None => ask,
            // The server has more values than it told: those that begin as typed.
            Some(Told::Answer(answer)) if answer.cut && typed.len() >= 2 && ask.label.is_some() => {
                LabelAsk { prefix: typed.to_owned(), ..ask }
            }
            Some(Told::Answer(_) | Told::Asked | Told::Failed(_)) => return None,
        };
        if self.told.contains_key(&ask) {
            return None;
        }
        // A newer question takes the place of one that is still on its way.
        self.told.retain(|_, told| *told != Told::Asked);
        self.keep(ask.clone(), Told::Asked);
        Some(ask)
    }

    /// How the question of this place stands.
    pub(super) fn at(&self, place: &Place) -> Option<&Told> {
        self.told.get(&asked_at(place)?)
    }

    fn keep(&mut self, ask: LabelAsk, told: Told) {
        if self.told.len() >= KEPT && !self.told.contains_key(&ask) {
            self.told.clear();
        }
        self.told.insert(ask, told);
    }

    fn items(&self, metric: Option<&str>, label: Option<&str>) -> Vec<CleanText> {
        let about = |ask: &LabelAsk| ask.metric.as_deref() == metric && ask.label.as_deref() == label;
        let answers = self.told.iter().filter(|(ask, _)| about(ask)).filter_map(|(_, told)| match told {
            Told::Answer(answer) => Some(&answer.items),
            Told::Asked | Told::Failed(_) => None,
        });
        let mut items: Vec<CleanText> = answers.flatten().cloned().collect();
        items.sort();
        items.dedup();
        items
    }
}

/// The question whose answer completes a place.
fn asked_at(place: &Place) -> Option<LabelAsk> {
    let (metric, label) = match place {
        Place::LabelName { metric, .. } => (metric.clone(), None),
        Place::LabelValue { metric, label, .. } => (metric.clone(), Some(label.clone())),
        Place::Operand(_) | Place::Behind { .. } | Place::LabelTest => return None,
        Place::Duration | Place::Moment | Place::Nothing => return None,
    };
    Some(LabelAsk { metric, label, prefix: String::new() })
}

impl Names for Learned<'_> {
    fn metrics(&self) -> &[MetricInfo] {
        self.catalog.map_or(&[], |catalog| &catalog.metrics)
    }

    fn labels(&self, metric: Option<&str>) -> Vec<CleanText> {
        let own = self.known.items(metric, None);
        if own.is_empty() { self.catalog.map_or_else(Vec::new, |catalog| catalog.labels.clone()) } else { own }
    }

    fn values(&self, metric: Option<&str>, label: &str) -> Vec<CleanText> {
        self.known.items(metric, Some(label))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(label: &str) -> Place {
        Place::LabelValue { metric: Some("up".to_owned()), label: label.to_owned(), quote: '"' }
    }

    #[test]
    fn nothing_is_asked_twice_and_more_only_where_there_is_more() {
        let mut known = Known::default();
        let ask = known.missing(&value("job"), "").unwrap();
        assert_eq!(known.missing(&value("job"), "ap"), None);
        known.learn(&ask, Ok(LabelAnswer { items: vec!["a".into()], cut: true }));
        let more = known.missing(&value("job"), "ap").unwrap();
        assert_eq!((more.prefix.as_str(), known.missing(&value("job"), "ap")), ("ap", None));
        known.learn(&more, Ok(LabelAnswer { items: vec!["api".into()], cut: false }));
        let values = known.names(None).values(Some("up"), "job");
        assert_eq!(values.iter().map(CleanText::as_str).collect::<Vec<_>>(), ["a", "api"]);
        assert_eq!(known.missing(&Place::Duration, ""), None);
        assert!(known.missing(&value("pod"), "").is_some() && known.missing(&value("node"), "").is_some());
        assert!(known.missing(&value("pod"), "").is_some(), "its first question was given up for the one about nodes");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut known = Known::default();
        (0..3 * KEPT).for_each(|n| drop(known.missing(&value(&format!("l{n}")), "")));
        assert!(known.told.len() <= KEPT);
    }
}
