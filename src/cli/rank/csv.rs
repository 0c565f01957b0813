//! Rows of comma-separated values with their line numbers, for the files of `midwatch rank`. Quotes as in RFC 4180.

use super::super::exit::Failure;
use crate::domain::CleanText;

/// Most bytes of a file.
const LONGEST: u64 = 512 << 20;

/// One row.
pub(super) struct Row {
    /// Where it begins, from 1.
    pub line: usize,
    pub cells: Vec<String>,
}

/// A file's rows; blank lines are left out.
pub(super) struct Table {
    name: CleanText,
    pub rows: Vec<Row>,
}

impl Table {
    /// Reads a file that must be UTF-8.
    pub fn read(path: &std::path::Path) -> Result<Self, Failure> {
        let name = CleanText::line(&path.display().to_string());
        let text = text_of(path)?;
        let rows = rows(&text).map_err(|line| {
            Failure::bad_input(format!(
                "{name}, line {line}: a quote is opened and never closed; close it, or double it"
            ))
        })?;
        Ok(Self { name, rows })
    }

    /// A complaint about a line of this file.
    pub fn wrong(&self, line: usize, what: &str) -> Failure {
        Failure::bad_input(format!("{}, line {line}: {what}", self.name))
    }

    /// The row at this place, or a complaint that it is missing.
    pub fn row(&self, at: usize, what: &str) -> Result<&Row, Failure> {
        let end = self.rows.last().map_or(1, |row| row.line);
        self.rows.get(at).ok_or_else(|| self.wrong(end, &format!("the file ends before {what}")))
    }
}

/// A whole text file.
pub(super) fn text_of(path: &std::path::Path) -> Result<String, Failure> {
    let name = CleanText::line(&path.display().to_string());
    let size = std::fs::metadata(path).map(|it| it.len()).unwrap_or(0);
    if size > LONGEST {
        let most = LONGEST >> 20;
        return Err(Failure::bad_input(format!("{name}: more than {most} MiB; cut it to the time that matters")));
    }
    let bytes =
        std::fs::read(path).map_err(|error| Failure::bad_input(format!("{name}: {error}; name a file to read")))?;
    String::from_utf8(bytes).map_err(|error| {
        let line =
            error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        Failure::bad_input(format!("{name}, line {line}: not UTF-8; convert the file"))
    })
}

/// Splits into rows; the line of a quote without an end is the error.
fn rows(text: &str) -> Result<Vec<Row>, usize> {
    let mut rows = Vec::new();
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut quoted = None;
    let (mut line, mut began) = (1, 1);
    let mut chars = text.strip_prefix('\u{feff}').unwrap_or(text).chars().peekable();
    while let Some(c) = chars.next() {
        line += usize::from(c == '\n');
        match (c, quoted) {
            ('"', Some(_)) if chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            ('"', Some(_)) => quoted = None,
            ('"', None) if cell.is_empty() => quoted = Some(line),
            (',', None) => cells.push(std::mem::take(&mut cell)),
            ('\n', None) => {
                cells.push(std::mem::take(&mut cell).trim_end_matches('\r').to_owned());
                push(&mut rows, began, std::mem::take(&mut cells));
                began = line;
            }
            (c, _) => cell.push(c),
        }
    }
    if let Some(line) = quoted {
        return Err(line);
    }
    cells.push(cell);
    push(&mut rows, began, cells);
    Ok(rows)
}

fn push(rows: &mut Vec<Row>, line: usize, cells: Vec<String>) {
    if cells.iter().any(|cell| !cell.is_empty()) {
        rows.push(Row { line, cells });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(usize, Vec<String>)> {
        rows(text).unwrap().into_iter().map(|row| (row.line, row.cells)).collect()
    }

    #[test]
    fn quotes_commas_line_ends_and_line_numbers() {
        let text = "\u{feff}a,\"b, \"\"c\"\"\nd\",\r\n\n1,2,3";
        let want = [(1, vec!["a", "b, \"c\"\nd", ""]), (4, vec!["1", "2", "3"])];
        let want: Vec<(usize, Vec<String>)> =
            want.into_iter().map(|(line, cells)| (line, cells.into_iter().map(str::to_owned).collect())).collect();
        assert_eq!(cells(text), want);
        assert!(cells("").is_empty());
    }

    #[test]
    fn a_quote_without_an_end_says_its_line() {
        assert_eq!(rows("a\nb,\"c\nd").err(), Some(2));
    }
}
