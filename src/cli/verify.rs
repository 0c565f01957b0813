//! `midwatch verify --json`: whether the sentences of an answer hold against the evidence they cite, for another program.
//! One object a line in, one object a line out; `trust::verify` judges.

use std::io::{self, BufRead, BufWriter, Read, Write};
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

use super::exit::{Failure, Outcome};
use crate::domain::{CleanText, Evidence, EvidenceId, EvidenceKind, TimeWindow, Timestamp};
use crate::trust::verify::{Sentence, Stack, Status, check_with};

/// Longest input line, in bytes.
const MAX_LINE: u64 = 64 << 20;

/// Arguments of `midwatch verify`.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// Read {"id","stack","evidence","answer"} lines from standard input, write {"id","sentences"} lines
    #[arg(long, required = true)]
    json: bool,
}

#[derive(Deserialize)]
struct Question {
    id: serde_json::Value,
    /// Absent: every tool is allowed.
    stack: Option<Vec<String>>,
    #[serde(default)]
    evidence: Vec<Piece>,
    answer: String,
}

#[derive(Deserialize)]
struct Piece {
    id: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    query: Option<String>,
    #[serde(default)]
    window: Option<Vec<String>>,
    text: String,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a serde_json::Value,
    sentences: Vec<Judged<'a>>,
}

#[derive(Serialize)]
struct Judged<'a> {
    text: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    support: Vec<String>,
}

/// Runs the subcommand: 0 when all was read, whatever was found; 2 for bad input.
pub(super) fn run(_args: &VerifyArgs) -> Outcome {
    answer(&mut io::stdin().lock(), &mut BufWriter::new(io::stdout().lock()))
}

/// Answers each line at once; stops at the first that is no question.
fn answer(input: &mut impl BufRead, out: &mut impl Write) -> Outcome {
    let mut line = Vec::new();
    for number in 1u64.. {
        line.clear();
        if Read::take(&mut *input, MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let question: Question = serde_json::from_slice(&line).map_err(|error| {
            let error = CleanText::line(&error.to_string());
            Failure::bad_input(format!(
                "standard input, line {number}: {error}; each line is {{\"id\", \"stack\", \"evidence\", \"answer\"}}"
            ))
        })?;
        let sentences = judged(&question);
        let sentences = sentences.iter().map(printed).collect();
        serde_json::to_writer(&mut *out, &Answer { id: &question.id, sentences }).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
        out.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}

fn judged(question: &Question) -> Vec<Sentence> {
    let stack = question.stack.as_ref().map(|stack| Stack::new(stack.iter().map(String::as_str)));
    let evidence: Vec<Evidence> = question.evidence.iter().filter_map(evidence).collect();
    let find = |id: EvidenceId| evidence.iter().find(|evidence| evidence.id == id).cloned();
    check_with(&question.answer, stack.as_ref(), &find)
}

/// Evidence whose identifier no citation can name is left out: it supports nothing.
fn evidence(piece: &Piece) -> Option<Evidence> {
    let kind = serde_json::from_value(serde_json::Value::from(piece.kind.clone())).unwrap_or(EvidenceKind::Note);
    let at = |text: &String| text.parse::<Timestamp>().ok();
    let window = match piece.window.as_deref() {
        Some([start, end]) => at(start).zip(at(end)).map(|(start, end)| TimeWindow::new(start, end)),
        Some(_) | None => None,
    };
    Some(Evidence {
        id: piece.id.parse().ok()?,
        kind,
        source: CleanText::line(&piece.source),
        query: CleanText::line(piece.query.as_deref().unwrap_or_default()),
        window,
        captured_at: window.map_or(Timestamp::UNIX_EPOCH, |window| window.end),
        text: CleanText::block(&piece.text),
        cut: None,
    })
}

fn printed(sentence: &Sentence) -> Judged<'_> {
    let (why, tool) = match &sentence.status {
        Status::Unsupported { why } => (Some(why.as_str()), None),
        Status::OffStack { tool } => (None, Some(tool.as_str())),
        Status::Supported | Status::Uncited | Status::Chatter => (None, None),
    };
    Judged {
        text: sentence.text.as_str(),
        status: sentence.status.word(),
        why,
        tool,
        support: sentence.support.iter().map(ToString::to_string).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(input: &str) -> Result<String, String> {
        let mut out = Vec::new();
        match answer(&mut input.as_bytes(), &mut out) {
            Ok(_) => Ok(String::from_utf8(out).unwrap()),
            Err(Failure::BadInput(why)) => Err(why),
            Err(Failure::CouldNot(error)) => panic!("{error}"),
        }
    }

    #[test]
    fn each_line_is_answered_with_status_reason_and_lines() {
        let out = answered(
            "{\"id\":7,\"stack\":[\"loki\"],\"evidence\":[{\"id\":\"E1\",\"kind\":\"logs\",\"source\":\"loki\",\"query\":\"x\",\
             \"window\":[\"2026-11-20T02:00:00Z\",\"2026-11-20T02:30:00Z\"],\"text\":\"02:05 disk at 71 %\\n02:06 disk at 93 %\"}],\
             \"answer\":\"The disk is at 93 % [E1]. The disk is at 39 % [E1]. Look into Datadog.\"}\n\n",
        )
        .unwrap();
        let line: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(line["id"], 7);
        let of = |at: usize| line["sentences"][at].clone();
        assert_eq!((&of(0)["status"], &of(0)["support"][0]), (&"supported".into(), &"[E1:2]".into()));
        assert_eq!((&of(1)["status"], &of(1)["why"]), (&"unsupported".into(), &"E1 does not hold 39".into()));
        assert_eq!((&of(2)["status"], &of(2)["tool"]), (&"offstack".into(), &"Datadog".into()));
    }

    #[test]
    fn a_line_that_is_no_question_is_named_and_strange_evidence_is_not_an_error() {
        let why = answered("{\"id\":1,\"answer\":\"Hello.\"}\n{\"id\":2}\n").unwrap_err();
        assert!(why.contains("line 2") && why.contains("answer"), "{why}");
        let strange = "{\"id\":1,\"evidence\":[{\"id\":\"x\",\"kind\":\"?\",\"window\":[\"never\"],\"text\":\"a\"}],\"answer\":\"It is down [E1].\"}";
        assert!(answered(strange).unwrap().contains("E1 does not exist"));
    }
}
