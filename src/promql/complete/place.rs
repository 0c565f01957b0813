//! What is being written at the cursor, from the tokens before it. What stands behind the cursor is looked at only for the
//! metrics it names.

use std::collections::BTreeSet;

use crate::promql::functions;
use crate::promql::lex::{Bracket, Lexeme, Token, lex, unquoted};

/// What is being written at the cursor.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// A value: a metric, a function, a number.
    Operand(Operand),
    /// What follows a value, or an operator's modifiers.
    Behind {
        /// `by` and `without` may stand here.
        aggregation: bool,
        /// The value before is an operator, not a value.
        operator: bool,
    },
    /// A label's name.
    LabelName {
        /// Of this metric.
        metric: Option<String>,
        /// Labels that are there already.
        taken: BTreeSet<String>,
    },
    /// How a label is compared.
    LabelTest,
    /// A label's value, inside its quotes.
    LabelValue {
        /// Of this metric.
        metric: Option<String>,
        /// Of this label.
        label: String,
        /// The quote that opened.
        quote: char,
    },
    /// A duration.
    Duration,
    /// A time behind `@`.
    Moment,
    /// Nothing anybody could tell.
    Nothing,
}

/// A value that is being written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Operand {
    /// Series with a range are needed.
    pub ranged: bool,
    /// The function around it reads counters.
    pub grows: bool,
    /// An operator stands right before it, whose modifiers may come first.
    pub modifiers: bool,
}

const LISTS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];

/// The place at a cursor, and where what is typed there begins.
pub(super) fn place(text: &str, cursor: usize) -> (Place, usize) {
    let head = text.get(..cursor).unwrap_or_default();
    let mut before = lex(head);
    // The end of a comment is behind it.
    let line = head.rsplit('\n').next().unwrap_or_default();
    let in_text = before.last().is_some_and(|last| last.token == Token::Unclosed);
    if !in_text && lex(line).last().map_or(0, |last| last.span.end) < line.len() && line.trim_end().contains('#') {
        let tail = line.get(lex(line).last().map_or(0, |last| last.span.end)..).unwrap_or_default();
        if tail.trim_start().starts_with('#') {
            return (Place::Nothing, cursor);
        }
    }
    let typed = match before.last() {
        Some(last) if last.span.end == cursor && belongs(last, head) => before.pop(),
        _ => None,
    };
    let start = match &typed {
        Some(Lexeme { token: Token::Unclosed, span }) => span.start + 1,
        Some(lexeme) => lexeme.span.start,
        None => cursor,
    };
    let here = Here { text, head, cursor, before: &before };
    let place = match &typed {
        Some(Lexeme { token: Token::Unclosed, span }) => here.in_quotes(span.start),
        other => here.outside(other.as_ref()),
    };
    (place, start)
}

/// Whether a token that ends at the cursor is still being typed.
fn belongs(lexeme: &Lexeme, head: &str) -> bool {
    let text = head.get(lexeme.span.clone()).unwrap_or_default();
    match lexeme.token {
        Token::Word | Token::Unclosed | Token::Number => true,
        Token::Op(_) => text.starts_with(|c: char| c.is_ascii_alphabetic()),
        Token::Strange => text == "!",
        Token::Text | Token::Open(_) | Token::Close(_) | Token::Comma | Token::Colon | Token::At => false,
        Token::Assign | Token::Matches | Token::Differs => false,
    }
}

struct Here<'a> {
    text: &'a str,
    head: &'a str,
    cursor: usize,
    before: &'a [Lexeme],
}

impl Here<'_> {
    fn in_quotes(&self, quote_at: usize) -> Place {
        let quote = self.head.get(quote_at..).and_then(|rest| rest.chars().next()).unwrap_or('"');
        let Some((Bracket::Brace, open)) = self.open() else { return Place::Nothing };
        let [.., label, test] = self.before else { return Place::Nothing };
        if !is_test(test.token) || self.before.len() < open + 3 {
            return Place::Nothing;
        }
        Place::LabelValue { metric: self.metric(open), label: self.label(label), quote }
    }

    fn outside(&self, typed: Option<&Lexeme>) -> Place {
        match self.open() {
            Some((Bracket::Brace, open)) => self.in_braces(open),
            Some((Bracket::Square, _)) => Place::Duration,
            Some((Bracket::Round, open)) => match self.word(open.checked_sub(1)) {
                Some(list) if LISTS.contains(&list.to_ascii_lowercase().as_str()) => {
                    let labels = self.before.get(open + 1..).unwrap_or_default();
                    let taken =
                        labels.iter().filter(|one| one.token == Token::Word).map(|one| self.label(one)).collect();
                    Place::LabelName { metric: self.nearest_metric(), taken }
                }
                _ => self.in_expression(typed, Some(open)),
            },
            None => self.in_expression(typed, None),
        }
    }

    fn in_braces(&self, open: usize) -> Place {
        let inside = self.before.get(open + 1..).unwrap_or_default();
        let since = inside.iter().rposition(|one| one.token == Token::Comma).map_or(0, |at| at + 1);
        match inside.get(since..).unwrap_or_default() {
            [] => {
                let is_name = |pair: &&[Lexeme]| is_test(pair[1].token);
                let taken = inside.windows(2).filter(is_name).map(|pair| self.label(&pair[0])).collect();
                Place::LabelName { metric: self.metric(open), taken }
            }
            [_label] => Place::LabelTest,
            _ => Place::Nothing,
        }
    }

    fn in_expression(&self, typed: Option<&Lexeme>, open: Option<usize>) -> Place {
        let Some(last) = self.before.last() else { return Place::Operand(Operand::default()) };
        let number = typed.is_some_and(|typed| typed.token == Token::Number);
        let word = self.word(self.before.len().checked_sub(1)).unwrap_or_default().to_ascii_lowercase();
        match last.token {
            Token::Word if word == "offset" => Place::Duration,
            Token::At => Place::Moment,
            _ if number => Place::Nothing,
            Token::Word if word == "bool" => Place::Operand(self.operand(open, false)),
            Token::Word if LISTS.contains(&word.as_str()) => Place::Nothing,
            Token::Word => Place::Behind { aggregation: functions::aggregation(&word).is_some(), operator: false },
            Token::Number | Token::Text => Place::Behind { aggregation: false, operator: false },
            Token::Close(Bracket::Round) => self.behind_parentheses(open),
            Token::Close(_) => Place::Behind { aggregation: false, operator: false },
            Token::Op(_) => Place::Operand(self.operand(open, true)),
            Token::Open(_) | Token::Comma => Place::Operand(self.operand(open, false)),
            Token::Unclosed | Token::Colon | Token::Assign | Token::Matches | Token::Differs | Token::Strange => {
                Place::Nothing
            }
        }
    }

    /// Behind `sum(x)`, `sum by (a)` and `/ on (a)`.
    fn behind_parentheses(&self, open: Option<usize>) -> Place {
        let mut depth = 0usize;
        let opening = self.before.iter().rposition(|one| {
            match one.token {
                Token::Close(_) => depth += 1,
                Token::Open(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        let word = opening.and_then(|at| self.word(at.checked_sub(1))).unwrap_or_default().to_ascii_lowercase();
        if LISTS.contains(&word.as_str()) {
            return match word.as_str() {
                "by" | "without" => Place::Nothing,
                _ => Place::Operand(self.operand(open, false)),
            };
        }
        Place::Behind { aggregation: functions::aggregation(&word).is_some(), operator: false }
    }

    fn operand(&self, open: Option<usize>, modifiers: bool) -> Operand {
        let function = open.and_then(|open| self.word(open.checked_sub(1))).unwrap_or_default();
        let argument = open.map_or(0, |open| self.arguments_since(open));
        let ranged = functions::function(function).and_then(|known| known.argument(argument)) == Some('m');
        let grows = ["rate", "irate", "increase", "resets"].contains(&function);
        Operand { ranged, grows, modifiers }
    }

    /// Commas since a bracket, those of inner brackets left out.
    fn arguments_since(&self, open: usize) -> usize {
        let mut depth = 0usize;
        let mut count = 0;
        for one in self.before.get(open + 1..).unwrap_or_default() {
            match one.token {
                Token::Open(_) => depth += 1,
                Token::Close(_) => depth = depth.saturating_sub(1),
                Token::Comma if depth == 0 => count += 1,
                _ => {}
            }
        }
        count
    }

    /// The innermost bracket that is open, and its place among the tokens.
    fn open(&self) -> Option<(Bracket, usize)> {
        let mut stack = Vec::new();
        for (at, one) in self.before.iter().enumerate() {
            match one.token {
                Token::Open(bracket) => stack.push((bracket, at)),
                Token::Close(_) => {
                    stack.pop();
                }
                _ => {}
            }
        }
        stack.pop()
    }

    /// The metric before an opening brace, or named inside it.
    fn metric(&self, open: usize) -> Option<String> {
        if let Some(word) = self.word(open.checked_sub(1)) {
            return Some(word.to_owned());
        }
        let first = self.before.get(open + 1)?;
        let next = self.before.get(open + 2).map(|next| next.token);
        let is_name = first.token == Token::Text && !next.is_some_and(is_test);
        is_name.then(|| self.label(first))
    }

    /// The first metric that is named behind the cursor, or else the last before it: `sum by (|) (rate(x[5m]))`.
    fn nearest_metric(&self) -> Option<String> {
        let behind = lex(self.text.get(self.cursor..).unwrap_or_default());
        let rest = self.text.get(self.cursor..).unwrap_or_default();
        let name = |text: &str, lexemes: &[Lexeme], at: usize| {
            let one = lexemes.get(at)?;
            let called = lexemes.get(at + 1).is_some_and(|next| next.token == Token::Open(Bracket::Round));
            let word = text.get(one.span.clone())?;
            let is = one.token == Token::Word && !called && !LISTS.contains(&word);
            is.then(|| word.to_owned())
        };
        let mut inside = false;
        let after = (0..behind.len()).find_map(|at| {
            match behind.get(at).map(|one| one.token) {
                Some(Token::Open(Bracket::Brace)) => inside = true,
                Some(Token::Close(Bracket::Brace)) => inside = false,
                _ => {}
            }
            // What closes the list at the cursor comes first.
            name(rest, &behind, at)
                .filter(|_| !inside && behind.iter().take(at).any(|one| one.token == Token::Close(Bracket::Round)))
        });
        let mut inside = 0usize;
        after.or_else(|| {
            (0..self.before.len()).rev().find_map(|at| {
                match self.before.get(at).map(|one| one.token) {
                    Some(Token::Close(Bracket::Brace)) => inside += 1,
                    Some(Token::Open(Bracket::Brace)) => inside = inside.saturating_sub(1),
                    _ => {}
                }
                name(self.head, self.before, at).filter(|_| inside == 0)
            })
        })
    }

    fn word(&self, at: Option<usize>) -> Option<&str> {
        let one = self.before.get(at?)?;
        let text = self.head.get(one.span.clone())?;
        let is = one.token == Token::Word
            || matches!(one.token, Token::Op(_)) && text.starts_with(|c: char| c.is_ascii_alphabetic());
        is.then_some(text)
    }

    fn label(&self, lexeme: &Lexeme) -> String {
        let text = self.head.get(lexeme.span.clone()).unwrap_or_default();
        if lexeme.token == Token::Text { unquoted(text) } else { text.to_owned() }
    }
}

fn is_test(token: Token) -> bool {
    use crate::promql::tree::Op;
    matches!(token, Token::Assign | Token::Matches | Token::Differs | Token::Op(Op::Unequal))
}
