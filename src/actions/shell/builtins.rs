//! The shell's own commands. Those that look or only speak to this shell are read; those that set what later commands
//! mean, or evaluate text, are opaque.

use std::ops::Range;

use crate::domain::Class;

use super::value::Value;
use super::walk::Walk;

/// Names that bash takes for itself before it looks on the PATH.
pub(super) const NAMES: [&str; 61] = [
    ".",
    ":",
    "[",
    "alias",
    "bg",
    "bind",
    "break",
    "builtin",
    "caller",
    "cd",
    "command",
    "compgen",
    "complete",
    "compopt",
    "continue",
    "declare",
    "dirs",
    "disown",
    "echo",
    "enable",
    "eval",
    "exec",
    "exit",
    "export",
    "false",
    "fc",
    "fg",
    "getopts",
    "hash",
    "help",
    "history",
    "jobs",
    "kill",
    "let",
    "local",
    "logout",
    "mapfile",
    "popd",
    "printf",
    "pushd",
    "pwd",
    "read",
    "readarray",
    "readonly",
    "return",
    "set",
    "shift",
    "shopt",
    "source",
    "suspend",
    "test",
    "times",
    "trap",
    "true",
    "type",
    "typeset",
    "ulimit",
    "umask",
    "unalias",
    "unset",
    "wait",
];

impl Walk<'_> {
    /// A built-in with rules of its own; false when the tables should be asked (`kill`, `command`, ...).
    pub(super) fn builtin(&mut self, name: &str, words: &[Value], span: &Range<usize>) -> bool {
        let rule = format!("shell.{name}");
        let arguments = words.get(1..).unwrap_or_default();
        match name {
            ":" | "true" | "false" | "echo" | "pwd" | "type" | "times" | "help" | "caller" | "dirs" => {
                self.say(Class::Read, span, &rule, "only says something");
            }
            "jobs" | "wait" | "alias" | "shopt" | "hash" | "umask" | "ulimit" | "history" | "bind" | "export"
            | "readonly" | "declare" | "typeset" | "complete" | "set" | "enable"
                if arguments.iter().all(|word| word.exact().is_some_and(|text| only_lists(name, text))) =>
            {
                self.say(Class::Read, span, &rule, "says how this shell stands");
            }
            "umask" | "ulimit" if arguments.iter().all(|word| word.exact().is_some_and(is_limit)) => {
                self.say(Class::Read, span, &rule, "only limits this shell and what it starts");
            }
            "history" if arguments.iter().all(|word| word.exact().is_some()) => {
                self.say(Class::Destructive, span, &rule, "changes or writes the list of commands");
            }
            "jobs" | "wait" if arguments.is_empty() => self.say(Class::Read, span, &rule, "looks at this shell's jobs"),
            "cd" | "pushd" | "popd" | "exit" | "return" | "break" | "continue" | "shift" | "logout" => {
                self.say(Class::Read, span, &rule, "only changes this shell");
            }
            "set" if is_plain_setting(arguments) => {
                self.say(Class::Read, span, &rule, "sets how this shell treats errors");
            }
            "test" | "[" => self.test_command(name, arguments, span),
            "printf"
                if arguments.first().is_some_and(|word| word.exact().is_some_and(|text| !text.starts_with('-'))) =>
            {
                self.say(Class::Read, span, &rule, "only says something");
            }
            "printf" if self.prints_to_own(arguments, span) => {
                self.say(Class::Read, span, &rule, "only sets a variable of this text");
            }
            "read" | "mapfile" | "readarray" | "local" | "unset" if self.sets_own(name, arguments, span) => {
                self.say(Class::Read, span, &rule, "only sets variables of this text");
            }
            "sleep" => return false,
            "eval" => self.evaluated(arguments, span, &rule),
            "trap" => match arguments {
                [] => self.say(Class::Read, span, &rule, "lists traps"),
                [text, ..] => self.evaluated(std::slice::from_ref(text), span, &rule),
            },
            "export" | "readonly" => self.exported(arguments, span, &rule),
            "kill" | "command" | "exec" | "builtin" => return false,
            _ if NAMES.contains(&name) => self.opaque(span, &rule, "can change what later commands mean"),
            _ => return false,
        }
        true
    }

    /// A text that the shell runs: walked when it is exact.
    fn evaluated(&mut self, arguments: &[Value], span: &Range<usize>, rule: &str) {
        let texts: Option<Vec<&str>> = arguments.iter().map(Value::exact).collect();
        match texts {
            Some(texts) => {
                self.say(Class::Read, span, rule, "runs the text it is given");
                self.inner(&texts.join(" "), span);
            }
            None => self.opaque(span, rule, "runs a text that is only known at run time"),
        }
    }

    /// `printf -v NAME FORMAT ...`, where the name is the text's own.
    fn prints_to_own(&mut self, arguments: &[Value], span: &Range<usize>) -> bool {
        let [option, name, ..] = arguments else { return false };
        let (Some("-v"), Some(name)) = (option.exact(), name.exact()) else { return false };
        let own = super::environment::is_own(name);
        if own {
            self.assign(name, None, false, span);
        }
        own
    }

    /// Whether the words name nothing but variables of the text's own, and options that only say how they are filled.
    fn sets_own(&mut self, name: &str, arguments: &[Value], span: &Range<usize>) -> bool {
        let (flags, values) = match name {
            "read" => ("-r -s -e -er -sr -rs", "-t -n -N -d -p -u -rt -rn -rp -rd -sp -rsp"),
            "mapfile" | "readarray" => ("-t", "-n -O -s -d -u"),
            _ => ("", ""),
        };
        let listed = |list: &str, word: &str| list.split_whitespace().any(|option| option == word);
        let mut names = Vec::new();
        let mut rest = arguments.iter();
        while let Some(word) = rest.next() {
            let text = word.text.as_str();
            let target = text.split('=').next().unwrap_or_default();
            if word.exact().is_some() && (listed(flags, text) || (matches!(name, "read") && listed("-a -ra", text))) {
                continue;
            }
            if word.exact().is_some() && listed(values, text) {
                // A value must not be able to be an option itself.
                if rest.next().is_none_or(Value::may_split) {
                    return false;
                }
                continue;
            }
            // `_` is where bash keeps the last word anyway.
            if name == "read" && word.exact() == Some("_") {
                continue;
            }
            let sets = name == "local" && text.contains('=') && !word.may_split();
            if !super::environment::is_own(target) || !(word.exact() == Some(target) || sets) {
                return false;
            }
            names.push(target.to_owned());
        }
        for name in &names {
            self.assign(name, None, false, span);
        }
        // Without a name they set REPLY or MAPFILE, which nothing heeds.
        name != "unset" || !names.is_empty()
    }

    fn exported(&mut self, arguments: &[Value], span: &Range<usize>, rule: &str) {
        for argument in arguments {
            let (name, value) = argument.text.split_once('=').unwrap_or((&argument.text, ""));
            let known = argument.exact().is_some() && argument.text.contains('=');
            if !super::environment::is_harmless(name) && !(known && super::environment::is_harmless_as(name, value)) {
                return self.opaque(span, rule, "sets what later commands may depend on");
            }
        }
        self.say(Class::Read, span, rule, "sets a place or a language for later commands");
    }

    /// `test`: which word is an operator must be sure, for `-v` evaluates a subscript.
    fn test_command(&mut self, name: &str, arguments: &[Value], span: &Range<usize>) {
        let rule = format!("shell.{name}");
        let arguments = match arguments.split_last() {
            Some((last, rest)) if name == "[" && last.exact() == Some("]") => rest,
            Some(_) | None if name == "[" => return self.opaque(span, &rule, "has no closing bracket"),
            Some(_) | None => arguments,
        };
        let sure = match arguments {
            [] | [_] => true,
            [operator, _] => operator.exact().is_some(),
            [_, operator, _] => operator.exact().is_some() && !arguments.iter().any(Value::may_split),
            more => more.iter().all(|word| word.exact().is_some()),
        };
        let splits = arguments.iter().any(Value::may_split);
        let evaluates = arguments.iter().any(|word| matches!(word.text.as_str(), "-v" | "-R"));
        if sure && !splits && !evaluates {
            self.say(Class::Read, span, &rule, "tests a condition");
        } else {
            self.opaque(span, &rule, "a subscript or an operator in it is only known at run time");
        }
    }
}

/// Whether a built-in with this word says what there is and sets nothing.
fn only_lists(name: &str, word: &str) -> bool {
    match name {
        "jobs" => matches!(word, "-l" | "-p" | "-r" | "-s" | "-lr" | "-ls" | "-lp"),
        "wait" => word.strip_prefix('%').unwrap_or(word).bytes().all(|byte| byte.is_ascii_digit()) || word == "-n",
        "alias" | "export" | "readonly" | "complete" => word == "-p",
        "enable" => matches!(word, "-p" | "-a" | "-ps"),
        "shopt" => matches!(word, "-p" | "-q" | "-o" | "-po") || plain_name(word),
        "hash" => matches!(word, "-l"),
        "umask" => matches!(word, "-S" | "-p"),
        "ulimit" => matches!(word, "-a" | "-aH" | "-aS" | "-Ha" | "-Sa"),
        "history" => !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()),
        "bind" => matches!(word, "-l" | "-p" | "-P" | "-v" | "-V" | "-s" | "-S"),
        "declare" | "typeset" => {
            matches!(word, "-p" | "-F" | "-f" | "-pf" | "-px" | "-xp" | "-pa" | "-pA")
        }
        _ => false,
    }
}

fn plain_name(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A mode, a number or one of the options that say which limit.
fn is_limit(word: &str) -> bool {
    word == "unlimited"
        || word == "hard"
        || word == "soft"
        || (!word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()))
        || word.strip_prefix('-').is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|byte| b"HSabcdefiklmnpqrstuvxPRT".contains(&byte))
        })
        || (word.contains(['=', '+']) && word.bytes().all(|byte| b"ugoarwx=+-,".contains(&byte)))
}

/// `set -euo pipefail`, `set -o noclobber`: how errors and existing files are treated.
fn is_plain_setting(arguments: &[Value]) -> bool {
    const NAMED: [&str; 9] =
        ["pipefail", "errexit", "nounset", "xtrace", "noclobber", "noglob", "verbose", "nolog", "physical"];
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        if is_plain_switch(word) && !word.text.ends_with('o') {
            continue;
        }
        if !is_plain_switch(word) || !rest.next().and_then(Value::exact).is_none_or(|name| NAMED.contains(&name)) {
            return false;
        }
    }
    true
}

/// `-e`, `-euo pipefail`, `+x`: how errors are treated and shown.
fn is_plain_switch(word: &Value) -> bool {
    word.exact().is_some_and(|text| {
        text == "pipefail"
            || text
                .strip_prefix(['-', '+'])
                .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| "euxof".contains(c)))
    })
}
