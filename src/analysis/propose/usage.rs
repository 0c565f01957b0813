//! What a subject takes of what there is: gauges in pairs of what is used and how much there may be, processor time, what
//! waits, and what happens only under a squeeze.

use std::collections::BTreeSet;

use super::choose::Found;
use super::family::Family;
use super::words;
use super::write::{self, Condition, is_label};
use crate::domain::{MetricKind, Signal};

/// Words for what is taken.
const USED: &[&str] = &[
    "used",
    "use",
    "usage",
    "inuse",
    "active",
    "busy",
    "allocated",
    "open",
    "opened",
    "utilized",
    "reserved",
    "consumed",
    "held",
    "acquired",
    "working",
    "resident",
    "rss",
    "current",
    "connected",
    "borrowed",
    "checkedout",
    "claimed",
    "alive",
];
/// Words for what is left.
const FREE: &[&str] = &["available", "avail", "free", "idle", "remaining", "unused", "left"];
/// Words for how much there may be.
const BOUND: &[&str] = &["max", "maximum", "limit", "limits", "capacity", "quota", "ceiling", "allocatable"];
/// The same, which are also said of what is there now.
const PERHAPS_BOUND: &[&str] = &["size", "total", "length"];
/// Words that belong to those above and tell nothing of the thing itself.
const FILLING: &[&str] = &["in", "set", "spec", "bytes", "byte", "count", "number", "num", "current"];
/// File systems in memory, or read-only by nature: full without anybody caring.
const PSEUDO: &[&str] = &["tmpfs", "ramfs", "devtmpfs", "squashfs", "overlay", "iso9660", "autofs", "nsfs"];

/// What a gauge's name says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    /// The most there may be.
    Bound,
    /// What is left, the surer word first.
    Free(usize),
    /// What is taken.
    Used,
    /// Not said.
    Plain,
}

/// Utilisation and saturation of a subject.
pub(super) fn found<'a>(families: &'a [Family<'a>], subject: &str, range: &str) -> Vec<Found<'a>> {
    let mut found = pairs(families, subject);
    found.extend(families.iter().filter_map(|family| processor(family, subject, range)));
    let paired: BTreeSet<&str> = found.iter().flat_map(|one| one.metrics.iter().copied()).collect();
    found.extend(families.iter().filter_map(|family| alone(family, subject, &paired)));
    found.extend(families.iter().filter_map(|family| squeezed(family, subject, range)));
    found
}

/// The role of a name and the words that tell what it is the role of.
fn read(family: &Family<'_>, perhaps: bool) -> (Role, Vec<String>) {
    let mut role = Role::Plain;
    let mut rest = Vec::new();
    for word in &family.words {
        let is = |list: &[&str]| list.contains(&word.as_str());
        let said = match () {
            () if is(BOUND) || (perhaps && is(PERHAPS_BOUND)) => Some(Role::Bound),
            () if is(FREE) => FREE.iter().position(|one| one == word).map(Role::Free),
            () if is(USED) || is(PERHAPS_BOUND) => Some(Role::Used),
            () => None,
        };
        match said {
            Some(said) => role = role.min(said),
            None if is(FILLING) => {}
            None => rest.push(word.strip_suffix('s').unwrap_or(word).to_owned()),
        }
    }
    (role, rest)
}

fn pairs<'a>(families: &'a [Family<'a>], subject: &str) -> Vec<Found<'a>> {
    let gauges: Vec<&Family<'a>> =
        families.iter().filter(|family| family.is_gauge() && !family.name.contains(':')).collect();
    let mut found: Vec<Found<'a>> = Vec::new();
    for bound in &gauges {
        for perhaps in [false, true] {
            let (role, thing) = read(bound, perhaps);
            let partner = |other: &&&Family<'a>| {
                let (role, rest) = read(other, false);
                other.name != bound.name && rest == thing && role != Role::Bound && other.selector == bound.selector
            };
            let best = match role {
                Role::Bound => {
                    gauges.iter().filter(partner).min_by_key(|other| (read(other, false).0, other.name.len()))
                }
                // `x_free` of `x`.
                Role::Plain => {
                    gauges.iter().filter(partner).find(|other| matches!(read(other, false).0, Role::Free(_)))
                }
                Role::Free(_) | Role::Used => None,
            };
            if let Some(part) = best.filter(|_| !thing.is_empty()) {
                found.push(share(part, bound, &thing, subject));
                break;
            }
        }
    }
    found
}

/// What is taken of what there may be.
fn share<'a>(part: &'a Family<'a>, bound: &'a Family<'a>, thing: &[String], subject: &str) -> Found<'a> {
    let apart: BTreeSet<&str> = part.labels.keys().copied().filter(|label| *label != "__name__").collect();
    let of: BTreeSet<&str> = bound.labels.keys().copied().filter(|label| *label != "__name__").collect();
    let common: Vec<&str> = apart.intersection(&of).copied().filter(|label| is_label(label)).collect();
    let real: Vec<Condition> = pseudo(part);
    let (part_name, bound_name) = (part.whole().unwrap_or_default(), bound.whole().unwrap_or_default());
    let (mut a, mut b) = (write::of(part, part_name, &real), write::of(bound, bound_name, &real));
    if apart != of {
        let by = common.join(", ");
        (a, b) = (format!("sum by ({by}) ({a})"), format!("sum by ({by}) ({b})"));
    }
    // Without a limit, servers say 0 or -1.
    let taken = match read(part, false).0 {
        Role::Free(_) => format!("1 - {a} / ({b} > 0)"),
        Role::Bound | Role::Used | Role::Plain => format!("{a} / ({b} > 0)"),
    };
    let query = if part.series > 1 { format!("max({taken})") } else { taken };
    let own = words::words(subject);
    let mut spoken: Vec<&str> =
        thing.iter().map(String::as_str).filter(|word| !own.iter().any(|one| one == word)).collect();
    spoken.dedup();
    let spoken = spoken.join(" ");
    let fullest = if part.series > 1 { ", the fullest" } else { "" };
    let why = format!("how much of its {spoken} {subject} takes{fullest}: {part_name} of {bound_name}");
    let mut worth = 4 + 4 * i32::from(part.measured || bound.measured) - 3 * i32::from(part.is_runtime());
    // What pages swap or keep huge is the system's own business.
    worth -= 5 * i32::from(part.says(&["swap", "huge", "commit", "vmalloc", "hugepages"]));
    worth += 2 * i32::from(part.says(&["memory", "mem", "filesystem", "disk", "volume", "pool", "connection", "heap"]));
    let mut found = Found::new(Signal::Utilisation, part, worth, format!("{subject} {spoken} taken"), query, why);
    found.metrics.push(bound_name);
    found
}

/// Leaves file systems out that are full by nature, where there are others.
fn pseudo(family: &Family<'_>) -> Vec<Condition> {
    let kinds = family.labels.get("fstype");
    let both = kinds.is_some_and(|kinds| {
        kinds.iter().any(|kind| PSEUDO.contains(kind)) && kinds.iter().any(|kind| !PSEUDO.contains(kind))
    });
    if both { vec![Condition::new("fstype", "!~", PSEUDO.join("|"))] } else { Vec::new() }
}

/// Processor time: of a host what is not idle, of a service how many processors' worth.
fn processor<'a>(family: &'a Family<'a>, subject: &str, range: &str) -> Option<Found<'a>> {
    let name = family.whole().filter(|_| family.kind == MetricKind::Counter)?;
    if !family.says(&["cpu", "processor"]) || !family.is_time() || family.says(words::SQUEEZED) {
        return None;
    }
    let idle = family.labels.get("mode").or(family.labels.get("state")).is_some_and(|modes| modes.contains("idle"));
    let label = if family.labels.contains_key("mode") { "mode" } else { "state" };
    let (query, why, title) = if idle {
        let of = write::of(family, name, &[Condition::new(label, "=", "idle")]);
        let why = format!("how busy the processors of {subject} are");
        (format!("1 - avg(rate({of}[{range}]))"), why, format!("{subject} CPU busy"))
    } else if family.says(&["guest", "waiting", "wait", "stalled", "pressure", "gc", "steal", "user", "system"]) {
        return None;
    } else {
        let why = format!("processor time {subject} takes, in processors");
        (write::rate(&write::of(family, name, &[]), range), why, format!("{subject} CPU"))
    };
    let worth = if idle { 8 } else { 5 } + 4 * i32::from(family.measured) - i32::from(!idle && family.is_runtime());
    Some(Found::new(Signal::Utilisation, family, worth, title, query, why))
}

/// Gauges that speak for themselves: memory without a limit, shares, what waits.
fn alone<'a>(family: &'a Family<'a>, subject: &str, paired: &BTreeSet<&str>) -> Option<Found<'a>> {
    let name = family.whole().filter(|_| family.is_gauge() && !family.name.contains(':'))?;
    if paired.contains(name) || family.is_runtime() {
        return None;
    }
    let spoken = family.spoken(subject);
    let of = write::of(family, name, &[]);
    let waits = family.says(words::WAITING)
        || words::side_by_side(&family.words, "in", "flight")
        || words::side_by_side(&family.words, "in", "progress")
        || words::side_by_side(&family.words, "active", "requests");
    let last = family.words.last().map_or("", String::as_str);
    let shares = ["ratio", "utilization", "utilisation", "percent", "saturation"].contains(&last);
    let measured = 4 * i32::from(family.measured);
    if waits && read(family, false).0 != Role::Bound {
        let query = if family.series > 1 { format!("sum({of})") } else { of };
        let why = format!("what waits or is under way in {subject}: {name}");
        return Some(Found::new(Signal::Saturation, family, 5 + measured, format!("{subject} {spoken}"), query, why));
    }
    let load = family.words.iter().any(|word| word == "load" || word == "load1");
    if shares || load {
        let query = if family.series > 1 { format!("max({of})") } else { of };
        let signal = if load { Signal::Saturation } else { Signal::Utilisation };
        return Some(Found::new(
            signal,
            family,
            3 + measured,
            format!("{subject} {spoken}"),
            query,
            format!("{name} of {subject}"),
        ));
    }
    let memory =
        family.says(&["memory", "mem", "heap"]) && family.says(&["resident", "rss", "working", "used", "usage"]);
    if memory {
        let query = match super::red::instances(family) {
            Some(label) => format!("max by ({label}) ({of})"),
            None => format!("max({of})"),
        };
        let why = format!("memory {subject} holds; no limit of it is known");
        return Some(Found::new(Signal::Utilisation, family, 2 + measured, format!("{subject} {spoken}"), query, why));
    }
    None
}

/// Counters that move only under a squeeze.
fn squeezed<'a>(family: &'a Family<'a>, subject: &str, range: &str) -> Option<Found<'a>> {
    let name = family.whole().filter(|_| family.kind == MetricKind::Counter)?;
    let pressure = family.says(&["pressure"]) && family.says(&["waiting", "stalled"]);
    if !(family.says(words::SQUEEZED) || pressure) || family.is_runtime() {
        return None;
    }
    let spoken = family.spoken(subject);
    let worth = 3 + 4 * i32::from(family.measured) - 2 * i32::from(pressure);
    let of = write::of(family, name, &[]);
    let (query, why) = match pressure {
        true => (write::rate(&of, range), format!("how much of the time work on {subject} had to wait: {spoken}")),
        false => (format!("sum(increase({of}[{range}]))"), format!("whether {subject} counts {spoken}")),
    };
    Some(Found::new(Signal::Saturation, family, worth, format!("{subject} {spoken}"), query, why))
}
