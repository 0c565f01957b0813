//! Lines that belong to the record before them by their looks: what is indented, and the stack traces of Java, Python,
//! Go, Rust and their like.

/// What kind of stack trace a record is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::logfile) enum Trace {
    /// None.
    No,
    /// Python: ends with the exception, which is not indented.
    Python,
    /// Python, after the exception: only a chained one goes on.
    PythonEnd,
    /// Go or Rust: everything that is no record of its own.
    Open,
}

impl Trace {
    /// Whether a line that is no record of its own belongs to the trace.
    pub(in crate::logfile) fn is_open(self) -> bool {
        match self {
            Trace::Python | Trace::Open => true,
            Trace::No | Trace::PythonEnd => false,
        }
    }

    /// Whether the line belongs to the record by its looks alone. `grown`: the record has more than one line already;
    /// `spreads`: records of its format are often followed by such lines.
    pub(in crate::logfile) fn wants(self, line: &str, grown: bool, spreads: bool) -> bool {
        if line.starts_with([' ', '\t']) {
            return true;
        }
        if is_closer(line) && (spreads || grown) {
            return true;
        }
        match self {
            Trace::No => continues(line) || (begun(line).is_some() && spreads),
            Trace::Python => begun(line).is_some(),
            Trace::PythonEnd => chains(line) || begun(line).is_some(),
            Trace::Open => continues(line),
        }
    }

    /// The state after a line that was joined.
    pub(in crate::logfile) fn after(self, line: &str) -> Self {
        let indented = line.is_empty() || line.starts_with([' ', '\t']);
        match (self, begun(line)) {
            (_, Some(trace)) => trace,
            (Trace::Python, None) if !indented => Trace::PythonEnd,
            (Trace::No | Trace::Python | Trace::PythonEnd | Trace::Open, None) => self,
        }
    }
}

/// The kind of trace that a line begins.
pub(in crate::logfile) fn begun(line: &str) -> Option<Trace> {
    if line.starts_with("Traceback (most recent call last)") {
        Some(Trace::Python)
    } else if line.starts_with("panic: ")
        || line.starts_with("fatal error: ")
        || line.starts_with("goroutine ")
        || line.starts_with("stack backtrace:")
        || (line.starts_with("thread '") && line.contains(" panicked at"))
    {
        Some(Trace::Open)
    } else {
        None
    }
}

/// Lines that never begin a record.
fn continues(line: &str) -> bool {
    const BEGINNINGS: [&str; 9] = [
        "Caused by:",
        "at ",
        "... ",
        "Suppressed:",
        "goroutine ",
        "stack backtrace:",
        "note: run with `RUST_BACKTRACE",
        "--- End of",
        "exit status ",
    ];
    BEGINNINGS.iter().any(|beginning| line.starts_with(beginning)) || chains(line)
}

/// Sentences with which Python chains exceptions.
fn chains(line: &str) -> bool {
    line.starts_with("During handling of the above exception") || line.starts_with("The above exception was the direct")
}

/// A lone closing bracket, the end of a spread-out value.
fn is_closer(line: &str) -> bool {
    let line = line.trim_end_matches([',', ';']);
    !line.is_empty() && line.len() <= 3 && line.chars().all(|c| matches!(c, ')' | ']' | '}'))
}
