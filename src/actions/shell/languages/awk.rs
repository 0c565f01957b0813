//! awk programs, read word by word: printing and reckoning are reads; `print > f` writes; `system`, pipes and `getline`
//! from a command are classed by the command where it is one plain string, else opaque. Where the awks would divide the
//! text differently, it is opaque.

use std::ops::Range;

use crate::domain::Class;

use super::super::arguments::Parsed;
use super::super::walk::Walk;
use super::place;

impl Walk<'_> {
    /// The programs of an awk call: its `-e`, else its first argument.
    pub(in super::super) fn awk(&mut self, parsed: &Parsed<'_>, span: &Range<usize>) {
        let given = parsed.values(&["-e", "--source"]);
        let programs: Vec<Option<&str>> = match parsed.arguments.first() {
            _ if !given.is_empty() => given,
            Some(first) => vec![first.exact()],
            None if parsed.has(&["-f", "--file", "--version", "--help", "-V", "-h"]) => return,
            None => return self.opaque(span, "awk", "has no program"),
        };
        for program in programs {
            let Some(program) = program else {
                self.opaque(span, "awk", "its program is only known at run time");
                continue;
            };
            let Some(found) = judge(program) else {
                self.opaque(span, "awk", "its program is not understood, or runs commands");
                continue;
            };
            match found.class {
                Class::Read => {}
                Class::Write => self.say(Class::Write, span, "awk", "its program writes a file"),
                class @ (Class::Destructive | Class::Opaque) => {
                    self.say(class, span, "awk", "its program overwrites a place the machine depends on");
                }
            }
            for command in &found.commands {
                self.fresh(command, span);
            }
        }
    }
}

/// What a program does.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    class: Class,
    /// Commands it runs, exactly.
    commands: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Name(String),
    Number,
    Text(String),
    Pattern,
    Line,
    Sign(&'static str),
}

/// Signs of more than one character first.
const SIGNS: [&str; 42] = [
    "**=", "||", "&&", "|&", ">>", ">=", "<=", "==", "!=", "++", "--", "+=", "-=", "*=", "%=", "^=", "!~", "**", "|",
    "&", ">", "<", "=", "!", "~", "+", "-", "*", "%", "^", "(", ")", "[", "]", "{", "}", ";", ",", "?", ":", "$", "/",
];

/// What a program does; `None` when it is not understood or runs what only its data says.
pub(super) fn judge(program: &str) -> Option<Found> {
    let tokens = tokens(program)?;
    let mut found = Found { class: Class::Read, commands: Vec::new() };
    // Open brackets; those of the print statement we are in, if any.
    let (mut depth, mut print) = (0_usize, None);
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let after = tokens.get(at + 1);
        let printing = print == Some(depth);
        match token {
            Token::Name(name) if name == "print" || name == "printf" => print = Some(depth),
            Token::Name(name) if name == "system" => found.commands.push(argument(&tokens[at + 1..])?),
            Token::Name(name) if name == "getline" => from(&tokens, at, &mut found)?,
            Token::Sign("(" | "[") => depth += 1,
            Token::Sign(")" | "]") => depth = depth.checked_sub(1)?,
            Token::Sign("{" | "}" | ";") => print = None,
            Token::Line if !before.is_some_and(continues) => print = None,
            Token::Sign(">" | ">>") if printing => found.class = found.class.join(output(&tokens[at + 1..])),
            Token::Sign("|") if printing => found.commands.push(alone(&tokens[at + 1..])?),
            Token::Sign("|") if !matches!(after, Some(Token::Name(name)) if name == "getline") => return None,
            Token::Sign("|&") => return None,
            Token::Text(text) if text.contains("/inet") => return None,
            _ => {}
        }
    }
    Some(found)
}

/// After these a line end does not end the statement.
fn continues(token: &Token) -> bool {
    matches!(token, Token::Sign("," | "&&" | "||"))
}

/// `system("...")`: one plain string.
fn argument(rest: &[Token]) -> Option<String> {
    match rest {
        [Token::Sign("("), Token::Text(text), Token::Sign(")"), ..] => Some(text.clone()),
        _ => None,
    }
}

/// A plain string up to the end of the statement.
fn alone(rest: &[Token]) -> Option<String> {
    match rest {
        [Token::Text(text)] | [Token::Text(text), Token::Line | Token::Sign(";" | "}"), ..] => Some(text.clone()),
        _ => None,
    }
}

/// Where `print` goes to.
fn output(rest: &[Token]) -> Class {
    match alone(rest) {
        Some(name) => place::written(&name),
        // What begins in a place the machine depends on is no better for what follows.
        None => match rest.first() {
            Some(Token::Text(start)) => place::written(start).join(Class::Write),
            _ => Class::Write,
        },
    }
}

/// Where `getline` reads from: a plain command before it, a plain file behind it, or the input.
fn from(tokens: &[Token], at: usize, found: &mut Found) -> Option<()> {
    if at > 0 && tokens[at - 1] == Token::Sign("|") {
        let begins = at < 3
            || matches!(tokens.get(at - 3), Some(Token::Line | Token::Sign("{" | "}" | ";" | "(" | "&&" | "||" | "!")));
        return match tokens.get(at.checked_sub(2)?) {
            Some(Token::Text(text)) if begins => {
                found.commands.push(text.clone());
                Some(())
            }
            _ => None,
        };
    }
    let behind = tokens.get(at + 1..)?;
    let behind = if let Some(Token::Name(_)) = behind.first() { &behind[1..] } else { behind };
    match behind {
        [Token::Sign("<"), Token::Text(_), ..] => Some(()),
        [Token::Sign("<"), Token::Name(name), next, ..] if name == "FILENAME" && *next == Token::Sign(")") => Some(()),
        [Token::Sign("<" | "$" | "["), ..] => None,
        _ => Some(()),
    }
}

/// The program's words; `None` where it is broken or where awks would divide it differently.
fn tokens(program: &str) -> Option<Vec<Token>> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut rest = program;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            ' ' | '\t' => 1,
            '\n' => {
                tokens.push(Token::Line);
                1
            }
            '#' => rest.find('\n').unwrap_or(rest.len()),
            // A joined line may join two halves of a word.
            '\\' if rest.starts_with("\\\n") && !joins_a_word(program, rest) => 2,
            '"' => {
                let (text, length) = string(rest)?;
                tokens.push(Token::Text(text));
                length
            }
            '/' if tokens.last().is_none_or(begins_pattern) => {
                tokens.push(Token::Pattern);
                pattern(rest)?
            }
            // A pattern or a division: both can follow.
            '/' if matches!(tokens.last(), Some(Token::Sign("++" | "--"))) => return None,
            c if c.is_ascii_digit() || (c == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) => {
                tokens.push(Token::Number);
                rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len())
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                tokens.push(Token::Name(rest[..length].to_owned()));
                length
            }
            _ => {
                let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign))?;
                tokens.push(Token::Sign(sign));
                sign.len()
            }
        };
        rest = &rest[length..];
    }
    Some(tokens)
}

fn joins_a_word(program: &str, rest: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let before = program[..program.len() - rest.len()].chars().next_back();
    before.is_some_and(word) && rest[2..].starts_with(word)
}

/// A string's text and its length with the quotes. Escapes but the plainest make it opaque where it is a command, so
/// they are kept as an unreadable character.
fn string(text: &str) -> Option<(String, usize)> {
    let mut read = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((read, at + 1)),
            '\n' => return None,
            '\\' => match chars.next()?.1 {
                c @ ('"' | '\\' | '/') => read.push(c),
                'n' => read.push('\n'),
                't' => read.push('\t'),
                '\n' => {}
                _ => read.push('\u{0}'),
            },
            c => read.push(c),
        }
    }
    None
}

/// Whether a `/` after this begins a pattern and does not divide.
fn begins_pattern(before: &Token) -> bool {
    match before {
        Token::Name(name) => matches!(
            name.as_str(),
            "print"
                | "printf"
                | "return"
                | "in"
                | "if"
                | "while"
                | "else"
                | "do"
                | "case"
                | "getline"
                | "exit"
                | "delete"
        ),
        Token::Number | Token::Text(_) | Token::Pattern => false,
        Token::Line => true,
        Token::Sign(sign) => !matches!(*sign, ")" | "]" | "$" | "++" | "--"),
    }
}

/// A pattern's length with its slashes; `None` when a slash in brackets makes it a matter of which awk.
fn pattern(text: &str) -> Option<usize> {
    let (mut escaped, mut brackets) = (false, false);
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return None,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => brackets = true,
            ']' => brackets = false,
            '/' if brackets => return None,
            '/' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(program: &str) -> Option<Class> {
        judge(program).filter(|found| found.commands.is_empty()).map(|found| found.class)
    }

    #[test]
    fn comparisons_and_text_stay_reads() {
        for program in [
            "$3 > 5",
            "$3 > 5 {print $1}",
            "{s += $1} END {print s/NR}",
            "$1 == \"a\" || $2 > 1",
            "{print ($3 > 5)}",
            "{print $1, ($2 > 3 ? \"a > b\" : \"c | d\")}",
            "/a|b/ {n++} END {print n / 2}",
            "{print $1}\n$3 > 5 {n++}",
            "{print a[$1 > 2]}",
            "{ if ($4 > 90) print $1 > \"/dev/stderr\" }",
            "BEGIN {while ((getline line < \"/etc/hosts\") > 0) n++; print n}",
            "{getline; print}",
            "# system(\"x\")\n{print \"system(\\\"id\\\")\"}",
            "{gsub(/\\/var\\/log/, \"\"); print}",
            "$0 ~ \"err\" {c[$5]++} END {for (k in c) print c[k], k}",
            "{printf(\"%s %d\\n\", $1, $2 > 3)}",
            "/a/,/b/{print NR \": \" $0}",
        ] {
            assert_eq!(class(program), Some(Class::Read), "{program}");
        }
    }

    #[test]
    fn files_are_written() {
        for program in [
            "{print > \"f\"}",
            "{print \";}\" > \"f\"}",
            "{print $1,\n$2 >> \"f\"}",
            "{print > $1\".txt\"}",
            "{print(1)(2) > \"f\"}",
            "{printf \"%s\", a[1] > f}",
            "{ if (x) print y > \"/tmp/o\" }",
        ] {
            assert_eq!(class(program), Some(Class::Write), "{program}");
        }
        assert_eq!(class("{print > \"/dev/sda\"}"), Some(Class::Destructive));
        assert_eq!(class("{print > \"/dev/sd\" x}"), Some(Class::Destructive));
    }

    #[test]
    fn plain_commands_are_named() {
        for (program, command) in [
            ("{system(\"id\")}", "id"),
            ("{print $1 | \"sort -rn\"}", "sort -rn"),
            ("BEGIN{\"date\" | getline d; print d}", "date"),
            ("BEGIN{while ((\"ls /\" | getline f) > 0) print f}", "ls /"),
        ] {
            assert_eq!(judge(program).unwrap().commands, [command], "{program}");
        }
    }

    #[test]
    fn what_is_not_sure_is_not_understood() {
        for program in [
            "{system(\"id \" $1)}",
            "{system($0)}",
            "{print | cmd}",
            "{cmd | getline}",
            "{\"rm \" $1 | getline}",
            "@load \"x\"",
            "{f = \"system\"; @f(\"id\")}",
            "{sys\\\ntem(\"id\")}",
            "{print \"\" |& \"/inet/tcp/0/h/80\"}",
            "{x = \"/inet/tcp/0/h/80\"}",
            "{getline < $1}",
            "/[/]/{system(\"id\")}/",
            "{a++ /system(\"id\")/ 2}",
            "{print \"a",
            "# note \\\n{system($1)}",
        ] {
            assert_eq!(judge(program), None, "{program}");
        }
    }
}
