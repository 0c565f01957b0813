//! Recognises the written forms of a moment at the start of a text: ISO 8601 and its relatives, syslog's and ctime's
//! month names, bare clocks, Unix epochs. Called by [`super::fields`] and [`super::mask`]; it finds extents and never values.

const MONTHS: [&[u8]; 12] =
    [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
const DAYS: [&[u8]; 7] = [b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun"];
const ZONES: [&[u8]; 16] = [
    b"UTC", b"GMT", b"CET", b"CEST", b"EST", b"EDT", b"CST", b"CDT", b"MST", b"MDT", b"PST", b"PDT", b"BST", b"JST",
    b"IST", b"MSK",
];

/// Whether this word is the name of a month, short or long, in any case.
pub fn is_month(word: &[u8]) -> bool {
    is_name(word, &MONTHS)
}

/// Whether this word is the name of a day of the week, short or long, in any case.
pub fn is_weekday(word: &[u8]) -> bool {
    is_name(word, &DAYS)
}

/// Whether this word names a time zone, or the half of a day.
pub fn is_zone(word: &[u8]) -> bool {
    ZONES.contains(&word) || matches!(word, b"AM" | b"PM")
}

fn is_name(word: &[u8], names: &[&[u8]]) -> bool {
    const LONG: [&[u8]; 19] = [
        b"january",
        b"february",
        b"march",
        b"april",
        b"june",
        b"july",
        b"august",
        b"september",
        b"october",
        b"november",
        b"december",
        b"monday",
        b"tuesday",
        b"wednesday",
        b"thursday",
        b"friday",
        b"saturday",
        b"sunday",
        b"sept",
    ];
    let Some(head) = word.get(..3) else { return false };
    names.iter().any(|name| head.eq_ignore_ascii_case(name))
        && (word.len() == 3 || LONG.iter().any(|long| word.eq_ignore_ascii_case(long)))
}

/// The length of the moment that begins `text`, or `None`. A date followed by a clock may be taken in two calls.
pub fn moment(text: &[u8]) -> Option<usize> {
    match text.first()? {
        b'0'..=b'9' => numeric(text),
        b'A'..=b'Z' | b'a'..=b'z' if begins_name(text) => named(text),
        _ => None,
    }
}

/// Whether the first three letters are those of a month or day: most words' are not, and cost next to nothing.
pub fn begins_name(text: &[u8]) -> bool {
    const fn key(name: &[u8; 3]) -> u32 {
        u32::from_be_bytes([0, name[0], name[1], name[2]])
    }
    const fn may_begin() -> [bool; 256] {
        let mut may = [false; 256];
        let letters = b"jfmasondtw";
        let mut at = 0;
        while at < letters.len() {
            may[letters[at] as usize] = true;
            may[letters[at].to_ascii_uppercase() as usize] = true;
            at += 1;
        }
        may
    }
    const fn keys() -> [u32; 19] {
        let mut keys = [0; 19];
        let mut at = 0;
        while at < keys.len() {
            let name = if at < MONTHS.len() { MONTHS[at] } else { DAYS[at - MONTHS.len()] };
            keys[at] = key(&[name[0], name[1], name[2]]);
            at += 1;
        }
        keys
    }
    static MAY_BEGIN: [bool; 256] = may_begin();
    let Some(head) = text.first_chunk::<3>().filter(|head| MAY_BEGIN[head[0] as usize]) else { return false };
    let head = key(head) | 0x0020_2020;
    static KEYS: [u32; 19] = keys();
    KEYS.contains(&head)
}

/// Whether a whole number of digits is a Unix epoch in seconds, milliseconds, microseconds or nanoseconds of this century.
pub fn is_epoch(digits: &[u8]) -> bool {
    matches!(digits.len(), 10 | 13 | 16 | 19)
        && matches!(digits[0], b'1' | b'2')
        && digits.iter().all(u8::is_ascii_digit)
}

/// `2005-06-03`, `17/06/09`, `10/Oct/2000:13:55:36`, `2024-01-01T10:00:00.000+01:00`, `13:55:36,123`, `20171223-22:15:29:606`.
fn numeric(text: &[u8]) -> Option<usize> {
    let (mut at, mut groups, mut colons, mut dashes, mut slashes, mut dots) = (0, 0, 0, 0, 0, 0);
    while let Some(&byte) = text.get(at) {
        match byte {
            b'0'..=b'9' => {
                let from = at;
                at += text[at..].iter().take_while(|b| b.is_ascii_digit()).count();
                if at - from > 9 {
                    return epoch(text, from, at);
                }
                groups += 1;
                // No moment has so many parts: a long list of numbers is not read again from each of them.
                if groups > 12 {
                    return None;
                }
                continue;
            }
            b':' => colons += 1,
            b'-' => dashes += 1,
            b'/' => slashes += 1,
            b'.' | b',' => dots += 1,
            b'+' | b'_' | b'T' => {}
            b'Z' if !text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) => {
                at += 1;
                break;
            }
            letter if letter.is_ascii_alphabetic() && is_month(text.get(at..at + 3)?) => {
                groups += 1;
                at += 3;
                continue;
            }
            _ => break,
        }
        let next = text.get(at + 1).copied().unwrap_or(b' ');
        let month_may_follow = matches!(byte, b'-' | b'/' | b'.') && next.is_ascii_alphabetic();
        if !next.is_ascii_digit() && !month_may_follow {
            break;
        }
        at += 1;
    }
    if text.get(at).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_') {
        return None;
    }
    let clock = colons >= 1 && (2..=12).contains(&groups) && (colons >= 2 || dashes + slashes + dots >= 1);
    let date = colons == 0 && (3..=4).contains(&groups) && (dashes == 2 || slashes == 2);
    let dotted = colons == 0 && groups == 3 && dots == 2 && is_year_first(text);
    let dashed = colons == 0 && (6..=8).contains(&groups) && dashes >= 3 && dots >= 2;
    (clock || date || dotted || dashed || is_epoch(&text[..at])).then_some(at)
}

/// Seconds since the epoch with a fraction, or a whole number of some unit.
fn epoch(text: &[u8], from: usize, to: usize) -> Option<usize> {
    if from != 0 || !is_epoch(&text[..to]) {
        return None;
    }
    let fraction = text[to..].strip_prefix(b".").map_or(0, |rest| {
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        if digits > 0 { digits + 1 } else { 0 }
    });
    let end = to + fraction;
    (!text.get(end).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))).then_some(end)
}

fn is_year_first(text: &[u8]) -> bool {
    text.len() >= 10 && matches!(&text[..2], b"19" | b"20") && text[4] == b'.' && text[7] == b'.'
}

/// `Jun 14 15:16:01`, `Sun Dec 04 04:47:44 2005`, `Mon, 05 Jan 2026`.
fn named(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    let (mut names, mut numbers) = (0, 0);
    loop {
        let rest = &text[at..];
        let gap = rest.iter().take_while(|b| matches!(b, b' ' | b',')).count();
        let rest = &rest[gap..];
        let word = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b':' || **b == b'.').count();
        let word = &rest[..word];
        if word.is_empty() || (at > 0 && gap == 0) {
            break;
        }
        let number = word[0].is_ascii_digit() && word.last().is_some_and(u8::is_ascii_digit) && {
            word.iter().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'))
        };
        if is_month(word) || is_weekday(word) {
            names += 1;
            if numbers > 0 && names > 2 {
                break;
            }
        } else if number && numbers < 3 && (word.len() <= 4 || word.contains(&b':')) {
            let digits_only = word.iter().all(u8::is_ascii_digit);
            if numbers == 2 && !(digits_only && word.len() == 4) {
                break;
            }
            numbers += 1;
        } else if !(numbers > 0 && is_zone(word)) {
            break;
        }
        at += gap + word.len();
        if names > 2 {
            return None;
        }
    }
    (names > 0 && numbers > 0).then_some(at)
}
