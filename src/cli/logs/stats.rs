//! `midwatch logs stats`: how many records of which level when, and what their fields hold.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;

use super::super::exit::{Failure, Outcome};
use super::Formats;
use super::headless;
use crate::domain::time::stamp;
use crate::logs::answer::{Density, FieldRow, FieldsPage, Page};
use crate::logs::ask::FieldsAsk;
use crate::logs::{Anchor, Answer, Ask, Look, Show};
use crate::store::Filter;

/// Parts that the time is told in.
const PARTS: usize = 24;
/// Values told of a field among others.
const VALUES: usize = 5;

/// Arguments of `midwatch logs stats`.
#[derive(Debug, clap::Args)]
pub(super) struct StatsArgs {
    /// Log files, compressed ones too; `-` is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    files: Vec<PathBuf>,
    /// One field in depth
    #[arg(long, value_name = "FIELD")]
    by: Option<String>,
    /// Only records that pass this filter
    #[arg(long, value_name = "QUERY", default_value = "", allow_hyphen_values = true)]
    filter: String,
    /// One object: {"records","first","last","levels","over_time","sampled","fields"}
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Stats<'a> {
    records: u64,
    first: Option<String>,
    last: Option<String>,
    levels: Levels,
    over_time: Vec<Part>,
    /// Records whose fields were read.
    sampled: u64,
    fields: Vec<Field<'a>>,
}

#[derive(Clone, Copy, Default, Serialize)]
struct Levels {
    other: u64,
    info: u64,
    warn: u64,
    error: u64,
}

#[derive(Serialize)]
struct Part {
    from: String,
    #[serde(flatten)]
    levels: Levels,
}

#[derive(Serialize)]
struct Field<'a> {
    name: &'a str,
    records: u64,
    distinct: u64,
    top: Vec<(&'a str, u64)>,
    numbers: Option<Numbers<'a>>,
}

#[derive(Serialize)]
struct Numbers<'a> {
    count: u64,
    min: f64,
    p50: f64,
    p90: f64,
    p99: f64,
    max: f64,
    unit: &'a str,
}

/// Runs the form.
pub(super) fn run(args: &StatsArgs, formats: &Formats) -> Outcome {
    let filter =
        Filter::parse(&args.filter).map_err(|error| Failure::bad_input(format!("{}: {error}", args.filter)))?;
    let mut read = headless::read(&args.files, formats)?;
    let look = Look { filter, ..Look::default() };
    let show =
        Show { generation: 1, look: look.clone(), anchor: Anchor::Newest, rows: 0, search: None, density: PARTS };
    let answers = headless::answers(&mut read.desk, Ask::Show(show));
    let page =
        answers.into_iter().rev().find_map(|answer| if let Answer::Page(page) = answer { Some(page) } else { None });
    let page = page.unwrap_or_default();
    let ask = FieldsAsk { generation: 1, look, field: args.by.as_deref().map(Into::into) };
    let answers = headless::answers(&mut read.desk, Ask::Fields(Some(ask)));
    let fields =
        answers.into_iter().rev().find_map(|answer| if let Answer::Fields(page) = answer { Some(page) } else { None });
    let fields = fields.unwrap_or_default();
    let mut out = BufWriter::new(io::stdout().lock());
    let stats = stats(&page, &fields);
    if args.json {
        serde_json::to_writer(&mut out, &stats).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
    } else {
        text(&stats, &page.density, &fields, args.by.is_some(), &mut out)?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn stats<'a>(page: &Page, fields: &'a FieldsPage) -> Stats<'a> {
    let mut levels = Levels::default();
    let mut over_time = Vec::new();
    if let Some(window) = page.density.window {
        let length = window.length() / i32::try_from(page.density.parts.len().max(1)).unwrap_or(i32::MAX);
        for (part, counts) in (0i32..).zip(&page.density.parts) {
            let [other, info, warn, error] = counts.map(u64::from);
            levels.other += other;
            levels.info += info;
            levels.warn += warn;
            levels.error += error;
            let from = crate::domain::time::plus(window.start, length * part).to_string();
            over_time.push(Part { from, levels: Levels { other, info, warn, error } });
        }
    }
    Stats {
        records: page.matching,
        first: page.extent.map(|extent| extent.start.to_string()),
        last: page.extent.map(|extent| extent.end.to_string()),
        levels,
        over_time,
        sampled: fields.records,
        fields: fields.rows.iter().map(field).collect(),
    }
}

fn field(row: &FieldRow) -> Field<'_> {
    Field {
        name: &row.name,
        records: row.records,
        distinct: row.distinct,
        top: row.top.iter().map(|(value, count)| (value.as_str(), *count)).collect(),
        numbers: row.numbers.as_ref().map(|numbers| Numbers {
            count: numbers.count,
            min: numbers.min,
            p50: numbers.p50,
            p90: numbers.p90,
            p99: numbers.p99,
            max: numbers.max,
            unit: &numbers.unit,
        }),
    }
}

fn text(stats: &Stats<'_>, density: &Density, fields: &FieldsPage, deep: bool, out: &mut impl Write) -> io::Result<()> {
    let Levels { other, info, warn, error } = stats.levels;
    writeln!(out, "{} records: {error} error, {warn} warn, {info} info, {other} other", stats.records)?;
    if let Some(window) = density.window {
        writeln!(out, "from {} to {}\n", stamp(window.start), stamp(window.end))?;
        writeln!(out, "{:<20} {:>9} {:>9} {:>9} {:>9}", "FROM", "ERROR", "WARN", "INFO", "OTHER")?;
        for part in &stats.over_time {
            let at = part.from.parse().map(stamp).unwrap_or_default();
            let Levels { other, info, warn, error } = part.levels;
            writeln!(out, "{at:<20} {error:>9} {warn:>9} {info:>9} {other:>9}")?;
        }
    }
    if stats.fields.is_empty() {
        return Ok(());
    }
    let sampled = if fields.records < fields.of {
        format!(", read in {} of {} records", fields.records, fields.of)
    } else {
        String::new()
    };
    writeln!(out, "\n{} fields{sampled}", stats.fields.len())?;
    for field in &stats.fields {
        writeln!(out, "\n{}: in {} records, about {} values", field.name, field.records, field.distinct)?;
        if let Some(numbers) = &field.numbers {
            let Numbers { min, p50, p90, p99, max, unit, .. } = numbers;
            writeln!(
                out,
                "  min {min}{unit}  p50 {p50:.3}{unit}  p90 {p90:.3}{unit}  p99 {p99:.3}{unit}  max {max}{unit}"
            )?;
        }
        for (value, count) in field.top.iter().take(if deep { usize::MAX } else { VALUES }) {
            writeln!(out, "  {count:>9}  {value}")?;
        }
    }
    Ok(())
}
