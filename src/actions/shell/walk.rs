//! Walks the parser's tree. Every `match` names every variant, so that a parser that learns something new does not
//! compile here until this file knows it too.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use brush_parser::ast::{
    AndOr, ArithmeticCommand, ArithmeticForClauseCommand, Assignment, AssignmentName, AssignmentValue, BinaryPredicate,
    Command, CommandPrefixOrSuffixItem, CompoundCommand, CompoundList, ExtendedTestExpr, ForClauseCommand, Pipeline,
    Program, SeparatorOperator, SimpleCommand, SourceLocation, UnaryPredicate, Word,
};
use brush_parser::{Parser, ParserOptions, SourceSpan};

use crate::actions::tables::Tables;
use crate::domain::{Class, CleanText, Reason};

use super::findings::Findings;
use super::value::{Shape, Value};

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
    pub(super) known: BTreeSet<String>,
    /// How often each variable is set anywhere in the text.
    set: BTreeMap<String, usize>,
    /// The same, of an earlier walk over the whole text.
    set_in_all: BTreeMap<String, usize>,
    functions: BTreeSet<String>,
    /// Above zero where what is defined may not hold for what follows: in a branch, a subshell, a pipe.
    aside: usize,
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
    let first = Walk::new(tables, offsets.clone(), BTreeMap::new()).over(text);
    let mut found = Walk::new(tables, offsets, first.set).over(text).found;
    found.reasons.sort_by_key(|reason| (reason.span.start, reason.span.end));
    found.reasons.dedup();
    if found.calls.len() != 1 {
        found.undo = None;
    }
    found
}

/// Everything there is to know of a text typed at a SQL prompt.
pub(super) fn sql(text: &str, dialect: super::Dialect, tables: &Tables) -> Findings {
    let whole = 0..text.len();
    let mut walk = Walk::new(tables, vec![0, text.len()], BTreeMap::new());
    walk.say(Class::Read, &whole, "sql", "asks a database");
    walk.place = Place::Inside(whole.clone());
    walk.sql_text(text, dialect, &whole);
    walk.found
}

impl<'t> Walk<'t> {
    fn new(tables: &'t Tables, offsets: Vec<usize>, set_in_all: BTreeMap<String, usize>) -> Self {
        Self {
            tables,
            found: Findings::default(),
            known: BTreeSet::new(),
            set: BTreeMap::new(),
            set_in_all,
            functions: BTreeSet::new(),
            aside: 0,
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
                    self.found.simple = self.plain(&program);
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
        for item in &list.0 {
            match item.1 {
                SeparatorOperator::Sequence => self.pipeline(&item.0.first),
                SeparatorOperator::Async => self.aside(|walk| walk.pipeline(&item.0.first)),
            }
            for and_or in &item.0.additional {
                match and_or {
                    AndOr::And(pipeline) | AndOr::Or(pipeline) => self.aside(|walk| walk.pipeline(pipeline)),
                }
            }
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        match pipeline.seq.as_slice() {
            [command] => self.command(command),
            several => self.aside(|walk| several.iter().for_each(|command| walk.command(command))),
        }
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::Simple(simple) => self.simple(simple),
            Command::Compound(compound, redirects) => {
                self.aside(|walk| walk.compound(compound));
                self.redirects(redirects.as_ref());
            }
            Command::Function(function) => {
                let span = self.span(function.location().as_ref());
                self.say(Class::Read, &span, "shell.function", "defines a function; its body counts as run");
                self.aside(|walk| walk.compound(&function.body.0));
                // Elsewhere the name may still mean the program.
                if self.aside == 0 && self.depth == 0 {
                    self.functions.insert(function.fname.value.clone());
                }
                self.redirects(function.body.1.as_ref());
            }
            Command::ExtendedTest(test, redirects) => {
                let span = self.span(Some(&test.loc));
                self.say(Class::Read, &span, "shell.test", "tests a condition");
                self.test(&test.expr);
                self.redirects(redirects.as_ref());
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
        for part in [&clause.initializer, &clause.condition, &clause.updater].into_iter().flatten() {
            self.arithmetic(&part.value, &span);
        }
        self.list(&clause.body.list);
    }

    fn for_loop(&mut self, clause: &ForClauseCommand) {
        let values: Vec<Value> = clause.values.iter().flatten().flat_map(|word| self.words(word)).collect();
        let plain = !values.is_empty() && values.iter().all(is_plain);
        self.assign(&clause.variable_name, plain, &self.span(Some(&clause.loc)));
        self.list(&clause.body.list);
        self.known.remove(&clause.variable_name);
    }

    /// Notes a variable's value, if its name is the text's own and means nothing to other programs.
    pub(super) fn assign(&mut self, name: &str, plain: bool, span: &Range<usize>) {
        let own = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && !super::redirect::is_effective(name);
        *self.set.entry(name.to_owned()).or_default() += 1;
        let once = self.set_in_all.get(name) == Some(&1);
        if !own {
            self.opaque(span, "shell.assign", &format!("sets {name}, which may change what later commands do"));
        } else if plain && once {
            self.known.insert(name.to_owned());
        } else {
            self.known.remove(name);
        }
    }

    fn test(&mut self, test: &ExtendedTestExpr) {
        match test {
            ExtendedTestExpr::And(a, b) | ExtendedTestExpr::Or(a, b) => {
                self.test(a);
                self.test(b);
            }
            ExtendedTestExpr::Not(a) | ExtendedTestExpr::Parenthesized(a) => self.test(a),
            ExtendedTestExpr::UnaryTest(predicate, word) => {
                let value = self.word(word);
                let name =
                    value.exact().is_some_and(|text| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
                if evaluates(predicate) && !name {
                    self.opaque(&value.span, "shell.test", "a subscript here is evaluated as an expression");
                }
            }
            ExtendedTestExpr::BinaryTest(predicate, left, right) => {
                let (left, right) = (self.word(left), self.word(right));
                if compares_numbers(predicate) {
                    for side in [left, right] {
                        self.number(&side);
                    }
                }
            }
        }
    }

    /// A word that bash evaluates as an arithmetic expression: only a plain number is sure to be no more.
    fn number(&mut self, value: &Value) {
        let plain = value.exact().is_some_and(|text| text.trim_start_matches('-').chars().all(|c| c.is_ascii_digit()));
        if !plain {
            self.opaque(&value.span, "shell.arithmetic", "is evaluated as an expression, which can run commands");
        }
    }

    /// An arithmetic expression: a variable or subscript in one can run commands.
    pub(super) fn arithmetic(&mut self, text: &str, span: &Range<usize>) {
        if text.chars().all(|c| c.is_ascii_digit() || " \t\n+-*/%()<>=!&|^~?:,".contains(c)) {
            self.say(Class::Read, span, "shell.arithmetic", "calculates with plain numbers");
        } else {
            self.opaque(span, "shell.arithmetic", "names in arithmetic are evaluated again, which can run commands");
        }
    }

    fn simple(&mut self, simple: &SimpleCommand) {
        let span = self.span(simple.location().as_ref());
        let mut words = Vec::new();
        let prefix = simple.prefix.iter().flat_map(|prefix| &prefix.0);
        let bare = simple.word_or_name.is_none();
        for item in prefix {
            match item {
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
        // The tree's own place of a command can reach past its end.
        let span = match (words.first(), words.last()) {
            (Some(first), Some(last)) => first.span.start..last.span.end.max(first.span.end),
            (None, _) | (_, None) => span,
        };
        match words.first() {
            None if bare => self.say(Class::Read, &span, "shell.assign", "sets shell variables or redirects only"),
            None => self.opaque(&span, "shell.name", "the command itself is empty"),
            Some(name) if name.exact().is_some_and(|name| self.functions.contains(name)) => {
                self.say(Class::Read, &span, "shell.function", "calls the function defined above");
            }
            Some(_) => self.call(&words, &span),
        }
    }

    fn assignment(&mut self, assignment: &Assignment, bare: bool) {
        let span = self.span(Some(&assignment.loc));
        let name = match &assignment.name {
            AssignmentName::VariableName(name) => name.clone(),
            AssignmentName::ArrayElementName(_, _) => {
                return self.opaque(&span, "shell.assign", "a subscript here is evaluated as an expression");
            }
        };
        let plain = match &assignment.value {
            AssignmentValue::Scalar(word) => {
                let value = self.word(word);
                is_plain(&value) && !assignment.append
            }
            AssignmentValue::Array(items) => {
                for (index, word) in items {
                    if index.is_some() {
                        self.opaque(&span, "shell.assign", "a subscript here is evaluated as an expression");
                    }
                    self.word(word);
                }
                false
            }
        };
        if bare {
            self.assign(&name, plain, &span);
        } else if super::redirect::is_harmless(&name) {
            self.say(Class::Read, &span, "shell.assign", &format!("sets {name} for this command"));
        } else {
            self.opaque(&span, "shell.assign", &format!("sets {name}, which may change what the command does"));
        }
    }

    /// The words of the text when it is one plain command: no shell is needed to run it.
    fn plain(&mut self, program: &Program) -> Option<Vec<String>> {
        let [list] = program.complete_commands.as_slice() else { return None };
        let [item] = list.0.as_slice() else { return None };
        if matches!(item.1, SeparatorOperator::Async) || !item.0.additional.is_empty() {
            return None;
        }
        let Pipeline { timed: None, bang: false, seq } = &item.0.first else { return None };
        let [Command::Simple(simple)] = seq.as_slice() else { return None };
        if simple.prefix.is_some() {
            return None;
        }
        let suffix = simple.suffix.iter().flat_map(|suffix| &suffix.0);
        let mut words: Vec<&Word> = simple.word_or_name.iter().collect();
        for item in suffix {
            match item {
                CommandPrefixOrSuffixItem::Word(word) | CommandPrefixOrSuffixItem::AssignmentWord(_, word) => {
                    words.push(word);
                }
                CommandPrefixOrSuffixItem::IoRedirect(_) | CommandPrefixOrSuffixItem::ProcessSubstitution(_, _) => {
                    return None;
                }
            }
        }
        let before = self.found.clone();
        let values: Vec<Value> = words.into_iter().flat_map(|word| self.words(word)).collect();
        self.found = before;
        values.iter().map(|value| value.exact().map(str::to_owned)).collect()
    }
}

/// Whether a value stands for one word that is no option.
fn is_plain(value: &Value) -> bool {
    value.shape == Shape::Static
        && !value.text.is_empty()
        && !value.text.starts_with('-')
        && !value.text.contains(|c: char| c.is_whitespace() || "*?[\\".contains(c))
}

fn evaluates(predicate: &UnaryPredicate) -> bool {
    match predicate {
        UnaryPredicate::ShellVariableIsSetAndAssigned | UnaryPredicate::ShellVariableIsSetAndNameRef => true,
        UnaryPredicate::FileExists
        | UnaryPredicate::FileExistsAndIsBlockSpecialFile
        | UnaryPredicate::FileExistsAndIsCharSpecialFile
        | UnaryPredicate::FileExistsAndIsDir
        | UnaryPredicate::FileExistsAndIsRegularFile
        | UnaryPredicate::FileExistsAndIsSetgid
        | UnaryPredicate::FileExistsAndIsSymlink
        | UnaryPredicate::FileExistsAndHasStickyBit
        | UnaryPredicate::FileExistsAndIsFifo
        | UnaryPredicate::FileExistsAndIsReadable
        | UnaryPredicate::FileExistsAndIsNotZeroLength
        | UnaryPredicate::FdIsOpenTerminal
        | UnaryPredicate::FileExistsAndIsSetuid
        | UnaryPredicate::FileExistsAndIsWritable
        | UnaryPredicate::FileExistsAndIsExecutable
        | UnaryPredicate::FileExistsAndOwnedByEffectiveGroupId
        | UnaryPredicate::FileExistsAndModifiedSinceLastRead
        | UnaryPredicate::FileExistsAndOwnedByEffectiveUserId
        | UnaryPredicate::FileExistsAndIsSocket
        | UnaryPredicate::ShellOptionEnabled
        | UnaryPredicate::StringHasZeroLength
        | UnaryPredicate::StringHasNonZeroLength => false,
    }
}

fn compares_numbers(predicate: &BinaryPredicate) -> bool {
    match predicate {
        BinaryPredicate::ArithmeticEqualTo
        | BinaryPredicate::ArithmeticNotEqualTo
        | BinaryPredicate::ArithmeticLessThan
        | BinaryPredicate::ArithmeticLessThanOrEqualTo
        | BinaryPredicate::ArithmeticGreaterThan
        | BinaryPredicate::ArithmeticGreaterThanOrEqualTo => true,
        BinaryPredicate::FilesReferToSameDeviceAndInodeNumbers
        | BinaryPredicate::LeftFileIsNewerOrExistsWhenRightDoesNot
        | BinaryPredicate::LeftFileIsOlderOrDoesNotExistWhenRightDoes
        | BinaryPredicate::StringExactlyMatchesPattern
        | BinaryPredicate::StringDoesNotExactlyMatchPattern
        | BinaryPredicate::StringMatchesRegex
        | BinaryPredicate::StringExactlyMatchesString
        | BinaryPredicate::StringDoesNotExactlyMatchString
        | BinaryPredicate::StringContainsSubstring
        | BinaryPredicate::LeftSortsBeforeRight
        | BinaryPredicate::LeftSortsAfterRight => false,
    }
}
