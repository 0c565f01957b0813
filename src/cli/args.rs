//! What can be typed after `midwatch`. The forms are fixed: other programs rely on them.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use super::{
    ask, check, completions, config, correlate, doctor, drill, journal, key, logs, metrics, rank, redact, run, verify,
    widget,
};
use crate::config::overrides::{Override, Setting};
use crate::config::schema::ProviderKind;
use crate::config::units::Length;

/// A full-screen copilot for the person who was just paged: evidence beside every sentence, nothing run unseen.
#[derive(Debug, Parser)]
#[command(name = "midwatch", version, max_term_width = 100, disable_help_subcommand = true, after_help = AFTER)]
pub struct Args {
    #[command(flatten)]
    pub common: Common,
    /// Open the incident bundle in this folder
    #[arg(long, value_name = "DIR", conflicts_with = "files", help_heading = "Options")]
    pub replay: Option<PathBuf>,
    /// Log files to open; `-` is standard input. A file named like a subcommand is `./drill`
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(subcommand)]
    pub command: Option<Subcommand>,
}

const AFTER: &str = "With no arguments: the screen on what the configuration names, or, without one, a short conversation.\n\
    Exit status: 0 done, 1 could not be carried out or something is down, 2 bad usage or bad input.";

/// One line for each file in `cli/`.
#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
    /// Open the screen on a recorded incident; no command touches this machine
    Drill(drill::Drill),
    /// Say a command's class and why; nothing is run
    Check(check::CheckArgs),
    /// Take secrets out of text
    Redact(redact::RedactArgs),
    /// Show a command's card here, ask, run it and write it down
    Run(run::Run),
    /// Put a question to the model: the answer with its evidence, or a command that is never run
    Ask(ask::AskArgs),
    /// Search logs, find their patterns, what is new in them and what their fields hold
    Logs(logs::Logs),
    /// Say what is unusual in a series, when it will cross a threshold, and what moved first
    Metrics(metrics::Metrics),
    /// Find what the bad records of a log have in common
    Correlate(correlate::CorrelateArgs),
    /// Rank the likeliest causes of a service's trouble over a call graph
    Rank(rank::RankArgs),
    /// Check the sentences of an answer against the evidence they cite
    Verify(verify::VerifyArgs),
    /// Say whether a journal is intact, print it, or export it
    Journal(journal::JournalArgs),
    /// Say what is reachable, what is not, and what to do
    Doctor(doctor::Doctor),
    /// Check, show or begin the configuration
    Config(config::Config),
    /// Keep a secret in the keyring
    Key(key::Key),
    /// Print completions for a shell
    Completions(completions::Completions),
    /// Print a key binding for a shell: words on its line become a proposed command there
    Widget(widget::Widget),
}

/// Flags that every form takes.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Flags of every form")]
pub struct Common {
    /// The configuration, instead of the platform's place
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The journal, instead of the one in the data directory
    #[arg(long, global = true, value_name = "PATH")]
    pub journal: Option<PathBuf>,
    /// Where incidents, the journal and the log file live
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Refuse everything but reads
    #[arg(long, global = true)]
    pub read_only: bool,
    /// dark, light, high-contrast, or a theme file
    #[arg(long, global = true, value_name = "THEME")]
    pub theme: Option<String>,
    /// Borders and sparklines in plain ASCII
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Let the mouse select and scroll
    #[arg(long, global = true, overrides_with = "no_mouse")]
    pub mouse: bool,
    /// Leave the mouse to the terminal
    #[arg(long, global = true, overrides_with = "mouse")]
    pub no_mouse: bool,
    /// The time window at the start, as 30m
    #[arg(long, global = true, value_name = "LENGTH")]
    pub window: Option<Length>,
    /// Who answers: none, ollama, or openai for any server that speaks its protocol
    #[arg(long, global = true, value_name = "PROVIDER", hide_possible_values = true)]
    pub provider: Option<Provider>,
    /// The model's name, as its server knows it
    #[arg(long, global = true, value_name = "NAME")]
    pub model: Option<String>,
    /// The model server's base address
    #[arg(long, global = true, value_name = "URL")]
    pub model_url: Option<String>,
}

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Provider {
    None,
    Ollama,
    Openai,
}

impl From<Provider> for ProviderKind {
    fn from(provider: Provider) -> Self {
        match provider {
            Provider::None => ProviderKind::None,
            Provider::Ollama => ProviderKind::Ollama,
            Provider::Openai => ProviderKind::Openai,
        }
    }
}

impl Common {
    /// What the flags set.
    pub fn overrides(&self) -> Vec<Override> {
        let settings = [
            ("--journal", self.journal.clone().map(Setting::Journal)),
            ("--data-dir", self.data_dir.clone().map(Setting::DataDir)),
            ("--read-only", self.read_only.then_some(Setting::ReadOnly(true))),
            ("--theme", self.theme.clone().map(Setting::Theme)),
            ("--ascii", self.ascii.then_some(Setting::Ascii(true))),
            ("--mouse", self.mouse.then_some(Setting::Mouse(true))),
            ("--no-mouse", self.no_mouse.then_some(Setting::Mouse(false))),
            ("--window", self.window.map(Setting::Window)),
            ("--provider", self.provider.map(ProviderKind::from).map(Setting::Provider)),
            ("--model", self.model.clone().map(Setting::ModelName)),
            ("--model-url", self.model_url.clone().map(Setting::ModelUrl)),
        ];
        let said =
            |(flag, setting): (&str, Option<Setting>)| Some(Override { origin: flag.to_owned(), setting: setting? });
        settings.into_iter().filter_map(said).collect()
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(words: &[&str]) -> Args {
        Args::try_parse_from(std::iter::once(&"midwatch").chain(words)).unwrap()
    }

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_subcommand_wins_over_a_file_and_a_path_says_the_file() {
        assert!(matches!(parse(&["drill"]).command, Some(Subcommand::Drill(_))));
        assert!(matches!(parse(&["--read-only", "drill"]).command, Some(Subcommand::Drill(_))));
        let file = parse(&["./drill"]);
        assert!(file.command.is_none() && file.files == [PathBuf::from("./drill")]);
    }

    #[test]
    fn standard_input_and_files_are_taken_together() {
        assert_eq!(parse(&["-", "a.log", "--ascii"]).files, [PathBuf::from("-"), PathBuf::from("a.log")]);
    }

    #[test]
    fn flags_may_stand_before_or_after_the_subcommand() {
        for words in [["--theme", "light", "drill"], ["drill", "--theme", "light"]] {
            assert_eq!(parse(&words).common.theme.as_deref(), Some("light"));
        }
    }

    #[test]
    fn the_last_of_mouse_and_no_mouse_holds() {
        let settings =
            |words: &[&str]| parse(words).common.overrides().into_iter().map(|it| it.setting).collect::<Vec<_>>();
        assert_eq!(settings(&["--mouse", "--no-mouse"]), [Setting::Mouse(false)]);
        assert_eq!(settings(&["--no-mouse", "--mouse"]), [Setting::Mouse(true)]);
    }

    #[test]
    fn forms_of_later_work_are_files_not_subcommands() {
        assert!(parse(&["investigate"]).command.is_none());
    }
}
