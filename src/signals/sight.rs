//! How the samples of a query come about: over which range each of them looks back. Called by `judge`.

use jiff::SignedDuration;

use crate::analysis::onset::Sight;

/// Scrapes in a range, as people choose it: a rate needs two, and four where one may fail.
const SCRAPES: i32 = 4;
/// The longest time between two scrapes that is believed.
const SCRAPE: SignedDuration = SignedDuration::from_secs(60);

/// What the text of a query and the distance of its samples tell.
pub(super) fn of(query: &str, step: SignedDuration) -> Sight {
    let range = range(query).unwrap_or(SignedDuration::ZERO);
    let scrape = if range.is_zero() { step } else { range / SCRAPES };
    let mut delay = scrape.min(SCRAPE);
    // A quantile moves when enough of the range is other than before; half of it is what a person would wait for.
    if query.contains("histogram_quantile") || query.contains("quantile_over_time") {
        delay += range / 2;
    }
    Sight { range, delay }
}

/// The longest range in brackets, outside of quotes.
fn range(query: &str) -> Option<SignedDuration> {
    let mut quote = None;
    let mut open = None;
    let mut longest: Option<SignedDuration> = None;
    for (at, c) in query.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '[') => open = Some(at + 1),
            (None, ']') => {
                let inside = open.take().and_then(|from| query.get(from..at)).unwrap_or_default();
                // Of a subquery, `[1h:1m]`, the range stands first.
                let length = inside.split(':').next().and_then(duration);
                longest = longest.max(length);
            }
            (None, _) => {}
        }
    }
    longest
}

/// A duration as PromQL writes it: `1h30m`, `90s`, `500ms`.
fn duration(text: &str) -> Option<SignedDuration> {
    let mut rest = text.trim();
    let mut whole = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let unit = match &rest[..letters] {
            "ms" => 0.001,
            "s" | "" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            "w" => 604_800.0,
            "y" => 31_536_000.0,
            _ => return None,
        };
        rest = &rest[letters..];
        whole += number * unit;
    }
    (whole > 0.0 && whole < 1e9).then(|| SignedDuration::from_millis((whole * 1000.0) as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_range_outside_of_quotes_counts() {
        let step = SignedDuration::from_secs(15);
        for (query, seconds) in [
            ("up", 0),
            ("rate(x[1m])", 60),
            ("sum(rate(x{a=\"[9h]\"}[90s])) / sum(rate(y[1m30s]))", 90),
            ("max_over_time(rate(x[1m])[1h:5m])", 3600),
            ("rate(x[", 0),
            ("rate(x[oops])", 0),
            ("]][[", 0),
        ] {
            assert_eq!(of(query, step).range, SignedDuration::from_secs(seconds), "{query}");
        }
    }

    #[test]
    fn what_can_show_a_change_late_widens_the_sight() {
        let step = SignedDuration::from_secs(15);
        assert_eq!(of("up", step).delay, step);
        assert_eq!(of("rate(x[1m])", step).delay, SignedDuration::from_secs(15));
        let quantile = of("histogram_quantile(0.95, sum by (le) (rate(x[2m])))", step);
        assert_eq!(quantile.delay, SignedDuration::from_secs(30 + 60));
    }
}
