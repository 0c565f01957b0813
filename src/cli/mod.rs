//! The command line: one file per subcommand, each thin: parse, call, print. `main.rs` calls [`main`].

pub mod args;
mod ask;
pub mod check;
mod completions;
mod config;
mod console;
mod correlate;
mod doctor;
mod drill;
mod exit;
mod first_run;
pub mod journal;
mod key;
pub mod launch;
mod logs;
mod metrics;
mod open;
mod own_log;
mod print;
mod rank;
pub mod redact;
mod run;
mod secrets;
pub mod start;
mod verify;
mod widget;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

pub use args::Args;
pub use exit::{Failure, Outcome};
pub use start::Start;

use args::Subcommand;

/// Runs the program on these arguments, the program's name first. Messages go to standard error, results to standard
/// output; a reader that goes away ends it quietly.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => return exit::usage(&error),
    };
    exit::code(run(args))
}

fn run(args: Args) -> Outcome {
    let Args { common, replay, files, command } = args;
    let Some(command) = command else { return open::run(&common, replay, files) };
    if let Some(file) = files.first() {
        return Err(Failure::bad_input(format!(
            "`{}` stands before a subcommand; to open files, name files only",
            file.display()
        )));
    }
    if replay.is_some() {
        return Err(Failure::bad_input("--replay opens the screen and takes no subcommand"));
    }
    match command {
        Subcommand::Drill(drill) => drill::run(&common, drill),
        Subcommand::Check(check) => {
            let config = open::configuration(&common, open::ReadFile::Yes)?.config;
            Ok(check::run(&check, &config))
        }
        Subcommand::Redact(redact) => {
            let config = open::configuration(&common, open::ReadFile::Yes)?.config;
            Ok(redact::run(&redact, &config.redact))
        }
        Subcommand::Ask(question) => ask::run(&common, question),
        Subcommand::Widget(widget) => widget::run(&widget),
        Subcommand::Run(command) => run::run(&common, command),
        Subcommand::Logs(logs) => logs::run(&common, &logs),
        Subcommand::Metrics(metrics) => metrics::run(&common, &metrics),
        Subcommand::Correlate(args) => correlate::run(&common, &args),
        Subcommand::Rank(args) => rank::run(&args),
        Subcommand::Verify(args) => verify::run(&args),
        Subcommand::Journal(journal) => journal::run(&common, &journal),
        Subcommand::Doctor(doctor) => doctor::run(&common, doctor),
        Subcommand::Config(config) => config::run(&common, config),
        Subcommand::Key(key) => key::run(key),
        Subcommand::Completions(completions) => completions::run(completions),
    }
}
