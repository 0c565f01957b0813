//! Cuts a sentence into clauses, each with what it cites, and lets the checks judge one clause in their order.

use crate::domain::Locator;

use super::cite;
use super::claim::Kind;
use super::clause::{Clause, Place, Verdict};
use super::read::Doc;
use super::way::way;
use super::{beside, edited, in_order, over_records, over_rows, over_time, polarity, sense};

/// Words that begin a clause of its own behind a citation.
const JOINTS: [&str; 16] = [
    ",", ";", "while", "and", "but", "whereas", "although", "though", "so", "which", "then", "—", "–", "however",
    "yet", "(",
];

/// The clauses of a sentence without their citations, each with the citations that follow it. A clause without any is
/// judged by those of the next one.
pub fn clauses(text: &str) -> Vec<(String, Vec<Locator>)> {
    let cited = cite::citations(text);
    let mut found: Vec<(String, Vec<Locator>)> = Vec::new();
    let mut start = 0;
    let mut index = 0;
    let mut locators: Vec<Locator> = Vec::new();
    while let Some(one) = cited.get(index) {
        locators.extend(one.locator);
        let end = one.span.end;
        index += 1;
        if cited.get(index).is_some_and(|next| {
            text.get(end..next.span.start).is_none_or(|gap| gap.trim().trim_matches(',').is_empty())
        }) {
            continue;
        }
        let rest = text.get(end..).unwrap_or_default().trim_start();
        let joint = JOINTS
            .iter()
            .any(|joint| rest.strip_prefix(joint).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)));
        if joint && index < cited.len() {
            found.push((cite::without(&text[start..end]), std::mem::take(&mut locators)));
            start = end;
        }
    }
    let tail = cite::without(&text[start.min(text.len())..]);
    if locators.is_empty() {
        locators = cited.iter().filter_map(|one| one.locator).collect();
    }
    found.push((tail, locators));
    found
        .into_iter()
        .flat_map(|(part, locators)| parts(&part).into_iter().map(move |part| (part, locators.clone())))
        .collect()
}

/// Parts of a clause that say something each: around a semicolon and `, while`.
fn parts(text: &str) -> Vec<String> {
    let mut found = vec![text.trim().trim_start_matches([',', ';']).trim().to_owned()];
    for joint in ["; ", ", while ", ", whereas ", ", although ", ", but "] {
        found = found
            .into_iter()
            .flat_map(|part| {
                let marks = super::marks::marks(&part);
                let at = part
                    .match_indices(joint)
                    .map(|(at, _)| at)
                    .find(|at| !marks.iter().any(|mark| mark.span.contains(at)));
                match at {
                    Some(at)
                        if part[at..].split_whitespace().count() > 4 && part[..at].split_whitespace().count() > 3 =>
                    {
                        vec![part[..at].to_owned(), part[at + joint.len()..].to_owned()]
                    }
                    Some(_) | None => vec![part],
                }
            })
            .collect();
    }
    for part in &mut found {
        for joint in ["while ", "and ", "but ", "whereas ", "although ", "so "] {
            if let Some(rest) = part.strip_prefix(joint) {
                *part = rest.to_owned();
            }
        }
    }
    found.retain(|part| part.chars().any(char::is_alphanumeric));
    found
}

/// Judges one clause: the lines that support it, or why it does not hold.
pub fn clause(prose: &str, docs: Vec<&Doc>, kind: Kind) -> Result<Vec<Place>, String> {
    let clause = Clause::new(prose, docs);
    let mut places = Vec::new();
    if kind == Kind::Plan {
        // What shall be run or looked at is not said of the evidence; its numbers and quotations are.
        return Ok(places);
    }
    let checks: [fn(&Clause<'_>) -> Verdict; 8] = [
        beside::names,
        edited::check,
        over_time::check,
        in_order::check,
        over_rows::check,
        over_records::check,
        beside::numbers,
        sense::check,
    ];
    let mut settled = false;
    let mut counted = false;
    for (index, check) in checks.into_iter().enumerate() {
        if index == 6
            && !counted
            && let Verdict::Wrong(why) = sense::together(&clause)
        {
            return Err(why);
        }
        match check(&clause) {
            Verdict::Silent => {}
            Verdict::Held(found) => {
                settled = true;
                counted |= index > 0;
                places.extend(found);
            }
            Verdict::Wrong(why) => return Err(why),
        }
    }
    if settled && polarity::denies(&clause) {
        return Err("the cited lines say that it is so".to_owned());
    }
    covered(&clause, settled, counted)?;
    if places.is_empty() {
        places = sense::places(&clause);
    }
    places.sort_unstable();
    places.dedup();
    Ok(places)
}

/// Words of claims that must have been checked as such, or be spoken of almost entirely.
const STRONG: [&str; 16] = [
    "only", "highest", "lowest", "most", "fewest", "longest", "shortest", "every", "each", "all", "none", "never",
    "average", "mean", "peaked", "total",
];

/// Whether the cited places speak of what the clause speaks of.
fn covered(clause: &Clause<'_>, settled: bool, counted: bool) -> Result<(), String> {
    let (held, all, missing) = sense::spoken(clause);
    let names = clause.names().len();
    let charted = settled && clause.docs.iter().all(|doc| !doc.series.is_empty());
    let strong = !counted && (clause.says(&STRONG) || way(clause).is_some());
    let enough = match (settled, strong) {
        (_, true) => held * 3 >= all * 2,
        (true, false) => (held + names + usize::from(counted)) * 4 >= all + names || all <= 1,
        (false, false) => (held + names) * 2 >= all + names,
    };
    if all == 0 || enough || charted {
        return Ok(());
    }
    let words: Vec<&str> = missing.iter().map(String::as_str).take(4).collect();
    Err(format!("{} not speak of {}", beside::does(clause), words.join(", ")))
}
