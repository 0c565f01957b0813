//! Tables in evidence: columns apart by blanks, bars, tabs or commas, as command-line tools print them.

use super::figure::{Figure, figures};

/// Rows under a heading.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The names of the columns.
    pub header: Vec<String>,
    /// The line of the heading, counted from 1.
    pub heading: u32,
    /// The cited rows.
    pub rows: Vec<Row>,
}

/// A row.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its line, counted from 1.
    pub line: u32,
    /// As many as the heading has names.
    pub cells: Vec<String>,
}

#[derive(Clone, Copy)]
enum Cut {
    Bars,
    Tabs,
    Wide,
    Commas,
    Blanks,
}

/// Reads the table of a text, with the rows among the cited lines; the heading counts even outside them.
pub fn read(whole: &[&str], first: usize, count: usize) -> Option<Table> {
    let cuts = [Cut::Bars, Cut::Tabs, Cut::Wide, Cut::Commas, Cut::Blanks];
    let (_, found) = cuts.into_iter().filter_map(|cut| with(cut, whole)).min_by_key(|(others, _)| *others)?;
    let cited = first..first + count;
    let rows = found.rows.into_iter().filter(|row| cited.contains(&(row.line as usize))).collect();
    Some(Table { rows, ..found })
}

/// The table cut this way, and how many lines under its heading are no rows of it.
fn with(cut: Cut, whole: &[&str]) -> Option<(usize, Table)> {
    // The heading is among the first lines: a title or a comment may stand before it.
    for (at, line) in whole.iter().enumerate().take(3) {
        let mut header = cells(cut, line);
        // A heading without a name over its first column begins with blanks.
        let next = whole.get(at + 1).copied().unwrap_or_default();
        let unnamed = matches!(cut, Cut::Wide | Cut::Blanks) && line.starts_with("   ") && !next.starts_with(' ');
        if unnamed && header.len() > 1 {
            header.insert(0, "name".to_owned());
        }
        if header.len() < 2 || !header.iter().all(|name| is_name(name)) {
            continue;
        }
        let mut rows = Vec::new();
        let mut others = 0;
        for (line, number) in whole[at + 1..].iter().zip(at + 2..) {
            if line.trim().is_empty() || line.chars().all(|c| matches!(c, '-' | '+' | '|' | '=' | ' ')) {
                continue;
            }
            let mut cells = cells(cut, line);
            // A last column of several words, or a heading of two words at the end.
            if cells.len() > header.len() && matches!(cut, Cut::Wide) {
                let last = cells.split_off(header.len() - 1).join(" ");
                cells.push(last);
            }
            let short = matches!(cut, Cut::Blanks) && cells.len() + 1 == header.len()
                || unnamed && cells.len() > 2 && cells.len() < header.len();
            if cells.len() == header.len() || (short && header.len() > 3) {
                cells.resize(header.len(), String::new());
                rows.push(Row { line: u32::try_from(number).unwrap_or(u32::MAX), cells });
            } else {
                others += 1;
            }
        }
        if !rows.is_empty() && others * 3 <= rows.len() {
            return Some((others, Table { header, heading: u32::try_from(at + 1).unwrap_or(1), rows }));
        }
    }
    None
}

fn cells(cut: Cut, line: &str) -> Vec<String> {
    let own = |parts: &mut dyn Iterator<Item = &str>| parts.map(|part| part.trim().to_owned()).collect::<Vec<_>>();
    let line = line.trim();
    match cut {
        Cut::Bars if line.contains('|') => own(&mut line.trim_matches('|').split('|')),
        Cut::Tabs if line.contains('\t') => own(&mut line.split('\t')),
        Cut::Commas if line.contains(',') => own(&mut line.split(',')),
        Cut::Wide => own(&mut line.split("  ").filter(|part| !part.trim().is_empty())),
        Cut::Blanks => own(&mut line.split_whitespace()),
        Cut::Bars | Cut::Tabs | Cut::Commas => Vec::new(),
    }
}

/// Whether a word may name a column: letters, and no value.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '%' | '#' | '"'))
        && text.len() <= 40
        && !text.contains(['=', '{', '}', ';'])
        && !text.ends_with([':', '.'])
        && text.bytes().filter(u8::is_ascii_digit).count() <= 2
}

/// The number that a cell is, if it is one.
pub fn number(cell: &str) -> Option<Figure> {
    let found = figures(cell, &[]);
    let [figure] = found.as_slice() else { return None };
    cell.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '"').then(|| figure.clone())
}
