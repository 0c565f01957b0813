//! What a recording answers: `commands.jsonl` for commands, `answers.toml` for the questions a drill's scripted provider
//! knows.

use serde::Deserialize;
use serde_json::{Value, json};

use super::gaps::Object;
use super::values::{instant_at, text};
use crate::domain::CleanText;
use crate::domain::recording::{RecordedAnswer, RecordedCommand};

/// Longest output kept of a recorded command, in bytes.
const LONGEST_OUTPUT: usize = 1 << 20;

/// Reads one line of `commands.jsonl`.
pub(super) fn read_command(object: &Object) -> Result<RecordedCommand, String> {
    let Some(command) = object.get("command").and_then(Value::as_str).filter(|command| !command.trim().is_empty())
    else {
        return Err("not a recorded command: it has no `command`".to_owned());
    };
    let mut output = object.get("output").map(text).unwrap_or_default();
    if output.len() > LONGEST_OUTPUT {
        output.truncate(output.floor_char_boundary(LONGEST_OUTPUT));
        output.push_str("\n[the rest of this output is not in the recording]");
    }
    let exit = object.get("exit").and_then(Value::as_i64).and_then(|exit| i32::try_from(exit).ok());
    let seconds = object.get("seconds").and_then(Value::as_f64).filter(|seconds| (0.0..=86_400.0).contains(seconds));
    Ok(RecordedCommand {
        command: command.to_owned(),
        output: CleanText::block(&output),
        exit: exit.unwrap_or(0),
        seconds: seconds.unwrap_or(0.0),
        at: instant_at(object, "at"),
    })
}

/// The line for a command that was run.
pub(super) fn write_command(command: &RecordedCommand) -> Value {
    json!({
        "command": command.command,
        "output": command.output,
        "exit": command.exit,
        "seconds": command.seconds,
        "at": command.at,
    })
}

#[derive(Deserialize)]
struct Answers {
    #[serde(default)]
    answer: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    when: Vec<String>,
    text: String,
}

/// Reads `answers.toml`.
pub(super) fn read_answers(source: &str) -> Result<Vec<RecordedAnswer>, toml::de::Error> {
    let answers: Answers = toml::from_str(source)?;
    let lower = |answer: Answer| RecordedAnswer {
        when: answer.when.iter().map(|word| word.to_lowercase()).collect(),
        text: answer.text,
    };
    Ok(answers.answer.into_iter().map(lower).collect())
}
