//! Sorts a call's words into verb, options and arguments by its tool's table. What the table does not know is kept
//! apart, never guessed at.

use crate::actions::tables::{Fit, Grammar, Known, Raise, Tool};
use crate::domain::Class;

use super::value::{Fill, Shape, Value};

/// A call's words, sorted.
pub(super) struct Parsed<'t> {
    /// The tool, then its verb if one was named.
    pub(super) chain: Vec<&'t Tool>,
    /// Options that were given.
    pub(super) options: Vec<Given<'t>>,
    /// Everything that is no option and no verb.
    pub(super) arguments: Vec<Value>,
    /// Options that the table does not know.
    pub(super) unknown: Vec<Value>,
    /// Words that may become options, or several words, when it runs.
    pub(super) loose: Vec<Value>,
    /// Where the command begins that this one runs.
    pub(super) wrapped: Option<usize>,
    /// A word that would have to be a verb and is none.
    pub(super) no_verb: Option<Value>,
    /// Which word ended the verb that was found last, and the verb's class.
    ended: Option<(usize, Option<Class>)>,
    /// The verb's words as they were given, and where the words behind them begin.
    pub(super) called: (Vec<String>, usize),
}

/// An option that was given.
pub(super) struct Given<'t> {
    pub(super) name: String,
    pub(super) value: Option<Value>,
    pub(super) word: Value,
    pub(super) raises: Vec<&'t Raise>,
}

/// What the tables know of an option.
#[derive(Clone)]
enum Meaning<'t> {
    Flag,
    Value,
    Attached,
    Raise(Vec<&'t Raise>, bool),
    Harmless,
    Nothing,
}

impl<'t> Parsed<'t> {
    /// Sorts the words of a call; the first is its name.
    pub(super) fn new(tool: &'t Tool, words: &[Value]) -> Self {
        let mut parsed = Self {
            chain: vec![tool],
            options: Vec::new(),
            arguments: Vec::new(),
            unknown: Vec::new(),
            loose: Vec::new(),
            wrapped: None,
            no_verb: None,
            ended: None,
            called: (Vec::new(), 1),
        };
        let (mut at, mut verb, mut plain) = (1, Vec::new(), false);
        while let Some(word) = words.get(at) {
            if parsed.command_begins(word, plain) {
                parsed.wrapped = Some(at);
                break;
            }
            at += 1;
            if !plain && word.exact() == Some("--") {
                if parsed.last().wraps_dashes {
                    parsed.wrapped = Some(at);
                    break;
                }
                plain = true;
            } else if !plain && word.text.len() > 1 && word.text.starts_with('-') {
                at += parsed.option(word, words.get(at));
            } else if plain && word.may_split() && parsed.only_arguments_follow() {
                parsed.arguments.push(Value { shape: Shape::Dynamic(Fill::Several), ..word.clone() });
            } else if word.may_split() || parsed.could_be_an_option(word, plain) || (!plain && word.may_be_negative()) {
                parsed.loose.push(word.clone());
            } else if parsed.takes_verb(word, &mut verb) {
                parsed.called = (verb.clone(), at);
                plain |= parsed.chain[0].verb_ends_options && parsed.chain.len() > 1;
            } else {
                parsed.arguments.push(word.clone());
                plain |= parsed.ends_options();
            }
        }
        parsed
    }

    /// The verb, or the tool itself.
    pub(super) fn last(&self) -> &'t Tool {
        self.chain[self.chain.len() - 1]
    }

    /// The exact values of an option, in order; `None` inside for one only known at run time.
    pub(super) fn values(&self, names: &[&str]) -> Vec<Option<&str>> {
        let given = self.options.iter().filter(|given| names.contains(&given.name.as_str()));
        given.map(|given| given.value.as_ref().and_then(Value::exact)).collect()
    }

    /// Whether one of the options was given.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.options.iter().any(|given| names.contains(&given.name.as_str()))
    }

    /// Whether the tool, or its verb, can start other programs by an option.
    pub(super) fn executes(&self) -> bool {
        self.chain.iter().any(|tool| tool.executes)
    }

    /// Whether words behind the verb can be nothing but its arguments, of which none makes it worse.
    fn only_arguments_follow(&self) -> bool {
        let last = self.last();
        let telling = |raise: &Raise| !raise.begins.is_empty() || !raise.arguments.is_empty();
        let worse = |raise: &Raise| last.class.is_none_or(|class| class.join(raise.class) != class);
        let ends = self.chain[0].verb_ends_options && self.chain.len() > 1 && last.grammar.is_none();
        ends && !last.raise.iter().any(|raise| telling(raise) && worse(raise))
    }

    /// A word in front of a wrapped command that may begin with a dash when it runs (`ssh "$HOST" ls`).
    fn could_be_an_option(&self, word: &Value, plain: bool) -> bool {
        !plain && self.executes() && self.last().wraps.is_some() && word.may_be_option()
    }

    fn ends_options(&self) -> bool {
        let tool = self.last();
        tool.grammar != Some(Grammar::Flock) && tool.wraps.is_some() || matches!(tool.grammar, Some(Grammar::Shell))
    }

    /// Whether this word begins the command that the tool runs.
    fn command_begins(&self, word: &Value, plain: bool) -> bool {
        let text_follows = word.exact().is_some_and(|text| matches!(text, "-c" | "--command"));
        if self.last().grammar == Some(Grammar::Flock) && text_follows {
            return false;
        }
        let Some(before) = self.last().wraps else { return false };
        if !plain && word.text.len() > 1 && word.text.starts_with('-') {
            return false;
        }
        if self.last().grammar == Some(Grammar::Env) {
            return !word.text.contains('=');
        }
        word.exact() != Some("--") && self.arguments.len() + self.loose.len() >= before
    }

    /// Takes the word as part of a verb, if one begins like this.
    fn takes_verb(&mut self, word: &Value, verb: &mut Vec<String>) -> bool {
        let tool = self.chain[0];
        if tool.verbs.is_empty() || !self.arguments.is_empty() || !self.loose.is_empty() {
            return false;
        }
        let Some(text) = word.exact() else {
            if verb.is_empty() {
                self.no_verb = Some(word.clone());
            }
            return false;
        };
        let text = if tool.fold_case { text.to_ascii_lowercase() } else { text.to_owned() };
        let mut path = verb.clone();
        path.push(text);
        match tool.index.verb(tool, &path, self.ended) {
            Fit::None => {
                if verb.is_empty() {
                    self.no_verb = Some(word.clone());
                }
                return false;
            }
            Fit::Begins => {}
            Fit::Is(number) => {
                let Some(found) = tool.verbs.get(number) else { return false };
                // `service * status`: where a pattern ended it, a longer pattern goes on.
                let end = path.len() - 1;
                let exact = |form: &str| {
                    form.split_whitespace().nth(end).is_some_and(|word| word.split(',').any(|one| one == path[end]))
                };
                self.ended = found.name.split('|').any(exact).then_some((end, found.class));
                if !std::ptr::eq(self.last(), found) {
                    self.chain.push(found);
                }
            }
        }
        *verb = path;
        true
    }

    /// Takes an option; says how many words after it belong to it.
    fn option(&mut self, word: &Value, next: Option<&Value>) -> usize {
        let (name, attached) = match word.text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word.text.as_str(), None),
        };
        let tool = self.chain[0];
        let number = name[1..].bytes().all(|byte| byte.is_ascii_digit());
        let mut meaning = self.meaning(name);
        if let (Meaning::Nothing | Meaning::Harmless, true) = (&meaning, tool.numbers && number && !word.is_dynamic()) {
            meaning = Meaning::Flag;
        }
        let unknown = matches!(meaning, Meaning::Nothing | Meaning::Harmless);
        if unknown && !name.starts_with("--") && !self.chain.iter().any(|tool| tool.single_dash) {
            return self.bundle(word, next);
        }
        if let (Meaning::Harmless, true) = (&meaning, name.starts_with("--")) {
            meaning = self.abbreviated(name).unwrap_or(Meaning::Harmless);
        }
        // A word that goes on at run time is only sure when its value is what goes on.
        let open = word.is_dynamic() && attached.is_none();
        let value = attached.map(|text| Value { text: text.to_owned(), ..word.clone() });
        match meaning {
            Meaning::Nothing => self.unknown.push(word.clone()),
            _ if open => self.unknown.push(word.clone()),
            Meaning::Flag | Meaning::Attached | Meaning::Harmless => self.give(name, value, word, Vec::new()),
            Meaning::Value => return self.give_value(name, value, word, next, Vec::new()),
            Meaning::Raise(raises, true) => return self.give_value(name, value, word, next, raises),
            Meaning::Raise(raises, false) => self.give(name, value, word, raises),
        }
        0
    }

    /// Short options written together.
    fn bundle(&mut self, word: &Value, next: Option<&Value>) -> usize {
        let mut raised = false;
        for (at, c) in word.text.char_indices().skip(1) {
            let name = format!("-{c}");
            let rest = &word.text[at + c.len_utf8()..];
            let attached = (!rest.is_empty() || word.is_dynamic())
                .then(|| Value { text: rest.trim_start_matches('=').to_owned(), ..word.clone() });
            match self.meaning(&name) {
                Meaning::Flag | Meaning::Harmless => self.give(&name, None, word, Vec::new()),
                Meaning::Value => return self.give_value(&name, attached, word, next, Vec::new()),
                Meaning::Attached => {
                    self.give(&name, attached, word, Vec::new());
                    return 0;
                }
                Meaning::Raise(raises, true) => return self.give_value(&name, attached, word, next, raises),
                Meaning::Raise(raises, false) => {
                    raised = true;
                    self.give(&name, attached, word, raises);
                }
                // `-i.bak`: what follows a raising flag is its suffix.
                Meaning::Nothing if raised && !self.executes() => return 0,
                Meaning::Nothing => {
                    self.unknown.push(word.clone());
                    return 0;
                }
            }
        }
        if word.is_dynamic() {
            self.unknown.push(word.clone());
        }
        0
    }

    fn give(&mut self, name: &str, value: Option<Value>, word: &Value, raises: Vec<&'t Raise>) {
        self.options.push(Given { name: name.to_owned(), value, word: word.clone(), raises });
    }

    fn give_value(
        &mut self,
        name: &str,
        attached: Option<Value>,
        word: &Value,
        next: Option<&Value>,
        raises: Vec<&'t Raise>,
    ) -> usize {
        let taken = usize::from(attached.is_none());
        let value = attached.or_else(|| next.cloned());
        if value.as_ref().is_some_and(Value::may_split) {
            self.loose.extend(value.clone());
        }
        self.give(name, value, word, raises);
        taken
    }

    /// What the verb says of an option, then its group, then the tool.
    fn meaning(&self, name: &str) -> Meaning<'t> {
        for tool in self.chain.iter().copied().rev() {
            if let Some(known) = tool.index.option(name) {
                return Meaning::of(tool, known);
            }
            if tool.single_dash
                && let Some(known) = name.strip_prefix('-').and_then(|name| tool.index.option(name))
            {
                return Meaning::of(tool, known);
            }
        }
        if self.chain[0].any_option || self.last().any_option { Meaning::Harmless } else { Meaning::Nothing }
    }

    /// A raising option of which this is the beginning: most programs take one for the whole.
    fn abbreviated(&self, name: &str) -> Option<Meaning<'t>> {
        self.chain.iter().copied().find_map(|tool| Some(Meaning::of(tool, tool.index.abbreviated(name)?)))
    }
}

impl<'t> Meaning<'t> {
    fn of(tool: &'t Tool, known: &Known) -> Self {
        match known {
            Known::Flag => Self::Flag,
            Known::Value => Self::Value,
            Known::Attached => Self::Attached,
            Known::Raise { raises, value } => {
                Self::Raise(raises.iter().filter_map(|number| tool.raise.get(*number)).collect(), *value)
            }
        }
    }
}
