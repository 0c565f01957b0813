//! `midwatch metrics`: what is unusual in a series, when it will cross a threshold, and what moved first, for a person or another program.

mod csv;
mod first;

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::SignedDuration;
use serde::Serialize;

use first::First;

use super::args::Common;
use super::exit::{Failure, Outcome};
use crate::analysis::anomaly::{ALERT, Detector, Scored};
use crate::analysis::forecast::{self, CONFIDENCE, Forecast, Trend};
use crate::config::units::Length;
use crate::domain::time::{short, stamp};
use crate::domain::{CleanText, Sample, Timestamp};

/// Arguments of `midwatch metrics`.
#[derive(Debug, clap::Args)]
pub struct Metrics {
    #[command(subcommand)]
    form: Form,
}

/// The forms of `midwatch metrics`.
#[derive(Debug, clap::Subcommand)]
enum Form {
    /// Score how unusual each point is, by what came before it alone
    Anomalies(Anomalies),
    /// Say when the series will cross a threshold, or that nothing says it will
    Forecast(Ahead),
    /// Say what moved first in the configured sources or a recording: series, log patterns and changes in their order
    First(First),
}

/// Arguments of `midwatch metrics anomalies`.
#[derive(Debug, clap::Args)]
struct Anomalies {
    /// A CSV file with the columns timestamp and value; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A line for each row: {"timestamp","value","score","sign"}; a score of 0.5 or more is an alert
    #[arg(long)]
    json: bool,
}

/// Arguments of `midwatch metrics forecast`.
#[derive(Debug, clap::Args)]
struct Ahead {
    /// A CSV file with the columns timestamp and value; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The value that it may cross
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    threshold: f64,
    /// How far ahead to look, as 48h; ten times the series' own length without it
    #[arg(long, value_name = "LENGTH")]
    within: Option<Length>,
    /// One line: {"outcome","threshold","at","earliest","latest","slope_per_hour", ...}
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(super) fn run(common: &Common, metrics: &Metrics) -> Outcome {
    if let Form::First(args) = &metrics.form {
        return first::run(common, args);
    }
    let out = &mut BufWriter::new(io::stdout().lock());
    match &metrics.form {
        Form::Anomalies(args) => anomalies(args, out)?,
        Form::Forecast(args) => ahead(args, out)?,
        Form::First(_) => {}
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// One row's answer. A missing value is null and scores 0.
#[derive(Serialize)]
struct Point<'a> {
    timestamp: &'a str,
    value: Option<f64>,
    score: f64,
    sign: Option<&'static str>,
}

fn anomalies(args: &Anomalies, out: &mut impl Write) -> Result<(), Failure> {
    let mut detector = Detector::default();
    let (mut points, mut alerts) = (0_u64, 0_u64);
    csv::each_row(&args.file, |row| {
        let Scored { score, sign } = detector.push(row.sample);
        let alert = score >= ALERT;
        points += 1;
        alerts += u64::from(alert);
        let sign = sign.filter(|_| alert).map(|sign| sign.text());
        if args.json {
            let value = row.sample.value;
            let value = value.is_finite().then_some(value);
            serde_json::to_writer(&mut *out, &Point { timestamp: row.timestamp, value, score, sign })
                .map_err(io::Error::from)?;
            out.write_all(b"\n")?;
        } else if alert {
            let (timestamp, value) = (CleanText::line(row.timestamp), row.sample.value);
            writeln!(out, "{timestamp:<25} {value:>14} {score:>5.2}  {}", sign.unwrap_or_default())?;
        }
        Ok(())
    })?;
    if !args.json {
        writeln!(out, "{alerts} alerts in {points} points")?;
    }
    Ok(())
}

/// The answer to a forecast. What the outcome does not have is null.
#[derive(Serialize)]
struct Told {
    outcome: &'static str,
    threshold: f64,
    at: Option<String>,
    earliest: Option<String>,
    latest: Option<String>,
    confidence: f64,
    slope_per_hour: Option<f64>,
    slope_error_per_hour: Option<f64>,
    level: Option<f64>,
    since: Option<String>,
    daily: Option<bool>,
    within_seconds: i64,
    points: usize,
}

fn ahead(args: &Ahead, out: &mut impl Write) -> Result<(), Failure> {
    if !args.threshold.is_finite() {
        return Err(Failure::bad_input("--threshold must be a finite number"));
    }
    let mut samples: Vec<Sample> = Vec::new();
    csv::each_row(&args.file, |row| {
        if samples.len() >= MOST {
            let file = name(&args.file);
            return Err(Failure::bad_input(format!(
                "{file}: more than {MOST} rows; keep the newest, or take a longer step"
            )));
        }
        samples.push(row.sample);
        Ok(())
    })?;
    samples.sort_by_key(|sample| sample.at);
    let length = match (samples.first(), samples.last()) {
        (Some(first), Some(last)) => first.at.duration_until(last.at),
        _ => SignedDuration::ZERO,
    };
    let within = args.within.map_or(length.saturating_mul(10).min(FARTHEST), Length::signed);
    let forecast = forecast::predict(&samples, args.threshold, within);
    if args.json {
        let told = tell(&forecast, args.threshold, within, samples.len());
        serde_json::to_writer(&mut *out, &told).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
    } else {
        writeln!(out, "{}", sentence(&forecast, args.threshold, within))?;
    }
    Ok(())
}

/// Rows that a forecast holds in memory.
const MOST: usize = 5_000_000;
/// No farther ahead than this by default: ten years.
const FARTHEST: SignedDuration = SignedDuration::from_hours(10 * 365 * 24);

fn tell(forecast: &Forecast, threshold: f64, within: SignedDuration, points: usize) -> Told {
    let (outcome, trend, crossing) = match forecast {
        Forecast::Crossed(trend) => ("crossed", Some(trend), None),
        Forecast::Crosses(crossing) => ("crosses", Some(&crossing.trend), Some(crossing)),
        Forecast::Away(trend) => ("moves away", Some(trend), None),
        Forecast::NotWithin(trend, _) => ("not within", Some(trend), None),
        Forecast::NoTrend(trend) => ("no trend", Some(trend), None),
        Forecast::TooLittle => ("too little data", None, None),
    };
    let text = |at: Timestamp| at.to_string();
    Told {
        outcome,
        threshold,
        at: crossing.map(|crossing| text(crossing.at)),
        earliest: crossing.map(|crossing| text(crossing.earliest)),
        latest: crossing.and_then(|crossing| crossing.latest).map(text),
        confidence: CONFIDENCE,
        slope_per_hour: trend.map(|trend| trend.slope * HOUR),
        slope_error_per_hour: trend.map(|trend| trend.error * HOUR),
        level: trend.map(|trend| trend.level),
        since: trend.map(|trend| text(trend.since)),
        daily: trend.map(|trend| trend.daily),
        within_seconds: within.as_secs(),
        points,
    }
}

const HOUR: f64 = 3600.0;

fn sentence(forecast: &Forecast, threshold: f64, within: SignedDuration) -> String {
    let slope = |trend: &Trend| format!("{} an hour since {}", signed(trend.slope * HOUR), stamp(trend.since));
    match forecast {
        Forecast::Crossed(trend) => format!("it is beyond {threshold} already ({})", slope(trend)),
        Forecast::Crosses(crossing) => {
            let latest = crossing.latest.map_or_else(|| "later than looked at".to_owned(), stamp);
            format!(
                "crosses {threshold} at about {}; in four of five futures between {} and {latest} ({})",
                stamp(crossing.at),
                stamp(crossing.earliest),
                slope(&crossing.trend)
            )
        }
        Forecast::Away(trend) => format!("moves away from {threshold} ({})", slope(trend)),
        Forecast::NotWithin(trend, _) => {
            format!("moves towards {threshold}, but does not reach it within {} ({})", short(within), slope(trend))
        }
        Forecast::NoTrend(trend) => {
            let (slope, error) = (signed(trend.slope * HOUR), signed(trend.error * HOUR));
            format!(
                "no trend: {slope} an hour, give or take {}, cannot be told from none",
                error.trim_start_matches('+')
            )
        }
        Forecast::TooLittle => format!("too little data: at least {} points at different times", forecast::FEWEST),
    }
}

/// A number with its sign, small ones with an exponent.
fn signed(value: f64) -> String {
    if value == 0.0 || (1e-3..1e9).contains(&value.abs()) { format!("{value:+.4}") } else { format!("{value:+.3e}") }
}

/// A file's name as messages show it.
fn name(path: &Path) -> CleanText {
    CleanText::line(&path.display().to_string())
}
