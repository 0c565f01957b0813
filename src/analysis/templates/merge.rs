//! Joins shapes into templates: where shapes agree but for a word, and that word takes many values, it is a parameter.
//! Called by [`super::Miner`] when its templates are asked for or its table is full.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::absorb;
use super::book::{ANY, Book, Token, mix};
use super::parameter::{self, View};
use super::partition;
use super::phrases::{self, Phrase};
use super::series;
use super::shape::{GLUED, SPACED};

/// Passes over the table; each may open places for the next.
const PASSES: usize = 6;
/// Shapes of more words than this are not compared with two places open.
const PAIRS: usize = 16;

/// A shape on its way to become a template.
#[derive(Debug, Clone)]
struct Item {
    tokens: Vec<Token>,
    /// The mark before each token.
    marks: Vec<u8>,
    /// The shape that came first; blanks are taken from it.
    first: usize,
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
    let mut book = Book::new();
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
    absorbed(&items, &mut parent, &book);
    finish(&items, &parent, &book)
}

/// Lets patterns take the stragglers; their items stay, and nothing belongs to them any more.
fn absorbed(items: &[Item], parent: &mut [usize], book: &Book<'_>) {
    let mut support: HashMap<usize, usize> = HashMap::new();
    for at in 0..parent.len() {
        *support.entry(root(parent, at)).or_default() += 1;
    }
    let tokens: Vec<&[Token]> = items.iter().map(|item| item.tokens.as_slice()).collect();
    let support: Vec<usize> = items.iter().map(|item| support.get(&item.first).copied().unwrap_or_default()).collect();
    for (item, by) in items.iter().zip(absorb::absorb(&tokens, &support, book)) {
        if let Some(by) = by {
            parent[item.first] = items[by].first;
        }
    }
}

fn root(parent: &[usize], mut at: usize) -> usize {
    while parent[at] != at {
        at = parent[at];
    }
    at
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
        item.close_ranks(book.known(b","));
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
    let mut joining = Joining::of(items);
    for family in families {
        let items = &joining.items;
        let free: Vec<usize> = family.members.into_iter().filter(|at| items[*at].is_some()).collect();
        let (one, two) = family.places;
        let column = |place: usize| -> BTreeMap<usize, Token> {
            free.iter().filter_map(|at| Some((*at, items[*at].as_ref()?.tokens[place]))).collect()
        };
        let Some(sample) = free.first() else { continue };
        let constant = items[*sample].as_ref().map_or(0, |item| {
            book.words(&item.tokens)
                - usize::from(item.tokens[one] != ANY)
                - usize::from(one != two && item.tokens[two] != ANY)
        });
        let argument = open == Open::One
            && one > 0
            && items[*sample].as_ref().is_some_and(|item| parameter::announces(book.text(item.tokens[one - 1])));
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
        let Some((mut kept, members)) = joining.take(rest, parent) else { continue };
        for member in &members {
            values.extend([member.tokens[one], member.tokens[two]]);
        }
        kept.tokens[one] = ANY;
        kept.tokens[two] = ANY;
        joining.joined.push(kept);
    }
    joining.all()
}

/// Joins what differs in several places.
fn many(items: Vec<Item>, parent: &mut [usize], book: &Book<'_>, values: &mut BTreeSet<Token>) -> Vec<Item> {
    let tokens: Vec<&[Token]> = items.iter().map(|item| item.tokens.as_slice()).collect();
    let groups = partition::partition(&tokens, book);
    let mut joining = Joining::of(items);
    for group in groups {
        let Some((mut kept, members)) = joining.take(group.members, parent) else { continue };
        for member in &members {
            values.extend(group.open.iter().map(|place| member.tokens[*place]));
        }
        for place in group.open {
            kept.tokens[place] = ANY;
        }
        joining.joined.push(kept);
    }
    joining.all()
}

/// Joins what differs in a phrase.
fn phrased(items: Vec<Item>, parent: &mut [usize], book: &Book<'_>) -> Vec<Item> {
    let tokens: Vec<&[Token]> = items.iter().map(|item| item.tokens.as_slice()).collect();
    let groups = phrases::phrases(&tokens, book);
    let mut joining = Joining::of(items);
    for group in groups {
        let free: Vec<&Phrase> = group.iter().filter(|phrase| joining.items[phrase.item].is_some()).collect();
        let Some(first) = free.first().filter(|_| free.len() > 1) else { continue };
        let members = free.iter().map(|phrase| phrase.item).collect();
        let Some((mut kept, _)) = joining.take(members, parent) else { continue };
        kept.tokens.splice(first.from..first.to, [ANY]);
        kept.marks.drain(first.from + 1..first.to);
        joining.joined.push(kept);
    }
    joining.all()
}

/// Items, and what was made of those that were taken from them.
struct Joining {
    items: Vec<Option<Item>>,
    joined: Vec<Item>,
}

impl Joining {
    fn of(items: Vec<Item>) -> Self {
        Self { items: items.into_iter().map(Some).collect(), joined: Vec::new() }
    }

    /// Takes items that are one: a copy of the one that came first, and all of them.
    fn take(&mut self, members: Vec<usize>, parent: &mut [usize]) -> Option<(Item, Vec<Item>)> {
        let members: Vec<Item> = members.into_iter().filter_map(|at| self.items[at].take()).collect();
        let kept = members.iter().min_by_key(|item| item.first).cloned()?;
        for member in &members {
            parent[member.first] = kept.first;
        }
        Some((kept, members))
    }

    /// All that there is now, in order.
    fn all(self) -> Vec<Item> {
        let mut all: Vec<Item> = self.items.into_iter().flatten().chain(self.joined).collect();
        all.sort_by_key(|item| item.first);
        all
    }
}

fn families(items: &[Item], book: &Book<'_>, open: Open) -> Vec<Family> {
    let mut keys: Vec<(u64, Spot)> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let places: Vec<usize> = (0..item.tokens.len())
            .filter(|place| {
                let token = item.tokens[*place];
                token == ANY && open == Open::One || book.is_word(token)
            })
            .collect();
        let mixed = item.tokens.iter().enumerate().map(|(place, token)| mix(place, *token));
        let whole = mixed.fold(item.tokens.len() as u64, u64::wrapping_add);
        let opened = |sum: u64, place: usize| {
            sum.wrapping_sub(mix(place, item.tokens[place])).wrapping_add(mix(place, Token::MAX))
        };
        match open {
            Open::One => {
                keys.extend(places.iter().map(|place| (opened(whole, *place), Spot::new(*place, *place, at))));
            }
            Open::Two if places.len() <= PAIRS => {
                for (index, one) in places.iter().enumerate() {
                    let sum = opened(whole, *one);
                    keys.extend(places[index + 1..].iter().map(|two| (opened(sum, *two), Spot::new(*one, *two, at))));
                }
            }
            Open::Two => {}
        }
    }
    // Two places are opened only where both vary much.
    let least = if open == Open::One { 2 } else { 3 };
    keys.sort_unstable();
    keys.chunk_by(|a, b| a.0 == b.0 && a.1.places() == b.1.places())
        .filter(|run| run.len() >= least)
        .map(|run| Family { places: run[0].1.places(), members: run.iter().map(|(_, spot)| spot.item()).collect() })
        .collect()
}

/// Two places (of a few hundred that a shape has) and an item in eight bytes: there are millions of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Spot(u64);

impl Spot {
    fn new(one: usize, two: usize, item: usize) -> Self {
        Self((one as u64) << 48 | (two as u64) << 32 | item as u64)
    }

    fn places(self) -> (usize, usize) {
        ((self.0 >> 48) as usize, (self.0 >> 32 & 0xffff) as usize)
    }

    fn item(self) -> usize {
        (self.0 & 0xffff_ffff) as usize
    }
}

fn finish(items: &[Item], parent: &[usize], book: &Book<'_>) -> Templates {
    let mut index: HashMap<usize, u32> = HashMap::new();
    let mut out = Templates::default();
    for item in items.iter().filter(|item| parent[item.first] == item.first) {
        index.insert(item.first, out.shapes.len() as u32);
        out.shapes.push(render(item, book));
    }
    for at in 0..parent.len() {
        out.of_shape.push(index.get(&root(parent, at)).copied().unwrap_or_default());
    }
    out
}

fn render(item: &Item, book: &Book<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for (token, mark) in item.tokens.iter().zip(&item.marks) {
        out.push(*mark);
        out.extend_from_slice(book.text(*token));
    }
    out
}
