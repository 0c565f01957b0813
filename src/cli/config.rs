//! `midwatch config check|path|show`: whether the configuration is right, where it is, what holds.

use std::process::ExitCode;

use anyhow::Context;

use super::args::Common;
use super::open::{ReadFile, configuration};
use super::{Outcome, print};
use crate::config::paths::Places;
use crate::config::show::show;
use crate::config::validate::named;

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
}

/// Runs the part that was asked for.
pub(super) fn run(common: &Common, config: Config) -> Outcome {
    match config.what {
        What::Check => check(common),
        What::Path => path(common),
        What::Show => {
            let text = show(&configuration(common, ReadFile::Yes)?.config).context("printing the configuration")?;
            print::print(&text)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn check(common: &Common) -> Outcome {
    let loaded = configuration(common, ReadFile::Yes)?;
    let shown = loaded.looked_at.display();
    let text = match (&loaded.file, named(&loaded.config).len()) {
        (None, _) => format!("{shown}: there is no file; defaults hold"),
        (Some(_), 0) => format!("{shown}: right, but names no source"),
        (Some(_), 1) => format!("{shown}: right, 1 source"),
        (Some(_), sources) => format!("{shown}: right, {sources} sources"),
    };
    print::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the path even where the file there is broken or missing.
fn path(common: &Common) -> Outcome {
    let said = common.config.clone().or_else(|| std::env::var_os("MIDWATCH_CONFIG").map(Into::into));
    let path = said.unwrap_or_else(|| Places::of_platform().config_file);
    print::print(&path.display().to_string())?;
    Ok(ExitCode::SUCCESS)
}
