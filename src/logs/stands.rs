//! What is asked of the desk and not answered for good: it stands until something else is asked, and is answered again
//! whenever the answer is another one.

use crate::domain::{CleanText, TimeWindow, Timestamp};
use crate::store::{Filter, LogStore};

use super::answer::{Answer, Digest, FieldsPage, Page, PatternsPage};
use super::ask::{Ask, ContrastAsk, DetailAsk, Look, Order, PatternsAsk, QueryAsk, Show};
use super::contrast::Contrast;
use super::detail::{Asked, Lines};
use super::digest::{self, digest};
use super::page::{World, page};
use super::query::answer;
use super::recorder::Recorder;
use super::sample::Sample;
use super::sets::{Sets, Which};
use super::shelf::Shelf;
use super::tally::Tally;

/// Queries and details that wait at once; more replace the oldest.
const WAITING: usize = 32;
/// Parts in which a digest compares before and after.
const PARTS: usize = 40;

/// What is asked now.
#[derive(Debug, Default)]
pub(super) struct Stands {
    show: Option<Show>,
    page: Option<Page>,
    tally: Option<Tally>,
    patterns: Option<PatternsPage>,
    trends: Option<Tally>,
    trended: Option<PatternsPage>,
    sample: Option<Sample>,
    fields: Option<FieldsPage>,
    contrast: Option<Contrast>,
    digest: Option<(TimeWindow, Tally)>,
    digested: Option<(u64, usize)>,
    details: Vec<Asked>,
    lines: Lines,
    queries: Vec<QueryAsk>,
    recorder: Option<Recorder>,
    said: Vec<Answer>,
}

impl Stands {
    /// Takes a question that stands.
    pub(super) fn take(&mut self, ask: Ask) {
        match ask {
            Ask::Show(show) => {
                self.page = None;
                self.show = Some(show);
            }
            Ask::Patterns(ask) => {
                // The same question keeps what was counted for it.
                let keeps = self.tally.as_ref().zip(ask.as_ref()).is_some_and(|(tally, ask)| tally.ask() == ask);
                if !keeps {
                    self.tally = ask.map(Tally::new);
                }
                self.patterns = None;
            }
            Ask::Trends(ask) => {
                let keeps = self.trends.as_ref().zip(ask.as_ref()).is_some_and(|(tally, ask)| tally.ask() == ask);
                if !keeps {
                    self.trends = ask.map(Tally::new);
                }
                self.trended = None;
            }
            Ask::Fields(ask) => {
                self.sample = ask.map(Sample::new);
                self.fields = None;
            }
            Ask::Contrast(ask) => self.contrast = ask.map(Contrast::new),
            Ask::Digest(window) => {
                if self.digest.as_ref().is_none_or(|(known, _)| *known != window) {
                    self.digest = Some((window, Tally::new(news_of(window))));
                }
                self.digested = None;
            }
            Ask::Query(ask) => {
                if self.queries.len() == WAITING {
                    self.queries.remove(0);
                }
                self.queries.push(ask);
            }
            Ask::Record(from) => {
                if self.recorder.as_ref().map(Recorder::from) != from {
                    self.recorder = from.map(Recorder::new);
                }
            }
            Ask::Detail(_) | Ask::Hold(_) | Ask::Shift { .. } | Ask::Reread { .. } => {}
        }
    }

    /// Takes a question about one record; the latest is what is looked at.
    pub(super) fn detail(&mut self, ask: DetailAsk, shelf: &Shelf) {
        self.details.clear();
        self.details.push(Asked::new(ask, shelf, &self.lines));
    }

    /// Tells what became of an order.
    pub(super) fn say(&mut self, said: Result<CleanText, CleanText>) {
        self.said.push(Answer::Said(said));
    }

    /// Times changed: what was counted by them is counted anew.
    pub(super) fn recount(&mut self) {
        self.tally = self.tally.take().map(|tally| Tally::new(tally.ask().clone()));
        self.trends = self.trends.take().map(|tally| Tally::new(tally.ask().clone()));
        self.digest = self.digest.take().map(|(window, _)| (window, Tally::new(news_of(window))));
        self.digested = None;
    }

    /// The filters that are asked about, and in which time.
    pub(super) fn wanted(&self) -> Vec<(Which, Option<TimeWindow>)> {
        let mut wanted = Vec::new();
        if let Some(show) = &self.show {
            wanted.push(of_look(&show.look));
            if show.search.is_some() {
                wanted
                    .push((Which { filter: show.look.filter.clone(), search: show.search.clone() }, show.look.window));
            }
        }
        wanted.extend(self.details.iter().map(|asked| of_look(&asked.ask.look)));
        wanted.extend(self.tally.iter().map(|tally| of_look(&tally.ask().look)));
        wanted.extend(self.sample.iter().map(|sample| of_look(&sample.ask().look)));
        if let Some(contrast) = self.contrast.as_ref().filter(|contrast| !contrast.is_done()) {
            let ContrastAsk { look, among, .. } = contrast.ask();
            wanted.push(of_look(look));
            wanted.extend((!among.is_empty()).then(|| (which(among), look.window)));
        }
        for query in &self.queries {
            wanted.push((which(&query.filter), Some(query.window)));
        }
        if let Some(tally) = &self.trends {
            wanted.push(of_look(&tally.ask().look));
        }
        if let Some((window, _)) = &self.digest {
            wanted.push((digest::errors(), Some(*window)));
            wanted.push((which(&Filter::default()), Some(*window)));
        }
        wanted
    }

    /// Whether more is to be told.
    pub(super) fn is_busy(&self, shelf: &Shelf, held: &LogStore) -> bool {
        self.tally.as_ref().is_some_and(|tally| !tally.is_done())
            || self.trends.as_ref().is_some_and(|tally| !tally.is_done())
            || self.sample.as_ref().is_some_and(|sample| !sample.is_done())
            || self.contrast.as_ref().is_some_and(|contrast| !contrast.is_done())
            || self.digest.as_ref().is_some_and(|(_, tally)| !tally.is_done())
            || self.details.iter().any(Asked::is_open)
            || !self.queries.is_empty()
            || !self.said.is_empty()
            || self.recorder.as_ref().is_some_and(|recorder| recorder.is_behind(shelf, held))
    }

    /// Works on what stands. `is_due` says that records came or were looked at since the last time.
    pub(super) fn work(
        &mut self,
        world: &mut World<'_>,
        sets: &Sets,
        is_due: bool,
        beyond: impl Fn() -> u64,
        cost: &mut usize,
        most: usize,
    ) -> Vec<Answer> {
        let mut answers = std::mem::take(&mut self.said);
        if is_due {
            answers.extend(self.page(world, sets));
        }
        answers.extend(self.queries(world, sets));
        answers.extend(self.details(world, sets, cost, most));
        answers.extend(self.patterns(world, sets, is_due, beyond(), cost, most));
        answers.extend(self.trends(world, sets, is_due, beyond(), cost, most));
        answers.extend(self.fields(world, sets, is_due, cost, most));
        answers.extend(self.contrast(world, sets, cost, most));
        answers.extend(self.digest(world, sets, is_due, cost, most));
        let recorder = self.recorder.as_mut();
        answers.extend(
            recorder
                .and_then(|recorder| recorder.work(world.shelf, world.held, world.reader, cost))
                .map(Answer::Recorded),
        );
        answers
    }

    /// The page, when it is another one than was sent.
    fn page(&mut self, world: &mut World<'_>, sets: &Sets) -> Option<Answer> {
        let show = self.show.as_ref()?;
        let filter = &show.look.filter;
        let hits = sets.get(&which(filter))?;
        let search = show.search.as_ref().map(|search| Which { filter: filter.clone(), search: Some(search.clone()) });
        let page = page(world, show, hits, search.and_then(|search| sets.get(&search)));
        if self.page.as_ref() == Some(&page) {
            return None;
        }
        self.page = Some(page.clone());
        Some(Answer::Page(page))
    }

    /// The queries whose time was all looked at.
    fn queries(&mut self, world: &mut World<'_>, sets: &Sets) -> Vec<Answer> {
        let is_done = |ask: &QueryAsk| sets.get(&which(&ask.filter)).is_some_and(|hits| hits.progress().is_none());
        let (done, waiting): (Vec<QueryAsk>, Vec<QueryAsk>) =
            std::mem::take(&mut self.queries).into_iter().partition(is_done);
        self.queries = waiting;
        let told = |ask: QueryAsk| {
            let hits = sets.get(&which(&ask.filter))?;
            Some(Answer::Query(ask.id, Box::new(Ok(answer(world, &ask, hits)))))
        };
        done.into_iter().filter_map(told).collect()
    }

    fn details(&mut self, world: &mut World<'_>, sets: &Sets, cost: &mut usize, most: usize) -> Vec<Answer> {
        let mut answers = Vec::new();
        for asked in self.details.iter_mut().filter(|asked| asked.is_open()) {
            let Some(hits) = sets.get(&which(&asked.ask.look.filter)) else { continue };
            if asked.work(&mut self.lines, cost, most) {
                answers.push(Answer::Detail(Box::new(asked.detail(world, hits))));
            }
        }
        answers
    }

    fn patterns(
        &mut self,
        world: &World<'_>,
        sets: &Sets,
        is_due: bool,
        beyond: u64,
        cost: &mut usize,
        most: usize,
    ) -> Option<Answer> {
        let (tally, told) = (self.tally.as_mut()?, self.patterns.as_ref());
        let page = counted(tally, told, world, sets, is_due, beyond, cost, most)?;
        self.patterns = Some(page.clone());
        Some(Answer::Patterns(page))
    }

    fn trends(
        &mut self,
        world: &World<'_>,
        sets: &Sets,
        is_due: bool,
        beyond: u64,
        cost: &mut usize,
        most: usize,
    ) -> Option<Answer> {
        let (tally, told) = (self.trends.as_mut()?, self.trended.as_ref());
        let page = counted(tally, told, world, sets, is_due, beyond, cost, most).filter(|_| tally.is_done())?;
        self.trended = Some(page.clone());
        Some(Answer::Trends(page))
    }

    fn fields(
        &mut self,
        world: &World<'_>,
        sets: &Sets,
        is_due: bool,
        cost: &mut usize,
        most: usize,
    ) -> Option<Answer> {
        let sample = self.sample.as_mut()?;
        let hits = sets.get(&which(&sample.ask().look.filter))?;
        if is_due {
            sample.more(world.shelf, hits);
        }
        sample.work(world.shelf, world.held, hits, cost, most);
        if !sample.is_done() {
            return None;
        }
        let page = sample.page();
        if self.fields.as_ref() == Some(&page) {
            return None;
        }
        self.fields = Some(page.clone());
        Some(Answer::Fields(page))
    }

    fn contrast(&mut self, world: &World<'_>, sets: &Sets, cost: &mut usize, most: usize) -> Option<Answer> {
        let contrast = self.contrast.as_mut()?;
        let ContrastAsk { look, among, .. } = contrast.ask();
        let bad = sets.get(&which(&look.filter));
        let among = if among.is_empty() { None } else { Some(sets.get(&which(among))?) };
        contrast.work(world, bad?, among, cost, most).map(Answer::Contrast)
    }

    fn digest(
        &mut self,
        world: &mut World<'_>,
        sets: &Sets,
        is_due: bool,
        cost: &mut usize,
        most: usize,
    ) -> Option<Answer> {
        let (window, tally) = self.digest.as_mut()?;
        let (all, errors) = (sets.get(&which(&Filter::default()))?, sets.get(&digest::errors())?);
        if is_due {
            tally.more();
        }
        tally.work(world.shelf, all, world.extent(), cost, most);
        if !tally.is_done() || all.progress().is_some() || errors.progress().is_some() {
            return None;
        }
        let news = tally.page(world.shelf, world.held, all, world.patterns, 0);
        let state = (news.records, world.patterns.all().len());
        if self.digested == Some(state) {
            return None;
        }
        self.digested = Some(state);
        let told: Digest = digest(world, errors, *window, news.rows);
        Some(Answer::Digest(told))
    }
}

/// Counts on, and gives the page when it is another one than was told; half of a count only where nothing was.
#[expect(clippy::too_many_arguments, reason = "what the desk holds, handed on to the only two who ask it")]
fn counted(
    tally: &mut Tally,
    told: Option<&PatternsPage>,
    world: &World<'_>,
    sets: &Sets,
    is_due: bool,
    beyond: u64,
    cost: &mut usize,
    most: usize,
) -> Option<PatternsPage> {
    let hits = sets.get(&which(&tally.ask().look.filter))?;
    if is_due {
        tally.more();
    }
    let moved = tally.work(world.shelf, hits, world.extent(), cost, most);
    if !(is_due || moved) || !(tally.is_done() || told.is_none()) {
        return None;
    }
    let page = tally.page(world.shelf, world.held, hits, world.patterns, beyond);
    (told != Some(&page)).then_some(page)
}

fn which(filter: &Filter) -> Which {
    Which { filter: filter.clone(), search: None }
}

fn of_look(look: &Look) -> (Which, Option<TimeWindow>) {
    (which(&look.filter), look.window)
}

/// The question for what is new in the second half of a window.
fn news_of(window: TimeWindow) -> PatternsAsk {
    let half = window.length() / 2;
    let onset: Timestamp = crate::domain::time::plus(window.start, half);
    let look = Look { window: Some(window), ..Look::default() };
    PatternsAsk { generation: 0, look, onset: Some(onset), order: Order::News, buckets: PARTS }
}
