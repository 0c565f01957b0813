//! Which field of a structured record is its time, level, service, message: by well-known names, and where those are
//! missing by what the values looked like so far.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Paths remembered at most; further ones are looked up by name each time.
const MAX_PATHS: usize = 2048;
/// Rank of a status that stands for a level.
pub(in crate::logfile) const BY_STATUS: u8 = 250;
/// Rank of a field that was found by its values.
const BY_LOOKS: u8 = 200;

/// What a field is to its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::logfile) enum Role {
    /// Its time.
    Time,
    /// Nanoseconds beside seconds.
    Nanos,
    /// Its level.
    Level,
    /// Its level as OpenTelemetry counts.
    OtelLevel,
    /// Its service.
    Service,
    /// Its message.
    Message,
}

/// What is known of a path.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::logfile) struct Known {
    /// What it is, and how good a candidate; the lowest wins.
    pub(in crate::logfile) role: Option<(Role, u8)>,
    /// Whether fields inside it, if it is an object, may have a role.
    pub(in crate::logfile) inside: bool,
    /// The names joined by dots.
    path: Box<str>,
    /// The last of them, against clashes of hashes.
    name: Box<[u8]>,
}

/// The roles of a stream's fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::logfile) struct Roles {
    known: HashMap<u64, Known, BuildHasherDefault<Identity>>,
}

/// The hash of a name below a path.
#[inline]
pub(in crate::logfile) fn below(parent: u64, name: &[u8]) -> u64 {
    const K: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = parent.rotate_left(23) ^ (name.len() as u64).wrapping_mul(K);
    let (chunks, tail) = name.as_chunks::<8>();
    for chunk in chunks {
        hash = (hash ^ u64::from_le_bytes(*chunk)).wrapping_mul(K).rotate_left(29);
    }
    let mut last = [0; 8];
    last[..tail.len()].copy_from_slice(tail);
    hash = (hash ^ u64::from_le_bytes(last)).wrapping_mul(K);
    hash ^ (hash >> 32)
}

impl Roles {
    /// What is known of the path with this hash, whose last name is this.
    #[inline]
    pub(in crate::logfile) fn get(&self, hash: u64, name: &[u8]) -> Option<&Known> {
        self.known.get(&hash).filter(|known| *known.name == *name)
    }

    /// No further path is remembered: unknown ones have no role.
    #[inline]
    pub(in crate::logfile) fn is_full(&self) -> bool {
        self.known.len() >= MAX_PATHS
    }

    /// The role of a path whose names are joined by a unit separator.
    pub(in crate::logfile) fn role_of(&self, path: &str) -> Option<Role> {
        let hash = path.split('\u{1f}').fold(0, |hash, name| below(hash, name.as_bytes()));
        self.known.get(&hash)?.role.map(|(role, _)| role)
    }

    /// The fields that have a role, for the screen: time, level, service, message.
    pub(in crate::logfile) fn names(&self) -> Vec<&str> {
        let best = |role: Role| {
            let with = self
                .known
                .values()
                .filter_map(|known| known.role.filter(|(is, _)| *is == role).map(|(_, rank)| (rank, &*known.path)));
            with.min().map(|(_, path)| path)
        };
        [Role::Time, Role::Level, Role::Service, Role::Message].into_iter().filter_map(best).collect()
    }

    /// Remembers a path of the stream. Says whether there was room for it.
    pub(in crate::logfile) fn learn(&mut self, hash: u64, path: &[u8], name: &[u8]) -> bool {
        if self.known.len() >= MAX_PATHS || self.get(hash, name).is_some() {
            return false;
        }
        let known = Known {
            role: by_name(path),
            inside: may_hold(path),
            path: String::from_utf8_lossy(path).into(),
            name: name.into(),
        };
        self.known.insert(hash, known);
        true
    }

    /// Gives a path a role because of what its values look like.
    pub(in crate::logfile) fn assign(&mut self, role: Role, path: &str) {
        let mut hash = 0;
        let mut whole = String::new();
        let names: Vec<&str> = path.split('\u{1f}').collect();
        for (index, name) in names.iter().enumerate() {
            hash = below(hash, name.as_bytes());
            whole.push_str(if index > 0 { "." } else { "" });
            whole.push_str(name);
            self.learn(hash, whole.as_bytes(), name.as_bytes());
            if let Some(known) = self.known.get_mut(&hash) {
                match index + 1 == names.len() {
                    true => known.role = Some((role, BY_LOOKS)),
                    false => known.inside = true,
                }
            }
        }
    }
}

/// The names by which a role is known, the surest first. Lower case; nested names are joined by dots.
const TIME: [&[u8]; 34] = [
    b"@timestamp",
    b"timestamp",
    b"ts",
    b"time",
    b"@t",
    b"datetime",
    b"date",
    b"asctime",
    b"timeunixnano",
    b"time_unix_nano",
    b"timestamp.seconds",
    b"timestampseconds",
    b"__realtime_timestamp",
    b"instant.epochsecond",
    b"t.$date",
    b"timestamp.$date",
    b"eventtime",
    b"event_time",
    b"time_iso8601",
    b"time_local",
    b"starttime",
    b"requesttime",
    b"lasttimestamp",
    b"eventtimestamp",
    b"record.time.timestamp",
    b"record.time.repr",
    b"_source.@timestamp",
    b"logged_at",
    b"created",
    b"observedtimestamp",
    b"startlocal",
    b"when",
    b"t",
    b"_time",
];
const LEVEL: [&[u8]; 24] = [
    b"level",
    b"severity",
    b"log.level",
    b"loglevel",
    b"levelname",
    b"lvl",
    b"severity_text",
    b"severitytext",
    b"@level",
    b"@l",
    b"log_level",
    b"level_name",
    b"level.name",
    b"record.level.name",
    b"syslog.severity.name",
    b"priority",
    b"syslog_severity",
    b"prio",
    b"log.severity",
    b"fields.level",
    b"l",
    b"at",
    b"s",
    b"type",
];
const SERVICE: [&[u8]; 36] = [
    b"service",
    b"service.name",
    b"service_name",
    b"servicename",
    b"servicecontext.service",
    b"resource.service.name",
    b"resource.attributes.service.name",
    b"resource.service_name",
    b"resources.service.name",
    b"svc",
    b"app",
    b"application",
    b"app_name",
    b"appname",
    b"app.name",
    b"application_name",
    b"applicationname",
    b"_service",
    b"_app",
    b"kubernetes.container.name",
    b"kubernetes.container_name",
    b"kubernetes.labels.app",
    b"resource.labels.container_name",
    b"resource.labels.service_name",
    b"container.name",
    b"container_name",
    b"syslog_identifier",
    b"properties.application",
    b"properties.applicationname",
    b"fields.service",
    b"dd.service",
    b"program",
    b"_systemd_unit",
    b"_comm",
    b"job",
    b"name",
];
const MESSAGE: [&[u8]; 31] = [
    b"message",
    b"msg",
    b"@message",
    b"@m",
    b"@mt",
    b"body.stringvalue",
    b"body.string_value",
    b"body",
    b"short_message",
    b"fields.message",
    b"jsonpayload.message",
    b"jsonpayload.msg",
    b"textpayload",
    b"record.message",
    b"messagetemplate",
    b"renderedmessage",
    b"log.message",
    b"properties.message",
    b"event.original",
    b"msg.text",
    b"event",
    b"text",
    b"log",
    b"description",
    b"details",
    b"error.message",
    b"eventname",
    b"m",
    b"reason",
    b"err.message",
    b"error",
];

/// Names of an HTTP status, which stands for a level where there is none.
const STATUS: [&[u8]; 6] = [
    b"status",
    b"status_code",
    b"http.response.status_code",
    b"http.status_code",
    b"response.status",
    b"downstreamstatus",
];

/// The role that a well-known name gives.
pub(in crate::logfile) fn by_name(path: &[u8]) -> Option<(Role, u8)> {
    let lower = path.to_ascii_lowercase();
    // What OpenTelemetry nests under this name are fields like any other.
    let lower = lower.strip_prefix(b"attributes.").unwrap_or(&lower);
    let rank = |names: &[&[u8]]| names.iter().position(|name| *name == lower).and_then(|rank| u8::try_from(rank).ok());
    if matches!(lower, b"timestampnanos" | b"timestamp.nanos" | b"instant.nanoofsecond") {
        return Some((Role::Nanos, 0));
    }
    if matches!(lower, b"severitynumber" | b"severity_number") {
        return Some((Role::OtelLevel, 4));
    }
    if STATUS.contains(&lower) {
        return Some((Role::Level, BY_STATUS));
    }
    let role = |role: Role| move |rank: u8| (role, rank);
    rank(&TIME)
        .map(role(Role::Time))
        .or_else(|| rank(&LEVEL).map(role(Role::Level)))
        .or_else(|| rank(&SERVICE).map(role(Role::Service)))
        .or_else(|| rank(&MESSAGE).map(role(Role::Message)))
}

/// Whether a well-known name lies below this path.
fn may_hold(path: &[u8]) -> bool {
    let mut lower = path.to_ascii_lowercase();
    lower.push(b'.');
    lower == b"attributes."
        || [TIME.as_slice(), &LEVEL, &SERVICE, &MESSAGE]
            .iter()
            .any(|names| names.iter().any(|name| name.starts_with(&lower)))
}

/// Hashes that are hashes already.
#[derive(Clone, Copy, Debug, Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = below(self.0, bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
