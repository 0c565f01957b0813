//! Names that are numbered: where `eth0` and `eth12` both occur, each `eth` with a number holds a value, wherever it stands.
//! Called by [`super::merge`] before anything is joined.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::mask::VALUE;

/// So many different single digits behind a name make a series: of versions (`IPv4`, `IPv6`; `ext3`, `ext4`) there are two.
const DIGITS: usize = 3;

/// For each numbered token of a series, the token with a value in the place of its number.
pub(super) fn series<'a>(tokens: impl Iterator<Item = &'a [u8]>) -> HashMap<&'a [u8], Vec<u8>> {
    let mut digits: BTreeMap<&[u8], BTreeSet<u8>> = BTreeMap::new();
    let mut masked: BTreeSet<&[u8]> = BTreeSet::new();
    let mut single: Vec<(&'a [u8], &'a [u8], &'a [u8])> = Vec::new();
    for token in tokens {
        let stem = token.iter().take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-' | b'.')).count();
        if stem == 0 || !token[..stem].iter().any(u8::is_ascii_alphabetic) {
            continue;
        }
        let (name, rest) = token.split_at(stem);
        match rest {
            [VALUE, ..] => {
                masked.insert(name);
            }
            [digit, tail @ ..] if digit.is_ascii_digit() => {
                digits.entry(name).or_default().insert(*digit);
                single.push((token, name, tail));
            }
            _ => {}
        }
    }
    single
        .into_iter()
        .filter(|(_, name, _)| masked.contains(name) || digits.get(name).is_some_and(|seen| seen.len() >= DIGITS))
        .map(|(token, name, tail)| (token, [name, &[VALUE], if tail.is_empty() { tail } else { &[] }].concat()))
        .collect()
}
