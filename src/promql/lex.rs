//! Splits PromQL into tokens that know where they stand. Every text has tokens: what does not close or belongs to no
//! language is a token too, so that a half-typed expression can be completed and a wrong one explained.

use std::ops::Range;

use super::tree::Op;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A metric, label, function or keyword.
    Word,
    /// A number or duration, right or wrong.
    Number,
    /// A quoted string.
    Text,
    /// A string whose quote does not close.
    Unclosed,
    /// `(`, `{` or `[`.
    Open(Bracket),
    /// `)`, `}` or `]`.
    Close(Bracket),
    /// `,`.
    Comma,
    /// `:` inside brackets.
    Colon,
    /// `@`.
    At,
    /// An operator between values.
    Op(Op),
    /// `=`, which matches labels and compares nothing.
    Assign,
    /// `=~`.
    Matches,
    /// `!~`.
    Differs,
    /// Anything else, one character of it.
    Strange,
}

/// A kind of bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    /// `()`.
    Round,
    /// `{}`.
    Brace,
    /// `[]`.
    Square,
}

/// A token and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) span: Range<usize>,
}

impl Bracket {
    /// The closing sign.
    pub(super) fn closing(self) -> char {
        match self {
            Bracket::Round => ')',
            Bracket::Brace => '}',
            Bracket::Square => ']',
        }
    }

    /// The opening sign.
    pub(super) fn opening(self) -> char {
        match self {
            Bracket::Round => '(',
            Bracket::Brace => '{',
            Bracket::Square => '[',
        }
    }
}

/// The tokens of a text; blanks and comments are left out.
pub(super) fn lex(text: &str) -> Vec<Lexeme> {
    let bytes = text.as_bytes();
    let (mut lexemes, mut at, mut square) = (Vec::new(), 0, false);
    while at < bytes.len() {
        let start = at;
        let token = match bytes[at] {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'#' => {
                at = text[at..].find('\n').map_or(bytes.len(), |end| at + end);
                continue;
            }
            b'"' | b'\'' | b'`' => match quoted(bytes, at) {
                Some(end) => {
                    at = end;
                    Token::Text
                }
                None => {
                    at = bytes.len();
                    Token::Unclosed
                }
            },
            b':' if square => {
                at += 1;
                Token::Colon
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b':' => {
                at += run(&bytes[at..], |b| b.is_ascii_alphanumeric() || b == b'_' || (b == b':' && !square));
                word_operator(&text[start..at])
            }
            b'0'..=b'9' => {
                at = number(bytes, at);
                Token::Number
            }
            b'.' if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => {
                at = number(bytes, at);
                Token::Number
            }
            _ => {
                let (token, length) = sign(&text[at..]);
                at += length;
                token
            }
        };
        match token {
            Token::Open(Bracket::Square) => square = true,
            Token::Close(Bracket::Square) => square = false,
            _ => {}
        }
        lexemes.push(Lexeme { token, span: start..at });
    }
    lexemes
}

/// Words that are operators. A metric may have the name of one; the parser decides by the place.
fn word_operator(word: &str) -> Token {
    Op::from_word(word).map_or(Token::Word, Token::Op)
}

fn sign(rest: &str) -> (Token, usize) {
    const PAIRS: [(&str, Token); 6] = [
        ("==", Token::Op(Op::Equal)),
        ("!=", Token::Op(Op::Unequal)),
        (">=", Token::Op(Op::AtLeast)),
        ("<=", Token::Op(Op::AtMost)),
        ("=~", Token::Matches),
        ("!~", Token::Differs),
    ];
    if let Some((pair, token)) = PAIRS.iter().find(|(pair, _)| rest.starts_with(pair)) {
        return (*token, pair.len());
    }
    let first = rest.chars().next().unwrap_or(' ');
    let token = match first {
        '(' => Token::Open(Bracket::Round),
        ')' => Token::Close(Bracket::Round),
        '{' => Token::Open(Bracket::Brace),
        '}' => Token::Close(Bracket::Brace),
        '[' => Token::Open(Bracket::Square),
        ']' => Token::Close(Bracket::Square),
        ',' => Token::Comma,
        '@' => Token::At,
        '=' => Token::Assign,
        '+' => Token::Op(Op::Add),
        '-' => Token::Op(Op::Subtract),
        '*' => Token::Op(Op::Multiply),
        '/' => Token::Op(Op::Divide),
        '%' => Token::Op(Op::Modulo),
        '^' => Token::Op(Op::Power),
        '>' => Token::Op(Op::Above),
        '<' => Token::Op(Op::Below),
        _ => Token::Strange,
    };
    (token, first.len_utf8())
}

fn run(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|b| belongs(**b)).count()
}

/// The end of the number or duration that starts here; letters stick to it.
fn number(bytes: &[u8], start: usize) -> usize {
    let hexadecimal = bytes[start] == b'0' && matches!(bytes.get(start + 1), Some(b'x' | b'X'));
    let mut at = start + 1;
    while let Some(b) = bytes.get(at) {
        let exponent = !hexadecimal
            && matches!(b, b'+' | b'-')
            && matches!(bytes[at - 1], b'e' | b'E')
            && bytes[start..at - 1].iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'_'));
        if !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_') || exponent) {
            break;
        }
        at += 1;
    }
    at
}

/// The end of the string that starts here.
fn quoted(bytes: &[u8], start: usize) -> Option<usize> {
    let quote = bytes[start];
    let mut at = start + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' if quote != b'`' => at += 2,
            b if b == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// What a quoted string says, its escapes read as Go reads them; what no escape is stays as it stands.
pub(super) fn unquoted(quoted: &str) -> String {
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    if quoted.starts_with('`') || !inner.contains('\\') {
        return inner.to_owned();
    }
    let (mut out, mut rest) = (String::with_capacity(inner.len()), inner.chars());
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match rest.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some(code @ ('x' | 'u' | 'U')) => {
                let digits: String = rest
                    .clone()
                    .take(match code {
                        'x' => 2,
                        'u' => 4,
                        _ => 8,
                    })
                    .collect();
                match u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32) {
                    Some(read) => {
                        out.push(read);
                        rest.by_ref().take(digits.chars().count()).for_each(drop);
                    }
                    None => out.push(code),
                }
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn colons_belong_to_names_outside_brackets_and_part_a_subquery_inside() {
        let pieces =
            |text: &str| -> Vec<String> { lex(text).iter().map(|l| text[l.span.clone()].to_owned()).collect() };
        assert_eq!(pieces("a:b:c[5m:1m]"), ["a:b:c", "[", "5m", ":", "1m", "]"]);
        assert_eq!(pieces("1e-3+0x1F-.5#x\n=~"), ["1e-3", "+", "0x1F", "-", ".5", "=~"]);
        assert_eq!(lex("'a\\'").last().map(|last| last.token), Some(Token::Unclosed));
    }

    #[test]
    fn escapes_are_read() {
        assert_eq!(unquoted(r#""a\"b\\d\x41\u00e9\n""#), "a\"b\\dAé\n");
        assert_eq!(unquoted(r"`a\d`"), r"a\d");
        assert_eq!(unquoted("\""), "");
    }

    proptest! {
        #[test]
        fn tokens_stand_in_order_on_character_boundaries(text in "\\PC{0,40}|[a-z0-9:> <=!~(){}\\[\\]\"'`#,.@é\n\\\\-]{0,60}") {
            let mut end = 0;
            for lexeme in lex(&text) {
                prop_assert!(lexeme.span.start >= end && lexeme.span.end > lexeme.span.start);
                prop_assert!(text.get(lexeme.span.clone()).is_some());
                unquoted(&text[lexeme.span.clone()]);
                end = lexeme.span.end;
            }
        }
    }
}
