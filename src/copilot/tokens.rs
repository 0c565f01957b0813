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

/// A text as they come in prompts, on which a server that can count is measured against the estimate. Metric samples and
/// log lines, since these are what an estimate fails on first.
pub const SAMPLE: &str = "{\"id\":\"E4\",\"kind\":\"metric\",\"query\":\"sum(rate(http_requests_total{code=~\\\"5..\\\"}[1m]))\"}\n\
    \"1: 2026-11-20T02:05:21Z 14.237109\"\n\"2: 2026-11-20T02:05:36Z 0.872501\"\n\"3: 1795140351 9.81e-05\"\n\
    \"4: 2026-11-20 02:05:21,113 ERROR [payments-1] card gateway: invalid header x-idem order=8812 trace=d2084e2b\"\n\
    \"5: 10.20.2.61 - - [20/Nov/2026:02:05:21 +0000] \\\"POST /checkout HTTP/1.1\\\" 502 167 rt=0.061\"\n";

/// How many of a model's tokens an estimated one is, from the model's own count of [`SAMPLE`]: with some margin, and
/// never less than one, since a count of one text says little about others.
pub fn weight_of(counted: usize) -> f32 {
    (counted as f32 * 1.1 / estimate(SAMPLE).max(1) as f32).clamp(1.0, 4.0)
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

    #[test]
    fn a_count_weighs_an_estimate_up_and_never_down() {
        assert_eq!(weight_of(0), 1.0);
        assert_eq!(weight_of(estimate(SAMPLE) as usize / 2), 1.0);
        assert!((weight_of(estimate(SAMPLE) as usize * 2) - 2.2).abs() < 0.01);
    }
}
