//! The services that rows name, as numbers: most lines name one of the last few, so those are looked at first.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::CleanText;

/// Places for names that were just used.
const RECENT: usize = 64;
/// Bytes of a name.
const LONGEST: usize = 256;

/// The names of one stream of lines. Number 0 stands for records that name none.
#[derive(Debug)]
pub(super) struct Names {
    list: Arc<Vec<CleanText>>,
    raw: HashMap<Box<[u8]>, u16>,
    clean: HashMap<CleanText, u16>,
    recent: Vec<(Box<[u8]>, u16)>,
    /// Records whose name found no number.
    beyond: u64,
}

impl Names {
    pub(super) fn new(own: CleanText) -> Self {
        let recent = vec![(Box::default(), 0); RECENT];
        let clean = HashMap::from([(own.clone(), 0)]);
        Self { list: Arc::new(vec![own]), raw: HashMap::new(), clean, recent, beyond: 0 }
    }

    /// The number of a name; that of the stream itself when there is no other left.
    pub(super) fn number(&mut self, name: &[u8]) -> u16 {
        let place = name.iter().rev().take(6).fold(name.len(), |sum, byte| sum * 31 + usize::from(*byte)) % RECENT;
        match self.recent.get(place) {
            Some((known, number)) if **known == *name => *number,
            Some(_) | None => self.find(name, place),
        }
    }

    /// All names.
    pub(super) fn list(&self) -> &Arc<Vec<CleanText>> {
        &self.list
    }

    /// Whether records had to go under the stream's own name.
    pub(super) fn is_full(&self) -> bool {
        self.beyond > 0
    }

    #[cold]
    fn find(&mut self, name: &[u8], place: usize) -> u16 {
        let name = name.get(..LONGEST).unwrap_or(name);
        let number = match self.raw.get(name) {
            Some(number) => *number,
            None => {
                let Some(number) = self.add(name) else {
                    self.beyond += 1;
                    return 0;
                };
                self.raw.insert(name.into(), number);
                number
            }
        };
        if let Some(recent) = self.recent.get_mut(place) {
            *recent = (name.into(), number);
        }
        number
    }

    fn add(&mut self, name: &[u8]) -> Option<u16> {
        if name.iter().all(u8::is_ascii_whitespace) {
            return Some(0);
        }
        let clean = CleanText::line(&String::from_utf8_lossy(name));
        if let Some(number) = self.clean.get(&clean) {
            return Some(*number);
        }
        // Two spellings of one name take a place each in `raw`, so both maps have a bound.
        let number = u16::try_from(self.list.len()).ok().filter(|_| self.raw.len() < usize::from(u16::MAX))?;
        Arc::make_mut(&mut self.list).push(clean.clone());
        self.clean.insert(clean, number);
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number_and_an_empty_one_is_the_streams_own() {
        let mut names = Names::new("own".into());
        let first: Vec<u16> = ["a", "b", "own", "", " "].map(|name| names.number(name.as_bytes())).to_vec();
        assert_eq!(first, [1, 2, 0, 0, 0]);
        for round in 0..3 {
            for name in 0..200 {
                assert_eq!(usize::from(names.number(format!("svc-{name}").as_bytes())), 3 + name, "{round}");
            }
        }
        assert_eq!(names.list()[5].as_str(), "svc-2");
    }

    #[test]
    fn names_without_end_take_bounded_memory_and_are_counted() {
        let mut names = Names::new("own".into());
        for name in 0..70_000 {
            names.number(format!("{name}").as_bytes());
        }
        assert_eq!(names.list().len(), 65_536);
        assert_eq!(names.beyond, 70_000 - 65_535);
        assert_eq!(names.number(b"69999"), 0);
        assert_eq!(names.number(b"0"), 1);
    }
}
