//! `midwatch run -- CMD`: the card, the gate and the journal from any shell, without the screen.

use super::args::Common;
use super::open::{ReadFile, configuration};
use super::{Failure, Outcome, Start, own_log};
use crate::actions::quoted;
use crate::domain::{CleanText, Language, Origin, Suggestion};
use crate::runtime;

/// Arguments of `midwatch run`.
#[derive(Debug, clap::Args)]
pub struct Run {
    /// A command line as one argument, or a command as words
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "CMD")]
    words: Vec<String>,
}

/// Asks, runs and journals.
pub(super) fn run(common: &Common, run: Run) -> Outcome {
    let config = configuration(common, ReadFile::Yes)?.config;
    let text = line_of(&run.words);
    if text.trim().is_empty() {
        return Err(Failure::bad_input("there is no command; write it behind `--`, as in `midwatch run -- df -h`"));
    }
    let suggestion = Suggestion {
        language: Language::Sh,
        text,
        reason: CleanText::line("typed in a shell"),
        because: Vec::new(),
        origin: Origin::Person,
        panel: None,
        watch: Vec::new(),
    };
    let _log = own_log::to_file(&config.data_dir);
    Ok(runtime::run_inline(Start::Shell { config, sources: false, bundle: None }, suggestion)?)
}

/// One argument is a command line for bash; several are the words of one command.
fn line_of(words: &[String]) -> String {
    match words {
        [line] => line.clone(),
        words => words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_argument_is_a_command_line_and_several_are_words() {
        let line = |words: &[&str]| line_of(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(line(&["df -h | head"]), "df -h | head");
        assert_eq!(line(&["echo", "a b", "$HOME", "it's", ""]), r"echo 'a b' '$HOME' 'it'\''s' ''");
    }
}
