//! What a shell word stands for: an exact string, a pattern over file names, or something only known when it runs.

use std::ops::Range;

/// A word after quotes are removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The exact text; of a dynamic word the part before its first dynamic piece.
    pub text: String,
    /// What is known of it.
    pub shape: Shape,
    /// Bytes of the command text it came from.
    pub span: Range<usize>,
    /// What a command found is part of it: the content of a file, say.
    pub found: bool,
}

/// What is known of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The exact string.
    Static,
    /// A file name pattern, its text kept.
    Glob,
    /// Known only at run time.
    Dynamic(Fill),
}

/// What may stand in a word's place when it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// One word: quoted.
    One,
    /// One whole number, maybe with a sign.
    Number,
    /// One whole number without a sign, so that it is no option.
    Natural,
    /// One word that is no option: drawn from a list that is all there.
    Name,
    /// Any number of words, none of which is an option: names and numbers of a program that says nothing else.
    Several,
    /// Anything.
    Any,
}

impl Value {
    /// A word that other output will fill in.
    pub fn unknown(one_word: bool, span: Range<usize>) -> Self {
        Self::filled(if one_word { Fill::One } else { Fill::Any }, span)
    }

    /// A word in whose place something stands when it runs.
    pub fn filled(fill: Fill, span: Range<usize>) -> Self {
        Self { text: String::new(), shape: Shape::Dynamic(fill), span, found: false }
    }

    /// The exact text, if it is known.
    pub fn exact(&self) -> Option<&str> {
        (self.shape == Shape::Static).then_some(self.text.as_str())
    }

    /// Whether anything of it is only known at run time.
    pub fn is_dynamic(&self) -> bool {
        matches!(self.shape, Shape::Dynamic(_))
    }

    /// Whether it may become several words, or an option, at run time.
    pub fn may_split(&self) -> bool {
        self.shape == Shape::Dynamic(Fill::Any)
    }

    /// Whether it may be an option when it runs, though it is one word.
    pub fn may_be_option(&self) -> bool {
        self.text.is_empty() && matches!(self.shape, Shape::Dynamic(Fill::One | Fill::Number | Fill::Any))
    }

    /// Whether it is a number known only when it runs: `-1` would be an option.
    pub fn may_be_negative(&self) -> bool {
        self.text.is_empty() && self.shape == Shape::Dynamic(Fill::Number)
    }

    /// Whether it is a whole number, known or not.
    pub fn is_number(&self) -> bool {
        match self.shape {
            Shape::Static => self.text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit()),
            Shape::Dynamic(fill) => matches!(fill, Fill::Number | Fill::Natural) && self.text.is_empty(),
            Shape::Glob => false,
        }
    }

    /// Whether it may become several words, none of them an option.
    pub fn is_several(&self) -> bool {
        self.shape == Shape::Dynamic(Fill::Several)
    }
}
