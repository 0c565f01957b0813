//! One call: its name, its tool's table, and what the table's small languages say. Wrappers come back here with the
//! command they run.

mod weigh;

use std::ops::Range;
use std::sync::Arc;

use crate::actions::tables::{Grammar, Tool, Words};
use crate::domain::{Class, CleanText};

use super::arguments::Parsed;
use super::stream::Stream;
use super::value::{Fill, Shape, Value};
use super::walk::Walk;

/// Folders whose programs are the ones the tables describe.
const SYSTEM: [&str; 7] =
    ["/bin", "/usr/bin", "/usr/local/bin", "/sbin", "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"];
/// Most calls inside calls (`sudo env timeout ...`).
const MAX_WRAPS: usize = 8;
/// Longest object that is typed to confirm.
const MAX_OBJECT: usize = 64;

impl Walk<'_> {
    /// Classes a call by its words; the first is its name.
    pub(super) fn call(&mut self, words: &[Value], span: &Range<usize>) {
        self.call_within(words, span, 0);
    }

    pub(super) fn call_within(&mut self, words: &[Value], span: &Range<usize>, depth: usize) {
        let Some(first) = words.first() else {
            return self.opaque(span, "shell.name", "there is no command to run");
        };
        let Some(name) = first.exact().filter(|name| !name.is_empty()) else {
            return self.opaque(&first.span, "shell.name", "which command this is, is only known at run time");
        };
        if !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return self.opaque(&first.span, "shell.name", "its name holds characters that no tool's name has");
        }
        if depth > MAX_WRAPS {
            return self.opaque(span, "shell.depth", "commands inside commands, too deep to read");
        }
        words.iter().skip(1).for_each(|word| self.secret_place(word));
        self.found.calls.push(words.to_vec());
        let base = match name.rsplit_once('/') {
            None => name,
            Some((folder, base)) if SYSTEM.contains(&folder) => base,
            Some(_) => return self.opaque(&first.span, "path", "a program outside the system's own folders"),
        };
        if name == base && self.builtin(name, words, span) {
            return;
        }
        let Some(tool) = self.tables.tool(base).map(Arc::clone) else {
            let why = format!("`{base}` is not a known tool");
            return self.opaque(&first.span, "unknown", &why);
        };
        let before = self.found.reasons.len();
        self.by_table(base, &tool, words, span, depth);
        let destructive = self.found.reasons[before..].iter().any(|reason| reason.class == Class::Destructive);
        if destructive && self.found.object.is_none() {
            self.found.object = object(words, &tool);
        }
    }

    fn by_table(&mut self, name: &str, tool: &Tool, words: &[Value], span: &Range<usize>, depth: usize) {
        match tool.grammar {
            Some(Grammar::Find) => return self.find(words, span, depth),
            Some(Grammar::Prefix) => return self.prefix(words, span, depth),
            Some(_) | None => {}
        }
        if tool.grammar == Some(Grammar::Interpreter) {
            return self.interpreter(words, span);
        }
        let parsed = Parsed::new(tool, words);
        self.found.tools.push(if parsed.called.0.is_empty() {
            name.to_owned()
        } else {
            format!("{name} {}", parsed.called.0.join(" "))
        });
        let rule = match parsed.chain.get(1..).and_then(<[&Tool]>::last) {
            Some(verb) => format!("{name}.{}", verb.name.split('|').next().unwrap_or_default().replace(' ', ".")),
            None => name.to_owned(),
        };
        self.doubts(&parsed, &rule);
        self.base(&parsed, &rule, span);
        self.raises(&parsed, &rule);
        self.runs(&parsed, span);
        self.terminal(&parsed, &rule, span);
        self.undo(&parsed);
        if let (None, Some(grammar @ Grammar::Git)) = (parsed.last().grammar, parsed.chain[0].grammar) {
            self.grammar(grammar, &parsed, words, span, depth);
        }
        self.preview(&parsed, words, depth);
        match parsed.last().grammar {
            Some(grammar) => self.grammar(grammar, &parsed, words, span, depth),
            None if parsed.wrapped.is_some() => self.wrapped(&parsed, words, span, depth),
            None if looks(&parsed) || (words.len() == 1 && parsed.last().bare.is_some()) => {}
            None if parsed.last().wraps.is_some() || parsed.last().wraps_dashes => {
                self.found.interactive |= parsed.last().wraps_text;
                self.opaque(span, &rule, "the command that it would run is missing");
            }
            None => {}
        }
    }

    /// Notes that the command reads a store of secrets; the first is kept.
    pub(super) fn sensitive(&mut self, what: &str) {
        self.found.sensitive.get_or_insert_with(|| CleanText::line(what));
    }

    fn terminal(&mut self, parsed: &Parsed<'_>, rule: &str, span: &Range<usize>) {
        let asked = parsed.chain.iter().any(|tool| {
            (tool.interactive && !looks(parsed)) || tool.terminal.iter().any(|option| parsed.has(&[option]))
        });
        if asked && parsed.wrapped.is_some() && !parsed.chain.iter().any(|tool| tool.interactive) {
            // What it runs decides: a shell without a text is opaque by itself.
            self.found.interactive = true;
        } else if asked {
            self.found.interactive = true;
            self.opaque(span, rule, "what is typed into it later cannot be seen from here");
        }
    }

    /// Options whose value is text for a shell. A verb that has such an option opens a shell without it.
    fn runs(&mut self, parsed: &Parsed<'_>, span: &Range<usize>) {
        let last = parsed.last();
        let given = last.runs.iter().any(|option| parsed.has(&[option]));
        if !last.runs.is_empty() && !given && parsed.wrapped.is_none() && last.grammar.is_none() && !looks(parsed) {
            self.found.interactive = true;
            self.opaque(span, "shell.wrapper", "the command that it would run is missing");
        }
        for given in &parsed.options {
            if !parsed.chain.iter().any(|tool| tool.runs.has(&given.name)) {
                continue;
            }
            match given.value.as_ref().and_then(Value::exact) {
                Some(text) => self.fresh(text, &given.word.span),
                None => self.opaque(&given.word.span, "shell.wrapper", "the command it runs is only known at run time"),
            }
        }
    }

    fn undo(&mut self, parsed: &Parsed<'_>) {
        let Some(template) = &parsed.last().undo else { return };
        let mut undo = template.clone();
        for (at, argument) in parsed.arguments.iter().enumerate() {
            let Some(text) = argument.exact() else { return };
            undo = undo.replace(&format!("{{{}}}", at + 1), &quoted(text));
        }
        if !undo.contains('{') && !rehearses(parsed) {
            self.found.undo = Some(undo);
        }
    }

    /// The command that a wrapper runs.
    pub(super) fn wrapped(&mut self, parsed: &Parsed<'_>, words: &[Value], span: &Range<usize>, depth: usize) {
        let inner = parsed.wrapped.and_then(|at| words.get(at..)).unwrap_or_default();
        if !parsed.last().wraps_text {
            return self.call_within(inner, span, depth + 1);
        }
        let texts: Option<Vec<&str>> = inner.iter().map(Value::exact).collect();
        match texts {
            Some(texts) if !texts.first().is_some_and(|text| text.starts_with('-')) => {
                self.fresh(&texts.join(" "), span);
            }
            Some(_) => self.opaque(span, "shell.wrapper", "its options stand where its command should"),
            None => self.opaque(span, "shell.wrapper", "the command it runs is only known at run time"),
        }
    }

    fn grammar(&mut self, grammar: Grammar, parsed: &Parsed<'_>, words: &[Value], span: &Range<usize>, depth: usize) {
        match grammar {
            Grammar::Sed => self.sed(parsed, span),
            Grammar::Awk => self.awk(parsed, span),
            Grammar::Sql => self.sql(parsed, span),
            Grammar::Curl => self.curl(parsed, span),
            Grammar::Forge => self.forge(parsed, span),
            Grammar::Httpie => self.httpie(parsed, span),
            Grammar::Git => self.git(parsed, words, span),
            Grammar::Mongo => self.mongo(parsed, span),
            Grammar::Redis => self.redis(parsed, span),
            Grammar::Find => self.find(words, span, depth),
            Grammar::Tar => self.tar(words, span),
            Grammar::Interpreter => self.interpreter(words, span),
            Grammar::Outputs => self.outputs(parsed, words.first().is_some_and(|name| name.text.ends_with("dd")), span),
            Grammar::Env => {
                for argument in &parsed.arguments {
                    let (name, value) = argument.text.split_once('=').unwrap_or((&argument.text, ""));
                    let known = argument.exact().is_some_and(|_| super::environment::is_harmless_as(name, value));
                    if !super::environment::is_harmless(name) && !known {
                        self.opaque(&argument.span, "shell.assign", "sets what the command may depend on");
                    }
                }
                let shell = parsed.has(&["-i", "-s", "--login", "--shell"]) && parsed.chain[0].name.contains("sudo");
                self.found.interactive |= shell && parsed.wrapped.is_none();
                if shell && parsed.wrapped.is_none() {
                    self.opaque(span, "shell.wrapper", "opens a shell");
                } else if let Some(at) = parsed.wrapped {
                    // `sudo -s` hands the words to a shell with everything escaped but the dollar.
                    let expands = |word: &&Value| word.text.contains('$') || word.is_dynamic();
                    if let Some(word) = words.iter().skip(at).find(expands).filter(|_| shell) {
                        self.opaque(&word.span, "shell.wrapper", "a shell expands it once more");
                    }
                    self.wrapped(parsed, words, span, depth);
                } else if parsed.last().bare.is_none() && !looks(parsed) {
                    self.opaque(span, "shell.wrapper", "the command that it would run is missing");
                }
            }
            Grammar::Shell => match parsed.arguments.first() {
                Some(text) if parsed.has(&["-c"]) => match text.exact() {
                    Some(exact) => self.fresh(exact, &text.span),
                    None => self.opaque(&text.span, "shell.c", "the text it runs is only known at run time"),
                },
                Some(script) => self.opaque(&script.span, "shell.script", "runs a script whose text is not seen"),
                None => match std::mem::take(&mut self.input) {
                    Stream::Text(text) => self.fresh(&text, span),
                    Stream::Nothing | Stream::Unknown | Stream::Rows | Stream::Names => {
                        self.found.interactive = true;
                        self.opaque(span, "shell.input", "runs whatever it is given to read");
                    }
                },
            },
            Grammar::Prefix => self.prefix(words, span, depth),
            Grammar::Trace => self.trace(parsed, words, span, depth),
            Grammar::Su => self.su(parsed, words, span, depth),
            Grammar::Flock => self.flock(parsed, words, span, depth),
            Grammar::Ansible => self.ansible(parsed, span),
            Grammar::Ssm => self.ssm(parsed, span),
            Grammar::Xargs => self.xargs(parsed, words, span, depth),
            Grammar::Command => {
                if parsed.wrapped.is_some() && !parsed.has(&["-v", "-V"]) {
                    self.wrapped(parsed, words, span, depth);
                }
            }
        }
    }

    /// `xargs`: the command's last words come from what it reads.
    fn xargs(&mut self, parsed: &Parsed<'_>, words: &[Value], span: &Range<usize>, depth: usize) {
        let Some(at) = parsed.wrapped else { return };
        let mut inner = words.get(at..).unwrap_or_default().to_vec();
        let mark = parsed.values(&["-I", "--replace", "-i"]).into_iter().next_back();
        match mark {
            Some(Some(mark)) if !mark.is_empty() => replace(&mut inner, mark),
            Some(_) => replace(&mut inner, "{}"),
            None => {
                let fill = if std::mem::take(&mut self.input) == Stream::Names && !parsed.has(&["-a", "--arg-file"]) {
                    Fill::Several
                } else {
                    Fill::Any
                };
                inner.push(Value::filled(fill, span.clone()));
            }
        }
        self.call_within(&inner, span, depth + 1);
    }

    fn find(&mut self, words: &[Value], span: &Range<usize>, depth: usize) {
        for inner in super::languages::find::commands(words) {
            self.call_within(&inner, span, depth + 1);
        }
        for (class, at, why) in super::languages::find::judge(words) {
            let span = at.and_then(|at| words.get(at)).map_or_else(|| span.clone(), |word| word.span.clone());
            self.say(class, &span, "find", why);
        }
    }
}

/// Puts a word that is only known at run time where the mark stands.
pub(super) fn replace(words: &mut [Value], mark: &str) {
    for word in words.iter_mut().filter(|word| word.text.contains(mark)) {
        let at = word.text.find(mark).unwrap_or_default();
        word.text.truncate(at);
        word.shape = Shape::Dynamic(Fill::One);
    }
}

/// Whether every given form of a rehearsal option is one that rehearses, and there is one.
pub(super) fn rehearses(parsed: &Parsed<'_>) -> bool {
    has_form(parsed, |tool| &tool.dry_run)
}

/// The same of options with which it only looks. Where a verb's options are not all known, an option of the tool
/// (`--help`) may be another one's value.
fn looks(parsed: &Parsed<'_>) -> bool {
    let last = parsed.last();
    let open = parsed.chain.len() > 1 && last.any_option && last.class != Some(Class::Read);
    if open {
        has_form_in(&parsed.chain[1..], parsed, |tool| &tool.looks)
    } else {
        has_form(parsed, |tool| &tool.looks)
    }
}

fn has_form(parsed: &Parsed<'_>, list: impl Fn(&Tool) -> &Words) -> bool {
    has_form_in(&parsed.chain, parsed, list)
}

fn has_form_in(chain: &[&Tool], parsed: &Parsed<'_>, list: impl Fn(&Tool) -> &Words) -> bool {
    let forms: Vec<&str> = chain.iter().flat_map(|tool| list(tool).iter()).collect();
    let names: Vec<&str> = forms.iter().filter_map(|form| form.split('=').next()).collect();
    let mut given = parsed.options.iter().filter(|given| names.contains(&given.name.as_str())).peekable();
    given.peek().is_some()
        && given.all(|given| {
            let form = match &given.value {
                Some(value) if value.is_dynamic() => return false,
                Some(value) => format!("{}={}", given.name, value.text),
                None => given.name.clone(),
            };
            forms.contains(&form.as_str())
                || (given.value.is_some() && forms.contains(&format!("{}=*", given.name).as_str()))
        })
}

/// The last exact argument that is no option nor an option's value, if it can be typed.
fn object(words: &[Value], tool: &Tool) -> Option<String> {
    let is_value = |at: usize| words.get(at - 1).and_then(Value::exact).is_some_and(|option| takes_value(tool, option));
    let arguments = (1..words.len()).rev().filter(|at| !is_value(*at)).filter_map(|at| words[at].exact());
    let last = arguments.into_iter().find(|text| !text.starts_with('-'))?;
    let typed = last.len() <= MAX_OBJECT && !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_graphic());
    typed.then(|| last.to_owned())
}

/// Whether the word after this option is the option's value.
fn takes_value(tool: &Tool, option: &str) -> bool {
    tool.values.has(option) || tool.verbs.iter().any(|verb| takes_value(verb, option))
}

/// A word as it must be written in a command line.
pub fn quoted(text: &str) -> String {
    let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-/:=@%+,".contains(c));
    if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
