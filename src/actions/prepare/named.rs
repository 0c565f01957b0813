//! The files that a command names: what a tool is told to apply or run is bound by its bytes, what is written or removed
//! by where its name leads. Reads are not bound: a log that grows while the card is open is no other log.

use std::path::Path;

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
/// Most names that are looked up.
const MOST: usize = 64;

/// Every existing file that the words name, with what must stay so of it.
pub(super) fn files(found: &Findings, cwd: &Path) -> Vec<(String, String)> {
    let class = class(found);
    if class == Class::Read {
        return Vec::new();
    }
    let mut all = Vec::new();
    for (words, name) in names(found) {
        let path = cwd.join(&name);
        let Some((real, place)) = files::leads_to(&path) else {
            // What is not there yet must not have become something by then.
            if name.contains('/') {
                all.push((path.display().to_string(), "is not there".to_owned()));
            }
            continue;
        };
        let tool = words.first().map_or("", |word| word.text.rsplit('/').next().unwrap_or_default());
        let applies = class == Class::Opaque || APPLY.contains(&tool);
        let what = if applies && real.is_file() { format!("{place} {}", files::content(&real)) } else { place };
        all.push((path.display().to_string(), what));
    }
    all
}

/// Names that lead elsewhere by a link, as `current is /srv/releases/41`.
pub(super) fn links(found: &Findings, cwd: &Path) -> Vec<String> {
    if class(found) == Class::Read {
        return Vec::new();
    }
    let mut all: Vec<String> = names(found)
        .filter_map(|(_, name)| {
            let path = cwd.join(&name);
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

/// The words that may be names of files, with their call: plain arguments and what follows `=` or `@`.
fn names(found: &Findings) -> impl Iterator<Item = (&[Value], String)> {
    let calls = found.calls().iter().flat_map(|words| words.iter().skip(1).map(move |word| (words.as_slice(), word)));
    let named = calls.filter_map(|(words, word)| {
        let text = word.exact()?;
        let text = text.rsplit_once(['=', '@']).map_or(text, |(_, rest)| rest);
        let fits = !text.is_empty() && !text.starts_with('-') && text.len() < 1024 && !text.contains("://");
        fits.then(|| (words, text.to_owned()))
    });
    named.take(MOST)
}
