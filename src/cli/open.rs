//! `midwatch [FILE...|-]` and `midwatch --replay DIR`: the screen on configured sources, files or a bundle.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::CommandFactory;

use super::args::{Args, Common};
use super::console::Terminal;
use super::first_run::{Choice, Network, converse};
use super::{Failure, Outcome, Start, launch, own_log};
use crate::config::known::nearest;
use crate::config::load::point_at;
use crate::config::paths::Places;
use crate::config::{ConfigError, Loaded, Request, load};
use crate::domain::CleanText;
use crate::sources::own_formats::own_formats;

/// Opens the screen on what the arguments name.
pub(super) fn run(common: &Common, replay: Option<PathBuf>, files: Vec<PathBuf>) -> Outcome {
    let loaded = configuration(common, ReadFile::Yes)?;
    let start = match replay {
        Some(dir) => Start::Replay { dir: bundle(dir)?, config: loaded.config },
        None if !files.is_empty() => of_files(files, loaded)?,
        None if loaded.file.is_none() => return first_run(common, loaded),
        None => Start::Live { config: loaded.config, config_path: loaded.file },
    };
    open(start)
}

/// No configuration and nothing named: talks, then starts what was chosen.
fn first_run(common: &Common, loaded: Loaded) -> Outcome {
    let file = CleanText::line(&loaded.looked_at.display().to_string());
    if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        return Err(Failure::bad_input(format!(
            "there is no configuration at {file}, and no terminal to ask what to do; `midwatch config init --from ADDRESS... --write` writes one, `midwatch FILE` opens log files"
        )));
    }
    let mut places = vec![PathBuf::from("/var/log")];
    places.extend(std::env::current_dir().ok());
    let choice = converse(&mut Terminal, &mut Network, &loaded.looked_at, &places)?;
    match choice {
        Choice::Drill => open(Start::Drill { name: None, config: configuration(common, ReadFile::No)?.config }),
        Choice::Files(paths) => open(Start::Files { paths, stdin: false, config: loaded.config }),
        Choice::Wrote(_) => {
            let loaded = configuration(common, ReadFile::Yes)?;
            open(Start::Live { config: loaded.config, config_path: loaded.file })
        }
        Choice::Nothing => Ok(ExitCode::SUCCESS),
    }
}

/// Opens the screen, if there is a terminal to open it on.
pub(super) fn open(start: Start) -> Outcome {
    let (config, stdin) = match &start {
        Start::Files { config, stdin, .. } => (config, *stdin),
        Start::Live { config, .. }
        | Start::Replay { config, .. }
        | Start::Drill { config, .. }
        | Start::Shell { config, .. } => (config, false),
    };
    need_terminal(stdin)?;
    // Held until the end, so that the last lines reach the file.
    let _log = own_log::to_file(&config.data_dir);
    Ok(launch::launch(start)?)
}

/// Whether the configuration file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadFile {
    /// As everywhere.
    Yes,
    /// As in a drill.
    No,
}

/// The configuration under these flags.
pub(super) fn configuration(common: &Common, read: ReadFile) -> Result<Loaded, Failure> {
    let env = |name: &str| std::env::var(name).ok();
    let request = Request {
        explicit: common.config.clone(),
        flags: common.overrides(),
        env: &env,
        places: Places::of_platform(),
        read_file: read == ReadFile::Yes,
    };
    let loaded = load(request)?;
    if let Err(problems) = own_formats(&loaded.config) {
        let text = loaded.file.as_ref().and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
        return Err(ConfigError { file: loaded.file, problems: point_at(problems, &text) }.into());
    }
    Ok(loaded)
}

fn of_files(files: Vec<PathBuf>, loaded: Loaded) -> Result<Start, Failure> {
    let (dashes, paths): (Vec<PathBuf>, Vec<PathBuf>) = files.into_iter().partition(|path| path.as_os_str() == "-");
    for path in &paths {
        readable(path)?;
    }
    Ok(Start::Files { paths, stdin: !dashes.is_empty(), config: loaded.config })
}

/// Refuses what cannot be opened before the screen hides the message.
fn readable(path: &Path) -> Result<(), Failure> {
    let shown = CleanText::line(&path.display().to_string());
    if path.is_dir() {
        return Err(Failure::bad_input(format!("{shown}: is a folder; name its files, as {shown}/*.log")));
    }
    // Opening a pipe would wait for its writer before there is a screen.
    if std::fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return Err(Failure::bad_input(format!(
            "{shown}: is a pipe or a device, not a file; give it to standard input, as in `midwatch - < {shown}`"
        )));
    }
    let Err(error) = std::fs::File::open(path) else { return Ok(()) };
    let command = Args::command();
    let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    let hint = match nearest(&shown, &names) {
        Some(name) => format!("; did you mean the subcommand `{name}`?"),
        None => String::new(),
    };
    Err(Failure::bad_input(format!("{shown}: cannot be opened: {error}{hint}")))
}

pub(super) fn bundle(dir: PathBuf) -> Result<PathBuf, Failure> {
    let shown = CleanText::line(&dir.display().to_string());
    if !dir.is_dir() {
        return Err(Failure::bad_input(format!(
            "{shown}: is no folder; --replay takes the folder of an incident bundle"
        )));
    }
    if !dir.join("incident.toml").is_file() {
        return Err(Failure::bad_input(format!("{shown}: holds no incident.toml, so it is no incident bundle")));
    }
    Ok(dir)
}

fn need_terminal(reads_stdin: bool) -> Result<(), Failure> {
    if !io::stdout().is_terminal() {
        return Err(Failure::bad_input(
            "standard output is not a terminal, so there is nowhere to draw; run it in a terminal, or see `midwatch --help` for what works without one",
        ));
    }
    match (reads_stdin, io::stdin().is_terminal()) {
        (false, true) => Ok(()),
        (false, false) => Err(Failure::bad_input(
            "standard input is not a terminal, so no keys can be read; to read log lines from it, add `-`: kubectl logs -f x | midwatch -",
        )),
        (true, true) => Err(Failure::bad_input(
            "`-` reads log lines from standard input, but that is the terminal; pipe something in: kubectl logs -f x | midwatch -",
        )),
        (true, false) => std::fs::File::open("/dev/tty").map(drop).map_err(|error| {
            Failure::bad_input(format!("standard input holds the log lines, and /dev/tty gives no keys: {error}"))
        }),
    }
}
