//! `midwatch rank`: which service is the likeliest cause of another's trouble, for a person or for another program.

mod csv;
mod files;
#[cfg(test)]
mod tests;

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;

use super::exit::{Failure, Outcome};
use crate::analysis::rank::{Candidate, RankError, Target, rank};
use crate::domain::CleanText;

/// Arguments of `midwatch rank`.
#[derive(Debug, clap::Args)]
pub struct RankArgs {
    /// The incident: a CSV with the header rows microservice, metric, statistic and a row for each time
    #[arg(long, value_name = "FILE")]
    metrics: PathBuf,
    /// Who calls whom: a CSV matrix whose row calls the column, JSON nodes and edges, Graphviz DOT, or OTLP JSON lines
    #[arg(long, value_name = "FILE")]
    graph: PathBuf,
    /// What is in trouble: {"target": {"node", "metric", "timestamp"}}
    #[arg(long, value_name = "FILE")]
    target: PathBuf,
    /// Normal operation, in the same form as the metrics
    #[arg(long, value_name = "FILE")]
    baseline: PathBuf,
    /// A line for each candidate: {"rank","node","metric","score","explains","strength","path","why"}
    #[arg(long)]
    json: bool,
}

/// One candidate's line.
#[derive(Serialize)]
struct Line<'a> {
    rank: usize,
    node: &'a str,
    metric: &'a str,
    score: f64,
    explains: f64,
    strength: Option<f64>,
    path: &'a [String],
    why: &'a str,
}

/// Runs the subcommand. No candidate is an answer, not a failure.
pub(super) fn run(args: &RankArgs) -> Outcome {
    let target = files::target(&args.target)?;
    let graph = files::graph(&args.graph)?;
    let incident = files::metrics(&args.metrics)?;
    let baseline = files::metrics(&args.baseline)?;
    let ranked = rank(&target, &graph, &incident.telemetry, &baseline.telemetry).map_err(|error| {
        let file = match &error {
            RankError::NotInGraph(_) => &args.graph,
            RankError::NotMeasured { .. } => &args.metrics,
            RankError::NoCause => &args.target,
        };
        let (file, error) = (CleanText::line(&file.display().to_string()), CleanText::line(&error.to_string()));
        Failure::bad_input(format!("{file}: {error}; compare the node in the target file with the names here"))
    })?;
    let out = &mut BufWriter::new(io::stdout().lock());
    if args.json {
        json(&ranked, out)?;
    } else {
        table(&target, &ranked, incident.unused, out)?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn json(ranked: &[Candidate], out: &mut impl Write) -> io::Result<()> {
    for (rank, it) in (1..).zip(ranked) {
        let (node, metric, path, why) = (it.service.as_str(), it.measure.word(), it.path.as_slice(), it.why.as_str());
        let line =
            Line { rank, node, metric, score: it.score, explains: it.explains, strength: it.strength, path, why };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The candidates with their reasons, two lines each.
fn table(target: &Target, ranked: &[Candidate], unused: usize, out: &mut impl Write) -> io::Result<()> {
    let (service, measure) = (CleanText::line(&target.service), target.measure.word());
    if ranked.is_empty() {
        writeln!(
            out,
            "No cause found: nothing unusual below {service} explains its {measure}, or it behaves normally."
        )?;
    }
    for (rank, it) in (1..).zip(ranked) {
        let path: Vec<String> = it.path.iter().map(|name| CleanText::line(name).to_string()).collect();
        writeln!(out, "{rank:>3}  {:.2}  {} {}", it.score, CleanText::line(&it.service), it.measure.word())?;
        writeln!(out, "           {}", CleanText::line(&it.why))?;
        if path.len() > 1 {
            writeln!(out, "           {}", path.join(" > "))?;
        }
    }
    if unused > 0 {
        writeln!(out, "{unused} columns of the metrics are of other metrics or statistics and were not used.")?;
    }
    Ok(())
}
