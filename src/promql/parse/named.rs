//! What begins with a word: functions, aggregations, metrics, numbers like `Inf`.

use super::{Bracket, Parser, Res, Token};
use crate::promql::functions::{self, Family};
use crate::promql::mistake::{Mistake, nearest};
use crate::promql::tree::{Aggregate, Call, Expr, Grouping, Kind, Span};

impl Parser<'_> {
    pub(super) fn named(&mut self) -> Res<Expr> {
        let word = self.word().unwrap_or_default();
        let span = self.here();
        let called = self.ahead(1) == Some(Token::Open(Bracket::Round));
        let grouped = self.word_ahead(1).is_some_and(is_grouping);
        let aggregates = functions::aggregation(word).is_some();
        if called && is_grouping(word) {
            let what = format!("`{word} (..)` belongs to an aggregation");
            return Err(Mistake::new(span, what, format!("sum {word} (..) (..)")));
        }
        if aggregates && (called || grouped) {
            return self.aggregate();
        }
        if called {
            return self.call();
        }
        if self.wants_parentheses(word) {
            self.at += 1;
            let operand =
                self.expr(u8::MAX).map(|operand| self.piece(&operand.span)).unwrap_or_else(|_| "..".to_owned());
            let what = format!("`{word}` takes its argument in parentheses");
            return Err(Mistake::new(span, what, format!("{word}({operand})")));
        }
        self.at += 1;
        let braces = self.peek() == Some(Token::Open(Bracket::Brace));
        match word.to_ascii_lowercase().as_str() {
            "inf" if !braces => Ok(Expr::new(span, Kind::Number(f64::INFINITY))),
            "nan" if !braces => Ok(Expr::new(span, Kind::Number(f64::NAN))),
            "on" | "ignoring" | "bool" | "group_left" | "group_right" | "atan2" => {
                let what = format!("`{word}` stands behind an operator, and names no metric");
                Err(Mistake::new(span, what, format!("{{__name__=\"{word}\"}}")))
            }
            _ => self.selector(Some(span)),
        }
    }

    /// `rate x[5m]`, `sum by (a) x`: the name of a function with an operand behind it.
    fn wants_parentheses(&self, word: &str) -> bool {
        let known = functions::aggregation(word).or_else(|| functions::function(word)).is_some();
        let next = self.word_ahead(1).is_some_and(|next| {
            super::super::tree::Op::from_word(next).is_none() && !["offset", "bool"].contains(&next)
        });
        known && (next && !self.word_ahead(1).is_some_and(is_grouping))
    }

    fn call(&mut self) -> Res<Expr> {
        let name = self.take_span();
        self.known(&name)?;
        let (args, close) = self.arguments()?;
        if self.is_word(&["keep_metric_names"]) {
            let span = self.take_span();
            self.foreign.push(Mistake::new(span, "`keep_metric_names` is MetricsQL", "leave it out"));
        }
        let span = name.start..close.end;
        let place = name.clone();
        self.node(span, Kind::Call(Call { name, args }), &place)
    }

    /// Whether there is such a function.
    fn known(&mut self, name: &Span) -> Res<()> {
        let word = self.slice(name);
        if self.templates.contains(word) {
            return Ok(());
        }
        if let Some(function) = functions::function(word) {
            let problem = match function.family {
                Family::Metricsql => Some((format!("`{word}` is a function of MetricsQL"), function.instead)),
                Family::Former => Some((format!("`{word}` has another name since Prometheus 3"), function.instead)),
                Family::Prometheus if word != function.name => {
                    Some((format!("`{word}` is written in small letters"), function.name))
                }
                Family::Prometheus | Family::Experimental => None,
            };
            if let Some((what, remedy)) = problem {
                let remedy = if remedy.is_empty() { String::new() } else { format!("write {remedy}") };
                self.foreign.push(Mistake::new(name.clone(), what, remedy));
            }
            return Ok(());
        }
        let near = nearest(word, functions::all().map(|function| function.name));
        let remedy = near.map_or_else(|| "Tab lists what there is".to_owned(), |near| format!("did you mean {near}?"));
        Err(Mistake::new(name.clone(), format!("there is no function `{}`", self.piece(name)), remedy))
    }

    fn aggregate(&mut self) -> Res<Expr> {
        let name = self.take_span();
        let word = self.slice(&name);
        if functions::aggregation(word).is_some_and(|known| known.family == Family::Metricsql) {
            let what = format!("`{word}` is an aggregation of MetricsQL");
            self.foreign.push(Mistake::new(name.clone(), what, ""));
        }
        let mut grouping = self.grouping()?;
        if self.peek() != Some(Token::Open(Bracket::Round)) {
            let start = self.at;
            let operand =
                self.expr(u8::MAX).map(|operand| self.piece(&operand.span)).unwrap_or_else(|_| "..".to_owned());
            self.at = start;
            let what = format!("what `{word}` takes together stands in parentheses");
            let span = if self.peek().is_some() { self.here() } else { name };
            return Err(Mistake::new(span, what, format!("({operand})")));
        }
        let (args, close) = self.arguments()?;
        let mut end = close.end;
        if let Some(after) = self.grouping()? {
            if grouping.is_some() {
                let what = "labels are given before and behind";
                return Err(Mistake::new(close.end..self.before().end, what, "leave one of them out"));
            }
            grouping = Some(after);
            end = self.before().end;
        }
        if self.is_word(&["limit"]) && self.ahead(1) == Some(Token::Number) {
            let span = self.take_span();
            end = self.take_span().end;
            self.foreign.push(Mistake::new(span, "`limit` is MetricsQL", "limitk(n, ..)"));
        }
        let place = name.clone();
        self.node(name.start..end, Kind::Aggregate(Aggregate { name, args, grouping }), &place)
    }

    fn grouping(&mut self) -> Res<Option<Grouping>> {
        let Some(word) = self.word().filter(|word| is_grouping(word)) else { return Ok(None) };
        self.at += 1;
        let without = word.eq_ignore_ascii_case("without");
        Ok(Some(Grouping { without, labels: self.label_names(word)? }))
    }

    fn arguments(&mut self) -> Res<(Vec<Expr>, Span)> {
        let open = self.take_span();
        let mut args = Vec::new();
        while self.peek() != Some(Token::Close(Bracket::Round)) {
            args.push(self.expr(0)?);
            if !self.comma() {
                break;
            }
            if self.peek() == Some(Token::Close(Bracket::Round)) {
                let span = self.before();
                self.foreign.push(Mistake::new(span, "nothing follows the comma", "leave it out"));
            }
        }
        let close = self.close(Bracket::Round, &open)?;
        Ok((args, close))
    }
}

fn is_grouping(word: &str) -> bool {
    word.eq_ignore_ascii_case("by") || word.eq_ignore_ascii_case("without")
}
