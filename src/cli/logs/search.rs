//! `midwatch logs search`: the records of files and streams that pass a filter, as they stand or as JSON. Nothing is indexed
//! and nothing is held but the block under way.

use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use serde::Serialize;

use super::super::exit::{Failure, Outcome};
use super::Formats;
use super::input::{self, Input};
use crate::domain::{CleanText, LogRecord, Severity};
use crate::logs::{Passed, Scan};
use crate::store::Filter;
use crate::store::filter::{Aside, level_word};

/// Bytes read at once.
const BLOCK: usize = 512 << 10;
/// A record of so many bytes is given as if it ended there.
const LONGEST: usize = 64 << 20;

/// Arguments of `midwatch logs search`.
#[derive(Debug, clap::Args)]
pub(super) struct SearchArgs {
    /// What must hold, as in the log pane: `timeout`, `/time(d )?out/`, `service=payments level>=error latency>500ms -healthz`
    #[arg(value_name = "QUERY", allow_hyphen_values = true)]
    query: String,
    /// Log files, compressed ones too; `-` is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    files: Vec<PathBuf>,
    /// A line for each record: {"file","line","time","level","service","message","trace","fields"}
    #[arg(long, conflicts_with_all = ["count", "field"])]
    json: bool,
    /// Only how many records pass
    #[arg(short, long, conflicts_with = "field")]
    count: bool,
    /// The records that do not pass
    #[arg(short = 'v', long)]
    invert: bool,
    /// The number of the first line of each record before it
    #[arg(short = 'n', long)]
    line_number: bool,
    /// Only the values of these fields, between tabs
    #[arg(long, value_name = "NAME")]
    field: Vec<String>,
}

/// One record as JSON.
#[derive(Serialize)]
struct Row<'a> {
    file: &'a str,
    line: u64,
    time: Option<String>,
    level: Option<&'a str>,
    service: &'a str,
    message: &'a str,
    trace: Option<&'a str>,
    fields: serde_json::Map<String, serde_json::Value>,
}

/// Runs the form.
pub(super) fn run(args: &SearchArgs, formats: &Formats) -> Outcome {
    let filter = Filter::parse(&args.query).map_err(|error| Failure::bad_input(format!("{}: {error}", args.query)))?;
    let stdout = io::stdout();
    let is_terminal = stdout.is_terminal();
    let mut out = BufWriter::with_capacity(64 << 10, stdout.lock());
    let mut failed = None;
    for path in &args.files {
        // One file that cannot be read does not keep the others from being searched.
        let searched = input::open(path).and_then(|input| {
            search(args, &filter, formats, input, &mut out, is_terminal).map_err(|error| input::failure(path, error))
        });
        match searched {
            Ok(()) => {}
            Err(failure) if args.files.len() == 1 || is_over(&failure) => return Err(failure),
            Err(failure) => failed = failed.or(Some(failure)),
        }
    }
    out.flush()?;
    failed.map_or(Ok(ExitCode::SUCCESS), Err)
}

/// Whether nobody reads what is written.
fn is_over(failure: &Failure) -> bool {
    let Failure::CouldNot(error) = failure else { return false };
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe))
}

fn search(
    args: &SearchArgs,
    filter: &Filter,
    formats: &Formats,
    mut input: Input,
    out: &mut impl Write,
    is_terminal: bool,
) -> io::Result<()> {
    let short = input.name.rsplit('/').next().unwrap_or(&input.name).to_owned();
    let mut scan = Scan::new(filter.clone(), &short, input.modified).with_formats(Arc::clone(formats));
    if args.json || args.line_number {
        scan = scan.counting_lines();
    }
    if args.invert {
        scan = scan.inverted();
    }
    let prefix = if args.files.len() > 1 { format!("{}:", input.name) } else { String::new() };
    let mut count = 0u64;
    let mut broken = Ok(());
    let (mut held, mut length): (Vec<u8>, usize) = (vec![0; 2 * BLOCK], 0);
    loop {
        if held.len() - length < BLOCK {
            held.resize(held.len() * 2, 0);
        }
        let read = read(&mut input.reader, held.get_mut(length..length + BLOCK).unwrap_or_default())?;
        length += read;
        let is_last = read == 0;
        let bytes = held.get(..length).unwrap_or_default();
        let (done, flow) = scan.piece(
            bytes,
            is_last || length >= LONGEST,
            |passes| passes != args.invert,
            |scan, passed| {
                count += 1;
                if !args.count {
                    broken = write(args, &input.name, &prefix, scan, passed, out);
                }
                if broken.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        if flow.is_break() {
            return broken;
        }
        held.copy_within(done..length, 0);
        length -= done;
        // Somebody may be looking: on a terminal, and behind a pipe that is slower than the search.
        if is_terminal || read < BLOCK {
            out.flush()?;
        }
        if is_last {
            break;
        }
    }
    if args.count {
        writeln!(out, "{prefix}{count}")?;
    }
    Ok(())
}

/// Reads what is there; fewer bytes than asked for at the end, or when a pipe has no more yet.
fn read(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

fn write(
    args: &SearchArgs,
    file: &str,
    prefix: &str,
    scan: &Scan,
    passed: Passed<'_>,
    out: &mut impl Write,
) -> io::Result<()> {
    if args.json {
        serde_json::to_writer(&mut *out, &row(file, passed.line, &scan.record(passed.raw))).map_err(io::Error::from)?;
        return out.write_all(b"\n");
    }
    if !args.field.is_empty() {
        let record = scan.record(passed.raw);
        let aside = Aside { pattern: None, file: Some(file) };
        let values: Vec<String> = args.field.iter().map(|name| value(&record, name, &aside)).collect();
        return writeln!(out, "{prefix}{}", values.join("\t"));
    }
    let lines = passed.raw.strip_suffix(b"\n").unwrap_or(passed.raw);
    if prefix.is_empty() && !args.line_number {
        out.write_all(lines)?;
        return out.write_all(b"\n");
    }
    for (number, line) in (passed.line..).zip(lines.split(|byte| *byte == b'\n')) {
        out.write_all(prefix.as_bytes())?;
        if args.line_number {
            write!(out, "{number}:")?;
        }
        out.write_all(line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn value(record: &LogRecord, name: &str, aside: &Aside<'_>) -> String {
    match name {
        "time" => record.time.map(|at| at.to_string()).unwrap_or_default(),
        "level" if record.severity == Severity::Unset => String::new(),
        "level" => level_word(record.severity).to_owned(),
        _ => crate::store::filter::Field::named(name).value(record, aside).replace(['\t', '\n'], " "),
    }
}

fn row<'a>(file: &'a str, line: u64, record: &'a LogRecord) -> Row<'a> {
    let text = |text: &CleanText| serde_json::Value::String(text.to_string());
    Row {
        file,
        line,
        time: record.time.map(|at| at.to_string()),
        level: (record.severity != Severity::Unset).then(|| level_word(record.severity)),
        service: &record.service,
        message: &record.body,
        trace: record.trace_id.as_deref(),
        fields: record.attributes.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::domain::Timestamp;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: SearchArgs,
    }

    const TEXT: &str = "\
{\"ts\":\"2026-01-15T00:00:00Z\",\"level\":\"info\",\"service\":\"cart\",\"msg\":\"added\",\"took_ms\":12}
{\"ts\":\"2026-01-15T00:00:01Z\",\"level\":\"error\",\"service\":\"pay\",\"msg\":\"declined\",\"took_ms\":900}
{\"ts\":\"2026-01-15T00:00:02Z\",\"level\":\"error\",\"service\":\"cart\",\"msg\":\"lost\",\"took_ms\":3}
";

    /// Gives bytes a few at a time, as a pipe does.
    struct Slowly<'a>(&'a [u8]);

    impl Read for Slowly<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.0.len().min(7).min(buffer.len());
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    fn run(words: &[&str]) -> String {
        let args = Line::try_parse_from([&["search"], words].concat()).unwrap().args;
        let filter = Filter::parse(&args.query).unwrap();
        let mut out = Vec::new();
        for name in &args.files {
            let reader = Box::new(Slowly(TEXT.as_bytes()));
            let input = Input { name: name.display().to_string(), reader, modified: Timestamp::UNIX_EPOCH };
            search(&args, &filter, &Formats::default(), input, &mut out, false).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn records_stand_as_they_stood() {
        let lines: Vec<&str> = TEXT.lines().collect();
        assert_eq!(run(&["declined"]), format!("{}\n", lines[1]));
        assert_eq!(run(&["-v", "declined"]), format!("{}\n{}\n", lines[0], lines[2]));
        assert_eq!(run(&["took_ms>500ms"]), format!("{}\n", lines[1]));
        assert_eq!(run(&["-n", "level=error service=cart"]), format!("3:{}\n", lines[2]));
        assert_eq!(run(&["lost", "a.log", "b.log"]), format!("a.log:{}\nb.log:{}\n", lines[2], lines[2]));
        assert_eq!(run(&["--", "-nothing"]).lines().count(), 3);
    }

    #[test]
    fn counts_fields_and_objects_are_given_instead() {
        assert_eq!(run(&["-c", "level>=error"]), "2\n");
        assert_eq!(run(&["-c", "-v", "level>=error", "a", "b"]), "a:1\nb:1\n");
        assert_eq!(run(&["--field", "took_ms", "--field", "level", "level=error"]), "900\terror\n3\terror\n");
        let json: serde_json::Value = serde_json::from_str(&run(&["--json", "declined"])).unwrap();
        assert_eq!(
            (json["line"].as_u64(), json["level"].as_str(), json["service"].as_str()),
            (Some(2), Some("error"), Some("pay"))
        );
        assert_eq!(json["fields"]["took_ms"], "900");
        assert_eq!(json["time"], "2026-01-15T00:00:01Z");
    }
}
