//! Whether a series left its usual range, and by which samples one sees it. Called by [`find`](super::find).

use super::usual::{Scale, Usual, mean, nearest};
use super::{CHANCE, FARTHEST, Way};

/// Of the farthest that it went: what is nearer was noise before it.
const PART: f64 = 0.15;
/// The chance from which on a series that never moved before has moved: three witnesses.
const STILL: f64 = 0.13;

/// Samples that are not usual.
#[derive(Clone, Copy, Debug)]
pub(super) struct Alarm {
    /// The first of them.
    pub from: usize,
    /// The last that is needed to see it.
    pub to: usize,
    /// Which way.
    pub way: Way,
    /// How far they are off together, in spreads.
    pub far: f64,
    /// How often that comes by chance, in all that was looked at.
    pub chance: f64,
}

/// The first stretch, one way, that is not usual.
pub(super) fn first(off: &[f64], split: usize, usual: &Usual, way: Way) -> Option<Alarm> {
    let turned: Vec<f64> = off.iter().map(|z| if way == Way::Up { *z } else { -z }).collect();
    if usual.is_still {
        return moved(&turned, split, usual, way);
    }
    let mut found: Vec<Alarm> = Vec::new();
    let mut buffer = Vec::new();
    for scale in &usual.scales {
        look(&turned, split, scale, usual, way, &mut buffer, &mut found);
    }
    let best = found.iter().map(|alarm| alarm.chance).min_by(f64::total_cmp)?;
    if best > CHANCE {
        return None;
    }
    let farthest = found.iter().map(|alarm| alarm.far).fold(0.0, f64::max);
    let first = found
        .iter()
        .filter(|alarm| alarm.chance <= CHANCE && alarm.far >= PART * farthest)
        .min_by(|a, b| a.to.cmp(&b.to).then(b.from.cmp(&a.from)))?;
    Some(Alarm { chance: best, ..*first })
}

/// The stretches of one length that are not usual.
fn look(
    turned: &[f64],
    split: usize,
    scale: &Scale,
    usual: &Usual,
    way: Way,
    buffer: &mut Vec<f64>,
    found: &mut Vec<Alarm>,
) {
    let inside = turned.len() - split;
    if inside < scale.length {
        return;
    }
    // Twice for means and medians; the lengths halve the number of stretches each.
    let looked = 4.0 * (inside as f64 / usual.witness.max(scale.length as f64)).max(1.0);
    let stride = (scale.length / 4).max(1);
    for from in (split..=turned.len() - scale.length).step_by(stride) {
        let block = &turned[from..from + scale.length];
        let mean = mean(block);
        if mean <= scale.means.far.min(scale.medians.far) {
            continue;
        }
        let median = nearest(block, buffer);
        let chance = (looked * scale.means.beyond(mean).min(scale.medians.beyond(median))).min(1.0);
        if chance <= CHANCE {
            found.push(Alarm { from, to: from + scale.length - 1, way, far: median.max(mean), chance });
        }
    }
}

/// A series that never moved before: of its longest time away from its value each further witness halves the chance.
fn moved(turned: &[f64], split: usize, usual: &Usual, way: Way) -> Option<Alarm> {
    let rest = 8.max(2 * usual.witness as usize);
    // The first and the last sample away, and how many there are.
    let mut best: Option<(usize, usize)> = None;
    let mut now: Option<(usize, usize, usize)> = None;
    for (k, _) in turned.iter().enumerate().skip(split).filter(|(_, z)| **z > 0.0) {
        now = match now {
            Some((from, last, count)) if k - last <= rest => Some((from, k, count + 1)),
            Some(_) | None => Some((k, k, 1)),
        };
        if let Some((from, _, count)) = now
            && best.is_none_or(|(_, most)| count > most)
        {
            best = Some((from, count));
        }
    }
    let (from, count) = best?;
    let chance = 0.5_f64.powf(count as f64 / usual.witness);
    let to = (from + 1).min(turned.len() - 1);
    (chance <= STILL).then_some(Alarm { from, to, way, far: FARTHEST, chance: chance.min(CHANCE) })
}
