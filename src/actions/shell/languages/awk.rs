//! awk programs: read unless they write, run or load something. Decided on the program's raw text, strings and all, so
//! that no reading of awk's grammar can be fooled: it may say write too often, never read too often.

use std::ops::Range;

use crate::domain::Class;

use super::super::arguments::Parsed;
use super::super::walk::Walk;

impl Walk<'_> {
    /// The program of an awk call: its first argument.
    pub(in super::super) fn awk(&mut self, parsed: &Parsed<'_>, span: &Range<usize>) {
        let Some(program) = parsed.arguments.first() else {
            return self.opaque(span, "awk", "has no program");
        };
        match program.exact().map(judge) {
            Some((Class::Read, _)) => {}
            Some((class, why)) => self.say(class, &program.span, "awk", why),
            None => self.opaque(&program.span, "awk", "its program is only known at run time"),
        }
    }
}

/// The class of a program.
pub(super) fn judge(program: &str) -> (Class, &'static str) {
    // A backslash and a line end join two halves of a word.
    let program = program.replace("\\\n", "");
    if ["system", "getline"].iter().any(|word| program.contains(word)) {
        return (Class::Opaque, "its program runs commands or opens files");
    }
    if program.contains('@') || program.replace("||", "").contains('|') {
        return (Class::Opaque, "its program may run commands");
    }
    // A comparison stands before any print; after one, `>` names a file.
    if program.find("print").is_some_and(|at| program[at..].contains('>')) {
        return (Class::Write, "its program writes a file");
    }
    (Class::Read, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_stay_reads_and_files_and_commands_do_not() {
        for program in ["$3 > 5", "$3 > 5 {print $1}", "{s += $1} END {print s}", "$1 == \"a\" || $2 > 1"] {
            assert_eq!(judge(program).0, Class::Read, "{program}");
        }
        assert_eq!(judge("{print > \"f\"}").0, Class::Write);
        assert_eq!(judge("{print \";}\" > \"f\"}").0, Class::Write);
        for program in
            ["{system(\"id\")}", "{print | \"sh\"}", "{\"id\" | getline}", "@load \"x\"", "{sys\\\ntem(\"id\")}"]
        {
            assert_eq!(judge(program).0, Class::Opaque, "{program}");
        }
    }
}
