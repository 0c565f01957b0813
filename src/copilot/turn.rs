//! One turn of the conversation: everything that may go into a request, gathered by `runtime` from the incident.

use crate::domain::{CleanText, Evidence, Timestamp};

/// What a question is asked with.
#[derive(Clone, Debug)]
pub struct TurnContext {
    /// The question, or for `! text` the command wished for, in words.
    pub question: CleanText,
    /// Earlier questions and answers, oldest first.
    pub history: Vec<Exchange>,
    /// What an answer may rest on, most important first.
    pub evidence: Vec<Evidence>,
    /// The tools this team has; nothing else may be recommended.
    pub stack: Vec<CleanText>,
    /// Which sources were asked for this question, and how that went.
    pub coverage: Coverage,
    /// The incident in a line or two: title, severity, since when.
    pub incident: CleanText,
    /// The time of asking.
    pub now: Timestamp,
    /// Commands the person said no to, with the reason if they gave one.
    pub rejected: Vec<(CleanText, CleanText)>,
    /// Whether the question asks for a command (`! text`) and not for an answer.
    pub wants_command: bool,
}

/// A question and its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// What was asked.
    pub question: CleanText,
    /// What was answered.
    pub answer: CleanText,
}

/// Which sources an answer could rest on. Every answer ends with this.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// Sources that were asked.
    pub asked: Vec<CleanText>,
    /// Those of them that answered.
    pub answered: Vec<CleanText>,
    /// Those that did not, with the reason.
    pub failed: Vec<(CleanText, CleanText)>,
    /// Kinds of source that nobody set up.
    pub not_configured: Vec<CleanText>,
}

impl Coverage {
    /// One line for the end of an answer: `asked prom logs · answered prom · failed logs (timed out) · not set up: traces`.
    pub fn line(&self) -> CleanText {
        let mut parts = Vec::new();
        if self.asked.is_empty() {
            parts.push("asked no source".to_owned());
        } else {
            parts.push(format!("asked {}", self.asked.join(" ")));
            let answered = if self.answered.is_empty() { "none".to_owned() } else { self.answered.join(" ") };
            if self.answered != self.asked {
                parts.push(format!("answered {answered}"));
            }
        }
        if !self.failed.is_empty() {
            let failed: Vec<_> = self.failed.iter().map(|(name, why)| format!("{name} ({why})")).collect();
            parts.push(format!("failed {}", failed.join(", ")));
        }
        if !self.not_configured.is_empty() {
            parts.push(format!("not set up: {}", self.not_configured.join(", ")));
        }
        CleanText::line(&parts.join(" · "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<CleanText> {
        names.iter().map(|name| CleanText::line(name)).collect()
    }

    #[test]
    fn the_line_names_what_failed_and_what_is_not_set_up() {
        let coverage = Coverage {
            asked: names(&["prom", "logs"]),
            answered: names(&["prom"]),
            failed: vec![("logs".into(), "timed out".into())],
            not_configured: names(&["traces"]),
        };
        assert_eq!(
            coverage.line().as_str(),
            "asked prom logs · answered prom · failed logs (timed out) · not set up: traces"
        );
        assert_eq!(Coverage::default().line().as_str(), "asked no source");
    }
}
