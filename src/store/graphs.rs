//! Who calls whom, joined from all that know: the configuration, maps, traces, the labels of metrics. `app` replaces what
//! one of them says.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::{ServiceGraph, SourceId};

/// The graphs of the sources and the one that joins them.
#[derive(Debug, Default)]
pub struct GraphStore {
    base: ServiceGraph,
    told: BTreeMap<SourceId, Arc<ServiceGraph>>,
    whole: Arc<ServiceGraph>,
}

impl GraphStore {
    /// A store that knows what was known before any source spoke.
    pub fn new(base: ServiceGraph) -> Self {
        Self { whole: Arc::new(base.clone()), base, told: BTreeMap::new() }
    }

    /// Replaces what one source says; whether anything is new.
    pub fn replace(&mut self, source: &SourceId, graph: Arc<ServiceGraph>) -> bool {
        if self.told.get(source) == Some(&graph) {
            return false;
        }
        self.told.insert(source.clone(), graph);
        let mut whole = self.base.clone();
        self.told.values().for_each(|graph| whole.merge(graph));
        let new = whole != *self.whole;
        self.whole = Arc::new(whole);
        new
    }

    /// All that is known.
    pub fn whole(&self) -> &Arc<ServiceGraph> {
        &self.whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::graph::Known;

    #[test]
    fn what_a_source_no_longer_says_is_gone_and_the_base_stays() {
        let graph = |caller: &str| {
            let mut graph = ServiceGraph::default();
            graph.call(&caller.into(), &"db".into(), Known::Configured);
            graph
        };
        let mut store = GraphStore::new(graph("base"));
        let prom = SourceId::new("prom");
        assert!(store.replace(&prom, Arc::new(graph("old"))) && !store.replace(&prom, Arc::new(graph("old"))));
        assert!(store.replace(&prom, Arc::new(graph("new"))));
        let callers: Vec<_> = store.whole().callers("db").map(|it| it.to_string()).collect();
        assert_eq!(callers, ["base", "new"]);
    }
}
