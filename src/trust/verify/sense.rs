//! Whether the words of a clause agree with the cited lines: who did it, values of named fields, numbered lines, causes, and
//! whether the lines speak of it at all.

use super::clause::{Clause, Place, Term, Verdict, is_meta};
use super::polarity::{RIVALS, negated, opposite, outcome, zeroed};
use super::read::{Record, Shape};
use super::token::{Token, number_word};
use super::unit::Unit;
use super::words::{is_common, meet, spoken_of, stem};

/// Checks the words: each step may object.
pub fn check(clause: &Clause<'_>) -> Verdict {
    for step in [persons, valued, opposite, outcome, zeroed, numbered, negated, caused] {
        if let wrong @ Verdict::Wrong(_) = step(clause) {
            return wrong;
        }
    }
    Verdict::Silent
}

/// The records that the clause's names pick; all when none does.
pub fn picked<'a>(clause: &Clause<'a>) -> Vec<(usize, &'a Record)> {
    let mut names = clause.names();
    let codes = clause.tokens.iter().enumerate().filter(|(at, _)| clause.is_code(*at));
    names.extend(codes.filter_map(|(at, token)| {
        if let Token::Number(number) = token { Some((at, number.written.clone())) } else { None }
    }));
    let all: Vec<(usize, &Record)> = clause
        .docs
        .iter()
        .enumerate()
        .flat_map(|(index, doc)| doc.records.iter().map(move |record| (index, record)))
        .collect();
    let count = |name: &String| all.iter().filter(|(_, record)| record.holds_name(name)).count();
    let tell: Vec<&String> =
        names.iter().map(|(_, name)| name).filter(|name| (1..all.len()).contains(&count(name))).collect();
    let block = |index: &usize| clause.docs[*index].shape == Shape::Block;
    let with: Vec<(usize, &Record)> = all
        .iter()
        .filter(|(index, record)| !tell.is_empty() && (block(index) || tell.iter().all(|name| record.holds_name(name))))
        .copied()
        .collect();
    if with.is_empty() { all } else { with }
}

/// Who did it, where the evidence says who.
fn persons(clause: &Clause<'_>) -> Verdict {
    let mut known: Vec<&str> = Vec::new();
    for doc in &clause.docs {
        for (key, value) in doc.records.iter().flat_map(|record| &record.fields) {
            if matches!(
                key.as_str(),
                "by" | "author" | "user" | "actor" | "owner" | "committer" | "deployer" | "triggered_by"
            ) {
                known.push(value);
            }
        }
    }
    for (at, token) in clause.tokens.iter().enumerate() {
        let Token::Word(word, capital) = token else { continue };
        let by = !known.is_empty()
            && at > 0
            && clause.word(at - 1) == "by"
            && !is_common(word)
            && Unit::named(word).is_none()
            && number_word(word).is_none();
        let subject = *capital && at == 0 && ACTS.contains(&format!(" {} ", clause.word(1)));
        let behind = clause.tokens.get(at + 1);
        let alone = matches!(behind, None | Some(Token::Stop(_)))
            || (at > 1 && ACTS.contains(&format!(" {} ", clause.word(at - 2))))
            || (at > 1
                && matches!(
                    clause.word(at - 2),
                    "commit" | "apply" | "deploy" | "change" | "push" | "made" | "done" | "written" | "authored"
                ))
            || matches!(
                clause.word(at + 1),
                "at" | "on"
                    | "cut"
                    | "drops"
                    | "to"
                    | "changed"
                    | "raised"
                    | "lowered"
                    | "set"
                    | "removed"
                    | "adds"
                    | "added"
                    | "removes"
                    | "dropped"
                    | "moved"
            );
        let article = ["The", "This", "It", "A", "An", "He", "She", "They", "We", "Someone", "That", "These"]
            .iter()
            .any(|it| it.eq_ignore_ascii_case(word));
        if ((by && alone) || (subject && !article))
            && !clause.docs.iter().any(|doc| super::words::holds_whole(&doc.lower, word))
        {
            let known = known.first().map_or("nobody", |known| known);
            return Verdict::Wrong(format!("the evidence names {known}, not {word}"));
        }
    }
    Verdict::Silent
}

const ACTS: &str = " rolled raised lowered moved pushed changed deployed merged set cut removed added reverted released scaled restarted applied committed edited shipped bumped cleared acknowledged approved triggered started stopped drained enabled disabled resized ";

/// `severity warning`: where a field is named, the word behind it is its value.
fn valued(clause: &Clause<'_>) -> Verdict {
    let records = picked(clause);
    for at in 0..clause.tokens.len() {
        let key = clause.word(at);
        if key.len() < 4 || is_common(key) {
            continue;
        }
        let values: Vec<&str> = records
            .iter()
            .flat_map(|(_, record)| &record.fields)
            .filter(|(own, _)| own == key)
            .map(|(_, value)| value.as_str())
            .collect();
        if values.is_empty() || values.iter().any(|value| value.contains(' ')) {
            continue;
        }
        let mut next = at + 1;
        while matches!(clause.word(next), "is" | "of" | "was" | "as")
            || matches!(clause.tokens.get(next), Some(Token::Stop(':')))
        {
            next += 1;
        }
        let said = match clause.tokens.get(next) {
            Some(Token::Word(word, _)) => word.clone(),
            Some(Token::Code(word)) => word.to_lowercase(),
            Some(_) | None => continue,
        };
        let valuelike = RIVALS.iter().any(|rivals| {
            let has = |word: &str| rivals.split(' ').any(|it| it == word);
            has(&said) && values.iter().any(|value| has(value))
        });
        if valuelike && !values.iter().any(|value| *value == said) {
            return Verdict::Wrong(format!("{key} is {}, not {said}", values[0]));
        }
    }
    Verdict::Silent
}

/// What is said of a numbered line of code must stand on it rather than on another.
fn numbered(clause: &Clause<'_>) -> Verdict {
    let line = clause.tokens.iter().enumerate().find_map(|(at, token)| match token {
        Token::Number(number) if at > 0 && clause.word(at - 1) == "line" => Some(number.written.clone()),
        Token::Code(name) | Token::Ident(name) => name
            .rsplit_once(':')
            .map(|(_, line)| line.to_owned())
            .filter(|line| !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit())),
        _ => None,
    });
    let Some(line) = line else { return Verdict::Silent };
    let Some(own) = super::beside::numbered(clause, &line) else { return Verdict::Silent };
    let terms = clause.terms(0, clause.tokens.len());
    let speaks = |record: &Record| {
        terms
            .iter()
            .filter(|term| match term {
                Term::Stem(stem) => record.stems.iter().any(|it| meet(stem, it)),
                Term::Name(name) | Term::Code(name) => {
                    *name != line && !name.ends_with(&format!(":{line}")) && term.is_in(record)
                }
            })
            .count()
    };
    let mine = speaks(own);
    let code = clause.docs.iter().flat_map(|doc| &doc.records);
    let other = code
        .filter(|record| record.line != own.line && record.lower.trim_start().starts_with(|c: char| c.is_ascii_digit()))
        .max_by_key(|record| speaks(record));
    match other {
        Some(other) if speaks(other) > mine => {
            Verdict::Wrong(format!("that stands on another line: {}", super::beside::shortened(other.lower.trim())))
        }
        Some(_) | None => Verdict::Silent,
    }
}

/// Words of a list that stand only in records of something else than the clause names.
pub fn together(clause: &Clause<'_>) -> Verdict {
    if clause.says(&[
        "not", "no", "never", "none", "only", "other", "others", "than", "before", "after", "while", "both", "all",
        "every", "each", "any", "except", "besides", "apart", "and", "or", "neither", "nor", "without", "then",
        "followed", "between",
    ]) {
        return Verdict::Silent;
    }
    let [doc] = clause.docs.as_slice() else { return Verdict::Silent };
    if doc.shape != Shape::Records || !doc.series.is_empty() {
        return Verdict::Silent;
    }
    let picked = super::over_records::Picked::new(doc, &clause.terms(0, clause.tokens.len()));
    if picked.terms.len() < 2 {
        return Verdict::Silent;
    }
    let holds = |record: &Record, term: &Term| match term {
        Term::Stem(stem) => spoken_of(stem, &record.stems),
        term => term.is_in(record),
    };
    let names: Vec<&Record> = picked.with(picked.strict).collect();
    if names.is_empty() {
        return Verdict::Silent;
    }
    let most =
        names.iter().map(|record| picked.terms.iter().filter(|term| holds(record, term)).count()).max().unwrap_or(0);
    let lacking = picked.terms.iter().find(|term| !names.iter().any(|record| holds(record, term)));
    let alone = picked.strict == 0 && most < picked.terms.len() && picked.terms.len() <= 3;
    match lacking {
        Some(Term::Stem(word)) if picked.strict != 0 => {
            Verdict::Wrong(format!("\"{word}\" is said of something else in {}", doc.name))
        }
        Some(_) | None if alone => Verdict::Wrong(format!("no line of {} holds this together", doc.name)),
        Some(_) | None => Verdict::Silent,
    }
}

/// A cause must be named by the cited lines.
fn caused(clause: &Clause<'_>) -> Verdict {
    const MARKS: [&str; 16] = [
        "because of",
        "because",
        "due to",
        "caused by",
        "as a result of",
        "owing to",
        "triggered by",
        "stems from",
        "result of",
        "thanks to",
        "the root cause is",
        "the cause is",
        "the reason is",
        "brought down by",
        "attributable to",
        "down to a",
    ];
    let Some((at, mark)) = MARKS
        .iter()
        .filter_map(|mark| Some((clause.find(&[mark])?, *mark)))
        .min_by_key(|(at, mark)| (*at, usize::MAX - mark.len()))
    else {
        return Verdict::Silent;
    };
    let phrase = &clause.lower[at + mark.len()..];
    let part = Clause::new(phrase.split([';']).next().unwrap_or(phrase), clause.docs.clone());
    let stems: Vec<String> = part
        .tokens
        .iter()
        .filter_map(|token| match token {
            Token::Word(word, _) if !is_common(word) && !is_meta(word) => Some(stem(word).to_owned()),
            _ => None,
        })
        .collect();
    if stems.is_empty() {
        return Verdict::Silent;
    }
    let there = |word: &&String| clause.docs.iter().any(|doc| doc.stems.iter().any(|other| meet(word, other)));
    let held = stems.iter().filter(there).count();
    if held * 3 < stems.len() * 2 {
        let first: Vec<&str> = stems.iter().filter(|word| !there(word)).map(String::as_str).take(3).collect();
        return Verdict::Wrong(format!("nothing cited names this cause ({})", first.join(", ")));
    }
    Verdict::Silent
}

/// How many of the words that say something the cited places speak of, and how many there are.
pub fn spoken(clause: &Clause<'_>) -> (usize, usize, Vec<String>) {
    let (mut held, mut all, mut missing) = (0, 0, Vec::new());
    let mut named = clause.names();
    named.retain(|(_, name)| !name.is_empty());
    for (at, token) in clause.tokens.iter().enumerate() {
        let Token::Word(word, _) = token else { continue };
        if is_common(word) || is_meta(word) || Unit::named(word).is_some() || CONCEPTS.contains(&format!(" {word} ")) {
            continue;
        }
        for part in word.split('-').filter(|part| part.len() > 2) {
            let bare = stem(part);
            all += 1;
            let there = clause
                .docs
                .iter()
                .any(|doc| spoken_of(bare, &doc.stems) || (part.len() > 4 && doc.lower.contains(bare)));
            if there {
                held += 1;
            } else {
                missing.push(clause.word(at).to_owned());
            }
        }
    }
    (held, all, missing)
}

/// Words that describe figures rather than the system.
const CONCEPTS: &str = " rose rise risen rising rises fell fall fallen falling falls increased increase increases decreased decrease dropped drop drops \
    climbed grew grow growing grown went going up down flat stable steady constant doubled tripled quadrupled halved factor ratio rate \
    followed came first then happened earlier later span spans kept overall bottomed topped hit exceeded below above within percentage \
    working set number depth size average averaged mean highest lowest began started starts begin begins ended stayed looks like far clearly \
    roughly about indicates shows means so therefore meaning thus hence which ";

/// A place for each line of the records that the names of the clause pick.
pub fn places(clause: &Clause<'_>) -> Vec<Place> {
    let found = picked(clause).into_iter().map(|(doc, record)| Place { doc, first: record.line, last: record.line });
    found.take(20).collect()
}
