//! The filters that somebody asks about now, each with what passes it, and a few that were asked about a moment ago, so
//! that going back to one is answered at once.

use crate::domain::TimeWindow;
use crate::store::{Filter, LogStore};

use super::hits::Hits;
use super::shelf::Shelf;
use super::sieve::Tools;

/// Filters kept, those in use among them.
const KEPT: usize = 8;

/// Which records: those that pass the filter, and the search where there is one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Which {
    pub(super) filter: Filter,
    pub(super) search: Option<Filter>,
}

#[derive(Debug)]
struct Set {
    which: Which,
    window: Option<TimeWindow>,
    hits: Hits,
    wanted: bool,
}

/// What passes the filters of the day. The latest asked about stand last.
#[derive(Debug, Default)]
pub(super) struct Sets(Vec<Set>);

impl Sets {
    /// Keeps what is asked about up to date from now on, and the rest as it is. Windows of the same filter are joined.
    pub(super) fn want(&mut self, wanted: &[(Which, Option<TimeWindow>)], shelf: &Shelf) {
        self.0.iter_mut().for_each(|set| set.wanted = false);
        for (which, window) in wanted {
            let at = match self.0.iter().position(|set| set.which == *which) {
                Some(at) => at,
                None => {
                    let of_tapes = which.search.clone().unwrap_or_else(|| which.filter.clone());
                    let of_held = which.search.as_ref().map_or_else(|| which.filter.clone(), |s| which.filter.and(s));
                    let hits = Hits::new(of_tapes, of_held);
                    self.0.push(Set { which: which.clone(), window: *window, hits, wanted: false });
                    self.0.len() - 1
                }
            };
            let mut set = self.0.remove(at);
            set.window = if set.wanted { hull(set.window, *window) } else { *window };
            set.wanted = true;
            self.0.push(set);
        }
        while let Some(spare) = self.0.iter().position(|set| !set.wanted).filter(|_| self.0.len() > KEPT) {
            self.0.remove(spare);
        }
        self.plan(shelf);
    }

    /// Takes note of what is on the shelf now.
    pub(super) fn plan(&mut self, shelf: &Shelf) {
        self.0.iter_mut().filter(|set| set.wanted).for_each(|set| set.hits.plan(shelf, set.window));
    }

    /// The patterns are other ones now.
    pub(super) fn patterns_changed(&mut self, shelf: &Shelf) {
        self.0.retain(|set| set.wanted || !set.hits.follows_patterns());
        // What is among the hits of a filter that follows patterns follows them too.
        let following: Vec<Filter> =
            self.0.iter().filter(|set| set.hits.follows_patterns()).map(|set| set.which.filter.clone()).collect();
        let follows = |set: &Set| set.hits.follows_patterns() || following.contains(&set.which.filter);
        self.0.iter_mut().filter(|set| follows(set)).for_each(|set| set.hits.restart(shelf));
    }

    /// What passes.
    pub(super) fn get(&self, which: &Which) -> Option<&Hits> {
        self.0.iter().find(|set| set.which == *which).map(|set| &set.hits)
    }

    /// All, for held records that come and go.
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Hits> {
        self.0.iter_mut().map(|set| &mut set.hits)
    }

    /// Rows that a filter passed over because their text could not be read: of the filter that has the most.
    pub(super) fn unread(&self) -> u64 {
        self.0.iter().filter(|set| set.wanted).map(|set| set.hits.unread()).max().unwrap_or(0)
    }

    /// Whether looking is not at its end.
    pub(super) fn is_busy(&self) -> bool {
        self.0.iter().any(|set| set.wanted && set.hits.progress().is_some())
    }

    /// Looks on until so much was done; says whether anything was.
    pub(super) fn work(&mut self, shelf: &Shelf, held: &LogStore, tools: &mut Tools<'_>, most: usize) -> bool {
        let mut any = false;
        let mut moved = true;
        while moved && tools.cost < most {
            moved = false;
            for at in 0..self.0.len() {
                moved |= tools.cost < most && self.step(at, shelf, held, tools);
            }
            any |= moved;
        }
        if any {
            self.all_mut().for_each(Hits::sum);
        }
        any
    }

    fn step(&mut self, at: usize, shelf: &Shelf, held: &LogStore, tools: &mut Tools<'_>) -> bool {
        let Some(set) = self.0.get(at).filter(|set| set.wanted) else { return false };
        if set.which.search.is_none() {
            return self.0.get_mut(at).is_some_and(|set| set.hits.step(shelf, held, None, tools));
        }
        let above = Which { filter: set.which.filter.clone(), search: None };
        let mut set = self.0.remove(at);
        let moved = match self.get(&above) {
            Some(above) => set.hits.step(shelf, held, Some(above), tools),
            None => false,
        };
        self.0.insert(at, set);
        moved
    }
}

fn hull(one: Option<TimeWindow>, other: Option<TimeWindow>) -> Option<TimeWindow> {
    let (one, other) = (one?, other?);
    Some(TimeWindow { start: one.start.min(other.start), end: one.end.max(other.end) })
}
