//! What a piece of text means; a theme file says how each meaning looks.

use crate::domain::Class;

/// The meaning of a span. Themes map roles to styles; panes know no colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Ordinary text.
    #[default]
    Text,
    /// What must be read.
    Strong,
    /// What may be skipped.
    Dim,
    /// Frame of a pane without the focus.
    Frame,
    /// Frame and title of the pane with the focus.
    Focus,
    /// The selected row.
    Selected,
    /// A search hit or a cited line.
    Highlight,
    /// A filter chip.
    Chip,
    /// A key in the footer or in help.
    Key,
    /// Critical alerts, errors, what is down.
    Critical,
    /// Warnings, what is degraded.
    Warning,
    /// What is well, what is supported.
    Good,
    /// A change marker.
    Change,
    /// Class read.
    Read,
    /// Class write.
    Write,
    /// Class destructive.
    Destructive,
    /// Class opaque.
    Opaque,
    /// A model's words.
    Model,
    /// A person's words.
    Person,
    /// Sparklines and charts.
    Trend,
    /// Syntax: command words and keywords.
    Keyword,
    /// Syntax: strings and literals.
    Literal,
    /// Syntax: operators, redirects, separators.
    Operator,
    /// The cursor of an input.
    Cursor,
}

impl Role {
    /// Every role, for themes and tests.
    pub const ALL: [Role; 24] = [
        Role::Text,
        Role::Strong,
        Role::Dim,
        Role::Frame,
        Role::Focus,
        Role::Selected,
        Role::Highlight,
        Role::Chip,
        Role::Key,
        Role::Critical,
        Role::Warning,
        Role::Good,
        Role::Change,
        Role::Read,
        Role::Write,
        Role::Destructive,
        Role::Opaque,
        Role::Model,
        Role::Person,
        Role::Trend,
        Role::Keyword,
        Role::Literal,
        Role::Operator,
        Role::Cursor,
    ];

    /// The role that the word of a class is drawn in.
    pub fn of(class: Class) -> Role {
        match class {
            Class::Read => Role::Read,
            Class::Write => Role::Write,
            Class::Destructive => Role::Destructive,
            Class::Opaque => Role::Opaque,
        }
    }

    /// Its name in a theme file.
    pub fn name(self) -> &'static str {
        match self {
            Role::Text => "text",
            Role::Strong => "strong",
            Role::Dim => "dim",
            Role::Frame => "frame",
            Role::Focus => "focus",
            Role::Selected => "selected",
            Role::Highlight => "highlight",
            Role::Chip => "chip",
            Role::Key => "key",
            Role::Critical => "critical",
            Role::Warning => "warning",
            Role::Good => "good",
            Role::Change => "change",
            Role::Read => "read",
            Role::Write => "write",
            Role::Destructive => "destructive",
            Role::Opaque => "opaque",
            Role::Model => "model",
            Role::Person => "person",
            Role::Trend => "trend",
            Role::Keyword => "keyword",
            Role::Literal => "literal",
            Role::Operator => "operator",
            Role::Cursor => "cursor",
        }
    }
}
