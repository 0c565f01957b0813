//! Query languages of metrics and log stores. No query in them changes anything, so that a text is a read exactly when
//! it is one: PromQL by its own parser, LogQL by its selector, its stages and its functions. Called by `shell/mod.rs`.

use std::iter::Peekable;
use std::str::Chars;

/// What LogQL has before a bracket.
const FUNCTIONS: &str = "rate rate_counter count_over_time bytes_over_time bytes_rate sum_over_time avg_over_time \
    max_over_time min_over_time stdvar_over_time stddev_over_time quantile_over_time first_over_time last_over_time \
    absent_over_time sum avg min max count stddev stdvar topk bottomk sort sort_desc approx_topk label_replace vector \
    by without on ignoring group_left group_right duration duration_seconds bytes ip unwrap or and unless offset bool \
    json logfmt regexp pattern";

/// Whether the text is a PromQL expression. Run it where a panic is an answer.
pub(in super::super) fn is_promql(text: &str) -> bool {
    promql_parser::parser::parse(text.trim()).is_ok()
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Text,
    Sign(char),
}

/// Whether the text is a LogQL query: at least one stream selector, brackets that close, known functions.
pub(in super::super) fn is_logql(text: &str) -> bool {
    let Some(tokens) = tokens(text) else { return false };
    let (mut open, mut selectors, mut at) = (Vec::new(), 0_usize, 0);
    while let Some(token) = tokens.get(at) {
        match token {
            Token::Sign('{') => {
                let Some(after) = selector(&tokens, at + 1) else { return false };
                selectors += 1;
                at = after;
                continue;
            }
            Token::Sign('(') => {
                let function = at.checked_sub(1).and_then(|before| tokens.get(before));
                let known = |name: &str| FUNCTIONS.split_whitespace().any(|known| known == name);
                if matches!(function, Some(Token::Word(name)) if !known(name)) {
                    return false;
                }
                open.push(')');
            }
            Token::Sign('[') => open.push(']'),
            Token::Sign(close @ (')' | ']')) => {
                if open.pop() != Some(*close) {
                    return false;
                }
            }
            Token::Sign('}') => return false,
            Token::Sign(_) | Token::Word(_) | Token::Text => {}
        }
        at += 1;
    }
    // Two words side by side only stand in a stage, and every query begins with a selector, a function or a bracket.
    let begins = match tokens.first() {
        Some(Token::Sign(sign)) => "{(".contains(*sign),
        Some(Token::Word(word)) => FUNCTIONS.split_whitespace().any(|known| known == word),
        Some(Token::Text) | None => false,
    };
    begins && selectors > 0 && open.is_empty()
}

/// `name="value", ...}`: where it ends.
fn selector(tokens: &[Token], mut at: usize) -> Option<usize> {
    loop {
        match tokens.get(at)? {
            Token::Sign('}') => return Some(at + 1),
            Token::Sign(',') => at += 1,
            Token::Word(_) => {
                at += 1;
                let signs =
                    tokens[at..].iter().take_while(|token| matches!(token, Token::Sign('=' | '!' | '~'))).count();
                if !(1..=2).contains(&signs) || tokens.get(at + signs) != Some(&Token::Text) {
                    return None;
                }
                at += signs + 1;
            }
            Token::Sign(_) | Token::Text => return None,
        }
    }
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_whitespace() => {}
            '#' => while chars.next().is_some_and(|c| c != '\n') {},
            '"' | '`' => {
                string(c, &mut chars)?;
                tokens.push(Token::Text);
            }
            c if c.is_ascii_alphanumeric() || c == '_' => {
                let mut word = String::from(c);
                while let Some(c) = chars.next_if(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':')) {
                    word.push(c);
                }
                tokens.push(Token::Word(word));
            }
            c if "{}()[],=~!|<>+-*/%^.".contains(c) => tokens.push(Token::Sign(c)),
            _ => return None,
        }
    }
    Some(tokens)
}

fn string(close: char, chars: &mut Peekable<Chars<'_>>) -> Option<()> {
    loop {
        match chars.next()? {
            '\\' if close == '"' => {
                chars.next()?;
            }
            c if c == close => return Some(()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_told_from_other_texts() {
        for text in [
            r#"{app="x"}"#,
            r#"{app="x", env!~"a|b"} |= "rm -rf" | json | status >= 500 | line_format "{{.a}}""#,
            r#"sum by (pod) (count_over_time({namespace="prod"} |= "OOM" [10m])) > 5"#,
            r#"topk(5, sum(rate({a=~".+"} | logfmt | duration > 10s [5m])) by (x))"#,
            "quantile_over_time(0.99, {a=`b`} | unwrap ms [5m]) by (x)",
            r#"{a="b"} | pattern `<ip> - <_>` | ip = ip("10.0.0.0/8") or x="y""#,
        ] {
            assert!(is_logql(text), "{text}");
        }
        for text in [
            "rm -rf /",
            "{}; rm",
            r#"{a="b"} $(id)"#,
            r#"frob({a="b"})"#,
            r#"{a="b"#,
            r#"sum({a="b"}"#,
            "",
            "x",
            r#"{a "b"}"#,
        ] {
            assert!(!is_logql(text), "{text}");
        }
        assert!(is_promql(r#"sum(rate(x{a="$(rm)"}[5m])) by (b) > 0"#));
        assert!(!is_promql("rm -rf /") && !is_promql("sum(x"));
    }
}
