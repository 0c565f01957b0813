//! Claims about when: what came before what, by how much, the first and the last of a kind, lengths of time.

use super::clause::{Clause, Place, Term, Verdict, clock_of};
use super::over_records::Picked;
use super::read::{Doc, Record};
use super::token::Quantity;
use super::unit::Dim;
use super::words::{meet, spoken_of};

/// An event found in evidence.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Event {
    at: i64,
    place: Place,
}

/// Checks order, distances and first or last times.
pub fn check(clause: &Clause<'_>) -> Verdict {
    let mut held: Option<Vec<Place>> = None;
    for step in [order, span, ends] {
        match step(clause) {
            Verdict::Silent => {}
            Verdict::Held(places) => held.get_or_insert_default().extend(places),
            wrong @ Verdict::Wrong(_) => return wrong,
        }
    }
    held.map_or(Verdict::Silent, Verdict::Held)
}

/// How the two halves around a connective lie in time: whether the left one is earlier.
const CONNECTIVES: [(&str, bool); 26] = [
    ("came first, then", true),
    ("came first, followed by", true),
    ("happened first, then", true),
    ("was followed by", true),
    ("were followed by", true),
    ("followed by", true),
    ("followed", false),
    ("preceded", true),
    ("precedes", true),
    ("predates", true),
    ("predated", true),
    ("happened before", true),
    ("came before", true),
    ("started before", true),
    ("ahead of", true),
    ("prior to", true),
    ("earlier than", true),
    ("later than", false),
    ("before", true),
    ("after", false),
    ("and then", true),
    (", then", true),
    ("until", true),
    ("follows", false),
    ("led to", true),
    ("once", false),
];

fn order(clause: &Clause<'_>) -> Verdict {
    let distance = length(clause);
    let found = CONNECTIVES.iter().find_map(|(phrase, earlier)| Some((clause.find(&[phrase])?, *phrase, *earlier)));
    let Some((at, phrase, mut earlier)) = found else { return Verdict::Silent };
    let (mut left, mut right) = (clause.lower[..at].to_owned(), clause.lower[at + phrase.len()..].to_owned());
    // `followed B after 5 min`: the distance is no event.
    if let Some((event, rest)) =
        right.split_once(" after ").or_else(|| right.split_once(" by ").filter(|_| distance.is_some()))
        && matches!(phrase, "followed" | "preceded" | "before" | "precedes" | "follows")
    {
        let number = rest.trim_start().starts_with(|c: char| c.is_ascii_digit()) || distance.is_some();
        if number {
            right = event.to_owned();
        }
    }
    // `After B, A`.
    if left.trim().is_empty()
        && let Some((first, second)) = right.clone().split_once(',')
    {
        (left, right) = (second.to_owned(), first.to_owned());
    }
    let sides = events(clause, &left, &right);
    if clause.says(&["not before", "not after", "never before"]) {
        earlier = !earlier;
    }
    let Some((one, other)) = sides else { return loose(clause, distance) };
    if one.place == other.place {
        return loose(clause, distance);
    }
    let gap = if earlier { other.at - one.at } else { one.at - other.at };
    let places = vec![one.place, other.place];
    let told = |gap: i64| format!("{} and {} are {} s apart", clock_of(one.at), clock_of(other.at), gap.abs());
    if let Some((token, said)) = distance {
        clause.settle(token);
        let fits = (gap as f64 - said.base()).abs() <= room(said);
        if fits {
            return Verdict::Held(places);
        }
        // Another reading of the two events may fit, unless the clause says which one is meant.
        if gap != 0 {
            return Verdict::Wrong(told(gap));
        }
        return match loose(clause, distance) {
            Verdict::Held(_) if gap >= 0 => loose(clause, distance),
            Verdict::Held(_) | Verdict::Silent | Verdict::Wrong(_) => Verdict::Wrong(told(gap)),
        };
    }
    if gap >= 0 {
        Verdict::Held(places)
    } else {
        Verdict::Wrong(format!("{} comes before {}", clock_of(other.at.min(one.at)), clock_of(other.at.max(one.at))))
    }
}

/// The length of time that the clause says.
fn length<'c>(clause: &'c Clause<'_>) -> Option<(usize, &'c Quantity)> {
    clause.open().into_iter().find(|(_, said)| said.unit.dim == Dim::Time && said.base() >= 1.0)
}

/// Seconds that a length may be away: whole seconds are compared; `about` allows 20.
fn room(said: &Quantity) -> f64 {
    let half = said.half * said.unit.factor;
    (if said.about { half.max(20.0).max(said.base() * 0.05) } else { half }).max(1.0) + 0.5
}

/// Any two times of the citations that lie so far apart.
fn loose(clause: &Clause<'_>, distance: Option<(usize, &Quantity)>) -> Verdict {
    let Some((token, said)) = distance else { return Verdict::Silent };
    let mut all: Vec<(i64, u32, usize)> = Vec::new();
    for (index, doc) in clause.docs.iter().enumerate() {
        all.extend(doc.instants().map(|(at, line)| (at, line, index)).take(5000));
    }
    all.sort_unstable();
    let (wanted, room) = (said.base(), room(said));
    for (at, line, doc) in &all {
        let first = all.partition_point(|(other, _, _)| (*other - at) as f64 <= wanted - room);
        if let Some((other, other_line, other_doc)) = all.get(first)
            && ((other - at) as f64 - wanted).abs() <= room
            && other != at
        {
            clause.settle(token);
            let place = |doc: usize, line| Place { doc, first: line, last: line };
            return Verdict::Held(vec![place(*doc, *line), place(*other_doc, *other_line)]);
        }
    }
    Verdict::Silent
}

/// The two events that two phrases name. Where several places are cited, the phrases are rather of different ones.
fn events(clause: &Clause<'_>, left: &str, right: &str) -> Option<(Event, Event)> {
    let (one, other) = (candidates(clause, left), candidates(clause, right));
    let mut best: Option<(u32, Event, Event)> = None;
    for (score, first) in &one {
        for (other_score, second) in &other {
            let apart = first.place.doc != second.place.doc;
            let sum = score + other_score + if apart { APART } else { 0 };
            if best.as_ref().is_none_or(|(held, _, _)| sum > *held) {
                best = Some((sum, *first, *second));
            }
        }
    }
    best.map(|(_, first, second)| (first, second))
}

/// What it counts that two events are of different places.
const APART: u32 = 6;

/// The best event of each cited place that a phrase may name, with how well it is named.
fn candidates(clause: &Clause<'_>, phrase: &str) -> Vec<(u32, Event)> {
    let part = Clause::new(phrase, clause.docs.clone());
    let terms = part.terms(0, part.tokens.len());
    let clock = part.clocks().first().map(|(_, clock)| (*clock).clone());
    let last = part.says(&["last", "latest", "most recent", "final"]);
    let mut found = Vec::new();
    for (index, doc) in clause.docs.iter().enumerate() {
        let mut best: Option<(u32, Event)> = None;
        for record in &doc.records {
            let Some(at) = time_of(doc, record) else { continue };
            if clock.as_ref().is_some_and(|clock| !clock.holds(at)) {
                continue;
            }
            let score = score(&terms, doc, record);
            let place = Place { doc: index, first: record.line, last: record.line };
            let better = best.as_ref().is_none_or(|(held, other)| {
                score > *held || (score == *held && if last { at > other.at } else { at < other.at })
            });
            if better && score > 0 {
                best = Some((score, Event { at, place }));
            }
        }
        found.extend(best);
    }
    found
}

/// How well a record is named by the terms: names count three, words one; what the place is about counts a little.
fn score(terms: &[Term], doc: &Doc, record: &Record) -> u32 {
    let one = |term: &Term| match term {
        Term::Name(name) | Term::Code(name) => {
            if term.is_in(record) {
                8
            } else if doc.lower.contains(name.as_str()) {
                3
            } else {
                0
            }
        }
        Term::Stem(word) => {
            if term.is_in(record) {
                4
            } else if spoken_of(word, &record.stems) {
                2
            } else {
                u32::from(spoken_of(word, &doc.stems)) + u32::from(meet(word, doc.kind.word()))
            }
        }
    };
    terms.iter().map(one).sum()
}

/// A record's own time, or the one it stands under: the header of a commit, the line before.
fn time_of(doc: &Doc, record: &Record) -> Option<i64> {
    let own = |record: &Record| record.instants.iter().map(|at| at.second).find(|at| *at > 0);
    own(record).or_else(|| {
        let before = doc.records.iter().rev().skip_while(|other| other.line > record.line);
        before.into_iter().find_map(own).or_else(|| doc.records.iter().find_map(own))
    })
}

/// `The 429 answers span 2 min 6 s, from the first to the last`.
fn span(clause: &Clause<'_>) -> Verdict {
    let whole = clause.says(&[
        "span",
        "spans",
        "spanned",
        "apart",
        "from the first to the last",
        "between the first and the last",
        "between first and last",
        "stretch",
        "stretches",
        "stretched",
    ]);
    let Some((token, said)) = length(clause).filter(|_| whole) else { return Verdict::Silent };
    let terms = clause.terms(0, clause.tokens.len());
    let mut wrong = None;
    for (index, doc) in clause.docs.iter().enumerate() {
        let picked = Picked::new(doc, &terms);
        for choice in [picked.every(), picked.strict] {
            let mut times: Vec<(i64, u32)> =
                picked.with(choice).filter_map(|record| Some((record.instants.first()?.second, record.line))).collect();
            times.sort_unstable();
            let (Some(first), Some(last)) = (times.first(), times.last()) else { continue };
            let gap = last.0 - first.0;
            if (gap as f64 - said.base()).abs() <= room(said) {
                clause.settle(token);
                let place = |line| Place { doc: index, first: line, last: line };
                return Verdict::Held(vec![place(first.1), place(last.1)]);
            }
            wrong.get_or_insert(format!("in {} it is {gap} s", doc.name));
        }
    }
    wrong.map_or(Verdict::Silent, Verdict::Wrong)
}

/// `The earliest 502 is from 03:20`, `the last requeue was logged at 12:15:54`, `504 responses begin at 12:59`.
fn ends(clause: &Clause<'_>) -> Verdict {
    let [(token, clock)] = clause.clocks()[..] else { return Verdict::Silent };
    let first = clause.says(&[
        "first", "earliest", "begin", "begins", "began", "start", "starts", "started", "oldest", "onset", "initial",
    ]);
    let last = clause.says(&["last", "latest", "most recent", "final", "newest", "ended", "stopped"]);
    if first == last || clause.docs.iter().any(|doc| !doc.series.is_empty()) {
        return Verdict::Silent;
    }
    let terms = clause.terms(0, clause.tokens.len());
    let mut wrong = None;
    for (index, doc) in clause.docs.iter().enumerate() {
        let picked = Picked::new(doc, &terms);
        for choice in picked.choices() {
            let mut times: Vec<(i64, u32)> =
                picked.with(choice).filter_map(|record| Some((record.instants.first()?.second, record.line))).collect();
            times.sort_unstable();
            let end = if first { times.first() } else { times.last() };
            let Some((at, line)) = end.copied() else { continue };
            if clock.holds(at) {
                clause.settle(token);
                return Verdict::Held(vec![Place { doc: index, first: line, last: line }]);
            }
            wrong.get_or_insert(format!("{} has that at {}, not at {}", doc.name, clock_of(at), clock.written));
        }
    }
    // A single record with several times (start and end) is judged by its time alone.
    let single = clause.docs.iter().all(|doc| doc.data().count() <= 2 || doc.shape == super::read::Shape::Block);
    match wrong {
        Some(why) if !single => Verdict::Wrong(why),
        Some(_) | None => Verdict::Silent,
    }
}
