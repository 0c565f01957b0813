//! Words that mean something else than they look like: `r\m`, `$'\x72m'`, `{rm,-rf,x}`. The card shows them as they run.

use std::ops::Range;

use super::findings::Findings;
use super::value::Value;

/// Words shown decoded.
const MOST: usize = 12;

impl Findings {
    /// Words of the text that quoting, escapes or braces disguise, as written and as they run, in order.
    pub fn decoded(&self, text: &str) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        for words in &self.calls {
            let mut at = 0;
            while let Some(word) = words.get(at) {
                let same: Vec<&Value> = words[at..].iter().take_while(|other| other.span == word.span).collect();
                let first = at == 0;
                at += same.len().max(1);
                let means: Option<Vec<&str>> = same.iter().map(|value| value.exact()).collect();
                let (Some(written), Some(means)) = (written(text, &word.span), means) else { continue };
                let pair = (written.to_owned(), means.join(" "));
                if is_disguised(written, &means, first) && !found.contains(&pair) && found.len() < MOST {
                    found.push(pair);
                }
            }
        }
        found
    }
}

fn written<'t>(text: &'t str, span: &Range<usize>) -> Option<&'t str> {
    text.get(span.clone()).filter(|written| !written.is_empty())
}

/// Whether a word reads as another than it is: plain quotes around the whole of it disguise nothing, but in the name of
/// what runs every quote does. Words of a text inside another word share its place and are plain where it holds them.
fn is_disguised(written: &str, means: &[&str], name: bool) -> bool {
    let [one] = means else {
        let inside = written.starts_with(['\'', '"']) || written.contains(' ');
        return !inside && written.contains('{');
    };
    if written == *one {
        return false;
    }
    let whole = ['\'', '"'].iter().any(|quote| written == format!("{quote}{one}{quote}"));
    match name {
        true => written.len() <= one.len() + 2 || !written.contains(one),
        false => !whole && !written.contains(one),
    }
}

#[cfg(test)]
mod tests {
    use crate::actions::Tables;
    use crate::actions::shell::examine;

    fn decoded(text: &str) -> Vec<String> {
        let found = examine(text, &Tables::builtin().unwrap());
        found.decoded(text).into_iter().map(|(written, means)| format!("{written} -> {means}")).collect()
    }

    #[test]
    fn what_looks_like_another_word_is_decoded() {
        assert_eq!(decoded(r"r\m -rf x"), [r"r\m -> rm"]);
        assert_eq!(decoded(r"$'\x72m' -rf x"), [r"$'\x72m' -> rm"]);
        assert_eq!(decoded("r''m x"), ["r''m -> rm"]);
        assert_eq!(decoded("{rm,-rf,x}"), ["{rm,-rf,x} -> rm -rf x"]);
        assert_eq!(decoded(r"ls --co'l'or"), ["--co'l'or -> --color"]);
        assert_eq!(decoded(r"ls $'\x2da'"), [r"$'\x2da' -> -a"]);
    }

    #[test]
    fn plain_words_are_not() {
        for text in ["rm -rf x", "grep 'a b' file", "bash -c 'rm x'", "ssh db1 \"df -h\"", "echo \"$HOME\"", "ls *.log"]
        {
            assert!(decoded(text).is_empty(), "{text}: {:?}", decoded(text));
        }
    }
}
