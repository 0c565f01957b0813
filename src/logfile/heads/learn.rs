//! Which fields of a structured stream are its time, level, service and message when their names do not say: by what
//! their values look like, and keep looking like, over its first lines.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::super::parse::json::{Kind, Path, Visit, Walk};
use super::super::parse::roles::{Role, Roles, below};
use super::super::parse::stamp::{Clock, epoch};
use super::super::parse::{escape, level, logfmt};

/// Structured lines that are looked at.
const LINES: u32 = 256;
/// Paths that are looked at.
const MAX_PATHS: usize = 256;
/// Different values of a path that are told apart.
const MAX_VALUES: usize = 64;
/// Parts of names that writers give to what names the writer.
const NAMES_A_WRITER: [&str; 6] = ["service", "svc", "app", "program", "container", "daemon"];
/// Parts of names that say that something else is named.
const NAMES_ANOTHER: [&str; 16] = [
    "host", "id", "thread", "method", "file", "node", "pod", "stream", "env", "region", "zone", "type", "kind", "user",
    "module", "logger",
];

/// What was seen so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Learner {
    lines: u32,
    paths: Vec<Seen>,
}

/// The values of one path.
#[derive(Clone, Debug, Default)]
struct Seen {
    path: String,
    hash: u64,
    values: u32,
    times: u32,
    levels: u32,
    words: u32,
    spaced: u32,
    names: u32,
    different: BTreeSet<Box<[u8]>>,
}

impl Learner {
    /// Whether there is anything left to learn.
    pub(super) fn is_open(&self) -> bool {
        self.lines < LINES
    }

    /// Looks at a structured line; remembers its paths, and settles roles from time to time. Says whether it settled any.
    pub(super) fn look(&mut self, line: &[u8], roles: &mut Arc<Roles>) {
        let mut eyes = Eyes { paths: &mut self.paths, roles: Arc::make_mut(roles), looking: self.lines < LINES };
        if line.trim_ascii_start().starts_with(b"{") {
            Walk::over(line, &mut eyes);
        } else {
            let looked = logfmt::each(line, 0, |name, value| {
                let path = Path { hash: below(0, &line[name.clone()]), names: std::slice::from_ref(&name) };
                eyes.value(line, path, Kind::Text, value)
            });
            if looked.is_none() {
                return;
            }
        }
        self.lines = self.lines.saturating_add(1);
        if self.lines <= LINES && self.lines.is_power_of_two() {
            self.settle(Arc::make_mut(roles));
        }
    }

    /// Gives the roles that no well-known name fills to the paths whose values fit best.
    pub(super) fn settle(&self, roles: &mut Roles) {
        let half = self.lines.div_ceil(2).max(1);
        let often = |seen: &&Seen| seen.values >= half;
        let filled = |role: Role, roles: &Roles, fits: &dyn Fn(&Seen) -> bool| {
            self.paths.iter().any(|seen| roles.role_of(&seen.path) == Some(role) && fits(seen))
        };
        if !filled(Role::Time, roles, &|seen| seen.times > 0)
            && let Some(seen) = self.paths.iter().filter(often).find(|seen| seen.times == seen.values)
        {
            roles.assign(Role::Time, &seen.path);
        }
        if !filled(Role::Level, roles, &|seen| seen.levels > 0 || seen.values > seen.words)
            && let Some(seen) = self.paths.iter().filter(often).find(|seen| seen.levels == seen.values)
        {
            roles.assign(Role::Level, &seen.path);
        }
        if !filled(Role::Message, roles, &|seen| seen.values > 0) {
            let free = self.paths.iter().filter(|seen| seen.spaced * 2 >= seen.values && seen.times == 0);
            if let Some(seen) = free.filter(often).max_by_key(|seen| (seen.words / seen.values, seen.different.len())) {
                roles.assign(Role::Message, &seen.path);
            }
        }
        if !filled(Role::Service, roles, &|seen| seen.values > 0)
            && let Some(path) = self.writer(half, roles)
        {
            roles.assign(Role::Service, &path);
        }
    }

    /// The path that names the writer: by a part of its name, or as the only one with few values that are names.
    fn writer(&self, half: u32, roles: &Roles) -> Option<String> {
        let few = usize::try_from(self.lines / 4).unwrap_or(0).clamp(2, MAX_VALUES - 1);
        let free = |seen: &&Seen| {
            seen.names == seen.values
                && seen.values >= half
                && seen.levels < seen.values
                && roles.role_of(&seen.path).is_none()
        };
        let candidates: Vec<&Seen> =
            self.paths.iter().filter(free).filter(|seen| seen.different.len() <= few).collect();
        let has = |seen: &Seen, parts: &[&str]| {
            let last = seen.path.rsplit('\u{1f}').next().unwrap_or("").to_ascii_lowercase();
            parts.iter().any(|part| last.contains(part))
        };
        match (candidates.iter().find(|seen| has(seen, &NAMES_A_WRITER)), candidates.as_slice()) {
            (Some(seen), _) => Some(seen.path.clone()),
            (None, [only]) if self.lines >= 4 && !has(only, &NAMES_ANOTHER) => Some(only.path.clone()),
            (None, _) => None,
        }
    }
}

/// Looks at the values of one line.
struct Eyes<'l> {
    paths: &'l mut Vec<Seen>,
    roles: &'l mut Roles,
    looking: bool,
}

impl Visit for Eyes<'_> {
    fn value(&mut self, line: &[u8], path: Path<'_>, kind: Kind, value: Range<usize>) -> bool {
        self.roles.learn(path.hash, path.joined(line, '.').as_bytes(), path.last(line));
        if !self.looking || kind == Kind::Null {
            return true;
        }
        let index = match self.paths.iter().position(|seen| seen.hash == path.hash) {
            Some(index) => index,
            None if self.paths.len() < MAX_PATHS => {
                let path = Seen { hash: path.hash, path: path.joined(line, '\u{1f}'), ..Seen::default() };
                self.paths.push(path);
                self.paths.len() - 1
            }
            None => return true,
        };
        if let Some(seen) = self.paths.get_mut(index) {
            seen.add(kind, &escape::plain(&line[value]));
        }
        true
    }

    fn enters(&mut self, line: &[u8], path: Path<'_>) -> bool {
        self.roles.learn(path.hash, path.joined(line, '.').as_bytes(), path.last(line));
        true
    }
}

impl Seen {
    fn add(&mut self, kind: Kind, text: &[u8]) {
        self.values += 1;
        let time = match kind {
            Kind::Text => Clock::at(0).value(text).filter(|_| text.len() > 9),
            Kind::Number => epoch(text),
            Kind::Other | Kind::Null => None,
        };
        self.times += u32::from(time.is_some());
        if kind != Kind::Text {
            return;
        }
        let is_level = match text {
            [letter] => level::letter(*letter).is_some(),
            text => level::word(text).is_some(),
        };
        self.levels += u32::from(is_level);
        let words = text.iter().filter(|byte| **byte == b' ').count();
        self.words += u32::try_from(words).unwrap_or(0) + 1;
        self.spaced += u32::from(words > 0);
        let name = (2..=48).contains(&text.len())
            && text[0].is_ascii_alphabetic()
            && text.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        self.names += u32::from(name);
        if self.different.len() < MAX_VALUES {
            self.different.insert(text[..text.len().min(64)].into());
        }
    }
}
