//! Interpreters: a program's text is not read, so they are opaque, but for asking their version and the few modules and
//! checks that only print. What stands behind a script's name is the script's, so only the first words count.

use std::ops::Range;

use crate::domain::Class;

use super::super::value::Value;
use super::super::walk::Walk;

/// Words that make any of them say its version and end, when there is nothing else.
const ASKS: [&str; 12] =
    ["--version", "-version", "-V", "-v", "--help", "-h", "version", "-VV", "--info", "-vV", "-showversion", "-?"];
/// Python modules that print what they read; a second argument is a file that the first writes.
const MODULES: [&str; 3] = ["json.tool", "platform", "calendar"];

impl Walk<'_> {
    /// A call of an interpreter; the first word is its name.
    pub(in super::super) fn interpreter(&mut self, words: &[Value], span: &Range<usize>) {
        let exact: Option<Vec<&str>> = words.iter().map(Value::exact).collect();
        let Some(exact) = exact else {
            return self.opaque(span, "interpreter", "what it runs is only known at run time");
        };
        let name = exact.first().map_or("", |name| name.rsplit('/').next().unwrap_or(name));
        let plain = |word: &&str| !word.starts_with('-') || *word == "-";
        let arguments = exact.get(3..).unwrap_or_default().iter().copied().filter(plain).count();
        match exact.get(1..).unwrap_or_default() {
            [one] if ASKS.contains(one) => self.say(Class::Read, span, "interpreter", "says its version"),
            ["-m", module, ..] if name.starts_with("py") && MODULES.contains(module) => match arguments {
                0 | 1 => self.say(Class::Read, span, "interpreter", "prints what it reads"),
                _ => self.say(Class::Write, span, "interpreter", "its second file is written"),
            },
            ["-c", _] if name == "ruby" => self.say(Class::Read, span, "interpreter", "checks its syntax"),
            ["-l", _] | ["-m" | "-i"] if name == "php" => {
                self.say(Class::Read, span, "interpreter", "checks its syntax");
            }
            ["--check" | "-c", _] if name.starts_with("node") => {
                self.say(Class::Read, span, "interpreter", "checks its syntax");
            }
            ["env"] | ["version", ..] if name == "go" => {
                self.say(Class::Read, span, "interpreter", "shows its settings")
            }
            ["-e" | "--expression", text] if name == "dc" && !text.contains(['!', '?']) => {
                self.say(Class::Read, span, "interpreter", "reckons");
            }
            rest => {
                self.found.interactive |= rest.is_empty();
                self.opaque(span, "interpreter", "runs a program whose text is not read");
            }
        }
    }
}
