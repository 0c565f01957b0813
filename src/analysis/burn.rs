//! How fast an error budget is spent, and whether that is worth waking somebody. Called by whatever shows a service that
//! has an objective.
//!
//! The method and the pairs of windows are those of "The Site Reliability Workbook" (Beyer and others, 2018), chapter 5,
//! "Alerting on SLOs", section 6, "Multiwindow, Multi-Burn-Rate Alerts".

use jiff::SignedDuration;

use crate::domain::time::minus;
use crate::domain::{TimeWindow, Timestamp};

/// What a service promises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// The share of events that must be good, more than 0 and less than 1.
    target: f64,
    /// The time over which the promise is kept.
    period: SignedDuration,
}

/// Good and bad events between one instant and the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Events {
    /// When they had been counted.
    pub at: Timestamp,
    /// How many were bad.
    pub bad: f64,
    /// How many there were.
    pub all: f64,
}

/// How urgent a burn is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Somebody should look at it in working hours.
    Ticket,
    /// Somebody must be woken.
    Page,
}

/// A burn rate that both a long and a short window must exceed: the long one shows that it matters, the short one that it
/// goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// The long window.
    pub long: SignedDuration,
    /// The short window, a twelfth of the long one.
    pub short: SignedDuration,
    /// The share of a period's budget that the long window's burn spends.
    pub spends: f64,
    /// What it calls for.
    pub urgency: Urgency,
}

/// The workbook's table 5-8: 2 % of a period's budget in an hour, 5 % in six hours, 10 % in three days.
pub const RULES: [Rule; 3] = [
    rule(60, 5, 0.02, Urgency::Page),
    rule(6 * 60, 30, 0.05, Urgency::Page),
    rule(3 * 24 * 60, 6 * 60, 0.10, Urgency::Ticket),
];

const fn rule(long: i64, short: i64, spends: f64, urgency: Urgency) -> Rule {
    Rule { long: SignedDuration::from_mins(long), short: SignedDuration::from_mins(short), spends, urgency }
}

/// What a rule says now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Burn {
    /// The rule.
    pub rule: Rule,
    /// Burn rate over the long and the short window; 1 spends exactly the budget in a period. `None` without events.
    pub rates: (Option<f64>, Option<f64>),
    /// The rate that both must exceed: `spends * period / long`, 14.4 for an hour of thirty days.
    pub limit: f64,
}

impl Burn {
    /// Whether both windows exceed the limit.
    pub fn fires(&self) -> bool {
        let over = |rate: Option<f64>| rate.is_some_and(|rate| rate > self.limit);
        over(self.rates.0) && over(self.rates.1)
    }
}

impl Objective {
    /// An objective; `None` unless `0 < target < 1` and the period is longer than nothing.
    pub fn new(target: f64, period: SignedDuration) -> Option<Self> {
        (target > 0.0 && target < 1.0 && period > SignedDuration::ZERO).then_some(Self { target, period })
    }

    /// The share of events that may be bad.
    pub fn budget(&self) -> f64 {
        1.0 - self.target
    }

    /// The burn rate over a window: the share of bad events by the share that may be. `None` without events.
    pub fn rate(&self, events: &[Events], window: TimeWindow) -> Option<f64> {
        let (mut bad, mut all) = (0.0, 0.0);
        // What was counted at an instant happened before it, so the window holds its end and not its start.
        for one in events.iter().filter(|one| window.start < one.at && one.at <= window.end) {
            if one.bad.is_finite() && one.all.is_finite() && one.all > 0.0 {
                bad += one.bad.clamp(0.0, one.all);
                all += one.all;
            }
        }
        (all > 0.0).then(|| bad / all / self.budget())
    }

    /// What every rule says at an instant.
    pub fn burns(&self, events: &[Events], now: Timestamp) -> [Burn; 3] {
        self.judge(|length| Some(self.rate(events, TimeWindow::ending(now, length))? * self.budget()))
    }

    /// What every rule says of the shares of bad events that `bad` knows for windows of its lengths; `None` without
    /// events.
    pub fn judge(&self, bad: impl Fn(SignedDuration) -> Option<f64>) -> [Burn; 3] {
        RULES.map(|rule| {
            let over = |length| bad(length).map(|bad| bad.clamp(0.0, 1.0) / self.budget());
            let limit = rule.spends * self.period.as_secs_f64() / rule.long.as_secs_f64();
            Burn { rule, rates: (over(rule.long), over(rule.short)), limit }
        })
    }

    /// The share of a period's budget that is left: 1 where nothing was bad, negative where the promise is broken. `None`
    /// without events.
    pub fn left(&self, events: &[Events], now: Timestamp) -> Option<f64> {
        self.rate(events, TimeWindow::new(minus(now, self.period), now)).map(|rate| 1.0 - rate)
    }

    /// How long the rest of the budget lasts at a burn rate; `None` where nothing burns or nothing is left.
    pub fn lasts(&self, left: f64, rate: f64) -> Option<SignedDuration> {
        let seconds = left * self.period.as_secs_f64() / rate;
        (rate > 0.0 && left > 0.0 && seconds.is_finite() && seconds < 1e12)
            .then(|| SignedDuration::from_secs(seconds as i64))
    }
}

/// The most urgent of the burns that fire.
pub fn urgency(burns: &[Burn]) -> Option<Urgency> {
    burns.iter().filter(|burn| burn.fires()).map(|burn| burn.rule.urgency).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_000_000;

    fn objective() -> Objective {
        Objective::new(0.999, SignedDuration::from_hours(30 * 24)).unwrap()
    }

    /// A minute's events for each of the last `minutes`, with a share of bad ones by age in minutes.
    fn events(minutes: i64, bad: impl Fn(i64) -> f64) -> Vec<Events> {
        let at = |age: i64| Timestamp::from_second(NOW - 60 * age).unwrap();
        (0..minutes).rev().map(|age| Events { at: at(age), bad: 1000.0 * bad(age), all: 1000.0 }).collect()
    }

    fn now() -> Timestamp {
        Timestamp::from_second(NOW).unwrap()
    }

    #[test]
    fn the_limits_are_the_workbooks() {
        let limits = objective().burns(&[], now()).map(|burn| (burn.limit * 10.0).round() / 10.0);
        assert_eq!(limits, [14.4, 6.0, 1.0]);
        let quarter = Objective::new(0.99, SignedDuration::from_hours(90 * 24)).unwrap();
        assert!((quarter.burns(&[], now())[0].limit - 43.2).abs() < 1e-9);
    }

    #[test]
    fn a_fast_burn_pages_and_one_that_ended_does_not() {
        let burning = events(4320, |age| if age < 60 { 0.02 } else { 0.0 });
        let burns = objective().burns(&burning, now());
        assert!((burns[0].rates.0.unwrap() - 20.0).abs() < 1e-9 && burns[0].fires());
        assert_eq!(urgency(&burns), Some(Urgency::Page));
        let ended = events(4320, |age| if (10..60).contains(&age) { 0.02 } else { 0.0 });
        assert!(!objective().burns(&ended, now())[0].fires(), "the short window has recovered");
    }

    #[test]
    fn a_slow_burn_is_a_ticket() {
        let burns = objective().burns(&events(4320, |_| 0.0012), now());
        assert_eq!(urgency(&burns), Some(Urgency::Ticket));
        assert_eq!(urgency(&objective().burns(&events(4320, |_| 0.0009), now())), None);
    }

    #[test]
    fn the_budget_left_lasts_as_long_as_the_rate_says() {
        let month = events(30 * 24 * 60, |_| 0.0005);
        let left = objective().left(&month, now()).unwrap();
        assert!((left - 0.5).abs() < 1e-6, "{left}");
        assert_eq!(objective().lasts(left, 2.0).unwrap().as_mins(), 180 * 60);
        assert_eq!(objective().lasts(left, 0.0), None);
        assert_eq!(objective().left(&[], now()), None);
    }

    #[test]
    fn wrong_counts_and_objectives_come_to_nothing() {
        let wrong =
            [(f64::NAN, 5.0), (1.0, 0.0), (1.0, f64::INFINITY)].map(|(bad, all)| Events { at: now(), bad, all });
        assert_eq!(objective().rate(&wrong, TimeWindow::ending(now(), SignedDuration::from_hours(1))), None);
        for target in [0.0, 1.0, -1.0, f64::NAN] {
            assert_eq!(Objective::new(target, SignedDuration::from_hours(1)), None);
        }
    }
}
