//! Medians and what follows from them: a centre and a spread that a few wild values do not move. Called by `onset` and
//! `forecast`.

/// The median of finite values; `None` where there is none. Reorders them.
pub(super) fn median(values: &mut [f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The value below which the share `q` of the values lies. Reorders them.
pub(super) fn quantile(values: &mut [f64], q: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let place = q.clamp(0.0, 1.0) * last as f64;
    let low = place.floor() as usize;
    let (_, at, above) = values.select_nth_unstable_by(low, f64::total_cmp);
    let at = *at;
    let next = above.iter().copied().min_by(f64::total_cmp).unwrap_or(at);
    Some(at + (next - at) * (place - low as f64))
}

/// The centre and the spread of values: median, and the median distance from it, scaled to the standard deviation of a
/// normal distribution (Hampel, 1974). Where more than half the values are the same the mean distance takes its place, so
/// that a series that mostly rests still has a spread.
pub(super) fn centre_and_spread(values: &[f64]) -> Option<(f64, f64)> {
    let mut sorted = values.to_vec();
    let centre = median(&mut sorted)?;
    let mut distances: Vec<f64> = values.iter().map(|value| (value - centre).abs()).collect();
    let mean = distances.iter().map(|distance| distance / distances.len() as f64).sum::<f64>();
    let near = median(&mut distances)?;
    let spread = if near > 0.0 { 1.4826 * near } else { 1.2533 * mean };
    // Below this a difference is a matter of rounding.
    Some((centre, spread.max(1e-9 * centre.abs())))
}

/// What the time of day explains: medians by slot of the day, over values from which a trend was taken.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DayShape {
    slots: Vec<f64>,
}

const DAY: f64 = 86_400.0;
/// An hour a slot.
const SLOTS: usize = 24;

impl DayShape {
    /// The shape of `(seconds, value)` points, if they span two days, every slot is seen in two, and the shape halves the
    /// spread: a shape that explains less is noise.
    pub(super) fn of(points: &[(f64, f64)]) -> Option<Self> {
        let (first, last) = (points.first()?.0, points.last()?.0);
        if last - first < 2.0 * DAY {
            return None;
        }
        let mut slots = vec![Vec::new(); SLOTS];
        for (seconds, value) in points {
            slots[slot(*seconds)].push(*value);
        }
        if slots.iter().any(|values| values.len() < 2) {
            return None;
        }
        let shape = Self { slots: slots.iter_mut().map(|values| median(values).unwrap_or(0.0)).collect() };
        let values: Vec<f64> = points.iter().map(|(_, value)| *value).collect();
        let rest: Vec<f64> = points.iter().map(|(seconds, value)| value - shape.at(*seconds)).collect();
        let (before, after) = (centre_and_spread(&values)?.1, centre_and_spread(&rest)?.1);
        (after < 0.5 * before).then_some(shape)
    }

    /// The shape's value, between the middles of its slots on a straight line.
    pub(super) fn at(&self, seconds: f64) -> f64 {
        let place = seconds.rem_euclid(DAY) / DAY * SLOTS as f64 - 0.5;
        let low = place.floor();
        let get = |slot: f64| self.slots[slot.rem_euclid(SLOTS as f64) as usize % SLOTS];
        get(low) + (get(low + 1.0) - get(low)) * (place - low)
    }
}

fn slot(seconds: f64) -> usize {
    ((seconds.rem_euclid(DAY) / DAY * SLOTS as f64) as usize).min(SLOTS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wild_values_move_neither_centre_nor_spread() {
        let mut values: Vec<f64> = (0..100).map(|k| f64::from(k % 10)).collect();
        let calm = centre_and_spread(&values).unwrap();
        values.extend([1e12, -1e12, 1e12]);
        let (centre, spread) = centre_and_spread(&values).unwrap();
        assert!((centre - calm.0).abs() < 1.0 && (spread / calm.1 - 1.0).abs() < 0.3, "{centre} {spread}");
        assert_eq!(centre_and_spread(&[]), None);
        assert_eq!(quantile(&mut [1.0, 2.0, 3.0, 4.0], 0.25), Some(1.75));
    }

    #[test]
    fn a_day_is_found_and_noise_is_not() {
        let day = |k: i32| (f64::from(k) * 3600.0, (f64::from(k % 24) / 24.0 * std::f64::consts::TAU).sin());
        let points: Vec<_> = (0..96).map(day).collect();
        let shape = DayShape::of(&points).unwrap();
        assert!((shape.at(6.5 * 3600.0) - 0.98).abs() < 0.05, "{}", shape.at(6.5 * 3600.0));
        assert_eq!(DayShape::of(&points[..40]), None);
        let noise: Vec<_> = (0..96).map(|k| (f64::from(k) * 3600.0, f64::from((k * 7919) % 97))).collect();
        assert_eq!(DayShape::of(&noise), None);
    }
}
