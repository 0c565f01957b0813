//! `midwatch correlate`: what the bad records of a log have in common, for a person or for another program.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use super::exit::{Failure, Outcome};
use crate::analysis::correlate::{Correlator, Finding, Part, Report, Side};
use crate::domain::{CleanText, LogRecord, SourceId, Timestamp};
use crate::logfile::LineParser;
use crate::store::Filter;
use crate::store::filter::{Aside, Term, Test};

/// Bytes read at once.
const BLOCK: usize = 256 << 10;
/// Chances below the smallest number are written as this.
const LEAST: f64 = f64::MIN_POSITIVE;

/// Arguments of `midwatch correlate`.
#[derive(Debug, clap::Args)]
pub struct CorrelateArgs {
    /// Which records are bad, as in the log pane: 'level>=error service=shop'
    #[arg(long, value_name = "FILTER", required_unless_present = "bad_file")]
    bad: Option<String>,
    /// A file of bad records; those of the other files are the rest
    #[arg(long, value_name = "FILE", conflicts_with = "bad")]
    bad_file: Option<PathBuf>,
    /// A field to leave out; can be repeated. Fields that the filter asks about are left out already
    #[arg(long, value_name = "FIELD")]
    ignore: Vec<String>,
    /// Log files in any known format; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// A line for each finding: {"rank","what","bad_share","rest_share","p","q","same"}
    #[arg(long)]
    json: bool,
}

/// One finding's line.
#[derive(Serialize)]
struct Line<'a> {
    rank: usize,
    what: Vec<Entry<'a>>,
    bad_share: f64,
    rest_share: f64,
    p: f64,
    q: f64,
    same: Vec<Vec<Entry<'a>>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    field: &'a str,
    value: &'a str,
}

/// Runs the subcommand. No finding is an answer, not a failure.
pub(super) fn run(args: &CorrelateArgs) -> Outcome {
    let report = report(args)?;
    let out = &mut BufWriter::new(io::stdout().lock());
    if args.json {
        json(&report, out)?;
    } else {
        table(&report, out)?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Reads the files and compares.
fn report(args: &CorrelateArgs) -> Result<Report, Failure> {
    let filter = match &args.bad {
        Some(text) => Filter::parse(text)
            .map_err(|error| Failure::bad_input(format!("--bad {}: {error}", CleanText::line(text))))?,
        None => Filter::default(),
    };
    if args.bad.is_some() && filter.is_empty() {
        return Err(Failure::bad_input("--bad is empty; name what is bad, as 'level>=error'"));
    }
    let mut left_out = args.ignore.clone();
    for term in filter.terms() {
        left_out.extend(asked(term)?);
    }
    let mut all = Correlator::default();
    let mut take = |record: &LogRecord, side| push(&mut all, record, side, &left_out);
    if let Some(path) = &args.bad_file {
        read(path, |record| take(record, Side::Bad))?;
    }
    for path in &args.files {
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let aside = Aside { file: file.as_deref(), pattern: None };
        let side = |record: &LogRecord| {
            let bad = args.bad.is_some() && filter.matches_with(record, &aside);
            if bad { Side::Bad } else { Side::Rest }
        };
        read(path, |record| take(record, side(record)))?;
    }
    Ok(all.report())
}

/// The fields a term of the filter asks about. That bad records have what makes them bad is no finding.
fn asked(term: &Term) -> Result<Vec<String>, Failure> {
    Ok(match &term.test {
        Test::Field(field, ..) | Test::Number(field, ..) => vec![field.name().to_owned()],
        Test::Level(..) => ["level", "severity", "lvl"].map(str::to_owned).to_vec(),
        Test::Text(_) | Test::Regex(_) | Test::Time(..) => Vec::new(),
        Test::Pattern(_) => {
            return Err(Failure::bad_input("--bad: patterns are known in the log pane only; use words of the line"));
        }
    })
}

/// The record's fields: the service, the level, and its attributes.
fn push(all: &mut Correlator, record: &LogRecord, side: Side, left_out: &[String]) {
    let own = [("service", record.service.as_str()), ("level", record.severity.word())];
    let attributes = record.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let fields = own.into_iter().chain(attributes).filter(|(name, _)| !left_out.iter().any(|it| it == name));
    all.push(side, fields);
}

/// Gives each record of a file to `take`.
fn read(path: &Path, mut take: impl FnMut(&LogRecord)) -> Result<(), Failure> {
    let done = if path == Path::new("-") {
        records("standard input", &mut io::stdin().lock(), &mut take)
    } else {
        let name = path.file_stem().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        File::open(path).and_then(|mut file| records(&name, &mut file, &mut take))
    };
    done.map_err(|error| {
        let name = CleanText::line(&path.display().to_string());
        Failure::bad_input(format!("{name}: {error}; name a log file that can be read, or - for standard input"))
    })
}

fn records(name: &str, input: &mut impl Read, take: &mut impl FnMut(&LogRecord)) -> io::Result<()> {
    // Only the differences between records count, so records without a time may all have the same.
    let observed = Timestamp::UNIX_EPOCH;
    let mut parser = LineParser::new(SourceId::new("file"), name);
    let mut block = vec![0; BLOCK];
    loop {
        let read = match input.read(&mut block) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if read == 0 {
            parser.finish(observed).iter().for_each(&mut *take);
            return Ok(());
        }
        parser.feed(&block[..read], observed).iter().for_each(&mut *take);
    }
}

fn entries(parts: &[Part]) -> Vec<Entry<'_>> {
    parts.iter().map(|part| Entry { field: &part.field, value: &part.value }).collect()
}

fn json(report: &Report, out: &mut impl Write) -> io::Result<()> {
    for (rank, it) in (1..).zip(&report.findings) {
        let line = Line {
            rank,
            what: entries(&it.parts),
            bad_share: it.among_bad,
            rest_share: it.among_rest,
            p: it.ln_chance.exp().max(LEAST),
            q: it.ln_adjusted.exp().max(LEAST),
            same: it.same.iter().map(|parts| entries(parts)).collect(),
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn words(parts: &[Part]) -> String {
    let word = |part: &Part| format!("{}={}", CleanText::line(&part.field), CleanText::line(&part.value));
    parts.iter().map(word).collect::<Vec<_>>().join(" and ")
}

fn said(finding: &Finding) -> String {
    let percent =
        |share: f64| if share < 0.1 { format!("{:.1} %", share * 100.0) } else { format!("{:.0} %", share * 100.0) };
    let (bad, rest) = (percent(finding.among_bad), percent(finding.among_rest));
    format!("{}: {bad} of the bad, {rest} of the rest", words(&finding.parts))
}

fn table(report: &Report, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{} bad records, {} others", report.bad, report.rest)?;
    if report.findings.is_empty() {
        writeln!(out, "No value and no pair of values stands out among the bad.")?;
    }
    for it in &report.findings {
        writeln!(out, "{}", said(it))?;
        if !it.same.is_empty() {
            let same: Vec<String> = it.same.iter().map(|parts| words(parts)).collect();
            writeln!(out, "    on the same records: {}", same.join(", "))?;
        }
    }
    let (values, pairs) = report.asked;
    writeln!(out, "{values} values and {pairs} pairs were asked about.")?;
    if !report.identifiers.is_empty() {
        let names: Vec<String> = report.identifiers.iter().map(|it| CleanText::line(it).to_string()).collect();
        writeln!(out, "Not looked at, since their values hardly repeat: {}", names.join(", "))?;
    }
    for (field, records) in &report.partly {
        writeln!(out, "{}: too many values; those of {records} records were not counted", CleanText::line(field))?;
    }
    if report.beyond > 0 {
        writeln!(out, "{} values were of fields beyond the number that is kept", report.beyond)?;
    }
    if report.sampled {
        writeln!(out, "Pairs were counted in a sample of the records.")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(words: &[&str]) -> CorrelateArgs {
        use clap::Parser;
        #[derive(clap::Parser)]
        struct Form {
            #[command(flatten)]
            args: CorrelateArgs,
        }
        Form::try_parse_from(std::iter::once(&"correlate").chain(words)).unwrap().args
    }

    /// A log in which version 2.3 in the region eu fails.
    fn log(only: Option<bool>) -> String {
        let mut lines = String::new();
        for at in 0..600 {
            let (version, region) = (at % 4, ["eu", "us", "ap"][at / 4 % 3]);
            let bad = (version == 3 && region == "eu") || at % 97 == 0;
            if only.is_some_and(|only| only != bad) {
                continue;
            }
            let level = if bad { "error" } else { "info" };
            let time = format!("2026-01-15T02:{:02}:{:02}Z", at / 60, at % 60);
            lines += &format!(
                "{{\"time\":\"{time}\",\"level\":\"{level}\",\"msg\":\"order {at}\",\"version\":\"2.{version}\",\"region\":\"{region}\"}}\n"
            );
        }
        lines
    }

    fn text(report: &Report) -> String {
        let mut out = Vec::new();
        table(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_pair_that_fails_is_said_in_a_sentence_and_in_json() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), log(None)).unwrap();
        let report = report(&args(&["--bad", "level>=error", file.path().to_str().unwrap()])).unwrap();
        let said = text(&report);
        assert!(said.starts_with("56 bad records, 544 others\n"), "{said}");
        let first = said.lines().nth(1).unwrap();
        assert!(first == "version=2.3 and region=eu: 89 % of the bad, 0.0 % of the rest", "{said}");
        assert_eq!(report.findings.len(), 1, "{said}");
        let mut out = Vec::new();
        json(&report, &mut out).unwrap();
        let line: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(line["what"][1], serde_json::json!({"field": "region", "value": "eu"}));
        assert!(line["q"].as_f64().unwrap() < 1e-20 && line["rank"] == 1);
    }

    #[test]
    fn two_files_give_the_same_as_a_filter() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        for (name, only) in [("all", None), ("bad", Some(true)), ("rest", Some(false))] {
            std::fs::write(path(name), log(only)).unwrap();
        }
        let filter = report(&args(&["--bad", "level>=error", "--ignore", "service", &path("all")])).unwrap();
        let files =
            report(&args(&["--bad-file", &path("bad"), "--ignore", "service", "--ignore", "level", &path("rest")]));
        assert_eq!(files.unwrap(), filter);
    }

    #[test]
    fn what_the_filter_asks_about_is_no_finding() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), log(None)).unwrap();
        let report = report(&args(&["--bad", "region=eu", file.path().to_str().unwrap()])).unwrap();
        assert!(report.findings.iter().all(|it| it.parts.iter().all(|part| part.field != "region")), "{report:?}");
    }

    #[test]
    fn bad_filters_and_files_are_named_with_the_remedy() {
        let said = |words: &[&str]| match report(&args(words)) {
            Err(Failure::BadInput(message)) => message,
            other => panic!("{other:?}"),
        };
        assert!(said(&["--bad", "level>=bad", "x"]).starts_with("--bad level>=bad: column "));
        assert!(said(&["--bad", " ", "x"]).contains("--bad is empty"));
        assert!(said(&["--bad", "pattern=p3f9a", "x"]).contains("patterns are known in the log pane only"));
        assert!(said(&["--bad", "a=b", "/does/not/exist"]).contains("name a log file that can be read"));
    }
}
