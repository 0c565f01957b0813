//! Learns from the lines of one layout which of their columns are a header. Called by [`super::header`].

use super::fields::{CLASSES, Class, Field, WINDOW};

/// A header is at most this many columns.
const COLUMNS: usize = WINDOW - 1;

/// The columns of a header: the class that a column holds, or `None` for one in between that may hold anything.
pub type Columns = Vec<Option<Class>>;

/// What the columns of the lines of one layout held.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// How many lines.
    pub lines: u32,
    columns: [[u32; CLASSES]; WINDOW],
    padded: [u32; WINDOW],
    /// The first text of each column, and whether another was seen.
    first: [Option<Box<[u8]>>; WINDOW],
    varies: [bool; WINDOW],
}

impl Tally {
    /// Adds a line that was cut into [`WINDOW`] fields.
    pub fn add(&mut self, line: &[u8], cut: &[Field]) {
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

/// The header of a layout that was tallied among so many lines in all.
pub fn columns(tally: &Tally, total: u32) -> Columns {
    let mut found = Columns::new();
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
