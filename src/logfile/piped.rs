//! A stream that can be read only once, such as standard input: written to spools as it comes and indexed there, so that
//! neither its length nor its age costs memory. When the disk's budget is spent, the oldest spool goes. A source's thread
//! feeds it.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memrchr;

use crate::domain::CleanText;

use super::index::{Place, Reading, Reel};
use super::library::Library;
use super::spool::{Full, Spool};
use super::tape::Stage;

/// Spools that the budget is divided among.
const SPOOLS: u64 = 8;
/// Bytes that follow a spool's end in the same spool while no line ends.
const OVERHANG: u64 = 64 << 20;

/// The stream so far.
#[derive(Debug)]
pub struct Piped {
    library: Arc<Library>,
    name: PathBuf,
    place: Place,
    /// Oldest first; the last is written to.
    parts: VecDeque<Part>,
    /// Bytes that had to go.
    dropped: u64,
    is_full: bool,
}

#[derive(Debug)]
struct Part {
    spool: Spool,
    reel: Reel,
}

impl Piped {
    /// A stream under this name.
    ///
    /// # Errors
    /// When no temporary file can be made.
    pub fn new(library: &Arc<Library>, name: &str, place: Place) -> io::Result<Self> {
        let (library, name) = (Arc::clone(library), PathBuf::from(name));
        let mut piped = Self { library, name, place, parts: VecDeque::new(), dropped: 0, is_full: false };
        piped.begin()?;
        Ok(piped)
    }

    /// Takes what came.
    ///
    /// # Errors
    /// When it can be written nowhere, in words; what came before stays.
    pub fn feed(&mut self, bytes: &[u8], now: i64) -> io::Result<()> {
        let each = self.library.budgets().spool / SPOOLS;
        let written = self.parts.back().map_or(0, |part| part.spool.at());
        let mut rest = bytes;
        if written + bytes.len() as u64 > each && written > 0 {
            // A spool ends with a line.
            let line = memrchr(b'\n', bytes).map(|at| at + 1);
            if line.is_some() || written > each.saturating_add(OVERHANG) {
                let (last, first) = bytes.split_at(line.unwrap_or(0));
                self.write(last, now)?;
                self.end(now);
                self.begin()?;
                rest = first;
            }
        }
        self.write(rest, now)?;
        if let Some(part) = self.parts.back_mut() {
            part.reel.publish();
        }
        Ok(())
    }

    /// Nothing came for a while.
    pub fn quiet(&mut self, now: i64) {
        if let Some(part) = self.parts.back_mut() {
            part.reel.quiet(now);
        }
    }

    /// The stream came to its end.
    pub fn finish(&mut self, now: i64) {
        self.end(now);
    }

    /// Bytes at the beginning of the stream that had to go.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    fn begin(&mut self) -> io::Result<()> {
        let spool = Spool::new(&self.library)?;
        let opened = Arc::new(spool.opened(&self.name));
        let reading = Reading { choice: self.choice(), ..Reading::default() };
        let reel = Reel::new(&self.library, opened, self.place.clone(), reading);
        self.parts.push_back(Part { spool, reel });
        Ok(())
    }

    fn choice(&self) -> super::heads::Choice {
        self.library.choice(&self.name).map(|(_, choice)| choice).unwrap_or_default()
    }

    fn end(&mut self, now: i64) {
        if let Some(part) = self.parts.back_mut() {
            part.reel.finish(Stage::Ended, now);
        }
    }

    fn write(&mut self, bytes: &[u8], now: i64) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        loop {
            let Some(part) = self.parts.back_mut() else { return Ok(()) };
            let at = part.spool.at();
            match part.spool.write(bytes) {
                Ok(()) => {
                    part.reel.feed(at, bytes, now);
                    return Ok(());
                }
                Err(full) if self.parts.len() > 1 => self.drop_oldest(&full),
                Err(full) => return Err(io::Error::other(full.to_string())),
            }
        }
    }

    /// Makes room on the disk.
    fn drop_oldest(&mut self, full: &Full) {
        let Some(mut part) = self.parts.pop_front() else { return };
        self.dropped += part.spool.at();
        part.reel.retire();
        part.reel.file().close();
        if !std::mem::replace(&mut self.is_full, true) {
            let name = self.name.display();
            self.library.note(CleanText::line(&format!("{full}: only the newest part of {name} is kept")));
        }
    }

    /// Reads all that is kept again in another format.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn reread(&mut self) -> io::Result<()> {
        let choice = self.choice();
        for part in &mut self.parts {
            part.reel.reread(choice.clone())?;
        }
        Ok(())
    }

    /// Goes on with what a new reading left to be indexed; gives how many bytes it were.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn work(&mut self, bytes: u64) -> io::Result<u64> {
        for part in self.parts.iter_mut().rev() {
            if part.reel.is_busy() {
                return part.reel.work(bytes);
            }
        }
        Ok(0)
    }

    /// The name that the stream is known by.
    pub fn name(&self) -> &Path {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SourceId;
    use crate::logfile::{Budgets, Unmined};

    fn library(spool: u64) -> Arc<Library> {
        Arc::new(Library::with_budgets(Box::new(Unmined), Budgets { spool, ..Budgets::default() }))
    }

    fn piped(library: &Arc<Library>) -> Piped {
        Piped::new(library, "stdin", Place { source: SourceId::new("stdin"), service: "web".into() }).unwrap()
    }

    fn texts(library: &Library) -> Vec<String> {
        let mut texts = Vec::new();
        for tape in library.tapes().iter().filter(|tape| !tape.is_retired()) {
            let snapshot = tape.snapshot();
            let text = |row| String::from_utf8(tape.file().text(snapshot.span(row).unwrap()).unwrap()).unwrap();
            texts.extend((0..snapshot.len()).map(text));
        }
        texts
    }

    #[test]
    fn every_line_of_a_long_stream_is_there_once_whatever_spool_it_is_in() {
        let library = library(1 << 20);
        let mut piped = piped(&library);
        let lines: Vec<String> = (0..20_000).map(|line| format!("2026-11-20T21:04:25Z INFO line {line}\n")).collect();
        for part in lines.concat().as_bytes().chunks(1000) {
            piped.feed(part, 7).unwrap();
        }
        piped.finish(7);
        assert_eq!(texts(&library), lines);
        assert!(piped.parts.len() > 3 && piped.dropped() == 0);
    }

    #[test]
    fn a_spent_budget_drops_the_oldest_and_says_so() {
        let library = library(1 << 20);
        let mut piped = piped(&library);
        for line in 0..60_000 {
            piped.feed(format!("2026-11-20T21:04:25Z INFO line {line}\n").as_bytes(), 7).unwrap();
            assert!(library.spooled() <= 1 << 20);
        }
        let texts = texts(&library);
        assert!(texts.len() > 20_000 && texts.last().unwrap().ends_with("line 59999\n"));
        assert!(texts[0].ends_with(&format!("line {}\n", 60_000 - texts.len())));
        assert!(piped.dropped() > 0);
        assert!(library.notes()[0].contains("only the newest part of stdin is kept"));
    }

    #[test]
    fn lines_without_a_time_are_as_old_as_their_coming() {
        let library = library(1 << 20);
        let mut piped = piped(&library);
        piped.feed(b"one\nwithout end", 7).unwrap();
        piped.quiet(7);
        piped.feed(b"\ntwo\n", 9).unwrap();
        piped.quiet(9);
        let tape = library.tapes()[0].snapshot();
        let times: Vec<i64> = (0..tape.len()).map(|row| tape.row(row).unwrap().at).collect();
        assert_eq!(times, [7, 7, 9]);
    }
}
