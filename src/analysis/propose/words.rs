//! The words that names of metrics and labels are made of, and what they say by the naming rules and habits of exporters.

/// The words of a name in small letters: split at signs and where a capital follows a small letter.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let starts = c.is_uppercase() && before.is_lowercase();
        if !c.is_alphanumeric() || starts {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether any of a name's words is one of these, in the singular or plural.
pub(super) fn says(words: &[String], any: &[&str]) -> bool {
    words.iter().any(|word| any.iter().any(|one| word == one || word.strip_suffix('s') == Some(one)))
}

/// Whether two words stand side by side.
pub(super) fn side_by_side(words: &[String], first: &str, second: &str) -> bool {
    words.windows(2).any(|pair| pair[0] == first && pair[1] == second)
}

/// What is served, asked for or worked off.
pub(super) const WORK: &[&str] = &[
    "request",
    "rpc",
    "call",
    "query",
    "queries",
    "message",
    "operation",
    "op",
    "transaction",
    "job",
    "task",
    "order",
    "command",
    "handled",
    "served",
    "processed",
    "invocation",
    "execution",
    "event",
    "response",
    "hit",
    "write",
    "read",
];
/// What went wrong.
pub(super) const FAILED: &[&str] = &[
    "error",
    "err",
    "failure",
    "failed",
    "fail",
    "exception",
    "fault",
    "timeout",
    "rejected",
    "rejection",
    "dropped",
    "drop",
    "discarded",
    "refused",
    "aborted",
    "panic",
    "exhausted",
    "lost",
    "denied",
    "invalid",
    "unavailable",
    "5xx",
];
/// What tells of a squeeze when it happens at all.
pub(super) const SQUEEZED: &[&str] =
    &["oom", "restart", "throttled", "throttling", "evicted", "eviction", "overflow", "saturated", "starved"];
/// What waits.
pub(super) const WAITING: &[&str] = &[
    "queue",
    "queued",
    "backlog",
    "lag",
    "pending",
    "waiting",
    "inflight",
    "blocked",
    "stalled",
    "depth",
    "waiter",
    "delayed",
    "outstanding",
    "unacked",
    "runnable",
];
/// How long something takes.
pub(super) const TIME: &[&str] = &["duration", "latency", "time", "elapsed", "rtt", "seconds", "milliseconds", "ms"];
/// Calls that go out rather than come in.
pub(super) const OUTGOING: &[&str] = &["client", "outgoing", "outbound", "upstream", "egress", "dialer", "remote"];
/// What a language's runtime and the measuring itself tell: rarely what an incident is about.
pub(super) const RUNTIME: &[&str] = &[
    "go",
    "gc",
    "jvm",
    "python",
    "nodejs",
    "dotnet",
    "ruby",
    "clr",
    "runtime",
    "memstats",
    "scrape",
    "promhttp",
    "exporter",
    "collector",
    "build",
    "goroutine",
    "eventloop",
    "classes",
    "compilation",
    "conntrack",
    "prometheus",
    "otelcol",
    "telemetry",
    "log4j2",
    "logback",
    "textfile",
    "target",
];
/// Units and endings that say nothing about what is measured.
pub(super) const UNITS: &[&str] = &[
    "total",
    "seconds",
    "second",
    "milliseconds",
    "ms",
    "bytes",
    "byte",
    "ratio",
    "count",
    "sum",
    "bucket",
    "number",
    "num",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words_and_plurals_are_heard() {
        assert_eq!(words("node_memory_MemAvailable_bytes"), ["node", "memory", "mem", "available", "bytes"]);
        assert_eq!(words("a:http.server:p95"), ["a", "http", "server", "p95"]);
        assert!(words("").is_empty() && words("__").is_empty());
        assert!(says(&words("db_errors_total"), FAILED) && !says(&words("terror"), FAILED));
        assert!(side_by_side(&words("db_pool_in_use"), "in", "use"));
    }
}
