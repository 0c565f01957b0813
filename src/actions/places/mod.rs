//! Where a command would act beyond this machine's files: clusters, databases, hosts, clouds. Told from its words, its
//! environment and the tools' own configuration; nobody is asked over the network. `prepare` calls it for the card and
//! again before the run; a policy's examples are read with no environment and no files at all.

mod cloud;
mod database;
pub(super) mod kube;
mod options;
mod remote;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::approval::{Place, PlaceKind};

use super::shell::{Findings, Value};
use options::Call;

/// Longest configuration file of a tool that is read.
const MAX_BYTES: u64 = 4 << 20;

/// How the files of tools are read.
pub(super) trait Look {
    /// The text of a file; `None` when there is none that can be read.
    fn read(&self, path: &str) -> Option<String>;
}

/// The files of this machine.
pub(super) struct Disk;

/// No files.
pub(super) struct Nowhere;

impl Look for Disk {
    fn read(&self, path: &str) -> Option<String> {
        let meta = std::fs::metadata(path).ok()?;
        if !meta.is_file() || meta.len() > MAX_BYTES {
            return None;
        }
        std::fs::read_to_string(path).ok()
    }
}

impl Look for Nowhere {
    fn read(&self, _: &str) -> Option<String> {
        None
    }
}

/// What the calls of a command act on, and the files that say so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reach {
    /// In the order of the calls, each once.
    pub(super) places: Vec<Place>,
    /// The configuration files that were looked at, there or not.
    pub(super) files: BTreeSet<String>,
    /// Options that say outright what the environment would have decided, each with the word of the text after which
    /// it belongs.
    pub(super) pins: Vec<Pin>,
}

/// Options to be added after a program's name, so that nothing ambient decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pin {
    /// Where the program's name ends in the text.
    pub(super) at: std::ops::Range<usize>,
    /// The options.
    pub(super) options: Vec<String>,
}

impl Reach {
    fn add(&mut self, kind: PlaceKind, name: impl Into<String>) {
        let place = Place::new(kind, name);
        if !place.name.is_empty() && !self.places.contains(&place) {
            self.places.push(place);
        }
    }
}

/// What one call is read with.
struct Around<'a> {
    env: &'a BTreeMap<String, String>,
    look: &'a dyn Look,
    cwd: &'a str,
    reach: &'a mut Reach,
    /// Whether the call runs on this machine as this user, not inside a container or on another host.
    here: bool,
}

impl Around<'_> {
    /// The text of a file below the home directory, or anywhere.
    fn read(&mut self, path: &str) -> Option<String> {
        let path = match path.strip_prefix("~/") {
            Some(rest) => format!("{}/{rest}", self.env.get("HOME")?),
            None if path.starts_with('/') => path.to_owned(),
            None => format!("{}/{path}", self.cwd),
        };
        self.reach.files.insert(path.clone());
        self.look.read(&path)
    }

    /// The first of the variables that is set to something.
    fn variable(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.env.get(*name)).filter(|value| !value.is_empty()).cloned()
    }
}

/// Everything that the calls act on in this environment. `cwd` is absolute; empty with [`Nowhere`].
pub(super) fn reach(found: &Findings, env: &BTreeMap<String, String>, look: &dyn Look, cwd: &str) -> Reach {
    let mut reach = Reach::default();
    let env = assigned(found, env);
    let nothing = BTreeMap::new();
    for (at, words) in found.calls().iter().enumerate() {
        let Some(call) = Call::new(words) else { continue };
        let here = !elsewhere(&found.calls()[..at], call.program());
        let (env, look): (_, &dyn Look) = if here { (&env, look) } else { (&nothing, &Nowhere) };
        let mut around = Around { env, look, cwd, reach: &mut reach, here };
        kube::places(&call, &mut around);
        database::places(&call, &mut around);
        cloud::places(&call, &mut around);
        remote::places(&call, &mut around);
    }
    reach
}

/// Programs that run what they wrap in another place than this one, or as somebody whose files and variables are others.
const ELSEWHERE: [&str; 31] = [
    "ansible",
    "autossh",
    "aws",
    "az",
    "chroot",
    "crictl",
    "ctr",
    "doas",
    "docker",
    "docker-compose",
    "fly",
    "flyctl",
    "gcloud",
    "heroku",
    "incus",
    "kubectl",
    "lxc",
    "machinectl",
    "mosh",
    "nerdctl",
    "nsenter",
    "oc",
    "pct",
    "pkexec",
    "podman",
    "runuser",
    "ssh",
    "su",
    "sudo",
    "systemd-nspawn",
    "vagrant",
];

/// Whether a call stands inside one of the calls before it that runs things in another place.
fn elsewhere(before: &[Vec<Value>], program: &Value) -> bool {
    before.iter().any(|words| {
        let name = words.first().map_or("", |word| word.text.rsplit('/').next().unwrap_or_default());
        let inside = |word: &Value| word.span.start <= program.span.start && program.span.end <= word.span.end;
        let whole = match (words.first(), words.last()) {
            (Some(first), Some(last)) => first.span.start <= program.span.start && program.span.end <= last.span.end,
            _ => false,
        };
        ELSEWHERE.contains(&name) && (whole || words.iter().skip(1).any(inside))
    })
}

/// The environment with what the text itself assigns; a value only known at run time is unknown.
fn assigned(found: &Findings, env: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut env = env.clone();
    let known = |value: &Value| match value.exact() {
        Some(text) => text.to_owned(),
        None => Place::UNKNOWN.to_owned(),
    };
    env.extend(found.assigned.iter().map(|(name, value)| (name.clone(), known(value))));
    for words in found.calls().iter().filter(|words| words.first().is_some_and(|name| name.text.ends_with("env"))) {
        for word in words.iter().skip(1) {
            let Some((name, value)) = word.text.split_once('=').filter(|(name, _)| !name.starts_with('-')) else {
                continue;
            };
            let value = if word.is_dynamic() { Place::UNKNOWN } else { value };
            env.insert(name.to_owned(), value.to_owned());
        }
    }
    env
}
