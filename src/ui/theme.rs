//! What a piece of text means; a theme file says how each meaning looks.

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
}

impl Role {
    /// Every role, for themes and tests.
    pub const ALL: [Role; 23] = [
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
    ];
}

/// How each role looks, and which glyphs borders and sparklines use.
#[derive(Clone, Debug)]
pub struct Theme {
    styles: Vec<ratatui::style::Style>,
    /// Plain ASCII borders and sparklines.
    pub ascii: bool,
}

impl Theme {
    /// No colour at all: weight and reversal only, as `NO_COLOR` asks.
    pub fn plain() -> Self {
        use ratatui::style::{Modifier, Style};
        let style = |role: Role| match role {
            Role::Strong | Role::Focus | Role::Critical | Role::Destructive | Role::Opaque | Role::Key => {
                Style::new().add_modifier(Modifier::BOLD)
            }
            Role::Dim | Role::Frame => Style::new().add_modifier(Modifier::DIM),
            Role::Selected | Role::Highlight => Style::new().add_modifier(Modifier::REVERSED),
            Role::Chip | Role::Write => Style::new().add_modifier(Modifier::UNDERLINED),
            _ => Style::new(),
        };
        Self { styles: Role::ALL.iter().map(|role| style(*role)).collect(), ascii: false }
    }

    /// The style of a role.
    pub(crate) fn style(&self, role: Role) -> ratatui::style::Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }
}
