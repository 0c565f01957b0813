//! Series by name and labels, and what stands behind them: ranges, `offset`, `@`.

use super::{Bracket, Parser, Res, Token};
use crate::promql::lex::unquoted;
use crate::promql::mistake::Mistake;
use crate::promql::tree::{Expr, Kind, Matcher, Op, Selector, Span, Subquery, Test};

/// Compiled size of one expression, at most; Prometheus bounds the query, this bounds the checking.
const PATTERN: usize = 1 << 20;

impl Parser<'_> {
    /// A selector, its name already taken or none before the braces.
    pub(super) fn selector(&mut self, name: Option<Span>) -> Res<Expr> {
        let mut selector =
            Selector { metric: name.as_ref().map(|span| self.slice(span).to_owned()), ..Selector::default() };
        let start = name.as_ref().map_or(self.here().start, |span| span.start);
        let mut end = name.as_ref().map_or(start, |span| span.end);
        if self.peek() == Some(Token::Open(Bracket::Brace)) {
            end = self.braces(&mut selector)?.end;
        }
        let templated = selector.metric.as_ref().is_some_and(|name| self.templates.contains(name));
        if selector.metric.is_none() && !templated && self.templates.is_empty() {
            selects_something(&selector, start..end)?;
        }
        selector.head = start..end;
        Ok(Expr::new(start..end, Kind::Selector(selector)))
    }

    fn braces(&mut self, selector: &mut Selector) -> Res<Span> {
        let open = self.take_span();
        while self.peek() != Some(Token::Close(Bracket::Brace)) {
            self.matcher(selector)?;
            if self.comma() {
                continue;
            }
            if self.is_word(&["or"]) && matches!(self.ahead(1), Some(Token::Word | Token::Text)) {
                let span = self.take_span();
                self.foreign.push(Mistake::new(
                    span,
                    "`or` between matchers is MetricsQL",
                    "write two selectors with `or` between them",
                ));
                continue;
            }
            if self.peek() != Some(Token::Close(Bracket::Brace)) {
                break;
            }
        }
        let close = self.close(Bracket::Brace, &open)?;
        Ok(open.start..close.end)
    }

    fn matcher(&mut self, selector: &mut Selector) -> Res<()> {
        let start = self.here();
        let label = match (self.word(), self.peek()) {
            (Some(word), _) => word.to_owned(),
            (None, Some(Token::Text)) => unquoted(self.slice(&start)),
            (None, Some(Token::Unclosed | Token::Strange)) => return Err(self.missing()),
            (None, None) => {
                let before = self.before();
                return Err(Mistake::new(before, "the braces are never closed", "add `}`"));
            }
            (None, Some(_)) => {
                return Err(Mistake::new(start, "a label's name is missing", "for example {job=\"api\"}"));
            }
        };
        let quoted = self.peek() == Some(Token::Text);
        self.at += 1;
        if !quoted && label.contains(':') {
            let name = label.replace(':', "");
            return Err(Mistake::new(start, "labels are compared with `=`", format!("{name}=\"value\"")));
        }
        let Some(test) = self.test(&label)? else {
            if quoted {
                return self.named_inside(selector, label, start);
            }
            if self.templates.contains(&label) {
                return Ok(());
            }
            let remedy = format!("{label}=\"value\"");
            return Err(Mistake::new(start, format!("`{label}` is compared with nothing"), remedy));
        };
        let value = self.value(&label, test)?;
        let span = start.start..self.before().end;
        if label == "__name__" && test == Test::Equal {
            return self.named_inside(selector, value, span);
        }
        if matches!(test, Test::Matches | Test::Differs) {
            pattern(&value, &self.before())?;
        }
        selector.matchers.push(Matcher { label, test, value, span });
        Ok(())
    }

    /// A metric's name inside the braces.
    fn named_inside(&self, selector: &mut Selector, name: String, span: Span) -> Res<()> {
        if let Some(known) = &selector.metric {
            let what = format!("the metric is named twice: `{known}` and `{name}`");
            return Err(Mistake::new(span, what, "leave one of them out"));
        }
        selector.metric = Some(name);
        Ok(())
    }

    fn test(&mut self, label: &str) -> Res<Option<Test>> {
        let test = match self.peek() {
            Some(Token::Assign) => Test::Equal,
            Some(Token::Op(Op::Unequal)) => Test::Unequal,
            Some(Token::Matches) => Test::Matches,
            Some(Token::Differs) => Test::Differs,
            Some(Token::Op(Op::Equal)) => {
                return Err(Mistake::new(self.here(), "labels are compared with one `=`", format!("{label}=\"..\"")));
            }
            Some(Token::Op(op)) if self.word().is_none() => {
                let remedy = "labels are text: =, !=, =~ or !~; values are compared behind the braces";
                let what = if op.compares() { "labels have no order" } else { "no comparison of labels" };
                return Err(Mistake::new(self.here(), what, remedy));
            }
            Some(Token::Strange) if matches!(self.slice(&self.here()), ":" | "~" | "!") => {
                return Err(Mistake::new(self.here(), "no comparison of labels", format!("{label}=\"..\"")));
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(test))
    }

    fn value(&mut self, label: &str, test: Test) -> Res<String> {
        let span = self.here();
        match self.peek() {
            Some(Token::Text) => {
                self.at += 1;
                let value = unquoted(self.slice(&span));
                self.more_text(&span)?;
                Ok(value)
            }
            Some(Token::Unclosed | Token::Strange) => Err(self.missing()),
            Some(Token::Word | Token::Number) | Some(Token::Op(_)) if self.piece(&span) != "=" => {
                let value = self.bare_value();
                if self.templates.contains(self.slice(&value)) {
                    self.at += 1;
                    return Ok(self.slice(&value).to_owned());
                }
                let text = self.piece(&value);
                let written = format!("{label}{}\"{text}\"", test.sign());
                Err(Mistake::new(value, "the value of a label stands in quotes", written))
            }
            _ => Err(Mistake::new(
                self.before().start..span.end.max(self.before().end),
                format!("`{label}` is compared with nothing"),
                format!("{label}{}\"value\"", test.sign()),
            )),
        }
    }

    /// `"a" + "b"` of MetricsQL.
    fn more_text(&mut self, first: &Span) -> Res<()> {
        while self.peek() == Some(Token::Op(Op::Add)) && self.ahead(1) == Some(Token::Text) {
            self.at += 2;
            let span = first.start..self.before().end;
            self.foreign.push(Mistake::new(span, "texts are put together by MetricsQL only", "write one text"));
        }
        Ok(())
    }

    /// All that belongs to a value somebody forgot to quote: to the next comma, brace or blank.
    fn bare_value(&self) -> Span {
        let start = self.here().start;
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest.find(|c: char| matches!(c, ',' | '}' | '"' | '\'' | ')') || c.is_whitespace());
        start..start + length.unwrap_or(rest.len()).max(1)
    }

    /// What may stand behind a value: ranges, `offset`, `@`.
    pub(super) fn postfix(&mut self, mut expr: Expr) -> Res<Expr> {
        loop {
            expr = match self.peek() {
                Some(Token::Open(Bracket::Square)) => self.window(expr)?,
                Some(Token::At) => self.at_time(expr)?,
                Some(Token::Open(Bracket::Brace)) => {
                    let what = "labels stand directly behind a metric's name";
                    return Err(Mistake::new(self.here(), what, "move the braces into the parentheses"));
                }
                Some(_) if self.is_word(&["offset"]) => self.offset(expr)?,
                Some(_) | None => return Ok(expr),
            };
        }
    }

    fn window(&mut self, expr: Expr) -> Res<Expr> {
        let open = self.take_span();
        let range = self.here();
        match self.peek() {
            Some(Token::Number) => {
                self.at += 1;
                self.duration(&range)?;
            }
            Some(Token::Close(Bracket::Square)) => {
                return Err(Mistake::new(open.start..range.end, "the range is empty", "for example [5m]"));
            }
            Some(Token::Word) if self.word() == Some("step") => {
                self.at += 1;
                self.foreign.push(Mistake::new(range.clone(), "`step` in a range is MetricsQL", "for example [5m]"));
            }
            _ => return Err(self.no_range(&open)),
        }
        let is_subquery = self.peek() == Some(Token::Colon);
        if is_subquery {
            self.at += 1;
            if self.peek() == Some(Token::Number) {
                let step = self.take_span();
                self.duration(&step)?;
            }
        }
        let close = self.close(Bracket::Square, &open)?;
        let span = expr.span.start..close.end;
        let place = open.start..close.end;
        match expr {
            Expr { kind: Kind::Selector(selector), .. } if !is_subquery => {
                if selector.range.is_some() {
                    return Err(Mistake::new(place, "a second range", "leave one of them out"));
                }
                if selector.offset.is_some() || selector.at.is_some() {
                    let written = self.piece(&place);
                    let what = "the range stands before `offset` and `@`";
                    return Err(Mistake::new(place, what, format!("move {written} to the name")));
                }
                Ok(Expr::new(span, Kind::Selector(Selector { range: Some(range), ..selector })))
            }
            inner => {
                if !is_subquery {
                    let written = format!("[{}:]", self.piece(&range));
                    let what = "only series have a range; of an expression it is asked with a colon";
                    self.foreign.push(Mistake::new(place.clone(), what, written));
                }
                self.node(span, Kind::Subquery(Subquery { inner: Box::new(inner), range, offset: None }), &place)
            }
        }
    }

    fn no_range(&self, open: &Span) -> Mistake {
        let here = self.here();
        let rest = self.text.get(open.start..).unwrap_or_default();
        if rest.starts_with("[$") || rest.starts_with("[[") {
            let end = rest.find(']').map_or(self.text.len(), |at| open.start + at + 1);
            let what = format!("`{}` is filled in by a dashboard, not by the server", self.piece(&(open.start..end)));
            return Mistake::new(open.start..end, what, "write a range: [5m]");
        }
        match self.peek() {
            None => Mistake::new(open.clone(), "`[` is never closed", "for example [5m]"),
            Some(_) => Mistake::new(here.clone(), format!("`{}` is no duration", self.piece(&here)), "for example 5m"),
        }
    }

    fn offset(&mut self, expr: Expr) -> Res<Expr> {
        let word = self.take_span();
        if matches!(self.peek(), Some(Token::Op(Op::Subtract | Op::Add))) {
            self.at += 1;
        }
        let span = self.here();
        if self.peek() != Some(Token::Number) {
            return Err(Mistake::new(word, "`offset` needs to know how long ago", "offset 1h"));
        }
        self.at += 1;
        self.duration(&span)?;
        let whole = expr.span.start..span.end;
        match expr {
            Expr { kind: Kind::Selector(selector), .. } => {
                if selector.offset.is_some() {
                    return Err(Mistake::new(word, "a second `offset`", "leave one of them out"));
                }
                Ok(Expr::new(whole, Kind::Selector(Selector { offset: Some(span), ..selector })))
            }
            Expr { kind: Kind::Subquery(subquery), .. } => {
                self.node(whole, Kind::Subquery(Subquery { offset: Some(span), ..subquery }), &word)
            }
            other => {
                let what = "`offset` stands behind a selector, not behind an expression";
                self.foreign.push(Mistake::new(word, what, "move it into the parentheses"));
                Ok(Expr { span: whole, ..other })
            }
        }
    }

    fn at_time(&mut self, expr: Expr) -> Res<Expr> {
        let sign = self.take_span();
        if matches!(self.peek(), Some(Token::Op(Op::Subtract | Op::Add))) {
            self.at += 1;
        }
        let span = self.here();
        let is_edge = self.is_word(&["start", "end"]) && self.ahead(1) == Some(Token::Open(Bracket::Round));
        if is_edge {
            self.at += 1;
            let open = self.take_span();
            self.close(Bracket::Round, &open)?;
        } else if self.peek() == Some(Token::Number) {
            self.at += 1;
            self.moment(&span)?;
        } else {
            return Err(Mistake::new(sign, "`@` needs a time", "Unix seconds, start() or end()"));
        }
        let whole = expr.span.start..self.before().end;
        match expr {
            Expr { kind: Kind::Selector(selector), .. } => {
                Ok(Expr::new(whole, Kind::Selector(Selector { at: Some(span), ..selector })))
            }
            Expr { kind: Kind::Subquery(_), .. } => Ok(Expr { span: whole, ..expr }),
            other => {
                let what = "`@` stands behind a selector, not behind an expression";
                self.foreign.push(Mistake::new(sign, what, "move it into the parentheses"));
                Ok(Expr { span: whole, ..other })
            }
        }
    }

    /// A time in Unix seconds, within what clocks can say.
    fn moment(&mut self, span: &Span) -> Res<()> {
        const LAST: f64 = 253_402_300_800.0;
        let value = self.number(span)?;
        if (0.0..LAST).contains(&value) {
            return Ok(());
        }
        Err(Mistake::new(span.clone(), format!("`{}` is no time", self.piece(span)), "Unix seconds"))
    }
}

impl Test {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Test::Equal => "=",
            Test::Unequal => "!=",
            Test::Matches => "=~",
            Test::Differs => "!~",
        }
    }
}

impl Matcher {
    /// Whether a series without the label fits too.
    pub fn takes_empty(&self) -> bool {
        let matches = || compiled(&self.value).is_ok_and(|pattern| pattern.is_match(""));
        match self.test {
            Test::Equal => self.value.is_empty(),
            Test::Unequal => !self.value.is_empty(),
            Test::Matches => matches(),
            Test::Differs => !matches(),
        }
    }
}

/// Servers refuse a selector that fits every series.
fn selects_something(selector: &Selector, span: Span) -> Res<()> {
    if selector.matchers.iter().any(|matcher| !matcher.takes_empty()) {
        return Ok(());
    }
    let what = match selector.matchers.is_empty() {
        true => "empty braces ask for every series",
        false => "this asks for every series: none of the matchers needs its label to be there",
    };
    Err(Mistake::new(span, what, "name a metric, or a label's value"))
}

fn compiled(pattern: &str) -> Result<regex::Regex, regex::Error> {
    regex::RegexBuilder::new(&format!("^(?s:{pattern})$")).size_limit(PATTERN).build()
}

/// A regular expression must be one. Two things are known to Go and not to this engine; they pass.
fn pattern(text: &str, span: &Span) -> Res<()> {
    match compiled(text) {
        Ok(_) => Ok(()),
        Err(_) if text.contains("\\Q") || text.contains("\\C") || text.contains('{') => Ok(()),
        Err(regex::Error::CompiledTooBig(_)) => {
            Err(Mistake::new(span.clone(), "the pattern is too big", "ask for fewer values"))
        }
        Err(error) => {
            let said = error.to_string();
            let why = said.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            let remedy =
                if text.starts_with('*') { "any text is `.*`" } else { "a sign that means itself is written \\\\." };
            Err(Mistake::new(span.clone(), format!("no regular expression: {why}"), remedy))
        }
    }
}
