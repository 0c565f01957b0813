//! Picks time, level, service and message among the named values of a structured record; JSON and logfmt share it.

use std::ops::Range;

use crate::domain::Severity;

use super::json::{Kind, Path, Visit};
use super::parts::Parts;
use super::roles::{Known, Role, Roles};
use super::stamp::{self, Clock};
use super::{Format, level};

/// Picks the values that have a role.
#[derive(Debug)]
pub(super) struct Pick<'s> {
    roles: &'s Roles,
    clock: &'s mut Clock,
    found: Found,
    /// All four are found: what follows is not looked at any more.
    pub(super) done: bool,
    /// Whether the other values are wanted too.
    all: bool,
    rest: Vec<(Name, Kind, Range<usize>)>,
    /// A field was met that is not known yet.
    pub(super) unknown: bool,
}

/// What a value is called.
#[derive(Debug)]
pub(super) enum Name {
    /// As it stands in the line.
    Plain(Range<usize>),
    /// Names joined by dots, or freed of escapes.
    Made(String),
}

/// The best value of each role so far, with its rank.
#[derive(Debug, Default)]
struct Found {
    time: Option<(u8, i64, Range<usize>)>,
    nanos: i64,
    level: Option<(u8, Severity, Range<usize>)>,
    service: Option<(u8, Range<usize>)>,
    message: Option<(u8, Range<usize>)>,
}

impl Visit for Pick<'_> {
    #[inline]
    fn value(&mut self, line: &[u8], path: Path<'_>, kind: Kind, value: Range<usize>) -> bool {
        if self.all {
            let name = match path.names {
                [name] if memchr::memchr(b'\\', &line[name.clone()]).is_none() => Name::Plain(name.clone()),
                _ => Name::Made(path.joined(line, '.')),
            };
            self.rest.push((name, kind, value.clone()));
        }
        let role = match self.roles.get(path.hash, path.last(line)) {
            Some(Known { role, .. }) => *role,
            None if self.roles.is_full() => None,
            None => {
                self.unknown = true;
                super::roles::by_name(path.joined(line, '.').as_bytes())
            }
        };
        if let Some((role, rank)) = role {
            self.take(role, rank, line, kind, value);
        }
        self.all || !self.done
    }

    fn enters(&mut self, line: &[u8], path: Path<'_>) -> bool {
        self.all || self.roles.get(path.hash, path.last(line)).is_none_or(|known| known.inside)
    }
}

impl<'s> Pick<'s> {
    /// `all`: gather the other values too.
    pub(super) fn new(roles: &'s Roles, clock: &'s mut Clock, all: bool) -> Self {
        Self { roles, clock, found: Found::default(), done: false, all, rest: Vec::new(), unknown: false }
    }

    /// The values without a role, in their order.
    pub(super) fn left<'l>(&'l self, line: &'l [u8]) -> impl Iterator<Item = (&'l [u8], Kind, Range<usize>)> {
        let others = self.rest.iter().filter(|(_, _, range)| !self.found.took(range));
        others.map(|(name, kind, range)| {
            let name = match name {
                Name::Plain(name) => &line[name.clone()],
                Name::Made(name) => name.as_bytes(),
            };
            (name, *kind, range.clone())
        })
    }

    /// What was picked.
    pub(super) fn parts(self, format: Format) -> Parts {
        let mut parts = Parts::new(format, self.found.message.map_or(0..0, |(_, range)| range));
        parts.time = self.found.time.map(|(_, time, _)| time + self.found.nanos);
        parts.severity = self.found.level.map(|(_, severity, _)| severity);
        parts.service = self.found.service.map(|(_, range)| range);
        parts
    }

    fn take(&mut self, role: Role, rank: u8, line: &[u8], kind: Kind, value: Range<usize>) {
        if self.done {
            return;
        }
        let text = &line[value.clone()];
        let found = &mut self.found;
        let worse = |best: Option<u8>| best.is_some_and(|best| best <= rank);
        match role {
            Role::Time if !worse(found.time.as_ref().map(|best| best.0)) => {
                let time = match kind {
                    Kind::Text => self.clock.value(text),
                    Kind::Number => stamp::epoch(text),
                    Kind::Other | Kind::Null => None,
                };
                found.time = time.map(|time| (rank, time, value)).or(found.time.take());
            }
            Role::Nanos => {
                let nanos = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
                found.nanos = nanos.filter(|nanos| (0..stamp::SECOND).contains(nanos)).unwrap_or(0);
            }
            Role::Level | Role::OtelLevel if !worse(found.level.as_ref().map(|best| best.0)) => {
                let severity = match (role, kind) {
                    (_, Kind::Other | Kind::Null) => None,
                    (Role::OtelLevel, _) => {
                        std::str::from_utf8(text).ok().and_then(|text| level::otel(text.parse().ok()?))
                    }
                    // Kubernetes' events; a type is mostly something else.
                    _ if rank == 23 => level::word(text).filter(|_| matches!(text, b"Normal" | b"Warning")),
                    _ if rank == super::roles::BY_STATUS => level::status(text),
                    _ => level::value(text),
                };
                found.level = severity.map(|severity| (rank, severity, value)).or(found.level.take());
            }
            Role::Service if !worse(found.service.as_ref().map(|best| best.0)) => {
                // A bare name is mostly a logger's when it is dotted.
                let good = kind == Kind::Text
                    && text.first().is_some_and(|b| !b.is_ascii_digit())
                    && (rank != 35 || !text.contains(&b'.'));
                if good {
                    found.service = Some((rank, value));
                }
            }
            Role::Message if !worse(found.message.as_ref().map(|best| best.0)) => {
                if kind == Kind::Text && (!text.is_empty() || rank < 5) {
                    found.message = Some((rank, value));
                }
            }
            Role::Time | Role::Level | Role::OtelLevel | Role::Service | Role::Message => {}
        }
        self.done = found.complete();
    }
}

impl Found {
    /// All four were found under names than which there are none better: what follows cannot change anything.
    #[inline]
    fn complete(&self) -> bool {
        // The names that commonly stand together; a line with two of a kind is read to its end.
        self.message.as_ref().is_some_and(|best| best.0 < 2)
            && self.time.as_ref().is_some_and(|best| best.0 < 4)
            && self.level.as_ref().is_some_and(|best| best.0 < 2)
            && self.service.as_ref().is_some_and(|best| best.0 < 1)
    }

    fn took(&self, range: &Range<usize>) -> bool {
        self.time.as_ref().is_some_and(|best| best.2 == *range)
            || self.level.as_ref().is_some_and(|best| best.2 == *range)
            || self.service.as_ref().is_some_and(|best| best.1 == *range)
            || self.message.as_ref().is_some_and(|best| best.1 == *range)
    }
}
