//! Joins shapes into templates: where shapes agree but for a word, and that word takes many values, it is a parameter.
//! Called by [`super::Miner`] when its templates are asked for or its table is full.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::mask::VALUE;
use super::outcome;
use super::tokens::{GLUED, SPACED};

/// So many different words in one place, all else being equal, make the place a parameter.
const VARIETY: usize = 4;
/// The same for words in capitals: states, kinds and methods, that programs have several of.
const VARIETY_OF_STATES: usize = 16;
/// Passes over the table; each may open places for the next.
const PASSES: usize = 6;
/// Shapes of more words than this are not compared with two places open.
const PAIRS: usize = 16;

type Token = u32;

/// A shape on its way to become a template.
#[derive(Debug, Clone)]
struct Item {
    tokens: Vec<Token>,
    /// The mark before each token.
    marks: Vec<u8>,
    /// The shape that came first; blanks are taken from it.
    first: usize,
}

struct Book<'a> {
    ids: HashMap<&'a [u8], Token>,
    texts: Vec<&'a [u8]>,
}

/// Which template each shape belongs to, and the templates in the order of their first shapes.
#[derive(Debug, Default, Clone)]
pub struct Templates {
    /// For each shape the index of its template.
    pub of_shape: Vec<u32>,
    /// The templates as shapes.
    pub shapes: Vec<Vec<u8>>,
}

/// The tokens of a shape without their marks.
pub fn split(shape: &[u8]) -> impl Iterator<Item = &[u8]> {
    shape.split(|b| matches!(*b, SPACED | GLUED)).skip(1)
}

/// Joins shapes into templates. The result depends on the shapes and their order alone.
pub fn merge(shapes: &[&[u8]]) -> Templates {
    let mut book = Book { ids: HashMap::new(), texts: Vec::new() };
    book.id(&[VALUE]);
    let mut items: Vec<Item> = shapes
        .iter()
        .enumerate()
        .map(|(first, shape)| Item {
            tokens: split(shape).map(|token| book.id(token)).collect(),
            marks: shape.iter().copied().filter(|b| matches!(*b, SPACED | GLUED)).collect(),
            first,
        })
        .collect();
    let mut parent: Vec<usize> = (0..shapes.len()).collect();
    let mut values = BTreeSet::new();
    for _ in 0..PASSES {
        let before = items.len();
        items = same(items, &mut parent);
        items = pass(items, &mut parent, &book, &mut values, Open::One);
        items = pass(items, &mut parent, &book, &mut values, Open::Two);
        items = same(items, &mut parent);
        if items.len() == before {
            break;
        }
    }
    finish(shapes, &items, &parent, &book)
}

impl<'a> Book<'a> {
    fn id(&mut self, text: &'a [u8]) -> Token {
        let next = self.texts.len() as Token;
        *self.ids.entry(text).or_insert_with(|| {
            self.texts.push(text);
            next
        })
    }
}

impl Item {
    /// Values in a row are one value.
    fn close_ranks(&mut self) {
        let mut at = 1;
        while at < self.tokens.len() {
            if self.tokens[at] == ANY && self.tokens[at - 1] == ANY {
                self.tokens.remove(at);
                self.marks.remove(at);
            } else {
                at += 1;
            }
        }
    }
}

/// The id of a bare value.
const ANY: Token = 0;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    One,
    Two,
}

/// Items that have become equal are one.
fn same(items: Vec<Item>, parent: &mut [usize]) -> Vec<Item> {
    let mut seen: HashMap<Vec<Token>, usize> = HashMap::new();
    let mut kept: Vec<Item> = Vec::with_capacity(items.len());
    for mut item in items {
        item.close_ranks();
        match seen.get(&item.tokens) {
            Some(&at) => parent[item.first] = kept[at].first,
            None => {
                seen.insert(item.tokens.clone(), kept.len());
                kept.push(item);
            }
        }
    }
    kept
}

/// Items that agree in all but the open places, and those places.
struct Family {
    places: (usize, usize),
    members: Vec<usize>,
}

fn pass(
    items: Vec<Item>,
    parent: &mut [usize],
    book: &Book<'_>,
    values: &mut BTreeSet<Token>,
    open: Open,
) -> Vec<Item> {
    let mut families = families(&items, book, open);
    families.sort_by_key(|family| (std::cmp::Reverse(family.members.len()), family.members[0], family.places));
    let mut taken = vec![false; items.len()];
    let mut items: Vec<Option<Item>> = items.into_iter().map(Some).collect();
    let mut joined = Vec::new();
    for family in families {
        let free: Vec<usize> = family.members.into_iter().filter(|at| !taken[*at]).collect();
        let (one, two) = family.places;
        let column = |place: usize| -> BTreeMap<usize, Token> {
            free.iter().filter_map(|at| Some((*at, items[*at].as_ref()?.tokens[place]))).collect()
        };
        let Some(sample) = free.first() else { continue };
        let constant = items[*sample].as_ref().map_or(0, |item| {
            words(&item.tokens, book)
                - usize::from(item.tokens[one] != ANY)
                - usize::from(one != two && item.tokens[two] != ANY)
        });
        let view = View { book, values, constant, open };
        let Some(rest) = view.joinable(&column(one)) else { continue };
        let rest: Vec<usize> = if open == Open::Two {
            match view.joinable(&column(two)) {
                Some(second) => rest.into_iter().filter(|at| second.contains(at)).collect(),
                None => continue,
            }
        } else {
            rest
        };
        if rest.len() < 2 {
            continue;
        }
        let members: Vec<Item> = rest.iter().filter_map(|at| items[*at].take()).collect();
        for at in &rest {
            taken[*at] = true;
        }
        let Some(mut kept) = members.iter().min_by_key(|item| item.first).cloned() else { continue };
        for member in &members {
            values.extend([member.tokens[one], member.tokens[two]]);
            parent[member.first] = kept.first;
        }
        kept.tokens[one] = ANY;
        kept.tokens[two] = ANY;
        joined.push(kept);
    }
    let mut all: Vec<Item> = items.into_iter().flatten().chain(joined).collect();
    all.sort_by_key(|item| item.first);
    all
}

/// How many tokens hold letters of their own.
fn words(tokens: &[Token], book: &Book<'_>) -> usize {
    tokens.iter().filter(|token| is_word(book.texts[**token as usize])).count()
}

fn is_word(text: &[u8]) -> bool {
    text.iter().any(|b| b.is_ascii_alphabetic() || *b >= 0x80)
}

fn families(items: &[Item], book: &Book<'_>, open: Open) -> Vec<Family> {
    let mut keys: Vec<(u64, usize, usize, usize)> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let places: Vec<usize> = (0..item.tokens.len())
            .filter(|place| {
                let token = item.tokens[*place];
                token == ANY && open == Open::One || is_word(book.texts[token as usize])
            })
            .collect();
        let whole = item
            .tokens
            .iter()
            .enumerate()
            .fold(item.tokens.len() as u64, |sum, (place, token)| sum.wrapping_add(mix(place, *token)));
        match open {
            Open::One => keys.extend(places.iter().map(|place| {
                (
                    whole.wrapping_sub(mix(*place, item.tokens[*place])).wrapping_add(mix(*place, Token::MAX)),
                    *place,
                    *place,
                    at,
                )
            })),
            Open::Two if places.len() <= PAIRS => {
                for (index, one) in places.iter().enumerate() {
                    for two in &places[index + 1..] {
                        let key = whole
                            .wrapping_sub(mix(*one, item.tokens[*one]))
                            .wrapping_sub(mix(*two, item.tokens[*two]))
                            .wrapping_add(mix(*one, Token::MAX))
                            .wrapping_add(mix(*two, Token::MAX));
                        keys.push((key, *one, *two, at));
                    }
                }
            }
            Open::Two => {}
        }
    }
    keys.sort_unstable();
    keys.chunk_by(|a, b| (a.0, a.1, a.2) == (b.0, b.1, b.2))
        .filter(|run| run.len() >= 2)
        .map(|run| Family { places: (run[0].1, run[0].2), members: run.iter().map(|key| key.3).collect() })
        .collect()
}

/// A well-spread number for a token in a place.
fn mix(place: usize, token: Token) -> u64 {
    let mut x = (place as u64) << 32 | u64::from(token);
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// What decides whether a place is a parameter.
struct View<'a> {
    book: &'a Book<'a>,
    /// Words that were values of a parameter elsewhere.
    values: &'a BTreeSet<Token>,
    /// How many words the items have in common.
    constant: usize,
    open: Open,
}

impl View<'_> {
    /// Those of the items whose words in one place are values of one parameter, or `None`.
    fn joinable(&self, column: &BTreeMap<usize, Token>) -> Option<Vec<usize>> {
        let mut seen: [BTreeSet<Token>; 5] = Default::default();
        let series = self.series(column);
        for token in column.values() {
            if let Some(nature) = self.nature(*token, &series) {
                seen[nature as usize].insert(*token);
            }
        }
        let [marked, known, names, plain, states] = seen.map(|tokens| tokens.len());
        let (one, variety) = match (self.open, self.constant) {
            (Open::One, 0) | (Open::Two, 0..=2) => return None,
            (Open::One, 1) => (2, VARIETY * 4),
            (Open::One, 2) => (2, VARIETY * 2),
            (Open::One, _) => (2, VARIETY),
            (Open::Two, _) => (VARIETY, VARIETY),
        };
        let all = marked + known + names + plain;
        let beside_value = self.open == Open::One && self.constant >= 3 && column.values().any(|token| *token == ANY);
        let join_plain = all >= variety || beside_value && all >= 2;
        let pair = self.constant >= 3 && self.open == Open::One && marked + names >= 2;
        let many = join_plain || marked + known + names >= variety - 1;
        let join_names = many || pair;
        let join_states = states >= VARIETY_OF_STATES || all >= variety * 3 && states * 4 <= all;
        let join_known = many || marked > 0 && marked + known >= one;
        let join_marked = join_names || join_known || marked >= one;
        let rest: Vec<usize> = column
            .iter()
            .filter(|(_, token)| match self.nature(**token, &series) {
                Some(Nature::Marked) => join_marked,
                Some(Nature::Known) => join_known,
                Some(Nature::Name) => join_names,
                Some(Nature::Plain) => join_plain,
                Some(Nature::State) => join_states,
                None => false,
            })
            .map(|(at, _)| *at)
            .collect();
        (rest.len() >= 2).then_some(rest)
    }

    /// Names that are numbered in this place: `eth0`, `eth1`.
    fn series(&self, column: &BTreeMap<usize, Token>) -> BTreeSet<&[u8]> {
        let tokens: BTreeSet<Token> = column.values().copied().collect();
        let mut stems: BTreeMap<&[u8], usize> = BTreeMap::new();
        for token in tokens {
            if let Some(stem) = stem(self.book.texts[token as usize]) {
                *stems.entry(stem).or_default() += 1;
            }
        }
        stems.into_iter().filter(|(_, times)| *times >= 2).map(|(stem, _)| stem).collect()
    }

    /// How this word speaks for being a value; `None` for a word that says what happened.
    fn nature(&self, token: Token, series: &BTreeSet<&[u8]>) -> Option<Nature> {
        let text = self.book.texts[token as usize];
        if text.contains(&VALUE) || stem(text).is_some_and(|stem| series.contains(stem)) {
            Some(Nature::Marked)
        } else if outcome::is_outcome(text) {
            None
        } else if self.values.contains(&token) {
            Some(Nature::Known)
        } else if text.len() >= 2 && text.iter().all(|b| b.is_ascii_uppercase() || *b == b'_') {
            Some(Nature::State)
        } else if is_name(text) {
            Some(Nature::Name)
        } else {
            Some(Nature::Plain)
        }
    }
}

/// What stands before the number in a numbered name.
fn stem(text: &[u8]) -> Option<&[u8]> {
    text.iter().position(|b| b.is_ascii_digit() || *b == VALUE).filter(|at| *at > 0).map(|at| &text[..at])
}

/// A word that programs make and people do not write: parts joined by dots, dashes, underscores, or by capitals inside.
fn is_name(text: &[u8]) -> bool {
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    inner.iter().any(|b| matches!(b, b'.' | b'_' | b'-' | b'$'))
        || text.windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
}

/// How a word speaks for being a value.
#[derive(Clone, Copy)]
enum Nature {
    /// It holds a value.
    Marked,
    /// It was a value of a parameter elsewhere; where a value stands beside it, it is one here.
    Known,
    /// A made-up name.
    Name,
    /// A word.
    Plain,
    /// A word in capitals.
    State,
}

fn finish(shapes: &[&[u8]], items: &[Item], parent: &[usize], book: &Book<'_>) -> Templates {
    let mut index: HashMap<usize, u32> = HashMap::new();
    let mut out = Templates::default();
    for item in items {
        index.insert(item.first, out.shapes.len() as u32);
        out.shapes.push(render(item, book));
    }
    for mut at in 0..shapes.len() {
        while parent[at] != at {
            at = parent[at];
        }
        out.of_shape.push(index.get(&at).copied().unwrap_or_default());
    }
    out
}

fn render(item: &Item, book: &Book<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for (token, mark) in item.tokens.iter().zip(&item.marks) {
        out.push(*mark);
        out.extend_from_slice(book.texts[*token as usize]);
    }
    out
}
