//! Checks an answer against the raw text it cites, sentence by sentence. Pure and total: any text gives a result, in
//! time linear in the answer and the evidence. `app` calls it on each answer, `cli verify` on lines of a file.

pub mod cite;
pub mod claim;
pub mod facts;
pub mod marks;
pub mod number;
pub mod quote;
pub mod split;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::domain::{CleanText, Evidence, EvidenceId, Locator};

use self::claim::Kind;
use self::facts::Facts;

/// Sentences checked of one answer; further ones are told as not checked, never as supported.
const MOST_SENTENCES: usize = 1000;
/// Citations compared for one sentence.
const MOST_CITATIONS: usize = 32;
/// Bytes compared for one answer; it holds even for an answer that was written to be slow.
const MOST_WORK: usize = 256 << 20;
/// Names taken from the evidence to recognise claims by.
const MOST_NAMES: usize = 2000;

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
    /// A question, a plan, a hedge: nothing to check.
    Chatter,
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
    /// How it stands.
    pub status: Status,
}

/// Checks an answer. `find` gives the evidence of an identifier, `None` when there is none.
pub fn check(answer: &str, find: &dyn Fn(EvidenceId) -> Option<Evidence>) -> Vec<Sentence> {
    let spans = split::sentences(answer);
    let mut shelf = Shelf::new(find);
    // Names are gathered first, so that a sentence is judged by all the evidence of the answer, not only what came before.
    for span in spans.iter().take(MOST_SENTENCES) {
        for cited in cite::citations(&answer[span.clone()]) {
            shelf.learn(cited.locator);
        }
    }
    let mut checked = Vec::with_capacity(spans.len());
    for (index, span) in spans.into_iter().enumerate() {
        let text = &answer[span.clone()];
        let cited = cite::citations(text);
        let status = if index < MOST_SENTENCES {
            shelf.status(text, &cited)
        } else {
            Status::Unsupported { why: CleanText::line("not checked: the answer has too many sentences") }
        };
        checked.push(Sentence {
            text: CleanText::line(&facts::fold(std::iter::once(text))),
            citations: cited.iter().filter_map(|cited| cited.locator).collect(),
            span,
            status,
        });
    }
    checked
}

/// The evidence looked up so far, and what was read from it.
struct Shelf<'a> {
    find: &'a dyn Fn(EvidenceId) -> Option<Evidence>,
    evidence: HashMap<EvidenceId, Option<Evidence>>,
    facts: HashMap<Locator, Facts>,
    names: HashSet<String>,
    work: usize,
}

impl<'a> Shelf<'a> {
    fn new(find: &'a dyn Fn(EvidenceId) -> Option<Evidence>) -> Self {
        Self { find, evidence: HashMap::new(), facts: HashMap::new(), names: HashSet::new(), work: MOST_WORK }
    }

    /// Looks the evidence up and takes the names in its source and query.
    fn learn(&mut self, locator: Option<Locator>) {
        let Some(Locator { id, .. }) = locator else { return };
        if self.evidence.contains_key(&id) {
            return;
        }
        let found = (self.find)(id);
        if let Some(evidence) = &found {
            let values = evidence.query.split('"').skip(1).step_by(2);
            let words = values.chain([&*evidence.source]).filter(|word| (3..=40).contains(&word.len()));
            let room = MOST_NAMES.saturating_sub(self.names.len());
            self.names.extend(words.map(str::to_lowercase).take(room));
        }
        self.evidence.insert(id, found);
    }

    fn status(&mut self, text: &str, cited: &[cite::Cited]) -> Status {
        let prose = cite::without(text);
        let blanked = blank(&prose);
        let kind = claim::kind(&prose, &blanked, &self.names);
        if cited.is_empty() {
            return match kind {
                Kind::Claim => Status::Uncited,
                Kind::Plan | Kind::Talk => Status::Chatter,
            };
        }
        let locators = match self.open(cited) {
            Ok(locators) => locators,
            Err(why) => return Status::Unsupported { why: CleanText::line(&why) },
        };
        if prose.trim_end().ends_with('?') {
            return Status::Chatter;
        }
        let facts: Vec<&Facts> = locators.iter().filter_map(|locator| self.facts.get(locator)).collect();
        match missing(&prose, &blanked, kind, &facts, &mut self.work) {
            Ok(None) => Status::Supported,
            Ok(Some(what)) => Status::Unsupported { why: CleanText::line(&format!("{} {what}", named(&locators))) },
            Err(TooMuch) => Status::Unsupported { why: CleanText::line(&TooMuch.to_string()) },
        }
    }

    /// Reads what is cited, each place once; or says which of it is not there.
    fn open(&mut self, cited: &[cite::Cited]) -> Result<Vec<Locator>, String> {
        let mut locators: Vec<Locator> = Vec::new();
        for cited in cited {
            let locator = cited.locator.ok_or("one of its citations cannot be read")?;
            if locators.contains(&locator) {
                continue;
            }
            if locators.len() == MOST_CITATIONS {
                return Err("it cites more than can be compared".to_owned());
            }
            if !self.facts.contains_key(&locator) {
                self.learn(Some(locator));
                let evidence = self.evidence.get(&locator.id).and_then(Option::as_ref);
                let evidence = evidence.ok_or_else(|| format!("{} does not exist", locator.id))?;
                spend(&mut self.work, evidence.text.len()).map_err(|error| error.to_string())?;
                let facts = Facts::read(evidence, &locator).ok_or_else(|| {
                    let (first, last) = locator.lines.unwrap_or_default();
                    format!("{} has {} lines, not {first}-{last}", locator.id, evidence.line_count())
                })?;
                self.facts.insert(locator, facts);
            }
            locators.push(locator);
        }
        Ok(locators)
    }
}

/// The answer asks for more comparing than any honest one.
#[derive(Debug, thiserror::Error)]
#[error("not checked: the answer takes too much to compare")]
struct TooMuch;

fn spend(work: &mut usize, bytes: usize) -> Result<(), TooMuch> {
    *work = work.checked_sub(bytes).ok_or(TooMuch)?;
    Ok(())
}

/// What the sentence says and the cited lines do not hold, in words. In a plan, code is what shall be run, not a quote.
fn missing(
    prose: &str,
    blanked: &str,
    kind: Kind,
    facts: &[&Facts],
    work: &mut usize,
) -> Result<Option<String>, TooMuch> {
    let bytes = facts.iter().map(|facts| facts.text.len()).sum::<usize>();
    for quoted in quote::quotes(prose).iter().filter(|quoted| !(quoted.mark.code && kind == Kind::Plan)) {
        spend(work, bytes)?;
        if !quote::held(quoted.text, facts) {
            return Ok(Some(format!("not hold \"{}\"", shortened(quoted.text))));
        }
    }
    for figure in number::figures(blanked) {
        spend(work, bytes)?;
        if !number::held(&figure, facts) {
            return Ok(Some(format!("not hold {}", shortened(&figure.text))));
        }
    }
    let nothing_compared = quote::quotes(prose).is_empty() && number::figures(blanked).is_empty();
    if kind == Kind::Claim && nothing_compared {
        spend(work, bytes)?;
        if !facts.iter().any(|facts| facts.shares_a_word(blanked)) {
            return Ok(Some("not name anything that this sentence speaks of".to_owned()));
        }
    }
    Ok(None)
}

/// `E4 does`, `E2 and E5 do`.
fn named(locators: &[Locator]) -> String {
    let mut ids: Vec<String> = Vec::new();
    for locator in locators {
        let id = locator.to_string();
        let id = id.trim_matches(['[', ']']).to_owned();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    match ids.as_slice() {
        [one] => format!("{one} does"),
        [first @ .., last] => format!("{} and {last} do", first.join(", ")),
        [] => "the evidence does".to_owned(),
    }
}

/// The text with its quotes and code blanked out.
fn blank(text: &str) -> String {
    let mut blanked = String::with_capacity(text.len());
    let mut at = 0;
    for mark in marks::marks(text) {
        blanked.push_str(&text[at..mark.span.start]);
        blanked.push(' ');
        at = mark.span.end;
    }
    blanked.push_str(&text[at..]);
    blanked
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 {
        return text.to_owned();
    }
    format!("{}...", text.chars().take(57).collect::<String>())
}

#[cfg(test)]
mod tests;
