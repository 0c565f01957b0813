//! Cuts text at characters, never inside one. Used wherever the copilot shortens something.

/// The text's first bytes and its last bytes, as many as asked or a few less, never overlapping.
pub fn ends(text: &str, first: usize, last: usize) -> (&str, &str) {
    let head = floor(text, first);
    let tail = ceil(text, text.len().saturating_sub(last)).max(head);
    (&text[..head], &text[tail..])
}

/// The last character boundary at or before `at`.
pub fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The first character boundary at or after `at`.
pub fn ceil(text: &str, at: usize) -> usize {
    (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_is_cut() {
        let text = "aé検🚨b";
        for at in 0..20 {
            assert!(text.is_char_boundary(floor(text, at)) && floor(text, at) <= at);
            assert!(text.is_char_boundary(ceil(text, at)));
            let (head, tail) = ends(text, at, at);
            assert!(text.starts_with(head) && text.ends_with(tail) && head.len() + tail.len() <= text.len());
        }
        assert_eq!(ends(text, 2, 2), ("a", "b"));
    }
}
