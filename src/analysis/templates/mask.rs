//! Says of one word whether it is a value, a name that holds a value, or plain text. Called by [`super::tokens`].
//!
//! The rules look at the make-up of the word alone (digits, hexadecimal, slashes, dots), never at the log's kind.

use super::bytes::Bits;
use super::times;

/// The byte that stands for a value in a shape. Control characters of the input are blanks, so that it cannot occur there.
pub const VALUE: u8 = 0x1a;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// All of it varies.
    Value,
    /// This many bytes are constant, the rest varies.
    Prefix(usize),
    /// Text.
    Text,
}

/// The kind of a word that holds no blank, quote, bracket, comma, colon or equals sign.
///
/// `bits` is what is in it, and maybe in stops that were taken from its end.
pub fn kind(word: &[u8], bits: Bits) -> Kind {
    if bits.only(Bits::LETTER) || word.iter().all(u8::is_ascii_alphabetic) {
        return Kind::Text;
    }
    let lead = word.iter().take_while(|b| b.is_ascii_punctuation() && !matches!(b, b'/' | b'\\')).count();
    let body = &word[lead..];
    let Some(&first) = body.first() else { return Kind::Text };
    let digits = body.iter().filter(|b| b.is_ascii_digit()).count();
    if bits.has(Bits::SLASH) && is_path(word)
        || bits.has(Bits::AT) && is_address(body)
        || bits.has(Bits::STOP) && is_host(body)
    {
        return Kind::Value;
    }
    if digits == 0 {
        return Kind::Text;
    }
    if first.is_ascii_digit() || is_hexadecimal(body) {
        let sign = word[..lead].iter().all(|b| matches!(b, b'-' | b'+' | b'.' | b'$' | b'~'));
        return if sign { Kind::Value } else { Kind::Prefix(lead) };
    }
    match (digits, with_digits(body)) {
        (1, _) if is_versioned_name(body) => Kind::Text,
        (_, 0) => Kind::Value,
        (_, kept) => {
            let signs = body[..kept].iter().rev().take_while(|b| **b == b'-').count();
            Kind::Prefix(lead + if kept > signs + 1 && body[kept - signs - 1] == b'_' { kept - signs } else { kept })
        }
    }
}

/// How much of a word with digits is a name: the parts before the first part with a digit, and letters right before digits.
fn with_digits(body: &[u8]) -> usize {
    let digit = body.iter().position(u8::is_ascii_digit).unwrap_or(body.len());
    let part = body[..digit].iter().rposition(|b| b.is_ascii_punctuation()).map_or(0, |at| at + 1);
    let tail = body[part..].iter().take_while(|b| !b.is_ascii_punctuation()).count();
    let runs = body[part..part + tail].split(|b| !b.is_ascii_digit()).filter(|run| !run.is_empty()).count();
    let letters = digit - part;
    if letters >= 2 && runs == 1 && part + tail >= digit { digit } else { part }
}

/// One digit right after two letters or more (`ssh2`, `log4j`, `HttpServer2`), or a version's `v1`: a name, not a count.
fn is_versioned_name(body: &[u8]) -> bool {
    let Some(digit) = body.iter().position(u8::is_ascii_digit) else { return false };
    let letters = body[..digit].iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    letters >= 2 || body.first().is_some_and(|b| b.eq_ignore_ascii_case(&b'v'))
}

/// Six or more hexadecimal digits with dashes at most (digests, UUIDs, identifiers), or `0x` and some.
fn is_hexadecimal(body: &[u8]) -> bool {
    let bare = body.strip_prefix(b"0x").unwrap_or(body);
    let digits = bare.iter().filter(|b| b.is_ascii_hexdigit()).count();
    digits >= 6 && bare.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-')
}

fn is_path(word: &[u8]) -> bool {
    let slashes = word.iter().filter(|b| **b == b'/').count();
    let rooted = word.starts_with(b"/") && word.len() > 1 || word.starts_with(b"~/") || word.starts_with(b"./");
    let mixed = word.iter().any(|b| b.is_ascii_digit() || *b == b'.') && !word.ends_with(b"/");
    let deep = slashes >= 2 || slashes == 1 && mixed;
    rooted || deep && word.iter().any(u8::is_ascii_alphanumeric) || word.contains(&b'\\') && word.len() > 2
}

/// Something at something: mail, user at host, a Java object's identity.
fn is_address(body: &[u8]) -> bool {
    matches!(body.iter().position(|b| *b == b'@'), Some(at) if at > 0 && at + 1 < body.len())
}

/// A host's full name, by its last label.
fn is_host(body: &[u8]) -> bool {
    const LAST: [&[u8]; 14] = [
        b"com",
        b"net",
        b"org",
        b"edu",
        b"gov",
        b"io",
        b"dev",
        b"app",
        b"local",
        b"localdomain",
        b"internal",
        b"lan",
        b"corp",
        b"arpa",
    ];
    /// Those that are not also the end of a file's or a key's name.
    const COUNTRIES: [&[u8]; 19] = [
        b"cn", b"de", b"uk", b"fr", b"jp", b"nl", b"ru", b"br", b"au", b"ca", b"es", b"se", b"ch", b"kr", b"tw", b"hk",
        b"eu", b"dk", b"fi",
    ];
    const BEFORE_COUNTRY: [&[u8]; 7] = [b"com", b"co", b"net", b"org", b"edu", b"gov", b"ac"];
    if !body.contains(&b'.') || !body.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')) {
        return false;
    }
    let mut labels = body.rsplit(|b| *b == b'.');
    let (Some(last), Some(before)) = (labels.next(), labels.next()) else { return false };
    let third = labels.next().is_some();
    let country = third && (COUNTRIES.contains(&last) || last.len() == 2 && BEFORE_COUNTRY.contains(&before));
    !before.is_empty() && (LAST.contains(&last) || country)
}

/// A literal that is a value wherever a name stands before it.
pub fn is_literal(word: &[u8]) -> bool {
    const LITERALS: [&[u8]; 11] =
        [b"true", b"false", b"null", b"nil", b"none", b"undefined", b"nan", b"yes", b"no", b"on", b"off"];
    LITERALS.iter().any(|literal| word.eq_ignore_ascii_case(literal))
}

/// A truth value, which is a value wherever it stands.
pub fn is_truth(word: &[u8]) -> bool {
    matches!(word, b"true" | b"false" | b"True" | b"False" | b"TRUE" | b"FALSE")
}

/// A unit that may follow a number and changes with its size.
#[rustfmt::skip]
pub fn is_unit(word: &[u8]) -> bool {
    matches!(
        word,
        b"B" | b"KB" | b"MB" | b"GB" | b"TB" | b"PB" | b"kB" | b"KiB" | b"MiB" | b"GiB" | b"TiB" | b"K" | b"M" | b"G"
            | b"ns" | b"us" | b"ms" | b"s" | b"sec" | b"secs" | b"second" | b"seconds" | b"min" | b"mins" | b"minute"
            | b"minutes" | b"h" | b"hour" | b"hours" | b"d" | b"day" | b"days" | b"millis" | b"milliseconds" | b"msec"
            | b"byte" | b"bytes" | b"percent"
    )
}

/// Whether this word only makes sense as the continuation of a moment whose beginning was a value.
pub fn continues_time(word: &[u8]) -> bool {
    times::is_zone(word)
}
