//! What the bad records of a look have in common that others have not: the rows of both sides are chosen by their
//! columns, read in runs, and handed to `analysis/correlate` field by field. Of more rows than may be read, rows at even
//! distances are; where the others are to be of the same services, as many of each as the bad have, so that neither the
//! service nor what only that service logs is the finding.
//!
//! A question is answered once, for what was there when it was put; a newer one takes its place.

mod choice;
mod reader;
mod told;
mod words;

use super::answer::{Contrasted, Progress};
use super::ask::ContrastAsk;
use super::hits::Hits;
use super::page::World;
use choice::Choice;
use reader::Reader;

pub use told::{Taken, Told};
pub use words::{filter_of, in_words, left_out, percent};

/// A question under way.
#[derive(Debug)]
pub(super) struct Contrast {
    ask: ContrastAsk,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// It is not known yet which records pass.
    Waiting,
    /// The rows of both sides are noted.
    Choosing(Box<Choice>),
    /// They are read.
    Reading(Box<Reader>),
    /// It was answered.
    Done,
}

impl Contrast {
    pub(super) fn new(ask: ContrastAsk) -> Self {
        Self { ask, stage: Stage::Waiting }
    }

    pub(super) fn ask(&self) -> &ContrastAsk {
        &self.ask
    }

    /// Whether it was answered.
    pub(super) fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Done)
    }

    /// Works on until so much was done; gives what is to be told. `bad` and `among` are what passes the filters; no
    /// `among` passes everything.
    pub(super) fn work(
        &mut self,
        world: &World<'_>,
        bad: &Hits,
        among: Option<&Hits>,
        cost: &mut usize,
        most: usize,
    ) -> Option<Contrasted> {
        let generation = self.ask.generation;
        let counting = |done, total| Some(Contrasted::Counting { generation, progress: Progress { done, total } });
        match &mut self.stage {
            Stage::Done => None,
            Stage::Waiting => {
                if let Some(behind) = bad.progress().or_else(|| among.and_then(Hits::progress)) {
                    return counting(behind.done, behind.total);
                }
                self.stage = Stage::Choosing(Box::new(Choice::new(&self.ask, world.shelf)));
                counting(0, 1)
            }
            Stage::Choosing(choice) => {
                while *cost < most && choice.step(bad, among, cost) {}
                if choice.is_done() {
                    let mut choice = std::mem::take(choice.as_mut());
                    choice.held(world.held, bad, among);
                    choice.settle();
                    self.stage = Stage::Reading(Box::new(Reader::new(choice, &self.ask)));
                }
                None
            }
            Stage::Reading(reader) => {
                while *cost < most && reader.step(world.patterns, cost) {}
                if !reader.is_done() {
                    return reader.progress().and_then(|(done, total)| counting(done, total));
                }
                let told = Told::of(reader, &self.ask, world.patterns);
                self.stage = Stage::Done;
                Some(Contrasted::Told { generation, told: Box::new(told) })
            }
        }
    }
}
