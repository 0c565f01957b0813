//! A bare PromQL selector, `name{label="value", other=~"re.*"}`, which a recording can answer without an engine.

use regex::Regex;

use crate::domain::Series;

/// A selector: a metric name, label matchers, or both.
#[derive(Debug)]
pub(super) struct Selector {
    name: Option<String>,
    matchers: Vec<(String, Match)>,
}

#[derive(Debug)]
enum Match {
    Is(String),
    IsNot(String),
    Like(Regex),
    NotLike(Regex),
}

/// Longest selector looked at, in bytes.
const LONGEST: usize = 4096;

impl Selector {
    /// Reads a selector; `None` for anything else (functions, operators, ranges, a regex that does not compile).
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > LONGEST {
            return None;
        }
        let open = text.find('{').unwrap_or(text.len());
        let (name, rest) = text.split_at(open);
        let name = name.trim();
        if !name.is_empty() && !is_name(name, true) {
            return None;
        }
        let matchers = match rest.strip_prefix('{') {
            None => Vec::new(),
            Some(inside) => matchers(inside.strip_suffix('}')?)?,
        };
        if name.is_empty() && matchers.is_empty() {
            return None;
        }
        Some(Self { name: (!name.is_empty()).then(|| name.to_owned()), matchers })
    }

    /// Whether a recorded raw series is selected. Series without `__name__` are results of expressions, never selected.
    pub(super) fn selects(&self, series: &Series) -> bool {
        let label = |name: &str| series.labels.get(name).map_or("", |value| value.as_str());
        let named = label("__name__");
        !named.is_empty()
            && self.name.as_ref().is_none_or(|name| name == named)
            && self.matchers.iter().all(|(name, test)| test.accepts(label(name)))
    }
}

impl Match {
    fn accepts(&self, value: &str) -> bool {
        match self {
            Match::Is(text) => value == text,
            Match::IsNot(text) => value != text,
            Match::Like(pattern) => pattern.is_match(value),
            Match::NotLike(pattern) => !pattern.is_match(value),
        }
    }
}

fn matchers(mut rest: &str) -> Option<Vec<(String, Match)>> {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Some(found);
        }
        let operator = rest.find(['=', '!'])?;
        let (label, after) = rest.split_at(operator);
        let label = label.trim();
        if !is_name(label, false) {
            return None;
        }
        let sign = ["=~", "!~", "!=", "="].into_iter().find(|sign| after.starts_with(sign))?;
        let (value, after) = quoted(after.get(sign.len()..)?.trim_start())?;
        let pattern = || Regex::new(&format!("^(?:{value})$")).ok();
        let test = match sign {
            "=~" => Match::Like(pattern()?),
            "!~" => Match::NotLike(pattern()?),
            "!=" => Match::IsNot(value),
            _ => Match::Is(value),
        };
        found.push((label.to_owned(), test));
        let after = after.trim_start();
        rest = match after.strip_prefix(',') {
            Some(more) => more,
            None if after.is_empty() => after,
            None => return None,
        };
    }
}

/// A quoted string with its escapes taken out, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((place, c)) = chars.next() {
        if c == quote {
            return Some((value, text.get(place + 1..)?));
        }
        if c == '\\' && quote != '`' {
            match chars.next()?.1 {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                other => value.push(other),
            }
        } else {
            value.push(c);
        }
    }
    None
}

fn is_name(text: &str, colons: bool) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || (colons && c == ':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CleanText, SourceId, series::Unit};

    fn series(labels: &[(&str, &str)]) -> Series {
        Series {
            source: SourceId::new("recording"),
            query: CleanText::default(),
            title: CleanText::default(),
            unit: Unit::Number,
            labels: labels.iter().map(|(k, v)| (CleanText::line(k), CleanText::line(v))).collect(),
            samples: Vec::new(),
        }
    }

    #[test]
    fn selectors_select_as_prometheus_does() {
        let up = series(&[("__name__", "up"), ("job", "shop"), ("service", "payments")]);
        for yes in [
            "up",
            " up{} ",
            "up{job=\"shop\"}",
            "up{ job = 'shop' , }",
            "up{service=~\"pay.*\",missing=\"\"}",
            "{__name__=\"up\"}",
            "up{job!=\"node\",service!~\"cart|frontend\"}",
        ] {
            assert!(Selector::parse(yes).unwrap().selects(&up), "{yes}");
        }
        for no in ["down", "up{job=\"sho\"}", "up{service=~\"pay\"}", "up{job!~\"shop\"}", "up{missing!=\"\"}"] {
            assert!(!Selector::parse(no).unwrap().selects(&up), "{no}");
        }
        assert!(!Selector::parse("{service=\"payments\"}").unwrap().selects(&series(&[("service", "payments")])));
    }

    #[test]
    fn anything_but_a_bare_selector_is_refused() {
        for text in [
            "",
            "{}",
            "rate(up[1m])",
            "up[5m]",
            "up > 0",
            "up{job=shop}",
            "up{job=~\"(\"}",
            "up{",
            "up}",
            "up{a=\"b\" c}",
        ] {
            assert!(Selector::parse(text).is_none(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_stops_the_reading(text in "[a-z_:{}=!~\"'`\\\\,() é]{0,40}") {
            let _ = Selector::parse(&text);
        }
    }
}
