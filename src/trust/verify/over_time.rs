//! Claims about a series: how many samples are above, factors and percentages, from here to there, rises and falls,
//! extremes, means, the value at a time.

use super::clause::{Clause, Place, Verdict, clock_of, shown};
use super::factor::factor;
use super::figure::Figure;
use super::read::Doc;
use super::series::{Sample, Series};
use super::token::{Clock, Quantity};
use super::unit::{Dim, Unit};
use super::wanted::Wanted;
use super::way::{FLAT, Way, bound, from_to, way, wrong_way};

/// Checks what the clause says about the series of one of its places.
pub fn check(clause: &Clause<'_>) -> Verdict {
    let mut wrong = None;
    for (index, doc) in clause.docs.iter().enumerate() {
        for series in chosen(clause, doc) {
            match (Look { clause, doc, series, index }).judge() {
                Verdict::Held(places) => return Verdict::Held(places),
                Verdict::Wrong(why) => wrong = wrong.or(Some(why)),
                Verdict::Silent => {}
            }
        }
    }
    wrong.map_or(Verdict::Silent, Verdict::Wrong)
}

/// The series that the clause speaks of: those whose labels it names, or all.
fn chosen<'a>(clause: &Clause<'_>, doc: &'a Doc) -> Vec<&'a Series> {
    let names = clause.names();
    let named = |series: &&Series| names.iter().any(|(_, name)| series.labels.contains(name.as_str()));
    let some = doc.series.len() > 1 && doc.series.iter().any(|series| named(&series));
    doc.series.iter().filter(|series| !some || named(series)).take(50).collect()
}

struct Look<'a> {
    clause: &'a Clause<'a>,
    doc: &'a Doc,
    series: &'a Series,
    index: usize,
}

impl Look<'_> {
    fn judge(&self) -> Verdict {
        if self.series.samples.is_empty() {
            return Verdict::Silent;
        }
        let steps = [Look::shares, Look::factor, Look::ends_said, Look::trend, Look::values];
        let mut held: Option<Vec<Place>> = None;
        for step in steps {
            match step(self) {
                Verdict::Silent => {}
                Verdict::Held(places) => held.get_or_insert_default().extend(places),
                wrong @ Verdict::Wrong(_) => return wrong,
            }
        }
        held.map_or(Verdict::Silent, Verdict::Held)
    }

    fn place(&self, sample: Sample) -> Place {
        Place { doc: self.index, first: sample.line, last: sample.line }
    }

    fn all(&self) -> Vec<Place> {
        let lines = self.series.samples.iter().map(|sample| sample.line);
        let (first, last) = (lines.clone().min().unwrap_or(1), lines.max().unwrap_or(1));
        vec![Place { doc: self.index, first, last }]
    }

    fn is(&self, value: f64, said: &Quantity) -> bool {
        self.figure(value).is(said)
    }

    fn figure(&self, value: f64) -> Figure {
        self.series.figure(value)
    }

    /// A value in the unit of what was said, for the person.
    fn told(&self, value: f64, unit: Unit) -> String {
        let figure = self.figure(value);
        let values = figure.shown_in(unit);
        // A ratio said in per cent is told in per cent.
        shown(values.last().copied().unwrap_or(value))
    }

    fn at(&self, clock: &Clock) -> Option<Sample> {
        self.series.samples.iter().copied().find(|sample| clock.holds(sample.at))
    }

    /// The samples of the time that the clause limits itself to.
    fn within(&self) -> Vec<Sample> {
        let all = self.series.samples.iter().copied();
        let clocks: Vec<Sample> = self.clause.clocks().iter().filter_map(|(_, clock)| self.at(clock)).collect();
        match clocks.as_slice() {
            [from] if self.clause.says(&["since", "from", "after", "as of"]) => {
                all.filter(|it| it.at >= from.at).collect()
            }
            [to] if self.clause.says(&["until", "before", "up to", "till"]) => {
                all.filter(|it| it.at <= to.at).collect()
            }
            [from, to] => all.filter(|it| (from.at..=to.at).contains(&it.at)).collect(),
            _ => all.collect(),
        }
    }

    /// Samples above or below a bound: all, none, k of n.
    fn shares(&self) -> Verdict {
        let clause = self.clause;
        let samples = &self.within();
        let Some((bound_at, bound, above)) = bound(clause) else { return Verdict::Silent };
        let words = clause.says(&[
            "sample",
            "samples",
            "data points",
            "points",
            "readings",
            "measurements",
            "values",
            "minutes",
        ]);
        let all = clause.says(&[
            "every",
            "each",
            "all",
            "always",
            "stayed",
            "remained",
            "never",
            "at no point",
            "no sample",
            "throughout",
            "whole window",
            "kept",
            "consistently",
            "at all times",
            "none of the",
            "not once",
            "entire",
        ]);
        let none = clause.says(&["never", "at no point", "no sample", "none of the", "not once"]);
        let counts: Vec<(usize, &Quantity)> =
            clause.open().into_iter().filter(|(at, it)| *at != bound_at && it.whole().is_some()).collect();
        if !words && !all {
            return Verdict::Silent;
        }
        let beyond = |sample: &&Sample| {
            let values = self.figure(sample.value).shown_in(bound.unit);
            values.iter().any(|value| if above { *value > bound.value } else { *value < bound.value })
        };
        let count = samples.iter().filter(beyond).count();
        clause.settle(bound_at);
        let (side, name) = (if above { "above" } else { "below" }, &self.doc.name);
        let found = format!("in {name} {count} of {} samples are {side} {}", samples.len(), bound.written);
        let held = if let [(k_at, k), (n_at, n)] = counts.as_slice() {
            clause.settle(*k_at);
            clause.settle(*n_at);
            k.value == count as f64 && n.value == samples.len() as f64
        } else if none {
            count == 0
        } else if all {
            let total = counts.iter().all(|(at, it)| {
                clause.settle(*at);
                it.value == samples.len() as f64
            });
            count == samples.len() && total
        } else if let [(k_at, k)] = counts.as_slice() {
            clause.settle(*k_at);
            k.value == count as f64
        } else if clause.says(&["half of", "half the"]) {
            count * 2 == samples.len()
        } else if clause.says(&["most of", "most"]) {
            count * 2 > samples.len()
        } else {
            count > 0
        };
        for (at, _) in clause.clocks() {
            clause.settle(at);
        }
        if held { Verdict::Held(self.all()) } else { Verdict::Wrong(found) }
    }

    /// `29.8 times its first value`, `by a factor of 14`, `an increase of 529%`, `quadrupled`.
    fn factor(&self) -> Verdict {
        let clause = self.clause;
        let Some(said) = factor(clause) else { return Verdict::Silent };
        let pairs = self.pairs();
        let computed: Vec<f64> =
            pairs.iter().filter(|(from, _)| *from != 0.0).map(|(from, to)| said.kind.of(*from, *to)).collect();
        if let Some(at) = said.at {
            clause.settle(at);
        }
        if computed.iter().any(|value| (value - said.value).abs() <= said.room(*value)) {
            return Verdict::Held(self.all());
        }
        let found = computed.first().map_or("no factor".to_owned(), |value| shown(*value));
        Verdict::Wrong(format!("{} gives {found}{}, not {}", self.doc.name, said.kind.sign(), said.written))
    }

    /// The values between which a factor is meant, from those that the clause names.
    fn pairs(&self) -> Vec<(f64, f64)> {
        let (clause, samples) = (self.clause, &self.series.samples);
        let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return Vec::new() };
        let clocks: Vec<Sample> = clause.clocks().iter().filter_map(|(_, clock)| self.at(clock)).collect();
        let high = self.series.highest().map_or(0.0, |it| it.value);
        let low = self.series.lowest().map_or(0.0, |it| it.value);
        if let [from, to] = clocks.as_slice() {
            return vec![(from.value, to.value)];
        }
        let peak = clause.says(&["peak", "highest", "maximum", "max", "peaked"]);
        let bottom = clause.says(&["lowest", "trough", "bottom", "minimum"]);
        let end = clause.says(&["last", "latest", "end", "now", "most recent"]);
        let start = clause.says(&["first", "start", "beginning", "initial", "baseline"]);
        match (peak, bottom, end) {
            (true, true, _) => vec![(low, high), (high, low)],
            (true, false, true) if !start => vec![(high, last.value)],
            (true, false, _) => vec![(first.value, high)],
            (false, true, _) => vec![(first.value, low)],
            (false, false, true) => vec![(first.value, last.value)],
            (false, false, false) => match way(clause) {
                Some(Way::Down) => vec![(first.value, last.value), (high, last.value), (first.value, low), (high, low)],
                Some(Way::Up | Way::Flat) | None => vec![(first.value, high), (first.value, last.value), (low, high)],
            },
        }
    }

    /// `from 8.0 at 10:47 to 91.6 at 10:52`, `went up from 15 to 92`.
    fn ends_said(&self) -> Verdict {
        let clause = self.clause;
        let Some(((from_at, from), (to_at, to))) = from_to(clause) else { return Verdict::Silent };
        let clocks = clause.clocks();
        for at in [from_at, to_at] {
            clause.settle(at);
        }
        if let Some(wrong) = wrong_way(clause, from, to) {
            return Verdict::Wrong(wrong);
        }
        let name = &self.doc.name;
        if let [(_, start), (_, end)] = clocks.as_slice() {
            for (clock, said) in [(start, from), (end, to)] {
                let Some(sample) = self.at(clock) else {
                    return Verdict::Wrong(format!("{name} has no sample at {}", clock.written));
                };
                if !self.is(sample.value, said) {
                    return Verdict::Wrong(format!(
                        "{name} says {} at {}, not {}",
                        self.told(sample.value, said.unit),
                        clock.written,
                        said.written
                    ));
                }
            }
            return Verdict::Held(self.all());
        }
        let samples = &self.series.samples;
        let ends = self.ends();
        // `to a peak of 64`: the highest, not any.
        let near = Wanted::within(&clause.around(to_at));
        if let Some((value, _)) =
            near.filter(|it| matches!(it, Wanted::Highest | Wanted::Lowest)).and_then(|it| it.in_series(self.series))
            && !self.is(value, to)
        {
            return Verdict::Wrong(format!("{name}'s extreme is {}, not {}", self.told(value, to.unit), to.written));
        }
        let starts: Vec<usize> = (0..samples.len()).filter(|at| self.is(samples[*at].value, from)).collect();
        let stops: Vec<usize> = (0..samples.len()).filter(|at| self.is(samples[*at].value, to)).collect();
        for (said, found) in [(from, &starts), (to, &stops)] {
            if found.is_empty() {
                return Verdict::Wrong(format!("{name} has no sample of {}", said.written));
            }
        }
        let timed = clocks.iter().all(|(_, clock)| stops.iter().chain(&starts).any(|at| clock.holds(samples[*at].at)));
        let ordered = starts.iter().any(|start| {
            stops.iter().any(|stop| {
                start < stop && (ends.contains(start) || ends.contains(stop) || one_way(&samples[*start..=*stop]))
            })
        });
        if ordered && timed {
            Verdict::Held(self.all())
        } else {
            Verdict::Wrong(format!("{name} does not go from {} to {}", from.written, to.written))
        }
    }

    /// The samples between which a movement is told: the ends of the series and its extremes.
    fn ends(&self) -> Vec<usize> {
        let samples = &self.series.samples;
        let (high, low) = (self.series.highest(), self.series.lowest());
        let extreme = |at: &usize| [high, low].iter().flatten().any(|it| it.value == samples[*at].value);
        (0..samples.len()).filter(|at| *at == 0 || at + 1 == samples.len() || extreme(at)).collect()
    }

    /// `increased between 20:18 and 20:24`, `stayed flat within about 10%`.
    fn trend(&self) -> Verdict {
        let clause = self.clause;
        let Some(way) = way(clause) else { return Verdict::Silent };
        let samples = &self.series.samples;
        let clocks = clause.clocks();
        let name = &self.doc.name;
        let negated = clause.says(&["did not", "didn't", "not", "never", "no"]) && !clause.says(FLAT);
        let part: Vec<Sample> = match clocks.as_slice() {
            [(_, start), (_, end)] => {
                let (Some(start), Some(end)) = (self.at(start), self.at(end)) else {
                    return Verdict::Wrong(format!("{name} has no samples at these times"));
                };
                samples.iter().copied().filter(|it| (start.at..=end.at).contains(&it.at)).collect()
            }
            _ => samples.clone(),
        };
        let (Some(first), Some(last)) = (part.first(), part.last()) else {
            return Verdict::Wrong(format!("{name} has no samples between these times"));
        };
        let high = part.iter().map(|it| it.value).fold(f64::MIN, f64::max);
        let low = part.iter().map(|it| it.value).fold(f64::MAX, f64::min);
        let mean = part.iter().map(|it| it.value).sum::<f64>() / part.len() as f64;
        let scale = mean.abs().max(f64::MIN_POSITIVE);
        let within = clause.open().into_iter().find(|(_, it)| it.unit.dim == Dim::Percent && clause.says(&["within"]));
        if let Some((at, _)) = within {
            clause.settle(at);
        }
        let room = within.map_or(0.15, |(_, it)| it.value / 100.0 * 1.3);
        let flat = (high - mean).max(mean - low) <= room * scale;
        let exact = clocks.len() == 2;
        let holds = match way {
            Way::Flat => flat,
            Way::Up if exact => last.value > first.value,
            Way::Down if exact => last.value < first.value,
            Way::Up => last.value > first.value || (high - first.value) > 0.3 * scale,
            Way::Down => last.value < first.value || (first.value - low) > 0.3 * scale,
        };
        if holds != negated {
            return Verdict::Held(self.all());
        }
        Verdict::Wrong(format!("{name} goes from {} to {}", shown(first.value), shown(last.value)))
    }

    /// What is left: extremes, means, the value at a time.
    fn values(&self) -> Verdict {
        let clause = self.clause;
        let open: Vec<(usize, &Quantity)> =
            clause.open().into_iter().filter(|(at, it)| !self.about_length(*at, it)).collect();
        let wanted = Wanted::of(clause);
        let clocks: Vec<(usize, &Clock)> = clause.clocks().into_iter().filter(|(at, _)| !clause.settled(*at)).collect();
        if open.is_empty() && (wanted.is_none() || clocks.is_empty()) {
            return Verdict::Silent;
        }
        let mut places = Vec::new();
        let count = open.len();
        for (at, said) in open {
            let near = if count > 1 { Wanted::within(&clause.around(at)) } else { wanted };
            let own: Vec<(usize, &Clock)> = if count > 1 { self.nearest(at, &clocks) } else { clocks.clone() };
            match self.value(near, said, &own) {
                Ok(place) => places.extend(place),
                Err(why) => return Verdict::Wrong(why),
            }
            clause.settle(at);
        }
        if places.is_empty() {
            // A time alone: `at its highest at 12:04`.
            return match self.value_at(wanted, &clocks) {
                Ok(Some(place)) => Verdict::Held(vec![place]),
                Ok(None) => Verdict::Silent,
                Err(why) => Verdict::Wrong(why),
            };
        }
        for (at, _) in clocks {
            clause.settle(at);
        }
        Verdict::Held(places)
    }

    /// The time said of one of several numbers: the one behind it before the next number, else none.
    fn nearest<'c>(&self, at: usize, clocks: &[(usize, &'c Clock)]) -> Vec<(usize, &'c Clock)> {
        let next = self.clause.open().iter().map(|(other, _)| *other).find(|other| *other > at).unwrap_or(usize::MAX);
        clocks.iter().filter(|(place, _)| (at..next).contains(place)).copied().take(1).collect()
    }

    /// `within four minutes`, `for 10 min`: a length of time beside values that are none.
    fn about_length(&self, at: usize, said: &Quantity) -> bool {
        let before = at.checked_sub(1).map_or("", |at| self.clause.word(at));
        let time = said.unit.dim == Dim::Time && self.series.unit.is_none_or(|unit| unit.dim != Dim::Time);
        let sampled =
            said.whole().is_some() && matches!(self.clause.word(at + 1), "samples" | "sample" | "minutes" | "points");
        let long =
            said.unit.dim == Dim::Time && said.unit.factor >= 60.0 && matches!(before, "within" | "after" | "for");
        long || (time && matches!(before, "within" | "for" | "after" | "in" | "over" | "last" | "of" | "every"))
            || sampled && self.count_held(at, said)
    }

    fn count_held(&self, at: usize, said: &Quantity) -> bool {
        let held = said.value == self.series.samples.len() as f64;
        if held {
            self.clause.settle(at);
        }
        held
    }

    fn value(
        &self,
        wanted: Option<Wanted>,
        said: &Quantity,
        clocks: &[(usize, &Clock)],
    ) -> Result<Option<Place>, String> {
        let name = &self.doc.name;
        if let Some(wanted) = wanted {
            let (value, sample) = wanted.in_series(self.series).ok_or_else(|| format!("{name} has no samples"))?;
            // `p99 latency`, `peak hours`: a start value beside a peak may be any sample before it.
            let other = self.clause.says(&["from"]) && self.series.samples.iter().any(|it| self.is(it.value, said));
            if !self.is(value, said) && !other {
                return Err(format!(
                    "{name}'s {} is {}, not {}",
                    wanted.name(),
                    self.told(value, said.unit),
                    said.written
                ));
            }
            self.value_at(Some(wanted), clocks)?;
            return Ok(Some(sample.map_or_else(|| self.all()[0], |sample| self.place(sample))));
        }
        let beyond = beyond(self.clause, said);
        let fits = |sample: &Sample| match beyond {
            Some(above) => self
                .figure(sample.value)
                .shown_in(said.unit)
                .iter()
                .any(|it| if above { *it > said.value } else { *it < said.value }),
            None => self.is(sample.value, said),
        };
        if clocks.is_empty() {
            let found = self.series.samples.iter().find(|sample| fits(sample));
            let flat =
                || way(self.clause) == Some(Way::Flat) && self.series.mean().is_some_and(|mean| self.is(mean, said));
            return match found {
                Some(sample) => Ok(Some(self.place(*sample))),
                None if flat() => Ok(Some(self.all()[0])),
                None => Err(format!("{name} has no sample of {}", said.written)),
            };
        }
        let at: Vec<Sample> = clocks.iter().filter_map(|(_, clock)| self.at(clock)).collect();
        if let Some(sample) = at.iter().find(|sample| fits(sample)) {
            return Ok(Some(self.place(*sample)));
        }
        Err(match at.first() {
            Some(sample) => format!(
                "{name} says {} at {}, not {}",
                self.told(sample.value, said.unit),
                clock_of(sample.at),
                said.written
            ),
            None => format!("{name} has no sample at that time"),
        })
    }

    /// Whether an extreme is at the time said.
    fn value_at(&self, wanted: Option<Wanted>, clocks: &[(usize, &Clock)]) -> Result<Option<Place>, String> {
        let Some((value, Some(sample))) = wanted.and_then(|wanted| wanted.in_series(self.series)) else {
            return Ok(None);
        };
        let [(_, clock)] = clocks else { return Ok(None) };
        let equal = self.series.samples.iter().filter(|it| it.value == value);
        match equal.clone().find(|it| clock.holds(it.at)) {
            Some(sample) => Ok(Some(self.place(*sample))),
            None => Err(format!("{} has that at {}, not at {}", self.doc.name, clock_of(sample.at), clock.written)),
        }
    }
}

/// Whether samples only rise or only fall.
fn one_way(samples: &[Sample]) -> bool {
    let mut pairs = samples.windows(2);
    let up = pairs.clone().all(|pair| pair[0].value <= pair[1].value);
    up || pairs.all(|pair| pair[0].value >= pair[1].value)
}

fn beyond(clause: &Clause<'_>, said: &Quantity) -> Option<bool> {
    bound(clause).filter(|(_, number, _)| *number == said).map(|(_, _, above)| above)
}
