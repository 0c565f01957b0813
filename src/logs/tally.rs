//! The patterns of a look: how many records each has, when, where and how bad. One pass over the columns of what passed,
//! newest first, extended as tapes grow; records are counted by shape, which stays, and told by pattern, which may not.

use std::collections::HashMap;

use crate::analysis::novelty::{self, Covered, Seen};
use crate::analysis::templates::{PatternId, Patterns, Slot};
use crate::domain::{CleanText, RecordId, RecordKey, Severity, TimeWindow};
use crate::logfile::tape::{ROWS, id_of};
use crate::store::LogStore;

use super::answer::{News, NewsKind, PatternRow, PatternsPage};
use super::ask::{Order, PatternsAsk};
use super::hits::{Hits, TapeLane, window_of};
use super::merge::{instant, nanos};
use super::shelf::Shelf;

/// Patterns told at most.
const MOST: usize = 500;
/// Parts of a sparkline at most.
const MOST_PARTS: usize = 240;
/// Services told of a pattern.
const SERVICES: usize = 4;
/// What counting a row costs.
const COST: usize = 6;

/// The counts of one look.
#[derive(Debug)]
pub(super) struct Tally {
    ask: PatternsAsk,
    window: Option<TimeWindow>,
    /// For each chunk of each tape, how many rows are counted.
    done: Vec<Vec<usize>>,
    epoch: u64,
    grid: Buckets,
    counts: Counts,
    /// Shapes seen before the window, by number.
    earlier: Vec<bool>,
    is_done: bool,
}

/// Parts of a power of two of nanoseconds: two of them make one when the time grows too long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Buckets {
    shift: u32,
    first: i64,
    count: usize,
}

/// What was counted, by shape.
#[derive(Clone, Debug, Default)]
struct Counts {
    /// For each shape's number one more than its place below; 0 is none.
    places: Vec<u32>,
    all: Vec<Shape>,
    services: Vec<CleanText>,
    by_service: HashMap<CleanText, u16>,
    records: u64,
}

#[derive(Clone, Debug)]
struct Shape {
    slot: u32,
    count: u64,
    after: u64,
    first: i64,
    last: i64,
    worst: Severity,
    services: Vec<(u16, u64)>,
    trend: Vec<u32>,
    sample: (i64, RecordId),
}

/// Since when records were heard at all, and of each service.
struct Heard {
    all: Option<i64>,
    /// Of each service the earliest record, and in how many patterns it speaks.
    services: Vec<(i64, usize)>,
}

/// A service that begins with fewer patterns may have kept silent, as a file of errors does; one that begins to speak of
/// more at once was not read before.
const TALKATIVE: usize = 5;

impl Heard {
    fn of(found: &[(usize, Shape)], services: usize) -> Self {
        let mut heard = Self { all: None, services: vec![(i64::MAX, 0); services] };
        for (_, shape) in found {
            heard.all = Some(heard.all.map_or(shape.first, |all| all.min(shape.first)));
            for (service, _) in &shape.services {
                if let Some((first, patterns)) = heard.services.get_mut(usize::from(*service)) {
                    (*first, *patterns) = ((*first).min(shape.first), *patterns + 1);
                }
            }
        }
        heard
    }

    /// Since when the service of most records of a pattern was heard.
    fn since(&self, shape: &Shape) -> Option<i64> {
        let main = shape.services.iter().max_by_key(|(service, count)| (*count, std::cmp::Reverse(*service)))?;
        let (first, patterns) = self.services.get(usize::from(main.0)).copied()?;
        if patterns >= TALKATIVE { Some(first) } else { self.all }
    }
}

/// A record to be counted.
#[derive(Clone, Copy)]
struct One {
    slot: u32,
    at: i64,
    id: RecordId,
    severity: Severity,
    service: u16,
    after: bool,
}

impl Tally {
    pub(super) fn new(ask: PatternsAsk) -> Self {
        Self {
            window: ask.look.window,
            ask,
            done: Vec::new(),
            epoch: 0,
            grid: Buckets::default(),
            counts: Counts::default(),
            earlier: Vec::new(),
            is_done: false,
        }
    }

    pub(super) fn ask(&self) -> &PatternsAsk {
        &self.ask
    }

    /// Whether all that passed so far is counted.
    pub(super) fn is_done(&self) -> bool {
        self.is_done
    }

    /// Says that more may be there.
    pub(super) fn more(&mut self) {
        self.is_done = false;
    }

    /// Counts on until so much was done; says whether anything was.
    pub(super) fn work(
        &mut self,
        shelf: &Shelf,
        hits: &Hits,
        extent: Option<TimeWindow>,
        cost: &mut usize,
        most: usize,
    ) -> bool {
        if self.is_done {
            return false;
        }
        if self.epoch != hits.epoch() || !self.fits(shelf) {
            *self = Self { epoch: hits.epoch(), ..Self::new(self.ask.clone()) };
        }
        self.look_before(shelf);
        let looked = match (self.window, extent) {
            (Some(window), Some(extent)) => {
                Some(TimeWindow::new(window.start.max(extent.start), window.end.min(extent.end).max(extent.start)))
            }
            (None, extent) => extent,
            (Some(_), None) => None,
        };
        if let Some(looked) = looked {
            self.cover(nanos(looked.start), nanos(looked.end).saturating_sub(1));
        }
        let (lanes, _) = hits.lanes(shelf);
        let mut moved = false;
        for lane in &lanes {
            for chunk in (0..lane.tape.chunks().len()).rev() {
                if *cost >= most {
                    return moved;
                }
                moved |= self.chunk(lane, chunk, cost);
            }
        }
        self.is_done = true;
        moved
    }

    /// Whether nothing that was counted has left.
    fn fits(&self, shelf: &Shelf) -> bool {
        let counted = self.done.iter().enumerate().filter(|(_, done)| done.iter().any(|rows| *rows > 0));
        counted.into_iter().all(|(number, done)| {
            let tape = u32::try_from(number).ok().and_then(|number| shelf.tape(number));
            tape.is_some_and(|tape| tape.chunks().len() >= done.len())
        })
    }

    fn look_before(&mut self, shelf: &Shelf) {
        let Some(window) = self.window.filter(|_| self.earlier.is_empty()) else { return };
        self.earlier.push(false);
        for tape in shelf.tapes() {
            let upto = tape.before(nanos(window.start)) as usize;
            for (index, chunk) in tape.chunks().iter().enumerate().take_while(|(index, _)| index * ROWS < upto) {
                for slot in chunk.slots().iter().take(upto - index * ROWS) {
                    let slot = *slot as usize;
                    if self.earlier.len() <= slot {
                        self.earlier.resize(slot + 1, false);
                    }
                    if let Some(seen) = self.earlier.get_mut(slot) {
                        *seen = true;
                    }
                }
            }
        }
    }

    /// Counts the rows of a chunk that were not counted. The last row of a tape may still change: it is counted when told.
    fn chunk(&mut self, lane: &TapeLane<'_>, index: usize, cost: &mut usize) -> bool {
        let number = lane.tape.tape().number() as usize;
        if self.done.len() <= number {
            self.done.resize_with(number + 1, Vec::new);
        }
        let Some(done) = self.done.get_mut(number) else { return false };
        done.resize(done.len().max(lane.tape.chunks().len()), 0);
        let Some((bits, rows)) = lane.looked(index) else { return false };
        let is_last = index + 1 == lane.tape.chunks().len();
        let upto = if is_last { rows.saturating_sub(1) } else { rows };
        let Some(done) = done.get_mut(index).filter(|done| **done < upto) else { return false };
        let from = std::mem::replace(done, upto);
        *cost += (upto - from) * COST;
        let counts = &mut self.counts;
        let grid = self.grid;
        each(
            lane,
            index,
            from..upto,
            &bits,
            self.ask.look.window,
            self.ask.look.until,
            self.ask.onset.map(nanos),
            counts,
            |counts, one| counts.add(one, grid),
        );
        true
    }

    /// Makes the parts reach over a time.
    fn cover(&mut self, start: i64, end: i64) {
        let parts = self.ask.buckets.clamp(1, MOST_PARTS);
        let before = self.grid;
        let mut grid = before;
        let (mut start, mut end) = (start, end.max(start));
        if before.count > 0 {
            start = start.min(before.first << before.shift);
            end = end.max(((before.first + before.count as i64) << before.shift).saturating_sub(1));
        }
        let wide = |shift: u32| (end >> shift) - (start >> shift) + 1;
        while wide(grid.shift) > parts as i64 {
            grid.shift += 1;
        }
        (grid.first, grid.count) = (start >> grid.shift, usize::try_from(wide(grid.shift)).unwrap_or(1));
        if grid != before {
            self.counts.all.iter_mut().for_each(|shape| shape.trend = before.moved(&shape.trend, grid));
            self.grid = grid;
        }
    }

    /// The patterns as they are counted now.
    pub(super) fn page(
        &self,
        shelf: &Shelf,
        held: &LogStore,
        hits: &Hits,
        patterns: &Patterns,
        beyond: u64,
    ) -> PatternsPage {
        let mut counts = self.counts.clone();
        let (lanes, live) = hits.lanes(shelf);
        let (look, onset, grid) = (&self.ask.look, self.ask.onset.map(nanos), self.grid);
        for lane in &lanes {
            let Some(index) = lane.tape.chunks().len().checked_sub(1) else { continue };
            let done = self.done.get(lane.tape.tape().number() as usize).and_then(|done| done.get(index)).copied();
            if let Some((bits, rows)) = lane.looked(index)
                && let Some(done) = done
            {
                each(lane, index, done..rows, &bits, look.window, look.until, onset, &mut counts, |counts, one| {
                    counts.add(one, grid)
                });
            }
        }
        let mut records = held.held_range(0..held.len()).peekable();
        for key in live.keys(look.window).filter(|key| look.until.is_none_or(|until| *key <= until)) {
            while records.next_if(|held| held.record.key() < key).is_some() {}
            let Some(held) = records.peek() else { break };
            let (at, service) = (nanos(key.at), counts.service(&held.record.service));
            let after = onset.is_some_and(|onset| at >= onset);
            let severity = held.record.severity;
            counts.add(One { slot: held.slot, at, id: key.id, severity, service, after }, grid);
        }
        let mut page = self.told(&counts, patterns, held);
        page.beyond = beyond;
        page.progress = hits.progress();
        page
    }

    fn told(&self, counts: &Counts, patterns: &Patterns, held: &LogStore) -> PatternsPage {
        let mut by_pattern: HashMap<usize, Shape> = HashMap::new();
        for shape in &counts.all {
            let Some(at) = patterns.of_slot(Slot::from_number(shape.slot)) else { continue };
            by_pattern.entry(at).and_modify(|known| known.join(shape)).or_insert_with(|| shape.clone());
        }
        let mut found: Vec<(usize, Shape)> = by_pattern.into_iter().collect();
        found.sort_by_key(|(at, _)| *at);
        let news = self.news(&found, patterns, held);
        let heard = Heard::of(&found, counts.services.len());
        let mut rows: Vec<PatternRow> = Vec::new();
        for ((at, shape), news) in found.iter().zip(news) {
            let Some(pattern) = patterns.all().get(*at) else { continue };
            rows.push(self.row(pattern.id, CleanText::line(&pattern.template), shape, counts, news, &heard));
        }
        match self.ask.order {
            Order::Count => rows.sort_by(|one, other| other.count.cmp(&one.count).then(one.id.cmp(&other.id))),
            Order::Last => rows.sort_by(|one, other| {
                let last = |row: &PatternRow| row.seen.map(|seen| seen.1);
                last(other).cmp(&last(one)).then(one.id.cmp(&other.id))
            }),
            Order::News => {
                rows.retain(|row| row.news.is_some());
                let score = |row: &PatternRow| row.news.as_ref().map_or(0.0, |news| news.score);
                rows.sort_by(|one, other| score(other).total_cmp(&score(one)).then(one.id.cmp(&other.id)));
            }
        }
        let total = rows.len() as u64;
        rows.truncate(MOST);
        PatternsPage {
            generation: self.ask.generation,
            rows,
            total,
            records: counts.records,
            window: self.grid.window(),
            ..PatternsPage::default()
        }
    }

    fn row(
        &self,
        id: PatternId,
        template: CleanText,
        shape: &Shape,
        counts: &Counts,
        news: Option<News>,
        heard: &Heard,
    ) -> PatternRow {
        let mut services: Vec<(u16, u64)> = shape.services.clone();
        services.sort_by_key(|(service, count)| (std::cmp::Reverse(*count), *service));
        let name = |service: u16| counts.services.get(usize::from(service)).cloned().unwrap_or_default();
        PatternRow {
            id,
            template,
            count: shape.count,
            severity: shape.worst,
            seen: Some((instant(shape.first), instant(shape.last))),
            services: services.into_iter().take(SERVICES).map(|(service, count)| (name(service), count)).collect(),
            heard: heard.since(shape).map(instant),
            trend: shape.trend.clone(),
            news,
            sample: Some(RecordKey { at: instant(shape.sample.0), id: shape.sample.1 }),
        }
    }

    /// What happened to each around the onset.
    fn news(&self, found: &[(usize, Shape)], patterns: &Patterns, held: &LogStore) -> Vec<Option<News>> {
        let mut told: Vec<Option<News>> = vec![None; found.len()];
        let Some((onset, window)) = self.ask.onset.map(nanos).zip(self.grid.window()) else { return told };
        let looked = self.window.unwrap_or(window);
        let (start, end) = (nanos(window.start).max(nanos(looked.start)), nanos(window.end).min(nanos(looked.end)));
        let covered = Covered { before: seconds(start, onset), after: seconds(onset, end) };
        let mut earlier: Vec<bool> = vec![false; patterns.all().len()];
        let seen = (0u32..).zip(&self.earlier).filter(|(_, seen)| **seen).map(|(slot, _)| slot);
        let before = self.window.map_or(0, |window| held.index_of(super::merge::start_of(window.start)));
        for slot in seen.chain(held.held_range(0..before).map(|held| held.slot)) {
            let place = patterns.of_slot(Slot::from_number(slot)).and_then(|at| earlier.get_mut(at));
            if let Some(place) = place {
                *place = true;
            }
        }
        let split = self.grid.index(onset).clamp(0, self.grid.count as i64) as usize;
        let befores: Vec<Vec<u32>> = found.iter().map(|(_, shape)| shape.before(split)).collect();
        let seen: Vec<Seen<'_>> = found
            .iter()
            .zip(&befores)
            .map(|((at, shape), before)| Seen {
                before,
                after: shape.after,
                earlier: earlier.get(*at).copied().unwrap_or(false),
                severe: shape.worst >= Severity::Error,
            })
            .collect();
        for news in novelty::news(covered, &seen) {
            if let Some(place) = told.get_mut(news.pattern) {
                *place = Some(News { kind: kind(news.kind), ratio: news.ratio, score: news.score });
            }
        }
        told
    }
}

/// Goes through the rows of a chunk that passed.
#[expect(clippy::too_many_arguments, reason = "the pieces of a look that is borrowed in parts")]
fn each(
    lane: &TapeLane<'_>,
    index: usize,
    rows: std::ops::Range<usize>,
    bits: &super::bits::Bits,
    window: Option<TimeWindow>,
    until: Option<RecordKey>,
    onset: Option<i64>,
    counts: &mut Counts,
    mut add: impl FnMut(&mut Counts, One),
) {
    let tape = lane.tape;
    let Some(chunk) = tape.chunks().get(index) else { return };
    let services: Vec<u16> = tape.names().iter().map(|name| counts.service(name)).collect();
    let window = window.map(|window| nanos(window.start)..nanos(window.end));
    let until = until.map(|until| (nanos(until.at), until.id));
    let number = tape.tape().number();
    let columns = chunk.times().iter().zip(chunk.slots()).zip(chunk.marks()).zip(chunk.services()).enumerate();
    for (row, (((time, slot), mark), service)) in columns.take(rows.end).skip(rows.start) {
        let at = time.saturating_add(tape.shift());
        if !bits.has(row) || window.as_ref().is_some_and(|window| !window.contains(&at)) {
            continue;
        }
        let id = id_of(number, u32::try_from(index * ROWS + row).unwrap_or(u32::MAX));
        if until.is_some_and(|until| (at, id) > until) {
            continue;
        }
        let service = services.get(usize::from(*service)).copied().unwrap_or(0);
        let after = onset.is_some_and(|onset| at >= onset);
        add(counts, One { slot: *slot, at, id, severity: mark.severity(), service, after });
    }
}

impl Counts {
    fn service(&mut self, name: &CleanText) -> u16 {
        if let Some(known) = self.by_service.get(name) {
            return *known;
        }
        let Ok(number) = u16::try_from(self.services.len()) else { return 0 };
        self.services.push(name.clone());
        self.by_service.insert(name.clone(), number);
        number
    }

    fn add(&mut self, one: One, grid: Buckets) {
        let slot = one.slot as usize;
        if self.places.len() <= slot {
            self.places.resize(slot + 1, 0);
        }
        let Some(place) = self.places.get_mut(slot) else { return };
        if *place == 0 {
            self.all.push(Shape::new(one, grid));
            *place = self.all.len() as u32;
        }
        self.records += 1;
        if let Some(shape) = self.all.get_mut(*place as usize - 1) {
            shape.add(one, grid);
        }
    }
}

impl Shape {
    fn new(one: One, grid: Buckets) -> Self {
        Self {
            slot: one.slot,
            count: 0,
            after: 0,
            first: one.at,
            last: one.at,
            worst: Severity::Unset,
            services: Vec::new(),
            trend: vec![0; grid.count],
            sample: (one.at, one.id),
        }
    }

    fn add(&mut self, one: One, grid: Buckets) {
        self.count += 1;
        self.after += u64::from(one.after);
        self.first = self.first.min(one.at);
        self.last = self.last.max(one.at);
        self.worst = self.worst.max(one.severity);
        self.sample = self.sample.max((one.at, one.id));
        self.serve(one.service, 1);
        let part = usize::try_from(grid.index(one.at)).ok().and_then(|part| self.trend.get_mut(part));
        if let Some(part) = part {
            *part = part.saturating_add(1);
        }
    }

    fn serve(&mut self, service: u16, count: u64) {
        let room = self.services.len() < 4 * SERVICES;
        match self.services.iter_mut().find(|(known, _)| *known == service) {
            Some((_, known)) => *known += count,
            None if room => self.services.push((service, count)),
            None => {}
        }
    }

    fn join(&mut self, other: &Self) {
        self.count += other.count;
        self.after += other.after;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.worst = self.worst.max(other.worst);
        self.sample = self.sample.max(other.sample);
        other.services.iter().for_each(|(service, count)| self.serve(*service, *count));
        self.trend.iter_mut().zip(&other.trend).for_each(|(part, more)| *part = part.saturating_add(*more));
    }

    /// Counts of the parts before the onset; of the part that it lies in, what was before it.
    fn before(&self, split: usize) -> Vec<u32> {
        let mut before: Vec<u32> = self.trend.iter().take(split).copied().collect();
        let counted: u64 = before.iter().map(|count| u64::from(*count)).sum();
        let rest = (self.count - self.after).saturating_sub(counted);
        if rest > 0 || before.is_empty() {
            before.push(u32::try_from(rest).unwrap_or(u32::MAX));
        }
        before
    }
}

impl Buckets {
    fn index(self, at: i64) -> i64 {
        (at >> self.shift) - self.first
    }

    fn moved(self, trend: &[u32], to: Self) -> Vec<u32> {
        let mut moved = vec![0u32; to.count];
        for (index, count) in (self.first..).zip(trend) {
            let place = (index >> (to.shift - self.shift)) - to.first;
            if let Some(part) = usize::try_from(place).ok().and_then(|place| moved.get_mut(place)) {
                *part = part.saturating_add(*count);
            }
        }
        moved
    }

    fn window(self) -> Option<TimeWindow> {
        let end = self.first.checked_add(self.count as i64)?;
        let border = |index: i64| index.checked_mul(1 << self.shift);
        let last = instant(border(end)?.saturating_sub(1));
        (self.count > 0).then_some(window_of(instant(border(self.first)?), last))
    }
}

fn seconds(from: i64, to: i64) -> f64 {
    to.saturating_sub(from) as f64 / 1e9
}

fn kind(kind: novelty::Kind) -> NewsKind {
    match kind {
        novelty::Kind::New => NewsKind::New,
        novelty::Kind::Burst => NewsKind::Burst,
        novelty::Kind::Rarer => NewsKind::Rarer,
        novelty::Kind::Stopped => NewsKind::Stopped,
    }
}
