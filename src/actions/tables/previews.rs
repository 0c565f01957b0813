//! What can be looked at before a command of a built-in tool runs, as data: `actions/previews.toml`. `shell` asks for the
//! templates of a verb that has none in its own table. They never decide a class.

use std::sync::LazyLock;

use serde::Deserialize;

const BUILTIN: &str = include_str!("../previews.toml");

/// A file that cannot be read gives no preview at all; the test holds the built-in one to its form.
static ENTRIES: LazyLock<Vec<Entry>> =
    LazyLock::new(|| toml::from_str(BUILTIN).map_or(Vec::new(), |file: File| file.preview));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    preview: Vec<Entry>,
}

/// The previews of one verb.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// The program.
    tool: String,
    /// The verb's words, alternatives divided by `|`; empty for a program without verbs.
    verb: String,
    /// The templates.
    run: Vec<String>,
    /// An example.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test of the built-in previews reads it"))]
    of: String,
    /// What comes out for it.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test of the built-in previews reads it"))]
    gives: Vec<String>,
}

/// The templates for a program and the verb it was called with.
pub fn templates(tool: &str, verb: &str) -> &'static [String] {
    let entry = ENTRIES.iter().find(|entry| entry.tool == tool && entry.verb.split('|').any(|name| name == verb));
    entry.map_or(&[], |entry| entry.run.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actions::shell::examine;
    use crate::actions::{Tables, classify};
    use crate::domain::{Class, Language};

    #[test]
    fn every_example_gives_what_it_says_and_all_of_it_is_a_read() {
        let tables = Tables::builtin().unwrap();
        let file: File = toml::from_str(BUILTIN).unwrap();
        let mut wrong = Vec::new();
        for entry in file.preview {
            let gives = examine(&entry.of, &tables).previews;
            if gives != entry.gives {
                wrong.push(format!("{}: gives {gives:?}", entry.of));
            }
            for text in gives {
                let verdict = classify(&text, Language::Sh, &tables);
                if verdict.class != Class::Read {
                    wrong.push(format!("{text}: {verdict:?}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
