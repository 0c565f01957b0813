//! Tools whose plain arguments name files that are written: every argument of `tee`, `of=` of `dd`.

use std::ops::Range;

use crate::domain::Class;

use super::super::arguments::Parsed;
use super::super::walk::Walk;
use super::place;

impl Walk<'_> {
    /// Classes each file that the call writes; `dd` names its own behind `of=`.
    pub(in super::super) fn outputs(&mut self, parsed: &Parsed<'_>, named: bool, span: &Range<usize>) {
        for argument in &parsed.arguments {
            let name = if named {
                let Some(name) = argument.text.strip_prefix("of=") else {
                    if argument.is_dynamic() && !argument.text.contains('=') {
                        self.opaque(&argument.span, "outputs", "may name what it overwrites");
                    }
                    continue;
                };
                name
            } else {
                argument.text.as_str()
            };
            let class =
                if argument.is_dynamic() { place::written(name).join(Class::Write) } else { place::written(name) };
            // What is overwritten is only known at run time, and for whole devices that matters too much.
            if named && argument.is_dynamic() {
                self.opaque(&argument.span, "outputs", "what it overwrites is only known at run time");
            }
            let why = match class {
                Class::Read => "writes to no file",
                Class::Write => "writes a file",
                Class::Destructive | Class::Opaque => "overwrites a place the machine depends on",
            };
            self.say(class, &argument.span, "outputs", why);
        }
        if parsed.arguments.is_empty() && !parsed.loose.is_empty() {
            self.opaque(span, "outputs", "what it writes is only known at run time");
        }
    }
}
