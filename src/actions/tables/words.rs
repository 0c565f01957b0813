//! Lists of words and patterns as tables write them: one string, blanks between. Split once, when a table is loaded.

use serde::{Deserialize, Deserializer};

/// Words with blanks between them.
#[derive(Clone, Debug, Default)]
pub struct Words(Vec<String>);

/// Patterns with blanks between them; `*` stands for any text.
#[derive(Clone, Debug, Default)]
pub struct Globs(Vec<String>);

impl Words {
    /// Whether the word is one of them.
    pub fn has(&self, word: &str) -> bool {
        self.0.iter().any(|one| one == word)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Globs {
    /// Whether one of the patterns is the whole text.
    pub fn fit(&self, text: &str) -> bool {
        self.0.iter().any(|pattern| fits(pattern, text))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(split(&String::deserialize(deserializer)?)))
    }
}

impl<'de> Deserialize<'de> for Globs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(split(&String::deserialize(deserializer)?)))
    }
}

fn split(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Whether the pattern is the whole text; `*` stands for any text, everything else for itself.
pub fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_pattern_is_the_whole_text() {
        for (pattern, text) in
            [("a", "a"), ("*", ""), ("describe-*", "describe-x"), ("*,secret*", "cm,secrets"), ("a*b*c", "axbbc")]
        {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a", "ab"), ("a", ""), ("describe-*", "describe"), ("a*a", "a"), ("*b", "ba")] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }
}
