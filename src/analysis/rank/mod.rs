//! Root-cause rank: which service below one in trouble is the likeliest cause, from its metrics, their baseline and the
//! call graph. Called by `cli/rank`; pure and deterministic.
//!
//! The thought: latency and failures travel from callee to caller, and extra seconds and failed calls keep their amount on the
//! way ([`excess`] states the quantity and its sources). A service is suspected as far as its *own* excess, what is left without
//! its callees', explains the target's ([`blame`]), and as far as that excess is unusual for the service itself. That is the traversal of
//! Liu et al., *MicroHECL* (ICSE-SEIP 2021), and Chen et al., *CauseInfer* (INFOCOM 2014): the deepest anomalous node of an anomalous chain,
//! with the tie between many anomalous nodes decided by amounts instead of by z-scores, which differ by orders of magnitude between
//! a quiet service and a busy one. Residuals against callees are the idea of Li et al., *CIRCA* (KDD 2022), without a
//! regression, since the coefficient of a call one waits for is known: one. Jumps of marginal anomaly along the graph as evidence:
//! Okati et al., *Root Cause Analysis of Outliers with Missing Structural Knowledge* (2024).
//!
//! `score = own share explained * strength / (strength + BAR)`, halved for a service nobody called before the incident (its caller
//! began to call it) and for a leaf that only repeats a sibling's trouble (the caller's side of that call).

mod blame;
mod excess;
mod graph;
mod reason;
mod telemetry;

pub use graph::CallGraph;
pub use telemetry::{Columns, Measure, Telemetry};

use blame::{Field, Suspect, together};
use excess::Excess;
use graph::Below;

/// Robust standard deviations from which an excess is a finding of its own.
const BAR: f64 = 6.0;
/// From here on the target itself moved.
const MOVED: f64 = 3.0;
/// The least share of the target's excess that a finding explains, and the least part of an excess that must have reached a
/// target which hardly moved.
const SHARE: f64 = 0.25;
/// What explains less is not listed.
const LISTED: f64 = 0.05;

/// What is in trouble.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub service: String,
    /// `Latency` or `Availability`; the amount of traffic has no cause in this graph.
    pub measure: Measure,
    /// Unix seconds of the alert, if it is known; rows far from it are left out.
    pub at: Option<f64>,
}

/// One suspect.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub service: String,
    /// What is wrong there; `Requests` where its latency or failures came with a surge of calls that its callers did not have.
    pub measure: Measure,
    /// From 0 to 1; the order of the ranking.
    pub score: f64,
    /// Share of the target's excess that its own explains, from 0 to 1.
    pub explains: f64,
    /// Robust standard deviations above its baseline; `None` where the baseline does not know it.
    pub strength: Option<f64>,
    /// From the target to it, along calls.
    pub path: Vec<String>,
    /// One line for a person.
    pub why: String,
}

/// Why nothing can be ranked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RankError {
    #[error("the graph has no service named {0}")]
    NotInGraph(String),
    #[error("the metrics have no {measure} of {service}")]
    NotMeasured { service: String, measure: &'static str },
    #[error("a target's metric is latency or availability")]
    NoCause,
}

/// The suspects, likeliest first, one entry for each service; none where the target behaves normally, or where nothing
/// unusual below it explains what it does.
pub fn rank(
    target: &Target,
    graph: &CallGraph,
    incident: &Telemetry,
    baseline: &Telemetry,
) -> Result<Vec<Candidate>, RankError> {
    let other = match target.measure {
        Measure::Latency => Measure::Availability,
        Measure::Availability => Measure::Latency,
        Measure::Requests => return Err(RankError::NoCause),
    };
    let root = graph.place(&target.service).ok_or_else(|| RankError::NotInGraph(target.service.clone()))?;
    let near = target.at.map(|at| incident.around(at));
    let incident = near.as_ref().unwrap_or(incident);
    let below = graph.below(root);
    let field = Field::new(target.measure, graph, &below, incident, baseline);
    let Some(trouble) = field.of(root) else {
        let measure = target.measure.word();
        return Err(RankError::NotMeasured { service: target.service.clone(), measure });
    };
    let scene = Scene { graph, below: &below, incident, baseline, trouble };
    let mut found = scene.ranked(target.measure, field.suspects(graph, &below, &trouble.rows));
    if found.is_empty() && strength(trouble) >= BAR {
        let elsewhere = Field::new(other, graph, &below, incident, baseline);
        found = scene.ranked(other, scene.moving_along(&elsewhere));
    }
    Ok(found)
}

/// What a ranking looks at.
struct Scene<'a> {
    graph: &'a CallGraph,
    below: &'a Below,
    incident: &'a Telemetry,
    baseline: &'a Telemetry,
    trouble: &'a Excess,
}

impl Scene<'_> {
    /// The list, if one of the suspects is a finding.
    fn ranked(&self, measure: Measure, suspects: Vec<Suspect>) -> Vec<Candidate> {
        if !suspects.iter().any(|suspect| self.is_finding(suspect)) {
            return Vec::new();
        }
        let listed = |it: &Suspect| it.own >= LISTED && (it.new || strength(&it.excess) >= MOVED);
        let mut listed: Vec<(f64, usize, Suspect)> = suspects
            .into_iter()
            .filter(listed)
            .map(|suspect| (score(&suspect), self.below.path(suspect.place).len(), suspect))
            .collect();
        listed.sort_by(|(a, deep_a, one), (b, deep_b, other)| {
            let names = || self.graph.name(one.place).cmp(self.graph.name(other.place));
            b.total_cmp(a).then(deep_b.cmp(deep_a)).then_with(names)
        });
        listed.into_iter().map(|(score, _, suspect)| self.candidate(measure, score, &suspect)).collect()
    }

    /// Whether a suspect alone is reason enough for an answer.
    fn is_finding(&self, suspect: &Suspect) -> bool {
        let reached = strength(self.trouble) >= MOVED || suspect.passed >= SHARE;
        strength(&suspect.excess) >= BAR && suspect.own >= SHARE && reached
    }

    /// Suspects of the other measure. Failures and seconds have no common unit, so only the shape over the rows can agree, which
    /// is half as much evidence.
    fn moving_along(&self, field: &Field) -> Vec<Suspect> {
        let mut suspects = field.suspects(self.graph, self.below, &self.trouble.rows);
        for suspect in &mut suspects {
            suspect.all = together(&suspect.excess.rows, &self.trouble.rows);
            suspect.own = suspect.all / 2.0;
            suspect.passed = 1.0;
        }
        suspects
    }

    fn candidate(&self, measure: Measure, score: f64, suspect: &Suspect) -> Candidate {
        let path = self.below.path(suspect.place).into_iter().map(|at| self.graph.name(at).to_owned()).collect();
        let surge = self.surge(suspect.place);
        Candidate {
            service: self.graph.name(suspect.place).to_owned(),
            measure: if surge.is_some() { Measure::Requests } else { measure },
            score,
            explains: suspect.own,
            strength: suspect.excess.strength,
            path,
            why: reason::why(measure, suspect, surge, suspect.view_of.map(|at| self.graph.name(at))),
        }
    }

    /// How many times its usual calls a service got, if that is half as many again and more than any caller of it got.
    fn surge(&self, place: usize) -> Option<f64> {
        let grown = |place: usize| {
            let name = self.graph.name(place);
            let now = excess::traffic(self.incident.services.get(name)?)?;
            let before = excess::traffic(self.baseline.services.get(name)?)?;
            (before > 0.0).then(|| now / before)
        };
        let own = grown(place).filter(|times| *times >= 1.5)?;
        let callers = self.below.order.iter().filter(|it| self.graph.callees(**it).contains(&place));
        callers.filter_map(|caller| grown(*caller)).all(|theirs| own >= 1.5 * theirs).then_some(own)
    }
}

fn strength(excess: &Excess) -> f64 {
    excess.strength.unwrap_or(0.0)
}

fn score(suspect: &Suspect) -> f64 {
    let strength = suspect.excess.strength.unwrap_or(BAR).max(0.0);
    let indirect = suspect.new || suspect.view_of.is_some();
    suspect.own * strength / (strength + BAR) * if indirect { 0.5 } else { 1.0 }
}

#[cfg(test)]
mod simulate;
#[cfg(test)]
mod tests;
