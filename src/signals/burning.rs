//! How fast promises burn, from what sources read. Called by `room`.

use super::picture::ServiceBurn;
use crate::analysis::burn::{Objective, urgency};
use crate::domain::slo::SloReading;

/// The burns of all readings, the most urgent first, then the fastest.
pub(super) fn of(readings: &[SloReading]) -> Vec<ServiceBurn> {
    let mut burns: Vec<ServiceBurn> = readings.iter().filter_map(one).collect();
    let fastest = |burn: &ServiceBurn| burn.burns[0].rates.0.or(burn.burns[0].rates.1).unwrap_or(0.0);
    burns.sort_by(|a, b| b.urgency.cmp(&a.urgency).then_with(|| fastest(b).total_cmp(&fastest(a))));
    burns
}

fn one(reading: &SloReading) -> Option<ServiceBurn> {
    let objective = Objective::new(reading.target, reading.period)?;
    let burns = objective.judge(|length| reading.bad(length));
    let left = reading.bad(reading.period).map(|bad| 1.0 - bad / objective.budget());
    // What goes on now: the last hour, or the last minutes where it holds nothing.
    let rate = burns[0].rates.0.or(burns[0].rates.1);
    let lasts = left.zip(rate).and_then(|(left, rate)| objective.lasts(left, rate));
    Some(ServiceBurn {
        service: reading.service.clone(),
        name: reading.name.clone(),
        target: reading.target,
        urgency: urgency(&burns),
        burns,
        left,
        lasts,
    })
}
