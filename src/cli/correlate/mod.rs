//! `midwatch correlate`: what the bad records of a log have in common, for a person or for another program. Log files are
//! read as the log pane reads them and compared by the desk; spans and tables are read here, record by record.

mod print;
mod records;
mod spans;
mod table;
#[cfg(test)]
mod tests;

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::Common;
use super::exit::{Failure, Outcome};
use super::logs::{Formats, headless};
use super::open::{ReadFile, configuration};
use crate::analysis::correlate::Since;
use crate::config::units::Length;
use crate::domain::{CleanText, Timestamp};
use crate::logs::answer::Contrasted;
use crate::logs::ask::{ContrastAsk, Services};
use crate::logs::contrast::Told;
use crate::logs::{Answer, Ask, Look};
use crate::sources::own_formats::own_formats;
use crate::store::Filter;
use crate::store::filter::Test;

/// Arguments of `midwatch correlate`.
#[derive(Debug, clap::Args)]
pub struct CorrelateArgs {
    /// Which records are bad, in the language of the log pane's filter: 'level>=error service=shop'
    #[arg(long = "where", visible_alias = "bad", value_name = "FILTER", required_unless_present_any = ["bad_file", "spans"], allow_hyphen_values = true)]
    bad: Option<String>,
    /// What the bad are compared with: records that pass this and are not bad; all others when it is not given
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    among: Option<String>,
    /// A file of bad records; those of the other files are the rest
    #[arg(long, value_name = "FILE", conflicts_with_all = ["bad", "spans"])]
    bad_file: Option<PathBuf>,
    /// The files hold spans, as OpenTelemetry writes them in JSON; bad are failed and slow ones where --where says nothing else
    #[arg(long)]
    spans: bool,
    /// Spans that take as long as this are bad too
    #[arg(long, value_name = "DURATION", requires = "spans")]
    slow: Option<Length>,
    /// A change, after which records may be others; can be repeated: '2026-01-15T02:05:12Z payments 2.3.1'
    #[arg(long, value_name = "TIME WHAT")]
    change: Vec<String>,
    /// A field to leave out; can be repeated. Fields that the filter asks about are left out already
    #[arg(long, value_name = "FIELD")]
    ignore: Vec<String>,
    /// Log files in any known format, compressed ones too, or tables (.csv); `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// A line for each finding: {"rank","what","filter","bad","rest","bad_share","rest_share","ratio","p","q","certainty","same","along","only_bad"}
    #[arg(long)]
    json: bool,
}

/// What is asked, read from the arguments.
struct Question {
    bad: Filter,
    among: Filter,
    changes: Vec<Since>,
    ignored: Vec<CleanText>,
}

/// Runs the subcommand. No finding is an answer, not a failure.
pub(super) fn run(common: &Common, args: &CorrelateArgs) -> Outcome {
    let formats = || -> Result<Formats, Failure> {
        Ok(own_formats(&configuration(common, ReadFile::Yes)?.config).unwrap_or_default())
    };
    let told = told(args, formats)?;
    let out = &mut BufWriter::new(io::stdout().lock());
    if args.json {
        print::json(&told, out)?;
    } else {
        print::text(&told, out)?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Reads the files and compares.
fn told(args: &CorrelateArgs, formats: impl FnOnce() -> Result<Formats, Failure>) -> Result<Told, Failure> {
    let mut question = Question::of(args)?;
    let is_table = |path: &PathBuf| {
        let name = path.to_string_lossy().to_ascii_lowercase();
        [".csv", ".csv.gz", ".csv.zst"].iter().any(|end| name.ends_with(end))
    };
    if args.spans {
        return spans::told(&question, &args.files, args.slow.map(Length::signed));
    }
    let all: Vec<PathBuf> = args.bad_file.iter().chain(&args.files).cloned().collect();
    match all.iter().filter(|path| is_table(path)).count() {
        0 => {}
        tables if tables == all.len() => return table::told(&question, &args.files, args.bad_file.as_deref()),
        _ => {
            return Err(Failure::bad_input("tables (.csv) and logs cannot be compared with each other; name one kind"));
        }
    }
    if let Some(path) = &args.bad_file {
        question.bad = of_file(path, &args.files)?;
    }
    by_desk(question, &all, &formats()?)
}

impl Question {
    fn of(args: &CorrelateArgs) -> Result<Self, Failure> {
        let filter = |flag: &str, text: &Option<String>| match text {
            None => Ok(Filter::default()),
            Some(text) => match Filter::parse(text) {
                Ok(filter) if !filter.is_empty() => Ok(filter),
                Ok(_) => Err(Failure::bad_input(format!("{flag} is empty; name records, as 'level>=error'"))),
                Err(error) => Err(Failure::bad_input(format!("{flag} {}: {error}", CleanText::line(text)))),
            },
        };
        let question = Self {
            bad: filter("--where", &args.bad)?,
            among: filter("--among", &args.among)?,
            changes: args.change.iter().map(|text| change(text)).collect::<Result<_, _>>()?,
            ignored: args.ignore.iter().map(|name| CleanText::line(name)).collect(),
        };
        let mut terms = question.bad.terms().iter().chain(question.among.terms());
        if terms.any(|term| matches!(term.test, Test::Pattern(_))) {
            let why = "names of patterns depend on what was read; use words of the line instead of pattern=";
            return Err(Failure::bad_input(why));
        }
        Ok(question)
    }

    fn ask(self, services: Services) -> ContrastAsk {
        ContrastAsk {
            generation: 1,
            look: Look { filter: self.bad, ..Look::default() },
            among: self.among,
            services,
            changes: self.changes,
            ignored: self.ignored,
            most: u64::MAX,
        }
    }
}

/// Reads `TIME WHAT`.
fn change(text: &str) -> Result<Since, Failure> {
    let (time, what) = text.split_once(' ').unwrap_or((text, "a change"));
    let at: Timestamp = time.parse().map_err(|_| {
        Failure::bad_input(format!("--change {}: write it as '2026-01-15T02:05:12Z shop 2.3'", CleanText::line(text)))
    })?;
    let at = i64::try_from(at.as_nanosecond()).unwrap_or(i64::MAX);
    Ok(Since { at, what: what.trim().to_owned() })
}

/// The filter for the records of one of the files.
fn of_file(path: &Path, others: &[PathBuf]) -> Result<Filter, Failure> {
    let name = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let own = name(path);
    if others.iter().any(|other| name(other).eq_ignore_ascii_case(&own)) {
        let own = CleanText::line(&own);
        return Err(Failure::bad_input(format!("--bad-file and another file are both called {own}; rename one")));
    }
    let shown = if own == "-" { "(standard input)".to_owned() } else { own };
    Filter::equals("file", &shown).map_err(|error| Failure::bad_input(error.to_string()))
}

/// Reads log files to their ends and has the desk compare all their records.
fn by_desk(question: Question, files: &[PathBuf], formats: &Formats) -> Result<Told, Failure> {
    let mut read = headless::read(files, formats)?;
    let answers = headless::answers(&mut read.desk, Ask::Contrast(Some(question.ask(Services::Any))));
    let told = answers.into_iter().find_map(|answer| match answer {
        Answer::Contrast(Contrasted::Told { told, .. }) => Some(*told),
        _ => None,
    });
    told.ok_or_else(|| Failure::CouldNot(anyhow::anyhow!("the records could not be compared")))
}
