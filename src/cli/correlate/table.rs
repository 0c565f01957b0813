//! Tables of comma-separated values, quotes as in RFC 4180: a record a row, its fields named by the first row. Read row by
//! row, compressed files too.

use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::Question;
use super::records::{Records, record};
use crate::analysis::correlate::Side;
use crate::cli::exit::Failure;
use crate::cli::logs::input::{self, failure};
use crate::domain::{CleanText, LogRecord, Timestamp};
use crate::logfile::parse::instant;

/// The longest row.
const LONGEST: u64 = 1 << 20;
/// Columns of a table at most.
const COLUMNS: usize = 512;
/// Columns that hold the time of a row.
const TIMES: [&str; 5] = ["time", "timestamp", "@timestamp", "ts", "date"];

/// Compares the rows of tables.
pub(super) fn told(
    question: &Question,
    files: &[PathBuf],
    bad: Option<&Path>,
) -> Result<crate::logs::contrast::Told, Failure> {
    let mut records = Records::new(question, &[]);
    let files = files.iter().map(|path| (path.as_path(), Side::Rest));
    for (path, side) in bad.map(|path| (path, Side::Bad)).into_iter().chain(files) {
        read(path, |record, name| records.take(record, name, side))?;
    }
    Ok(records.told())
}

fn read(path: &Path, mut take: impl FnMut(&LogRecord, &str)) -> Result<(), Failure> {
    let input = input::open(path)?;
    let name = CleanText::line(&input.name);
    let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let mut rows = Rows { reader: BufReader::with_capacity(1 << 18, input.reader), line: 0, text: Vec::new() };
    let wrong = |line: u64, what: &str| Failure::bad_input(format!("{name}, line {line}: {what}"));
    let next = |rows: &mut Rows<_>| rows.next().map_err(|error| failure(path, error));
    let Some((_, head)) = next(&mut rows)? else {
        return Err(wrong(1, "the table is empty; its first row names the columns"));
    };
    let head = head.map_err(|what| wrong(1, what))?;
    if head.len() > COLUMNS {
        return Err(wrong(1, "too many columns; name those that matter"));
    }
    let names: Vec<CleanText> = head.iter().map(|name| CleanText::line(name.trim())).collect();
    let column = |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
    let (time, service) = (TIMES.iter().find_map(|name| column(name)), column("service"));
    while let Some((line, cells)) = next(&mut rows)? {
        let cells = cells.map_err(|what| wrong(line, what))?;
        if cells.len() != names.len() {
            let what = format!("{} cells where the first row names {} columns", cells.len(), names.len());
            return Err(wrong(line, &what));
        }
        let at_time: Option<Timestamp> = time.and_then(|at| instant(cells.get(at)?));
        let named = service.and_then(|at| cells.get(at)).map_or("", String::as_str);
        // A time that cannot be read is a field like any other.
        let is_field = |at: usize| Some(at) != service && (Some(at) != time || at_time.is_none());
        let fields = names.iter().zip(&cells).enumerate().filter(|(at, _)| is_field(*at));
        let fields = fields.map(|(_, (name, cell))| (name.clone(), CleanText::line(cell))).collect();
        take(&record(at_time, named, fields), &file);
    }
    Ok(())
}

/// The rows of a table, one by one.
struct Rows<R> {
    reader: BufReader<R>,
    line: u64,
    text: Vec<u8>,
}

/// A row's cells, or what is wrong with it.
type Cells = Result<Vec<String>, &'static str>;

impl<R: Read> Rows<R> {
    /// The next row that is not blank, with the line it begins on.
    fn next(&mut self) -> io::Result<Option<(u64, Cells)>> {
        loop {
            self.text.clear();
            let begun = self.line + 1;
            loop {
                let left = LONGEST.saturating_sub(self.text.len() as u64);
                let read = self.reader.by_ref().take(left).read_until(b'\n', &mut self.text)?;
                self.line += u64::from(self.text.last() == Some(&b'\n'));
                let is_open = self.text.iter().filter(|byte| **byte == b'"').count() % 2 == 1;
                if is_open && (read == 0 || self.text.len() as u64 >= LONGEST) {
                    return Ok(Some((begun, Err("a quote is opened and never closed; close it, or double it"))));
                }
                if !is_open {
                    break;
                }
            }
            if self.text.is_empty() {
                return Ok(None);
            }
            if self.text.len() as u64 >= LONGEST && self.text.last() != Some(&b'\n') {
                return Ok(Some((begun, Err("the row is longer than 1 MiB"))));
            }
            let text = String::from_utf8_lossy(&self.text);
            let text = text.trim_end_matches(['\n', '\r']).trim_start_matches('\u{feff}');
            if !text.is_empty() {
                return Ok(Some((begun, Ok(cells(text)))));
            }
        }
    }
}

fn cells(text: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, quoted) {
            ('"', true) if chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            ('"', true) => quoted = false,
            ('"', false) if cell.is_empty() => quoted = true,
            (',', false) => cells.push(std::mem::take(&mut cell)),
            (c, true | false) => cell.push(c),
        }
    }
    cells.push(cell);
    cells
}
