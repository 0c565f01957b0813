//! Tool tables: what each known program's sub-commands and options do, as data. The built-in ones lie beside this
//! file; more come from the configuration. `shell` asks them; whatever no table knows is opaque.

mod index;
pub mod previews;
mod proof;
mod schema;
mod words;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use include_dir::{Dir, include_dir};
use index::Index;
pub use index::{Fit, Known};
use schema::TableFile;
pub use schema::{Grammar, Limit, Raise, Tool};
pub use words::{Words, fits};

/// Raised with every change of the rules in code, so that a verdict names what made it.
const RULES: u32 = 1;

/// The built-in tables: every `.toml` beside this file.
static FOLDER: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/actions/tables");

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
    /// One of its own examples comes out otherwise.
    #[error("tool table {name}: {what}")]
    Example {
        /// File or built-in name.
        name: String,
        /// Which example, what was stated and what was found.
        what: String,
    },
}

impl Tables {
    /// The tables that come with the program.
    ///
    /// # Errors
    /// None in a released program: a test holds every built-in table and its examples true.
    pub fn builtin() -> Result<Self, TableError> {
        builtin_files().try_fold(Self::empty(), |tables, (name, text)| tables.add(name, text))
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
        let wrong = proof::wrong(&parse(name, text)?.tools, &tables);
        if wrong.is_empty() {
            return Ok(tables);
        }
        Err(TableError::Example { name: name.to_owned(), what: wrong.join("\n") })
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
}

/// The built-in tables in order of name.
fn builtin_files() -> impl Iterator<Item = (&'static str, &'static str)> {
    let tables = FOLDER.files().filter(|file| file.path().extension().is_some_and(|end| end == "toml"));
    tables.filter_map(|file| Some((file.path().file_name()?.to_str()?, file.contents_utf8()?)))
}

fn parse(name: &str, text: &str) -> Result<TableFile, TableError> {
    let mut file: TableFile =
        toml::from_str(text).map_err(|error| TableError::Form { name: name.to_owned(), message: error.to_string() })?;
    for tool in &mut file.tools {
        for verb in &mut tool.verbs {
            verb.index = Index::of(verb);
        }
        tool.index = Index::of(tool);
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_example_is_as_stated() {
        let tables = Tables::builtin().unwrap();
        let wrong: Vec<String> = builtin_files()
            .flat_map(|(name, text)| {
                let wrong = proof::wrong(&parse(name, text).unwrap().tools, &tables);
                wrong.into_iter().map(move |what| format!("{name}: {what}"))
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn no_tool_is_described_twice() {
        let mut seen = std::collections::BTreeMap::new();
        for (name, text) in builtin_files() {
            for tool in parse(name, text).unwrap().tools {
                for alias in tool.name.split('|') {
                    assert_eq!(seen.insert(alias.to_owned(), name), None, "{alias} in {name}");
                }
            }
        }
        assert!(seen.len() > 100, "the folder is there");
    }

    #[test]
    fn a_table_that_contradicts_its_examples_is_refused() {
        let frob = |more: &str| {
            let text = format!("[[tool]]\nname = \"frob\"\nclass = \"read\"\nflags = \"-a\"\n{more}");
            Tables::builtin().unwrap().with_text("mine.toml", &text).map_err(|error| error.to_string())
        };
        let said = |more: &str| frob(more).unwrap_err();
        assert_eq!(
            said("examples = [[\"write\", \"frob\"]]"),
            "tool table mine.toml: `frob` should be WRITE but is READ"
        );
        assert_eq!(
            said("match = [\"frob -b\"]"),
            "tool table mine.toml: `frob -b` should be READ by frob but is WRITE by frob"
        );
        assert_eq!(said("match = [\"ls\"]"), "tool table mine.toml: `ls` should be READ by frob but is READ by ls");
        assert_eq!(
            said("not_match = [\"sudo frob -a\"]"),
            "tool table mine.toml: `sudo frob -a` should not be decided by frob but is READ by sudo, frob"
        );
        assert!(frob("match = [\"sudo frob\"]\nnot_match = [\"frob -b\", \"frob; rm x\"]").is_ok());
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
