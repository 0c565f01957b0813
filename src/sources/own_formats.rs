//! The log formats of the configuration made ready to read, each held to its own examples. `cli` refuses a configuration
//! in which one fails; `runtime` hands them to the sources.

use std::sync::Arc;

use crate::config::schema::{Level, LogExample, LogFormat};
use crate::config::{Config, Problem};
use crate::domain::Severity;
use crate::logfile::own::{Example, Own, Spec, Wrong};

/// All formats of the configuration, or everything that is wrong with them.
pub fn own_formats(config: &Config) -> Result<Arc<[Arc<Own>]>, Vec<Problem>> {
    let (mut formats, mut problems) = (Vec::new(), Vec::new());
    for (index, format) in config.log_format.iter().enumerate() {
        match Own::new(spec(format)) {
            Ok(own) => formats.push(own),
            Err(wrong) => problems.extend(wrong.iter().map(|wrong| problem(index, format, wrong))),
        }
    }
    if problems.is_empty() { Ok(formats.into()) } else { Err(problems) }
}

fn problem(index: usize, format: &LogFormat, wrong: &Wrong) -> Problem {
    let key = format!("log_format[{index}]");
    match wrong {
        Wrong::Pattern(_) => {
            Problem::new(format!("{key}.pattern"), wrong.to_string(), "see https://docs.rs/regex for what it may hold")
        }
        Wrong::NoMessage => {
            let fix = "name the part that says what happened, as (?<message>.*)";
            Problem::new(format!("{key}.pattern"), wrong.to_string(), fix)
        }
        Wrong::Example(at, what) => Problem::new(
            format!("{key}.examples[{at}].line"),
            format!("the format `{}` does not read its example: {what}", format.name),
            "correct the pattern or the example",
        ),
    }
}

fn spec(format: &LogFormat) -> Spec {
    Spec {
        name: format.name.clone(),
        pattern: format.pattern.clone(),
        time_format: format.time_format.clone(),
        levels: format.words.iter().map(|word| (word.word.clone(), severity(word.level))).collect(),
        examples: format.examples.iter().map(example).collect(),
    }
}

fn example(example: &LogExample) -> Example {
    let said = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let pair = |field: &String| field.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    Example {
        line: example.line.clone(),
        time: example.time.parse().ok(),
        level: example.level.map(severity),
        service: said(&example.service),
        message: said(&example.message),
        fields: example.fields.iter().filter_map(pair).collect(),
    }
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Trace => Severity::Trace,
        Level::Debug => Severity::Debug,
        Level::Info => Severity::Info,
        Level::Warn => Severity::Warn,
        Level::Error => Severity::Error,
        Level::Fatal => Severity::Fatal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::known::specimen;
    use crate::config::load::check_text;

    #[test]
    fn the_specimen_reads_its_example() {
        assert_eq!(own_formats(&specimen()).unwrap()[0].name(), "till");
    }

    #[test]
    fn a_failing_example_names_the_format_and_the_example() {
        let text = "[[log_format]]\nname = 'till'\npattern = '^(?<message>.*)!$'\nexamples = [{ line = 'a!', message = 'a' }, { line = 'a!', message = 'b' }]";
        let problems = own_formats(&check_text(text).unwrap()).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].key, "log_format[0].examples[1].line");
        assert_eq!(
            problems[0].what,
            "the format `till` does not read its example: its message should be `b` and is `a`"
        );
    }

    #[test]
    fn every_built_in_name_is_taken() {
        for name in crate::logfile::Choice::names(&[]) {
            let text =
                format!("[[log_format]]\nname = '{name}'\npattern = '(?<message>.*)'\nexamples = [{{ line = 'a' }}]");
            assert!(check_text(&text).is_err(), "{name}");
        }
    }
}
