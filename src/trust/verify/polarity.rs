//! Whether a clause says the opposite of the cited lines: words that exclude one another, good and bad ends, zeros,
//! negations. `sense` calls it.

use super::clause::{Clause, Term, Verdict, is_meta};
use super::over_records::Picked;
use super::read::{Record, Shape, Sign};
use super::sense::picked;
use super::token::Token;
use super::words::{holds_whole, is_common, meet, spoken_of, stem, stems};

/// Words that exclude one another: where a line has one of them, it has not the others.
pub const RIVALS: [&str; 52] = [
    "warning critical info",
    "warn error info debug fatal",
    "readiness liveness startup",
    "young full mixed concurrent",
    "primary replica standby secondary",
    "staging production",
    "up down",
    "idle active",
    "enabled disabled",
    "synchronous asynchronous",
    "synchronously asynchronously",
    "success failure",
    "succeeded failed",
    "accepted rejected refused",
    "allowed denied blocked",
    "healthy unhealthy",
    "connected disconnected",
    "resolved firing",
    "running terminated waiting pending",
    "secret configmap",
    "inbound outbound",
    "receive transmit",
    "ingress egress",
    "soft hard",
    "oldest newest",
    "open closed",
    "locked unlocked",
    "encrypted unencrypted",
    "valid invalid expired",
    "granted revoked",
    "attached detached",
    "mounted unmounted",
    "committed aborted",
    "launched terminated",
    "started stopped",
    "online offline",
    "compressed uncompressed",
    "internal external",
    "minimum maximum",
    "get post put delete patch",
    "tcp udp",
    "ipv4 ipv6",
    "read write",
    "hit miss",
    "hits misses",
    "true false",
    "ascending descending",
    "upstream downstream",
    "leader follower",
    "empty full",
    "manual automatic",
    "before after",
];

const NEGATIONS: [&str; 24] = [
    "not", "no", "never", "none", "without", "nobody", "nothing", "neither", "cannot", "can't", "isn't", "wasn't",
    "aren't", "weren't", "doesn't", "didn't", "don't", "hasn't", "haven't", "couldn't", "won't", "nor", "unable",
    "lacks",
];

/// Marks in evidence that say no.
const SAYS_NO: [&str; 44] = [
    "not",
    "no",
    "never",
    "none",
    "without",
    "cannot",
    "can't",
    "refused",
    "denied",
    "failed",
    "fail",
    "false",
    "off",
    "disabled",
    "null",
    "missing",
    "absent",
    "unable",
    "nil",
    "error",
    "unhealthy",
    "unknown",
    "removed",
    "invalid",
    "expired",
    "rejected",
    "timeout",
    "timed",
    "unreachable",
    "unset",
    "undefined",
    "0/1",
    "0/2",
    "0/3",
    "notready",
    "unready",
    "pending",
    "backoff",
    "crashloopbackoff",
    "insufficient",
    "empty",
    "n/a",
    "exceeded",
    "nxdomain",
];

/// Marks of a bad end and of a good one.
const BAD: [&str; 30] = [
    "fail",
    "failed",
    "failure",
    "error",
    "err",
    "refused",
    "denied",
    "timeout",
    "timed",
    "killed",
    "oomkilled",
    "crashloopbackoff",
    "rejected",
    "reset",
    "unreachable",
    "fatal",
    "panic",
    "bounced",
    "deferred",
    "exception",
    "aborted",
    "down",
    "false",
    "unhealthy",
    "unable",
    "invalid",
    "expired",
    "nxdomain",
    "exceeded",
    "blocked",
];

const GOOD: [&str; 13] = [
    "ok",
    "success",
    "succeeded",
    "passed",
    "complete",
    "completed",
    "finished",
    "delivered",
    "healthy",
    "200",
    "201",
    "done",
    "noerror",
];

/// Something said to have failed whose lines tell of a good end only, and the other way round.
pub fn outcome(clause: &Clause<'_>) -> Verdict {
    let failed = clause.says(&[
        "failed",
        "fails",
        "failing",
        "in an error",
        "with an error",
        "errored",
        "crashed",
        "was rejected",
        "were rejected",
        "was refused",
        "unsuccessful",
        "unsuccessfully",
        "broke",
    ]);
    let passed = clause.says(&[
        "succeeded",
        "succeeds",
        "successfully",
        "was successful",
        "ended well",
        "went through",
        "passed",
        "without errors",
        "without an error",
        "recovered",
        "was accepted",
        "were accepted",
        "is fine",
        "was fine",
    ]);
    if failed == passed
        || clause.tokens.iter().any(
            |token| matches!(token, Token::Word(word, _) if NEGATIONS.contains(&word.as_str()) && word != "without"),
        )
    {
        return Verdict::Silent;
    }
    let Some(records) = best(clause) else { return Verdict::Silent };
    let any = |marks: &[&str]| records.iter().any(|record| marks.iter().any(|mark| holds_whole(&record.lower, mark)));
    match (failed, any(&BAD), any(&GOOD)) {
        (true, false, true) => Verdict::Wrong(format!("line {} tells of no failure", records[0].line)),
        (false, true, false) => Verdict::Wrong(format!("line {} tells of a failure", records[0].line)),
        (true | false, _, _) => Verdict::Silent,
    }
}

/// The records of lists that hold the most of what the clause names; `None` when it picks none.
fn best<'a>(clause: &Clause<'a>) -> Option<Vec<&'a Record>> {
    let mut found = Vec::new();
    for doc in clause.docs.iter().filter(|doc| doc.shape == Shape::Records && doc.series.is_empty()) {
        let picked = Picked::new(doc, &clause.terms(0, clause.tokens.len()));
        if picked.terms.is_empty() {
            continue;
        }
        let choice = if picked.strict != 0 { picked.strict } else { picked.every() };
        found.extend(picked.with(choice));
    }
    (!found.is_empty()).then_some(found)
}

/// A thing said to be there whose field is zero or false.
pub fn zeroed(clause: &Clause<'_>) -> Verdict {
    let negated =
        clause.tokens.iter().any(|token| matches!(token, Token::Word(word, _) if NEGATIONS.contains(&word.as_str())));
    let numbers = clause.tokens.iter().any(|token| matches!(token, Token::Number(_)));
    let records = picked(clause);
    for (at, token) in clause.tokens.iter().enumerate() {
        let Token::Word(word, _) = token else { continue };
        if word.len() < 4 || is_common(word) || is_meta(word) {
            continue;
        }
        let word_stem = stem(word);
        let named = |key: &str| stems(key).iter().any(|it| it == word_stem);
        // `is ready` beside `Ready: False`.
        let fields: Vec<&str> = records
            .iter()
            .flat_map(|(_, record)| &record.fields)
            .filter(|(key, _)| stem(key) == word_stem)
            .map(|(_, value)| value.as_str())
            .collect();
        let is = at > 0 && matches!(clause.word(at - 1), "is" | "are" | "was" | "were" | "not" | "now" | "still");
        let all = |values: [&str; 3]| !fields.is_empty() && fields.iter().all(|value| values.contains(value));
        let contrary = if negated { ["true", "yes", "enabled"] } else { ["false", "no", "disabled"] };
        if is && all(contrary) {
            return Verdict::Wrong(format!("{word} is {}", fields[0]));
        }
        let figures: Vec<f64> = records
            .iter()
            .flat_map(|(_, record)| &record.figures)
            .filter(|figure| figure.key.as_deref().is_some_and(named))
            .map(|figure| figure.value)
            .collect();
        if !negated
            && !numbers
            && !figures.is_empty()
            && figures.iter().all(|value| *value == 0.0)
            && !clause.says(&["zero", "nil", "disabled", "off", "without"])
        {
            return Verdict::Wrong(format!("the evidence says 0 {word}"));
        }
    }
    Verdict::Silent
}

/// A word whose opposite stands in the lines, and which itself does not.
pub fn opposite(clause: &Clause<'_>) -> Verdict {
    let records = picked(clause);
    let whole = |word: &str| records.iter().any(|(_, record)| holds_form(record, word));
    let spoken = |word: &str| whole(word) || records.iter().any(|(_, r)| r.stems.iter().any(|it| meet(stem(word), it)));
    let about = |word: &str| clause.docs.iter().any(|doc| holds_whole(&doc.about, word));
    for (at, token) in clause.tokens.iter().enumerate() {
        let Token::Word(word, _) = token else { continue };
        if at > 0 && NEGATIONS.contains(&clause.word(at - 1))
            || spoken(word)
            || about(word)
            || ORDER.contains(&word.as_str())
        {
            continue;
        }
        for rivals in RIVALS {
            if !rivals.split(' ').any(|it| it == word) {
                continue;
            }
            let rival = rivals.split(' ').find(|it| it != word && whole(it) && !clause.says(&[it]));
            let state = at > 0
                && matches!(
                    clause.word(at - 1),
                    "is" | "are" | "was" | "were" | "still" | "now" | "stayed" | "remains"
                );
            let state = state && !matches!(clause.word(at + 1), "to");
            let strict =
                state || clause.prose.split(|c: char| !c.is_alphanumeric()).any(|it| it == word.to_uppercase());
            if let Some(rival) = rival.filter(|_| strict || !loosely(word)) {
                return Verdict::Wrong(format!("the evidence says {rival}, not {word}"));
            }
        }
        // `asynchronously` beside `readFileSync`.
        if word.starts_with("asynchron")
            && records.iter().any(|(_, r)| r.stems.iter().any(|it| it == "sync"))
            && !records.iter().any(|(_, r)| r.lower.contains("async"))
        {
            return Verdict::Wrong("the evidence says sync".to_owned());
        }
    }
    Verdict::Silent
}

const ORDER: [&str; 4] = ["before", "after", "minimum", "maximum"];

/// Words that are often said in another sense than the field's.
fn loosely(word: &str) -> bool {
    matches!(
        word,
        "up" | "read"
            | "get"
            | "put"
            | "post"
            | "open"
            | "active"
            | "full"
            | "info"
            | "started"
            | "stopped"
            | "down"
            | "write"
            | "true"
            | "external"
            | "internal"
            | "running"
            | "failed"
            | "error"
            | "success"
            | "hit"
            | "primary"
            | "patch"
            | "delete"
            | "failure"
            | "succeeded"
    )
}

fn holds_form(record: &Record, word: &str) -> bool {
    let long = word.len() >= 8 && record.lower.contains(word);
    long || holds_whole(&record.lower, word) || record.stems.iter().any(|it| it == word)
}

/// A negation must meet something in the lines that says no, and no plain statement of the contrary.
pub fn negated(clause: &Clause<'_>) -> Verdict {
    let Some(at) = clause
        .tokens
        .iter()
        .position(|token| matches!(token, Token::Word(word, _) if NEGATIONS.contains(&word.as_str())))
    else {
        return Verdict::Silent;
    };
    if clause.says(&[
        "no longer than",
        "not only",
        "no more than",
        "no less than",
        "no sample",
        "not the",
        "no doubt",
        "not just",
        "no further",
    ]) && !clause.says(&["no further changes"])
        || clause.word(at + 1) == "x"
    {
        return Verdict::Silent;
    }
    if clause.docs.iter().all(|doc| !doc.series.is_empty()) {
        return Verdict::Silent;
    }
    let records = picked(clause);
    let terms: Vec<Term> = clause.terms(0, clause.tokens.len());
    let speaks = |record: &Record| {
        terms
            .iter()
            .filter(|term| match term {
                Term::Stem(stem) => spoken_of(stem, &record.stems),
                term => term.is_in(record),
            })
            .count()
    };
    let best = records.iter().map(|(_, record)| speaks(record)).max().unwrap_or(0);
    if best == 0 {
        return Verdict::Silent;
    }
    let near: Vec<&Record> =
        records.iter().filter(|(_, record)| speaks(record) == best).map(|(_, record)| *record).collect();
    let told = |record: &&Record| {
        terms.iter().all(|term| term.is_in(record) || matches!(term, Term::Stem(word) if !records.iter().any(|(_, other)| other.stems.iter().any(|it| meet(word, it)))))
    };
    let never = clause.word(at) == "never";
    if (at == 0 || never) && terms.len() > 1 {
        // `No order was lost` beside a line about an order that was lost.
        if let Some(record) = near.iter().find(|record| told(record) && !plainly_no(record)) {
            return Verdict::Wrong(format!("line {} says otherwise", record.line));
        }
    }
    // `The switch is not configured` beside a line that sets it.
    let set = matches!(
        clause.word(at + 1),
        "configured" | "set" | "defined" | "present" | "enabled" | "specified" | "used" | "included"
    );
    if set {
        let subject = clause.terms(0, at);
        let sets = |record: &&(usize, &Record)| {
            subject.first().is_some_and(|term| match term {
                Term::Stem(word) => {
                    record.1.stems.iter().any(|it| it == word) && record.1.lower.trim_start().starts_with(word.as_str())
                }
                term => term.is_in(record.1),
            })
        };
        if let Some((_, record)) = records.iter().find(|it| sets(it) && !says_no(it.1)) {
            return Verdict::Wrong(format!("line {} sets it", record.line));
        }
    }
    // `a was not changed` where only others were.
    let denied = clause.terms(at + 1, clause.tokens.len());
    let elsewhere_only = denied.iter().any(|term| {
        clause.docs.iter().any(|doc| doc.records.iter().any(|record| term.is_in(record)))
            && !near.iter().any(|record| term.is_in(record))
    });
    if elsewhere_only && clause.docs.iter().all(|doc| doc.shape == Shape::Records) {
        return Verdict::Silent;
    }
    let no = near.iter().any(|record| says_no(record));
    let elsewhere = clause.docs.iter().any(|doc| doc.records.iter().any(says_no));
    if no || (near.len() > 3 && elsewhere) {
        return Verdict::Silent;
    }
    if best * 2 >= terms.len().max(1) && !elsewhere {
        return Verdict::Wrong("nothing in the cited lines says no".to_owned());
    }
    if best * 2 >= terms.len().max(1) && near.len() == 1 {
        return Verdict::Wrong(format!("line {} says otherwise", near[0].line));
    }
    Verdict::Silent
}

/// A negation in words or a zero, rather than a failure.
fn plainly_no(record: &Record) -> bool {
    ["not", "no", "never", "none", "without", "false", "cannot"].iter().any(|word| holds_whole(&record.lower, word))
        || record.figures.iter().any(|figure| figure.value == 0.0)
}

fn says_no(record: &Record) -> bool {
    SAYS_NO.iter().any(|word| holds_whole(&record.lower, word))
        || record.figures.iter().any(|figure| figure.value == 0.0)
        || record.lower.trim_start_matches(|c: char| c.is_ascii_digit() || c.is_whitespace()).starts_with("//")
        || record.sign == Sign::Removed
}

/// Whether the clause denies, with `is not`, a number, a time or a superlative that the other checks have found to hold.
pub fn denies(clause: &Clause<'_>) -> bool {
    let not = clause.tokens.iter().enumerate().find(|(at, token)| {
        let be = *at > 0 && matches!(clause.word(at - 1), "is" | "are" | "was" | "were" | "be");
        matches!(token, Token::Word(not, _) if not == "not") && be
            || matches!(token, Token::Word(not, _) if not == "isn't" || not == "wasn't")
    });
    let Some((at, _)) = not else { return false };
    let mut next = at + 1;
    while matches!(clause.word(next), "the" | "a" | "at" | "from" | "about" | "back" | "down" | "to" | "for" | "in") {
        next += 1;
    }
    match clause.tokens.get(next) {
        Some(Token::Number(_)) => !clause.is_code(next),
        Some(Token::Clock(_)) => true,
        Some(Token::Word(word, _)) => {
            word.len() > 5 && word.ends_with("est") || matches!(word.as_str(), "only" if next > at + 1)
        }
        Some(Token::Code(_) | Token::Quote(_) | Token::Ident(_) | Token::Stop(_)) | None => false,
    }
}
