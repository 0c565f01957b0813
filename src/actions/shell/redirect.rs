//! What redirections write, and which variables matter.

use std::ops::Range;

use brush_parser::ast::{IoFileRedirectKind, IoFileRedirectTarget, IoRedirect, RedirectList, Word};

use crate::domain::Class;

use super::value::Value;
use super::walk::Walk;

/// Places that take output without keeping it.
const NOWHERE: [&str; 6] = ["/dev/null", "/dev/stdout", "/dev/stderr", "/dev/fd/1", "/dev/fd/2", "/dev/zero"];
/// Places whose overwriting costs the machine.
const VITAL: [&str; 8] =
    ["/etc/passwd", "/etc/shadow", "/etc/sudoers", "/etc/fstab", "/proc/", "/sys/", "/boot/", "/dev/"];
/// Variables that only change how something is written or where it looks.
const HARMLESS: [&str; 15] = [
    "LC_ALL",
    "LANG",
    "LC_CTYPE",
    "LC_COLLATE",
    "LC_MESSAGES",
    "LC_NUMERIC",
    "LC_TIME",
    "TZ",
    "NO_COLOR",
    "COLUMNS",
    "LINES",
    "PGPASSWORD",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
];
/// Lower-case variables that programs heed.
const EFFECTIVE: [&str; 7] =
    ["http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy", "rsync_proxy", "auto_resume"];

/// Whether setting this variable for a command changes nothing but its looks or its place.
pub(super) fn is_harmless(name: &str) -> bool {
    HARMLESS.contains(&name)
}

/// Whether a lower-case variable means something to programs.
pub(super) fn is_effective(name: &str) -> bool {
    EFFECTIVE.contains(&name)
}

impl Walk<'_> {
    pub(super) fn redirects(&mut self, list: Option<&RedirectList>) {
        for redirect in list.iter().flat_map(|list| &list.0) {
            self.redirect(redirect);
        }
    }

    pub(super) fn redirect(&mut self, redirect: &IoRedirect) {
        match redirect {
            IoRedirect::File(_, kind, target) => self.file(kind, target),
            IoRedirect::HereDocument(_, document) => {
                let span = self.span(document.doc.loc.as_ref());
                if document.requires_expansion {
                    self.document(&document.doc.value, &span);
                }
            }
            IoRedirect::HereString(_, word) => {
                self.word(word);
            }
            IoRedirect::OutputAndError(word, _) => {
                let target = self.target(word);
                self.writes(&target);
            }
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
                match kind {
                    IoFileRedirectKind::Read => self.reads(&value),
                    IoFileRedirectKind::Write
                    | IoFileRedirectKind::Append
                    | IoFileRedirectKind::ReadAndWrite
                    | IoFileRedirectKind::Clobber => self.writes(&value),
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
        if reaches_network(&value.text) {
            self.opaque(&value.span, "shell.redirect", "opens a network connection");
        }
    }

    fn writes(&mut self, value: &Value) {
        let span: Range<usize> = value.span.clone();
        let path = value.text.replace("//", "/").replace("/./", "/");
        if reaches_network(&path) {
            self.opaque(&span, "shell.redirect", "opens a network connection");
        } else if value.exact().is_some_and(|_| NOWHERE.contains(&path.as_str())) {
            self.say(Class::Read, &span, "shell.redirect", "writes to no file");
        } else if VITAL.iter().any(|place| path.starts_with(place)) || path.contains("/../") {
            self.say(Class::Destructive, &span, "shell.redirect", "overwrites a place the machine depends on");
        } else {
            self.say(Class::Write, &span, "shell.redirect", "writes a file");
        }
    }
}

fn reaches_network(path: &str) -> bool {
    path.starts_with("/dev/tcp") || path.starts_with("/dev/udp")
}
