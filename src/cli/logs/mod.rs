//! `midwatch logs`: log files and streams without the screen, one file per form.

pub(super) mod headless;
pub(super) mod input;
mod new;
mod patterns;
mod search;
mod stats;

use std::sync::Arc;

use super::args::Common;
use super::exit::{Failure, Outcome};
use super::open::{ReadFile, configuration};
use crate::logfile::own::Own;
use crate::sources::own_formats::own_formats;

/// The formats of the configuration.
pub(super) type Formats = Arc<[Arc<Own>]>;

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

/// Runs the subcommand. What patterns there are depends on the lines alone; the other forms read fields, and know the
/// configuration's formats.
pub(super) fn run(common: &Common, logs: &Logs) -> Outcome {
    let formats = || -> Result<Formats, Failure> {
        Ok(own_formats(&configuration(common, ReadFile::Yes)?.config).unwrap_or_default())
    };
    match &logs.form {
        Form::Search(args) => search::run(args, &formats()?),
        Form::Patterns(args) => patterns::run(args),
        Form::Stats(args) => stats::run(args, &formats()?),
        Form::New(args) => new::run(args, &formats()?),
    }
}
