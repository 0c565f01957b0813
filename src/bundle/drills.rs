//! The drills inside the binary: recorded incidents anyone can practise on, with nothing configured.

use include_dir::{Dir, include_dir};

use super::load::{BundleError, load_embedded};
use crate::domain::CleanText;
use crate::domain::recording::Recording;

static DRILLS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/drills");

/// A drill as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrillInfo {
    /// What `midwatch drill NAME` takes.
    pub name: &'static str,
    /// One line for people.
    pub title: CleanText,
}

/// Every drill, by name; the first is the one `midwatch drill` opens.
pub fn drills() -> Vec<DrillInfo> {
    let info = |(name, dir): (&'static str, &'static Dir<'static>)| {
        let file = dir.get_file(dir.path().join("incident.toml"))?.contents_utf8()?;
        let table: toml::Table = file.parse().ok()?;
        let title = table.get("title").and_then(toml::Value::as_str).unwrap_or(name);
        Some(DrillInfo { name, title: CleanText::line(title) })
    };
    folders().filter_map(info).collect()
}

/// The drill of that name, read whole.
///
/// # Errors
/// [`BundleError::NoDrill`] with the names there are.
pub fn drill(name: &str) -> Result<Recording, BundleError> {
    match folders().find(|(known, _)| *known == name) {
        Some((_, dir)) => load_embedded(dir),
        None => {
            let known: Vec<&str> = folders().map(|(name, _)| name).collect();
            Err(BundleError::NoDrill { name: name.to_owned(), known: known.join(", ") })
        }
    }
}

/// The tool tables that lie beside the drills, as name and TOML text: they class the commands of the drills' own tools.
pub fn drill_tables() -> Vec<(&'static str, &'static str)> {
    let table = |file: &'static include_dir::File<'static>| {
        let name = file.path().to_str()?;
        name.ends_with(".toml").then_some(())?;
        Some((name, file.contents_utf8()?))
    };
    DRILLS.files().filter_map(table).collect()
}

fn folders() -> impl Iterator<Item = (&'static str, &'static Dir<'static>)> {
    DRILLS.dirs().filter_map(|dir| Some((dir.path().file_name()?.to_str()?, dir)))
}
