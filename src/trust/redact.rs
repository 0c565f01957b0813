//! Takes secrets out of text that is about to leave. `copilot/outgoing.rs` is its caller on the way to a model;
//! `cli redact` uses the same function. A first, modest set of rules: fixed formats, URL passwords, named values.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Replaces secrets by `[REDACTED:type:n]`; the same value gets the same number as long as the redactor lives. Its
/// values are never printed: it has no `Debug`.
#[derive(Default)]
pub struct Redactor {
    seen: HashMap<(&'static str, String), usize>,
    last: HashMap<&'static str, usize>,
}

/// One rule: the group `secret` of the pattern is what is replaced, or all of the match.
struct Rule {
    kind: &'static str,
    pattern: Regex,
}

/// Rules in the order of application: the longest and surest formats first, so that a named value does not cut them.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    PATTERNS
        .iter()
        .map(|(kind, pattern)| {
            #[expect(clippy::expect_used, reason = "constant patterns; a test below compiles them")]
            let pattern = Regex::new(pattern).expect("the pattern is valid");
            Rule { kind, pattern }
        })
        .collect()
});

/// What a rule leaves behind.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a constant pattern; the tests compile it")]
    Regex::new(r"\[REDACTED:[a-z-]+:\d+\]").expect("the pattern is valid")
});

const PATTERNS: &[(&str, &str)] = &[
    (
        "private-key",
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----(?s:.*?)-----END [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----",
    ),
    // Cut off before its end: as many lines as look like base64, numbered or escaped as they may be.
    (
        "private-key",
        r#"-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----(?:(?:\\+[rn]|[\s"]|\b\d+: )*[A-Za-z0-9+/=]{16,})*"#,
    ),
    ("jwt", r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
    ("aws-key", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    ("github-token", r"\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255})"),
    ("gitlab-token", r"\bglpat-[A-Za-z0-9_-]{16,}"),
    ("slack-token", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    ("slack-hook", r"https://hooks\.slack\.com/services/(?P<secret>[A-Za-z0-9/]+)"),
    ("google-key", r"\bAIza[A-Za-z0-9_-]{35}"),
    (
        "api-key",
        r"\b(?:sk-[A-Za-z0-9_-]{20,}|(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|hvs\.[A-Za-z0-9_-]{20,}|glsa_[A-Za-z0-9_]{20,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|npm_[A-Za-z0-9]{30,}|hf_[A-Za-z0-9]{30,})",
    ),
    ("url-password", r#"\b[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@"'<>]*:(?P<secret>[^\s/@"'<>]+)@"#),
    ("url-signature", r"[?&](?:sig|signature|X-Amz-Signature)=(?P<secret>[^&\s]{8,})"),
    ("basic-auth", r#"(?i)\bcurl\b[^\n|;]*?\s(?:-u|--user)\s+['"]?[^\s:'"]+:(?P<secret>[^\s'"]+)"#),
    ("bearer", r"(?i)\bbearer\s+(?P<secret>[A-Za-z0-9._~+/-]{8,}={0,2})(?:[^=\w]|$)"),
    ("basic-auth", r"(?i)\bbasic\s+(?P<secret>[A-Za-z0-9+/]{8,}={0,2})"),
    (
        "secret",
        r#"(?i)(?:password|passwd|passphrase|pwd|_pass|secret|account[-_]?key|token|api[-_]?key|access[-_]?key(?:[-_]?id)?|secret[-_]?key|credentials?|private[-_]?key|authorization|cookie|session[-_]?id)\\*["']?(?P<link>\s*=>\s*|\s*[=:]\s*)(?P<secret>\\*"(?:[^"\\]|\\[^"])+|'[^']+|[^\s"'\\,;&)}\]<>]+)"#,
    ),
    ("secret", r#"(?i)--(?:password|passwd|token|secret|api-key)\s+(?P<secret>[^\s"'-][^\s"']*)"#),
];

/// Values behind a secret's name that are none.
const PLAIN: &[&str] =
    &["true", "false", "null", "none", "nil", "yes", "no", "undefined", "bearer", "basic", "[redacted"];

impl Redactor {
    /// A redactor that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many different secrets it replaced so far.
    pub fn count(&self) -> usize {
        self.seen.len()
    }

    /// The text with its secrets replaced; all else stays byte for byte. Redacting twice changes nothing more.
    pub fn redact(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for rule in RULES.iter() {
            if rule.pattern.is_match(&text) {
                text = self.apply(rule, &text);
            }
        }
        text
    }

    /// Applies a rule between the placeholders that stand in the text already: no rule may read another's result.
    fn apply(&mut self, rule: &Rule, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for done in PLACEHOLDER.find_iter(text) {
            out.push_str(
                &rule
                    .pattern
                    .replace_all(&text[at..done.start()], |found: &Captures<'_>| self.replace(rule.kind, found)),
            );
            out.push_str(done.as_str());
            at = done.end();
        }
        out.push_str(&rule.pattern.replace_all(&text[at..], |found: &Captures<'_>| self.replace(rule.kind, found)));
        out
    }

    fn replace(&mut self, kind: &'static str, found: &Captures<'_>) -> String {
        let whole = found.get(0).map(|all| all.as_str()).unwrap_or_default();
        let Some(group) = found.name("secret") else { return self.placeholder(kind, whole) };
        let quote_end = group.as_str().find(|c| c != '\\' && c != '"' && c != '\'').unwrap_or(group.len());
        let (quote, value) = group.as_str().split_at(quote_end);
        let prose = found.name("link").is_some_and(|link| link.as_str().contains(": ")) && quote.is_empty();
        if kind == "secret" && !is_secret(value, prose) {
            return whole.to_owned();
        }
        let start = group.start() - found.get(0).map(|all| all.start()).unwrap_or_default();
        let end = start + group.len();
        format!("{}{quote}{}{}", &whole[..start], self.placeholder(kind, value), &whole[end..])
    }

    fn placeholder(&mut self, kind: &'static str, value: &str) -> String {
        let last = self.last.entry(kind).or_default();
        let number = *self.seen.entry((kind, value.to_owned())).or_insert_with(|| {
            *last += 1;
            *last
        });
        format!("[REDACTED:{kind}:{number}]")
    }
}

/// Whether a value behind a secret's name is one: no reference to a secret, no word of prose (`token: expired`).
fn is_secret(value: &str, prose: bool) -> bool {
    let reference = ["$", "{{", "<", "*", "/", "%", "[REDACTED"].iter().any(|mark| value.starts_with(mark));
    let plain = PLAIN.iter().any(|word| value.eq_ignore_ascii_case(word));
    let wordy = prose && value.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '.');
    !(value.is_empty() || reference || plain || wordy)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn redacted(text: &str) -> String {
        Redactor::new().redact(text)
    }

    #[test]
    fn secrets_become_typed_placeholders_and_the_rest_stays() {
        for (text, expected) in [
            ("postgres://shop:hunter22@db:5432/shop", "postgres://shop:[REDACTED:url-password:1]@db:5432/shop"),
            ("DB_PASSWORD=hunter22 HOST=db", "DB_PASSWORD=[REDACTED:secret:1] HOST=db"),
            (r#"{"api_key": "ab12cd34", "n": 1}"#, r#"{"api_key": "[REDACTED:secret:1]", "n": 1}"#),
            (r#""{\"password\":\"hunter22\"}""#, r#""{\"password\":\"[REDACTED:secret:1]\"}""#),
            ("key AKIAIOSFODNN7EXAMPLE used", "key [REDACTED:aws-key:1] used"),
            ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[REDACTED:github-token:1]"),
            ("Authorization: Bearer abcdef123456", "Authorization: Bearer [REDACTED:bearer:1]"),
            ("psql --password hunter22 -h db", "psql --password [REDACTED:secret:1] -h db"),
            ("a=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl;", "a=[REDACTED:jwt:1];"),
            ("xoxb-123456789012-abcdef", "[REDACTED:slack-token:1]"),
        ] {
            assert_eq!(redacted(text), expected);
        }
    }

    #[test]
    fn a_private_key_goes_whole_numbered_escaped_or_cut_off() {
        let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";
        for text in [
            format!("-----BEGIN RSA PRIVATE KEY-----\n{body}\n{body}\n-----END RSA PRIVATE KEY-----"),
            format!("-----BEGIN PRIVATE KEY-----\\n{body}\\n{body}\\n-----END PRIVATE KEY-----"),
            format!("\"3: -----BEGIN PRIVATE KEY-----\"\n\"4: {body}\"\n\"5: {body}\""),
        ] {
            let gone = redacted(&text);
            assert!(!gone.contains("MIIE") && gone.contains("[REDACTED:private-key:1]"), "{gone}");
        }
        let cut_off = redacted(&format!("-----BEGIN PRIVATE KEY-----\n{body}\nQuestion: why does it fail?"));
        assert!(cut_off.contains("why does it fail?"), "{cut_off}");
    }

    #[test]
    fn what_only_looks_like_a_secret_stays() {
        for text in [
            "max_tokens=4096 token_count: 12",
            "password=${DB_PASSWORD} secret: {{ vault }}",
            "invalid token: expired",
            "commit 4c97d0c21b1f3e7a9b8c7d6e5f4a3b2c1d0e9f8a sha256:e3b0c44298fc1c149afbf4c8996fb924",
            "GET http://shop.example/cart 200",
            "token=true",
        ] {
            assert_eq!(redacted(text), text);
        }
    }

    #[test]
    fn the_same_value_keeps_its_number() {
        let mut redactor = Redactor::new();
        assert_eq!(
            redactor.redact("password=aaa1 password=bbb2"),
            "password=[REDACTED:secret:1] password=[REDACTED:secret:2]"
        );
        assert_eq!(redactor.redact("password=bbb2"), "password=[REDACTED:secret:2]");
        assert_eq!(redactor.count(), 2);
    }

    proptest! {
        #[test]
        fn never_panics_and_redacting_twice_changes_nothing(text in ".{0,200}", value in "[a-z0-9]{4,12}Z9") {
            let once = redacted(&format!("{text} password={value} {text}"));
            let leak = format!("password={value}");
            prop_assert!(!once.contains(&leak));
            prop_assert_eq!(redacted(&once), once.clone());
        }
    }
}
