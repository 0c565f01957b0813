//! Writes PromQL: selectors whose values are escaped, rates, ratios. What is written here is valid whatever an index held.

use super::family::Family;

/// A condition on a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) label: String,
    pub(super) sign: &'static str,
    pub(super) value: String,
}

impl Condition {
    pub(super) fn new(label: &str, sign: &'static str, value: impl Into<String>) -> Self {
        Self { label: label.to_owned(), sign, value: value.into() }
    }
}

/// Whether a metric can be named without quotes: the names of Prometheus before its version 3.
pub(super) fn is_metric(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == ':')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
}

/// Whether a label can be named without quotes.
pub(super) fn is_label(name: &str) -> bool {
    is_metric(name) && !name.contains(':')
}

/// `name{label="value",..}`.
pub(super) fn selector(name: &str, conditions: &[Condition]) -> String {
    if conditions.is_empty() {
        return name.to_owned();
    }
    let written = |it: &Condition| format!("{}{}\"{}\"", it.label, it.sign, escaped(&it.value));
    format!("{name}{{{}}}", conditions.iter().map(written).collect::<Vec<_>>().join(","))
}

/// A metric of a family for its subject, with further conditions.
pub(super) fn of(family: &Family<'_>, name: &str, more: &[Condition]) -> String {
    let own = Condition::new(&family.selector.0, "=", family.selector.1.as_str());
    let conditions: Vec<Condition> = std::iter::once(own).chain(more.iter().cloned()).collect();
    selector(name, &conditions)
}

/// `sum(rate(x{..}[1m]))`.
pub(super) fn rate(selector: &str, range: &str) -> String {
    format!("sum(rate({selector}[{range}]))")
}

/// One of several values: as it is, or as an expression of them all.
pub(super) fn one_of(label: &str, values: &[&str]) -> Condition {
    match values {
        [one] => Condition::new(label, "=", *one),
        many => Condition::new(label, "=~", either(many)),
    }
}

/// A regular expression for any of these values.
pub(super) fn either(values: &[&str]) -> String {
    values.iter().map(|one| quoted(one)).collect::<Vec<_>>().join("|")
}

/// A value inside double quotes.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// A value inside a regular expression, its signs meaning themselves.
fn quoted(value: &str) -> String {
    let mut quoted = String::with_capacity(value.len());
    for c in value.chars() {
        if "\\.+*?()|[]{}^$".contains(c) {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_once_as_text_and_twice_as_expressions() {
        let text = selector("up", &[Condition::new("job", "=", "a\"b\\c")]);
        assert_eq!(text, "up{job=\"a\\\"b\\\\c\"}");
        let either = selector("up", &[one_of("code", &["a.b", "c"])]);
        assert_eq!(either, "up{code=~\"a\\\\.b|c\"}");
        promql_parser::parser::parse(&either).unwrap();
        assert!(is_metric("a:b_c9") && !is_metric("9a") && !is_metric("a.b") && !is_label("a:b") && !is_metric(""));
    }
}
