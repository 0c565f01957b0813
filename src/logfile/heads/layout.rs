//! What is known of how a stream is written: what [`super::Heads`] found, or what a person chose. Everything that reads
//! records of the stream later needs it, and the screen shows it.

use std::fmt;
use std::sync::Arc;

use super::super::own::Own;
use super::super::parse::columns::Columns;
use super::super::parse::roles::Roles;
use super::super::parse::{CHOICES, Format};

/// How a stream is written. Cheap to copy; a snapshot stays right for the records read before it was taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    pub(in crate::logfile) choice: Choice,
    /// The format of the latest record that is in one.
    pub(in crate::logfile) usual: Option<Format>,
    pub(in crate::logfile) roles: Arc<Roles>,
    pub(in crate::logfile) columns: Option<Arc<Columns>>,
    /// The configuration's formats, tried before all others as long as one of them may be the stream's.
    pub(in crate::logfile) own: Arc<[Arc<Own>]>,
}

/// Which format a stream is read in.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Choice {
    /// The one that is found by looking.
    #[default]
    Auto,
    /// This one; lines that are not in it are plain text.
    Format(Format),
    /// One of the configuration's.
    Own(Arc<Own>),
}

impl Choice {
    /// The choice of this name: `auto`, a name of [`Format::name`], or a format of the configuration.
    pub fn named(name: &str, own: &[Arc<Own>]) -> Option<Self> {
        if name == "auto" {
            return Some(Choice::Auto);
        }
        let mine = own.iter().find(|own| own.name() == name).map(|own| Choice::Own(Arc::clone(own)));
        mine.or_else(|| CHOICES.iter().find(|format| format.name() == name).map(|format| Choice::Format(*format)))
    }

    /// All names that [`Choice::named`] knows, in the order to list them.
    pub fn names(own: &[Arc<Own>]) -> Vec<String> {
        let built_in = CHOICES.iter().map(|format| format.name().to_owned());
        std::iter::once("auto".to_owned()).chain(own.iter().map(|own| own.name().to_owned())).chain(built_in).collect()
    }
}

impl Layout {
    /// The layout of a stream that a person chose a format for, or [`Choice::Auto`].
    pub fn chosen(choice: Choice) -> Self {
        Self { choice, ..Self::default() }
    }

    /// The same, trying the configuration's formats first.
    pub fn with_own(choice: Choice, own: Arc<[Arc<Own>]>) -> Self {
        Self { choice, own, ..Self::default() }
    }

    /// Whether a record that has a field, but for the few that every format knows, has its name in its text.
    pub fn writes_names(&self) -> bool {
        self.own.is_empty()
            && match self.usual {
                Some(Format::Json | Format::Logfmt | Format::Klog | Format::Text | Format::Plain) => true,
                Some(
                    Format::Access
                    | Format::Syslog
                    | Format::Columns
                    | Format::Postgres
                    | Format::Audit
                    | Format::Journal
                    | Format::Own,
                )
                | None => false,
            }
    }

    /// Whether a record's lines may look like nothing on their own.
    pub(in crate::logfile) fn spreads(&self) -> bool {
        self.usual.is_some_and(Format::spreads)
    }
}

impl fmt::Display for Layout {
    /// `JSON (ts, level, service, msg)`, `text with times`, `plain text`; `not known yet` before the first record.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = match (&self.choice, self.usual) {
            (Choice::Own(own), _) => own.name().to_owned(),
            (Choice::Format(format), _) => format.title().to_owned(),
            (Choice::Auto, Some(format)) => format.title().to_owned(),
            (Choice::Auto, None) => "not known yet".to_owned(),
        };
        let names: Vec<&str> = match self.usual {
            Some(Format::Json | Format::Logfmt) => self.roles.names(),
            Some(Format::Columns) => self.columns.iter().flat_map(|columns| columns.names()).take(4).collect(),
            Some(Format::Own) => {
                shown =
                    self.own.first().filter(|_| self.choice == Choice::Auto).map_or(shown, |own| own.name().to_owned());
                Vec::new()
            }
            Some(_) | None => Vec::new(),
        };
        if !names.is_empty() {
            shown.push_str(&format!(" ({})", names.join(", ")));
        }
        f.pad(&shown)
    }
}
