//! What redirections write and read.

use std::ops::Range;

use brush_parser::ast::{IoFileRedirectKind, IoFileRedirectTarget, IoRedirect, RedirectList, Word};

use crate::domain::{Class, CleanText, Reason};

use super::findings::Findings;
use super::stream::Stream;
use super::value::Value;
use super::walk::Walk;

/// Places that take output without keeping it.
const NOWHERE: [&str; 6] = ["/dev/null", "/dev/stdout", "/dev/stderr", "/dev/fd/1", "/dev/fd/2", "/dev/zero"];
/// Places whose overwriting costs the machine.
const VITAL: [&str; 9] = [
    "/etc/passwd",
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/group",
    "/etc/sudoers",
    "/etc/fstab",
    "/boot/",
    "/dev/",
    "/proc/sysrq-trigger",
];
/// Places below the vital ones that are not so: memory and terminals.
const NOT_VITAL: [&str; 4] = ["/dev/shm/", "/dev/tty", "/dev/pts/", "/dev/mqueue/"];
impl Walk<'_> {
    pub(super) fn redirects(&mut self, list: Option<&RedirectList>) {
        for redirect in list.iter().flat_map(|list| &list.0) {
            self.redirect(redirect);
        }
    }

    pub(super) fn redirect(&mut self, redirect: &IoRedirect) {
        match redirect {
            IoRedirect::File(_, kind, target) => {
                if is_input(redirect) {
                    self.given(None, if is_empty(target) { Stream::Nothing } else { Stream::Unknown });
                }
                self.file(kind, target);
            }
            IoRedirect::HereDocument(descriptor, document) => {
                let span = self.span(document.doc.loc.as_ref());
                let text = if document.requires_expansion {
                    self.here_document(&document.doc.value, &span)
                } else {
                    Some(document.doc.value.clone())
                };
                self.given(*descriptor, text.map_or(Stream::Unknown, Stream::Text));
            }
            IoRedirect::HereString(descriptor, word) => {
                let text = self.word(word).exact().map(|text| format!("{text}\n"));
                self.given(*descriptor, text.map_or(Stream::Unknown, Stream::Text));
            }
            IoRedirect::OutputAndError(word, _) => {
                let target = self.target(word);
                self.found.redirected.push(target.clone());
                self.writes(&target);
            }
        }
    }

    /// Notes what the command is given to read, if that is its input.
    fn given(&mut self, descriptor: Option<i32>, stream: Stream) {
        if descriptor.unwrap_or_default() == 0 {
            self.document = Some(stream);
        }
    }

    fn file(&mut self, kind: &IoFileRedirectKind, target: &IoFileRedirectTarget) {
        match target {
            IoFileRedirectTarget::Fd(_) => {}
            IoFileRedirectTarget::ProcessSubstitution(_, subshell) => self.list(&subshell.list),
            IoFileRedirectTarget::Duplicate(word) => {
                let value = self.word(word);
                let descriptor = value
                    .exact()
                    .is_some_and(|text| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '-'));
                if !descriptor {
                    self.writes(&value);
                }
            }
            IoFileRedirectTarget::Filename(word) => {
                let value = self.target(word);
                self.found.redirected.push(value.clone());
                match kind {
                    IoFileRedirectKind::Read => self.reads(&value),
                    IoFileRedirectKind::Write | IoFileRedirectKind::Clobber => {
                        self.writes(&value);
                        self.empties(&value);
                    }
                    IoFileRedirectKind::Append | IoFileRedirectKind::ReadAndWrite => self.writes(&value),
                    IoFileRedirectKind::DuplicateInput | IoFileRedirectKind::DuplicateOutput => {
                        self.opaque(&value.span, "shell.redirect", "this redirection is not understood");
                    }
                }
            }
        }
    }

    /// A file name; braces in one would make it several, which bash refuses.
    fn target(&mut self, word: &Word) -> Value {
        let mut values = self.words(word);
        match (values.pop(), values.is_empty()) {
            (Some(value), true) => value,
            (_, _) => {
                let span = self.span(word.loc.as_ref());
                self.opaque(&span, "shell.redirect", "this redirection has no single target");
                Value::unknown(false, span)
            }
        }
    }

    fn reads(&mut self, value: &Value) {
        self.secret_place(value);
        if reaches_network(&value.text) {
            self.opaque(&value.span, "shell.redirect", "opens a network connection");
        }
    }

    /// A command without output leaves nothing of the file it is sent to.
    fn empties(&mut self, value: &Value) {
        let kept = |text: &str| !NOWHERE.contains(&text) && !reaches_network(text);
        if self.silent && value.exact().is_none_or(kept) && !reaches_network(&value.text) {
            self.say(Class::Destructive, &value.span, "shell.redirect", "empties the file");
        }
    }

    fn writes(&mut self, value: &Value) {
        let span: Range<usize> = value.span.clone();
        let path = value.text.replace("//", "/").replace("/./", "/");
        if reaches_network(&path) {
            self.opaque(&span, "shell.redirect", "opens a network connection");
        } else if value.exact().is_some_and(|_| NOWHERE.contains(&path.as_str())) {
            self.say(Class::Read, &span, "shell.redirect", "writes to no file");
        } else if path.contains("/../") || path.contains("sysrq") {
            self.say(Class::Destructive, &span, "shell.redirect", "may overwrite a place the machine depends on");
        } else if NOT_VITAL.iter().any(|place| path.starts_with(place)) {
            self.say(Class::Write, &span, "shell.redirect", "writes memory or a terminal");
        } else if VITAL.iter().any(|place| path.starts_with(place)) {
            self.say(Class::Destructive, &span, "shell.redirect", "overwrites a place the machine depends on");
        } else {
            self.say(Class::Write, &span, "shell.redirect", "writes a file");
        }
    }
}

/// Whether it gives the command something to read.
pub(super) fn is_input(redirect: &IoRedirect) -> bool {
    match redirect {
        IoRedirect::File(descriptor, kind, _) => descriptor.unwrap_or_default() == 0 && reads_input(kind),
        IoRedirect::HereDocument(descriptor, _) | IoRedirect::HereString(descriptor, _) => {
            descriptor.unwrap_or_default() == 0
        }
        IoRedirect::OutputAndError(..) => false,
    }
}

/// Whether the place says nothing.
fn is_empty(target: &IoFileRedirectTarget) -> bool {
    match target {
        IoFileRedirectTarget::Filename(word) => word.value == "/dev/null",
        IoFileRedirectTarget::Fd(_)
        | IoFileRedirectTarget::ProcessSubstitution(..)
        | IoFileRedirectTarget::Duplicate(_) => false,
    }
}

fn reads_input(kind: &IoFileRedirectKind) -> bool {
    match kind {
        IoFileRedirectKind::Read | IoFileRedirectKind::DuplicateInput | IoFileRedirectKind::ReadAndWrite => true,
        IoFileRedirectKind::Write
        | IoFileRedirectKind::Append
        | IoFileRedirectKind::Clobber
        | IoFileRedirectKind::DuplicateOutput => false,
    }
}

/// Bash looks for its network names after it put the values in: a target that is only known when it runs is one, as far as
/// anyone can tell, in a text that speaks of devices or protocols.
pub(super) fn network(found: &mut Findings, text: &str) {
    let bare: String = text.chars().filter(|c| !"'\"\\".contains(*c)).collect();
    if !["/dev/t", "/dev/u", "tcp", "udp"].iter().any(|part| bare.contains(part)) {
        return;
    }
    let may =
        |value: &&Value| value.is_dynamic() && ["/dev/tcp/", "/dev/udp/"].iter().any(|at| at.starts_with(&value.text));
    if let Some(value) = found.redirected.iter().find(may) {
        let reason = Reason {
            span: value.span.clone(),
            rule: "shell.redirect".to_owned(),
            class: Class::Opaque,
            text: CleanText::line("what it opens is only known when it runs: it may be the network"),
        };
        found.reasons.push(reason);
    }
}

fn reaches_network(path: &str) -> bool {
    path.starts_with("/dev/tcp") || path.starts_with("/dev/udp")
}
