//! The tokens of a text by what they are to a reader, for painting it while it is written.

use super::functions;
use super::lex::{Bracket, Token, lex};
use super::tree::Span;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub struct Painted {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What a token is to a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A metric or label.
    Name,
    /// A function or aggregation, called.
    Function,
    /// `by`, `offset` and the like, and operators that are words.
    Keyword,
    /// A quoted string, closed or not.
    Text,
    /// A number or duration.
    Number,
    /// An operator or bracket.
    Operator,
    /// Anything else.
    Other,
}

const KEYWORDS: [&str; 8] = ["by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset"];

/// The tokens of a text in their order. Every text has them.
pub fn tokens(text: &str) -> Vec<Painted> {
    let lexemes = lex(text);
    let follows = |at: usize| lexemes.get(at + 1).map(|next| next.token);
    let mut braces = 0usize;
    let mut painted = Vec::with_capacity(lexemes.len());
    for (at, lexeme) in lexemes.iter().enumerate() {
        let word = text.get(lexeme.span.clone()).unwrap_or_default();
        let kind = match lexeme.token {
            Token::Word if braces > 0 => Kind::Name,
            Token::Word if KEYWORDS.iter().any(|keyword| word.eq_ignore_ascii_case(keyword)) => Kind::Keyword,
            Token::Word if functions::aggregation(word).is_some() => Kind::Function,
            Token::Word if follows(at) == Some(Token::Open(Bracket::Round)) => Kind::Function,
            Token::Word => Kind::Name,
            Token::Op(_) if word.starts_with(|c: char| c.is_ascii_alphabetic()) => Kind::Keyword,
            Token::Text | Token::Unclosed => Kind::Text,
            Token::Number => Kind::Number,
            Token::Strange => Kind::Other,
            Token::Op(_) | Token::Assign | Token::Matches | Token::Differs | Token::At => Kind::Operator,
            Token::Open(_) | Token::Close(_) | Token::Comma | Token::Colon => Kind::Operator,
        };
        match lexeme.token {
            Token::Open(Bracket::Brace) => braces += 1,
            Token::Close(Bracket::Brace) => braces = braces.saturating_sub(1),
            _ => {}
        }
        painted.push(Painted { span: lexeme.span.clone(), kind });
    }
    painted
}
