//! Rows of a CSV file with the columns `timestamp` and `value`, one by one, for [`metrics`](super).

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::name;
use crate::cli::exit::Failure;
use crate::domain::time::from_seconds;
use crate::domain::{CleanText, Sample, Timestamp};

/// The longest line that is read.
const LONGEST: u64 = 64 << 10;

/// One row.
pub(super) struct Row<'a> {
    /// The time as it stands in the file.
    pub timestamp: &'a str,
    /// What it says. A value that is empty or not a number is NaN.
    pub sample: Sample,
}

/// Where the two columns are.
#[derive(Clone, Copy)]
struct Columns {
    timestamp: usize,
    value: usize,
}

/// Gives each row to `take`, in the file's order. Empty lines are left out.
pub(super) fn each_row(path: &Path, take: impl FnMut(Row) -> Result<(), Failure>) -> Result<(), Failure> {
    if path == Path::new("-") {
        return rows(&mut io::stdin().lock(), path, take);
    }
    match File::open(path) {
        Ok(file) => rows(&mut BufReader::with_capacity(256 << 10, file), path, take),
        Err(error) => Err(unreadable(path, error)),
    }
}

fn rows(
    input: &mut impl BufRead,
    path: &Path,
    mut take: impl FnMut(Row) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut columns = None;
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        input.by_ref().take(LONGEST).read_until(b'\n', &mut line).map_err(|error| unreadable(path, error))?;
        if line.is_empty() {
            break;
        }
        let wrong = |message: &str| Failure::bad_input(format!("{}:{number}: {message}", name(path)));
        if line.len() as u64 == LONGEST {
            return Err(wrong("a line of more than 64 KiB; name a CSV file with the columns timestamp and value"));
        }
        let text = std::str::from_utf8(&line).map_err(|_| wrong("not UTF-8; save the file as UTF-8"))?;
        let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']);
        if text.trim().is_empty() {
            continue;
        }
        let Some(columns) = columns else {
            columns = Some(header(text).ok_or_else(|| {
                wrong("the first line must name the columns, among them timestamp and value, as `timestamp,value`")
            })?);
            continue;
        };
        take(row(text, columns).map_err(|message| wrong(&message))?)?;
    }
    match columns {
        Some(_) => Ok(()),
        None => Err(Failure::bad_input(format!("{}:1: empty; the first line must be `timestamp,value`", name(path)))),
    }
}

fn header(line: &str) -> Option<Columns> {
    let at = |wanted: &str| line.split(',').position(|field| plain(field).eq_ignore_ascii_case(wanted));
    Some(Columns { timestamp: at("timestamp")?, value: at("value")? })
}

fn row(line: &str, columns: Columns) -> Result<Row<'_>, String> {
    let field = |at: usize| line.split(',').nth(at).map(plain);
    let timestamp = field(columns.timestamp).unwrap_or_default();
    let at = instant(timestamp).ok_or_else(|| {
        let shown = CleanText::line(timestamp);
        format!("`{shown}` is no time; write it as 2014-04-01 00:05:00, in RFC 3339, or in seconds since 1970")
    })?;
    let value = field(columns.value).ok_or("no value; each row needs as many fields as the first line has")?;
    let value = match value {
        "" => f64::NAN,
        value => value.parse().map_err(|_| {
            format!(
                "`{}` is no number; write it as 18.32, or leave it empty where there is none",
                CleanText::line(value)
            )
        })?,
    };
    Ok(Row { timestamp, sample: Sample { at, value } })
}

/// A field without spaces and quotes about it.
fn plain(field: &str) -> &str {
    field.trim().trim_matches('"')
}

/// A time of day without a zone is UTC.
fn instant(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if let Ok(civil) = text.parse::<jiff::civil::DateTime>() {
        return civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    }
    text.parse().ok().and_then(from_seconds)
}

fn unreadable(path: &Path, error: io::Error) -> Failure {
    let message = format!("{}: {error}; name a CSV file that can be read, or - for standard input", name(path));
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::IsADirectory => {
            Failure::bad_input(message)
        }
        _ => Failure::CouldNot(anyhow::Error::new(error).context(message)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Vec<(String, f64)>, String> {
        let mut found = Vec::new();
        let done = rows(&mut &text[..], Path::new("a.csv"), |row| {
            found.push((row.sample.at.to_string(), row.sample.value));
            Ok(())
        });
        match done {
            Ok(()) => Ok(found),
            Err(Failure::BadInput(message)) => Err(message),
            Err(Failure::CouldNot(error)) => Err(format!("could not: {error}")),
        }
    }

    #[test]
    fn times_are_read_as_people_and_programs_write_them() {
        let text = "\u{feff}host,Timestamp,\"value\"\r\na,2014-04-01 00:05:00,1\nb,2014-04-01T00:05:00Z,2\n\nc,1396310700,3\n\
                    d,\"2014-04-01T02:05:00+02:00\",4\ne,2014-04-01 00:05:00,";
        let rows = read(text.as_bytes()).unwrap();
        assert!(rows.iter().all(|(at, _)| at == "2014-04-01T00:05:00Z"), "{rows:?}");
        assert_eq!(rows.iter().map(|(_, value)| *value).take(4).collect::<Vec<_>>(), [1.0, 2.0, 3.0, 4.0]);
        assert!(rows[4].1.is_nan());
    }

    #[test]
    fn a_wrong_row_is_named_by_file_and_line() {
        for (text, told) in [
            (&b"timestamp,value\n2014-04-01 00:05:00,x\n"[..], "a.csv:2: `x` is no number"),
            (b"timestamp,value\nyesterday,1\n", "a.csv:2: `yesterday` is no time"),
            (b"timestamp,value\n2014-04-01 00:05:00\n", "a.csv:2: no value"),
            (b"time,count\n", "a.csv:1: the first line must name"),
            (b"", "a.csv:1: empty"),
            (b"timestamp,value\n\xff\xfe\n", "a.csv:2: not UTF-8"),
        ] {
            let message = read(text).unwrap_err();
            assert!(message.starts_with(told), "{message}");
        }
        let message = read(&[b'x'; 70_000]).unwrap_err();
        assert!(message.contains("64 KiB"), "{message}");
    }
}
