//! `midwatch logs patterns`: which lines are the same event, for a person or for another program.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use super::super::exit::{Failure, Outcome};
use crate::analysis::templates::{Counters, Miner, Patterns, Slot, Strip};
use crate::domain::CleanText;

/// What follows in a line after so many bytes is read over.
const LONGEST: usize = 1 << 20;
/// Bytes read at once.
const BLOCK: usize = 256 << 10;

/// Arguments of `midwatch logs patterns`.
#[derive(Debug, clap::Args)]
pub(super) struct PatternsArgs {
    /// The log file; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A line for each line of the file: {"line","pattern","template"}
    #[arg(long)]
    json: bool,
}

/// One line's answer.
#[derive(Serialize)]
struct Answer<'a> {
    line: u64,
    pattern: &'a str,
    template: &'a str,
}

/// Runs the form.
pub(super) fn run(args: &PatternsArgs) -> Outcome {
    let (mut miner, mut strip) = (Miner::default(), Strip::default());
    // Four bytes a line, and only for the form that answers for each line.
    let mut slots = Vec::new();
    let lines = read(&args.file, |line| {
        let slot = strip.push(line, &mut miner);
        if args.json {
            slots.push(slot);
        }
    })?;
    strip.decide(&mut miner);
    let patterns = miner.patterns();
    let out = &mut BufWriter::new(io::stdout().lock());
    if args.json {
        answer(&patterns, &slots, out)?;
    } else {
        table(&patterns, lines, miner.counters(), out)?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Gives each line of the file to `take` and says how many there were.
fn read(path: &Path, take: impl FnMut(&[u8])) -> Result<u64, Failure> {
    let done = if path == Path::new("-") {
        each_line(&mut io::stdin().lock(), take)
    } else {
        File::open(path).and_then(|file| each_line(&mut BufReader::with_capacity(BLOCK, file), take))
    };
    done.map_err(|error| {
        let name = CleanText::line(&path.display().to_string());
        let message = format!("{name}: {error}; name a log file that can be read, or - for standard input");
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::IsADirectory => {
                Failure::bad_input(message)
            }
            _ => Failure::CouldNot(anyhow::Error::new(error).context(message)),
        }
    })
}

/// Lines without their ends; a last line needs none. Of an endless line only its beginning is kept in memory.
fn each_line(input: &mut impl BufRead, mut take: impl FnMut(&[u8])) -> io::Result<u64> {
    let mut lines = 0;
    let mut line = Vec::new();
    let mut open = false;
    loop {
        let block = match input.fill_buf() {
            Ok(block) => block,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if block.is_empty() {
            if open {
                lines += 1;
                take(&line);
            }
            return Ok(lines);
        }
        let end = block.iter().position(|byte| *byte == b'\n');
        let part = &block[..end.unwrap_or(block.len())];
        line.extend_from_slice(&part[..part.len().min(LONGEST - line.len())]);
        let used = part.len() + usize::from(end.is_some());
        open = end.is_none();
        if !open {
            lines += 1;
            take(&line);
            line.clear();
        }
        input.consume(used);
    }
}

/// A line of JSON for each line read.
fn answer(patterns: &Patterns, slots: &[Slot], out: &mut impl Write) -> Result<(), Failure> {
    let ids: Vec<String> = patterns.all().iter().map(|pattern| pattern.id.to_string()).collect();
    for (line, slot) in (1..).zip(slots) {
        let Some(at) = patterns.of_slot(*slot) else { continue };
        let answer = Answer { line, pattern: &ids[at], template: &patterns.all()[at].template };
        serde_json::to_writer(&mut *out, &answer).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The patterns, the most frequent first.
fn table(patterns: &Patterns, lines: u64, counters: Counters, out: &mut impl Write) -> Result<(), Failure> {
    let mut order: Vec<_> = patterns.all().iter().collect();
    order.sort_by_key(|pattern| (std::cmp::Reverse(pattern.count), pattern.first));
    writeln!(out, "{:>9} {:>6} {:>9} {:>9}  TEMPLATE", "COUNT", "SHARE", "FIRST", "LAST")?;
    for pattern in order {
        let share = pattern.count as f64 * 100.0 / lines.max(1) as f64;
        let template = CleanText::line(&pattern.template);
        writeln!(out, "{:>9} {share:>5.1}% {:>9} {:>9}  {template}", pattern.count, pattern.first, pattern.last)?;
    }
    writeln!(out, "{} patterns in {lines} lines", patterns.all().len())?;
    if counters.beyond > 0 {
        writeln!(out, "{} lines found no room among the patterns and are counted as <*>", counters.beyond)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(input: &[u8], block: usize) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        each_line(&mut BufReader::with_capacity(block, input), |line| lines.push(line.to_vec())).unwrap();
        lines
    }

    #[test]
    fn lines_are_the_same_whatever_the_blocks() {
        for block in [1, 2, 3, 100] {
            assert_eq!(lines_of(b"a\n\nbc\nd", block), [&b"a"[..], b"", b"bc", b"d"]);
            assert_eq!(lines_of(b"a\n", block), [b"a"]);
            assert!(lines_of(b"", block).is_empty());
        }
    }

    #[test]
    fn of_an_endless_line_the_beginning_is_kept() {
        let mut input = vec![b'x'; LONGEST + 5];
        input.extend(b"\nnext");
        let lines = lines_of(&input, 4096);
        assert_eq!((lines[0].len(), lines[1].as_slice()), (LONGEST, &b"next"[..]));
    }

    #[test]
    fn the_table_has_the_frequent_first_and_shows_no_control_character() {
        let mut miner = Miner::default();
        for line in ["rare\u{202e}", "often 1", "often 2"] {
            miner.take(line.as_bytes());
        }
        let mut out = Vec::new();
        table(&miner.patterns(), 3, miner.counters(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let rows: Vec<&str> = text.lines().collect();
        assert!(rows[1].trim_start().starts_with("2  66.7%") && rows[1].ends_with("often <*>"), "{text}");
        assert!(rows[2].contains("rare") && !text.contains('\u{202e}'), "{text}");
    }
}
