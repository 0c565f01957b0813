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
    /// Sparklines, and the first line of a chart.
    Trend,
    /// The second line of a chart. Lines of a chart differ in colour and bear a letter each; none means a severity.
    Trend2,
    /// The third line of a chart.
    Trend3,
    /// The fourth line of a chart.
    Trend4,
    /// The fifth line of a chart.
    Trend5,
    /// The sixth line of a chart.
    Trend6,
    /// The seventh line of a chart.
    Trend7,
    /// The eighth line of a chart.
    Trend8,
    /// Laid over the stretch of a chart in which a series was unusual; a row of signs below says the same.
    Unusual,
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
    pub const ALL: [Role; 32] = [
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
        Role::Trend2,
        Role::Trend3,
        Role::Trend4,
        Role::Trend5,
        Role::Trend6,
        Role::Trend7,
        Role::Trend8,
        Role::Unusual,
        Role::Keyword,
        Role::Literal,
        Role::Operator,
        Role::Cursor,
    ];

    /// The lines of a chart in the order in which they are told apart.
    pub const TRENDS: [Role; 8] =
        [Role::Trend, Role::Trend2, Role::Trend3, Role::Trend4, Role::Trend5, Role::Trend6, Role::Trend7, Role::Trend8];

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
            Role::Trend2 => "trend2",
            Role::Trend3 => "trend3",
            Role::Trend4 => "trend4",
            Role::Trend5 => "trend5",
            Role::Trend6 => "trend6",
            Role::Trend7 => "trend7",
            Role::Trend8 => "trend8",
            Role::Unusual => "unusual",
            Role::Keyword => "keyword",
            Role::Literal => "literal",
            Role::Operator => "operator",
            Role::Cursor => "cursor",
        }
    }
}
