//! The line that says why a service is suspected.

use super::blame::Suspect;
use super::telemetry::Measure;

/// One line: what it does against its usual, what of the target's trouble that explains, and what speaks against it.
pub(super) fn why(measure: Measure, suspect: &Suspect, surge: Option<f64>, sibling: Option<&str>) -> String {
    let (now, usual) = (suspect.excess.worst, suspect.excess.usual);
    let what = match measure {
        Measure::Availability => format!("{} of its calls fail, usually {}", percent(now), percent(usual)),
        Measure::Latency | Measure::Requests => format!("{} a call, usually {}", seconds(now), seconds(usual)),
    };
    let what = if suspect.new { format!("{what}; nobody called it before, so its callers changed") } else { what };
    let unusual = match suspect.excess.strength {
        Some(strength) if strength >= 1_000.0 => " (over 1000 deviations)".to_owned(),
        Some(strength) => format!(" ({strength:.0} deviations)"),
        None => String::new(),
    };
    let explains = if suspect.all - suspect.own >= 0.2 {
        format!("; {} of the target's excess, {} with what it calls", percent(suspect.own), percent(suspect.all))
    } else {
        format!("; alone {} of the target's excess", percent(suspect.own))
    };
    let surge =
        surge.map(|times| format!("; {times:.1} times its usual calls, its callers have not")).unwrap_or_default();
    let view = sibling.map(|name| format!("; probably the caller's view of {name}")).unwrap_or_default();
    format!("{what}{unusual}{explains}{surge}{view}")
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 10.0 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

fn seconds(seconds: f64) -> String {
    if seconds >= 1.0 {
        format!("{seconds:.2} s")
    } else if seconds >= 0.001 {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{:.1} µs", seconds * 1e6)
    }
}
