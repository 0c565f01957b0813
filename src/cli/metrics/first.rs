//! `midwatch metrics first`: what moved first, without the screen. Sources are asked for what their panels show, as the
//! screen would ask them; nothing else is.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;

use crate::analysis::onset::{FARTHEST, Way};
use crate::cli::args::Common;
use crate::cli::open::{ReadFile, bundle, configuration};
use crate::cli::{Outcome, Start, own_log};
use crate::config::units::Length;
use crate::domain::CleanText;
use crate::domain::time::{clock, short};
use crate::runtime::{self, Session, headless};
use crate::signals::picture::{Counts, Moved, Mover, What};
use crate::ui::number::value;

/// Arguments of `midwatch metrics first`.
#[derive(Debug, clap::Args)]
pub(super) struct First {
    /// Look at the incident bundle in this folder instead of the configured sources
    #[arg(long, value_name = "DIR")]
    bundle: Option<PathBuf>,
    /// How long sources may take to tell what they know
    #[arg(long = "for", value_name = "LENGTH", default_value = "10s")]
    most: Length,
    /// A line for each mover: {"rank","place","kind","service","what","onset","within_s","way","spreads", ...}
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand. The window's length is `--window`, as for the screen.
pub(super) fn run(common: &Common, first: &First) -> Outcome {
    let config = configuration(common, ReadFile::Yes)?.config;
    let dir = first.bundle.clone().map(bundle).transpose()?;
    let _log = own_log::to_file(&config.data_dir);
    let start = Start::Shell { config, sources: true, bundle: dir };
    Ok(runtime::run_listening(start, first.most.std(), &mut Quiet, |session| print(session, first.json))?)
}

/// Says on a terminal what is waited for.
struct Quiet;

impl headless::Listener for Quiet {
    fn waiting(&mut self, what: &str) {
        if io::stderr().is_terminal() {
            // Progress is a courtesy: with standard error gone there is nobody to tell.
            let _ = write!(io::stderr(), "\r\x1b[Kmidwatch: waiting for {what}\r");
        }
    }

    fn text(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }
}

/// One mover. What a kind does not have is null.
#[derive(Serialize)]
struct Told<'a> {
    rank: usize,
    place: Option<usize>,
    kind: &'static str,
    service: &'a str,
    what: &'a str,
    onset: String,
    within_s: f64,
    way: Option<&'static str>,
    spreads: Option<f64>,
    before: Option<f64>,
    after: Option<f64>,
    chance: Option<f64>,
    symptom: Option<bool>,
    back: Option<bool>,
    query: Option<&'a str>,
    also: Vec<Told<'a>>,
    more: usize,
}

fn print(session: &Session, json: bool) -> anyhow::Result<ExitCode> {
    let picture = &session.model.state.stores.signals;
    let mut out = io::stdout().lock();
    if json {
        for (at, mover) in picture.first.iter().enumerate() {
            serde_json::to_writer(&mut out, &told(at + 1, mover))?;
            out.write_all(b"\n")?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    for mover in &picture.first {
        writeln!(out, "{}", line(mover))?;
        for other in &mover.also {
            writeln!(out, "{:>28}  {}", "also", words(other))?;
        }
        if mover.more > 0 {
            writeln!(out, "{:>28}  {} more", "", mover.more)?;
        }
    }
    writeln!(out, "{}", foot(picture.first.is_empty(), &picture.counts))?;
    Ok(ExitCode::SUCCESS)
}

fn told(rank: usize, mover: &Mover) -> Told<'_> {
    let moved = mover.moved.as_ref();
    let (kind, query) = match &mover.what {
        What::Metric { query, .. } => ("metric", Some(query.as_str())),
        What::Pattern { .. } => ("pattern", None),
        What::Change(_) => ("change", None),
    };
    Told {
        rank,
        place: mover.place,
        kind,
        service: mover.service.as_str(),
        what: mover.name.as_str(),
        onset: mover.at.to_string(),
        within_s: mover.within.as_secs_f64(),
        way: moved.map(|moved| way(moved.way)),
        spreads: moved.map(|moved| moved.spreads),
        before: moved.map(|moved| moved.before),
        after: moved.map(|moved| moved.after),
        chance: moved.map(|moved| moved.chance),
        symptom: moved.map(|moved| moved.is_symptom),
        back: moved.map(|moved| moved.is_back),
        query,
        also: mover.also.iter().map(|other| told(rank, other)).collect(),
        more: mover.more,
    }
}

fn way(way: Way) -> &'static str {
    match way {
        Way::Up => "up",
        Way::Down => "down",
    }
}

/// A mover in one line, its place and time in front.
fn line(mover: &Mover) -> String {
    let place = mover.place.map_or_else(|| "-".to_owned(), |place| place.to_string());
    let within = if mover.within.is_zero() { String::new() } else { format!("±{}", short(mover.within)) };
    format!("{place:>3}  {} {within:<7} {:<12}  {}", clock(mover.at), mover.service, words(mover))
}

/// What it is and how it moved.
fn words(mover: &Mover) -> String {
    let Some(moved) = &mover.moved else { return format!("changed: {}", mover.name) };
    format!("{}  {}", mover.name, how(moved))
}

fn how(moved: &Moved) -> String {
    let far = match moved.spreads {
        spreads if spreads >= FARTHEST => "as never before".to_owned(),
        spreads => format!("{spreads:.0} spreads"),
    };
    let mut words = format!("{} → {}, {far}", value(moved.before, moved.unit), value(moved.after, moved.unit));
    if moved.is_back {
        words.push_str(", back since");
    }
    if moved.is_symptom {
        words.push_str(", what an alert measures");
    }
    words
}

/// What was looked at, and what could not be judged.
fn foot(is_empty: bool, counts: &Counts) -> CleanText {
    let mut parts = Vec::new();
    if is_empty {
        parts.push("nothing moved more clearly than some series do by chance".to_owned());
    }
    parts.push(format!("{} series looked at", counts.series));
    for (count, words) in [
        (counts.absent, "without samples in the window"),
        (counts.too_young, "with too little before it to compare with"),
        (counts.too_many, "beyond those that are looked at"),
        (counts.by_chance, "that may have moved by chance"),
        (counts.left_out, "movers left out"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {words}"));
        }
    }
    CleanText::line(&parts.join("; "))
}
