//! `midwatch logs new`: which patterns are new, more frequent, rarer or gone since an instant, ranked as the log pane does.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;

use super::super::exit::{Failure, Outcome};
use super::Formats;
use super::headless;
use crate::domain::Timestamp;
use crate::logs::answer::{NewsKind, PatternRow};
use crate::logs::ask::{Order, PatternsAsk};
use crate::logs::{Answer, Ask, Look};
use crate::store::Filter;
use crate::store::filter::{When, level_word};

/// Parts of the time in which counts are compared.
const PARTS: usize = 120;

/// Arguments of `midwatch logs new`.
#[derive(Debug, clap::Args)]
pub(super) struct NewArgs {
    /// Log files, compressed ones too; `-` is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    files: Vec<PathBuf>,
    /// When it began, in UTC: `2026-01-15T02:05`, or `02:05` of the last day in the files
    #[arg(long, visible_alias = "since", value_name = "TIME")]
    onset: String,
    /// Only records that pass this filter
    #[arg(long, value_name = "QUERY", default_value = "", allow_hyphen_values = true)]
    filter: String,
    /// A line for each pattern: {"pattern","template","kind","ratio","score","count","level","first","last","services"}
    #[arg(long)]
    json: bool,
}

/// A pattern as JSON.
#[derive(Serialize)]
struct Row<'a> {
    pattern: String,
    template: &'a str,
    kind: &'a str,
    /// Rate after over rate before; absent when it was never seen before.
    ratio: Option<f64>,
    score: f64,
    count: u64,
    level: &'a str,
    first: Option<String>,
    last: Option<String>,
    services: Vec<&'a str>,
}

/// Runs the form.
pub(super) fn run(args: &NewArgs, formats: &Formats) -> Outcome {
    let filter =
        Filter::parse(&args.filter).map_err(|error| Failure::bad_input(format!("{}: {error}", args.filter)))?;
    let when = When::parse(&args.onset).ok_or_else(|| {
        Failure::bad_input(format!("{} is no time; write --onset 2026-01-15T02:05 or --onset 02:05", args.onset))
    })?;
    let mut read = headless::read(&args.files, formats)?;
    let end = read.desk.extent().map(|extent| extent.end).unwrap_or_default();
    let onset = instant(when, end);
    let look = Look { filter, ..Look::default() };
    let ask = PatternsAsk { generation: 1, look, onset: Some(onset), order: Order::News, buckets: PARTS };
    let answers = headless::answers(&mut read.desk, Ask::Patterns(Some(ask)));
    let page = answers.into_iter().rev().find_map(|answer| match answer {
        Answer::Patterns(page) => Some(page),
        _ => None,
    });
    let page = page.unwrap_or_default();
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        for row in page.rows.iter().filter_map(json) {
            serde_json::to_writer(&mut out, &row).map_err(io::Error::from)?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "{:<8} {:>8} {:>9} {:<6} {:<20}  TEMPLATE", "KIND", "RATIO", "COUNT", "LEVEL", "FIRST")?;
    for row in &page.rows {
        let Some(news) = &row.news else { continue };
        let ratio = if news.ratio.is_finite() { format!("x{:.1}", news.ratio) } else { "-".to_owned() };
        let first = row.seen.map(|seen| crate::domain::time::stamp(seen.0)).unwrap_or_default();
        let (kind, level) = (word(news.kind), level_word(row.severity));
        writeln!(out, "{kind:<8} {ratio:>8} {:>9} {level:<6} {first:<20}  {}", row.count, row.template)?;
    }
    let since = crate::domain::time::stamp(onset);
    writeln!(out, "{} patterns with news since {since} in {} records", page.rows.len(), page.records)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The instant of a time of day is the last such one that the files reach.
fn instant(when: When, end: Timestamp) -> Timestamp {
    const DAY: i64 = 86_400_000_000_000;
    let nanos = |at: Timestamp| i64::try_from(at.as_nanosecond()).unwrap_or(0);
    let at = match when {
        When::Instant(at) => at,
        When::Clock(clock) => {
            let midnight = nanos(end).div_euclid(DAY) * DAY;
            if midnight + clock <= nanos(end) { midnight + clock } else { midnight + clock - DAY }
        }
    };
    Timestamp::from_nanosecond(i128::from(at)).unwrap_or_default()
}

fn word(kind: NewsKind) -> &'static str {
    match kind {
        NewsKind::New => "new",
        NewsKind::Burst => "burst",
        NewsKind::Rarer => "rarer",
        NewsKind::Stopped => "stopped",
    }
}

fn json(row: &PatternRow) -> Option<Row<'_>> {
    let news = row.news.as_ref()?;
    Some(Row {
        pattern: row.id.to_string(),
        template: &row.template,
        kind: word(news.kind),
        ratio: news.ratio.is_finite().then_some(news.ratio),
        score: news.score,
        count: row.count,
        level: level_word(row.severity),
        first: row.seen.map(|seen| seen.0.to_string()),
        last: row.seen.map(|seen| seen.1.to_string()),
        services: row.services.iter().map(|(service, _)| service.as_str()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_the_last_one_that_the_files_reach() {
        let end: Timestamp = "2026-01-15T03:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("02:05", "2026-01-15T02:05:00Z"),
            ("03:05", "2026-01-14T03:05:00Z"),
            ("2026-01-13T01:00", "2026-01-13T01:00:00Z"),
        ] {
            assert_eq!(instant(When::parse(text).unwrap(), end).to_string(), expected);
        }
    }
}
