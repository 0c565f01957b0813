//! What is wrong with a configuration, as text a person can act on: file, line, column, the line itself, the fix.

use std::fmt;
use std::path::PathBuf;
use std::sync::LazyLock;

use regex::Regex;

use crate::domain::CleanText;

/// Where in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// Terminal cells before what is to be underlined.
    pub indent: usize,
    /// Terminal cells to underline, at least 1.
    pub length: usize,
    /// The line itself, secrets masked.
    pub text: CleanText,
}

/// One thing that is wrong, and its fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key, `prometheus[0].url`, or empty where none is concerned.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub fix: String,
    /// Where it stands in the file, if it does.
    pub place: Option<Place>,
    /// Which flag or variable said it, if it was not the file.
    pub origin: Option<String>,
}

impl Problem {
    /// A problem with a key; its place is found later.
    pub fn new(key: impl Into<String>, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { key: key.into(), what: what.into(), fix: fix.into(), place: None, origin: None }
    }
}

/// Every problem that was found at once. Prints as a message for a person; secrets in quoted lines are masked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// The file that was read, if one was.
    pub file: Option<PathBuf>,
    /// At least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            self.write_problem(f, problem)?;
        }
        Ok(())
    }
}

impl ConfigError {
    fn write_problem(&self, f: &mut fmt::Formatter<'_>, problem: &Problem) -> fmt::Result {
        let file = self.file.as_ref().map(|path| CleanText::line(&path.display().to_string()));
        match (&problem.origin, &file, &problem.place) {
            (Some(origin), ..) => write!(f, "{origin}: ")?,
            (None, Some(file), Some(place)) => write!(f, "{file}:{}:{}: ", place.line, place.column)?,
            (None, Some(file), None) => write!(f, "{file}: ")?,
            (None, None, _) => {}
        }
        let what = CleanText::line(&problem.what);
        if problem.key.is_empty() || problem.origin.is_some() {
            write!(f, "{what}")?;
        } else {
            write!(f, "`{}`: {what}", CleanText::line(&problem.key))?;
        }
        if let (None, Some(place)) = (&problem.origin, &problem.place) {
            let gutter = place.line.to_string().len();
            write!(f, "\n  {} | {}", place.line, place.text)?;
            let (before, under) = (" ".repeat(place.indent), "^".repeat(place.length));
            write!(f, "\n  {:gutter$} | {before}{under}", "")?;
        }
        if !problem.fix.is_empty() {
            write!(f, "\n  fix: {}", CleanText::line(&problem.fix))?;
        }
        Ok(())
    }
}

/// Whether the value of the key may be a secret: never quoted in a message.
pub fn is_secret(key: &str) -> bool {
    key == "model.key" || key.contains("headers") || key.contains(".auth.")
}

/// The line with whatever may be a secret in it masked.
pub fn masked(line: &str) -> String {
    // The patterns are constants; if one were broken the whole line would be withheld, not shown.
    static SECRETS: LazyLock<Option<[Regex; 4]>> = LazyLock::new(|| {
        Some([
            Regex::new(r#"(?i)(plain:)[^"'\s,}]*"#).ok()?,
            Regex::new(r#"(?i)((?:authorization|bearer|cookie|[\w-]*(?:key|token|secret|passw)[\w-]*)["']?\s*=\s*["']?(?:(?:bearer|basic) +)?)[^"'\s][^"',}]*"#).ok()?,
            Regex::new(r"(://)[^/@\s]*@").ok()?,
            Regex::new(r#"(?i)(headers["']?\s*=\s*["']).*"#).ok()?,
        ])
    });
    let Some([plain, named, user, headers]) = SECRETS.as_ref() else { return "(line not shown)".to_owned() };
    let line = user.replace_all(line, "${1}…@");
    let line = plain.replace_all(&line, "${1}…");
    let line = headers.replace_all(&line, "${1}…");
    named
        .replace_all(&line, |found: &regex::Captures<'_>| {
            let whole = &found[0];
            let value = whole.get(found[1].len()..).unwrap_or_default();
            let named = ["env:", "keyring:", "plain:"].iter().any(|scheme| value.starts_with(scheme));
            if named || found[1].contains("_tokens") { whole.to_owned() } else { format!("{}…", &found[1]) }
        })
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_line_never_shows_a_secret_but_shows_where_one_is_looked_up() {
        let cases = [
            (r#"key = "plain:sk-123""#, r#"key = "plain:…""#),
            (r#"key = "sk-123""#, r#"key = "…""#),
            (r#"key = "env:KEY""#, r#"key = "env:KEY""#),
            (r#"headers = { Authorization = "Bearer abc" }"#, r#"headers = { Authorization = "Bearer …" }"#),
            (r#""X-Api-Key" = 'abc"#, r#""X-Api-Key" = '…"#),
            (r#"url = "http://me:pw@host/""#, r#"url = "http://…@host/""#),
            (r#"headers = "Authorization: abc""#, r#"headers = "…"#),
            (r#"name = "prom""#, r#"name = "prom""#),
            ("answer_tokens = 12", "answer_tokens = 12"),
        ];
        for (line, shown) in cases {
            assert_eq!(masked(line), shown);
        }
    }
}
