//! Which series an expression asks for. Called by sources to tell the cost of a query, and by what needs a metric's name.

use std::collections::BTreeSet;

use super::parse::{parse, seconds};
use super::text::one_line;
use super::tree::{Kind, Selector, Span};

/// One selector of an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Selected {
    /// The selector alone, without range, `offset` and `@`: what the series API is asked for.
    pub text: String,
    /// Its parts.
    pub selector: Selector,
    /// How far back its range reaches, in seconds; `None` without a range, or where only the server knows.
    pub range: Option<f64>,
    /// How long ago it is asked for, in seconds.
    pub offset: Option<f64>,
}

/// The selectors of an expression in the order of the text; none for a text that is no expression.
pub fn selectors(text: &str) -> Vec<Selected> {
    let Ok(parsed) = parse(text) else { return Vec::new() };
    let mut found = Vec::new();
    parsed.tree.walk(&mut |expr| {
        if let Kind::Selector(selector) = &expr.kind
            && !selector.metric.as_ref().is_some_and(|name| parsed.templates.contains(name))
        {
            found.push(selected(text, selector));
        }
    });
    found
}

/// The metrics that an expression names, each once, in alphabetical order.
pub fn metrics(text: &str) -> Vec<String> {
    let names: BTreeSet<String> = selectors(text).into_iter().filter_map(|one| one.selector.metric).collect();
    names.into_iter().collect()
}

fn selected(text: &str, selector: &Selector) -> Selected {
    let duration = |span: &Option<Span>| {
        let written = text.get(span.clone()?)?;
        seconds(written).or_else(|| written.parse().ok())
    };
    Selected {
        text: one_line(text.get(selector.head.clone()).unwrap_or_default()),
        selector: selector.clone(),
        range: duration(&selector.range),
        offset: duration(&selector.offset),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_selector_is_found_with_what_stands_behind_it() {
        let text = "sum(rate(a{b=\"c\"}[5m] offset 1h)) / (d offset - 2m) > {e=~\"f.*\"}[30] @ end() unless g @ 5 + offset[1h30m]";
        let found: Vec<_> = selectors(text).into_iter().map(|one| (one.text, one.range, one.offset)).collect();
        let row = |text: &str, range, offset| (text.to_owned(), range, offset);
        assert_eq!(
            found,
            [
                row("a{b=\"c\"}", Some(300.0), Some(3600.0)),
                row("d", None, Some(120.0)),
                row("{e=~\"f.*\"}", Some(30.0), None),
                row("g", None, None),
                row("offset", Some(5400.0), None),
            ]
        );
        assert_eq!(metrics("a + b / a{x=\"y\"} + {\"c.d\"}"), ["a", "b", "c.d"]);
        assert!(selectors("a + (").is_empty());
    }
}
