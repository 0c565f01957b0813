//! Programs that run another command and whose own words are not of one form: `nice`, `taskset`, `strace`, `su`, `flock`.
//! Used by `call.rs` for the tools whose table says so.

use std::ops::Range;

use crate::domain::Class;

use super::arguments::Parsed;
use super::value::Value;
use super::walk::Walk;

/// A number, a mask or a list of them.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit() || b",-:".contains(&byte))
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
}

impl Walk<'_> {
    /// `nice`, `taskset`, ...: see [`crate::actions::tables::Grammar::Prefix`].
    pub(super) fn prefix(&mut self, words: &[Value], span: &Range<usize>, depth: usize) {
        let name =
            words.first().map(|word| word.text.rsplit('/').next().unwrap_or_default().to_owned()).unwrap_or_default();
        self.say(Class::Read, span, &name, "runs the rest with other priority, buffers or limits");
        let mut at = 1;
        let (mut process, mut sets) = (false, false);
        while let Some(word) = words.get(at) {
            let text = word.text.as_str();
            if word.is_dynamic() && (text.is_empty() || text.starts_with('-')) {
                return self.opaque(&word.span, "shell.wrapper", "may become an option when it runs");
            }
            if text == "--" {
                at += 1;
                break;
            }
            if text.starts_with('-') && text.len() > 1 {
                if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-=,:_.".contains(&byte)) {
                    return self.opaque(&word.span, "shell.wrapper", "its option is not understood");
                }
                process |= names_process(&name, text);
                sets |= !matches!(
                    text,
                    "-p" | "--pid"
                        | "-v"
                        | "--version"
                        | "-h"
                        | "--help"
                        | "-m"
                        | "--max"
                        | "-a"
                        | "-H"
                        | "--show"
                        | "-s"
                        | "-ap"
                        | "-cp"
                        | "-pc"
                );
                at += 1 + usize::from(takes_value(&name, text));
                continue;
            }
            if !is_number(text) {
                break;
            }
            sets |= words.get(at + 1).is_some_and(|next| is_number(&next.text));
            at += 1;
        }
        let inner = words.get(at..).unwrap_or_default();
        if process {
            let (class, why) = if sets || !inner.is_empty() {
                (Class::Write, "changes a running process")
            } else {
                (Class::Read, "says how a process runs")
            };
            self.say(class, span, &name, why);
            return;
        }
        if !inner.is_empty() {
            self.call_within(inner, span, depth + 1);
        } else if words.len() > 1 && sets && !matches!(name.as_str(), "numactl") {
            self.opaque(span, "shell.wrapper", "the command that it would run is missing");
        }
    }

    /// `strace` and its like: what it runs, if anything.
    pub(super) fn trace(&mut self, parsed: &Parsed<'_>, words: &[Value], span: &Range<usize>, depth: usize) {
        if parsed.wrapped.is_some() {
            self.wrapped(parsed, words, span, depth);
        } else if !parsed.has(&["-p", "--attach", "--pid", "-a", "--all-cpus", "-t", "--tid", "-V", "-h"]) {
            self.opaque(span, "shell.wrapper", "the command that it would run is missing");
        }
    }

    /// `su USER -c TEXT`, `runuser -u USER -- CMD`.
    pub(super) fn su(&mut self, parsed: &Parsed<'_>, words: &[Value], span: &Range<usize>, depth: usize) {
        if let Some(at) = words.iter().position(|word| matches!(word.text.as_str(), "-u" | "--user")) {
            let mut start = at + 2;
            start += usize::from(words.get(start).and_then(Value::exact) == Some("--"));
            return match words.get(start..) {
                Some(inner) if !inner.is_empty() => self.call_within(inner, span, depth + 1),
                Some(_) | None => self.opaque(span, "shell.wrapper", "the command that it would run is missing"),
            };
        }
        let texts = parsed.has(&["-c", "--command", "--session-command"]);
        let users = parsed.arguments.iter().filter(|word| word.exact() != Some("-")).count();
        if !texts {
            self.found.interactive = true;
            self.opaque(span, "shell.wrapper", "opens a shell");
        } else if users > 1 {
            self.opaque(span, "shell.wrapper", "its further words go to the shell");
        }
    }

    /// `flock FILE CMD`, `flock FILE -c TEXT`, `flock FD`.
    pub(super) fn flock(&mut self, parsed: &Parsed<'_>, words: &[Value], span: &Range<usize>, depth: usize) {
        let there = |text: &str| text.ends_with('/') || text.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(file) = parsed.arguments.first().filter(|file| !file.exact().is_some_and(there)) {
            self.say(Class::Write, &file.span, "flock", "makes the file of the lock if there is none");
        }
        if parsed.wrapped.is_some() {
            self.wrapped(parsed, words, span, depth);
        } else if !parsed.has(&["-c", "--command"])
            && !parsed
                .arguments
                .first()
                .and_then(Value::exact)
                .is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        {
            self.opaque(span, "shell.wrapper", "the command that it would run is missing");
        }
    }
}

/// Options by which the program acts on a process that runs already.
fn names_process(name: &str, option: &str) -> bool {
    let letters = option.starts_with('-') && !option.starts_with("--");
    match name {
        "ionice" => letters && option.contains(['p', 'P', 'u']),
        "chrt" | "taskset" => option == "--pid" || letters && option.contains('p'),
        "prlimit" | "choom" => option.starts_with("--pid") || letters && option.contains('p'),
        _ => false,
    }
}

fn takes_value(name: &str, option: &str) -> bool {
    match name {
        "nice" => matches!(option, "-n" | "--adjustment"),
        "ionice" => matches!(option, "-n" | "-c" | "--class" | "--classdata"),
        "stdbuf" => matches!(option, "-o" | "-e" | "-i" | "--output" | "--error" | "--input"),
        "chrt" => matches!(option, "-T" | "-P" | "-D"),
        "numactl" => matches!(
            option,
            "-C" | "-m"
                | "-N"
                | "-p"
                | "-i"
                | "--physcpubind"
                | "--membind"
                | "--cpunodebind"
                | "--preferred"
                | "--interleave"
        ),
        "cpulimit" => matches!(option, "-l" | "--limit"),
        "choom" => matches!(option, "-n"),
        _ => false,
    }
}
