//! Lists of label names: `by (a, b)`, `on (a)`.

use super::{Bracket, Parser, Res, Token};
use crate::promql::lex::unquoted;
use crate::promql::mistake::Mistake;

impl Parser<'_> {
    /// The labels behind `by`, `on` and the like, with their parentheses.
    pub(super) fn label_names(&mut self, word: &str) -> Res<Vec<String>> {
        let word = word.to_ascii_lowercase();
        if self.peek() != Some(Token::Open(Bracket::Round)) {
            let label = self.word().filter(|_| self.ahead(1) != Some(Token::Open(Bracket::Round))).unwrap_or("label");
            let what = format!("`{word}` takes labels in parentheses");
            return Err(Mistake::new(self.here(), what, format!("{word} ({label})")));
        }
        let open = self.take_span();
        let mut labels = Vec::new();
        while self.peek() != Some(Token::Close(Bracket::Round)) {
            match (self.word(), self.peek()) {
                (Some(label), _) => labels.push(label.to_owned()),
                (None, Some(Token::Text)) => labels.push(unquoted(self.slice(&self.here()))),
                (None, _) => break,
            }
            self.at += 1;
            if matches!(self.peek(), Some(Token::Assign | Token::Matches | Token::Differs | Token::Op(_)))
                && self.word().is_none()
            {
                let what = format!("`{word}` takes the names of labels only");
                return Err(Mistake::new(self.here(), what, "conditions stand in braces behind the metric"));
            }
            if !self.comma() && self.peek() != Some(Token::Close(Bracket::Round)) {
                break;
            }
        }
        self.close(Bracket::Round, &open)?;
        Ok(labels)
    }
}
