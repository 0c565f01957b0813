//! What is looked up for every word of every command, made once when a table is loaded.

use std::collections::HashMap;

use crate::domain::Class;

use super::schema::Tool;
use super::words::fits;

/// The look-ups of one entry.
#[derive(Clone, Debug, Default)]
pub struct Index {
    options: HashMap<String, Known>,
    verbs: Vec<Pattern>,
}

/// What an entry says of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// Takes no value.
    Flag,
    /// Takes a value.
    Value,
    /// Takes an attached value, or none.
    Attached,
    /// May change the class: numbers of the entry's raises, and whether it takes a value.
    Raise {
        /// Numbers in [`Tool::raise`].
        raises: Vec<usize>,
        /// Whether the next word is its value.
        value: bool,
    },
}

/// One form of one verb.
#[derive(Clone, Debug)]
struct Pattern {
    verb: usize,
    words: Vec<Vec<String>>,
}

/// How far some words are a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// No verb begins like this.
    None,
    /// A verb begins like this, and goes on.
    Begins,
    /// It is the verb of this number.
    Is(usize),
}

impl Index {
    /// Makes the look-ups of an entry; its verbs have theirs already.
    pub fn of(tool: &Tool) -> Self {
        let mut options = HashMap::new();
        for (list, known) in
            [(&tool.attached, Known::Attached), (&tool.values, Known::Value), (&tool.runs, Known::Value)]
        {
            options.extend(list.iter().map(|name| (name.to_owned(), known.clone())));
        }
        for list in [&tool.flags, &tool.terminal] {
            options.extend(list.iter().map(|name| (name.to_owned(), Known::Flag)));
        }
        for list in [&tool.dry_run, &tool.looks] {
            for form in list.iter() {
                let (name, known) =
                    form.split_once('=').map_or((form, Known::Flag), |(name, _)| (name, Known::Attached));
                options.entry(name.to_owned()).or_insert(known);
            }
        }
        for (number, raise) in tool.raise.iter().enumerate() {
            for name in raise.options.iter() {
                match options.get_mut(name) {
                    Some(Known::Raise { raises, value }) => {
                        raises.push(number);
                        *value |= raise.value;
                    }
                    Some(before @ (Known::Flag | Known::Value | Known::Attached)) => {
                        let value = raise.value || *before == Known::Value;
                        *before = Known::Raise { raises: vec![number], value };
                    }
                    None => {
                        options.insert(name.to_owned(), Known::Raise { raises: vec![number], value: raise.value });
                    }
                }
            }
        }
        let verbs = tool.verbs.iter().enumerate().flat_map(|(verb, entry)| {
            entry.name.split('|').map(move |form| Pattern {
                verb,
                words: form
                    .split_whitespace()
                    .map(|word| word.split(',').filter(|one| !one.is_empty()).map(str::to_owned).collect())
                    .collect(),
            })
        });
        Self { options, verbs: verbs.collect() }
    }

    /// What the entry says of an option.
    pub fn option(&self, name: &str) -> Option<&Known> {
        self.options.get(name)
    }

    /// An option that may change the class and of which this is the beginning.
    pub fn abbreviated(&self, name: &str) -> Option<&Known> {
        let mut fitting: Vec<(&String, &Known)> = self
            .options
            .iter()
            .filter(|(option, known)| option.starts_with(name) && matches!(known, Known::Raise { .. }))
            .collect();
        fitting.sort_by_key(|(option, _)| *option);
        fitting.first().map(|(_, known)| *known)
    }

    /// How far the words are a verb: exact words before patterns before beginnings, the worst of equals. The word at
    /// `ended` already ended a verb of that class: a pattern passes over it to a worse one only (not `delete list`).
    pub fn verb(&self, tool: &Tool, path: &[String], ended: Option<(usize, Option<Class>)>) -> Fit {
        let mut best: Option<(usize, usize)> = None;
        let mut begins = false;
        for pattern in &self.verbs {
            let Some(strength) = pattern.strength(path, tool.abbreviates) else { continue };
            let whole = pattern.words.len() == path.len();
            let passes = |(at, before): (usize, Option<Class>)| {
                pattern.is_open(at, path) && !(whole && class(tool, pattern.verb) > before)
            };
            if ended.is_some_and(passes) {
                continue;
            }
            begins = true;
            if !whole {
                continue;
            }
            let better = best
                .is_none_or(|(verb, other)| strength > other || (strength == other && worse(tool, pattern.verb, verb)));
            if better {
                best = Some((pattern.verb, strength));
            }
        }
        match best {
            Some((verb, _)) => Fit::Is(verb),
            None if begins => Fit::Begins,
            None => Fit::None,
        }
    }
}

impl Pattern {
    /// How closely the words are the beginning of this verb; larger is closer.
    fn strength(&self, path: &[String], abbreviates: bool) -> Option<usize> {
        if path.len() > self.words.len() {
            return None;
        }
        let strengths = path
            .iter()
            .zip(&self.words)
            .map(|(word, forms)| forms.iter().filter_map(|form| word_strength(form, word, abbreviates)).max());
        strengths.sum()
    }

    /// Whether only a pattern stands for the word at this place.
    fn is_open(&self, at: usize, path: &[String]) -> bool {
        let (Some(forms), Some(word)) = (self.words.get(at), path.get(at)) else { return false };
        !forms.iter().any(|form| form == word || (!form.contains('*') && form.starts_with(word.as_str())))
    }
}

/// An exact word, then the pattern that leaves least open, then a beginning.
fn word_strength(form: &str, word: &str, abbreviates: bool) -> Option<usize> {
    if form == word {
        return Some(1000);
    }
    if form.contains('*') && fits(form, word) {
        return Some(100 + form.len().min(100));
    }
    (abbreviates && !word.is_empty() && form.starts_with(word)).then_some(1)
}

fn worse(tool: &Tool, one: usize, other: usize) -> bool {
    class(tool, one) > class(tool, other)
}

fn class(tool: &Tool, verb: usize) -> Option<Class> {
    tool.verbs.get(verb).and_then(|verb| verb.class)
}
