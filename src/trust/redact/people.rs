//! What belongs to people: payment cards, social security and bank account numbers, telephone numbers, mail addresses.
//! Checks decide: issuer and Luhn, area and group, the remainder of 97. Called by the redactor.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Hit;

macro_rules! pattern {
    ($name:ident, $pattern:literal) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| compiled($pattern));
    };
}

#[expect(clippy::expect_used, reason = "constant patterns; the tests of this file run them")]
fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is valid")
}

pattern!(NUMBER, r"(?-u:\b)[0-9](?:[ -]?[0-9]){11,18}(?-u:\b)");
pattern!(SOCIAL, r"(?-u:\b)([0-9]{3})[- ]([0-9]{2})[- ]([0-9]{4})(?-u:\b)");
pattern!(IBAN, r"(?-u:\b)[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?-u:\b)");
pattern!(ABROAD, r"\+[1-9][0-9]{0,2}[ .\-(]{1,2}[0-9(][0-9 ().\-/]{5,18}[0-9]|\+[1-9][0-9]{9,14}(?-u:\b)");
pattern!(
    AMERICAN,
    r"\([2-9][0-9]{2}\) ?[0-9]{3}[-. ][0-9]{4}(?-u:\b)|(?-u:\b)(?:1[-. ])?[2-9][0-9]{2}[-.][2-9][0-9]{2}[-.][0-9]{4}(?-u:\b)"
);
pattern!(
    CALLED,
    r"(?i)(?-u:\b)(?:phone|tel|telephone|mobile|msisdn|sms|fax|whatsapp|cell)(?:[ _-]?(?:number|no|nr))?[\x22']?(?: to)?[:= ]{1,3}[\x22']?(?P<number>[0-9(][0-9 ().\-/]{7,18}[0-9])"
);
pattern!(MAIL, r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)+[A-Za-z]{2,24}");

/// Last parts of names that are no domains on the internet: hosts of one's own, units of systemd, files.
const LOCAL: &[&str] = &[
    "internal",
    "local",
    "localdomain",
    "lan",
    "home",
    "svc",
    "cluster",
    "intranet",
    "private",
    "localhost",
    "consul",
    "service",
    "timer",
    "socket",
    "mount",
    "slice",
    "target",
    "scope",
    "path",
    "device",
    "swap",
    "automount",
    "js",
    "ts",
    "py",
    "go",
    "rs",
    "json",
    "yaml",
    "yml",
    "tgz",
    "png",
    "jpg",
    "svg",
    "so",
    "plt",
];

/// Numbers of people: cards, social security, bank accounts, telephones.
pub(super) fn numbers(text: &str, out: &mut Vec<Hit>) {
    for found in NUMBER.find_iter(text) {
        if is_card(found.as_str()) && !counted(text, found.range()) {
            out.push(Hit::new("card", found.range()));
        }
    }
    for found in SOCIAL.captures_iter(text) {
        let (Some(whole), area, group, serial) = (found.get(0), &found[1], &found[2], &found[3]) else { continue };
        let issued = area != "000" && area != "666" && !area.starts_with('9') && group != "00" && serial != "0000";
        let dashed = whole.as_str().matches('-').count();
        let named = text
            .get(super::formats::floor(text, whole.start().saturating_sub(24))..whole.start())
            .unwrap_or_default()
            .to_ascii_lowercase();
        if issued && loose(text, whole.range()) && (dashed == 2 || named.contains("ssn") || named.contains("social")) {
            out.push(Hit::new("ssn", whole.range()));
        }
    }
    for found in IBAN.find_iter(text) {
        if is_account(found.as_str()) {
            out.push(Hit::new("iban", found.range()));
        }
    }
    for found in ABROAD.find_iter(text) {
        let digits = found.as_str().bytes().filter(u8::is_ascii_digit).count();
        let before = text.as_bytes().get(found.start().wrapping_sub(1));
        let begins = before.is_none_or(|byte| {
            matches!(
                byte,
                b' ' | b'"' | b'\'' | b':' | b'=' | b'(' | b',' | b'\n' | b'<' | b'>' | b'/' | b'[' | b';' | b'\t'
            )
        });
        if begins && (8..=15).contains(&digits) && !counted(text, found.range()) {
            out.push(Hit::new("phone", found.range()));
        }
    }
    for found in AMERICAN.find_iter(text) {
        if loose(text, found.range()) {
            out.push(Hit::new("phone", found.range()));
        }
    }
    for found in CALLED.captures_iter(text) {
        if let Some(number) = found.name("number")
            && (9..=15).contains(&number.as_str().bytes().filter(u8::is_ascii_digit).count())
            && balanced(number.as_str())
        {
            out.push(Hit::new("phone", number.range()));
        }
    }
}

/// Mail addresses, but not `user@host` of a machine, a remote repository or a unit.
pub(super) fn mail(text: &str, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    if !text.contains('@') {
        return;
    }
    for found in MAIL.find_iter(text) {
        let (name, domain) = found.as_str().split_once('@').unwrap_or_default();
        let start = found.start() + name.len() - name.trim_start_matches(['.', '\'', '-']).len();
        let last = domain.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        let before = bytes.get(start.wrapping_sub(1));
        let after = bytes.get(found.end());
        let remote = after == Some(&b':')
            && bytes
                .get(found.end() + 1)
                .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'~' | b'.'))
            && !bytes.get(found.end() + 1).is_some_and(u8::is_ascii_digit);
        let word = text.get(super::formats::floor(text, start.saturating_sub(200))..start).unwrap_or_default();
        let word = word.rsplit([' ', '\n', '\t', '"', '\'']).next().unwrap_or_default();
        let address = before == Some(&b'/') || word.contains("://") && !word.contains('?');
        let machine = text.get(super::formats::floor(text, start.saturating_sub(40))..start).is_some_and(logs_in);
        let message = text
            .get(super::formats::floor(text, start.saturating_sub(16))..start)
            .is_some_and(|head| head.to_ascii_lowercase().contains("message-id"));
        let service = matches!(name, "git" | "root" | "ec2-user" | "ubuntu");
        let scoped =
            domain.contains("..") || domain.split('.').all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        if !(LOCAL.contains(&last.as_str())
            || remote
            || address
            || machine
            || message
            || service
            || scoped
            || name.is_empty())
        {
            out.push(Hit::new("email", start..found.end()));
        }
    }
}

/// Whether the words before are a program that logs in somewhere.
fn logs_in(head: &str) -> bool {
    let words: Vec<&str> = head.split([' ', '\n', '\t']).collect();
    let programs = ["ssh", "scp", "rsync", "sftp", "mosh", "ssh-copy-id", "autossh"];
    words.iter().any(|word| programs.contains(word))
}

/// Whether a number is a key's, a time's or a count's, by the name before it.
fn counted(text: &str, number: Range<usize>) -> bool {
    let head = text.get(super::formats::floor(text, number.start.saturating_sub(32))..number.start).unwrap_or_default();
    let head = head.trim_end_matches(['=', ':', '"', '\'', ' ', '\\']);
    let name: String = head
        .chars()
        .rev()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        .collect::<String>()
        .chars()
        .rev()
        .collect();
    let name = name.to_ascii_lowercase();
    let last = name.rsplit(['_', '-', '.']).next().unwrap_or_default();
    let named = matches!(
        last,
        "id" | "ids"
            | "ns"
            | "us"
            | "ms"
            | "ts"
            | "epoch"
            | "time"
            | "timestamp"
            | "offset"
            | "seq"
            | "sequence"
            | "size"
            | "bytes"
            | "count"
            | "total"
            | "port"
            | "pid"
            | "version"
            | "serial"
            | "lsn"
            | "xid"
            | "uid"
            | "gid"
            | "span"
            | "trace"
            | "hash"
            | "revision"
            | "generation"
            | "zxid"
            | "cursor"
            | "nanos"
            | "millis"
            | "rate"
            | "sum"
    );
    // A sample of a metric: a name, labels in braces, a number.
    named
        || name.ends_with("id") && name.len() > 3 && !name.contains("paid")
        || !loose(text, number)
        || head.ends_with('}')
}

/// Whether neither a letter, a digit nor a sign of a longer number stands beside it.
fn loose(text: &str, range: Range<usize>) -> bool {
    let bytes = text.as_bytes();
    let joins =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let before = bytes.get(range.start.wrapping_sub(1));
    let after = bytes.get(range.end);
    let fraction = after == Some(&b'.') && bytes.get(range.end + 1).is_some_and(u8::is_ascii_digit)
        || before == Some(&b'.') && range.start > 1 && bytes.get(range.start - 2).is_some_and(u8::is_ascii_digit);
    !joins(before) && !joins(after) && !fraction
}

fn balanced(number: &str) -> bool {
    number.matches('(').count() == number.matches(')').count()
}

/// Issuer, length, grouping and check digit of a payment card.
fn is_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let groups: Vec<usize> = text.split([' ', '-']).map(str::len).collect();
    let grouped = matches!(
        groups[..],
        [_] | [4, 4, 4, 4] | [4, 6, 5] | [4, 4, 4, 4, 3] | [4, 6, 4] | [4, 4, 4, 1] | [4, 4, 4, 2]
    );
    let head = |many: usize| digits.iter().take(many).fold(0, |sum, digit| sum * 10 + digit);
    let issued = match digits.len() {
        13 => head(1) == 4,
        14 => matches!(head(2), 36 | 38 | 39) || (300..=305).contains(&head(3)),
        15 => matches!(head(2), 34 | 37),
        16 => {
            head(1) == 4
                || (51..=55).contains(&head(2))
                || (2221..=2720).contains(&head(4))
                || head(4) == 6011
                || head(2) == 65
                || (644..=649).contains(&head(3))
                || (3528..=3589).contains(&head(4))
                || matches!(head(2), 50 | 56 | 57 | 58 | 60 | 62 | 63 | 67)
        }
        17..=19 => {
            head(2) == 62 || head(1) == 4 || matches!(head(4), 6011 | 6304 | 6759 | 6761..=6763) || head(2) == 65
        }
        _ => false,
    };
    let same = digits.iter().all(|digit| Some(digit) == digits.first());
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| if at % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    grouped && issued && !same && sum.is_multiple_of(10)
}

/// The remainder of 97 of a bank account number.
fn is_account(text: &str) -> bool {
    let bare: Vec<u32> = text.chars().filter_map(|c| c.to_digit(36)).collect();
    if !(15..=34).contains(&bare.len()) {
        return false;
    }
    let (head, tail) = bare.split_at(4);
    let rest = tail
        .iter()
        .chain(head)
        .fold(0_u32, |rest, digit| if *digit > 9 { (rest * 100 + digit) % 97 } else { (rest * 10 + digit) % 97 });
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<&'static str> {
        let mut out = Vec::new();
        numbers(text, &mut out);
        mail(text, &mut out);
        out.into_iter().map(|hit| hit.kind).collect()
    }

    #[test]
    fn checks_tell_people_from_numbers() {
        for (text, kind) in [
            ("card 4111 1111 1111 1111 declined", "card"),
            ("pan=378282246310005", "card"),
            ("ssn 078-05-1120", "ssn"),
            ("to DE89 3704 0044 0532 0130 00.", "iban"),
            ("call +49 30 23125 986", "phone"),
            ("call (212) 555-0158", "phone"),
            ("phone: 020 7946 0958", "phone"),
            ("mail a.b+c@mail.example.org now", "email"),
        ] {
            assert_eq!(kinds(text), [kind], "{text}");
        }
        for text in [
            "card 4111 1111 1111 1112",
            "order_id=4111111111111111",
            "start_ns=1772509189214171916",
            "000-12-3456",
            "2026-05-07T17:44:53+0200",
            "at 10.20.30.40:8080",
            "git@github.com:acme/x.git",
            "ssh deploy@web.example.com uptime",
            "getty@tty1.service",
            "lodash@1.15.8",
            "root@web-3:~#",
            "https://user@host.example.com/x",
            "app@db-1.internal",
            "Message-ID: <1.2@mail.example.com>",
            "x +1234567 y",
        ] {
            assert_eq!(kinds(text), [] as [&str; 0], "{text}");
        }
    }
}
