//! Words for what stands where it cannot: behind a whole expression, or where an operand is missing.

use super::{Bracket, Parser, Token};
use crate::promql::functions;
use crate::promql::mistake::Mistake;
use crate::promql::tree::{Expr, Kind, Op, Span};

impl Parser<'_> {
    /// What comes where a value should.
    pub(super) fn missing(&self) -> Mistake {
        let here = self.here();
        let before = self.before();
        let after = match self.at.checked_sub(1) {
            Some(_) => format!(" behind `{}`", self.piece(&before)),
            None => String::new(),
        };
        let found = self.piece(&here);
        match self.peek() {
            None => Mistake::new(here, format!("something is missing{after}"), "a metric, a number or a function"),
            Some(Token::Unclosed) => self.unclosed(&here),
            Some(Token::Strange) => self.strange(&here),
            Some(Token::Close(_)) if self.at > 0 => {
                Mistake::new(here, format!("something is missing{after}"), "a metric, a number or a function")
            }
            Some(Token::Close(_)) => Mistake::new(here, format!("nothing opens this `{found}`"), "leave it out"),
            Some(Token::Comma) => Mistake::new(here, "something is missing before the comma", ""),
            Some(Token::Open(Bracket::Square)) => {
                Mistake::new(here, format!("a range stands behind a metric, not{after}"), "metric[5m]")
            }
            Some(Token::At) => Mistake::new(here, "`@` stands behind a metric", "metric @ end()"),
            Some(_) => Mistake::new(here, format!("`{found}` stands where a value should{after}"), ""),
        }
    }

    /// A string whose quote does not close.
    fn unclosed(&self, here: &Span) -> Mistake {
        let quote = self.text.get(here.start..here.start + 1).unwrap_or("\"");
        let opened = here.start..here.start + 1;
        Mistake::new(opened, format!("the quote {quote} that opens here never closes"), format!("add {quote}"))
    }

    fn strange(&self, here: &Span) -> Mistake {
        let found = self.slice(here);
        let twice = self.text.get(here.start..).is_some_and(|rest| rest.starts_with("&&") || rest.starts_with("||"));
        let (what, remedy) = match found {
            "&" | "|" if twice => {
                (format!("`{found}{found}` is no operator"), if found == "&" { "write `and`" } else { "write `or`" })
            }
            "&" => ("`&` is no operator".to_owned(), "write `and`"),
            "|" => ("`|` is no operator".to_owned(), "write `or`; nothing is piped here"),
            "!" => ("`!` denies nothing".to_owned(), "write `unless`, or compare with == 0"),
            "$" => ("a dashboard's variable means nothing to the server".to_owned(), "write its value"),
            ";" => ("one expression, without `;`".to_owned(), "leave it out"),
            "“" | "”" | "„" | "‘" | "’" | "«" | "»" => {
                (format!("`{found}` is no quote here"), "write \" or '")
            }
            "–" | "—" | "−" => (format!("`{found}` is no minus"), "write -"),
            "×" => ("`×` is no operator".to_owned(), "write *"),
            "≥" => ("`≥` is no operator".to_owned(), "write >="),
            "≤" => ("`≤` is no operator".to_owned(), "write <="),
            "≠" => ("`≠` is no operator".to_owned(), "write !="),
            "." => ("a name has no `.`".to_owned(), "quote it: {\"a.b\"}"),
            _ => (format!("`{}` means nothing here", self.piece(here)), ""),
        };
        Mistake::new(here.start..here.end + if twice { 1 } else { 0 }, what, remedy)
    }

    /// What stands behind a whole expression.
    pub(super) fn stray(&self, tree: &Expr) -> Mistake {
        let (here, before) = (self.here(), self.before());
        let found = self.piece(&here);
        match self.peek() {
            Some(Token::Close(_)) => Mistake::new(here, format!("nothing opens this `{found}`"), "leave it out"),
            Some(Token::Unclosed) => self.unclosed(&here),
            Some(Token::Strange) => self.strange(&here),
            Some(Token::Assign) => self.assignment(),
            Some(Token::Matches | Token::Differs) => {
                Mistake::new(here, format!("`{found}` compares labels"), "inside braces: {job=~\"a.*\"}")
            }
            Some(Token::Comma) => Mistake::new(here, "a comma only parts arguments", "join expressions with `or`"),
            Some(_) if self.is_word(&["by", "without"]) => {
                let what = format!("`{found}` stands behind an aggregation only");
                Mistake::new(here, what, format!("sum {found} (..) (..)"))
            }
            Some(_) if self.is_word(&["on", "ignoring", "group_left", "group_right", "bool"]) => {
                Mistake::new(here, format!("`{found}` stands behind an operator"), format!("a / {found} .."))
            }
            _ => {
                let what = format!("no operator between `{}` and `{found}`", self.piece(&before));
                let is_name = matches!(&tree.kind, Kind::Selector(s) if s.matchers.is_empty() && tree.span == before);
                let near = is_name.then(|| functions::nearest_name(self.slice(&before))).flatten();
                let remedy = match near {
                    _ if self.slice(&before).eq_ignore_ascii_case("not") => {
                        "write `unless`, or compare with == 0".to_owned()
                    }
                    Some(near) => format!("did you mean {near}(..)?"),
                    None => "one of + - * / > < == and or unless".to_owned(),
                };
                Mistake::new(before.start..here.end, what, remedy)
            }
        }
    }

    /// A `=` outside braces.
    fn assignment(&self) -> Mistake {
        let here = self.here();
        let next = self.lexemes.get(self.at + 1).filter(|next| next.span.start == here.end);
        let meant = match next.map(|next| next.token) {
            Some(Token::Op(Op::Above)) => ">=",
            Some(Token::Op(Op::Below)) => "<=",
            _ => return Mistake::new(here, "`=` compares nothing here", "write =="),
        };
        let span = here.start..here.end + 1;
        Mistake::new(span.clone(), format!("`{}` is no operator", self.slice(&span)), format!("write {meant}"))
    }

    /// What stands inside brackets where only a comma or their end may.
    pub(super) fn unexpected_in(&self, bracket: Bracket, open: &Span) -> Mistake {
        let (here, before) = (self.here(), self.before());
        let found = self.piece(&here);
        match (bracket, self.peek()) {
            (_, Some(Token::Strange)) => self.strange(&here),
            (Bracket::Brace, Some(Token::Open(_))) => {
                Mistake::new(open.clone(), "`{` is never closed", "add `}` behind the last label")
            }
            (Bracket::Brace, _) => {
                Mistake::new(before.end..here.end, format!("a comma is missing before `{found}`"), "{a=\"x\", b=\"y\"}")
            }
            (Bracket::Square, _) if self.peek() == Some(Token::Word) => {
                let joined = format!("{}{found}", self.slice(&before));
                Mistake::new(before.start..here.end, "a duration has no blanks", format!("write {joined}"))
            }
            (Bracket::Square, _) => Mistake::new(open.clone(), "`[` is never closed", "add `]` behind the duration"),
            (Bracket::Round, Some(Token::Assign)) => self.assignment(),
            (Bracket::Round, Some(Token::Matches | Token::Differs)) => {
                Mistake::new(here, format!("`{found}` compares labels"), "inside braces: {job=~\"a.*\"}")
            }
            (Bracket::Round, _) => {
                let what = format!("no comma or operator between `{}` and `{found}`", self.piece(&before));
                Mistake::new(
                    before.start..here.end,
                    what,
                    format!("or a `)` is missing for the `(` at {}", open.start + 1),
                )
            }
        }
    }
}

impl Op {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Op::Add => "+",
            Op::Subtract => "-",
            Op::Multiply => "*",
            Op::Divide => "/",
            Op::Modulo => "%",
            Op::Power => "^",
            Op::Atan2 => "atan2",
            Op::Equal => "==",
            Op::Unequal => "!=",
            Op::Above => ">",
            Op::Below => "<",
            Op::AtLeast => ">=",
            Op::AtMost => "<=",
            Op::And => "and",
            Op::Or => "or",
            Op::Unless => "unless",
            Op::Default => "default",
            Op::If => "if",
            Op::IfNot => "ifnot",
        }
    }
}
