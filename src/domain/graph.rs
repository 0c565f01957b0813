//! Who calls whom among services, and where each call is known from. Filled from the configuration, from labels of
//! metrics, from traces and from service maps; read by the proposals of queries, the ranking of causes and the screen.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use super::CleanText;

/// Services held, at most.
pub const MOST_SERVICES: usize = 5_000;
/// Calls held, at most.
pub const MOST_CALLS: usize = 20_000;
/// Origins held of one call, at most.
const MOST_ORIGINS: usize = 8;

/// Services and the calls between them. A service never calls itself here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceGraph {
    services: BTreeSet<CleanText>,
    calls: BTreeMap<(CleanText, CleanText), BTreeSet<Known>>,
    left_out: usize,
}

/// Where a call is known from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    /// It stands in the configuration.
    Configured,
    /// A map of services: its file.
    Map(CleanText),
    /// Spans of a trace: their file.
    Traces(CleanText),
    /// The labels of this metric's series.
    Metric(CleanText),
}

/// A call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Call<'a> {
    /// Who calls.
    pub caller: &'a CleanText,
    /// Who is called.
    pub callee: &'a CleanText,
    /// Where that is known from; never empty.
    pub known: &'a BTreeSet<Known>,
}

impl ServiceGraph {
    /// Adds a service, whether or not anybody calls it.
    pub fn add(&mut self, service: &CleanText) {
        if service.is_empty() || self.services.contains(service) {
            return;
        }
        if self.services.len() >= MOST_SERVICES {
            self.left_out += 1;
            return;
        }
        self.services.insert(service.clone());
    }

    /// Adds a call and both its services. What finds no room is counted.
    pub fn call(&mut self, caller: &CleanText, callee: &CleanText, known: Known) {
        if caller.is_empty() || callee.is_empty() || caller == callee {
            return;
        }
        let key = (caller.clone(), callee.clone());
        if self.calls.len() >= MOST_CALLS && !self.calls.contains_key(&key) {
            self.left_out += 1;
            return;
        }
        self.add(caller);
        self.add(callee);
        if !(self.services.contains(caller) && self.services.contains(callee)) {
            return;
        }
        let origins = self.calls.entry(key).or_default();
        if origins.len() < MOST_ORIGINS {
            origins.insert(known);
        }
    }

    /// Adds all of another graph.
    pub fn merge(&mut self, other: &ServiceGraph) {
        other.services.iter().for_each(|service| self.add(service));
        for ((caller, callee), known) in &other.calls {
            known.iter().for_each(|known| self.call(caller, callee, known.clone()));
        }
        self.left_out += other.left_out;
    }

    /// The services in the order of their names.
    pub fn services(&self) -> impl Iterator<Item = &CleanText> {
        self.services.iter()
    }

    /// The calls in the order of their callers' names.
    pub fn calls(&self) -> impl Iterator<Item = Call<'_>> {
        self.calls.iter().map(|((caller, callee), known)| Call { caller, callee, known })
    }

    /// Whom a service calls.
    pub fn callees<'a>(&'a self, service: &'a str) -> impl Iterator<Item = &'a CleanText> {
        self.calls().filter(move |call| call.caller.as_str() == service).map(|call| call.callee)
    }

    /// Who calls a service.
    pub fn callers<'a>(&'a self, service: &'a str) -> impl Iterator<Item = &'a CleanText> {
        self.calls().filter(move |call| call.callee.as_str() == service).map(|call| call.caller)
    }

    /// What a service depends on, the nearest first, with the way there: the service itself, those between, the one it
    /// depends on. At most `most`, none twice, the service itself not among them.
    pub fn dependencies(&self, service: &str, most: usize) -> Vec<Vec<CleanText>> {
        let Some(start) = self.services.get(service) else { return Vec::new() };
        let mut next: BTreeMap<&str, Vec<&CleanText>> = BTreeMap::new();
        for call in self.calls() {
            next.entry(call.caller.as_str()).or_default().push(call.callee);
        }
        let mut seen = BTreeSet::from([start]);
        let mut ahead = VecDeque::from([vec![start.clone()]]);
        let mut found = Vec::new();
        while let Some(way) = ahead.pop_front() {
            let here = way.last().map_or("", |last| last.as_str());
            for callee in next.get(here).into_iter().flatten() {
                if found.len() >= most {
                    return found;
                }
                if seen.insert(callee) {
                    let mut further = way.clone();
                    further.push((*callee).clone());
                    found.push(further.clone());
                    ahead.push_back(further);
                }
            }
        }
        found
    }

    /// Whether it holds neither services nor calls.
    pub fn is_empty(&self) -> bool {
        self.services.is_empty()
    }

    /// Services and calls that found no room.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// For people: a line for each service with those it calls, and where each call is known from.
    pub fn text(&self) -> CleanText {
        if self.is_empty() {
            return "no service is known: name them under [[service]] with depends_on, or add service_maps".into();
        }
        let mut lines: Vec<String> = Vec::new();
        for service in &self.services {
            let calls: Vec<Call<'_>> = self.calls().filter(|call| call.caller == service).collect();
            if calls.is_empty() {
                let called = self.calls.keys().any(|(_, callee)| callee == service);
                lines.push(format!("{service}  {}", if called { "calls nobody" } else { "no call is known" }));
                continue;
            }
            lines.push(format!("{service} calls"));
            for call in calls {
                let known: Vec<String> = call.known.iter().map(ToString::to_string).collect();
                lines.push(format!("  {}  by {}", call.callee, known.join(", ")));
            }
        }
        if self.left_out > 0 {
            lines.push(format!("{} more found no room", self.left_out));
        }
        CleanText::block(&lines.join("\n"))
    }
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Known::Configured => f.write_str("the configuration"),
            Known::Map(file) => write!(f, "{file}"),
            Known::Traces(file) => write!(f, "traces in {file}"),
            Known::Metric(name) => write!(f, "labels of {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(calls: &[(&str, &str)]) -> ServiceGraph {
        let mut graph = ServiceGraph::default();
        for (caller, callee) in calls {
            graph.call(&CleanText::line(caller), &CleanText::line(callee), Known::Configured);
        }
        graph
    }

    #[test]
    fn dependencies_come_nearest_first_once_each_and_with_their_way() {
        let graph = graph(&[("a", "b"), ("b", "c"), ("a", "d"), ("d", "c"), ("c", "a"), ("x", "a"), ("a", "a")]);
        let ways: Vec<String> = graph.dependencies("a", 9).iter().map(|way| way.join(">")).collect();
        assert_eq!(ways, ["a>b", "a>d", "a>b>c"]);
        assert_eq!(graph.dependencies("a", 1).len(), 1);
        assert!(graph.dependencies("nobody", 9).is_empty());
        assert_eq!(graph.callers("a").map(|it| it.as_str()).collect::<Vec<_>>(), ["c", "x"]);
    }

    #[test]
    fn merged_graphs_tell_every_origin_of_a_call() {
        let mut whole = graph(&[("a", "b")]);
        let mut other = ServiceGraph::default();
        other.call(&"a".into(), &"b".into(), Known::Metric("calls_total".into()));
        other.add(&"idle".into());
        whole.merge(&other);
        let text = whole.text();
        assert_eq!(
            text.as_str(),
            "a calls\n  b  by the configuration, labels of calls_total\nb  calls nobody\nidle  no call is known"
        );
    }

    #[test]
    fn what_finds_no_room_is_counted() {
        let mut graph = ServiceGraph::default();
        for n in 0..MOST_SERVICES + 3 {
            graph.add(&CleanText::line(&format!("s{n}")));
        }
        assert_eq!((graph.services().count(), graph.left_out()), (MOST_SERVICES, 3));
        graph.call(&"new".into(), &"s1".into(), Known::Configured);
        assert!(graph.calls().next().is_none() && graph.left_out() == 4);
    }
}
