//! Files read to their ends and a desk over them, for the forms that look at all records.

use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::exit::Failure;
use super::Formats;
use crate::domain::{CleanText, SourceId, Timestamp};
use crate::logfile::follow::{Known, State};
use crate::logfile::piped::Piped;
use crate::logfile::{Library, Place, Watch};
use crate::logs::{Answer, Ask, Budget, Desk, SharedMiner, Slice};

/// Bytes read of standard input at once.
const BLOCK: usize = 1 << 20;
/// Polls without anything new after which a file is at its end.
const QUIET: u32 = 6;

/// A desk over what was read.
pub(in crate::cli) struct Reading {
    pub(in crate::cli) desk: Desk,
    /// The text of a stream lives as long as this.
    _streams: Vec<Piped>,
}

/// Reads files to their ends and gives a desk over their records.
pub(in crate::cli) fn read(files: &[PathBuf], formats: &Formats) -> Result<Reading, Failure> {
    let miner = SharedMiner::default();
    let library = Arc::new(Library::new(Box::new(miner.clone())).with_formats(formats));
    let mut known = Known::default();
    let mut streams = Vec::new();
    for path in files {
        if path == Path::new("-") {
            streams.push(standard_input(&library)?);
            continue;
        }
        // Said before all the rest is read.
        drop(super::input::open(path)?);
        file(path, &mut known, &library)?;
    }
    progress_over();
    Ok(Reading { desk: Desk::new(library, miner, Budget { held: 0 }), _streams: streams })
}

/// Asks and gives what is answered once nothing more is to be done.
pub(in crate::cli) fn answers(desk: &mut Desk, ask: Ask) -> Vec<Answer> {
    desk.ask(ask);
    let mut answers = Vec::new();
    while desk.is_busy() {
        answers.extend(desk.work(Slice::default()));
    }
    answers
}

fn file(path: &Path, known: &mut Known, library: &Arc<Library>) -> Result<(), Failure> {
    let mut watch = Watch::new(path.to_owned(), &SourceId::new("files"), "", u64::MAX);
    let mut quiet = 0;
    while quiet < QUIET {
        let polled = watch.poll(known, library, Timestamp::now());
        if let State::Failed(why) = watch.state() {
            let name = CleanText::line(&path.display().to_string());
            return Err(Failure::CouldNot(anyhow::anyhow!("{name}: {}", CleanText::line(why))));
        }
        let is_quiet = !polled.more && polled.read == 0 && polled.worked == 0;
        quiet = if is_quiet { quiet + 1 } else { 0 };
        progress(library);
    }
    Ok(())
}

fn standard_input(library: &Arc<Library>) -> Result<Piped, Failure> {
    let place = Place { source: SourceId::new("stdin"), service: "stdin".into() };
    let mut piped = Piped::new(library, "(standard input)", place)?;
    let mut block = vec![0; BLOCK];
    let now = || i64::try_from(Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX);
    loop {
        match io::stdin().lock().read(&mut block) {
            Ok(0) => break,
            Ok(read) => piped.feed(block.get(..read).unwrap_or_default(), now())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
        while piped.work(BLOCK as u64)? > 0 {}
    }
    piped.finish(now());
    while piped.work(BLOCK as u64)? > 0 {}
    Ok(piped)
}

/// How far reading is, for somebody who waits at a terminal.
fn progress(library: &Library) {
    let (done, total) = library.progress();
    if total > 64 << 20 && io::stderr().is_terminal() {
        let _ = write!(io::stderr(), "\r{:3} % read", done * 100 / total.max(1));
    }
}

fn progress_over() {
    if io::stderr().is_terminal() {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
}
