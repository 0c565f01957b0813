//! `level=info msg="request done" status=200`: pairs and nothing but pairs.

use super::fields::Parsed;

/// Reads a line of pairs. Two pairs are the least, and every word must be one, so that prose with an `=` in it is not
/// taken for this.
pub(super) fn parse(line: &str) -> Option<Parsed> {
    let mut parsed = Parsed::default();
    let mut rest = line.trim();
    let mut count = 0;
    while !rest.is_empty() {
        let (key, after) = key(rest)?;
        let (value, after) = value(after)?;
        parsed.field(key, &value);
        count += 1;
        rest = after.trim_start();
    }
    (count >= 2).then_some(parsed)
}

fn key(text: &str) -> Option<(&str, &str)> {
    let (key, rest) = text.split_once('=')?;
    let good = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | '@');
    (!key.is_empty() && key.chars().all(good)).then_some((key, rest))
}

/// A bare or quoted value and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(inside) = text.strip_prefix('"') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return Some((value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut escaped = false;
    for (index, c) in inside.char_indices() {
        match c {
            'n' if escaped => value.push('\n'),
            't' if escaped => value.push('\t'),
            _ if escaped => value.push(c),
            '\\' => {
                escaped = true;
                continue;
            }
            '"' => {
                let rest = inside.get(index + 1..)?;
                return (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some((value, rest));
            }
            _ => value.push(c),
        }
        escaped = false;
    }
    None
}
