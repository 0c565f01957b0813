//! What moved first: of all that seems to have moved, what cannot be chance, one entry for each service, in the order of
//! time as far as that is certain, changes among it. Called by `room`.
//!
//! # Method
//! Of many quiet series some seem to move. Those are kept of which at most one in twenty did so by chance (Benjamini and
//! Hochberg, "Controlling the false discovery rate", Journal of the Royal Statistical Society 1995).
//!
//! The list never contradicts the error bars: what was certainly earlier stands before. Of those that may each have been
//! the earliest, first comes what nothing it depends on explains, then what is no alert's own expression, then what moved
//! farthest and stayed there.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::judge::Moving;
use super::picture::{Moved, Mover, What};
use crate::analysis::onset;
use crate::domain::time::{minus, plus};
use crate::domain::{Change, ChangeId, CleanText, ServiceGraph, TimeWindow, Timestamp};

/// The share of the list that may be there by chance.
const CHANCE: f64 = 0.05;
/// Entries of the list.
const ENTRIES: usize = 40;
/// Others of a service that are told.
const ALSO: usize = 6;
/// Changes that are told.
const CHANGES: usize = 8;
/// A change so long before the first mover may still be its cause.
const CAUSES: SignedDuration = SignedDuration::from_mins(15);
/// Spreads beyond which farther is no clearer.
const FAR: f64 = 100.0;
/// Times its usual value beyond which more is no more remarkable.
const TIMES: f64 = 20.0;
/// Services a service depends on that are looked at.
const BELOW: usize = 60;
/// What is explained by something it depends on must not be more than twice as remarkable.
const EXPLAINS: f64 = 0.5;

/// What moved, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct First {
    /// The list.
    pub movers: Vec<Mover>,
    /// What seems to have moved, but may well be chance.
    pub by_chance: usize,
    /// Entries that found no room.
    pub left_out: usize,
}

/// One service's entry while the list is made.
struct Entry {
    mover: Mover,
    weight: f64,
    is_symptom: bool,
}

/// Makes the list. `looked` is how many series and patterns were looked at.
pub(super) fn list(
    moving: Vec<Moving>,
    looked: usize,
    changes: &[Change],
    hunt: TimeWindow,
    graph: &ServiceGraph,
) -> First {
    let seemed = moving.len();
    let sure = beyond_chance(moving, looked);
    let by_chance = seemed - sure.len();
    let mut stories: BTreeMap<(CleanText, CleanText), Vec<Moving>> = BTreeMap::new();
    for moving in sure {
        stories.entry(story(&moving.mover)).or_default().push(moving);
    }
    let mut movers = in_order(stories.into_values().map(entry).collect(), graph);
    let times: Vec<(Timestamp, SignedDuration)> = movers.iter().map(|mover| (mover.at, mover.within)).collect();
    for (mover, place) in movers.iter_mut().zip(onset::order(&times)) {
        mover.place = Some(place);
    }
    let left_out = movers.len().saturating_sub(ENTRIES);
    movers.truncate(ENTRIES);
    among(&mut movers, changes, hunt);
    First { movers, by_chance, left_out }
}

/// Those of which at most one in twenty is there by chance.
fn beyond_chance(moving: Vec<Moving>, looked: usize) -> Vec<Moving> {
    let mut chances: Vec<f64> = moving.iter().map(|one| one.moved.chance).collect();
    chances.sort_by(f64::total_cmp);
    let looked = looked.max(chances.len()).max(1) as f64;
    let holds = |(k, chance): (usize, &f64)| *chance <= CHANCE * (k + 1) as f64 / looked;
    let last = chances.iter().enumerate().rev().find(|one| holds(*one)).map(|(_, chance)| *chance);
    moving.into_iter().filter(|one| last.is_some_and(|last| one.moved.chance <= last)).collect()
}

/// What tells the same story: a service; where none is named, a panel; a pattern alone.
fn story(mover: &Mover) -> (CleanText, CleanText) {
    if !mover.service.is_empty() {
        return (mover.service.clone(), CleanText::default());
    }
    match &mover.what {
        What::Metric { panel, .. } => (CleanText::default(), panel.title.clone()),
        What::Pattern { .. } | What::Change(_) => (CleanText::default(), mover.name.clone()),
    }
}

/// How remarkable a move is.
fn weight(moved: &Moved) -> f64 {
    let far = moved.spreads.min(FAR).ln_1p();
    let change = (moved.after - moved.before).abs();
    let times = if moved.before == 0.0 { TIMES } else { (change / moved.before.abs()).min(TIMES) };
    let stays = if moved.is_back { 0.4 } else { 1.0 };
    far * (0.5 + times.ln_1p() / TIMES.ln_1p()) * stays
}

fn earliest(mover: &Mover) -> Timestamp {
    minus(mover.at, mover.within)
}

fn latest(mover: &Mover) -> Timestamp {
    plus(mover.at, mover.within)
}

/// A service's entry: the member that may have been the earliest and moved farthest, the others behind it.
fn entry(mut members: Vec<Moving>) -> Entry {
    // What came back is told for itself only where nothing stayed.
    let stayed = members.iter().any(|one| !one.moved.is_back);
    let counts = |one: &Moving| !(stayed && one.moved.is_back);
    let no_symptom = members.iter().any(|one| counts(one) && !one.moved.is_symptom);
    let counts = |one: &Moving| counts(one) && !(no_symptom && one.moved.is_symptom);
    let bound = members.iter().filter(|one| counts(one)).map(|one| latest(&one.mover)).min();
    let may_lead = |one: &Moving| counts(one) && bound.is_none_or(|bound| earliest(&one.mover) <= bound);
    members.sort_by(|a, b| {
        let lead = may_lead(b).cmp(&may_lead(a));
        lead.then_with(|| weight(&b.moved).total_cmp(&weight(&a.moved))).then_with(|| a.mover.name.cmp(&b.mover.name))
    });
    let weight = members.iter().map(|one| weight(&one.moved)).fold(0.0, f64::max);
    let is_symptom = members.iter().all(|one| one.moved.is_symptom);
    let mut movers = members.into_iter().map(|one| one.mover);
    let Some(mut mover) = movers.next() else {
        return Entry { mover: nothing(), weight, is_symptom };
    };
    mover.also = movers.by_ref().take(ALSO).collect();
    mover.more = movers.count();
    Entry { mover, weight, is_symptom }
}

/// The entry of no members, which there is not.
fn nothing() -> Mover {
    Mover {
        place: None,
        what: What::Change(ChangeId(0)),
        service: CleanText::default(),
        name: CleanText::default(),
        at: Timestamp::MAX,
        within: SignedDuration::ZERO,
        moved: None,
        also: Vec::new(),
        more: 0,
    }
}

/// Entries one after the other: each time the most remarkable of those than which no other is certainly earlier.
fn in_order(mut entries: Vec<Entry>, graph: &ServiceGraph) -> Vec<Mover> {
    entries.retain(|entry| entry.mover.moved.is_some());
    let below: BTreeMap<CleanText, Vec<CleanText>> = entries
        .iter()
        .map(|entry| {
            let ways = graph.dependencies(entry.mover.service.as_str(), BELOW);
            (entry.mover.service.clone(), ways.into_iter().filter_map(|way| way.last().cloned()).collect())
        })
        .collect();
    let mut ordered = Vec::with_capacity(entries.len());
    while let Some(bound) = entries.iter().map(|entry| latest(&entry.mover)).min() {
        let may_be: Vec<usize> = (0..entries.len()).filter(|k| earliest(&entries[*k].mover) <= bound).collect();
        let is_explained = |k: usize| {
            let deps = below.get(&entries[k].mover.service);
            let explains = |other: usize| {
                other != k
                    && entries[other].weight >= EXPLAINS * entries[k].weight
                    && !entries[other].is_symptom
                    && deps.is_some_and(|deps| deps.contains(&entries[other].mover.service))
            };
            may_be.iter().any(|other| explains(*other))
        };
        let rank = |k: usize| (is_explained(k), entries[k].is_symptom);
        let next = may_be
            .iter()
            .copied()
            .min_by(|a, b| rank(*a).cmp(&rank(*b)).then_with(|| entries[*b].weight.total_cmp(&entries[*a].weight)));
        let Some(next) = next else { break };
        ordered.push(entries.remove(next).mover);
    }
    ordered
}

/// Puts the changes that may matter at their times: those inside the hunt, and those shortly before the first mover.
fn among(movers: &mut Vec<Mover>, changes: &[Change], hunt: TimeWindow) {
    // Where nothing moved, the newest changes matter most.
    let moved = movers.iter().map(earliest).min().map(|first| first.min(hunt.end));
    let (first, from) = moved.map_or((hunt.end, hunt.start), |first| (first, minus(first, CAUSES)));
    let mut matter: Vec<&Change> = changes.iter().filter(|change| change.at >= from && change.at < hunt.end).collect();
    // Of too many those nearest to the first mover.
    let distance = |change: &&Change| (change.at.as_millisecond() - first.as_millisecond()).abs();
    matter.sort_by_key(distance);
    matter.truncate(CHANGES);
    matter.sort_by_key(|change| change.at);
    let mut from = 0;
    for change in matter {
        let at = from + movers[from..].iter().position(|mover| mover.at >= change.at).unwrap_or(movers.len() - from);
        movers.insert(at, told(change));
        from = at + 1;
    }
}

fn told(change: &Change) -> Mover {
    let version = change.version.as_ref().map_or_else(String::new, |version| format!(" {version}"));
    let summary = if change.summary.is_empty() { String::new() } else { format!(": {}", change.summary) };
    Mover {
        what: What::Change(change.id),
        service: change.service.clone(),
        name: CleanText::line(&format!("{}{version}{summary}", change.kind)),
        at: change.at,
        ..nothing()
    }
}
