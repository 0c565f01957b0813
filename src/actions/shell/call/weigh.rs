//! What a tool's table makes of one call: the class of its verb, what its options and arguments raise, and what no table
//! knows. Only a rehearsal or a look lowers anything.

use std::ops::Range;

use super::{looks, rehearses};
use crate::actions::shell::arguments::Parsed;
use crate::actions::shell::value::Value;
use crate::actions::shell::walk::Walk;
use crate::actions::tables::Raise;
use crate::domain::Class;

/// Programs whose arguments leave the machine, whatever table describes them.
const SENDING: [&str; 20] = [
    "curl",
    "wget",
    "http",
    "https",
    "xh",
    "dig",
    "host",
    "nslookup",
    "drill",
    "whois",
    "ping",
    "ping6",
    "nc",
    "ncat",
    "telnet",
    "socat",
    "grpcurl",
    "openssl",
    "traceroute",
    "websocat",
];

impl Walk<'_> {
    /// Options that no table knows, and words that may become options.
    pub(super) fn doubts(&mut self, parsed: &Parsed<'_>, rule: &str) {
        let base = parsed.last().class.unwrap_or(Class::Opaque);
        // Where a known option loses something, an unknown one may as well.
        let loses = parsed.chain.iter().flat_map(|tool| &tool.raise).any(|raise| raise.class == Class::Destructive);
        let class = if parsed.executes() || loses { Class::Opaque } else { base.join(Class::Write) };
        for word in &parsed.unknown {
            let why = format!("{} is not an option that is known to be harmless", word.text);
            self.say(class, &word.span, rule, &why);
        }
        let raises = parsed.chain.iter().flat_map(|tool| &tool.raise).map(|raise| raise.class);
        let limits = parsed.chain.iter().filter_map(|tool| tool.limit.as_ref()).map(|limit| limit.class);
        let worst = raises.chain(limits).fold(base, Class::join);
        let worst = if parsed.executes() { Class::Opaque } else { worst };
        let sends = parsed.chain.iter().any(|tool| tool.sends)
            || parsed.chain[0].name.split('|').any(|name| SENDING.contains(&name));
        if sends {
            let values = parsed.options.iter().filter_map(|given| given.value.as_ref());
            for word in parsed.arguments.iter().chain(&parsed.loose).chain(values).filter(|word| word.found) {
                self.say(Class::Write, &word.span, rule, "sends what a command found to another machine");
            }
        }
        for word in &parsed.loose {
            self.say(worst, &word.span, rule, "may become other words or options when it runs");
        }
    }

    /// The class of the verb, or of the tool without one.
    pub(super) fn base(&mut self, parsed: &Parsed<'_>, rule: &str, span: &Range<usize>) {
        let last = parsed.last();
        if let (Some(word), 1) = (&parsed.no_verb, parsed.chain.len())
            && last.class.is_none()
        {
            let why =
                if word.is_dynamic() { "what it does is only known at run time" } else { "is no verb that is known" };
            return self.opaque(&word.span, rule, why);
        }
        let Some(class) = last.class.or_else(|| no_class_but_bare(parsed)) else {
            return self.opaque(span, rule, "without a known verb, what it does cannot be told");
        };
        if parsed.chain.iter().any(|tool| tool.sensitive) {
            self.sensitive(&last.why);
        }
        if class != Class::Opaque && rehearses(parsed) {
            return self.say(Class::Read, span, rule, "a rehearsal: it only says what it would do");
        }
        let nothing = parsed.arguments.is_empty() && parsed.loose.is_empty() && parsed.wrapped.is_none();
        if let (true, Some(bare)) = (nothing, last.bare) {
            return self.say(bare, span, rule, default_why(bare));
        }
        if looks(parsed) {
            return self.say(Class::Read, span, rule, "with this option it only looks");
        }
        let why = if last.why.is_empty() { default_why(class) } else { &last.why };
        self.say(class, span, rule, why);
        let Some(limit) = &last.limit else { return };
        let counted = parsed.arguments.iter().filter(|word| !word.exact().is_some_and(|text| limit.except.fit(text)));
        let several = counted.clone().find(|word| word.is_several());
        let beyond = counted.clone().nth(limit.arguments).or(several);
        let beyond = beyond.or_else(|| parsed.arguments.iter().find(|word| limit.exact && word.is_dynamic()));
        if let Some(word) = beyond {
            let why = if limit.why.is_empty() { default_why(limit.class) } else { &limit.why };
            self.say(limit.class, &word.span, rule, why);
        }
    }

    /// What options and arguments make of it. A rehearsal loses nothing, but it may still write files or run programs.
    pub(super) fn raises(&mut self, parsed: &Parsed<'_>, rule: &str) {
        let rehearses = rehearses(parsed);
        for raise in parsed.chain.iter().flat_map(|tool| &tool.raise) {
            let fits = |word: &Value| {
                raise.begins.iter().any(|start| word.text.starts_with(start)) || raise.arguments.fit(&word.text)
            };
            for (at, word) in parsed.arguments.iter().enumerate() {
                let counts = !(rehearses && raise.class == Class::Destructive);
                if counts && raise.at.is_none_or(|wanted| wanted == at + 1) && fits(word) {
                    self.raise(raise, &word.span, rule, "");
                }
            }
        }
        for given in &parsed.options {
            for raise in &given.raises {
                let exact = given.value.as_ref().and_then(Value::exact);
                let harmless = exact.is_some_and(|value| raise.except.fit(value));
                let counts = raise.only.is_empty()
                    || exact.is_none_or(|value| raise.only.fit(value) || raise.only.fit(&packed(value)));
                let rehearsed = rehearses && raise.class == Class::Destructive;
                if !harmless && counts && !rehearsed {
                    self.raise(raise, &given.word.span, rule, &format!("{}: ", given.name));
                }
            }
        }
    }

    fn raise(&mut self, raise: &Raise, span: &Range<usize>, rule: &str, before: &str) {
        let why = if raise.why.is_empty() { default_why(raise.class) } else { &raise.why };
        if raise.sensitive {
            self.sensitive(why);
        }
        if raise.class != Class::Read {
            self.say(raise.class, span, rule, &format!("{before}{why}"));
        }
    }
}

/// A JSON value without its blanks, so that one pattern covers every way of writing it.
fn packed(value: &str) -> String {
    let json = value.trim_start().starts_with(['{', '[']);
    value.chars().filter(|c| !(json && c.is_whitespace())).collect()
}

/// An entry that is only known without arguments.
fn no_class_but_bare(parsed: &Parsed<'_>) -> Option<Class> {
    parsed.last().bare.filter(|_| parsed.arguments.is_empty() && parsed.no_verb.is_none())
}

fn default_why(class: Class) -> &'static str {
    match class {
        Class::Read => "looks only",
        Class::Write => "changes something",
        Class::Destructive => "loses something",
        Class::Opaque => "what it does cannot be told",
    }
}
