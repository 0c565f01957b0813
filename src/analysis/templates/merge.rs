//! Joins shapes into templates: where shapes agree but for a word, and that word takes many values, it is a parameter.
//! Called by [`super::Miner`] when its templates are asked for or its table is full.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::mask::VALUE;
use super::parameter::{self, View};
use super::partition;
use super::phrases;
use super::series;
use super::shape::{GLUED, SPACED};

/// Passes over the table; each may open places for the next.
const PASSES: usize = 6;
/// Shapes of more words than this are not compared with two places open.
const PAIRS: usize = 16;

/// The number of a token in a [`Book`].
pub(super) type Token = u32;

/// A shape on its way to become a template.
#[derive(Debug, Clone)]
struct Item {
    tokens: Vec<Token>,
    /// The mark before each token.
    marks: Vec<u8>,
    /// The shape that came first; blanks are taken from it.
    first: usize,
}

/// The tokens of all shapes, each once.
pub(super) struct Book<'a> {
    ids: HashMap<&'a [u8], Token>,
    /// By number.
    pub(super) texts: Vec<&'a [u8]>,
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
    let series = series::series(shapes.iter().flat_map(|shape| split(shape)));
    let mut book = Book { ids: HashMap::new(), texts: Vec::new() };
    book.id(&[VALUE]);
    let mut items: Vec<Item> = shapes
        .iter()
        .enumerate()
        .map(|(first, shape)| Item {
            tokens: split(shape).map(|token| book.id(series.get(token).map_or(token, |known| known))).collect(),
            marks: shape.iter().copied().filter(|b| matches!(*b, SPACED | GLUED)).collect(),
            first,
        })
        .collect();
    let mut parent: Vec<usize> = (0..shapes.len()).collect();
    let mut values = BTreeSet::new();
    for _ in 0..PASSES {
        let before = items.len();
        items = same(items, &mut parent, &book);
        items = pass(items, &mut parent, &book, &mut values, Open::One);
        items = pass(items, &mut parent, &book, &mut values, Open::Two);
        items = many(items, &mut parent, &book, &mut values);
        items = phrased(items, &mut parent, &book);
        items = same(items, &mut parent, &book);
        if items.len() == before {
            break;
        }
    }
    finish(&items, &parent, &book)
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
    /// Values in a row are one value, and so are values with a comma between.
    fn close_ranks(&mut self, comma: Option<Token>) {
        let mut at = 1;
        while at < self.tokens.len() {
            let listed = at >= 2 && Some(self.tokens[at - 1]) == comma && self.tokens[at - 2] == ANY;
            if self.tokens[at] == ANY && (self.tokens[at - 1] == ANY || listed) {
                let from = if listed { at - 1 } else { at };
                self.tokens.drain(from..=at);
                self.marks.drain(from..=at);
                at = from;
            } else {
                at += 1;
            }
        }
    }
}

/// The id of a bare value.
pub(super) const ANY: Token = 0;

/// How many places may differ.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    /// One.
    One,
    /// Two, whose words vary together.
    Two,
}

/// Items that have become equal are one.
fn same(items: Vec<Item>, parent: &mut [usize], book: &Book<'_>) -> Vec<Item> {
    let mut seen: HashMap<Vec<Token>, usize> = HashMap::new();
    let mut kept: Vec<Item> = Vec::with_capacity(items.len());
    for mut item in items {
        item.close_ranks(book.ids.get(&b","[..]).copied());
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
        let argument = open == Open::One
            && one > 0
            && items[*sample]
                .as_ref()
                .is_some_and(|item| parameter::announces(book.texts[item.tokens[one - 1] as usize]));
        let view = View { book, values, constant, open, argument };
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

/// Joins what differs in several places.
fn many(items: Vec<Item>, parent: &mut [usize], book: &Book<'_>, values: &mut BTreeSet<Token>) -> Vec<Item> {
    let tokens: Vec<&[Token]> = items.iter().map(|item| item.tokens.as_slice()).collect();
    let groups = partition::partition(&tokens, book);
    let mut items: Vec<Option<Item>> = items.into_iter().map(Some).collect();
    let mut joined = Vec::new();
    for group in groups {
        let members: Vec<Item> = group.members.iter().filter_map(|at| items[*at].take()).collect();
        let Some(mut kept) = members.iter().min_by_key(|item| item.first).cloned() else { continue };
        for member in &members {
            values.extend(group.open.iter().map(|place| member.tokens[*place]));
            parent[member.first] = kept.first;
        }
        for place in group.open {
            kept.tokens[place] = ANY;
        }
        joined.push(kept);
    }
    let mut all: Vec<Item> = items.into_iter().flatten().chain(joined).collect();
    all.sort_by_key(|item| item.first);
    all
}

/// Joins what differs in a phrase.
fn phrased(items: Vec<Item>, parent: &mut [usize], book: &Book<'_>) -> Vec<Item> {
    let tokens: Vec<&[Token]> = items.iter().map(|item| item.tokens.as_slice()).collect();
    let groups = phrases::phrases(&tokens, book);
    let mut items: Vec<Option<Item>> = items.into_iter().map(Some).collect();
    let mut joined = Vec::new();
    for group in groups {
        let free: Vec<(usize, usize, usize)> =
            group.members.into_iter().filter(|(at, _, _)| items[*at].is_some()).collect();
        let Some(&(_, from, to)) = free.iter().filter(|_| free.len() > 1).min_by_key(|(at, _, _)| *at) else {
            continue;
        };
        let members: Vec<Item> = free.iter().filter_map(|(at, _, _)| items[*at].take()).collect();
        let Some(mut kept) = members.iter().min_by_key(|item| item.first).cloned() else { continue };
        for member in &members {
            parent[member.first] = kept.first;
        }
        kept.tokens.splice(from..to, [ANY]);
        kept.marks.drain(from + 1..to);
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

pub(super) fn is_word(text: &[u8]) -> bool {
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

fn finish(items: &[Item], parent: &[usize], book: &Book<'_>) -> Templates {
    let mut index: HashMap<usize, u32> = HashMap::new();
    let mut out = Templates::default();
    for item in items {
        index.insert(item.first, out.shapes.len() as u32);
        out.shapes.push(render(item, book));
    }
    for mut at in parent.iter().copied() {
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
