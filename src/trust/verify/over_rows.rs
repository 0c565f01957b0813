//! Claims about columns, of tables and of fields of records: who has the most, sums, shares, extremes, means.

use super::clause::{Clause, Place, Term, Verdict, shown};
use super::figure::Figure;
use super::over_records::{Picked, cell, columns, lines, whole};
use super::read::{Doc, Record};
use super::token::Quantity;
use super::unit::Dim;
use super::wanted::Wanted;
use super::words::{spoken_of, stems};

/// Checks superlatives and sums over the records of each place.
pub fn check(clause: &Clause<'_>) -> Verdict {
    let mut wrong = None;
    for (index, doc) in clause.docs.iter().enumerate() {
        if !doc.series.is_empty() || doc.data().nth(1).is_none() {
            continue;
        }
        for step in [most, sums, share, extreme] {
            match step(clause, doc, index) {
                Verdict::Silent => {}
                Verdict::Held(places) => return Verdict::Held(places),
                Verdict::Wrong(why) => wrong = wrong.or(Some(why)),
            }
        }
    }
    wrong.map_or(Verdict::Silent, Verdict::Wrong)
}

/// The columns that the clause names, or all of them.
fn named(clause: &Clause<'_>, doc: &Doc) -> Vec<String> {
    let all = columns(doc);
    let terms = clause.terms(0, clause.tokens.len());
    let spoken = |column: &&String| {
        let words = stems(column);
        terms.iter().any(|term| match term {
            Term::Stem(stem) => words.iter().any(|word| super::words::meet(stem, word)),
            Term::Name(name) | Term::Code(name) => *name == **column,
        })
    };
    let direct: Vec<String> = all.iter().filter(spoken).cloned().collect();
    if !direct.is_empty() {
        return direct;
    }
    let loosely = |column: &&String| {
        let words = stems(column);
        terms.iter().any(|term| matches!(term, Term::Stem(stem) if spoken_of(stem, &words)))
    };
    let near: Vec<String> = all.iter().filter(loosely).cloned().collect();
    if near.is_empty() { all } else { near }
}

/// `X has the highest restart count`, `X is the busiest`.
fn most(clause: &Clause<'_>, doc: &Doc, index: usize) -> Verdict {
    let high = clause.says(&[
        "the highest",
        "the most",
        "the largest",
        "the longest",
        "the busiest",
        "the biggest",
        "the slowest",
        "the greatest",
        "tops",
        "leads",
        "the worst",
        "most of",
        "the heaviest",
        "the oldest",
        "the hottest",
    ]);
    let low = clause.says(&[
        "the lowest",
        "the fewest",
        "the smallest",
        "the shortest",
        "the least",
        "the quickest",
        "the fastest",
        "the youngest",
    ]);
    if high == low || !clause.open().iter().all(|(at, _)| clause.is_code(*at) || clause.says(&["of the"])) {
        return Verdict::Silent;
    }
    let records: Vec<&Record> = doc.data().collect();
    let picks = |term: &&Term| (1..records.len()).contains(&records.iter().filter(|record| term.is_in(record)).count());
    let terms = clause.terms(0, clause.tokens.len());
    let Some(subject) = terms.iter().find(|term| !matches!(term, Term::Stem(_)) && picks(term)) else {
        return Verdict::Silent;
    };
    let mut other: Option<(String, u32)> = None;
    for column in named(clause, doc) {
        let mut values: Vec<(f64, &Record)> =
            records.iter().filter_map(|record| Some((cell(record, &column)?, *record))).collect();
        values.sort_by(|one, other| if high { other.0.total_cmp(&one.0) } else { one.0.total_cmp(&other.0) });
        let Some((top, record)) = values.first() else { continue };
        let tied = values.iter().filter(|(value, _)| value == top);
        if tied.clone().any(|(_, record)| subject.is_in(record)) {
            return Verdict::Held(lines(tied.map(|(_, record)| *record), index));
        }
        other = other.or(Some((column.clone(), record.line)));
    }
    other.map_or(Verdict::Silent, |(column, line)| {
        Verdict::Wrong(format!("by {column} it is {}:{line}", doc.name.split(':').next().unwrap_or_default()))
    })
}

/// `Added up over the 4 pods, there are 33 restarts`, `the 10 pauses add up to 233 ms`.
fn sums(clause: &Clause<'_>, doc: &Doc, index: usize) -> Verdict {
    if !clause.says(&[
        "added up",
        "add up",
        "adds up",
        "in total",
        "total of",
        "altogether",
        "in all",
        "combined",
        "sum to",
        "sums to",
        "summed",
        "total",
        "sum",
        "together",
        "all told",
        "between them",
        "across",
        "over the",
        "over all",
    ]) {
        return Verdict::Silent;
    }
    let terms = clause.terms(0, clause.tokens.len());
    let picked = Picked::new(doc, &terms);
    let count = picked.masks.len();
    let numbers = clause.open();
    let sizes = |said: &Quantity| said.whole().is_some_and(|n| n == count || picked.with(picked.every()).count() == n);
    let of_rows: Vec<usize> =
        numbers.iter().filter(|(_, said)| numbers.len() > 1 && sizes(said)).map(|(at, _)| *at).collect();
    let sums: Vec<&(usize, &Quantity)> = numbers.iter().filter(|(at, _)| !of_rows.contains(at)).collect();
    let [(at, said)] = sums.as_slice() else { return Verdict::Silent };
    let mut first = None;
    let asked = named(clause, doc);
    let bare = doc.data().all(|record| record.figures.iter().all(|figure| figure.key.is_none()));
    let every = columns(doc);
    let rest = every.iter().filter(|column| !asked.contains(column));
    let asked: Vec<&String> = asked.iter().chain(rest).collect();
    for choice in [picked.every(), picked.strict, 0] {
        let rows: Vec<&Record> = picked.with(choice).collect();
        for column in asked.iter().copied() {
            let values: Vec<&Figure> = rows
                .iter()
                .filter_map(|record| record.figures.iter().find(|it| it.key.as_ref() == Some(column)))
                .collect();
            if adds(&values, said, &mut first) == Some(true) {
                settle(clause, *at, &of_rows);
                return Verdict::Held(lines(rows.into_iter(), index));
            }
        }
        // Numbers without a name, told apart by their unit: the last of each line that has it.
        if bare || said.unit.dim != Dim::Plain {
            let values: Vec<&Figure> = rows
                .iter()
                .filter_map(|record| record.figures.iter().rev().find(|it| it.unit.dim == said.unit.dim))
                .collect();
            if adds(&values, said, &mut first) == Some(true) {
                settle(clause, *at, &of_rows);
                return Verdict::Held(lines(rows.into_iter(), index));
            }
        }
    }
    // A total may be written in the evidence itself.
    if doc.records.iter().any(|record| record.figures.iter().any(|figure| figure.is(said))) {
        return Verdict::Silent;
    }
    first.map_or(Verdict::Silent, |sum| {
        Verdict::Wrong(format!("in {} the sum is {}, not {}", doc.name, shown(sum), said.written))
    })
}

fn adds(values: &[&Figure], said: &Quantity, first: &mut Option<f64>) -> Option<bool> {
    let one = values.first()?;
    let sum = Figure { value: values.iter().map(|it| it.value).sum(), unit: one.unit, key: None };
    first.get_or_insert(sum.value);
    Some(values.len() > 1 && sum.is(said))
}

fn settle(clause: &Clause<'_>, at: usize, others: &[usize]) {
    clause.settle(at);
    for other in others {
        clause.settle(*other);
    }
}

/// `audit carries 99% of all ready messages`.
fn share(clause: &Clause<'_>, doc: &Doc, index: usize) -> Verdict {
    let Some((at, said)) = clause.open().into_iter().find(|(_, said)| said.unit.dim == Dim::Percent) else {
        return Verdict::Silent;
    };
    if !matches!(clause.word(at + 1), "of") {
        return Verdict::Silent;
    }
    let picked = Picked::new(doc, &clause.terms(0, clause.tokens.len()));
    if picked.strict == 0
        || doc.records.iter().any(|record| record.figures.iter().any(|it| it.unit.dim == Dim::Percent && it.is(said)))
    {
        return Verdict::Silent;
    }
    let mut found = None;
    for column in named(clause, doc) {
        let sum = |wanted| picked.with(wanted).filter_map(|record| cell(record, &column)).sum::<f64>();
        let whole = sum(0);
        if whole <= 0.0 {
            continue;
        }
        let percent = sum(picked.strict) / whole * 100.0;
        found = found.or(Some(percent));
        if (percent - said.value).abs() <= said.room() {
            clause.settle(at);
            return Verdict::Held(lines(picked.with(picked.strict), index));
        }
    }
    found.filter(|_| doc.table.is_some()).map_or(Verdict::Silent, |percent| {
        Verdict::Wrong(format!("in {} it is {}%, not {}%", doc.name, shown(percent), said.written))
    })
}

/// `The longest GC pause is 47 ms`, `the mean duration of the requests is 312 ms`.
fn extreme(clause: &Clause<'_>, doc: &Doc, index: usize) -> Verdict {
    let wanted = match Wanted::of(clause) {
        Some(wanted @ (Wanted::Highest | Wanted::Lowest | Wanted::Mean | Wanted::Median)) => wanted,
        Some(Wanted::First | Wanted::Last) | None => return Verdict::Silent,
    };
    let picked = Picked::new(doc, &clause.terms(0, clause.tokens.len()));
    let open: Vec<(usize, &Quantity)> = clause.open().into_iter().filter(|(at, _)| !clause.is_code(*at)).collect();
    let Some((at, said)) = open.last().copied() else { return Verdict::Silent };
    let mut told: Option<f64> = None;
    for choice in picked.choices() {
        let rows: Vec<&Record> = picked.with(choice).collect();
        for column in named(clause, doc).iter().map(Some).chain([None]) {
            let of = |record: &&Record| {
                record
                    .figures
                    .iter()
                    .rev()
                    .find(|it| match column {
                        Some(column) => {
                            it.key.as_ref() == Some(column)
                                && (said.unit.dim == it.unit.dim
                                    || said.unit.dim == Dim::Plain
                                    || it.unit.dim == Dim::Plain)
                        }
                        None => it.unit.dim == said.unit.dim && said.unit.dim != Dim::Plain,
                    })
                    .cloned()
            };
            let values: Vec<(Figure, &Record)> =
                rows.iter().filter_map(|record| Some((of(record)?, *record))).collect();
            if values.len() < 2 {
                continue;
            }
            let (figure, record) = reduced(&values, wanted);
            told = told.or(figure.shown_in(said.unit).first().copied());
            if figure.is(said) {
                clause.settle(at);
                let place = record.map_or_else(
                    || whole(doc, index),
                    |record| vec![Place { doc: index, first: record.line, last: record.line }],
                );
                return Verdict::Held(place);
            }
        }
    }
    told.map_or(Verdict::Silent, |value| {
        Verdict::Wrong(format!("in {} that is {}, not {}", doc.name, shown(value), said.written))
    })
}

fn reduced<'a>(values: &[(Figure, &'a Record)], wanted: Wanted) -> (Figure, Option<&'a Record>) {
    let base = |figure: &Figure| figure.value * figure.unit.factor;
    let mut sorted: Vec<&(Figure, &Record)> = values.iter().collect();
    sorted.sort_by(|one, other| base(&one.0).total_cmp(&base(&other.0)));
    let at = match wanted {
        Wanted::Highest | Wanted::Last => sorted.len() - 1,
        Wanted::Lowest | Wanted::First => 0,
        Wanted::Median => sorted.len() / 2,
        Wanted::Mean => {
            let unit = values[0].0.unit;
            let mean = values.iter().map(|(figure, _)| base(figure)).sum::<f64>() / values.len() as f64 / unit.factor;
            return (Figure { value: mean, unit, key: None }, None);
        }
    };
    (sorted[at].0.clone(), Some(sorted[at].1))
}
