//! Operators between two values, with what may follow them: `bool`, `on (..)`, `group_left (..)`.

use super::{Bracket, Parser, Res, Token};
use crate::promql::mistake::Mistake;
use crate::promql::tree::{Binary, Expr, Kind, Matching, Op, Span};

const FILLS: [&str; 3] = ["fill", "fill_left", "fill_right"];

impl Parser<'_> {
    /// The operator that comes next.
    pub(super) fn operator(&self) -> Option<Op> {
        match self.peek()? {
            Token::Op(op) => Some(op),
            _ => None,
        }
    }

    pub(super) fn binary(&mut self, left: Expr, op: Op) -> Res<Expr> {
        let op_span = self.take_span();
        if op.is_foreign() {
            let word = self.slice(&op_span);
            self.foreign.push(Mistake::new(
                op_span.clone(),
                format!("`{word}` is an operator of MetricsQL"),
                other(op),
            ));
        }
        self.doubled(op, &op_span)?;
        let yields_bool = self.yields_bool(op)?;
        let matching = self.matching(op)?;
        self.fills()?;
        let tighter = if op == Op::Power { op.power() } else { op.power() + 1 };
        let right = self.expr(tighter)?;
        let span = left.span.start..right.span.end;
        let place = op_span.clone();
        self.node(span, Kind::Binary(Box::new(Binary { op, op_span, yields_bool, matching, left, right })), &place)
    }

    /// `=>`, `<>` and the like.
    fn doubled(&self, op: Op, span: &Span) -> Res<()> {
        let next = self.here();
        let meant = match (op, self.peek()) {
            (Op::Below, Some(Token::Op(Op::Above))) => "!=",
            (Op::Below, Some(Token::Op(Op::Below))) => "<",
            (Op::Above, Some(Token::Op(Op::Above))) => ">",
            (Op::Equal, Some(Token::Assign)) => "==",
            (Op::Multiply, Some(Token::Op(Op::Multiply))) => "^",
            _ => return Ok(()),
        };
        if next.start != span.end {
            return Ok(());
        }
        let both = span.start..next.end;
        Err(Mistake::new(both.clone(), format!("`{}` is no operator", self.slice(&both)), format!("write `{meant}`")))
    }

    fn yields_bool(&mut self, op: Op) -> Res<bool> {
        if !self.is_word(&["bool"]) {
            return Ok(false);
        }
        let span = self.take_span();
        if !op.compares() {
            return Err(Mistake::new(span, "`bool` follows only a comparison", "leave it out"));
        }
        Ok(true)
    }

    fn matching(&mut self, op: Op) -> Res<Option<Matching>> {
        if self.is_word(&["group_left", "group_right"]) && !self.is_operand() {
            let (word, span) = (self.piece(&self.here()), self.here());
            return Err(Mistake::new(
                span,
                format!("`{word}` needs `on (..)` before it"),
                format!("on (label) {word}"),
            ));
        }
        if !self.is_word(&["on", "ignoring"]) || self.is_operand_named() {
            return Ok(None);
        }
        let word = self.word().unwrap_or_default();
        let on = word.eq_ignore_ascii_case("on");
        self.at += 1;
        let labels = self.label_names(word)?;
        let grouped = self.is_word(&["group_left", "group_right"]);
        if grouped {
            let (side, span) = (self.word().unwrap_or_default(), self.take_span());
            if op.joins() {
                let what = format!("`{side}` says nothing to `and`, `or` and `unless`");
                return Err(Mistake::new(span, what, "leave it out"));
            }
            if self.peek() == Some(Token::Open(Bracket::Round)) {
                let brought = self.label_names(side)?;
                if let Some(both) = brought.iter().find(|label| on && labels.contains(label)) {
                    let what = format!("`{both}` is matched on and brought along at once");
                    return Err(Mistake::new(span, what, format!("leave it out of `{side}`")));
                }
            }
            if self.is_word(&["prefix"]) && self.ahead(1) == Some(Token::Text) {
                let span = self.take_span();
                self.at += 1;
                self.foreign.push(Mistake::new(span, "`prefix` is MetricsQL", "leave it out"));
            }
        }
        Ok(Some(Matching { on, labels, grouped }))
    }

    /// Whether the word that comes next is an operand of this name: `group_left` as a metric.
    fn is_operand(&self) -> bool {
        !matches!(self.ahead(1), Some(Token::Open(Bracket::Round) | Token::Word | Token::Number))
    }

    /// The same for `on` and `ignoring`, which always have parentheses.
    fn is_operand_named(&self) -> bool {
        matches!(
            self.ahead(1),
            None | Some(Token::Op(_) | Token::Close(_) | Token::Open(Bracket::Brace | Bracket::Square))
        )
    }

    /// Values for series without a partner.
    fn fills(&mut self) -> Res<()> {
        while self.is_word(&FILLS) && self.ahead(1) == Some(Token::Open(Bracket::Round)) {
            self.at += 1;
            let open = self.take_span();
            self.expr(0)?;
            self.close(Bracket::Round, &open)?;
        }
        Ok(())
    }
}

/// What Prometheus has instead.
fn other(op: Op) -> &'static str {
    match op {
        Op::Default => "write `or vector(0)`",
        Op::If => "write `and`",
        Op::IfNot => "write `unless`",
        _ => "",
    }
}
