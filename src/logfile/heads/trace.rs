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
    pub(in crate::logfile) fn wants(self, line: &[u8], grown: bool, spreads: bool) -> bool {
        if matches!(line.first(), Some(b' ' | b'\t')) {
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
    pub(in crate::logfile) fn after(self, line: &[u8]) -> Self {
        let indented = line.is_empty() || matches!(line.first(), Some(b' ' | b'\t'));
        match (self, begun(line)) {
            (_, Some(trace)) => trace,
            (Trace::Python, None) if !indented => Trace::PythonEnd,
            (Trace::No | Trace::Python | Trace::PythonEnd | Trace::Open, None) => self,
        }
    }
}

/// The kind of trace that a line begins.
pub(in crate::logfile) fn begun(line: &[u8]) -> Option<Trace> {
    if line.starts_with(b"Traceback (most recent call last)") {
        Some(Trace::Python)
    } else if line.starts_with(b"panic: ")
        || line.starts_with(b"fatal error: ")
        || line.starts_with(b"goroutine ")
        || line.starts_with(b"stack backtrace:")
        || (line.starts_with(b"thread '")
            && memchr::memmem::find(&line[..line.len().min(256)], b" panicked at").is_some())
    {
        Some(Trace::Open)
    } else {
        None
    }
}

/// Lines that never begin a record.
fn continues(line: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 13] = [
        b"Caused by:",
        b"at ",
        b"... ",
        b"Suppressed:",
        b"goroutine ",
        b"stack backtrace:",
        b"note: run with `RUST_BACKTRACE",
        b"--- End of",
        b"exit status ",
        b"created by ",
        b"[signal ",
        b"Stack trace:",
        b"PHP Stack trace:",
    ];
    BEGINNINGS.iter().any(|beginning| line.starts_with(beginning)) || chains(line) || is_frame(line)
}

/// `#0 /app/a.php(3): charge()`, as PHP and debuggers count frames.
fn is_frame(line: &[u8]) -> bool {
    matches!(line, [b'#', first, rest @ ..] if first.is_ascii_digit()
        && rest.iter().find(|byte| !byte.is_ascii_digit()) == Some(&b' '))
}

/// `main.main()`: a function of a Go trace, above its indented place.
pub(super) fn is_call(line: &[u8]) -> bool {
    line.ends_with(b")") && line.contains(&b'(') && line.contains(&b'.') && !line.contains(&b' ')
}

/// `System.InvalidOperationException: no pool`: the qualified name of what was thrown, alone or before its message.
pub(super) fn is_exception(line: &[u8]) -> bool {
    let length = line.iter().take(128).position(|byte| matches!(byte, b':' | b' ')).unwrap_or(line.len());
    let name = &line[..length];
    let qualified = name.contains(&b'.')
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$'));
    qualified && (name.ends_with(b"Exception") || name.ends_with(b"Error"))
}

/// Sentences with which Python chains exceptions.
fn chains(line: &[u8]) -> bool {
    line.starts_with(b"During handling of the above exception")
        || line.starts_with(b"The above exception was the direct")
}

/// A lone closing bracket, the end of a spread-out value.
fn is_closer(line: &[u8]) -> bool {
    let line = line.strip_suffix(b",").or_else(|| line.strip_suffix(b";")).unwrap_or(line);
    !line.is_empty() && line.len() <= 3 && line.iter().all(|byte| matches!(byte, b')' | b']' | b'}'))
}
