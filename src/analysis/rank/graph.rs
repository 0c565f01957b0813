//! Who calls whom, and what of it lies below the service in trouble. Built by `cli/rank`, read by the other files here.

use std::collections::{BTreeMap, VecDeque};

/// A directed call graph over named services. The same call added twice counts once.
#[derive(Clone, Debug, Default)]
pub struct CallGraph {
    names: Vec<String>,
    places: BTreeMap<String, usize>,
    callees: Vec<Vec<usize>>,
}

/// What can be reached from one service along calls, nearest first.
#[derive(Clone, Debug)]
pub(super) struct Below {
    /// Places of the services, the start first.
    pub order: Vec<usize>,
    /// For each service of the graph the one it was reached from first.
    parents: Vec<Option<usize>>,
}

impl CallGraph {
    /// A place for the service, if it has none yet.
    pub fn add(&mut self, name: &str) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = self.names.len();
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        self.callees.push(Vec::new());
        place
    }

    /// Notes that one service calls another. A call of itself says nothing and is left out.
    pub fn call(&mut self, caller: &str, callee: &str) {
        let (from, to) = (self.add(caller), self.add(callee));
        if from != to && !self.callees[from].contains(&to) {
            self.callees[from].push(to);
        }
    }

    /// Whether the service is in the graph.
    pub fn contains(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// Services in the graph.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether it has no service.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    pub(super) fn name(&self, place: usize) -> &str {
        &self.names[place]
    }

    pub(super) fn callees(&self, place: usize) -> &[usize] {
        &self.callees[place]
    }

    /// Everything below a service, by breadth; with cycles, each once.
    pub(super) fn below(&self, start: usize) -> Below {
        let mut parents = vec![None; self.names.len()];
        let mut seen = vec![false; self.names.len()];
        let mut order = Vec::new();
        let mut queue = VecDeque::from([start]);
        seen[start] = true;
        while let Some(place) = queue.pop_front() {
            order.push(place);
            for callee in &self.callees[place] {
                if !seen[*callee] {
                    seen[*callee] = true;
                    parents[*callee] = Some(place);
                    queue.push_back(*callee);
                }
            }
        }
        Below { order, parents }
    }
}

impl Below {
    /// The shortest way from the start, both ends included.
    pub fn path(&self, to: usize) -> Vec<usize> {
        let mut path = vec![to];
        let mut at = to;
        while let Some(parent) = self.parents[at] {
            path.push(parent);
            at = parent;
        }
        path.reverse();
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_ends_and_the_way_is_the_shortest() {
        let mut graph = CallGraph::default();
        for (from, to) in [("a", "b"), ("b", "c"), ("c", "a"), ("a", "d"), ("d", "e"), ("c", "e"), ("e", "e")] {
            graph.call(from, to);
        }
        let place = |name| graph.place(name).unwrap();
        let below = graph.below(place("a"));
        assert_eq!(below.order.len(), 5);
        let names: Vec<&str> = below.path(place("e")).into_iter().map(|at| graph.name(at)).collect();
        assert_eq!(names, ["a", "d", "e"]);
        assert_eq!(graph.below(place("e")).order, [place("e")]);
    }
}
