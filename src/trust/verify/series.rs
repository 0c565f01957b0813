//! Series in evidence: samples with times in the shapes that metric servers and their tools print.

use std::sync::LazyLock;

use regex::Regex;

use super::figure::Figure;
use super::instant::instants;
use super::unit::Unit;

/// Samples kept of one citation.
const MOST_SAMPLES: usize = 20_000;

/// Samples in the order of their lines.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// Its labels as written, in lower case; empty when the citation has one series without them.
    pub labels: String,
    /// The samples; `NaN` is left out.
    pub samples: Vec<Sample>,
    /// The unit that the metric's name tells.
    pub unit: Option<Unit>,
}

/// One sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Seconds since the epoch.
    pub at: i64,
    /// Its value.
    pub value: f64,
    /// Its line, counted from 1.
    pub line: u32,
}

impl Series {
    /// The sample as a number of evidence.
    pub fn figure(&self, value: f64) -> Figure {
        Figure { value, unit: self.unit.unwrap_or(Unit::PLAIN), key: None }
    }

    /// The sample with the highest value, the first of them.
    pub fn highest(&self) -> Option<Sample> {
        self.samples.iter().copied().reduce(|best, it| if it.value > best.value { it } else { best })
    }

    /// The sample with the lowest value, the first of them.
    pub fn lowest(&self) -> Option<Sample> {
        self.samples.iter().copied().reduce(|best, it| if it.value < best.value { it } else { best })
    }

    /// The mean of all samples.
    pub fn mean(&self) -> Option<f64> {
        let count = self.samples.len();
        (count > 0).then(|| self.samples.iter().map(|it| it.value).sum::<f64>() / count as f64)
    }

    /// The middle value; the mean of the two middle ones when their number is even.
    pub fn median(&self) -> Option<f64> {
        let mut values: Vec<f64> = self.samples.iter().map(|it| it.value).collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        let high = values.get(middle)?;
        if values.len() % 2 == 1 { Some(*high) } else { Some((values.get(middle.checked_sub(1)?)? + high) / 2.0) }
    }
}

/// Reads the series of cited lines; none when most lines are no samples.
pub fn read(lines: &[&str], first: u32, query: &str) -> Vec<Series> {
    let unit = unit_of(query);
    let mut found = vec![Series { unit, ..Series::default() }];
    let (mut kept, mut others) = (0, 0);
    for (line, number) in lines.iter().zip(first..) {
        let label = line.starts_with('#') || line.contains("\"metric\"");
        if label {
            let labels = line.to_lowercase();
            match found.last_mut() {
                Some(series) if series.samples.is_empty() => series.labels = labels,
                Some(_) | None => found.push(Series { labels, unit, ..Series::default() }),
            }
        }
        let Some(series) = found.last_mut() else { continue };
        let before = series.samples.len();
        for sample in samples(line).take(MOST_SAMPLES.saturating_sub(kept)) {
            series.samples.push(Sample { line: number, ..sample });
        }
        kept += series.samples.len() - before;
        let ruler = label || !line.chars().any(|c| c.is_ascii_digit());
        others += usize::from(series.samples.len() == before && !ruler);
    }
    found.retain(|series| !series.samples.is_empty());
    if kept < 1 || others * 2 > kept { Vec::new() } else { found }
}

fn samples(line: &str) -> impl Iterator<Item = Sample> + '_ {
    let pairs = pairs().captures_iter(line).filter_map(|pair| {
        let at = pair.get(1)?.as_str().parse::<f64>().ok()?;
        sample(at, pair.get(2)?.as_str())
    });
    pairs.chain(plain(line))
}

/// `2026-09-17T20:26:00Z 7`, `1779201600 288`, `2026-10-07T10:48:00Z,10.0`.
fn plain(line: &str) -> Option<Sample> {
    let line = line.trim();
    let at = instants(line, 1970).into_iter().next().filter(|at| at.dated && at.span.start <= 1)?;
    let rest = line[at.span.end..]
        .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '"' | '|' | '.' | ']' | '='));
    // A fraction of the epoch second stands between.
    let rest = if line[at.span.end..].starts_with('.') { rest.split_once(char::is_whitespace)?.1 } else { rest };
    let word = rest.trim().trim_matches('"');
    let number = word.trim_end_matches(|c: char| c.is_alphabetic() || c == '%' || c == '/');
    (!number.trim().contains(char::is_whitespace)).then(|| sample(at.second as f64, number.trim()))?
}

fn sample(at: f64, value: &str) -> Option<Sample> {
    let value = value.replace(',', "").parse::<f64>().ok().filter(|value| value.is_finite())?;
    let at = if at > 1e12 { at / 1000.0 } else { at };
    Some(Sample { at: at.floor() as i64, value, line: 0 })
}

/// The unit told by the name of the metric asked; a rate or a ratio of it has another.
fn unit_of(query: &str) -> Option<Unit> {
    // Values of labels are no operators.
    let query: String = query.to_lowercase().split('"').step_by(2).collect();
    let rated = ["rate(", "increase(", "/", "irate("].iter().any(|mark| query.contains(mark));
    let quantile = query.contains("quantile(") && !query.contains(")/") && !query.contains(") /");
    let spent = query.contains("_sum") && query.contains("_count");
    if query.starts_with("100*") || query.starts_with("100 *") || query.contains("percent") {
        return Some(Unit::PERCENT);
    }
    let mut names =
        query.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':'))).filter(|name| name.contains('_'));
    let named = names.find_map(Unit::of_key).filter(|_| !rated || quantile || spent);
    // Histograms of the field measure seconds unless they say otherwise.
    named.or_else(|| {
        Unit::named("s")
            .filter(|_| query.contains("histogram_quantile(") && !query.contains("bytes") && !query.contains("size"))
    })
}

fn pairs() -> &'static Regex {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "a constant pattern; the tests compile it")]
        Regex::new(r#"\[\s*(1\d{9}(?:\d{3})?(?:\.\d+)?)\s*,\s*"?([^\s"\],]+)"?\s*\]"#).expect("the pattern is valid")
    });
    &PATTERN
}
