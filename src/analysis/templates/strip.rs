//! Takes the headers off the lines of one stream, after learning from its first lines what they look like. Held beside each
//! file or other stream whose format no parser knows.

use super::LONGEST;
use super::header::{Desk, Headers};
use super::miner::{Miner, Slot, without_escapes};

/// So many lines are looked at before headers are decided.
const EARLY: usize = 2000;
/// Or so many bytes.
const EARLY_BYTES: usize = 1 << 20;

/// What is known of the headers of one stream.
#[derive(Debug, Clone)]
pub struct Strip {
    start: Start,
    desk: Desk,
}

#[derive(Debug, Clone)]
enum Start {
    /// The first lines and their slots, until there are enough to tell.
    Waiting { lines: Vec<(Slot, Box<[u8]>)>, bytes: usize },
    /// Told.
    Known(Headers),
}

impl Default for Strip {
    fn default() -> Self {
        Self { start: Start::Waiting { lines: Vec::new(), bytes: 0 }, desk: Desk::default() }
    }
}

impl Strip {
    /// Decides at once, from lines that are at hand (the first megabyte of a file); they are not taken by it. The lines
    /// should be the first ones of the stream, whichever are read first, so that every run decides alike.
    pub fn learn<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut bytes = 0;
        let early = lines.into_iter().take(EARLY).take_while(|line| {
            let more = bytes <= EARLY_BYTES;
            bytes += line.len().min(LONGEST);
            more
        });
        Self { start: Start::Known(Headers::learn(early.map(without_escapes))), desk: Desk::default() }
    }

    /// Gives the next line to the miner, without its header. The first lines of a stream wait for the decision; their
    /// slots are numbered at once and find their patterns then.
    pub fn push(&mut self, line: &[u8], miner: &mut Miner) -> Slot {
        let Start::Waiting { lines, bytes } = &mut self.start else {
            let line = without_escapes(line);
            return miner.take_clean(&line[self.message(&line)..]);
        };
        let slot = miner.reserve();
        *bytes += line.len().min(LONGEST);
        lines.push((slot, Box::from(&line[..line.len().min(EARLY_BYTES)])));
        if lines.len() == EARLY || *bytes > EARLY_BYTES {
            self.decide(miner);
        }
        slot
    }

    /// Decides with the lines so far, as at the end of the input or when a slow stream is to be shown.
    pub fn decide(&mut self, miner: &mut Miner) {
        let Start::Waiting { lines, .. } = &mut self.start else { return };
        let lines = std::mem::take(lines);
        self.start = Start::Known(Headers::learn(lines.iter().map(|(_, line)| without_escapes(line))));
        for (slot, line) in lines {
            let line = without_escapes(&line);
            miner.settle(slot, &line[self.message(&line)..]);
        }
    }

    /// Where the message of a line begins; 0 as long as nothing is decided. The line holds no escape sequences.
    pub fn message(&mut self, line: &[u8]) -> usize {
        match &mut self.start {
            Start::Known(headers) => headers.end(line, &mut self.desk),
            Start::Waiting { .. } => 0,
        }
    }
}
