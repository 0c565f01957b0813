//! Looks at the bytes of a command before any parser sees them. The parser is sound on ordinary text, but some shapes
//! make it slow, deep or wrong; those, and every character that hides or reorders text, are refused here with a reason.

/// Longest text that is parsed, in bytes.
pub const MAX_BYTES: usize = 8 * 1024;
/// Deepest nesting of brackets and substitutions.
const MAX_DEPTH: usize = 8;
/// Most words that open a compound command; they nest without any bracket.
const MAX_OPENERS: usize = 32;
/// Most backquotes.
const MAX_BACKQUOTES: usize = 16;
/// Longest run of digits in a place where the shell reads a number.
const MAX_DIGITS: usize = 6;

const OPENERS: [&str; 9] = ["if", "while", "until", "for", "case", "select", "function", "coproc", "time"];

/// Says why the text must not be parsed; `Ok` when it may be.
///
/// # Errors
/// One line for people.
pub fn inspect(text: &str) -> Result<(), String> {
    if text.len() > MAX_BYTES {
        return Err(format!("{} bytes long; commands over {MAX_BYTES} bytes are not read", text.len()));
    }
    if text.trim().is_empty() {
        return Err("there is no command".to_owned());
    }
    if let Some(hidden) = text.chars().find(|c| hides(*c)) {
        return Err(format!("holds the hidden or control character U+{:04X}", hidden as u32));
    }
    depth(text)?;
    let openers = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|w| OPENERS.contains(w)).count();
    if openers > MAX_OPENERS {
        return Err(format!("{openers} compound commands; over {MAX_OPENERS} are not read"));
    }
    if text.matches('`').count() > MAX_BACKQUOTES {
        return Err(format!("over {MAX_BACKQUOTES} backquotes"));
    }
    documents(text)?;
    digits(text)
}

/// A here-document whose end word is empty or would begin with `#` can make the parser gather a word without end.
fn documents(text: &str) -> Result<(), String> {
    let mut rest = text;
    while let Some(at) = rest.find("<<") {
        let opened = rest[at..].bytes().take_while(|byte| *byte == b'<').count();
        rest = &rest[at + opened..];
        let word = rest.trim_start_matches(|c: char| c == '-' || c == '\\' || c == '$' || c.is_whitespace());
        let endless = ["#", "''", "\"\""].iter().any(|start| word.starts_with(start));
        if opened > 3 || (opened == 2 && endless) {
            return Err("a here-document without an end word".to_owned());
        }
    }
    Ok(())
}

fn depth(text: &str) -> Result<(), String> {
    for (open, close) in [('(', ')'), ('{', '}'), ('[', ']')] {
        let mut depth = 0_usize;
        for c in text.chars() {
            if c == open {
                depth += 1;
            } else if c == close {
                depth = depth.saturating_sub(1);
            }
            if depth > MAX_DEPTH {
                return Err(format!("brackets nested more than {MAX_DEPTH} deep"));
            }
        }
    }
    Ok(())
}

/// File descriptors, `~+N` and `$N` overflow the parser's numbers.
fn digits(text: &str) -> Result<(), String> {
    let bytes = text.as_bytes();
    let mut start = 0;
    while start < bytes.len() {
        let length = bytes[start..].iter().take_while(|b| b.is_ascii_digit()).count();
        if length > MAX_DIGITS {
            let before = bytes[..start].iter().rev().find(|b| !b"+-{#!".contains(b));
            let after = bytes.get(start + length);
            if matches!(before, Some(b'~' | b'$')) || matches!(after, Some(b'<' | b'>')) {
                return Err(format!("a number of {length} digits where the shell reads a descriptor or an index"));
            }
        }
        start += length.max(1);
    }
    Ok(())
}

/// Whether the character may act on a terminal, is drawn as nothing, reorders text, or is a blank that is no blank.
pub fn hides(c: char) -> bool {
    let code = c as u32;
    match c {
        '\n' | '\t' => false,
        _ if code < 0x20 || code == 0x7f => true,
        _ if code < 0x80 => false,
        _ => {
            c.is_whitespace()
                || matches!(code,
                    0x80..=0xa0 | 0xad | 0x34f | 0x61c | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f
                    | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x2800 | 0x3164 | 0xe000..=0xf8ff
                    | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xffff | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a
                    | 0xe0000..=0x10ffff)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_commands_pass() {
        for text in [
            "cat <<EOF\nx\nEOF",
            "cat <<'E'\nx\nE",
            "cat <<< 'x'",
            "df -h",
            "echo 'größe'",
            "awk '{print $1}' f",
            "a\nb\tc",
            "seq 1000000000 > /dev/null",
        ] {
            assert_eq!(inspect(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn a_document_without_an_end_word_is_refused() {
        for text in ["a<<''<<#''e", "cat <<- \"\"\n", "cat << # x", "<e<<<<<''", "<<'' ;\\\n#"] {
            assert!(inspect(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_hides_nests_or_overflows_is_refused() {
        let deep = "$(".repeat(16);
        let braces = "{".repeat(3000);
        let long = "x".repeat(1 << 20);
        let nested = "if ".repeat(2000);
        for text in [
            "",
            " \n",
            "ls\r",
            "ls\u{a0}-l",
            "ls \u{202e}",
            "l\u{200b}s",
            "ls \u{e0041}",
            "ls\0",
            "ls \u{9b}2J",
            "99999999999>x",
            "echo ~+99999999999",
            "echo ${99999999999}",
            &deep,
            &braces,
            &long,
            &nested,
        ] {
            assert!(inspect(text).is_err(), "{}", &text[..text.len().min(20)]);
        }
    }
}
