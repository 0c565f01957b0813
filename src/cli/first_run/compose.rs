//! Puts a configuration together from parts, each of which is valid beside the ones already taken.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::config::load::check_text;
use crate::config::{Config, ConfigError};

/// The parts taken so far.
#[derive(Clone, Debug, Default)]
pub(in crate::cli) struct Draft {
    parts: Vec<String>,
}

impl Draft {
    /// The part as it would be added: its source renamed if the name is taken. Or why it cannot be added.
    pub(in crate::cli) fn fit(&self, snippet: &str) -> Result<String, String> {
        let snippet = snippet.trim();
        let mut taken = names(&self.text());
        let mut part = String::new();
        for line in snippet.lines() {
            part.push_str(&free_name(line, &mut taken));
            part.push('\n');
        }
        let together = format!("{}\n{part}", self.text());
        match check_text(&together) {
            Ok(config) => match twice(&config) {
                Some(place) => Err(format!("{place} is taken already")),
                None => Ok(part),
            },
            Err(problems) if problems.iter().any(|problem| problem.what.contains("duplicate key")) => {
                Err("there can be only one of it, and one was taken already".to_owned())
            }
            Err(problems) => Err(ConfigError { file: None, problems }.to_string()),
        }
    }

    /// Takes a part that [`Draft::fit`] gave.
    pub(in crate::cli) fn add(&mut self, part: String) {
        self.parts.push(part);
    }

    /// Whether nothing was taken.
    pub(in crate::cli) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The whole configuration.
    pub(in crate::cli) fn text(&self) -> String {
        let mut text =
            "# Written by midwatch from what it found. `midwatch config show` prints every key that holds.\n"
                .to_owned();
        for part in &self.parts {
            text.push('\n');
            text.push_str(part);
        }
        text
    }
}

/// An address or path that two sources of one kind would read, which would show everything twice.
fn twice(config: &Config) -> Option<String> {
    let mut seen = BTreeSet::new();
    let prometheus = config.prometheus.iter().map(|server| ("metrics", server.url.trim_end_matches('/').to_owned()));
    let alerts = config.alertmanager.iter().map(|server| ("alerts", server.url.trim_end_matches('/').to_owned()));
    let paths = config.files.iter().flat_map(|files| files.paths.iter().map(|path| ("files", path.clone())));
    let changes = config.changes.iter().map(|changes| ("changes", changes.path.display().to_string()));
    let git = config.git.iter().map(|git| ("git", git.path.display().to_string()));
    let mut all = prometheus.chain(alerts).chain(paths).chain(changes).chain(git);
    all.find(|place| !seen.insert(place.clone())).map(|(_, place)| place)
}

/// The line, with a name that is not taken yet if it says a source's name.
fn free_name(line: &str, taken: &mut BTreeSet<String>) -> String {
    let Some(name) = name_in(line) else { return line.to_owned() };
    let mut free = name.clone();
    let mut number = 2;
    while !taken.insert(free.clone()) {
        free = format!("{}-{number}", name.chars().take(16).collect::<String>());
        number += 1;
    }
    if free == name { line.to_owned() } else { format!("name = \"{free}\"") }
}

/// Every source's name; empty where the text is not TOML.
fn names(text: &str) -> BTreeSet<String> {
    let table: Table = text.parse().unwrap_or_default();
    let tables = table.values().flat_map(|value| match value {
        Value::Array(items) => items.iter().collect::<Vec<_>>(),
        other => vec![other],
    });
    tables.filter_map(|value| Some(value.get("name")?.as_str()?.to_owned())).collect()
}

/// The name that the line says, if it is `name = "..."`.
fn name_in(line: &str) -> Option<String> {
    if !line.trim_start().starts_with("name") {
        return None;
    }
    let table: Table = line.parse().ok()?;
    Some(table.get("name")?.as_str()?.to_owned())
}
