//! The lines of a chart by letter, name and last value, in as many columns as fit.

use crate::ui::line::{Line, cell, cell_right, width};
use crate::ui::theme::Role;

/// Columns a name takes at most.
const NAME: usize = 44;
/// Columns between two entries.
const APART: usize = 3;

/// What is said of one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its letter.
    pub sign: char,
    /// Its colour.
    pub role: Role,
    /// Its name.
    pub name: String,
    /// Its last value or the value at the cursor, and what else is said of it.
    pub value: String,
    /// Whether it is the selected one.
    pub selected: bool,
}

/// Entries in aligned columns on at most `rows` rows; how many found no room is said at the end of the last one.
pub fn legend(entries: &[Entry], columns: usize, rows: usize) -> Vec<Line> {
    let values = entries.iter().map(|entry| width(&entry.value)).max().unwrap_or(0);
    let widest = entries.iter().map(|entry| width(&entry.name)).max().unwrap_or(0);
    let names = widest.min(NAME).min(columns.saturating_sub(values + 5)).max(4);
    let one = names + values + 4;
    let abreast = ((columns + APART) / (one + APART)).clamp(1, entries.len().max(1));
    let mut lines: Vec<Line> = entries
        .chunks(abreast)
        .take(rows)
        .map(|row| {
            let mut line = Line::new();
            for (at, entry) in row.iter().enumerate() {
                if at > 0 {
                    line.push(" ".repeat(APART), Role::Text);
                }
                line.push(if entry.selected { "▌" } else { " " }, Role::Focus);
                line.push(format!("{} ", entry.sign), entry.role);
                line.push(cell(&entry.name, names), if entry.selected { Role::Strong } else { Role::Text });
                line.push(format!(" {}", cell_right(&entry.value, values)), Role::Strong);
            }
            line
        })
        .collect();
    let left_out = entries.len().saturating_sub(abreast * rows);
    if left_out > 0
        && let Some(last) = lines.last_mut()
    {
        let words = format!("  + {left_out}");
        let room = columns.saturating_sub(width(&words));
        let mut cut = std::mem::take(last).cut(room);
        cut.push(words, Role::Dim);
        *last = cut;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(sign: char, name: &str, value: &str) -> Entry {
        Entry { sign, role: Role::Trend, name: name.to_owned(), value: value.to_owned(), selected: sign == 'a' }
    }

    #[test]
    fn entries_stand_in_columns_and_what_finds_no_room_is_counted() {
        let entries = [entry('a', "checkout", "14/s"), entry('b', "payments", "9.5/s"), entry('c', "cart", "0/s")];
        let text = |columns, rows| legend(&entries, columns, rows).iter().map(Line::text).collect::<Vec<_>>();
        assert_eq!(text(80, 2), ["▌a checkout  14/s    b payments 9.5/s    c cart       0/s"]);
        assert_eq!(text(40, 2), ["▌a checkout  14/s    b payments 9.5/s", " c cart       0/s"]);
        assert_eq!(text(20, 2), ["▌a checkout  14/s", " b payments 9.…  + 1"]);
    }
}
