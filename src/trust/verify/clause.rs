//! One clause of a sentence beside the places it cites: what the checks read, and the parts they have settled.

use std::cell::RefCell;

use super::read::{Doc, Record};
use super::token::{Clock, Quantity, Token, tokens};
use super::words::{is_common, meet, stem};

/// What a check comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It speaks of nothing that this check knows.
    Silent,
    /// It holds, on these lines.
    Held(Vec<Place>),
    /// It does not, for this reason.
    Wrong(String),
}

/// Lines of evidence that support a claim: the citation's index among the clause's, first and last line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which of the cited places.
    pub doc: usize,
    /// First line, counted from 1.
    pub first: u32,
    /// Last line.
    pub last: u32,
}

/// A clause.
pub struct Clause<'a> {
    /// Its tokens.
    pub tokens: Vec<Token>,
    /// Its text.
    pub prose: String,
    /// Its text in lower case, blanks folded.
    pub lower: String,
    /// The same as `lower`, letter for letter, with code and quotations blanked out.
    said: String,
    /// What it cites.
    pub docs: Vec<&'a Doc>,
    used: RefCell<Vec<bool>>,
}

/// A term that picks records: a name that must stand there, or the stem of a word.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// A name, in lower case.
    Name(String),
    /// A number that is a name: `504`, `code 451`.
    Code(String),
    /// A word's stem.
    Stem(String),
}

/// Words about samples, logs and talk, which pick no record.
const META: &str = " sample samples value values window excerpt log logs logged line lines record records entry entries message \
    messages total sum mean average averaged highest lowest maximum minimum peak peaked median count counts number \
    times time report reports reported point points reading readings data metric metrics according impact evidence overall \
    exactly respectively currently roughly approximately altogether combined longest shortest largest smallest earliest \
    latest recent recently alone single whole observed recorded occurred happened accounts accounted share portion part \
    occasions occasion different distinct stayed remained held holds shows lists contains listed appears reached reaches \
    utc percent added period range interval figure half third quarter twice double ";

impl<'a> Clause<'a> {
    /// The clause of this text.
    pub fn new(prose: &str, docs: Vec<&'a Doc>) -> Self {
        let mut tokens = tokens(prose);
        for token in &mut tokens {
            // `B7` is a name where the evidence knows it; `p99` and `5xx` are words.
            if let Token::Word(word, _) = token
                && !is_measure(word)
                && word.bytes().any(|byte| byte.is_ascii_digit())
                && docs.iter().any(|doc| doc.holds_name(word))
            {
                *token = Token::Ident(word.clone());
            }
        }
        let said = blanked(prose);
        let used = RefCell::new(vec![false; tokens.len()]);
        Clause { prose: prose.to_owned(), said, lower: format!(" {} ", prose.to_ascii_lowercase()), tokens, docs, used }
    }

    /// Marks a token as settled.
    pub fn settle(&self, at: usize) {
        if let Some(used) = self.used.borrow_mut().get_mut(at) {
            *used = true;
        }
    }

    /// Whether a token is settled.
    pub fn settled(&self, at: usize) -> bool {
        self.used.borrow().get(at).copied().unwrap_or(true)
    }

    /// The numbers that no check has settled yet, with their places.
    pub fn open(&self) -> Vec<(usize, &Quantity)> {
        let all = self.tokens.iter().enumerate();
        all.filter_map(|(at, token)| match token {
            Token::Number(quantity) if !self.settled(at) => Some((at, quantity)),
            _ => None,
        })
        .collect()
    }

    /// The times of the clause, settled or not.
    pub fn clocks(&self) -> Vec<(usize, &Clock)> {
        let all = self.tokens.iter().enumerate();
        all.filter_map(|(at, token)| if let Token::Clock(clock) = token { Some((at, clock)) } else { None }).collect()
    }

    /// The word at a place, or nothing.
    pub fn word(&self, at: usize) -> &str {
        match self.tokens.get(at) {
            Some(Token::Word(word, _)) => word,
            Some(_) | None => "",
        }
    }

    /// Whether one of these phrases stands in the clause, at the edges of words.
    pub fn says(&self, phrases: &[&str]) -> bool {
        self.find(phrases).is_some()
    }

    /// Where the first of these phrases stands, in bytes of `lower`.
    pub fn find(&self, phrases: &[&str]) -> Option<usize> {
        phrases.iter().filter_map(|phrase| find_phrase(&self.said, phrase)).min()
    }

    /// The words around a number: from the number or time before it to a few words behind it.
    pub fn around(&self, at: usize) -> String {
        let breaks = |token: &Token| matches!(token, Token::Number(_) | Token::Clock(_));
        let from = (0..at).rev().find(|before| breaks(&self.tokens[*before])).map_or(0, |before| before + 1);
        let to = (at + 1..self.tokens.len())
            .find(|next| breaks(&self.tokens[*next]) || *next > at + 3)
            .unwrap_or(self.tokens.len());
        let mut text = String::from(" ");
        for at in (from..at).chain(at + 1..to) {
            match &self.tokens[at] {
                Token::Word(word, _) => {
                    text.push_str(word);
                    text.push(' ');
                }
                Token::Stop(_)
                | Token::Code(_)
                | Token::Quote(_)
                | Token::Ident(_)
                | Token::Clock(_)
                | Token::Number(_) => text.push_str(", "),
            }
        }
        text
    }

    /// Names in code and bare identifiers, in lower case.
    pub fn names(&self) -> Vec<(usize, String)> {
        let all = self.tokens.iter().enumerate();
        all.filter_map(|(at, token)| match token {
            Token::Code(name) | Token::Ident(name) => Some((at, name.to_lowercase())),
            _ => None,
        })
        .collect()
    }

    /// The terms between two tokens that may pick records.
    pub fn terms(&self, from: usize, to: usize) -> Vec<Term> {
        let mut found = Vec::new();
        for at in from..to.min(self.tokens.len()) {
            match &self.tokens[at] {
                Token::Code(name) | Token::Ident(name) => found.push(Term::Name(name.to_lowercase())),
                Token::Quote(text) => found.push(Term::Name(text.to_lowercase())),
                Token::Word(word, _) if !is_common(word) && !is_meta(word) => {
                    found.extend(
                        word.split('-').filter(|part| part.len() > 2).map(|part| Term::Stem(stem(part).to_owned())),
                    );
                }
                Token::Number(number) if self.is_code(at) => found.push(Term::Code(number.written.clone())),
                Token::Word(..) | Token::Number(_) | Token::Clock(_) | Token::Stop(_) => {}
            }
        }
        found
    }

    /// Whether the number at a place is a name: an HTTP status or what stands behind `code`, `partition`, `exit`.
    pub fn is_code(&self, at: usize) -> bool {
        let Some(Token::Number(number)) = self.tokens.get(at) else { return false };
        if number.whole().is_none() || number.word {
            return false;
        }
        let before = at.checked_sub(1).map_or("", |before| self.word(before));
        let named = [
            "code",
            "codes",
            "status",
            "rc",
            "partition",
            "shard",
            "process",
            "pid",
            "port",
            "line",
            "http",
            "signal",
            "worker",
            "exit",
            "node",
            "replica",
            "id",
        ];
        let noun = stem(self.word(at + 1));
        // `GPU 2`, `OSD 14`: an abbreviation and a number without anything counted behind it.
        let capitals = before.len() > 1
            && before.bytes().all(|byte| byte.is_ascii_lowercase())
            && super::words::holds_whole(&self.prose, &before.to_uppercase());
        if capitals && (is_common(self.word(at + 1)) || self.word(at + 1).is_empty()) && !matches!(before, "utc" | "at")
        {
            return true;
        }
        // `Revision 15`, where the evidence has a column of that name with that value.
        let keyed = before.len() > 3
            && !is_common(before)
            && self.docs.iter().any(|doc| {
                doc.data().take(200).any(|record| {
                    record.figures.iter().any(|figure| {
                        figure.is(number) && figure.key.as_deref().is_some_and(|key| stem(key) == stem(before))
                    })
                })
            });
        if keyed
            && (is_common(self.word(at + 1))
                || self.word(at + 1).ends_with("ed")
                || self.word(at + 1).is_empty()
                || matches!(self.word(at + 1), "brought" | "brings"))
        {
            return true;
        }
        let status = number.written.len() == 3 && (100.0..600.0).contains(&number.value);
        named.contains(&before)
            || (status
                && ["respons", "answ", "answer", "repl", "error", "status", "code", "return", "or", "and"]
                    .iter()
                    .any(|it| meet(it, noun)))
            || (status
                && !is_plural(self.word(at + 1))
                && matches!(
                    before,
                    "a" | "an" | "the" | "first" | "last" | "every" | "each" | "all" | "recent" | "earliest" | "latest"
                ))
    }
}

/// The text in lower case between blanks, code and quotations replaced by as many signs.
fn blanked(prose: &str) -> String {
    let mut text = format!(" {} ", prose.to_ascii_lowercase());
    for mark in super::marks::marks(prose) {
        let inner = mark.inner.start + 1..mark.inner.end + 1;
        let signs = "#".repeat(inner.len());
        text.replace_range(inner, &signs);
    }
    text
}

/// `p99`, `5xx`: words of measure, not names.
fn is_measure(word: &str) -> bool {
    word.ends_with("xx") || word.strip_prefix('p').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_plural(word: &str) -> bool {
    word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && !is_common(word)
}

/// Whether the word is about samples and logs rather than about the system.
pub fn is_meta(word: &str) -> bool {
    META.contains(&format!(" {word} ")) || super::token::number_word(word).is_some()
}

/// Where a phrase stands at the edges of words.
pub fn find_phrase(text: &str, phrase: &str) -> Option<usize> {
    text.match_indices(phrase).map(|(at, _)| at).find(|at| {
        let before = text[..*at].chars().next_back();
        let after = text[at + phrase.len()..].chars().next();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '-') && !after.is_some_and(char::is_alphanumeric)
    })
}

impl Term {
    /// Whether the record holds the term.
    pub fn is_in(&self, record: &Record) -> bool {
        match self {
            Term::Name(name) => {
                record.holds_name(name) || folded_name(name).is_some_and(|name| record.holds_name(&name))
            }
            Term::Code(code) => super::words::holds_whole(&record.lower, code),
            Term::Stem(stem) => record.stems.iter().any(|other| meet(stem, other)),
        }
    }
}

/// The name without call brackets.
pub fn folded_name(name: &str) -> Option<String> {
    name.strip_suffix("()").map(str::to_owned)
}

/// A number for a person, without needless digits.
pub fn shown(value: f64) -> String {
    let digits = if value.fract() == 0.0 || value.abs() >= 1000.0 {
        0
    } else if value.abs() >= 10.0 {
        1
    } else {
        3
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A time of day for a person.
pub fn clock_of(second: i64) -> String {
    let day = second.rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}Z", day / 3600, day / 60 % 60, day % 60)
}
