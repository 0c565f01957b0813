//! What the parts of an expression are, and where a server would refuse them: a range where none may be, a number where
//! series are needed, arguments that do not fit. Called by `check`.

use super::functions::{self, Family, Function};
use super::mistake::{Mistake, piece};
use super::parse::Parsed;
use super::tree::{Aggregate, Binary, Call, Expr, Kind, Selector, Span};

/// What an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// One number.
    Scalar,
    /// Series, a value each.
    Instant,
    /// Series, a range of values each.
    Range,
    /// Text.
    Text,
    /// Not known: a template or a function of MetricsQL.
    Any,
}

pub(super) struct Types<'a> {
    text: &'a str,
    parsed: &'a Parsed,
    /// What Prometheus refuses and MetricsQL takes.
    pub(super) foreign: Vec<Mistake>,
}

/// The type of the whole; mistakes that every server makes a point of come as errors.
pub(super) fn check(text: &str, parsed: &Parsed) -> Result<Vec<Mistake>, Mistake> {
    let mut types = Types { text, parsed, foreign: Vec::new() };
    match types.of(&parsed.tree)? {
        Type::Range => types.bare_range(&parsed.tree),
        Type::Text => {
            let what = "a text has no values over time";
            return Err(Mistake::new(parsed.tree.span.clone(), what, "ask for a metric"));
        }
        Type::Scalar | Type::Instant | Type::Any => {}
    }
    Ok(types.foreign)
}

impl Types<'_> {
    fn of(&mut self, expr: &Expr) -> Result<Type, Mistake> {
        match &expr.kind {
            Kind::Number(_) => Ok(Type::Scalar),
            Kind::Text => Ok(Type::Text),
            Kind::Selector(selector) => Ok(self.selector(selector)),
            Kind::Subquery(subquery) => {
                let inner = self.of(&subquery.inner)?;
                if inner == Type::Range {
                    let what = "a range of a range";
                    self.foreign.push(Mistake::new(expr.span.clone(), what, "leave one of them out"));
                }
                if inner == Type::Scalar {
                    let written = format!("vector({})", piece(subquery.inner.of(self.text)));
                    self.foreign.push(Mistake::new(expr.span.clone(), "a number has no range", written));
                }
                if inner == Type::Text {
                    return Err(Mistake::new(expr.span.clone(), "a text has no range", ""));
                }
                Ok(Type::Range)
            }
            Kind::Call(call) => self.call(call, &expr.span),
            Kind::Aggregate(aggregate) => self.aggregate(aggregate, &expr.span),
            Kind::Binary(binary) => self.binary(binary),
            Kind::Signed(inner) => {
                let of = self.of(inner)?;
                match of {
                    Type::Text => Err(Mistake::new(expr.span.clone(), "a text has no sign", "")),
                    Type::Range => {
                        self.bare_range(inner);
                        Ok(Type::Instant)
                    }
                    Type::Scalar | Type::Instant | Type::Any => Ok(of),
                }
            }
            Kind::Group(inner) => self.of(inner),
            Kind::Union(parts) => {
                for part in parts {
                    self.of(part)?;
                }
                Ok(Type::Instant)
            }
        }
    }

    fn selector(&self, selector: &Selector) -> Type {
        match &selector.metric {
            Some(name) if self.parsed.templates.contains(name) => Type::Any,
            _ if selector.range.is_some() => Type::Range,
            _ => Type::Instant,
        }
    }

    fn call(&mut self, call: &Call, span: &Span) -> Result<Type, Mistake> {
        let name = self.text.get(call.name.clone()).unwrap_or_default();
        let known = functions::function(name).filter(|function| function.family != Family::Metricsql);
        let Some(function) = known.filter(|_| !self.parsed.templates.contains(name)) else {
            for argument in &call.args {
                self.of(argument)?;
            }
            return Ok(Type::Any);
        };
        self.arguments(function, &call.args, span)?;
        Ok(if function.gives == 's' { Type::Scalar } else { Type::Instant })
    }

    fn aggregate(&mut self, aggregate: &Aggregate, span: &Span) -> Result<Type, Mistake> {
        let name = self.text.get(aggregate.name.clone()).unwrap_or_default();
        match functions::aggregation(name) {
            Some(function) if function.family != Family::Metricsql => {
                self.arguments(function, &aggregate.args, span)?;
            }
            Some(_) | None => {
                for argument in &aggregate.args {
                    self.of(argument)?;
                }
            }
        }
        Ok(Type::Instant)
    }

    fn arguments(&mut self, function: &Function, args: &[Expr], span: &Span) -> Result<(), Mistake> {
        let (least, most) = function.arity();
        let name = function.name;
        let signature = function.signature();
        if args.len() < least {
            let what = match args.len() {
                0 => format!("`{name}` is given nothing"),
                given => format!("`{name}` takes {least} arguments, here are {given}"),
            };
            return Err(Mistake::new(span.clone(), what, signature));
        }
        if let (Some(most), Some(extra)) = (most, most.and_then(|most| args.get(most))) {
            let what = match most {
                0 => format!("`{name}` takes no argument"),
                1 => format!("`{name}` takes one argument"),
                _ => format!("`{name}` takes {most} arguments"),
            };
            let united = functions::aggregation(name).is_some() && most == 1;
            let mistake = Mistake::new(extra.span.clone(), what, signature.as_str());
            if !united {
                return Err(mistake);
            }
            self.foreign.push(mistake);
        }
        let mut types = Vec::new();
        for argument in args {
            types.push(self.of(argument)?);
        }
        if function.takes.starts_with('s')
            && types.first() != Some(&Type::Scalar)
            && types.get(1) == Some(&Type::Scalar)
        {
            let what = format!("the arguments of `{name}` are the wrong way round");
            return Err(Mistake::new(span.clone(), what, signature));
        }
        for (at, (argument, given)) in args.iter().zip(types).enumerate() {
            self.argument(function, at, argument, given)?;
        }
        Ok(())
    }

    fn argument(&mut self, function: &Function, at: usize, argument: &Expr, given: Type) -> Result<(), Mistake> {
        let name = function.name;
        let written = piece(argument.of(self.text));
        let place = || argument.span.clone();
        match (function.argument(at), given) {
            (Some('m'), Type::Instant) => {
                let range = match argument.bare().kind {
                    Kind::Selector(_) => format!("{name}({written}[5m])"),
                    _ => format!("{name}(({written})[5m:])"),
                };
                let whole = if function.takes == "m" { range } else { format!("{written}[5m]") };
                self.foreign.push(Mistake::new(place(), format!("`{name}` needs a range"), whole));
            }
            (Some('m'), Type::Scalar) => {
                self.foreign.push(Mistake::new(
                    place(),
                    format!("`{name}` needs series with a range"),
                    function.signature(),
                ));
            }
            (Some('v'), Type::Range) => {
                let what = format!("`{name}` takes no range");
                self.foreign.push(Mistake::new(place(), what, self.without_range(argument)));
            }
            (Some('v'), Type::Scalar) => {
                let what = format!("`{name}` needs series, not a number");
                self.foreign.push(Mistake::new(place(), what, format!("vector({written})")));
            }
            (Some('s'), Type::Instant | Type::Range) => {
                let what = format!("`{name}` needs a number here");
                self.foreign.push(Mistake::new(place(), what, format!("scalar({written})")));
            }
            (Some('t'), Type::Scalar | Type::Instant | Type::Range) => {
                let what = format!("`{name}` needs a text here");
                return Err(Mistake::new(place(), what, format!("\"{}\"", written.trim_matches('"'))));
            }
            (Some('v' | 'm' | 's'), Type::Text) => {
                return Err(Mistake::new(place(), format!("`{name}` takes no text here"), function.signature()));
            }
            _ => {}
        }
        Ok(())
    }

    fn binary(&mut self, binary: &Binary) -> Result<Type, Mistake> {
        let (left, right) = (self.of(&binary.left)?, self.of(&binary.right)?);
        let sign = binary.op.sign();
        for (side, of) in [(&binary.left, left), (&binary.right, right)] {
            match of {
                Type::Range => self.bare_range(side),
                Type::Text if left == Type::Text && right == Type::Text => {
                    let what = "texts are put together by MetricsQL only";
                    self.foreign.push(Mistake::new(binary.op_span.clone(), what, "write one text"));
                    return Ok(Type::Text);
                }
                Type::Text => {
                    let what = format!("`{sign}` takes no text");
                    return Err(Mistake::new(side.span.clone(), what, "labels are compared in braces: {job=\"api\"}"));
                }
                Type::Scalar if binary.op.joins() => {
                    let written = format!("{sign} vector({})", piece(side.of(self.text)));
                    let what = format!("`{sign}` joins series, not numbers");
                    self.foreign.push(Mistake::new(side.span.clone(), what, written));
                }
                Type::Scalar | Type::Instant | Type::Any => {}
            }
        }
        let labelled = binary.matching.as_ref().is_some_and(|matching| !matching.labels.is_empty());
        if labelled && (left == Type::Scalar || right == Type::Scalar) {
            let what = "labels are matched between series, not with a number";
            self.foreign.push(Mistake::new(binary.op_span.clone(), what, "leave `on` and `ignoring` out"));
        }
        if left == Type::Scalar && right == Type::Scalar {
            if binary.op.compares() && !binary.yields_bool {
                let what = "two numbers are compared with `bool` only";
                self.foreign.push(Mistake::new(binary.op_span.clone(), what, format!("{sign} bool")));
            }
            if !binary.op.joins() {
                return Ok(Type::Scalar);
            }
        }
        Ok(if left == Type::Any && right == Type::Any { Type::Any } else { Type::Instant })
    }

    /// A range where a value is needed.
    fn bare_range(&mut self, expr: &Expr) {
        let what = "a range is no value yet: a function has to read it";
        self.foreign.push(Mistake::new(expr.span.clone(), what, format!("rate({})", piece(expr.of(self.text)))));
    }

    fn without_range(&self, expr: &Expr) -> String {
        match &expr.bare().kind {
            Kind::Selector(Selector { range: Some(range), .. }) => {
                let (start, end) = (expr.bare().span.start, range.start.saturating_sub(1));
                let plain = piece(self.text.get(start..end).unwrap_or_default());
                format!("{plain}, or rate({})", piece(expr.of(self.text)))
            }
            _ => format!("last_over_time({})", piece(expr.of(self.text))),
        }
    }
}
