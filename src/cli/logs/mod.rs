//! `midwatch logs`: log files and streams without the screen, one file per form.

mod headless;
mod input;
mod new;
mod patterns;
mod search;
mod stats;

use super::exit::Outcome;

/// Arguments of `midwatch logs`.
#[derive(Debug, clap::Args)]
pub struct Logs {
    #[command(subcommand)]
    form: Form,
}

/// The forms of `midwatch logs`.
#[derive(Debug, clap::Subcommand)]
enum Form {
    /// Print the records that pass a filter, as they stand
    Search(search::SearchArgs),
    /// Say which lines are the same event, and what varies in them
    Patterns(patterns::PatternsArgs),
    /// Count records by level over time, and the values of their fields
    Stats(stats::StatsArgs),
    /// Say which patterns are new, burst, or stopped since an instant
    New(new::NewArgs),
}

/// Runs the subcommand.
pub(super) fn run(logs: &Logs) -> Outcome {
    match &logs.form {
        Form::Search(args) => search::run(args),
        Form::Patterns(args) => patterns::run(args),
        Form::Stats(args) => stats::run(args),
        Form::New(args) => new::run(args),
    }
}
