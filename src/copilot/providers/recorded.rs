//! A model that answers from a recording: what drills, replays and tests ask. Nothing is sent anywhere.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::copilot::provider::{Ask, Delta, Provider};
use crate::domain::model::{Location, ModelLabel};
use crate::domain::ports::Pending;
use crate::domain::recording::RecordedAnswer;
use crate::domain::{CleanText, Evidence, Locator};

/// Tokens a recording has room for: nothing is sent anywhere, so nothing has to be left out.
const ROOM: u32 = 1 << 20;

/// The pace of a person who reads along: about 30 words a second.
const PACE: Duration = Duration::from_millis(33);
/// Time before the first word, as a model takes some.
const FIRST: Duration = Duration::from_millis(300);

/// Answers recorded with an incident.
#[derive(Clone, Debug)]
pub struct Recorded {
    name: CleanText,
    answers: Vec<RecordedAnswer>,
}

impl Recorded {
    /// The answers of the named recording.
    pub fn new(name: impl Into<CleanText>, answers: Vec<RecordedAnswer>) -> Self {
        Self { name: name.into(), answers }
    }

    /// The whole answer to a question, its citations resolved in the evidence.
    pub fn answer(&self, question: &str, evidence: &[Evidence]) -> String {
        let words = words(question);
        let named = self.answers.iter().find(|answer| answer.when.iter().any(|phrase| holds(&words, phrase)));
        let any = || self.answers.iter().rfind(|answer| answer.when.is_empty());
        match named.or_else(any) {
            Some(answer) => resolve(&answer.text, evidence),
            None => self.nothing(),
        }
    }

    fn nothing(&self) -> String {
        let known: Vec<String> =
            self.answers.iter().filter(|answer| !answer.when.is_empty()).map(|answer| answer.when.join(", ")).collect();
        if known.is_empty() {
            return "This recording holds no answers of a model. Everything else in it works.".to_owned();
        }
        format!(
            "This recording has no answer to that. It was recorded with answers to questions about:\n\n{}\n",
            known.iter().map(|words| format!("- {words}")).collect::<Vec<_>>().join("\n")
        )
    }
}

impl Provider for Recorded {
    fn label(&self) -> ModelLabel {
        ModelLabel {
            provider: CleanText::line("recorded"),
            model: self.name.clone(),
            location: Location::Recorded,
            context_tokens: Some(ROOM),
        }
    }

    fn ask(&self, ask: Ask, out: mpsc::Sender<Delta>) -> Pending<'static, ()> {
        let answer = self.answer(&ask.question, &ask.evidence);
        Box::pin(async move {
            tokio::time::sleep(FIRST).await;
            for word in answer.split_inclusive([' ', '\n']) {
                if out.send(Delta::Text(word.to_owned())).await.is_err() {
                    return;
                }
                tokio::time::sleep(PACE).await;
            }
            let done = Delta::Done { prompt_tokens: None, answer_tokens: None, cut: None };
            // Nobody listens any more: the person left while the last word was on its way.
            let _ = out.send(done).await;
        })
    }
}

/// The words of a text in lower case with a blank around each.
fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!(" {} ", words.join(" "))
}

fn holds(question: &str, phrase: &str) -> bool {
    let phrase = words(phrase);
    !phrase.trim().is_empty() && question.contains(&phrase)
}

/// The text with each `[@text]` replaced by the citation of the first line that holds `text`, or removed.
fn resolve(text: &str, evidence: &[Evidence]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("[@") {
        let Some(end) = closing(&rest[at..]) else { break };
        let wanted = &rest[at + 2..at + end];
        out.push_str(&rest[..at]);
        match find(wanted.trim(), evidence) {
            Some(locator) => out.push_str(&locator.to_string()),
            None => out.truncate(out.trim_end_matches(' ').len()),
        }
        rest = &rest[at + end + 1..];
    }
    out.push_str(rest);
    out
}

/// The offset of the bracket that closes the one at the start; brackets inside must be in pairs.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '\n' => return None,
            _ => continue,
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

fn find(wanted: &str, evidence: &[Evidence]) -> Option<Locator> {
    if wanted.is_empty() {
        return None;
    }
    evidence.iter().find_map(|evidence| {
        let line = evidence.text.lines().position(|line| line.contains(wanted))?;
        let line = u32::try_from(line + 1).ok()?;
        Some(Locator { id: evidence.id, lines: Some((line, line)) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{EvidenceId, EvidenceKind, Timestamp};

    fn evidence(id: u32, text: &str) -> Evidence {
        Evidence {
            id: EvidenceId(id),
            kind: EvidenceKind::Logs,
            source: "payments".into(),
            query: "all".into(),
            window: None,
            captured_at: Timestamp::UNIX_EPOCH,
            text: CleanText::block(text),
            cut: None,
        }
    }

    fn recorded(answers: &[(&[&str], &str)]) -> Recorded {
        let answers = answers
            .iter()
            .map(|(when, text)| RecordedAnswer {
                when: when.iter().map(|word| (*word).to_owned()).collect(),
                text: (*text).to_owned(),
            })
            .collect();
        Recorded::new("drill", answers)
    }

    #[test]
    fn the_answer_is_found_by_whole_words() {
        let book = recorded(&[(&["roll back", "undo"], "one"), (&["why"], "two"), (&[], "any"), (&[], "last")]);
        for (question, answer) in
            [("How do I roll back?", "one"), ("Undo it!", "one"), ("WHY?", "two"), ("whyever", "last"), ("", "last")]
        {
            assert_eq!(book.answer(question, &[]), answer, "{question}");
        }
    }

    #[test]
    fn a_question_without_answer_says_what_can_be_asked() {
        let said = recorded(&[(&["why", "cause"], "x"), (&["undo"], "y")]).answer("hello", &[]);
        assert!(said.contains("no answer to that") && said.contains("- why, cause\n- undo"), "{said}");
        assert!(recorded(&[]).answer("hello", &[]).contains("holds no answers"));
    }

    #[test]
    fn marks_become_citations_of_the_line_or_vanish() {
        let shelf = [evidence(3, "a\nb [payments-1] ERROR\nc"), evidence(7, "ERROR again")];
        for (text, resolved) in [
            ("It fails [@ERROR].", "It fails [E3:2]."),
            ("It fails [@[payments-1] ERROR][@again].", "It fails [E3:2][E7:1]."),
            ("It fails [@nowhere].", "It fails."),
            ("Open [@never", "Open [@never"),
            ("[@]x[@é]", "x"),
        ] {
            assert_eq!(resolve(text, &shelf), resolved);
        }
    }
}
