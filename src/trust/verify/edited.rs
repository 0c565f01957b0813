//! Claims about changes: old and new values, what a difference adds, removes or leaves, and which way a setting went.

use std::sync::LazyLock;

use regex::Regex;

use super::clause::{Clause, Place, Verdict};
use super::factor::factor;
use super::figure::figures;
use super::read::{Doc, Shape, Sign};
use super::token::{Quantity, Token};
use super::way::{from_to, wrong_way};

/// A value that changed.
#[derive(Clone, Debug)]
struct Edit {
    key: String,
    from: String,
    to: String,
    place: Place,
}

/// Checks what the clause says to have changed.
pub fn check(clause: &Clause<'_>) -> Verdict {
    let edits: Vec<Edit> = clause.docs.iter().enumerate().flat_map(|(index, doc)| edits(doc, index)).collect();
    let mut held: Option<Vec<Place>> = None;
    for step in [numbers, names, factors, ways, touched] {
        match step(clause, &edits) {
            Verdict::Silent => {}
            Verdict::Held(places) => held.get_or_insert_default().extend(places),
            wrong @ Verdict::Wrong(_) => return wrong,
        }
    }
    held.map_or(Verdict::Silent, Verdict::Held)
}

fn edits(doc: &Doc, index: usize) -> Vec<Edit> {
    let mut found = Vec::new();
    let mut removed: Vec<(String, String, u32)> = Vec::new();
    for record in doc.records.iter().take(2000) {
        for arrow in arrows().captures_iter(&record.lower).take(20) {
            let text = |name: &str| {
                arrow.name(name).map_or("", |part| part.as_str()).trim_matches(['"', '\'', '`']).to_owned()
            };
            let place = Place { doc: index, first: record.line, last: record.line };
            found.push(Edit { key: text("key"), from: text("from"), to: text("to"), place });
        }
        let field = |names: &[&str]| {
            record.fields.iter().find(|(key, _)| names.contains(&key.as_str())).map(|(_, value)| value.clone())
        };
        let old = field(&["old", "previous", "from", "before", "prev", "old_value", "previous_version", "oldvalue"]);
        let new = field(&["new", "version", "to", "after", "current", "new_value", "newvalue", "tag", "value"]);
        if let (Some(from), Some(to)) = (old, new) {
            let key =
                field(&["key", "setting", "name", "flag", "field", "param"]).unwrap_or_else(|| record.lower.clone());
            found.push(Edit { key, from, to, place: Place { doc: index, first: record.line, last: record.line } });
        }
        let (key, value) = parted(&record.lower);
        match record.sign {
            Sign::Removed => removed.push((key, value, record.line)),
            Sign::Added => {
                if let Some(at) = removed.iter().position(|(other, _, _)| *other == key) {
                    let (key, from, line) = removed.remove(at);
                    found.push(Edit {
                        key,
                        from,
                        to: value,
                        place: Place { doc: index, first: line, last: record.line },
                    });
                }
            }
            Sign::Kept | Sign::Changed => {}
        }
    }
    found
}

/// A line of a difference as what it sets and to what.
fn parted(line: &str) -> (String, String) {
    let bare = line.trim_start().trim_start_matches(['+', '-']).trim();
    let cut = bare
        .find(['=', ':'])
        .or_else(|| bare.find(|c: char| c.is_ascii_digit()).filter(|at| *at > 0))
        .or_else(|| bare.rfind(' '));
    let (key, value) = cut.map_or((bare, ""), |at| bare.split_at(at));
    (key.trim().to_owned(), value.trim_start_matches(['=', ':', ' ']).trim_matches(['"', ' ', ',', ';']).to_owned())
}

fn is(text: &str, said: &Quantity) -> bool {
    figures(text, &[]).first().is_some_and(|figure| figure.is(said))
}

/// `from 6 to 2`.
fn numbers(clause: &Clause<'_>, edits: &[Edit]) -> Verdict {
    let Some(((from_at, from), (to_at, to))) = from_to(clause) else { return Verdict::Silent };
    let both = |edit: &&Edit| is(&edit.from, from) && is(&edit.to, to);
    let turned = |edit: &&Edit| is(&edit.from, to) && is(&edit.to, from);
    if let Some(wrong) = wrong_way(clause, from, to) {
        return Verdict::Wrong(wrong);
    }
    if let Some(edit) = edits.iter().find(both) {
        clause.settle(from_at);
        clause.settle(to_at);
        return of_another(clause, edit, &[]).map_or_else(|| Verdict::Held(vec![edit.place]), Verdict::Wrong);
    }
    match edits.iter().find(turned) {
        Some(edit) => Verdict::Wrong(format!("it went from {} to {}", edit.from, edit.to)),
        None => Verdict::Silent,
    }
}

/// ``from `v2.12.2` to `v2.12.3` ``.
fn names(clause: &Clause<'_>, edits: &[Edit]) -> Verdict {
    let names = clause.names();
    let after = |word: &str| {
        names
            .iter()
            .find(|(at, _)| at.checked_sub(1).is_some_and(|before| clause.word(before) == word))
            .map(|(_, name)| name.as_str())
    };
    let (Some(from), Some(to)) = (after("from"), after("to")) else { return Verdict::Silent };
    let holds = |text: &str, name: &str| super::words::holds_whole(text, name);
    if let Some(edit) = edits.iter().find(|edit| holds(&edit.from, from) && holds(&edit.to, to)) {
        return of_another(clause, edit, &[from, to]).map_or_else(|| Verdict::Held(vec![edit.place]), Verdict::Wrong);
    }
    match edits.iter().find(|edit| holds(&edit.from, to) && holds(&edit.to, from)) {
        Some(edit) => Verdict::Wrong(format!("it went from {} to {}", edit.from, edit.to)),
        None if edits.iter().any(|edit| holds(&edit.from, from) || holds(&edit.to, to)) => {
            Verdict::Wrong(format!("it did not go from {from} to {to}"))
        }
        None => Verdict::Silent,
    }
}

/// The reason when the change is of something else than the clause names.
fn of_another(clause: &Clause<'_>, edit: &Edit, values: &[&str]) -> Option<String> {
    let doc = clause.docs.get(edit.place.doc).filter(|doc| doc.shape == Shape::Records)?;
    let on = |name: &str| {
        doc.records
            .iter()
            .any(|record| (edit.place.first..=edit.place.last).contains(&record.line) && record.holds_name(name))
    };
    let names = clause.names();
    let other = names.iter().find(|(_, name)| {
        !values.contains(&name.as_str()) && doc.records.iter().any(|record| record.holds_name(name)) && !on(name)
    })?;
    Some(format!("{}:{} is not about {}", doc.name, edit.place.first, other.1))
}

/// `cut in half`, `cut by 75%`, `doubled`.
fn factors(clause: &Clause<'_>, edits: &[Edit]) -> Verdict {
    let Some(said) = factor(clause) else { return Verdict::Silent };
    let pairs: Vec<(f64, &Edit)> = edits
        .iter()
        .filter_map(|edit| {
            let value = |text: &str| figures(text, &[]).first().map(|it| it.value * it.unit.factor);
            let (from, to) = (value(&edit.from)?, value(&edit.to)?);
            (from != 0.0).then(|| (said.kind.of(from, to), edit))
        })
        .collect();
    if let Some(at) = said.at.filter(|_| !pairs.is_empty()) {
        clause.settle(at);
    }
    let fits = pairs.iter().find(|(value, _)| (value - said.value).abs() <= said.room(*value));
    match (fits, pairs.first()) {
        (Some((_, edit)), _) => Verdict::Held(vec![edit.place]),
        (None, Some((value, edit))) => {
            Verdict::Wrong(format!("from {} to {} is {}", edit.from, edit.to, super::clause::shown(*value)))
        }
        (None, None) => Verdict::Silent,
    }
}

/// `The timeout was raised`, beside a new value that is lower.
fn ways(clause: &Clause<'_>, edits: &[Edit]) -> Verdict {
    let up = clause.says(&[
        "raised",
        "raises",
        "raise",
        "increased",
        "lifted",
        "bumped",
        "lengthened",
        "extended",
        "doubled",
    ]);
    let down = clause.says(&[
        "lowered",
        "lowers",
        "reduced",
        "reduces",
        "shortened",
        "trimmed",
        "decreased",
        "cut",
        "halved",
        "shrunk",
    ]);
    if up == down {
        return Verdict::Silent;
    }
    let spoken = |edit: &&Edit| {
        let words = super::words::stems(&edit.key);
        clause.names().iter().any(|(_, name)| edit.key.contains(name.as_str()))
            || clause.terms(0, clause.tokens.len()).iter().any(|term| matches!(term, super::clause::Term::Stem(stem) if words.iter().any(|word| super::words::meet(stem, word))))
    };
    for edit in edits.iter().filter(spoken) {
        let value = |text: &str| figures(text, &[]).first().map(|it| it.value * it.unit.factor);
        let (Some(from), Some(to)) = (value(&edit.from), value(&edit.to)) else { continue };
        if from != to {
            return if (to > from) == up {
                Verdict::Held(vec![edit.place])
            } else {
                Verdict::Wrong(format!("it went from {} to {}", edit.from, edit.to))
            };
        }
    }
    Verdict::Silent
}

/// What a difference is said to add, remove or replace must stand on such a line of it.
fn touched(clause: &Clause<'_>, _edits: &[Edit]) -> Verdict {
    let removed = clause.says(&["removed", "removes", "dropped", "deleted", "deletes", "took out", "no longer"]);
    let added = clause.says(&["added", "adds", "introduced", "introduces", "inserted"]);
    let replaced = clause.says(&["replaced", "replaces", "changed", "changes", "edited", "altered"]);
    if !(removed || added || replaced) || clause.says(&["not", "no", "without", "unchanged"]) {
        return Verdict::Silent;
    }
    for doc in &clause.docs {
        if !doc.records.iter().any(|record| record.sign != Sign::Kept) {
            continue;
        }
        for token in &clause.tokens {
            let (Token::Code(name) | Token::Ident(name)) = token else { continue };
            let name = name.to_lowercase();
            let mut on = doc.records.iter().filter(|record| record.holds_name(&name)).peekable();
            let header = |line: &str| {
                ["---", "+++", "@@", "commit", "diff", "author", "date"]
                    .iter()
                    .any(|mark| line.trim_start().starts_with(mark))
            };
            if on.peek().is_none() {
                continue;
            }
            let signs: Vec<(Sign, bool)> = on.map(|record| (record.sign, header(&record.lower))).collect();
            if signs.iter().all(|(sign, header)| *sign == Sign::Kept && !header) && replaced {
                return Verdict::Wrong(format!("{} leaves {name} as it is", doc.name));
            }
            let only = |wanted: Sign| signs.iter().all(|(sign, _)| *sign == wanted);
            let near = |words: &[&str]| {
                clause.find(words).zip(clause.lower.find(&name)).is_some_and(|(verb, at)| verb < at && at - verb < 40)
            };
            if added
                && !removed
                && only(Sign::Removed)
                && near(&["added", "adds", "introduced", "introduces", "inserted"])
            {
                return Verdict::Wrong(format!("{} removes {name}", doc.name));
            }
            if removed
                && !added
                && only(Sign::Added)
                && near(&["removed", "removes", "dropped", "deleted", "deletes", "took out"])
                && !doc.lower.contains("drop")
            {
                return Verdict::Wrong(format!("{} adds {name}", doc.name));
            }
        }
    }
    Verdict::Silent
}

/// `timeout = 10 -> 5`, `path = "/healthz" -> "/ready"`, `3195M->1219M`.
fn arrows() -> &'static Regex {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "a constant pattern; the tests compile it")]
        Regex::new(r#"(?:(?P<key>[\w.\[\]/-]+)\s*[=:]\s*)?(?P<from>"[^"]*"|[^\s"=]+)\s*(?:->|=>|→)\s*(?P<to>"[^"]*"|[^\s",;(]+)"#)
            .expect("the pattern is valid")
    });
    &PATTERN
}
