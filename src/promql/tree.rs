//! An expression as a tree whose parts know where they stand in the text. Made by `parse`, read by everything else here.

use std::ops::Range;

/// Where a part stands in the text, in bytes.
pub type Span = Range<usize>;

/// Nodes between the root and a leaf, at most: everything that walks a tree may recurse.
pub(super) const DEEPEST: u16 = 250;

/// A part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Where it stands, its parentheses included.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
    pub(super) depth: u16,
}

/// What a part of an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A number, or a duration where a number may stand, in seconds.
    Number(f64),
    /// A quoted string.
    Text,
    /// Series by name and labels.
    Selector(Selector),
    /// A range of an expression's own values.
    Subquery(Subquery),
    /// A function.
    Call(Call),
    /// An aggregation over labels.
    Aggregate(Aggregate),
    /// Two parts and an operator.
    Binary(Box<Binary>),
    /// A sign in front.
    Signed(Box<Expr>),
    /// Parentheses.
    Group(Box<Expr>),
    /// Several parts in parentheses, which MetricsQL unites.
    Union(Vec<Expr>),
}

/// Series by name and labels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selector {
    /// Where the name and the braces stand.
    pub head: Span,
    /// The metric's name before the braces, or quoted inside.
    pub metric: Option<String>,
    /// What its labels must be; the name is none of them.
    pub matchers: Vec<Matcher>,
    /// How far back a range reaches, without its brackets.
    pub range: Option<Span>,
    /// What follows `offset`.
    pub offset: Option<Span>,
    /// What follows `@`.
    pub at: Option<Span>,
}

/// What a label must be.
#[derive(Clone, Debug, PartialEq)]
pub struct Matcher {
    /// The label.
    pub label: String,
    /// How it is compared.
    pub test: Test,
    /// With what.
    pub value: String,
    /// Where the matcher stands.
    pub span: Span,
}

/// How a label is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// `=`.
    Equal,
    /// `!=`.
    Unequal,
    /// `=~`.
    Matches,
    /// `!~`.
    Differs,
}

/// A range of an expression's own values.
#[derive(Clone, Debug, PartialEq)]
pub struct Subquery {
    /// The expression.
    pub inner: Box<Expr>,
    /// How far back.
    pub range: Span,
    /// What follows `offset`.
    pub offset: Option<Span>,
}

/// A function with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Where its name stands.
    pub name: Span,
    /// The arguments.
    pub args: Vec<Expr>,
}

/// An aggregation.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// Where its name stands.
    pub name: Span,
    /// The arguments; what is aggregated is the last.
    pub args: Vec<Expr>,
    /// The labels that are kept or dropped.
    pub grouping: Option<Grouping>,
}

/// `by (..)` or `without (..)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouping {
    /// Whether the labels are dropped, not kept.
    pub without: bool,
    /// The labels.
    pub labels: Vec<String>,
}

/// Two parts and an operator.
#[derive(Clone, Debug, PartialEq)]
pub struct Binary {
    /// The operator.
    pub op: Op,
    /// Where it stands.
    pub op_span: Span,
    /// `bool`: 0 or 1 instead of a filter.
    pub yields_bool: bool,
    /// `on (..)` or `ignoring (..)`.
    pub matching: Option<Matching>,
    /// The left side.
    pub left: Expr,
    /// The right side.
    pub right: Expr,
}

/// Which labels of both sides must agree.
#[derive(Clone, Debug, PartialEq)]
pub struct Matching {
    /// Only these, not all but these.
    pub on: bool,
    /// The labels.
    pub labels: Vec<String>,
    /// `group_left` or `group_right` stands there.
    pub grouped: bool,
}

/// An operator between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `%`.
    Modulo,
    /// `^`.
    Power,
    /// `atan2`.
    Atan2,
    /// `==`.
    Equal,
    /// `!=`.
    Unequal,
    /// `>`.
    Above,
    /// `<`.
    Below,
    /// `>=`.
    AtLeast,
    /// `<=`.
    AtMost,
    /// `and`.
    And,
    /// `or`.
    Or,
    /// `unless`.
    Unless,
    /// `default` of MetricsQL.
    Default,
    /// `if` of MetricsQL.
    If,
    /// `ifnot` of MetricsQL.
    IfNot,
}

impl Op {
    /// An operator that is a word, in any case.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "and" => Op::And,
            "or" => Op::Or,
            "unless" => Op::Unless,
            "atan2" => Op::Atan2,
            "default" => Op::Default,
            "if" => Op::If,
            "ifnot" => Op::IfNot,
            _ => return None,
        })
    }

    /// How strongly it binds.
    pub(super) fn power(self) -> u8 {
        match self {
            Op::Default => 1,
            Op::If | Op::IfNot => 2,
            Op::Or => 3,
            Op::And | Op::Unless => 4,
            Op::Equal | Op::Unequal | Op::Above | Op::Below | Op::AtLeast | Op::AtMost => 5,
            Op::Add | Op::Subtract => 6,
            Op::Multiply | Op::Divide | Op::Modulo | Op::Atan2 => 7,
            Op::Power => 8,
        }
    }

    /// Whether it compares.
    pub fn compares(self) -> bool {
        self.power() == 5
    }

    /// Whether it joins or parts sets of series.
    pub fn joins(self) -> bool {
        matches!(self, Op::And | Op::Or | Op::Unless)
    }

    /// Whether only MetricsQL has it.
    pub fn is_foreign(self) -> bool {
        matches!(self, Op::Default | Op::If | Op::IfNot)
    }
}

impl Expr {
    pub(super) fn new(span: Span, kind: Kind) -> Self {
        let mut depth = 0;
        children(&kind, &mut |child| depth = depth.max(child.depth));
        Self { span, kind, depth: depth.saturating_add(1) }
    }

    /// Without parentheses around it.
    pub fn bare(&self) -> &Expr {
        let mut expr = self;
        while let Kind::Group(inner) = &expr.kind {
            expr = inner;
        }
        expr
    }

    /// Its text.
    pub fn of<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.span.clone()).unwrap_or_default()
    }

    /// Calls `see` for every part of it, itself first.
    pub fn walk<'a>(&'a self, see: &mut dyn FnMut(&'a Expr)) {
        see(self);
        children(&self.kind, &mut |child| child.walk(see));
    }

    /// Its value where it is arithmetic on numbers alone.
    pub fn constant(&self) -> Option<f64> {
        match &self.kind {
            Kind::Number(value) => Some(*value),
            Kind::Group(inner) => inner.constant(),
            Kind::Signed(inner) => Some(-inner.constant()?),
            Kind::Binary(binary) => {
                let (left, right) = (binary.left.constant()?, binary.right.constant()?);
                match binary.op {
                    Op::Add => Some(left + right),
                    Op::Subtract => Some(left - right),
                    Op::Multiply => Some(left * right),
                    Op::Divide => Some(left / right),
                    Op::Modulo => Some(left % right),
                    Op::Power => Some(left.powf(right)),
                    Op::Atan2 => Some(left.atan2(right)),
                    Op::Equal | Op::Unequal | Op::Above | Op::Below | Op::AtLeast | Op::AtMost => None,
                    Op::And | Op::Or | Op::Unless | Op::Default | Op::If | Op::IfNot => None,
                }
            }
            Kind::Text
            | Kind::Selector(_)
            | Kind::Subquery(_)
            | Kind::Call(_)
            | Kind::Aggregate(_)
            | Kind::Union(_) => None,
        }
    }
}

fn children<'a>(kind: &'a Kind, see: &mut dyn FnMut(&'a Expr)) {
    match kind {
        Kind::Number(_) | Kind::Text | Kind::Selector(_) => {}
        Kind::Subquery(subquery) => see(&subquery.inner),
        Kind::Call(call) => call.args.iter().for_each(see),
        Kind::Aggregate(aggregate) => aggregate.args.iter().for_each(see),
        Kind::Binary(binary) => {
            see(&binary.left);
            see(&binary.right);
        }
        Kind::Signed(inner) | Kind::Group(inner) => see(inner),
        Kind::Union(parts) => parts.iter().for_each(see),
    }
}
