//! Checks an answer against the raw text it cites, sentence by sentence. Pure and total: any text gives a result, in
//! time bounded by the answer and the evidence. `app` calls it on each answer, `cli verify` on lines of a file.
//!
//! A sentence is cut into clauses at its citations, a clause into typed tokens. The cited lines are read once into
//! records, tables and series. Each check settles the numbers and times it understands; what none settles must stand in
//! the cited lines beside the names it is said of.

mod beside;
pub mod cite;
mod claim;
mod clause;
mod edited;
mod factor;
mod figure;
mod in_order;
mod instant;
mod judge;
mod marks;
mod over_records;
mod over_rows;
mod over_time;
mod polarity;
mod read;
mod sense;
mod series;
pub mod split;
mod table;
mod token;
mod tools;
mod unit;
mod wanted;
mod way;
mod words;

use std::collections::HashMap;
use std::ops::Range;

use crate::domain::{CleanText, Evidence, EvidenceId, Locator};

use self::claim::Kind;
use self::read::Doc;
pub use self::tools::Stack;

/// Sentences checked of one answer; further ones are told as not checked, never as supported.
const MOST_SENTENCES: usize = 1000;
/// Citations compared for one sentence.
const MOST_CITATIONS: usize = 32;
/// Bytes compared for one answer; it holds even for an answer that was written to be slow.
const MOST_WORK: usize = 64 << 20;
/// Bytes of a sentence that is checked.
const LONGEST: usize = 4000;

/// How a sentence stands to its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Everything checkable in it holds against the lines it cites.
    Supported,
    /// It cites evidence, but something in it is not there.
    Unsupported {
        /// What is not there, for the person.
        why: CleanText,
    },
    /// It says something about the system and cites nothing.
    Uncited,
    /// It needs a tool that the team does not have.
    OffStack {
        /// The tool.
        tool: CleanText,
    },
    /// A question, a plan, a hedge, general knowledge: nothing to check.
    Chatter,
}

impl Status {
    /// The word of `midwatch verify` and of its contract.
    pub fn word(&self) -> &'static str {
        match self {
            Status::Supported => "supported",
            Status::Unsupported { .. } => "unsupported",
            Status::Uncited => "uncited",
            Status::OffStack { .. } => "offstack",
            Status::Chatter => "chatter",
        }
    }
}

/// A sentence of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// Where it stands in the answer, in bytes, its citations included.
    pub span: Range<usize>,
    /// Its text, on one line.
    pub text: CleanText,
    /// What it cites, in order.
    pub citations: Vec<Locator>,
    /// The lines that support it, sorted, when it is supported; all cited lines where no fewer could be told.
    pub support: Vec<Locator>,
    /// How it stands.
    pub status: Status,
}

/// Checks an answer. `find` gives the evidence of an identifier, `None` when there is none. Every tool is allowed.
pub fn check(answer: &str, find: &dyn Fn(EvidenceId) -> Option<Evidence>) -> Vec<Sentence> {
    check_with(answer, None, find)
}

/// Checks an answer as [`check`] does, and tells sentences that need a tool which is not in `stack`.
pub fn check_with(answer: &str, stack: Option<&Stack>, find: &dyn Fn(EvidenceId) -> Option<Evidence>) -> Vec<Sentence> {
    let mut shelf = Shelf { find, stack, evidence: HashMap::new(), docs: HashMap::new(), work: MOST_WORK };
    let spans = split::sentences(answer);
    let mut checked = Vec::with_capacity(spans.len());
    for (index, span) in spans.into_iter().enumerate() {
        let text = &answer[span.clone()];
        let cited = cite::citations(text);
        let (status, support) = if index >= MOST_SENTENCES {
            (unsupported("not checked: the answer has too many sentences"), Vec::new())
        } else if text.len() > LONGEST && !cited.is_empty() {
            (unsupported("not checked: the sentence is too long"), Vec::new())
        } else {
            shelf.status(text, &cited)
        };
        checked.push(Sentence {
            text: CleanText::line(&read::fold(std::iter::once(text))),
            citations: cited.iter().filter_map(|cited| cited.locator).collect(),
            span,
            support,
            status,
        });
    }
    checked
}

fn unsupported(why: &str) -> Status {
    Status::Unsupported { why: CleanText::line(why) }
}

/// The evidence looked up so far, and what was read from it.
struct Shelf<'a> {
    find: &'a dyn Fn(EvidenceId) -> Option<Evidence>,
    stack: Option<&'a Stack>,
    evidence: HashMap<EvidenceId, Option<Evidence>>,
    docs: HashMap<Locator, Doc>,
    work: usize,
}

impl Shelf<'_> {
    fn status(&mut self, text: &str, cited: &[cite::Cited]) -> (Status, Vec<Locator>) {
        let prose = cite::without(text);
        if let Some(tool) = self.stack.and_then(|stack| tools::missing(&prose, stack)) {
            return (Status::OffStack { tool: CleanText::line(tool) }, Vec::new());
        }
        let kind = claim::kind(&prose);
        if cited.is_empty() {
            let status = match kind {
                Kind::Claim => Status::Uncited,
                Kind::Plan | Kind::Talk => Status::Chatter,
            };
            return (status, Vec::new());
        }
        if let Err(why) = self.open(cited) {
            return (unsupported(&why), Vec::new());
        }
        if prose.trim_end().ends_with('?') {
            return (Status::Chatter, Vec::new());
        }
        match self.clauses(text, kind) {
            Ok(mut support) => {
                support.sort_by_key(|locator| (locator.id, locator.lines));
                support.dedup();
                (Status::Supported, support)
            }
            Err(why) => (unsupported(&why), Vec::new()),
        }
    }

    /// Judges each clause of a sentence by what it cites.
    fn clauses(&mut self, text: &str, kind: Kind) -> Result<Vec<Locator>, String> {
        let mut support = Vec::new();
        for (part, locators) in judge::clauses(text) {
            let locators = distinct(&locators);
            let bytes: usize = locators.iter().filter_map(|it| self.docs.get(it)).map(|doc| doc.text.len()).sum();
            self.work =
                self.work.checked_sub(bytes + text.len()).ok_or("not checked: the answer takes too much to compare")?;
            let docs: Vec<&Doc> = locators.iter().filter_map(|locator| self.docs.get(locator)).collect();
            let places = judge::clause(&part, docs, kind)?;
            if places.is_empty() {
                support.extend(&locators);
            }
            support.extend(places.iter().filter_map(|place| {
                let id = locators.get(place.doc)?.id;
                Some(Locator { id, lines: Some((place.first, place.last)) })
            }));
        }
        Ok(support)
    }

    /// Reads what is cited, each place once; or says which of it is not there.
    fn open(&mut self, cited: &[cite::Cited]) -> Result<(), String> {
        for (count, cited) in cited.iter().enumerate() {
            let locator = cited.locator.ok_or("one of its citations cannot be read")?;
            if count == MOST_CITATIONS {
                return Err("it cites more than can be compared".to_owned());
            }
            if self.docs.contains_key(&locator) {
                continue;
            }
            let find = self.find;
            let evidence = self.evidence.entry(locator.id).or_insert_with(|| find(locator.id));
            let evidence = evidence.as_ref().ok_or_else(|| format!("{} does not exist", locator.id))?;
            self.work = self
                .work
                .checked_sub(evidence.text.len() * 4)
                .ok_or("not checked: the answer takes too much to compare")?;
            let doc = Doc::read(evidence, &locator).ok_or_else(|| {
                let (first, last) = locator.lines.unwrap_or_default();
                format!("{} has {} lines, not {first}-{last}", locator.id, evidence.line_count())
            })?;
            self.docs.insert(locator, doc);
        }
        Ok(())
    }
}

fn distinct(locators: &[Locator]) -> Vec<Locator> {
    let mut kept = Vec::new();
    for locator in locators {
        if !kept.contains(locator) {
            kept.push(*locator);
        }
    }
    kept
}

#[cfg(test)]
mod tests;
