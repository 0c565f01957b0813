//! How many tokens a text may take. No tokeniser of the model is at hand, so the estimate errs high. Used by `prepare`
//! and `excerpt`.

/// Tokens that the frame of one chat message takes, at most.
pub const PER_MESSAGE: u32 = 8;

/// An estimate in tokens that errs high.
///
/// Byte-pair tokenisers spend about a token on four letters of prose, but one on every digit or two and on most
/// punctuation, and log lines are full of both: counting bytes by four would lose the end of a prompt. In twelfths of a
/// token: letter 4, digit 9, punctuation 8, blank 3, line end 8, byte outside ASCII 7.
pub fn estimate(text: &str) -> u32 {
    let twelfths: u64 = text.bytes().map(weight).sum();
    u32::try_from(twelfths.div_ceil(12)).unwrap_or(u32::MAX)
}

fn weight(byte: u8) -> u64 {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' => 4,
        b'0'..=b'9' => 9,
        b' ' => 3,
        b'\n' => 8,
        0x80.. => 7,
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_lines_cost_more_than_prose_of_the_same_length() {
        let prose = "the payments service fails because its upstream refuses the card";
        let line = "2026-11-20 02:05:21,113 ERROR [payments-1] order=8812 61ms 502x";
        assert!(estimate(line) > estimate(prose) * 3 / 2);
        assert!(estimate(prose) as usize >= prose.len() / 4);
        assert_eq!(estimate(""), 0);
    }
}
