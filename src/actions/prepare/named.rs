//! The files that a command names: what a tool is told to apply or run is bound by its bytes, what is written or removed
//! by where its name leads. Reads are not bound: a log that grows while the card is open is no other log.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::actions::files;
use crate::actions::shell::{Findings, Value};
use crate::domain::Class;

/// Tools that do what a file says.
const APPLY: [&str; 24] = [
    "kubectl",
    "oc",
    "helm",
    "kustomize",
    "helmfile",
    "psql",
    "mysql",
    "mariadb",
    "terraform",
    "tofu",
    "ansible-playbook",
    "docker",
    "docker-compose",
    "podman",
    "nft",
    "iptables-restore",
    "redis-cli",
    "mongosh",
    "source",
    ".",
    "crontab",
    "patch",
    "sysctl",
    "pulumi",
];
/// Most places that are looked at: every name may lie in every folder that the command goes to.
const MOST: usize = 4096;
/// Most files of a folder whose bytes are compared; of a larger one only that it is the same folder.
const FOLDER: usize = 256;

/// What a word is read against.
pub(super) struct Around<'a> {
    /// The command's text.
    pub text: &'a str,
    /// Where it runs.
    pub cwd: &'a Path,
    /// The home directory it is given.
    pub home: Option<&'a str>,
}

impl Around<'_> {
    /// What a word is: exactly, or where only the home directory stands for something in it.
    fn said(&self, word: &Value) -> Option<String> {
        if let Some(exact) = word.exact() {
            return Some(exact.to_owned());
        }
        let written: String = self.text.get(word.span.clone())?.chars().filter(|c| !"'\"".contains(*c)).collect();
        let rest = ["~/", "$HOME/", "${HOME}/"].iter().find_map(|home| written.strip_prefix(home))?;
        let plain = !rest.contains(['$', '`', '*', '?', '[', '{', '\\']);
        self.home.filter(|_| plain).map(|home| format!("{home}/{rest}"))
    }
}

/// Every existing file that the words name, with what must stay so of it.
///
/// # Errors
/// When there are more than can be looked at: what cannot be compared does not run.
pub(super) fn files(found: &Findings, around: &Around<'_>) -> Result<Vec<(String, String)>, String> {
    let class = class(found);
    if class == Class::Read {
        return Ok(Vec::new());
    }
    let folders = folders(found, around.cwd);
    if names(found, around).count().saturating_mul(folders.len()) > MOST {
        return Err("it names more files in more folders than can be held still; run it in parts".to_owned());
    }
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for path in names(found, around).flat_map(|name| within(&folders, &name)) {
        let shown = path.display().to_string();
        if all.contains_key(&shown) {
            continue;
        }
        let Some((real, place)) = files::leads_to(&path) else {
            // What is not there yet must not have become something by then.
            if shown.contains('/') {
                all.insert(shown, "is not there".to_owned());
            }
            continue;
        };
        let what = if applies(found, class) { format!("{place} {}", bytes(&real)) } else { place };
        all.insert(shown, what);
    }
    Ok(all.into_iter().collect())
}

/// Whether some call does what a file says; then what any of its words names may be that file, also by a pipe.
fn applies(found: &Findings, class: Class) -> bool {
    let name =
        |words: &Vec<Value>| words.first().map(|word| word.text.rsplit('/').next().unwrap_or_default().to_owned());
    class == Class::Opaque || found.calls().iter().filter_map(name).any(|name| APPLY.contains(&name.as_str()))
}

/// The bytes of a file, or of every file in a folder.
fn bytes(real: &Path) -> String {
    if !real.is_dir() {
        return files::content(real);
    }
    let mut folders = vec![real.to_owned()];
    let mut all: BTreeMap<PathBuf, String> = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if all.len() >= FOLDER {
                return "with more files than are compared".to_owned();
            }
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder {
                folders.push(path.clone());
            }
            let said = if is_folder { "folder".to_owned() } else { files::content(&path) };
            all.insert(path, said);
        }
    }
    let all: Vec<String> = all.into_iter().map(|(path, said)| format!("{} {said}", path.display())).collect();
    all.join("\n")
}

/// Names that lead elsewhere by a link, as `current is /srv/releases/41`.
pub(super) fn links(found: &Findings, around: &Around<'_>) -> Vec<String> {
    if class(found) == Class::Read {
        return Vec::new();
    }
    let folders = folders(found, around.cwd);
    let named =
        names(found, around).flat_map(|name| within(&folders, &name).into_iter().map(move |path| (name.clone(), path)));
    let mut all: Vec<String> = named
        .filter_map(|(name, path)| {
            let (real, _) = files::leads_to(&path)?;
            let plain = path.components().eq(real.components());
            (!plain).then(|| format!("{name} is {}", real.display()))
        })
        .collect();
    all.dedup();
    all.truncate(4);
    all
}

fn class(found: &Findings) -> Class {
    found.reasons.iter().map(|reason| reason.class).max().unwrap_or(Class::Opaque)
}

/// The words that may be names of files: plain arguments, what is attached to an option, what follows `=` or `@`, the
/// parts of lists, and what redirections name.
fn names(found: &Findings, around: &Around<'_>) -> impl Iterator<Item = String> {
    let words = found.calls().iter().flat_map(|words| words.iter().skip(1)).chain(&found.redirected);
    let named = words.filter_map(|word| around.said(word)).flat_map(|word| {
        let word = word.as_str();
        let attached = word.strip_prefix('-').filter(|rest| !rest.starts_with('-')).and_then(|rest| rest.get(1..));
        let value = attached.unwrap_or(word);
        let value = value.rsplit_once(['=', '@']).map_or(value, |(_, rest)| rest);
        let list = value.contains(',').then(|| value.split(','));
        std::iter::once(value).chain(list.into_iter().flatten()).map(str::to_owned).collect::<Vec<_>>()
    });
    named.filter(|name| !name.is_empty() && !name.starts_with('-') && !name.contains("://"))
}

fn within(folders: &[PathBuf], name: &str) -> Vec<PathBuf> {
    folders.iter().map(|folder| folder.join(name)).collect()
}

/// Where a name may lie: in the working directory, and wherever the command itself goes before.
fn folders(found: &Findings, cwd: &Path) -> Vec<PathBuf> {
    let mut places = vec![cwd.to_owned()];
    for words in found.calls() {
        if let [call, to] = words.as_slice()
            && matches!(call.exact(), Some("cd" | "pushd"))
            && let Some(to) = to.exact()
            && let Some(last) = places.last()
        {
            places.push(last.join(to));
        }
    }
    places.dedup();
    places
}
