//! A comparison as text and as JSON.

use std::io::{self, Write};

use serde::Serialize;

use crate::analysis::correlate::{FEWEST, Finding, Interval, Part, Test};
use crate::domain::{CleanText, Timestamp};
use crate::logs::contrast::{Told, filter_of, in_words, percent};

/// Chances below the smallest number are written as this.
const LEAST: f64 = f64::MIN_POSITIVE;

/// One finding's line.
#[derive(Serialize)]
struct Line<'a> {
    rank: usize,
    what: Vec<Entry<'a>>,
    /// The filter that finds its records.
    filter: Option<String>,
    /// Records that have it, and of how many.
    bad: (u64, u64),
    rest: (u64, u64),
    bad_share: f64,
    rest_share: f64,
    /// Between which it lies with 95 % confidence.
    bad_interval: (f64, f64),
    rest_interval: (f64, f64),
    ratio: f64,
    ratio_interval: (f64, f64),
    p: f64,
    q: f64,
    certainty: &'static str,
    same: Vec<Vec<Entry<'a>>>,
    /// The rank of the finding that it goes along with.
    along: Option<usize>,
    only_bad: bool,
}

#[derive(Serialize)]
struct Entry<'a> {
    field: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    op: Option<&'static str>,
    value: String,
}

fn entries(parts: &[Part]) -> Vec<Entry<'_>> {
    let entry = |part: &'_ Part| -> (Option<&'static str>, String) {
        match &part.test {
            Test::Is(value) => (None, value.clone()),
            Test::Begins(value) => (Some("begins"), value.clone()),
            Test::AtLeast(end) => (Some(">="), end.clone()),
            Test::Below(end) => (Some("<"), end.clone()),
            Test::Within(from, to) => (Some("within"), format!("{from}..{to}")),
            Test::Since { at, .. } => (Some(">="), instant(*at).to_string()),
        }
    };
    let named = |part| {
        let (op, value) = entry(part);
        Entry { field: &part.field, op, value }
    };
    parts.iter().map(named).collect()
}

/// A line for each finding.
pub(super) fn json(told: &Told, out: &mut impl Write) -> io::Result<()> {
    for (rank, it) in (1..).zip(&told.report.findings) {
        let (bad, rest, ratio) = (it.among_bad(), it.among_rest(), it.ratio());
        let ends = |of: Interval| (of.low, of.high);
        let line = Line {
            rank,
            what: entries(&it.parts),
            filter: filter_of(&it.parts).map(|filter| filter.to_text()),
            bad: it.bad,
            rest: it.rest,
            bad_share: bad.value,
            rest_share: rest.value,
            bad_interval: ends(bad),
            rest_interval: ends(rest),
            ratio: ratio.value,
            ratio_interval: ends(ratio),
            p: it.ln_chance.exp().max(LEAST),
            q: it.ln_adjusted.exp().max(LEAST),
            certainty: it.certainty().word(),
            same: it.same.iter().map(|parts| entries(parts)).collect(),
            along: it.along.map(|at| at + 1),
            only_bad: it.only_bad,
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn instant(nanos: i64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(nanos)).unwrap_or_default()
}

fn said(it: &Finding) -> String {
    let (bad, rest, ratio) = (it.among_bad(), it.among_rest(), it.ratio());
    let figures = format!(
        "{} of the bad ({} of {}), {} of the rest ({} of {})",
        percent(bad.value),
        it.bad.0,
        it.bad.1,
        percent(rest.value),
        it.rest.0,
        it.rest.1
    );
    let only = if it.only_bad { "; no other record has the field" } else { "" };
    let times = format!("×{:.1}, {:.1} to {:.1}", ratio.value, ratio.low, ratio.high);
    format!("{}: {figures}; {times}; {}{only}", in_words(&it.parts), it.certainty().word())
}

/// For a person.
pub(super) fn text(told: &Told, out: &mut impl Write) -> io::Result<()> {
    let report = &told.report;
    writeln!(out, "{} bad records, {} others", told.bad.all, told.rest.all)?;
    if report.is_too_few() {
        let (few, side) = if report.bad < FEWEST { (report.bad, "bad") } else { (report.rest, "other") };
        return writeln!(out, "{few} {side} records are too few to say anything; {FEWEST} are the least.");
    }
    if report.findings.is_empty() {
        writeln!(out, "Nothing stands out among the bad: no value, no range of numbers, no pair of such.")?;
    }
    for it in report.findings.iter().filter(|it| it.along.is_none()) {
        writeln!(out, "{}", said(it))?;
        names(it, told, "    ", out)?;
    }
    let mut along = report.findings.iter().filter(|it| it.along.is_some()).peekable();
    if along.peek().is_some() {
        writeln!(out, "Goes along with these, as a cause, a symptom, or by the way:")?;
    }
    for it in along {
        writeln!(out, "    {}", said(it))?;
        names(it, told, "        ", out)?;
    }
    foot(told, out)
}

/// Other names of a finding's records, and the texts of its patterns.
fn names(it: &Finding, told: &Told, indent: &str, out: &mut impl Write) -> io::Result<()> {
    if !it.same.is_empty() {
        let same: Vec<String> = it.same.iter().map(|parts| in_words(parts).to_string()).collect();
        writeln!(out, "{indent}the same records: {}", same.join(", "))?;
    }
    for part in it.parts.iter().chain(it.same.iter().flatten()).filter(|part| part.field == "pattern") {
        let Test::Is(name) = &part.test else { continue };
        if let Some((_, text)) = told.patterns.iter().find(|(known, _)| known.as_str() == name) {
            writeln!(out, "{indent}{name}: {text}")?;
        }
    }
    Ok(())
}

/// How many questions were asked, and what was not looked at.
fn foot(told: &Told, out: &mut impl Write) -> io::Result<()> {
    let report = &told.report;
    let asked = report.asked;
    writeln!(out, "Asked about {} values, {} ranges and {} pairs.", asked.values, asked.ranges, asked.pairs)?;
    let list = |names: &[String]| names.iter().map(|it| CleanText::line(it).to_string()).collect::<Vec<_>>().join(", ");
    if !told.left_out.is_empty() {
        let names: Vec<String> = told.left_out.iter().map(ToString::to_string).collect();
        writeln!(out, "Not compared, since the question is about them: {}", names.join(", "))?;
    }
    if !report.identifiers.is_empty() {
        writeln!(out, "Asked only about values that repeat, since most do not: {}", list(&report.identifiers))?;
    }
    for (field, records) in &report.partly {
        let field = CleanText::line(field);
        writeln!(out, "{field}: rare values of at most {records} records were not counted")?;
    }
    if report.beyond > 0 {
        writeln!(out, "{} values were of fields beyond the number that is kept", report.beyond)?;
    }
    if report.sampled {
        writeln!(out, "Pairs and ranges were counted in a sample of the records.")?;
    }
    if told.lost > 0 {
        writeln!(out, "The text of {} records could not be read.", told.lost)?;
    }
    Ok(())
}
