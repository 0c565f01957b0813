//! `midwatch config check|path|show|init`: whether the configuration is right, where it is, what holds, a first one.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;

use super::args::Common;
use super::first_run::{Network, init};
use super::open::{ReadFile, configuration};
use super::{Failure, Outcome, print};
use crate::actions::Tables;
use crate::actions::policy::load;
use crate::config::load::point_at;
use crate::config::paths::Places;
use crate::config::show::show;
use crate::config::validate::named;
use crate::config::{ConfigError, Loaded};

/// Arguments of `midwatch config`.
#[derive(Debug, clap::Args)]
pub struct Config {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Say whether the configuration is right
    Check,
    /// Print where the configuration is looked for
    Path,
    /// Print everything that holds, defaults, variables and flags included, secrets masked
    Show,
    /// Print a configuration made from what answers at the addresses and folders, or on this machine
    Init {
        /// Addresses (http://host:port) and folders to look at instead of this machine's usual places
        #[arg(long, num_args = 1.., value_name = "ADDRESS")]
        from: Vec<String>,
        /// Also write it where the configuration belongs, never over an existing file
        #[arg(long)]
        write: bool,
    },
}

/// Runs the part that was asked for.
pub(super) fn run(common: &Common, config: Config) -> Outcome {
    match config.what {
        What::Check => check(common),
        What::Path => {
            print::print(&path(common).display().to_string())?;
            Ok(ExitCode::SUCCESS)
        }
        What::Init { from, write } => init(&mut Network, &from, write.then(|| path(common)).as_deref()),
        What::Show => {
            let text = show(&configuration(common, ReadFile::Yes)?.config).context("printing the configuration")?;
            print::print(&text)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn check(common: &Common) -> Outcome {
    let loaded = configuration(common, ReadFile::Yes)?;
    policy(&loaded)?;
    let shown = loaded.looked_at.display();
    let formats: Vec<&str> = loaded.config.log_format.iter().map(|format| format.name.as_str()).collect();
    let mut text = match (&loaded.file, named(&loaded.config).len()) {
        (None, _) => format!("{shown}: there is no file; defaults hold"),
        (Some(_), 0) => format!("{shown}: right, but names no source"),
        (Some(_), 1) => format!("{shown}: right, 1 source"),
        (Some(_), sources) => format!("{shown}: right, {sources} sources"),
    };
    if !formats.is_empty() {
        text.push_str(&format!(", log formats {}", formats.join(", ")));
    }
    print::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// Whether every rule of every policy is right and about its examples.
fn policy(loaded: &Loaded) -> Result<(), Failure> {
    let tables = Tables::builtin().and_then(|tables| tables.with_files(&loaded.config.run.tables));
    let tables = tables.map_err(Failure::bad_input)?;
    let found = load(&loaded.config, &tables, &|name| std::env::var(name).ok());
    let text = loaded.file.as_ref().and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
    // One file at a time: the person's own first.
    let Some((file, _)) = found.problems.first() else { return Ok(()) };
    let same = found.problems.iter().filter(|(of, _)| of == file).map(|(_, problem)| problem.clone()).collect();
    Err(match file {
        None => ConfigError { file: loaded.file.clone(), problems: point_at(same, &text) },
        Some(file) => {
            let text = std::fs::read_to_string(file).unwrap_or_default();
            ConfigError { file: Some(file.clone()), problems: point_at(same, &text) }
        }
    }
    .into())
}

/// Where the configuration is looked for, whatever is there.
fn path(common: &Common) -> PathBuf {
    let said = common.config.clone().or_else(|| std::env::var_os("MIDWATCH_CONFIG").map(Into::into));
    said.unwrap_or_else(|| Places::of_platform().config_file)
}
