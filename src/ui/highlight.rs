//! Code in roles: fenced blocks of an answer, JSON and YAML in Evidence, queries on a card. Panes keep the result; the
//! first call reads the grammars and takes tens of milliseconds, so the runtime calls [`warm`] off the screen's thread.

use std::sync::OnceLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use super::line::Line;
use super::theme::Role;

/// Longest text that is highlighted; a longer one comes back plain.
pub const MOST_BYTES: usize = 64 * 1024;

/// Longest line that is highlighted: grammars are slow on very long ones.
const MOST_LINE_BYTES: usize = 4 * 1024;

/// Scopes and what they mean; of those that fit the longest counts.
const MEANINGS: [(&str, Role); 11] = [
    ("comment", Role::Dim),
    ("string", Role::Literal),
    ("constant", Role::Literal),
    ("keyword", Role::Keyword),
    ("keyword.operator", Role::Operator),
    ("storage", Role::Keyword),
    ("entity.name", Role::Keyword),
    ("support.function", Role::Keyword),
    ("variable.function", Role::Keyword),
    ("punctuation.separator", Role::Operator),
    ("punctuation.definition.variable", Role::Operator),
];

/// Words of PromQL that are no metric names.
const PROMQL: [&str; 33] = [
    "sum",
    "min",
    "max",
    "avg",
    "count",
    "stddev",
    "topk",
    "bottomk",
    "quantile",
    "by",
    "without",
    "on",
    "ignoring",
    "offset",
    "group_left",
    "group_right",
    "and",
    "or",
    "unless",
    "bool",
    "rate",
    "irate",
    "increase",
    "delta",
    "histogram_quantile",
    "absent",
    "changes",
    "resets",
    "label_replace",
    "sum_over_time",
    "avg_over_time",
    "max_over_time",
    "count_values",
];

struct Grammars {
    set: SyntaxSet,
    meanings: Vec<(Scope, Role)>,
    /// The key of an object, which is a string to the grammar.
    key: Option<Scope>,
}

/// Reads the grammars, so that the first [`code`] does not wait for them.
pub fn warm() {
    let _ = grammars();
}

/// Code as lines, each in roles. A language that is not known, a text over [`MOST_BYTES`] and very long lines come back
/// plain. The lines hold the same text as `text.split('\n')`, a last empty line left out.
pub fn code(text: &str, language: &str) -> Vec<Line> {
    let lines = text.strip_suffix('\n').unwrap_or(text).split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    if text.len() > MOST_BYTES {
        return lines.map(|line| Line::of(line, Role::Text)).collect();
    }
    let language = language.trim().to_ascii_lowercase();
    if matches!(language.as_str(), "promql" | "logs" | "logfmt") {
        return lines.map(query).collect();
    }
    let Some(syntax) = grammar(&language) else {
        return lines.map(|line| Line::of(line, Role::Text)).collect();
    };
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    lines.map(|line| highlighted(line, &mut state, &mut stack)).collect()
}

fn grammars() -> &'static Grammars {
    static GRAMMARS: OnceLock<Grammars> = OnceLock::new();
    GRAMMARS.get_or_init(|| {
        let scope = |(name, role): (&str, Role)| Scope::new(name).ok().map(|scope| (scope, role));
        let meanings = MEANINGS.into_iter().filter_map(scope).collect();
        let key = Scope::new("meta.structure.dictionary.key").ok();
        Grammars { set: SyntaxSet::load_defaults_newlines(), meanings, key }
    })
}

fn grammar(language: &str) -> Option<&'static SyntaxReference> {
    let token = match language {
        "" | "text" | "txt" => return None,
        "shell" | "console" | "zsh" => "sh",
        "postgres" | "postgresql" | "mysql" | "psql" => "sql",
        "jsonl" | "ndjson" => "json",
        other => other,
    };
    grammars().set.find_syntax_by_token(token)
}

fn highlighted(line: &str, state: &mut ParseState, stack: &mut ScopeStack) -> Line {
    if line.len() > MOST_LINE_BYTES {
        return Line::of(line, Role::Text);
    }
    let all = grammars();
    let Ok(changes) = state.parse_line(&format!("{line}\n"), &all.set) else {
        return Line::of(line, Role::Text);
    };
    let mut out = Line::new();
    let mut from = 0;
    for (at, change) in changes {
        let at = at.min(line.len());
        if let Some(piece) = line.get(from..at).filter(|piece| !piece.is_empty()) {
            out.push(piece, meaning(stack, all));
            from = at;
        }
        if stack.apply(&change).is_err() {
            break;
        }
    }
    if let Some(piece) = line.get(from..) {
        out.push(piece, meaning(stack, all));
    }
    out
}

/// What the innermost scope that means something means.
fn meaning(stack: &ScopeStack, all: &Grammars) -> Role {
    let innermost = stack.as_slice().iter().rev();
    if innermost.clone().take(3).any(|scope| all.key.is_some_and(|key| key.is_prefix_of(*scope))) {
        return Role::Keyword;
    }
    for scope in innermost {
        let fits = all.meanings.iter().filter(|(prefix, _)| prefix.is_prefix_of(*scope));
        if let Some((_, role)) = fits.max_by_key(|(prefix, _)| prefix.len()) {
            return *role;
        }
    }
    Role::Text
}

/// Queries, whose languages the grammars do not know: strings, numbers, operators and the words of PromQL.
fn query(line: &str) -> Line {
    let mut out = Line::new();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '.');
        let (length, role) = match c {
            '"' | '\'' | '`' => (quoted(rest, c), Role::Literal),
            '#' => (rest.len(), Role::Dim),
            _ if c.is_ascii_digit() => (rest.find(|c| !word(c)).unwrap_or(rest.len()), Role::Literal),
            _ if word(c) => {
                let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
                (length, if PROMQL.contains(&&rest[..length]) { Role::Keyword } else { Role::Text })
            }
            _ if c.is_whitespace() => (c.len_utf8(), Role::Text),
            _ => (c.len_utf8(), Role::Operator),
        };
        out.push(&rest[..length], role);
        rest = &rest[length..];
    }
    out
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::CleanText;

    fn spans(text: &str, language: &str) -> Vec<(String, Role)> {
        let lines = code(text, language);
        lines.iter().flat_map(|line| line.spans()).map(|span| (span.text.to_string(), span.role)).collect()
    }

    fn role(text: &str, language: &str, piece: &str) -> Role {
        let spans = spans(text, language);
        spans.iter().find(|(shown, _)| shown.contains(piece)).unwrap_or_else(|| panic!("{piece} in {spans:?}")).1
    }

    #[test]
    fn shell_json_sql_and_queries_show_their_parts() {
        assert_eq!(role("kubectl get pods -n 'shop' | wc -l", "sh", "shop"), Role::Literal);
        assert_eq!(role("kubectl get pods | wc -l", "sh", "kubectl"), Role::Keyword);
        assert_eq!(role("kubectl get pods | wc -l", "bash", "|"), Role::Operator);
        assert_eq!(role("{\"code\": 502, \"ok\": \"x\"}", "json", "502"), Role::Literal);
        assert_eq!(role("{\"code\": 502, \"ok\": \"x\"}", "json", "code"), Role::Keyword);
        assert_eq!(role("{\"code\": 502, \"ok\": \"x\"}", "json", "x"), Role::Literal);
        assert_eq!(role("SELECT 1 FROM t -- why", "sql", "SELECT"), Role::Keyword);
        assert_eq!(role("SELECT 1 FROM t -- why", "sql", "why"), Role::Dim);
        let promql = "sum by (code) (rate(http_requests_total{code=~\"5..\"}[1m])) > 3";
        assert_eq!(role(promql, "promql", "rate"), Role::Keyword);
        assert_eq!(role(promql, "promql", "5.."), Role::Literal);
        assert_eq!(role(promql, "promql", "http_requests_total"), Role::Text);
        assert_eq!(role(promql, "promql", "="), Role::Operator);
    }

    #[test]
    fn what_is_unknown_or_too_long_comes_back_plain() {
        assert_eq!(spans("let x", "klingon"), [("let x".to_owned(), Role::Text)]);
        let long = "echo 'x'\n".repeat(MOST_BYTES / 9 + 1);
        assert!(code(&long, "sh").iter().all(|line| line.spans()[0].role == Role::Text));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn the_text_is_kept(text in prop_oneof!["[ -~\n]{0,120}", any::<String>()], language in prop::sample::select(vec!["sh", "json", "promql", "sql", "yaml", "x"])) {
            let expected: Vec<String> = text
                .strip_suffix('\n')
                .unwrap_or(&text)
                .split('\n')
                .map(|line| CleanText::line(line.strip_suffix('\r').unwrap_or(line)).to_string())
                .collect();
            let shown: Vec<String> = code(&text, language).iter().map(Line::text).collect();
            // Marks that the grammar parts from their base are shown apart from it.
            if text.is_ascii() && !text.contains('\u{1b}') {
                prop_assert_eq!(shown, expected);
            } else {
                prop_assert_eq!(shown.len(), expected.len());
            }
        }
    }
}
