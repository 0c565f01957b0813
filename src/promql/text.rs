//! As much of PromQL's shape as is needed to read a unit or to take an alert's threshold off: tokens with their depth.
//! No judgement about safety or validity is made here.

use std::ops::Range;

/// A piece of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A metric, function or keyword.
    Word,
    /// A number or duration.
    Number,
    /// A quoted string.
    Text,
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// `,`.
    Comma,
    /// `{..}` as a whole.
    Selector,
    /// `[..]` as a whole.
    Window,
    /// An operator that compares.
    Comparison,
    /// Any other sign.
    Sign,
}

/// A token, where it stands, and how many parentheses enclose it.
#[derive(Clone, Debug)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) span: Range<usize>,
    pub(super) depth: usize,
}

/// Splits an expression; `None` when quotes or brackets do not close.
pub(super) fn lex(text: &str) -> Option<Vec<Lexeme>> {
    let bytes = text.as_bytes();
    let (mut lexemes, mut at, mut depth) = (Vec::new(), 0, 0usize);
    while at < bytes.len() {
        let start = at;
        let token = match bytes[at] {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'#' => {
                at = text[at..].find('\n').map_or(bytes.len(), |end| at + end);
                continue;
            }
            b'"' | b'\'' | b'`' => {
                at = quoted(bytes, at)?;
                Token::Text
            }
            b'{' => {
                at = enclosed(bytes, at, b'}')?;
                Token::Selector
            }
            b'[' => {
                at = enclosed(bytes, at, b']')?;
                Token::Window
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b':' => {
                at += run(&bytes[at..], |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':'));
                Token::Word
            }
            b'0'..=b'9' | b'.' => {
                at = number(bytes, at);
                Token::Number
            }
            other => {
                let pair = bytes.get(at + 1) == Some(&b'=');
                let (token, length) = match other {
                    b'(' => (Token::Open, 1),
                    b')' => (Token::Close, 1),
                    b',' => (Token::Comma, 1),
                    b'>' | b'<' => (Token::Comparison, 1 + usize::from(pair)),
                    b'=' | b'!' if pair => (Token::Comparison, 2),
                    _ => (Token::Sign, text[at..].chars().next().map_or(1, char::len_utf8)),
                };
                at += length;
                token
            }
        };
        if token == Token::Close {
            depth = depth.checked_sub(1)?;
        }
        lexemes.push(Lexeme { token, span: start..at, depth });
        if token == Token::Open {
            depth += 1;
        }
    }
    (depth == 0).then_some(lexemes)
}

fn run(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|b| belongs(**b)).count()
}

fn number(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(b) = bytes.get(at) {
        let exponent = matches!(b, b'+' | b'-')
            && matches!(bytes[at - 1], b'e' | b'E')
            && bytes[start..at - 1].iter().all(|b| b.is_ascii_digit() || *b == b'.');
        if !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_') || exponent) {
            break;
        }
        at += 1;
    }
    at
}

/// The end of the string that starts here.
fn quoted(bytes: &[u8], start: usize) -> Option<usize> {
    let quote = bytes[start];
    let mut at = start + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' if quote != b'`' => at += 2,
            b if b == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// The end of the braces or brackets that start here; strings inside may hold anything.
fn enclosed(bytes: &[u8], start: usize, close: u8) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match *bytes.get(at)? {
            b'"' | b'\'' | b'`' => at = quoted(bytes, at)?,
            b if b == close => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// What an alerting expression measures: itself without its comparison (`> 0.05`), without the conditions joined to it
/// by `and`, `or`, `unless`, and without parentheses around the whole.
pub fn measured(expression: &str) -> &str {
    let mut text = expression.trim();
    while let Some(inner) = step_in(text) {
        text = inner.trim();
    }
    text
}

fn step_in(text: &str) -> Option<&str> {
    let lexemes = lex(text)?;
    let top = |lexeme: &&Lexeme| lexeme.depth == 0;
    if let Some(join) = lexemes.iter().filter(top).find(|lexeme| is_set_operator(&text[lexeme.span.clone()])) {
        return (join.span.start > 0).then(|| &text[..join.span.start]);
    }
    if let Some(comparison) = lexemes.iter().filter(top).find(|lexeme| lexeme.token == Token::Comparison) {
        let (left, right) = (&text[..comparison.span.start], &text[comparison.span.end..]);
        let right = right.trim_start();
        let right = right.strip_prefix("bool").filter(|rest| rest.starts_with([' ', '(', '\n'])).unwrap_or(right);
        let shorter = if is_constant(left) { right } else { left };
        return (!shorter.trim().is_empty()).then_some(shorter);
    }
    let whole = lexemes.first()?.token == Token::Open
        && lexemes.iter().skip(1).position(|lexeme| lexeme.depth == 0) == Some(lexemes.len() - 2);
    whole.then(|| &text[lexemes[0].span.end..lexemes[lexemes.len() - 1].span.start])
}

fn is_set_operator(word: &str) -> bool {
    ["and", "or", "unless"].iter().any(|operator| word.eq_ignore_ascii_case(operator))
}

/// Whether an expression is arithmetic on numbers alone.
pub(super) fn is_constant(text: &str) -> bool {
    lex(text).is_some_and(|lexemes| {
        !lexemes.is_empty()
            && lexemes.iter().all(|lexeme| match lexeme.token {
                Token::Number | Token::Sign | Token::Open | Token::Close => true,
                Token::Word | Token::Text | Token::Comma | Token::Selector | Token::Window | Token::Comparison => false,
            })
    })
}

/// The expression on one line, blanks outside strings and selectors folded.
pub fn one_line(expression: &str) -> String {
    let Some(lexemes) = lex(expression) else { return expression.trim().to_owned() };
    let (mut line, mut end) = (String::new(), 0);
    for lexeme in lexemes {
        if lexeme.span.start > end && !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&expression[lexeme.span.clone()]);
        end = lexeme.span.end;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_threshold_comes_off_and_nothing_else() {
        for (alert, series) in [
            ("service:http_errors:ratio > 0.05", "service:http_errors:ratio"),
            (
                "sum by (a) (rate(x{code!~\"5..\"}[30s])) / sum(y) >= 1e-3",
                "sum by (a) (rate(x{code!~\"5..\"}[30s])) / sum(y)",
            ),
            ("(a / (b > 0)) > bool 0.5", "a / (b > 0)"),
            ("0.2 < rate(x[5m])", "rate(x[5m])"),
            ("x{path=\"a > 1 and {\"} == 0", "x{path=\"a > 1 and {\"}"),
            ("(a > 5 and on (pod) b < 3) or c", "a"),
            ("sum(x) by (service) < 1 unless y", "sum(x) by (service)"),
            ("absent(up{job='x > 1'})", "absent(up{job='x > 1'})"),
            ("a > b", "a"),
            ("up", "up"),
            ("rate(orders_total[5m] offset 1d) < 0.5 * rate(orders_total[5m])", "rate(orders_total[5m] offset 1d)"),
            ("a > (", "a > ("),
            ("> 5", "> 5"),
            ("", ""),
        ] {
            assert_eq!(measured(alert), series, "{alert}");
        }
    }

    #[test]
    fn folding_keeps_strings() {
        assert_eq!(one_line("sum by (a)\n  (x{b=\"c  d\"})\t> 1 # why"), "sum by (a) (x{b=\"c  d\"}) > 1");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[a-z0-9:> <=!(){}\\[\\]\"'`#,.*/é\n\\\\-]{0,60}") {
            let inner = measured(&text);
            prop_assert!(text.contains(inner));
            one_line(&text);
        }
    }
}
