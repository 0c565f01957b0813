//! Walks the parser's tree. Every `match` names every variant, so that a parser that learns something new does not
//! compile here until this file knows it too.

mod assign;
mod conditions;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use brush_parser::ast::{
    AndOr, ArithmeticCommand, ArithmeticForClauseCommand, Assignment, AssignmentName, AssignmentValue, Command,
    CommandPrefixOrSuffixItem, CompoundCommand, CompoundList, ForClauseCommand, Pipeline, Program, SeparatorOperator,
    SimpleCommand, SourceLocation,
};
use brush_parser::{Parser, ParserOptions, SourceSpan};

use crate::actions::tables::Tables;
use crate::domain::{Class, CleanText, Reason};

use super::findings::Findings;
use super::stream::{self, Said, Stream};
use super::value::{Fill, Value};
use assign::is_plain;

/// Deepest nesting of texts inside texts.
const MAX_DEPTH: usize = 8;

/// Where words lie in the command text.
#[derive(Clone)]
enum Place {
    /// The text itself: byte offset of each character.
    Whole(Vec<usize>),
    /// A text inside a word: everything lies in that word.
    Inside(Range<usize>),
}

/// A walk under way.
pub(super) struct Walk<'t> {
    pub(super) tables: &'t Tables,
    pub(super) found: Findings,
    /// Shell variables whose value is one exact word that is no option.
    pub(super) known: BTreeMap<String, Fill>,
    /// How often each variable is set anywhere in the text.
    set: BTreeMap<String, usize>,
    /// The same, of an earlier walk over the whole text.
    set_in_all: BTreeMap<String, usize>,
    /// Variables that are somewhere set to what may be no number, and the same of the earlier walk.
    worded: BTreeSet<String>,
    worded_in_all: BTreeSet<String>,
    functions: BTreeSet<String>,
    /// Functions that are defined anywhere so far, whether that is sure to hold or not.
    defined: BTreeSet<String>,
    /// Shell variables that hold what a command found.
    pub(super) tainted: BTreeSet<String>,
    /// What the command that is looked at is given to read.
    pub(super) input: Stream,
    /// The same, when a redirection of its own says so.
    pub(super) document: Option<Stream>,
    /// Whether the command that is looked at says nothing: a file it is sent to is emptied.
    pub(super) silent: bool,
    /// What the last command says.
    output: Stream,
    /// Above zero where what is defined may not hold for what follows: in a branch, a subshell, a pipe.
    aside: usize,
    /// Whether the next simple command is the whole text.
    alone: bool,
    place: Place,
    depth: usize,
}

/// The options that match how bash is run here: no extended globs.
pub(super) fn options() -> ParserOptions {
    ParserOptions { enable_extended_globbing: false, ..ParserOptions::default() }
}

/// Parses and walks a command line. Call it inside [`super::isolate::bounded`] only.
pub(super) fn walk(text: &str, tables: &Tables) -> Findings {
    let mut offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    offsets.push(text.len());
    let first = Walk::new(tables, offsets.clone(), BTreeMap::new(), BTreeSet::new()).over(text);
    // Only texts that set variables need to know beforehand how often.
    let mut found = match first.set.is_empty() {
        true => first.found,
        false => Walk::new(tables, offsets, first.set, first.worded).over(text).found,
    };
    found.reasons.sort_by_key(|reason| (reason.span.start, reason.span.end));
    found.reasons.dedup();
    if found.calls.len() != 1 {
        found.undo = None;
        found.previews.clear();
    }
    found
}

/// Everything there is to know of a text typed at a SQL prompt.
pub(super) fn sql(text: &str, dialect: super::Dialect, tables: &Tables) -> Findings {
    let whole = 0..text.len();
    let mut walk = Walk::new(tables, vec![0, text.len()], BTreeMap::new(), BTreeSet::new());
    walk.say(Class::Read, &whole, "sql", "asks a database");
    walk.place = Place::Inside(whole.clone());
    walk.sql_text(text, dialect, &whole);
    walk.found
}

impl<'t> Walk<'t> {
    fn new(
        tables: &'t Tables,
        offsets: Vec<usize>,
        set_in_all: BTreeMap<String, usize>,
        worded_in_all: BTreeSet<String>,
    ) -> Self {
        Self {
            tables,
            found: Findings::default(),
            known: BTreeMap::new(),
            set: BTreeMap::new(),
            set_in_all,
            worded: BTreeSet::new(),
            worded_in_all,
            functions: BTreeSet::new(),
            defined: BTreeSet::new(),
            tainted: BTreeSet::new(),
            input: Stream::Nothing,
            document: None,
            silent: false,
            output: Stream::Nothing,
            aside: 0,
            alone: false,
            place: Place::Whole(offsets),
            depth: 0,
        }
    }

    fn over(mut self, text: &str) -> Self {
        self.text(text, 0..text.len());
        self
    }

    /// Walks a part in which definitions are not sure to hold for what follows.
    fn aside(&mut self, work: impl FnOnce(&mut Self)) {
        self.aside += 1;
        work(self);
        self.aside -= 1;
    }

    /// Adds a reason.
    pub(super) fn say(&mut self, class: Class, span: &Range<usize>, rule: &str, why: &str) {
        let text = CleanText::line(why);
        self.found.reasons.push(Reason { span: span.clone(), rule: rule.to_owned(), class, text });
    }

    /// Adds an opaque reason.
    pub(super) fn opaque(&mut self, span: &Range<usize>, rule: &str, why: &str) {
        self.say(Class::Opaque, span, rule, why);
    }

    /// Walks a text that a shell would run, found inside a word.
    pub(super) fn inner(&mut self, text: &str, span: &Range<usize>) {
        let before = std::mem::replace(&mut self.place, Place::Inside(span.clone()));
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.opaque(span, "shell.depth", "commands inside commands, too deep to read");
        } else {
            self.text(text, span.clone());
        }
        self.depth -= 1;
        self.place = before;
    }

    /// Walks the text of a substitution; says what it puts into the word.
    pub(super) fn substitution(&mut self, text: &str, span: &Range<usize>) -> Said {
        let (input, document) = (std::mem::take(&mut self.input), self.document.take());
        self.input = input.rest();
        self.output = Stream::Unknown;
        let before = self.found.calls.len();
        self.inner(text, span);
        (self.input, self.document) = (input, document);
        let calls = &self.found.calls[before..];
        let stream = std::mem::take(&mut self.output);
        Said { content: stream != Stream::Names && (calls.is_empty() || !stream::is_small(calls)), stream }
    }

    /// Walks a text for another shell, which knows nothing of this one's functions and variables.
    pub(super) fn fresh(&mut self, text: &str, span: &Range<usize>) {
        let (known, functions) = (std::mem::take(&mut self.known), std::mem::take(&mut self.functions));
        self.inner(text, span);
        (self.known, self.functions) = (known, functions);
    }

    fn text(&mut self, text: &str, span: Range<usize>) {
        match Parser::new(text.as_bytes(), &options()).parse_program() {
            Ok(program) => {
                if self.depth == 0 {
                    self.alone = is_one_command(&program);
                }
                let before = self.found.reasons.len();
                self.program(&program);
                if self.found.reasons.len() == before && self.depth == 0 {
                    self.opaque(&span, "shell.empty", "there is no command");
                }
            }
            Err(_) => self.opaque(&span, "shell.syntax", "is not understood as a bash command line"),
        }
    }

    pub(super) fn span(&self, location: Option<&SourceSpan>) -> Range<usize> {
        match (&self.place, location) {
            (Place::Inside(span), _) => span.clone(),
            (Place::Whole(offsets), Some(location)) => {
                let at = |index: usize| offsets.get(index).or(offsets.last()).copied().unwrap_or_default();
                at(location.start.index)..at(location.end.index)
            }
            (Place::Whole(offsets), None) => 0..offsets.last().copied().unwrap_or_default(),
        }
    }

    fn program(&mut self, program: &Program) {
        for list in &program.complete_commands {
            self.list(list);
        }
    }

    pub(super) fn list(&mut self, list: &CompoundList) {
        // What the first command leaves of a common input, the others may read.
        let shared = self.input.rest();
        for (number, item) in list.0.iter().enumerate() {
            self.input = if number == 0 { std::mem::take(&mut self.input) } else { shared.clone() };
            match item.1 {
                SeparatorOperator::Sequence => self.pipeline(&item.0.first),
                SeparatorOperator::Async => self.aside(|walk| walk.pipeline(&item.0.first)),
            }
            for and_or in &item.0.additional {
                self.input = shared.clone();
                match and_or {
                    AndOr::And(pipeline) | AndOr::Or(pipeline) => self.aside(|walk| walk.pipeline(pipeline)),
                }
            }
            if list.0.len() > 1 || !item.0.additional.is_empty() {
                self.output = Stream::Unknown;
            }
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        match pipeline.seq.as_slice() {
            [command] => self.command(command),
            several => self.aside(|walk| {
                for (number, command) in several.iter().enumerate() {
                    if number > 0 {
                        walk.input = std::mem::take(&mut walk.output).piped();
                    }
                    walk.command(command);
                }
            }),
        }
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::Simple(simple) => self.simple(simple),
            Command::Compound(compound, redirects) => {
                let given = redirects.as_ref().is_some_and(|list| list.0.iter().any(super::redirect::is_input));
                self.input = if given { Stream::Unknown } else { self.input.rest() };
                self.aside(|walk| walk.compound(compound));
                self.redirects(redirects.as_ref());
                (self.document, self.output) = (None, Stream::Unknown);
            }
            Command::Function(function) => {
                self.input = Stream::Unknown;
                let span = self.span(function.location().as_ref());
                self.say(Class::Read, &span, "shell.function", "defines a function; its body counts as run");
                self.aside(|walk| walk.compound(&function.body.0));
                self.defined.insert(function.fname.value.clone());
                // Elsewhere the name may still mean the program.
                if self.aside == 0 && self.depth == 0 {
                    self.functions.insert(function.fname.value.clone());
                }
                self.redirects(function.body.1.as_ref());
                (self.document, self.output) = (None, Stream::Unknown);
            }
            Command::ExtendedTest(test, redirects) => {
                let span = self.span(Some(&test.loc));
                self.say(Class::Read, &span, "shell.test", "tests a condition");
                self.test(&test.expr);
                self.redirects(redirects.as_ref());
                (self.document, self.output) = (None, Stream::Unknown);
            }
        }
    }

    fn compound(&mut self, compound: &CompoundCommand) {
        match compound {
            CompoundCommand::Arithmetic(ArithmeticCommand { expr, loc }) => {
                let span = self.span(Some(loc));
                self.arithmetic(&expr.value, &span);
            }
            CompoundCommand::ArithmeticForClause(clause) => self.arithmetic_for(clause),
            CompoundCommand::BraceGroup(group) => self.list(&group.list),
            CompoundCommand::Subshell(subshell) => self.list(&subshell.list),
            CompoundCommand::ForClause(clause) => self.for_loop(clause),
            CompoundCommand::CaseClause(clause) => {
                self.word(&clause.value);
                for case in &clause.cases {
                    for pattern in &case.patterns {
                        self.word(pattern);
                    }
                    if let Some(list) = &case.cmd {
                        self.list(list);
                    }
                }
            }
            CompoundCommand::IfClause(clause) => {
                self.list(&clause.condition);
                self.list(&clause.then);
                for part in clause.elses.iter().flatten() {
                    if let Some(condition) = &part.condition {
                        self.list(condition);
                    }
                    self.list(&part.body);
                }
            }
            CompoundCommand::WhileClause(clause) | CompoundCommand::UntilClause(clause) => {
                self.list(&clause.0);
                self.list(&clause.1.list);
            }
            CompoundCommand::Coprocess(coprocess) => {
                if let Some(name) = &coprocess.name {
                    self.word(name);
                }
                self.command(&coprocess.body);
            }
        }
    }

    fn arithmetic_for(&mut self, clause: &ArithmeticForClauseCommand) {
        let span = self.span(Some(&clause.loc));
        // `i=0`: the loop's own counter starts as a number, and arithmetic only makes numbers of numbers.
        for part in clause.initializer.iter().flat_map(|part| part.value.split(',')) {
            if let Some((name, value)) = part.split_once('=') {
                let value = value.trim();
                let number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
                self.assign(name.trim(), None, number, &span);
            }
        }
        for part in [&clause.initializer, &clause.condition, &clause.updater].into_iter().flatten() {
            self.arithmetic(&part.value, &span);
        }
        self.list(&clause.body.list);
    }

    fn for_loop(&mut self, clause: &ForClauseCommand) {
        let values: Vec<Value> = clause.values.iter().flatten().flat_map(|word| self.words(word)).collect();
        let plain = !values.is_empty() && values.iter().all(|value| is_plain(value) || value.is_several());
        let numbers = plain && values.iter().all(Value::is_number);
        let fill = if plain { Some(Fill::Name) } else { None };
        self.assign(&clause.variable_name, fill, numbers, &self.span(Some(&clause.loc)));
        self.list(&clause.body.list);
        self.known.remove(&clause.variable_name);
    }

    fn simple(&mut self, simple: &SimpleCommand) {
        let span = self.span(simple.location().as_ref());
        let alone = std::mem::take(&mut self.alone);
        let (piped, outer) = (std::mem::take(&mut self.input), self.document.take());
        let mut words = Vec::new();
        let prefix = simple.prefix.iter().flat_map(|prefix| &prefix.0);
        let bare = simple.word_or_name.is_none();
        let outer_silent = std::mem::replace(&mut self.silent, says_nothing(simple));
        let fills = simple.word_or_name.as_ref().is_some_and(|name| name.value == "read");
        for item in prefix {
            match item {
                // `IFS=, read -r a b`: how this one `read` divides its line, and nothing else.
                CommandPrefixOrSuffixItem::AssignmentWord(Assignment { name, value, loc, .. }, _)
                    if fills && is_separator(name) =>
                {
                    let span = self.span(Some(loc));
                    if let AssignmentValue::Scalar(word) = value {
                        self.word(word);
                    }
                    self.say(Class::Read, &span, "shell.assign", "divides the line that is read");
                }
                CommandPrefixOrSuffixItem::AssignmentWord(assignment, _) => self.assignment(assignment, bare),
                CommandPrefixOrSuffixItem::IoRedirect(redirect) => self.redirect(redirect),
                CommandPrefixOrSuffixItem::Word(word) => words.extend(self.words(word)),
                CommandPrefixOrSuffixItem::ProcessSubstitution(_, subshell) => self.list(&subshell.list),
            }
        }
        if let Some(name) = &simple.word_or_name {
            words.extend(self.words(name));
        }
        for item in simple.suffix.iter().flat_map(|suffix| &suffix.0) {
            match item {
                // After the name an assignment is a word like any other, unless the command is one of the shell's own.
                CommandPrefixOrSuffixItem::AssignmentWord(_, word) | CommandPrefixOrSuffixItem::Word(word) => {
                    words.extend(self.words(word));
                }
                CommandPrefixOrSuffixItem::IoRedirect(redirect) => self.redirect(redirect),
                CommandPrefixOrSuffixItem::ProcessSubstitution(_, subshell) => {
                    let span = self.span(Some(&subshell.loc));
                    self.list(&subshell.list);
                    words.push(Value::unknown(true, span));
                }
            }
        }
        self.silent = outer_silent;
        if alone {
            self.found.simple = words.iter().map(|value| value.exact().map(str::to_owned)).collect();
        }
        // The tree's own place of a command can reach past its end.
        let span = match (words.first(), words.last()) {
            (Some(first), Some(last)) => first.span.start..last.span.end.max(first.span.end),
            (None, _) | (_, None) => span,
        };
        self.input = std::mem::replace(&mut self.document, outer).unwrap_or(piped);
        self.output = Stream::Unknown;
        let said = stream::of(&words, &self.input);
        match words.first() {
            None if bare => self.say(Class::Read, &span, "shell.assign", "sets shell variables or redirects only"),
            None => self.opaque(&span, "shell.name", "the command itself is empty"),
            Some(name) if name.exact().is_some_and(|name| self.functions.contains(name)) => {
                self.say(Class::Read, &span, "shell.function", "calls the function defined above");
            }
            Some(_) => self.call(&words, &span),
        }
        let shadowed = words.first().is_some_and(|name| self.defined.contains(&name.text));
        (self.input, self.output) = (Stream::Nothing, if shadowed { Stream::Unknown } else { said });
    }
}

/// Whether the text is one plain command: no shell is needed to run it.
fn is_one_command(program: &Program) -> bool {
    let [list] = program.complete_commands.as_slice() else { return false };
    let [item] = list.0.as_slice() else { return false };
    if matches!(item.1, SeparatorOperator::Async) || !item.0.additional.is_empty() {
        return false;
    }
    let Pipeline { timed: None, bang: false, seq } = &item.0.first else { return false };
    let [Command::Simple(simple)] = seq.as_slice() else { return false };
    let mut suffix = simple.suffix.iter().flat_map(|suffix| &suffix.0);
    simple.prefix.is_none()
        && suffix.all(|item| match item {
            CommandPrefixOrSuffixItem::Word(_) | CommandPrefixOrSuffixItem::AssignmentWord(_, _) => true,
            CommandPrefixOrSuffixItem::IoRedirect(_) | CommandPrefixOrSuffixItem::ProcessSubstitution(_, _) => false,
        })
}

fn is_separator(name: &AssignmentName) -> bool {
    matches!(name, AssignmentName::VariableName(name) if name == "IFS")
}

/// Whether a command, as it is written, has no output but an end of line: `: > f`, `> f`, `cat /dev/null > f`.
fn says_nothing(simple: &SimpleCommand) -> bool {
    let Some(name) = &simple.word_or_name else { return true };
    let mut words = vec![name.value.as_str()];
    for item in simple.suffix.iter().flat_map(|suffix| &suffix.0) {
        match item {
            CommandPrefixOrSuffixItem::Word(word) => words.push(word.value.as_str()),
            CommandPrefixOrSuffixItem::IoRedirect(_) => {}
            CommandPrefixOrSuffixItem::AssignmentWord(..) | CommandPrefixOrSuffixItem::ProcessSubstitution(..) => {
                return false;
            }
        }
    }
    matches!(
        words.as_slice(),
        [":" | "true" | "false", ..]
            | ["cat", "/dev/null"]
            | ["echo"]
            | ["echo", "-n" | "''" | "\"\""]
            | ["echo", "-n", "''" | "\"\""]
            | ["printf", "''" | "\"\""]
    )
}
