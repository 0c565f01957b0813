//! The words of one call as its tool reads them: options wherever they stand, bundled or attached, the last one winning,
//! and what is left over. Knows nothing of any tool; who calls says which short options take a value.

use crate::actions::shell::Value;
use crate::domain::approval::Place;

/// A call of a known or unknown program.
pub(super) struct Call<'a> {
    /// The program without its folder.
    pub(super) name: &'a str,
    words: &'a [Value],
}

/// How a tool reads its options.
#[derive(Clone, Copy)]
pub(super) struct Style {
    /// Short options that take a value, apart or attached.
    pub(super) letters: &'static str,
    /// Short options whose value, if any, is attached (`mysql -pSECRET`).
    pub(super) attached: &'static str,
    /// Long options that take a value as the next word, beside the ones asked for.
    pub(super) long: &'static [&'static str],
}

/// A tool that only has long options, or long options with one dash.
pub(super) const LONG: Style = Style { letters: "", attached: "", long: &[] };

/// A value as the command will see it.
fn known(word: &Value) -> String {
    if word.is_dynamic() { Place::UNKNOWN.to_owned() } else { word.text.clone() }
}

/// A value that is attached to its option; of a dynamic word only the beginning is known.
fn part(word: &Value, text: &str) -> String {
    if word.is_dynamic() { Place::UNKNOWN.to_owned() } else { text.to_owned() }
}

impl<'a> Call<'a> {
    /// `None` for a call whose name is not known.
    pub(super) fn new(words: &'a [Value]) -> Option<Self> {
        let name = words.first()?.exact()?;
        Some(Self { name: name.rsplit('/').next().unwrap_or(name), words })
    }

    /// The word that is the program's name.
    pub(super) fn program(&self) -> &'a Value {
        &self.words[0]
    }

    /// The words after the name.
    pub(super) fn arguments(&self) -> &'a [Value] {
        &self.words[1..]
    }

    /// The value of the last of these options.
    pub(super) fn option(&self, names: &[&str], style: Style) -> Option<String> {
        let mut last = None;
        self.sort(names, style, &mut |_, value| last = Some(value), &mut |_| {});
        last
    }

    /// Whether one of these options is given, with or without a value.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        let plain = self.words.iter().skip(1).take_while(|word| word.exact() != Some("--"));
        plain.into_iter().any(|word| {
            let name = word.text.split('=').next().unwrap_or_default();
            let bundled = |letter: &str| {
                let short = name.starts_with('-') && !name.starts_with("--");
                letter.len() == 2 && !letter.starts_with("--") && short && name.contains(&letter[1..])
            };
            names.iter().any(|wanted| *wanted == name || bundled(wanted))
        })
    }

    /// The call up to its verb: the name and the options before the first word that is none.
    pub(super) fn before_verb(&self, names: &[&str], style: Style) -> Call<'a> {
        let mut at = 1;
        while let Some(word) = self.words.get(at).filter(|word| word.text.starts_with('-')) {
            let next = self.words.get(at + 1);
            at += 1 + match word.text.starts_with("--") {
                true => long(word, next, names, style, &mut |_, _| {}),
                false => short(word, next, names, style, &mut |_, _| {}),
            };
        }
        Call { name: self.name, words: &self.words[..at.min(self.words.len())] }
    }

    /// What is neither an option nor the value of one that is known here.
    pub(super) fn operands(&self, names: &[&str], style: Style) -> Vec<String> {
        let mut operands = Vec::new();
        self.sort(names, style, &mut |_, _| {}, &mut |word| operands.push(known(word)));
        operands
    }

    fn sort(
        &self,
        names: &[&str],
        style: Style,
        option: &mut dyn FnMut(&str, String),
        operand: &mut dyn FnMut(&Value),
    ) {
        let mut at = 1;
        while let Some(word) = self.words.get(at) {
            at += 1;
            if word.exact() == Some("--") {
                self.words[at..].iter().for_each(&mut *operand);
                return;
            }
            if !word.text.starts_with('-') || word.text.len() < 2 {
                operand(word);
                continue;
            }
            let next = self.words.get(at);
            at += match word.text.starts_with("--") {
                true => long(word, next, names, style, option),
                false => short(word, next, names, style, option),
            };
        }
    }
}

/// An option and the value attached to it by `=`.
fn halves(text: &str) -> (&str, Option<&str>) {
    text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)))
}

/// Takes a long option; says how many more words it took.
fn long(
    word: &Value,
    next: Option<&Value>,
    names: &[&str],
    style: Style,
    option: &mut dyn FnMut(&str, String),
) -> usize {
    let (name, value) = halves(&word.text);
    // Most tools take a beginning for the whole; a beginning of two names counts as either.
    let means =
        |whole: &&&str| whole.starts_with("--") && (**whole == name || (name.len() > 4 && whole.starts_with(name)));
    let wanted = names.iter().find(|whole| **whole == name).or_else(|| names.iter().find(means));
    match (wanted, value, next) {
        (Some(wanted), Some(value), _) => option(wanted, part(word, value)),
        (Some(wanted), None, Some(next)) => {
            option(wanted, known(next));
            return 1;
        }
        (Some(_), None, None) | (None, Some(_), _) => {}
        (None, None, _) => return usize::from(style.long.contains(&name)),
    }
    0
}

/// Takes a word of short options, or a long one with a single dash; says how many more words it took.
fn short(
    word: &Value,
    next: Option<&Value>,
    names: &[&str],
    style: Style,
    option: &mut dyn FnMut(&str, String),
) -> usize {
    let (name, value) = halves(&word.text);
    if let Some(wanted) = names.iter().find(|wanted| **wanted == name && name.len() > 2) {
        let (value, taken) = match value {
            Some(value) => (Some(part(word, value)), 0),
            None => (next.map(known), 1),
        };
        value.into_iter().for_each(|value| option(wanted, value));
        return taken;
    }
    for (at, letter) in word.text.char_indices().skip(1) {
        let rest = &word.text[at + letter.len_utf8()..];
        let wanted = names.iter().find(|wanted| wanted.len() == 2 && wanted.ends_with(letter));
        if style.attached.contains(letter) {
            return 0;
        }
        if !style.letters.contains(letter) {
            continue;
        }
        let open = rest.is_empty() && !word.is_dynamic();
        let value = if open { next.map(known) } else { Some(part(word, rest.strip_prefix('=').unwrap_or(rest))) };
        if let (Some(wanted), Some(value)) = (wanted, value) {
            option(wanted, value);
        }
        return usize::from(open);
    }
    0
}
