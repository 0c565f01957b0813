//! Round times along the foot of a chart, in UTC: seconds, minutes or hours, and the date where a day begins.

use crate::domain::time::{TimeWindow, Timestamp};

const DAY: i64 = 86_400;
/// Steps in seconds up to weeks.
const STEPS: [i64; 21] = [
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    2 * 3600,
    3 * 3600,
    6 * 3600,
    12 * 3600,
    DAY,
    2 * DAY,
    7 * DAY,
    28 * DAY,
];

/// A round instant and how it is written: `02:05`, `02:05:30`, `21 Nov`.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeTick {
    /// The instant.
    pub at: Timestamp,
    /// Its label.
    pub label: String,
}

/// At most `most` round instants inside a window, the earliest first.
pub fn time_ticks(window: TimeWindow, most: usize) -> Vec<TimeTick> {
    let (start, end) = (window.start.as_second(), window.end.as_second());
    let length = end.saturating_sub(start).max(1);
    let most = most.max(1) as i64;
    let step = STEPS.into_iter().find(|step| length / step < most);
    let step = step.unwrap_or_else(|| (length / most / DAY + 1) * DAY);
    let first = start.div_euclid(step).saturating_add(1).saturating_mul(step);
    let first = if start.rem_euclid(step) == 0 && window.start.subsec_nanosecond() == 0 { start } else { first };
    (0..most)
        .map_while(|n| first.checked_add(n.checked_mul(step)?).filter(|second| *second < end))
        .filter_map(|second| Timestamp::from_second(second).ok())
        .map(|at| TimeTick { at, label: label(at, step) })
        .collect()
}

fn label(at: Timestamp, step: i64) -> String {
    let of_day = at.as_second().rem_euclid(DAY);
    let format = match step {
        _ if of_day == 0 => "%-d %b",
        0..60 => "%H:%M:%S",
        _ => "%H:%M",
    };
    at.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(start: &str, end: &str, most: usize) -> Vec<String> {
        let window = TimeWindow::new(start.parse().unwrap(), end.parse().unwrap());
        time_ticks(window, most).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn times_are_round_and_days_have_a_date() {
        assert_eq!(
            labels("2026-11-20T01:47:09Z", "2026-11-20T02:17:14Z", 7),
            ["01:50", "01:55", "02:00", "02:05", "02:10", "02:15"]
        );
        assert_eq!(
            labels("2026-11-20T02:00:00Z", "2026-11-20T02:01:00Z", 5),
            ["02:00:00", "02:00:15", "02:00:30", "02:00:45"]
        );
        assert_eq!(labels("2026-11-20T18:00:00Z", "2026-11-21T06:00:00Z", 4), ["18:00", "21 Nov"]);
        assert_eq!(
            labels("2026-11-20T21:00:00Z", "2026-11-21T03:00:00Z", 7),
            ["21:00", "22:00", "23:00", "21 Nov", "01:00", "02:00"]
        );
        assert_eq!(labels("2026-11-18T21:00:00Z", "2026-11-21T03:00:00Z", 4), ["19 Nov", "20 Nov", "21 Nov"]);
    }

    proptest! {
        #[test]
        fn ticks_lie_inside_are_few_and_differ(start in -1_000_000_000i64..4_000_000_000, length in 0i64..40_000_000, most in 0usize..20) {
            let window = TimeWindow::new(Timestamp::from_second(start).unwrap(), Timestamp::from_second(start + length).unwrap());
            let ticks = time_ticks(window, most);
            prop_assert!(ticks.len() <= most.max(1));
            prop_assert!(ticks.iter().all(|tick| window.contains(tick.at)));
            prop_assert!(ticks.windows(2).all(|pair| pair[0].at < pair[1].at && pair[0].label != pair[1].label));
        }
    }
}
