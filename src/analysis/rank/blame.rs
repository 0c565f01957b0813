//! Whose excess explains the target's, and what is left of it once that of the services it calls is taken away.

use super::excess::{Excess, excess, traffic, weather};
use super::graph::{Below, CallGraph};
use super::telemetry::{Columns, Measure, Telemetry};

/// Below this many robust standard deviations a callee's excess takes nothing from its callers': it is their noise
/// twice.
const NOTICED: f64 = 3.0;
/// From here on two shapes over the rows are the same movement: cosine squared.
const TOGETHER: f64 = 0.8;

/// One service below the target, for one measure.
#[derive(Clone, Debug)]
pub(super) struct Suspect {
    pub place: usize,
    pub excess: Excess,
    /// Share of the target's excess that its own, without its callees', explains.
    pub own: f64,
    /// The same with its callees'.
    pub all: f64,
    /// How much of its own excess must have reached the target for that: 1 all of it.
    pub passed: f64,
    /// A service that nobody called before the incident.
    pub new: bool,
    /// A leaf that moves with a sibling which calls others: the caller's view of that sibling.
    pub view_of: Option<usize>,
}

/// A measure over all services below the target.
pub(super) struct Field {
    /// By place in the graph; `None` where nothing is measured.
    excess: Vec<Option<Excess>>,
    new: Vec<bool>,
    /// Calls in a row, where they are counted.
    calls: Vec<Option<f64>>,
}

impl Field {
    pub fn new(measure: Measure, graph: &CallGraph, below: &Below, incident: &Telemetry, baseline: &Telemetry) -> Self {
        let count = graph.len();
        let mut field = Field { excess: vec![None; count], new: vec![false; count], calls: vec![None; count] };
        let leaves: Vec<(&Columns, &Columns)> = below
            .order
            .iter()
            .filter(|place| graph.callees(**place).is_empty())
            .filter_map(|place| {
                let name = graph.name(*place);
                Some((incident.services.get(name)?, baseline.services.get(name)?))
            })
            .collect();
        let weather = if measure == Measure::Latency { weather(&leaves) } else { 1.0 };
        for place in &below.order {
            let name = graph.name(*place);
            let Some(now) = incident.services.get(name) else { continue };
            let before = baseline.services.get(name);
            field.excess[*place] = excess(measure, now, before, weather);
            field.calls[*place] = traffic(now);
            let silent_before = before.is_none_or(|columns| {
                columns.requests.iter().all(|calls| !calls.is_finite() || *calls == 0.0)
                    && !columns.latency.iter().any(|it| it.is_finite())
            });
            field.new[*place] = silent_before && field.calls[*place] != Some(0.0);
        }
        field
    }

    /// The target's own excess.
    pub fn of(&self, place: usize) -> Option<&Excess> {
        self.excess[place].as_ref()
    }

    /// Every service below the target that has an excess, with what it explains of `wanted`.
    pub fn suspects(&self, graph: &CallGraph, below: &Below, wanted: &[f64]) -> Vec<Suspect> {
        let reach: Vec<Option<Below>> = (0..graph.len())
            .map(|place| (below.order.contains(&place) && self.excess[place].is_some()).then(|| graph.below(place)))
            .collect();
        let mut suspects = Vec::new();
        for place in &below.order {
            let Some(excess) = &self.excess[*place] else { continue };
            let own = self.own(*place, graph, &reach);
            let (share, passed) = explained(&own, wanted);
            suspects.push(Suspect {
                place: *place,
                own: share,
                all: explained(&excess.rows, wanted).0,
                passed,
                new: self.new[*place],
                view_of: self.view_of(*place, graph, below, &reach),
                excess: excess.clone(),
            });
        }
        suspects
    }

    /// Excess that is not its callees'. A callee that was never called before takes nothing away: that it is called at
    /// all is its caller's doing. Nor does one from which the way leads back.
    fn own(&self, place: usize, graph: &CallGraph, reach: &[Option<Below>]) -> Vec<f64> {
        let Some(excess) = &self.excess[place] else { return Vec::new() };
        let mut own = excess.rows.clone();
        for callee in graph.callees(place) {
            let Some(theirs) = &self.excess[*callee] else { continue };
            let back = reach[*callee].as_ref().is_some_and(|below| below.order.contains(&place));
            if back || self.new[*callee] || theirs.strength.is_none_or(|strength| strength < NOTICED) {
                continue;
            }
            for (own, theirs) in own.iter_mut().zip(&theirs.rows) {
                if *own > 0.0 {
                    *own = (*own - theirs.max(0.0)).max(0.0);
                }
            }
        }
        own
    }

    /// The sibling of a leaf whose trouble the leaf only repeats, as its caller's client sees it: another callee of
    /// the same caller that calls others or gets more calls than the leaf, never calls the leaf itself, and moves as
    /// the leaf does and at least as much.
    fn view_of(&self, leaf: usize, graph: &CallGraph, below: &Below, reach: &[Option<Below>]) -> Option<usize> {
        let excess = self.excess[leaf].as_ref()?;
        if !graph.callees(leaf).is_empty() {
            return None;
        }
        let callers = below.order.iter().filter(|place| graph.callees(**place).contains(&leaf));
        let siblings = callers.flat_map(|caller| graph.callees(*caller)).filter(|place| **place != leaf);
        siblings.copied().find(|sibling| {
            let Some(theirs) = &self.excess[*sibling] else { return false };
            let apart = reach[*sibling].as_ref().is_some_and(|below| !below.order.contains(&leaf));
            let unusual = theirs.strength.is_some_and(|strength| strength >= NOTICED);
            let as_much = 1.1 * total(theirs) >= total(excess);
            let fewer = self.calls[leaf].zip(self.calls[*sibling]).is_some_and(|(view, whole)| view < whole);
            (fewer || !graph.callees(*sibling).is_empty())
                && apart
                && unusual
                && as_much
                && together(&excess.rows, &theirs.rows) >= TOGETHER
        })
    }
}

fn total(excess: &Excess) -> f64 {
    excess.rows.iter().sum()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Squared cosine of two shapes; 0 where they move against each other.
pub(super) fn together(a: &[f64], b: &[f64]) -> f64 {
    let (aa, bb, ab) = (dot(a, a), dot(b, b), dot(a, b));
    if ab > 0.0 && aa > 0.0 && bb > 0.0 { (ab / aa * (ab / bb)).min(1.0) } else { 0.0 }
}

/// The share of `wanted` that some part of `given`, at most all of it, explains: `1 - |wanted - p given|² / |wanted|²`
/// with the best `p` from 0 to 1, and that `p`. A second lost below costs the target a second or, where it did not
/// wait, less; never more.
pub(super) fn explained(given: &[f64], wanted: &[f64]) -> (f64, f64) {
    let (gg, ww, gw) = (dot(given, given), dot(wanted, wanted), dot(given, wanted));
    if !(gg > 0.0 && ww > 0.0 && gw > 0.0) {
        return (0.0, 0.0);
    }
    let part = (gw / gg).min(1.0);
    (((2.0 * part * gw - part * part * gg) / ww).clamp(0.0, 1.0), part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callee_explains_no_more_than_it_lost() {
        assert_eq!(explained(&[0.0, 2.0], &[0.0, 2.0]), (1.0, 1.0));
        assert_eq!(explained(&[0.0, 8.0], &[0.0, 2.0]), (1.0, 0.25));
        let (share, part) = explained(&[0.0, 1.0], &[0.0, 2.0]);
        assert!((share - 0.75).abs() < 1e-12 && part == 1.0);
        assert_eq!(explained(&[1.0, 0.0], &[0.0, 2.0]), (0.0, 0.0));
        assert_eq!(explained(&[0.0, -1.0], &[0.0, 2.0]), (0.0, 0.0));
        assert_eq!(explained(&[0.0], &[0.0]), (0.0, 0.0));
    }
}
