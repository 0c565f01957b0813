//! The bytes that ask a terminal to copy, so that copying works over ssh and in a multiplexer. The runtime writes them.

/// Most base64 bytes that terminals are known to take in one OSC 52 sequence.
pub const MOST_ENCODED: usize = 74_994;

/// Most bytes of a sequence that GNU screen passes through in one piece.
const SCREEN_PIECE: usize = 252;

/// What stands between midwatch and the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Through {
    /// Nothing.
    Terminal,
    /// tmux, as `TMUX` says.
    Tmux,
    /// GNU screen, as `STY` says.
    Screen,
}

/// The text is too long to copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{bytes} bytes are more than the {most} a terminal takes; write them to a file instead", most = MOST_ENCODED / 4 * 3)]
pub struct TooLong {
    /// Bytes of the text.
    pub bytes: usize,
}

/// The sequence that copies a text.
///
/// In tmux it is written twice: plain for tmux itself, which takes it with `set-clipboard on`, and passed through to
/// the terminal, which needs `allow-passthrough on`. Whichever is set, the text arrives.
///
/// # Errors
/// The text is longer than a terminal takes: nothing is copied rather than a part.
pub fn osc52(text: &str, through: Through) -> Result<Vec<u8>, TooLong> {
    if text.len().div_ceil(3) * 4 > MOST_ENCODED {
        return Err(TooLong { bytes: text.len() });
    }
    let plain = format!("\x1b]52;c;{}\x07", base64(text.as_bytes()));
    let bytes = match through {
        Through::Terminal => plain,
        Through::Tmux => format!("{plain}\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")),
        Through::Screen => {
            let ascii: Vec<char> = plain.chars().collect();
            ascii.chunks(SCREEN_PIECE).map(|piece| format!("\x1bP{}\x1b\\", piece.iter().collect::<String>())).collect()
        }
    };
    Ok(bytes.into_bytes())
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit) & 63) as usize;
            out.push(if digit <= chunk.len() { char::from(DIGITS[index]) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        let encoded = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(encoded, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
        assert_eq!(base64(&[0xfb, 0xff, 0xbf]), "+/+/");
    }

    #[test]
    fn each_way_has_its_wrapping() {
        let copy = |through| String::from_utf8(osc52("hi", through).unwrap()).unwrap();
        assert_eq!(copy(Through::Terminal), "\x1b]52;c;aGk=\x07");
        assert_eq!(copy(Through::Tmux), "\x1b]52;c;aGk=\x07\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\");
        assert_eq!(copy(Through::Screen), "\x1bP\x1b]52;c;aGk=\x07\x1b\\");
        let long = osc52(&"x".repeat(1000), Through::Screen).unwrap();
        assert!(long.split(|b| *b == 0x1b).all(|piece| piece.len() <= SCREEN_PIECE + 1));
    }

    #[test]
    fn a_text_too_long_is_refused_whole() {
        assert!(osc52(&"x".repeat(56_244), Through::Terminal).is_ok());
        let error = osc52(&"x".repeat(56_248), Through::Terminal).unwrap_err();
        assert!(error.to_string().starts_with("56248 bytes are more than"), "{error}");
    }
}
