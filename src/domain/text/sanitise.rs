//! Turns text from outside into text that only shows.

use std::borrow::Cow;

/// Sanitises to one line.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    sanitise(text, false)
}

/// Sanitises, keeping line ends.
pub(super) fn block(text: &str) -> Cow<'_, str> {
    sanitise(text, true)
}

fn sanitise(text: &str, keep_lines: bool) -> Cow<'_, str> {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b) || (keep_lines && b == b'\n')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' if keep_lines => out.push('\n'),
            '\t' => out.push_str("    "),
            '\0'..'\x20' => out.extend(char::from_u32(0x2400 + c as u32)),
            '\x7f' => out.push('␡'),
            '\u{80}'..='\u{9f}' => out.push_str(&format!("\\u{{{:x}}}", c as u32)),
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}
