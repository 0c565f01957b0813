//! Tool tables: what each known program's sub-commands and options do, as data. The built-in ones lie beside this
//! file; more come from the configuration. `shell` asks them; whatever no table knows is opaque.

pub mod previews;
mod schema;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use schema::TableFile;
pub use schema::{Grammar, Limit, Raise, Tool};

/// Raised with every change of the rules in code, so that a verdict names what made it.
const RULES: u32 = 1;

const BUILTIN: [(&str, &str); 5] = [
    ("files.toml", include_str!("files.toml")),
    ("host.toml", include_str!("host.toml")),
    ("services.toml", include_str!("services.toml")),
    ("clusters.toml", include_str!("clusters.toml")),
    ("wrappers.toml", include_str!("wrappers.toml")),
];

/// Every known tool. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Tables {
    tools: Arc<BTreeMap<String, Arc<Tool>>>,
    digest: Arc<str>,
}

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// It is no table.
    #[error("tool table {name}: {message}")]
    Form {
        /// File or built-in name.
        name: String,
        /// What is wrong and where.
        message: String,
    },
    /// The file cannot be read.
    #[error("tool table {path} cannot be read: {error}; correct `run.tables` or remove the entry")]
    Read {
        /// The file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// One of its own examples comes out as another class.
    #[error("tool table {name}: `{example}` should be {wanted} but is {found}")]
    Example {
        /// File or built-in name.
        name: String,
        /// The command.
        example: String,
        /// The class the table states.
        wanted: &'static str,
        /// The class it has.
        found: &'static str,
    },
}

impl Tables {
    /// The tables that come with the program.
    ///
    /// # Errors
    /// None in a released program: a test holds every built-in table and its examples true.
    pub fn builtin() -> Result<Self, TableError> {
        BUILTIN.iter().try_fold(Self::empty(), |tables, (name, text)| tables.add(name, text))
    }

    /// No tables: every tool is unknown.
    pub fn empty() -> Self {
        Self { tools: Arc::default(), digest: Arc::from("") }
    }

    /// These and the tables of the given files. A tool of the same name replaces the one before, and the file's own
    /// examples must come out as it states.
    ///
    /// # Errors
    /// The first file that cannot be read or is no table, or the first example that is not so.
    pub fn with_files(self, paths: &[PathBuf]) -> Result<Self, TableError> {
        paths.iter().try_fold(self, |tables, path| {
            let shown = path.display().to_string();
            let text =
                std::fs::read_to_string(path).map_err(|error| TableError::Read { path: shown.clone(), error })?;
            tables.with_text(&shown, &text)
        })
    }

    /// These and the table in `text`; `name` is for messages.
    ///
    /// # Errors
    /// As [`Tables::with_files`].
    pub fn with_text(self, name: &str, text: &str) -> Result<Self, TableError> {
        let tables = self.add(name, text)?;
        tables.check_examples(name, text)?;
        Ok(tables)
    }

    /// Digest of every table and the version of the rules in code, 12 hex digits.
    pub fn version(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(RULES.to_be_bytes());
        hash.update(self.digest.as_bytes());
        crate::actions::digest::hex(&hash.finalize()).chars().take(12).collect()
    }

    /// The tool of this name.
    pub fn tool(&self, name: &str) -> Option<&Arc<Tool>> {
        self.tools.get(name)
    }

    fn add(&self, name: &str, text: &str) -> Result<Self, TableError> {
        let file = parse(name, text)?;
        let mut tools = (*self.tools).clone();
        for tool in file.tools {
            let tool = Arc::new(tool);
            for alias in tool.name.split('|') {
                tools.insert(alias.trim().to_owned(), Arc::clone(&tool));
            }
        }
        let digest = Arc::from(format!("{}{name}\0{text}\0", self.digest).as_str());
        Ok(Self { tools: Arc::new(tools), digest })
    }

    /// Holds a table to its own examples.
    fn check_examples(&self, name: &str, text: &str) -> Result<(), TableError> {
        for (wanted, example) in parse(name, text)?.tools.iter().flat_map(examples) {
            let found = crate::actions::classify(&example, crate::domain::Language::Sh, self).class;
            if found != wanted {
                let (wanted, found) = (wanted.word(), found.word());
                return Err(TableError::Example { name: name.to_owned(), example, wanted, found });
            }
        }
        Ok(())
    }
}

fn parse(name: &str, text: &str) -> Result<TableFile, TableError> {
    toml::from_str(text).map_err(|error| TableError::Form { name: name.to_owned(), message: error.to_string() })
}

fn examples(tool: &Tool) -> Vec<(crate::domain::Class, String)> {
    let mut all = tool.examples.clone();
    all.extend(tool.verbs.iter().flat_map(examples));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_example_is_as_stated() {
        let tables = Tables::builtin().unwrap();
        let wrong: Vec<String> = BUILTIN
            .iter()
            .flat_map(|(name, text)| parse(name, text).unwrap().tools)
            .flat_map(|tool| examples(&tool))
            .filter_map(|(wanted, example)| {
                let verdict = crate::actions::classify(&example, crate::domain::Language::Sh, &tables);
                (verdict.class != wanted).then(|| format!("{example}: wanted {wanted:?}, got {verdict:?}"))
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_table_that_contradicts_its_examples_is_refused() {
        let text = "[[tool]]\nname = \"frob\"\nclass = \"read\"\nexamples = [[\"write\", \"frob\"]]";
        let error = Tables::builtin().unwrap().with_text("mine.toml", text).unwrap_err();
        assert_eq!(error.to_string(), "tool table mine.toml: `frob` should be WRITE but is READ");
    }

    #[test]
    fn the_drills_own_table_holds_its_examples() {
        let text = include_str!("../../../drills/labctl.toml");
        let tables = Tables::builtin().unwrap().with_text("labctl.toml", text).unwrap();
        let undo = crate::actions::undo("labctl scale payments 3 --reason 'x'", &tables);
        assert_eq!(undo.as_deref(), Some("labctl rollback payments"));
        assert_eq!(crate::actions::undo("labctl scale payments 3 --dry-run", &tables), None);
    }

    #[test]
    fn an_unknown_key_is_named() {
        let error = Tables::builtin().unwrap().with_text("mine.toml", "[[tool]]\nnam = \"x\"").unwrap_err();
        assert!(error.to_string().contains("mine.toml") && error.to_string().contains("nam"), "{error}");
    }

    #[test]
    fn every_change_of_a_table_changes_the_version() {
        let tables = Tables::builtin().unwrap();
        let more = tables.clone().with_text("a", "[[tool]]\nname = \"frob\"\nclass = \"read\"").unwrap();
        assert_ne!(tables.version(), more.version());
        assert_eq!(tables.version(), Tables::builtin().unwrap().version());
    }
}
