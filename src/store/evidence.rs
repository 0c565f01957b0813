//! The raw texts that answers cite. Nothing that has a number is ever dropped or changed: a full store refuses, loudly.

use std::collections::{BTreeSet, HashMap};

use crate::domain::{CleanText, Evidence, EvidenceId, EvidenceKind, TimeWindow, Timestamp};

/// Bytes kept of one piece of evidence.
const MAX_TEXT: usize = 64 * 1024;

/// A raw text on its way to become evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Capture {
    /// What it is.
    pub kind: EvidenceKind,
    /// Where it was asked.
    pub source: CleanText,
    /// The exact query, filter or command that yields it.
    pub query: CleanText,
    /// The time it speaks of.
    pub window: Option<TimeWindow>,
    /// When it was captured.
    pub captured_at: Timestamp,
    /// The raw text.
    pub text: CleanText,
    /// What was left out already, in words.
    pub cut: Option<CleanText>,
}

/// The store holds as much as it may; what it has stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{limit} pieces of evidence are held, which is the limit, and none that may be cited is dropped; raise limits.evidence"
)]
pub struct EvidenceFull {
    /// The limit.
    pub limit: usize,
}

/// Evidence in the order of its numbers.
#[derive(Debug)]
pub struct EvidenceStore {
    held: Vec<Evidence>,
    by_digest: HashMap<(EvidenceKind, CleanText, CleanText, String), EvidenceId>,
    by_id: HashMap<EvidenceId, usize>,
    held_back: BTreeSet<EvidenceId>,
    limit: usize,
    next: u32,
}

impl EvidenceStore {
    /// An empty store for `limit` pieces.
    pub fn new(limit: usize) -> Self {
        Self {
            held: Vec::new(),
            by_digest: HashMap::new(),
            by_id: HashMap::new(),
            held_back: BTreeSet::new(),
            limit,
            next: 1,
        }
    }

    /// Keeps a text and numbers it. The same text from the same query has one number, however often it is looked at.
    pub fn add(&mut self, capture: Capture) -> Result<EvidenceId, EvidenceFull> {
        self.keep(EvidenceId(self.next), capture)
    }

    /// Keeps evidence recorded earlier under its own number; a taken or zero number is replaced by a free one.
    pub fn adopt(&mut self, recorded: Evidence) -> Result<EvidenceId, EvidenceFull> {
        let free = recorded.id.0 != 0 && recorded.id.0 != u32::MAX && !self.by_id.contains_key(&recorded.id);
        let id = if free { recorded.id } else { EvidenceId(self.next) };
        let Evidence { id: _, kind, source, query, window, captured_at, text, cut } = recorded;
        self.keep(id, Capture { kind, source, query, window, captured_at, text, cut })
    }

    /// The evidence with this number.
    pub fn get(&self, id: EvidenceId) -> Option<&Evidence> {
        self.by_id.get(&id).and_then(|index| self.held.get(*index))
    }

    /// From now on this evidence goes into no prompt: it was read from a secret store.
    pub fn hold_back(&mut self, id: EvidenceId) {
        self.held_back.insert(id);
    }

    /// Lets held-back evidence go along again, at the person's word; whether it was held back.
    pub fn release(&mut self, id: EvidenceId) -> bool {
        self.held_back.remove(&id)
    }

    /// Whether this evidence goes into no prompt.
    pub fn is_held_back(&self, id: EvidenceId) -> bool {
        self.held_back.contains(&id)
    }

    /// All evidence in the order it was kept.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Evidence> + ExactSizeIterator {
        self.held.iter()
    }

    /// Pieces held.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    fn keep(&mut self, id: EvidenceId, capture: Capture) -> Result<EvidenceId, EvidenceFull> {
        let (text, cut) = fit(&capture.text, capture.cut);
        let Capture { kind, source, query, window, captured_at, text: _, cut: _ } = capture;
        let evidence = Evidence { id, kind, source, query, window, captured_at, text, cut };
        let same = (kind, evidence.source.clone(), evidence.query.clone(), evidence.digest());
        if let Some(known) = self.by_digest.get(&same) {
            return Ok(*known);
        }
        if self.held.len() >= self.limit {
            return Err(EvidenceFull { limit: self.limit });
        }
        self.next = self.next.max(id.0.saturating_add(1));
        self.by_digest.insert(same, id);
        self.by_id.insert(id, self.held.len());
        self.held.push(evidence);
        Ok(id)
    }
}

/// The head of the text that fits, ending with a whole line where there is one, and what was left out.
fn fit(text: &CleanText, cut: Option<CleanText>) -> (CleanText, Option<CleanText>) {
    if text.len() <= MAX_TEXT {
        return (text.clone(), cut);
    }
    let end = (0..=MAX_TEXT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let fits = text.get(..end).unwrap_or("");
    let head = fits.rfind('\n').and_then(|end| fits.get(..end)).unwrap_or(fits);
    let rest = text.get(head.len()..).unwrap_or("").trim_start_matches('\n');
    let said = format!("the last {} lines ({} bytes) were left out", rest.lines().count(), rest.len());
    let cut = match cut {
        Some(before) => format!("{before}; {said}"),
        None => said,
    };
    (CleanText::block(head), Some(CleanText::line(&cut)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capture(query: &str, text: &str) -> Capture {
        Capture {
            kind: EvidenceKind::Logs,
            source: CleanText::line("logs"),
            query: CleanText::line(query),
            window: None,
            captured_at: Timestamp::UNIX_EPOCH,
            text: CleanText::block(text),
            cut: None,
        }
    }

    #[test]
    fn the_same_look_has_one_number_and_a_new_look_a_new_one() {
        let mut store = EvidenceStore::new(10);
        assert_eq!(store.add(capture("a", "x")), Ok(EvidenceId(1)));
        assert_eq!(store.add(capture("a", "x")), Ok(EvidenceId(1)));
        assert_eq!(store.add(capture("a", "y")), Ok(EvidenceId(2)));
        assert_eq!(store.add(capture("b", "x")), Ok(EvidenceId(3)));
        assert_eq!(store.get(EvidenceId(2)).map(|e| e.text.as_str()), Some("y"));
    }

    #[test]
    fn a_full_store_refuses_and_keeps_what_it_has() {
        let mut store = EvidenceStore::new(1);
        store.add(capture("a", "x")).unwrap();
        let refusal = store.add(capture("b", "x")).unwrap_err();
        assert!(refusal.to_string().contains("limits.evidence"), "{refusal}");
        assert_eq!(store.add(capture("a", "x")), Ok(EvidenceId(1)), "what is held can still be looked up");
        assert!(store.get(EvidenceId(1)).is_some());
    }

    #[test]
    fn a_long_text_is_cut_at_a_line_and_says_so() {
        let mut store = EvidenceStore::new(10);
        let text = format!("{}\n", "é".repeat(100)).repeat(1000);
        let id = store.add(capture("a", &text)).unwrap();
        let kept = store.get(id).unwrap();
        assert_eq!((kept.text.len(), kept.line_count()), (326 * 201 - 1, 326));
        assert_eq!(kept.cut.as_deref(), Some("the last 674 lines (135474 bytes) were left out"));
        let one_line = store.add(capture("b", &"é".repeat(70_000))).unwrap();
        assert_eq!(store.get(one_line).unwrap().text.len(), MAX_TEXT);
    }

    #[test]
    fn recorded_evidence_keeps_its_number_and_new_ones_count_on() {
        let mut store = EvidenceStore::new(10);
        let mut first = EvidenceStore::new(10);
        let id = first.add(capture("a", "x")).unwrap();
        let recorded = Evidence { id: EvidenceId(7), ..first.get(id).unwrap().clone() };
        assert_eq!(store.adopt(recorded.clone()), Ok(EvidenceId(7)));
        assert_eq!(store.adopt(Evidence { text: CleanText::line("z"), ..recorded }), Ok(EvidenceId(8)));
        assert_eq!(store.add(capture("b", "x")), Ok(EvidenceId(9)));
    }
}
