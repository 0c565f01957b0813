//! Root-cause rank: which service below one in trouble is the likeliest cause, from its metrics, their baseline and
//! the call graph. Called by `cli/rank`; pure and deterministic.
//!
//! The thought: latency and failures travel from callee to caller, and extra seconds and failed calls keep their
//! amount on the way (`excess` states the quantity and its sources). A service is suspected as far as its *own*
//! excess, what is left without its callees', explains the target's (`blame`), and as far as that excess is unusual
//! for the service itself. That is the traversal of Liu et al., *MicroHECL* (ICSE-SEIP 2021), and Chen et al.,
//! *CauseInfer* (INFOCOM 2014): the deepest anomalous node of an anomalous chain, with the tie between many anomalous
//! nodes decided by amounts instead of by z-scores, which differ by orders of magnitude between a quiet service and a
//! busy one. Residuals against callees are the idea of Li et al., *CIRCA* (KDD 2022), without a regression, since the
//! coefficient of a call one waits for is known: one. Jumps of marginal anomaly along the graph as evidence: Okati et
//! al., *Root Cause Analysis of Outliers with Missing Structural Knowledge* (2024).
//!
//! `score = own share explained * strength / (strength + BAR)`, halved for a service nobody called before the incident
//! (its caller began to call it) and for a leaf that only repeats a sibling's trouble (the caller's side of that
//! call).

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
/// The same where the target's is as unusual.
const BOTH: f64 = 4.0;
/// From here on the target is a finding by itself, with no other service that agrees.
const ITSELF: f64 = 1.5 * BAR;
/// From here on the target itself moved.
const MOVED: f64 = 3.0;
/// The least share of the target's excess that a finding explains, and the least part of an excess that must have
/// reached a target which hardly moved.
const SHARE: f64 = 0.25;
/// From here on the other measure of a service moves as the first suspect does: cosine squared.
const ALONG: f64 = 0.8;
/// What explains less is not listed.
const LISTED: f64 = 0.05;

/// What is in trouble.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Its name in the graph and in the metrics.
    pub service: String,
    /// `Latency` or `Availability`; the amount of traffic has no cause in this graph.
    pub measure: Measure,
    /// Unix seconds of the alert, if it is known; rows far from it are left out.
    pub at: Option<f64>,
}

/// One suspect.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its name in the graph.
    pub service: String,
    /// What is wrong there; `Requests` where its latency or failures came with a surge of calls that its callers did
    /// not have.
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
    let scene = Scene { root, graph, below: &below, incident, baseline, trouble };
    let mut found = scene.listed(target.measure, field.suspects(graph, &below, &trouble.rows));
    if let Some(first) = found.first() {
        let elsewhere = Field::new(other, graph, &below, incident, baseline);
        let along = scene.moving_along(other, &elsewhere, first, &found);
        found.extend(along);
        scene.order(&mut found);
    }
    Ok(found.iter().map(|it| scene.candidate(it)).collect())
}

/// A suspect on the list.
struct Listed {
    score: f64,
    measure: Measure,
    suspect: Suspect,
}

/// What a ranking looks at.
struct Scene<'a> {
    root: usize,
    graph: &'a CallGraph,
    below: &'a Below,
    incident: &'a Telemetry,
    baseline: &'a Telemetry,
    trouble: &'a Excess,
}

impl Scene<'_> {
    /// The list, if one of the suspects is a finding.
    fn listed(&self, measure: Measure, suspects: Vec<Suspect>) -> Vec<Listed> {
        if !suspects.iter().any(|suspect| self.is_finding(suspect)) {
            return Vec::new();
        }
        let listed = |it: &Suspect| it.own >= LISTED && (it.new || strength(&it.excess) >= MOVED);
        let suspects = suspects.into_iter().filter(listed);
        let mut found: Vec<Listed> =
            suspects.map(|suspect| Listed { score: score(&suspect), measure, suspect }).collect();
        self.order(&mut found);
        found
    }

    /// The highest score first; of equal ones the deepest, then by name.
    fn order(&self, found: &mut [Listed]) {
        let depth = |it: &Listed| self.below.path(it.suspect.place).len();
        let name = |it: &Listed| self.graph.name(it.suspect.place).to_owned();
        found.sort_by(|a, b| {
            b.score.total_cmp(&a.score).then(depth(b).cmp(&depth(a))).then_with(|| name(a).cmp(&name(b)))
        });
    }

    /// Whether a suspect alone is reason enough for an answer.
    fn is_finding(&self, suspect: &Suspect) -> bool {
        let (here, there) = (strength(&suspect.excess), strength(self.trouble));
        // Of the target itself there is one series, which always agrees with itself.
        if suspect.place == self.root {
            return suspect.own >= SHARE && here >= ITSELF;
        }
        let alone = here >= BAR && (there >= MOVED || suspect.passed >= SHARE);
        suspect.own >= SHARE && (alone || here.min(there) >= BOTH)
    }

    /// Services below the first suspect whose other measure moved as it did: calls that fail make their caller wait
    /// and try again, calls that hang make it fail. Failures and seconds have no common unit, so only the shape over
    /// the rows can agree, which is half as much evidence.
    fn moving_along(&self, measure: Measure, field: &Field, first: &Listed, found: &[Listed]) -> Vec<Listed> {
        let deeper = self.graph.below(first.suspect.place);
        let is_new = |it: &Suspect| {
            it.place != first.suspect.place
                && deeper.order.contains(&it.place)
                && found.iter().all(|listed| listed.suspect.place != it.place)
        };
        let suspects = field.suspects(self.graph, self.below, &first.suspect.excess.rows).into_iter().filter(is_new);
        suspects
            .filter_map(|mut suspect| {
                suspect.own = together(&suspect.excess.rows, &first.suspect.excess.rows) / 2.0;
                suspect.all = suspect.own;
                let moves = suspect.own >= ALONG / 2.0 && strength(&suspect.excess) >= BAR;
                moves.then(|| Listed { score: score(&suspect) * first.score, measure, suspect })
            })
            .collect()
    }

    fn candidate(&self, listed: &Listed) -> Candidate {
        let Listed { score, measure, suspect } = listed;
        let path = self.below.path(suspect.place).into_iter().map(|at| self.graph.name(at).to_owned()).collect();
        let surge = self.surge(suspect.place);
        Candidate {
            service: self.graph.name(suspect.place).to_owned(),
            measure: if surge.is_some() { Measure::Requests } else { *measure },
            score: *score,
            explains: suspect.own,
            strength: suspect.excess.strength,
            path,
            why: reason::why(*measure, suspect, surge, suspect.view_of.map(|at| self.graph.name(at))),
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
