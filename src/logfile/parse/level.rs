//! Level words, letters and numbers.

use crate::domain::Severity;

/// A level word in any case, as loggers write it; all that [`Severity::from_word`] knows, and the short and odd ones.
#[inline]
pub(in crate::logfile) fn word(word: &[u8]) -> Option<Severity> {
    if word.len() < 3 || word.len() > 11 {
        return None;
    }
    let mut lower = [0; 11];
    for (to, byte) in lower.iter_mut().zip(word) {
        *to = byte | 0x20;
    }
    let word = &lower[..word.len()];
    Some(match word.len() {
        3 => match word {
            b"inf" | b"log" => Severity::Info,
            b"err" => Severity::Error,
            b"wrn" => Severity::Warn,
            b"dbg" => Severity::Debug,
            b"trc" => Severity::Trace,
            b"ftl" => Severity::Fatal,
            _ => return None,
        },
        4 => match word {
            b"info" | b"note" | b"hint" => Severity::Info,
            b"warn" => Severity::Warn,
            b"crit" => Severity::Fatal,
            b"fail" | b"eror" => Severity::Error,
            b"dbug" | b"fine" => Severity::Debug,
            b"trce" => Severity::Trace,
            _ => return None,
        },
        5 => match word {
            b"error" => Severity::Error,
            b"debug" | b"finer" => Severity::Debug,
            b"trace" => Severity::Trace,
            b"fatal" | b"panic" | b"alert" | b"emerg" => Severity::Fatal,
            _ => return None,
        },
        6 => match word {
            b"notice" | b"detail" | b"system" | b"normal" => Severity::Info,
            b"severe" => Severity::Error,
            b"finest" => Severity::Trace,
            b"dpanic" => Severity::Fatal,
            _ => return None,
        },
        7 => match word {
            b"warning" => Severity::Warn,
            b"verbose" => Severity::Trace,
            b"success" => Severity::Info,
            _ => return None,
        },
        8 => match word {
            b"critical" => Severity::Fatal,
            _ => return None,
        },
        9 => match word {
            b"statement" => Severity::Info,
            b"emergency" => Severity::Fatal,
            _ => return None,
        },
        11 => match word {
            b"information" => Severity::Info,
            _ => return None,
        },
        _ => return None,
    })
}

/// The value of a field that says a level: a word, a letter, or a number as OpenTelemetry, pino, logback or syslog count.
pub(in crate::logfile) fn value(value: &[u8]) -> Option<Severity> {
    let value = value.trim_ascii();
    if let Some(found) = word(value) {
        return Some(found);
    }
    match value {
        [digit @ b'0'..=b'7'] => Some(syslog(digit - b'0')),
        b"10" => Some(Severity::Trace),
        b"20" | b"10000" => Some(Severity::Debug),
        b"30" | b"20000" => Some(Severity::Info),
        b"40" | b"30000" => Some(Severity::Warn),
        b"50" | b"40000" => Some(Severity::Error),
        b"60" => Some(Severity::Fatal),
        [letter] => self::letter(*letter),
        [b'D', b'1'..=b'5'] => Some(Severity::Debug),
        _ => None,
    }
}

/// A single capital, as klog, etcd and Android write it.
pub(in crate::logfile) fn letter(letter: u8) -> Option<Severity> {
    Some(match letter {
        b'T' | b'V' => Severity::Trace,
        b'D' => Severity::Debug,
        b'I' | b'N' => Severity::Info,
        b'W' => Severity::Warn,
        b'E' => Severity::Error,
        b'F' | b'C' => Severity::Fatal,
        _ => return None,
    })
}

/// Syslog's severities, 0 to 7.
pub(in crate::logfile) fn syslog(number: u8) -> Severity {
    match number {
        0..=2 => Severity::Fatal,
        3 => Severity::Error,
        4 => Severity::Warn,
        5 | 6 => Severity::Info,
        _ => Severity::Debug,
    }
}

/// OpenTelemetry's severity numbers, 1 to 24.
pub(in crate::logfile) fn otel(number: i64) -> Option<Severity> {
    match number {
        1..=4 => Some(Severity::Trace),
        5..=8 => Some(Severity::Debug),
        9..=12 => Some(Severity::Info),
        13..=16 => Some(Severity::Warn),
        17..=20 => Some(Severity::Error),
        21..=24 => Some(Severity::Fatal),
        _ => None,
    }
}

/// What an HTTP status says.
pub(in crate::logfile) fn status(status: &[u8]) -> Option<Severity> {
    match status {
        [b'1'..=b'3', b'0'..=b'9', b'0'..=b'9'] => Some(Severity::Info),
        [b'4', b'0'..=b'9', b'0'..=b'9'] => Some(Severity::Warn),
        [b'5', b'0'..=b'9', b'0'..=b'9'] => Some(Severity::Error),
        _ => None,
    }
}
