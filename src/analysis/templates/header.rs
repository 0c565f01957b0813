//! Finds where the header of a line ends (time, host, process, severity, logger) and the message begins, by what the
//! columns of the stream look like and not by a list of formats. Called by [`super::Strip`].
//!
//! Lines are sorted into layouts by their first fields. A column in which nearly every line of a layout has the same
//! class is a column of the header; the header ends with the last of them (`layout`). Message text varies from line to
//! line, so that it rarely makes such columns, and a layout without a time or a severity has no header at all.
//!
//! A stream may change: a layout that is met for the first time after the first lines is learnt when enough lines had
//! it, and one from which most lines of late depart is learnt anew.

use std::borrow::Cow;
use std::collections::HashMap;

use super::fields::{self, Class, Field, WINDOW};
use super::layout::{self, Columns, Tally};
use super::recent::Recent;

/// The classes of a line's first two fields.
type Key = (Class, Option<Class>);

/// Fewer lines than this say nothing about a layout.
const ENOUGH: u32 = 10;
/// So many lines decide about a layout that came later.
const LATER: u32 = 200;
/// After so many lines of a layout it is asked whether it still holds.
const CHECKED: u32 = 256;
/// Layouts that are known or being learnt.
const LAYOUTS: usize = 32;
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
    layouts: Vec<Layout>,
}

#[derive(Debug, Clone)]
struct Layout {
    key: Key,
    /// `None` until enough lines were seen.
    columns: Option<Columns>,
    /// Lines since it was last asked whether the columns hold, and those that departed from them.
    seen: u32,
    departed: u32,
    /// What is being learnt.
    tally: Option<Box<Tally>>,
}

impl Headers {
    /// Learns the layouts of the first lines of a stream.
    pub fn learn<'a>(lines: impl Iterator<Item = Cow<'a, [u8]>>) -> Self {
        let mut tallies: HashMap<Key, Tally> = HashMap::new();
        let mut desk = Desk::default();
        let mut total = 0;
        for line in lines {
            fields::cut(&line, &mut desk.cut, &mut desk.recent, WINDOW);
            let Some(key) = key(&desk.cut) else { continue };
            total += 1;
            tallies.entry(key).or_default().add(&line, &desk.cut);
        }
        let mut tallies: Vec<(Key, Tally)> = tallies.into_iter().filter(|(_, tally)| tally.lines >= ENOUGH).collect();
        tallies.sort_by_key(|(key, tally)| (std::cmp::Reverse(tally.lines), *key));
        let layouts = tallies
            .iter()
            .take(LAYOUTS)
            .map(|(key, tally)| Layout { columns: Some(layout::columns(tally, total)), ..Layout::new(*key) });
        Self { layouts: layouts.collect() }
    }

    /// The offset at which the message of this line begins; 0 when it has no header. Lines must come in the order of the
    /// stream, because what they look like is learnt from them.
    pub fn end(&mut self, line: &[u8], desk: &mut Desk) -> usize {
        fields::cut(line, &mut desk.cut, &mut desk.recent, 2);
        let Some(key) = key(&desk.cut) else { return 0 };
        let room = self.layouts.len() < LAYOUTS;
        let end = match self.layouts.iter_mut().find(|layout| layout.key == key) {
            Some(layout) => layout.end(line, desk),
            None if room => {
                let mut layout = Layout::new(key);
                layout.tally = Some(Box::default());
                let end = layout.end(line, desk);
                self.layouts.push(layout);
                end
            }
            None => guessed(line, desk),
        };
        if end < line.len() { end } else { 0 }
    }
}

impl Layout {
    fn new(key: Key) -> Self {
        Self { key, columns: None, seen: 0, departed: 0, tally: None }
    }

    fn end(&mut self, line: &[u8], desk: &mut Desk) -> usize {
        let end = match &self.columns {
            Some(columns) => {
                let (end, kept) = walked(line, columns, desk);
                self.seen += 1;
                self.departed += u32::from(!kept);
                end
            }
            None => guessed(line, desk),
        };
        if self.seen >= CHECKED {
            if self.departed * 4 >= self.seen * 3 && self.tally.is_none() {
                self.tally = Some(Box::default());
            }
            (self.seen, self.departed) = (0, 0);
        }
        if let Some(tally) = &mut self.tally {
            fields::cut_on(line, &mut desk.cut, &mut desk.recent, WINDOW);
            tally.add(line, &desk.cut);
            if tally.lines >= LATER {
                self.columns = Some(layout::columns(tally, tally.lines));
                self.tally = None;
            }
        }
        end
    }
}

fn key(cut: &[Field]) -> Option<Key> {
    Some((cut.first()?.class, cut.get(1).map(|field| field.class)))
}

/// Walks the learnt columns; a line that departs from them has its header end where it departs. Says where that is, and
/// whether the line held to all of them.
fn walked(line: &[u8], columns: &[Option<Class>], desk: &mut Desk) -> (usize, bool) {
    let Desk { cut, recent } = desk;
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
                    Some(field) => return (field.end, true),
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
        return (end, next == columns.len());
    }
    fields::cut_on(line, cut, recent, next + 1);
    let end = cut.get(next).filter(|field| field.class == Class::Separator).map_or(end, |field| field.end);
    (end, next == columns.len())
}

/// A layout that is not learnt: whatever can only be a header, after a time.
fn guessed(line: &[u8], desk: &mut Desk) -> usize {
    let Desk { cut, recent } = desk;
    fields::cut_on(line, cut, recent, GUESSED);
    let Some(first) = cut.first().filter(|field| field.class == Class::Time) else { return 0 };
    // A number that could be an epoch is one only in a layout that was learnt.
    let moment = line[first.start..first.end].trim_ascii_end();
    if moment.strip_suffix(b":").unwrap_or(moment).iter().all(u8::is_ascii_digit) {
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
