//! Turns a word of the tree into values: quotes removed, braces expanded, every substitution in it walked too.

use std::ops::Range;

use brush_parser::ast::Word;
use brush_parser::word::{
    self, BraceExpressionMember, BraceExpressionOrText, Parameter, ParameterExpr, ParameterTransformOp,
    SpecialParameter, WordPiece, WordPieceWithSource,
};

use super::stream::{Said, Stream};
use super::value::{Fill, Shape, Value};
use super::walk::{Walk, options};

/// Most words that braces may make of one.
const MAX_BRACES: usize = 64;

/// A value being put together.
#[derive(Default)]
struct Building {
    text: String,
    glob: bool,
    dynamic: bool,
    may_split: bool,
    several: bool,
    found: bool,
    /// What the last piece that is known only at run time is known to be, and how many such pieces there are.
    sure: Option<Fill>,
    pieces: usize,
}

impl Walk<'_> {
    /// The values of a word in a place where it can become several.
    pub(super) fn words(&mut self, word: &Word) -> Vec<Value> {
        let span = self.span(word.loc.as_ref());
        if !word.value.contains('{') {
            return vec![self.value(&word.value, &span)];
        }
        match word::parse_brace_expansions(&word.value, &options()) {
            Ok(None) => vec![self.value(&word.value, &span)],
            Ok(Some(parts)) => match braces(&parts) {
                Some(texts) => texts.iter().map(|text| self.value(text, &span)).collect(),
                None => {
                    self.opaque(&span, "shell.braces", "its braces make too many words");
                    vec![Value::unknown(false, span)]
                }
            },
            Err(_) => {
                self.opaque(&span, "shell.word", "its braces are not understood");
                vec![Value::unknown(false, span)]
            }
        }
    }

    /// The value of a word in a place where it stays one.
    pub(super) fn word(&mut self, word: &Word) -> Value {
        let span = self.span(word.loc.as_ref());
        self.value(&word.value, &span)
    }

    /// The body of a here-document that is expanded; its text, if it is known.
    pub(super) fn here_document(&mut self, text: &str, span: &Range<usize>) -> Option<String> {
        let mut building = Building::default();
        match word::parse_heredoc(text, &options()) {
            Ok(pieces) => self.pieces(&pieces, true, span, &mut building),
            Err(_) => {
                self.opaque(span, "shell.heredoc", "its text is not understood");
                building.open(true);
            }
        }
        (!building.dynamic).then_some(building.text)
    }

    fn value(&mut self, text: &str, span: &Range<usize>) -> Value {
        if is_plain_text(text) {
            return Value { text: text.to_owned(), shape: Shape::Static, span: span.clone(), found: false };
        }
        let mut building = Building::default();
        match word::parse(text, &options()) {
            Ok(pieces) => self.pieces(&pieces, false, span, &mut building),
            Err(_) => {
                self.opaque(span, "shell.word", "this word is not understood");
                building.open(true);
            }
        }
        let shape = match building {
            Building { dynamic: true, may_split: true, .. } => Shape::Dynamic(Fill::Any),
            Building { dynamic: true, several: true, .. } => Shape::Dynamic(Fill::Several),
            Building { dynamic: true, sure: Some(fill), pieces: 1, .. } => Shape::Dynamic(fill),
            Building { dynamic: true, .. } => Shape::Dynamic(Fill::One),
            Building { glob: true, .. } => Shape::Glob,
            Building { .. } => Shape::Static,
        };
        Value { text: building.text, shape, span: span.clone(), found: building.found }
    }

    fn pieces(&mut self, pieces: &[WordPieceWithSource], quoted: bool, span: &Range<usize>, into: &mut Building) {
        if holds_unread_substitution(pieces) {
            self.opaque(span, "shell.word", "a substitution in it is not understood");
        }
        for piece in pieces {
            match &piece.piece {
                WordPiece::Text(text) => {
                    into.glob |= !quoted && (text.contains(['*', '?']) || (text.contains('[') && text.contains(']')));
                    into.push(text);
                }
                WordPiece::SingleQuotedText(text) => into.push(text),
                WordPiece::AnsiCQuotedText(text) => self.ansi(text, span, into),
                WordPiece::DoubleQuotedSequence(inner) | WordPiece::GettextDoubleQuotedSequence(inner) => {
                    self.pieces(inner, true, span, into);
                }
                WordPiece::TildeExpansion(_) => {
                    // A home or working directory: one word, and no option.
                    into.push("~");
                    into.open(false);
                }
                WordPiece::ParameterExpansion(expression) => self.parameter(expression, quoted, span, into),
                WordPiece::CommandSubstitution(text) => {
                    let said = self.substitution(text, span);
                    into.said(&said, quoted);
                }
                WordPiece::BackquotedCommandSubstitution(text) => {
                    let said = self.substitution(&unescape_backquoted(text), span);
                    into.said(&said, quoted);
                }
                WordPiece::EscapeSequence(text) => into.push(text.strip_prefix('\\').unwrap_or(text)),
                WordPiece::ArithmeticExpression(expression) => {
                    self.arithmetic(&expression.value, span);
                    into.fill(Fill::Number, quoted);
                }
            }
        }
    }

    fn ansi(&mut self, text: &str, span: &Range<usize>, into: &mut Building) {
        match decode_ansi(text) {
            Some(text) => into.push(&text),
            None => {
                self.opaque(span, "shell.word", "an escape in it is not understood");
                into.open(true);
            }
        }
    }

    /// A parameter expansion, with everything inside it.
    fn parameter(&mut self, expression: &ParameterExpr, quoted: bool, span: &Range<usize>, into: &mut Building) {
        use ParameterExpr as E;
        into.found |= self.tainted.iter().any(|name| names(expression, name));
        let (parameter, indirect) = match expression {
            E::Parameter { parameter, indirect } => {
                if let (Some(fill), false) = (self.known_fill(parameter), *indirect) {
                    return into.fill(fill, quoted);
                }
                (parameter, *indirect)
            }
            E::UseDefaultValues { parameter, indirect, default_value: text, .. }
            | E::IndicateErrorIfNullOrUnset { parameter, indirect, error_message: text, .. }
            | E::UseAlternativeValue { parameter, indirect, alternative_value: text, .. }
            | E::RemoveSmallestSuffixPattern { parameter, indirect, pattern: text }
            | E::RemoveLargestSuffixPattern { parameter, indirect, pattern: text }
            | E::RemoveSmallestPrefixPattern { parameter, indirect, pattern: text }
            | E::RemoveLargestPrefixPattern { parameter, indirect, pattern: text }
            | E::UppercaseFirstChar { parameter, indirect, pattern: text }
            | E::UppercasePattern { parameter, indirect, pattern: text }
            | E::LowercaseFirstChar { parameter, indirect, pattern: text }
            | E::LowercasePattern { parameter, indirect, pattern: text } => {
                self.nested(text.as_deref(), span);
                (parameter, *indirect)
            }
            E::AssignDefaultValues { parameter, indirect, default_value, .. } => {
                self.nested(default_value.as_deref(), span);
                self.opaque(span, "shell.assign", "sets a variable inside a word");
                (parameter, *indirect)
            }
            E::ParameterLength { parameter, indirect } => (parameter, *indirect),
            E::Substring { parameter, indirect, offset, length } => {
                self.arithmetic(&offset.value, span);
                if let Some(length) = length {
                    self.arithmetic(&length.value, span);
                }
                (parameter, *indirect)
            }
            E::Transform { parameter, indirect, op } => {
                if expands(op) {
                    self.opaque(span, "shell.expand", "expands the value as a prompt, which can run commands");
                }
                (parameter, *indirect)
            }
            E::ReplaceSubstring { parameter, indirect, pattern, replacement, match_kind: _ } => {
                self.nested(Some(pattern), span);
                self.nested(replacement.as_deref(), span);
                (parameter, *indirect)
            }
            E::VariableNames { prefix: _, concatenate: _ } | E::MemberKeys { variable_name: _, concatenate: _ } => {
                return into.open(true);
            }
        };
        if indirect {
            self.opaque(span, "shell.expand", "expands a variable named by another, which can run commands");
        }
        let splits = self.check_parameter(parameter, span);
        into.open(!quoted || splits);
    }

    /// What is known of a variable that the text sets itself.
    fn known_fill(&self, parameter: &Parameter) -> Option<Fill> {
        match parameter {
            Parameter::Named(name) if self.is_number(name) => match self.known.get(name) {
                Some(Fill::Name) => Some(Fill::Natural),
                Some(_) | None => Some(Fill::Number),
            },
            Parameter::Named(name) => self.known.get(name).copied(),
            Parameter::Special(
                SpecialParameter::PositionalParameterCount
                | SpecialParameter::LastExitStatus
                | SpecialParameter::ProcessId
                | SpecialParameter::LastBackgroundProcessId,
            ) => Some(Fill::Number),
            Parameter::Special(_)
            | Parameter::Positional(_)
            | Parameter::NamedWithIndex { .. }
            | Parameter::NamedWithAllIndices { .. } => None,
        }
    }

    /// Looks at a parameter itself; says whether it may be several words even in quotes.
    fn check_parameter(&mut self, parameter: &Parameter, span: &Range<usize>) -> bool {
        match parameter {
            Parameter::NamedWithIndex { name: _, index } => {
                if index.is_empty() || !index.chars().all(|c| c.is_ascii_digit()) {
                    self.opaque(span, "shell.expand", "a subscript is evaluated as an expression");
                }
                false
            }
            Parameter::NamedWithAllIndices { name: _, concatenate } => !concatenate,
            Parameter::Special(SpecialParameter::AllPositionalParameters { concatenate }) => !concatenate,
            Parameter::Special(
                SpecialParameter::PositionalParameterCount
                | SpecialParameter::LastExitStatus
                | SpecialParameter::CurrentOptionFlags
                | SpecialParameter::ProcessId
                | SpecialParameter::LastBackgroundProcessId
                | SpecialParameter::ShellName,
            )
            | Parameter::Positional(_)
            | Parameter::Named(_) => false,
        }
    }

    /// A word inside an expansion: only what it runs matters.
    fn nested(&mut self, text: Option<&str>, span: &Range<usize>) {
        if let Some(text) = text.filter(|text| text.contains(['$', '`', '\\', '<', '>'])) {
            match word::parse(text, &options()) {
                Ok(pieces) => self.pieces(&pieces, false, span, &mut Building::default()),
                Err(_) => self.opaque(span, "shell.word", "an expansion in this word is not understood"),
            }
        }
    }
}

/// Whether the text means itself to the shell, so that no parser is needed: no quote, no expansion, no pattern.
fn is_plain_text(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./:=,@%+".contains(&byte))
}

impl Building {
    fn push(&mut self, text: &str) {
        if self.dynamic {
            // What follows makes it more than that piece.
            self.pieces += usize::from(!text.is_empty());
        } else {
            self.text.push_str(text);
        }
    }

    /// What a command says stands here.
    fn said(&mut self, said: &Said, quoted: bool) {
        self.found |= said.content;
        self.open(false);
        if quoted && said.stream == Stream::Names {
            self.sure = Some(Fill::Name);
        }
        match said.stream {
            Stream::Names => self.several |= !quoted,
            Stream::Nothing | Stream::Unknown | Stream::Rows | Stream::Text(_) => self.may_split |= !quoted,
        }
    }

    /// A variable of which something is known stands here.
    fn fill(&mut self, fill: Fill, quoted: bool) {
        self.open(false);
        match fill {
            Fill::Several if quoted => self.sure = Some(Fill::Name),
            Fill::Several => self.several = true,
            Fill::One | Fill::Number | Fill::Natural | Fill::Name => self.sure = Some(fill),
            Fill::Any => self.may_split = true,
        }
    }

    fn open(&mut self, may_split: bool) {
        self.dynamic = true;
        self.pieces += 1;
        self.may_split |= may_split;
    }
}

/// The parser leaves a substitution that it cannot read as pieces of plain text; bash may still see one there.
fn holds_unread_substitution(pieces: &[WordPieceWithSource]) -> bool {
    let mut run = String::new();
    for piece in pieces {
        match &piece.piece {
            WordPiece::Text(text) => run.push_str(text),
            WordPiece::SingleQuotedText(_)
            | WordPiece::AnsiCQuotedText(_)
            | WordPiece::DoubleQuotedSequence(_)
            | WordPiece::GettextDoubleQuotedSequence(_)
            | WordPiece::TildeExpansion(_)
            | WordPiece::ParameterExpansion(_)
            | WordPiece::CommandSubstitution(_)
            | WordPiece::BackquotedCommandSubstitution(_)
            | WordPiece::EscapeSequence(_)
            | WordPiece::ArithmeticExpression(_) => run.push('\n'),
        }
    }
    ["`", "$(", "${", "$["].iter().any(|start| run.contains(start))
}

fn expands(op: &ParameterTransformOp) -> bool {
    match op {
        ParameterTransformOp::PromptExpand => true,
        ParameterTransformOp::CapitalizeInitial
        | ParameterTransformOp::ExpandEscapeSequences
        | ParameterTransformOp::PossiblyQuoteWithArraysExpanded { .. }
        | ParameterTransformOp::Quoted
        | ParameterTransformOp::ToAssignmentLogic
        | ParameterTransformOp::ToAttributeFlags
        | ParameterTransformOp::ToLowerCase
        | ParameterTransformOp::ToUpperCase => false,
    }
}

/// Whether an expansion is of this variable.
fn names(expression: &ParameterExpr, name: &str) -> bool {
    use ParameterExpr as E;
    let parameter = match expression {
        E::Parameter { parameter, .. }
        | E::UseDefaultValues { parameter, .. }
        | E::AssignDefaultValues { parameter, .. }
        | E::IndicateErrorIfNullOrUnset { parameter, .. }
        | E::UseAlternativeValue { parameter, .. }
        | E::ParameterLength { parameter, .. }
        | E::RemoveSmallestSuffixPattern { parameter, .. }
        | E::RemoveLargestSuffixPattern { parameter, .. }
        | E::RemoveSmallestPrefixPattern { parameter, .. }
        | E::RemoveLargestPrefixPattern { parameter, .. }
        | E::Substring { parameter, .. }
        | E::Transform { parameter, .. }
        | E::UppercaseFirstChar { parameter, .. }
        | E::UppercasePattern { parameter, .. }
        | E::LowercaseFirstChar { parameter, .. }
        | E::LowercasePattern { parameter, .. }
        | E::ReplaceSubstring { parameter, .. } => parameter,
        E::VariableNames { .. } | E::MemberKeys { .. } => return false,
    };
    match parameter {
        Parameter::Named(named)
        | Parameter::NamedWithIndex { name: named, .. }
        | Parameter::NamedWithAllIndices { name: named, .. } => named == name,
        Parameter::Positional(_) | Parameter::Special(_) => false,
    }
}

/// Inside backquotes a backslash before `` ` ``, `\` and `$` is taken off once more.
fn unescape_backquoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\\' && matches!(chars.peek(), Some('`' | '\\' | '$')) {
            out.extend(chars.next());
        } else {
            out.push(c);
        }
    }
    out
}

/// `$'...'`; `None` for escapes that are not plain ASCII characters.
fn decode_ansi(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let escape = chars.next()?;
        out.push(match escape {
            'n' => '\n',
            't' => '\t',
            '\\' | '\'' | '"' | '?' => escape,
            'x' => digits(&mut chars, "", 16, 2)?,
            'u' => digits(&mut chars, "", 16, 4)?,
            'U' => digits(&mut chars, "", 16, 8)?,
            '0'..='7' => digits(&mut chars, &escape.to_string(), 8, 3)?,
            // Control characters and what no version of the shell agrees on.
            _ => return None,
        });
    }
    Some(out)
}

fn digits(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, first: &str, radix: u32, most: usize) -> Option<char> {
    let mut digits = first.to_owned();
    while digits.len() < most
        && let Some(digit) = chars.next_if(|c| c.is_digit(radix))
    {
        digits.push(digit);
    }
    u32::from_str_radix(&digits, radix).ok().filter(|code| (0x20..0x7f).contains(code)).and_then(char::from_u32)
}

/// The words that braces make, at most 64.
fn braces(parts: &[BraceExpressionOrText]) -> Option<Vec<String>> {
    let mut all = vec![String::new()];
    for part in parts {
        let choices = match part {
            BraceExpressionOrText::Text(text) => vec![text.clone()],
            BraceExpressionOrText::Expr(members) => {
                let mut choices = Vec::new();
                for member in members {
                    choices.extend(choices_of(member)?);
                }
                choices
            }
        };
        if all.len() * choices.len() > MAX_BRACES {
            return None;
        }
        all = all.iter().flat_map(|start| choices.iter().map(move |end| format!("{start}{end}"))).collect();
    }
    Some(all)
}

fn choices_of(member: &BraceExpressionMember) -> Option<Vec<String>> {
    match member {
        BraceExpressionMember::Child(parts) => braces(parts),
        BraceExpressionMember::NumberSequence { start, end, increment } => {
            let step = i64::try_from(increment.unsigned_abs().max(1)).ok()?;
            if start.abs_diff(*end) / step.unsigned_abs() >= MAX_BRACES as u64 {
                return None;
            }
            let count = i64::try_from(start.abs_diff(*end) / step.unsigned_abs()).ok()?;
            let sign = if end < start { -1 } else { 1 };
            Some((0..=count).map(|n| (start + sign * n * step).to_string()).collect())
        }
        BraceExpressionMember::CharSequence { start, end, increment: 1 } if start <= end => {
            Some((*start..=*end).map(String::from).collect())
        }
        BraceExpressionMember::CharSequence { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_or_refused() {
        assert_eq!(decode_ansi(r"\x72m \162m").as_deref(), Some("rm rm"));
        for bad in [r"\e[2J", r"\x00", r"\cA", "\\", r"\U00110000"] {
            assert_eq!(decode_ansi(bad), None, "{bad}");
        }
    }
}
