//! Reads an expression into a tree, or says what keeps it from being one. Called by `check` and by all that take
//! expressions apart.
//!
//! What only MetricsQL understands is read too and noted, so that the caller can decide by the server. Nesting is bounded:
//! a hostile text costs time in proportion to its length and no more stack than a small one.

mod duration;
mod labels;
mod named;
mod operators;
mod selector;
mod stray;

use std::collections::BTreeSet;

use super::lex::{Bracket, Lexeme, Token, lex};
use super::mistake::{Mistake, piece};
use super::tree::{DEEPEST, Expr, Kind, Op, Span};

pub(super) use duration::seconds;

/// Longest text that is read, in bytes.
pub const LONGEST: usize = 64 * 1024;

/// Parentheses and signs inside each other, at most.
const NESTED: u16 = 60;

/// An expression and what of it only MetricsQL understands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parsed {
    pub(super) tree: Expr,
    pub(super) foreign: Vec<Mistake>,
    /// Names that `WITH` gives a meaning.
    pub(super) templates: BTreeSet<String>,
}

pub(super) type Res<T> = Result<T, Mistake>;

/// Reads a whole text.
pub(super) fn parse(text: &str) -> Res<Parsed> {
    if text.len() > LONGEST {
        let what = format!("{} bytes are too long to be checked", text.len());
        return Err(Mistake::new(0..0, what, format!("at most {LONGEST} bytes")));
    }
    let mut parser =
        Parser { text, lexemes: lex(text), at: 0, nested: 0, foreign: Vec::new(), templates: BTreeSet::new() };
    let tree = parser.whole()?;
    let Parser { foreign, templates, .. } = parser;
    Ok(Parsed { tree, foreign, templates })
}

pub(super) struct Parser<'a> {
    text: &'a str,
    lexemes: Vec<Lexeme>,
    at: usize,
    nested: u16,
    foreign: Vec<Mistake>,
    templates: BTreeSet<String>,
}

impl<'a> Parser<'a> {
    fn whole(&mut self) -> Res<Expr> {
        if self.lexemes.is_empty() {
            return Err(Mistake::new(0..0, "nothing is asked for", "write a metric's name, or Tab for what there is"));
        }
        self.with_templates()?;
        let tree = self.expr(0)?;
        if self.at < self.lexemes.len() {
            return Err(self.stray(&tree));
        }
        Ok(tree)
    }

    /// `WITH (name = .., f(a) = ..)` of MetricsQL in front of the expression.
    fn with_templates(&mut self) -> Res<()> {
        let is_with = self.word().is_some_and(|word| word.eq_ignore_ascii_case("with"));
        if !is_with || self.ahead(1) != Some(Token::Open(Bracket::Round)) {
            return Ok(());
        }
        let span = self.take_span();
        self.foreign.push(Mistake::new(span, "`WITH (..)` is MetricsQL", "write the parts out"));
        let open = self.take_span();
        while self.peek() != Some(Token::Close(Bracket::Round)) {
            let Some(name) = self.word() else {
                return Err(Mistake::new(self.here(), "`WITH` takes `name = expression`", ""));
            };
            self.templates.insert(name.to_owned());
            self.at += 1;
            if self.peek() == Some(Token::Open(Bracket::Round)) {
                self.label_names("WITH")?;
            }
            if self.peek() != Some(Token::Assign) {
                return Err(Mistake::new(self.here(), format!("`{name}` is given nothing"), format!("{name} = ..")));
            }
            self.at += 1;
            self.expr(0)?;
            if !self.comma() {
                break;
            }
        }
        self.close(Bracket::Round, &open)?;
        Ok(())
    }

    /// An expression of operators that bind at least so strongly.
    fn expr(&mut self, least: u8) -> Res<Expr> {
        self.enter()?;
        let mut left = self.signed()?;
        while let Some(op) = self.operator().filter(|op| op.power() >= least) {
            left = self.binary(left, op)?;
        }
        self.nested -= 1;
        Ok(left)
    }

    fn signed(&mut self) -> Res<Expr> {
        match self.peek() {
            Some(Token::Op(Op::Subtract | Op::Add)) => {
                let sign = self.take_span();
                let inner = self.expr(Op::Power.power())?;
                self.node(sign.start..inner.span.end, Kind::Signed(Box::new(inner)), &sign)
            }
            _ => {
                let operand = self.operand()?;
                self.postfix(operand)
            }
        }
    }

    fn operand(&mut self) -> Res<Expr> {
        let Some(lexeme) = self.lexemes.get(self.at).cloned() else { return Err(self.missing()) };
        match lexeme.token {
            Token::Open(Bracket::Round) => self.parentheses(),
            Token::Open(Bracket::Brace) => self.selector(None),
            Token::Number => {
                self.at += 1;
                let value = self.number(&lexeme.span)?;
                Ok(Expr::new(lexeme.span, Kind::Number(value)))
            }
            Token::Text => {
                self.at += 1;
                Ok(Expr::new(lexeme.span, Kind::Text))
            }
            Token::Word => self.named(),
            Token::Op(_) if self.word().is_some() => self.named(),
            Token::Unclosed
            | Token::Open(Bracket::Square)
            | Token::Close(_)
            | Token::Comma
            | Token::Colon
            | Token::At
            | Token::Op(_)
            | Token::Assign
            | Token::Matches
            | Token::Differs
            | Token::Strange => Err(self.missing()),
        }
    }

    fn parentheses(&mut self) -> Res<Expr> {
        let open = self.take_span();
        if self.peek() == Some(Token::Close(Bracket::Round)) {
            let span = open.start..self.take_span().end;
            return Err(Mistake::new(span, "nothing stands in the parentheses", ""));
        }
        let mut parts = vec![self.expr(0)?];
        while self.comma() && self.peek() != Some(Token::Close(Bracket::Round)) {
            parts.push(self.expr(0)?);
        }
        let close = self.close(Bracket::Round, &open)?;
        let span = open.start..close.end;
        if parts.len() == 1 {
            return match parts.pop() {
                Some(inner) => self.node(span, Kind::Group(Box::new(inner)), &open),
                None => Err(self.missing()),
            };
        }
        self.foreign.push(Mistake::new(
            span.clone(),
            "several expressions in parentheses are MetricsQL",
            "join them with `or`",
        ));
        self.node(span, Kind::Union(parts), &open)
    }

    /// A node, where the tree does not grow too deep by it.
    fn node(&self, span: Span, kind: Kind, place: &Span) -> Res<Expr> {
        let expr = Expr::new(span, kind);
        if expr.depth > DEEPEST {
            return Err(too_deep(place.clone()));
        }
        Ok(expr)
    }

    fn enter(&mut self) -> Res<()> {
        self.nested += 1;
        if self.nested > NESTED { Err(too_deep(self.here())) } else { Ok(()) }
    }

    /// The closing bracket to an opening one.
    fn close(&mut self, bracket: Bracket, open: &Span) -> Res<Span> {
        if self.peek() == Some(Token::Close(bracket)) {
            return Ok(self.take_span());
        }
        let (opening, closing) = (bracket.opening(), bracket.closing());
        match self.peek() {
            None => Err(Mistake::new(open.clone(), format!("`{opening}` is never closed"), format!("add `{closing}`"))),
            Some(Token::Unclosed) => Err(self.missing()),
            Some(Token::Close(other)) => Err(Mistake::new(
                self.here(),
                format!("`{}` stands where the `{opening}` before it needs `{closing}`", other.closing()),
                "",
            )),
            Some(_) => Err(self.unexpected_in(bracket, open)),
        }
    }

    fn comma(&mut self) -> bool {
        let is = self.peek() == Some(Token::Comma);
        self.at += usize::from(is);
        is
    }

    fn peek(&self) -> Option<Token> {
        self.ahead(0)
    }

    fn ahead(&self, by: usize) -> Option<Token> {
        self.lexemes.get(self.at + by).map(|lexeme| lexeme.token)
    }

    /// The word that comes next, whether it is an operator's or not.
    fn word(&self) -> Option<&'a str> {
        self.word_ahead(0)
    }

    fn word_ahead(&self, by: usize) -> Option<&'a str> {
        let lexeme = self.lexemes.get(self.at + by)?;
        let text = self.slice(&lexeme.span);
        let is = matches!(lexeme.token, Token::Word)
            || matches!(lexeme.token, Token::Op(_)) && text.starts_with(|c: char| c.is_ascii_alphabetic());
        is.then_some(text)
    }

    fn is_word(&self, words: &[&str]) -> bool {
        self.word().is_some_and(|word| words.iter().any(|known| word.eq_ignore_ascii_case(known)))
    }

    /// Where the next token stands; behind the last one when there is none.
    fn here(&self) -> Span {
        match self.lexemes.get(self.at) {
            Some(lexeme) => lexeme.span.clone(),
            None => {
                let end = self.lexemes.last().map_or(0, |last| last.span.end);
                end..end
            }
        }
    }

    /// Where the token before stands.
    fn before(&self) -> Span {
        self.at.checked_sub(1).and_then(|at| self.lexemes.get(at)).map_or(0..0, |lexeme| lexeme.span.clone())
    }

    fn take_span(&mut self) -> Span {
        let span = self.here();
        self.at += 1;
        span
    }

    fn slice(&self, span: &Span) -> &'a str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    fn piece(&self, span: &Span) -> String {
        piece(self.slice(span))
    }
}

fn too_deep(place: Span) -> Mistake {
    Mistake::new(place, "too deep to be checked", "record parts of it by rules of the server, and ask for those")
}
