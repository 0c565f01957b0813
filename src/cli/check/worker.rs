//! The process that reads commands for `midwatch check --json`. It holds nothing but its pipes and little memory, and its
//! parent (`watchdog.rs`) kills it when a command takes too long; so it needs neither clock nor care for its own end.

use std::io::{BufRead, BufReader, Write};
use std::thread;

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::actions::{PARSER_STACK, PARSER_THREAD, Tables};

use super::question::{Question, Where};

/// Most address space, in bytes.
const MEMORY: u64 = 256 << 20;

/// Answers a line for every line, in order, until the input ends.
///
/// # Errors
/// A message and an exit status when a pipe or the thread fails.
pub fn work(tables: Tables) -> Result<(), (String, u8)> {
    for (limit, most) in [(Resource::As, MEMORY), (Resource::Core, 0)] {
        let bound = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(limit, bound).map_err(|error| (format!("cannot limit its own memory: {error}"), 1))?;
    }
    let begun =
        thread::Builder::new().name(PARSER_THREAD.to_owned()).stack_size(PARSER_STACK).spawn(move || answers(&tables));
    let thread = begun.map_err(|error| (format!("cannot start its thread: {error}"), 1))?;
    match thread.join() {
        Ok(done) => done.map_err(|error| (error.to_string(), 1)),
        Err(_) => Err(("failed".to_owned(), 1)),
    }
}

fn answers(tables: &Tables) -> std::io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 16, std::io::stdin().lock());
    let mut out = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    // Says that it is ready.
    writeln!(out)?;
    out.flush()?;
    let mut line = String::new();
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return out.flush();
        }
        let question = Question::read(&line, 0).map_err(std::io::Error::other)?;
        writeln!(out, "{}", question.answer(tables, Where::Here)?)?;
        // The next line may be the one that ends this process; it alone is to bear that.
        out.flush()?;
    }
}
