//! Finds where the header of a line ends (time, host, process, severity, logger) and the message begins, by what the
//! columns of the stream look like and not by a list of formats. Called by [`super::Miner`].
//!
//! Lines are sorted into layouts by their first fields. A column in which nearly every line of a layout has the same
//! class is a column of the header; the header ends with the last of them. Message text varies from line to line, so
//! that it rarely makes such columns, and a layout without a time or a severity has no header at all.

use std::borrow::Cow;
use std::collections::HashMap;

use super::fields::{self, CLASSES, Class, Field, WINDOW};
use super::recent::Recent;

/// The classes of a line's first two fields.
type Key = (Class, Option<Class>);

/// Fewer lines than this say nothing about a layout.
const ENOUGH: u32 = 10;
/// A header is at most this many columns.
const COLUMNS: usize = WINDOW - 1;

/// Fields that a guess looks at.
const GUESSED: usize = 8;

/// Room to work in, used again for each line.
#[derive(Debug, Clone, Default)]
pub struct Desk {
    cut: Vec<Field>,
    recent: Recent,
}

/// What was learnt about the headers of one stream.
#[derive(Debug, Clone, Default)]
pub struct Headers {
    layouts: Vec<(Key, Vec<Option<Class>>)>,
}

#[derive(Default)]
struct Tally {
    lines: u32,
    columns: [[u32; CLASSES]; WINDOW],
    padded: [u32; WINDOW],
    /// The first text of each column, and whether another was seen.
    first: [Option<Box<[u8]>>; WINDOW],
    varies: [bool; WINDOW],
}

impl Tally {
    fn add(&mut self, line: &[u8], cut: &[Field]) {
        self.lines += 1;
        for (column, field) in cut.iter().enumerate() {
            self.columns[column][field.class as usize] += 1;
            self.padded[column] += u32::from(field.padded);
            let text = line[field.start..field.end].trim_ascii_end();
            let first = self.first[column].get_or_insert_with(|| text.into());
            self.varies[column] |= **first != *text;
        }
    }

    fn share(&self, column: usize, class: Class) -> f64 {
        f64::from(self.columns[column][class as usize]) / f64::from(self.lines.max(1))
    }
}

impl Headers {
    /// Learns the layouts of the first lines of a stream.
    pub fn learn<'a>(lines: impl Iterator<Item = Cow<'a, [u8]>>) -> Self {
        let mut tallies: HashMap<Key, Tally> = HashMap::new();
        let mut cut = Vec::with_capacity(WINDOW);
        let mut recent = Recent::default();
        let mut total = 0;
        for line in lines {
            fields::cut(&line, &mut cut, &mut recent, WINDOW);
            let Some(key) = key(&cut) else { continue };
            total += 1;
            tallies.entry(key).or_default().add(&line, &cut);
        }
        let mut layouts: Vec<_> = tallies
            .into_iter()
            .filter(|(_, tally)| tally.lines >= ENOUGH)
            .map(|(key, tally)| (tally.lines, key, columns(&tally, total)))
            .collect();
        layouts.sort_by_key(|(lines, key, _)| (std::cmp::Reverse(*lines), *key));
        Self { layouts: layouts.into_iter().map(|(_, key, columns)| (key, columns)).collect() }
    }

    /// The offset at which the message of this line begins; 0 when it has no header.
    pub fn end(&self, line: &[u8], desk: &mut Desk) -> usize {
        let Desk { cut, recent } = desk;
        fields::cut(line, cut, recent, 2);
        let Some(key) = key(cut) else { return 0 };
        let end = match self.layouts.iter().find(|(known, _)| *known == key) {
            Some((_, columns)) => learnt(line, columns, cut, recent),
            None => {
                fields::cut_on(line, cut, recent, GUESSED);
                guessed(line, cut)
            }
        };
        if end < line.len() { end } else { 0 }
    }
}

fn key(cut: &[Field]) -> Option<Key> {
    Some((cut.first()?.class, cut.get(1).map(|field| field.class)))
}

/// The columns of a layout's header: the class that a column holds, or `None` for one in between that may hold anything.
fn columns(tally: &Tally, total: u32) -> Vec<Option<Class>> {
    let mut found: Vec<Option<Class>> = Vec::new();
    let (mut timed, mut levelled) = (false, false);
    for column in 0..COLUMNS {
        let Some(strong) = strong(tally, column, found.len()) else { continue };
        timed |= strong == Class::Time;
        levelled |= strong == Class::Level;
        found.resize(column, None);
        found.push(if strong == Class::Word { None } else { Some(strong) });
        if strong == Class::Tag && (timed || levelled) {
            break;
        }
    }
    let common = tally.lines * 2 >= total;
    if timed || (levelled && common) { found } else { Vec::new() }
}

/// What makes this column one of the header, when the header has `known` columns so far.
///
/// Times, severities and tags speak for themselves. Numbers, brackets and dashes do when they follow the header
/// directly, or when what lies between varies; a word does when it is padded to a width, as only columns are.
fn strong(tally: &Tally, column: usize, known: usize) -> Option<Class> {
    let least = |class| match class {
        Class::Time | Class::Level => 0.8,
        Class::Tag | Class::Separator => 0.6,
        Class::Bracket | Class::Dotted => 0.8,
        Class::Number | Class::Word => 0.9,
    };
    let is = |class| tally.share(column, class) >= least(class);
    let gap = column - known;
    if is(Class::Time) {
        return Some(Class::Time);
    }
    if is(Class::Level) {
        return Some(Class::Level);
    }
    if is(Class::Tag) && gap <= 2 {
        return Some(Class::Tag);
    }
    let structural = [Class::Bracket, Class::Separator, Class::Number].into_iter();
    if gap == 0 {
        let padded = f64::from(tally.padded[column]) >= 0.8 * f64::from(tally.lines) && column > 0;
        return structural.chain([Class::Dotted]).find(|class| is(*class)).or(padded.then_some(Class::Word));
    }
    let between = gap <= 2 && tally.varies[known..column].iter().any(|varies| *varies);
    structural.into_iter().find(|class| between && tally.share(column, *class) >= 0.97)
}

/// Walks the learnt columns; a line that departs from them has its header end where it departs.
fn learnt(line: &[u8], columns: &[Option<Class>], cut: &mut Vec<Field>, recent: &mut Recent) -> usize {
    fields::cut_on(line, cut, recent, columns.len());
    let mut end = 0;
    let mut next = 0;
    for (column, expected) in columns.iter().enumerate() {
        let Some(field) = cut.get(column) else { break };
        match expected {
            Some(class) if *class == field.class => {
                end = field.end;
                next = column + 1;
            }
            Some(class @ (Class::Tag | Class::Separator)) => {
                // `name[1] (part): text`: it stands a field or two later than in most lines.
                let class = *class;
                fields::cut_on(line, cut, recent, column + 3);
                match cut.iter().skip(column + 1).take(2).find(|field| field.class == class) {
                    Some(field) => return field.end,
                    None => break,
                }
            }
            Some(_) => break,
            None => {
                end = field.end;
                next = column + 1;
            }
        }
    }
    if next == 0 || !line.get(end).is_some_and(|byte| fields::may_separate(*byte)) {
        return end;
    }
    fields::cut_on(line, cut, recent, next + 1);
    cut.get(next).filter(|field| field.class == Class::Separator).map_or(end, |field| field.end)
}

/// A layout that is too rare to learn: whatever can only be a header, after a time.
fn guessed(line: &[u8], cut: &[Field]) -> usize {
    let Some(first) = cut.first().filter(|field| field.class == Class::Time) else { return 0 };
    // A number that could be an epoch is one only in a layout that was learnt.
    if line[first.start..first.end].trim_ascii_end().iter().all(|b| b.is_ascii_digit() || *b == b':')
        && !line[..first.end].iter().filter(|b| **b == b':').nth(1).is_some()
    {
        return 0;
    }
    let strong = cut
        .iter()
        .take_while(|field| matches!(field.class, Class::Time | Class::Level | Class::Bracket | Class::Separator))
        .count();
    let tag = cut.iter().skip(strong).take(2).position(|field| field.class == Class::Tag);
    let last = tag.map_or(strong, |tag| strong + tag + 1);
    cut.get(last - 1).map_or(0, |field| field.end)
}
