//! Holds a table to its own examples. Run for a user's tables when they are loaded, for the built-in ones as a test.

use crate::domain::{Class, Language, Verdict};

use super::{Tables, Tool};

/// One line for each example that comes out otherwise.
pub fn wrong(tools: &[Tool], tables: &Tables) -> Vec<String> {
    let mut wrong = Vec::new();
    for tool in tools {
        let names: Vec<String> = tool.name.split('|').map(|name| name.trim().to_owned()).collect();
        entry(tool, &names, tables, &mut wrong);
        for verb in &tool.verbs {
            let verb_name = verb.name.split('|').next().unwrap_or_default().replace(' ', ".");
            let rules: Vec<String> = names.iter().map(|name| format!("{name}.{verb_name}")).collect();
            entry(verb, &rules, tables, &mut wrong);
        }
    }
    wrong
}

/// The rules are the names under which the entry gives its reasons.
fn entry(tool: &Tool, rules: &[String], tables: &Tables, wrong: &mut Vec<String>) {
    let class = tool.class.or(tool.bare).unwrap_or(Class::Opaque);
    for example in &tool.matches {
        let verdict = judged(example, tables);
        if verdict.class != class || !decides(&verdict, rules) {
            wrong.push(format!("`{example}` should be {} by {} but is {}", class.word(), rules[0], shown(&verdict)));
        }
    }
    for (raise, example) in tool.raise.iter().flat_map(|raise| raise.matches.iter().map(move |one| (raise, one))) {
        let verdict = judged(example, tables);
        if verdict.class != raise.class || !decides_below(&verdict, rules) {
            let word = raise.class.word();
            wrong.push(format!("`{example}` should be {word} by {} but is {}", rules[0], shown(&verdict)));
        }
    }
    for example in &tool.not_match {
        let verdict = judged(example, tables);
        if verdict.class == class && decides(&verdict, rules) {
            wrong.push(format!("`{example}` should not be decided by {} but is {}", rules[0], shown(&verdict)));
        }
    }
    for (class, example) in &tool.examples {
        let verdict = judged(example, tables);
        if verdict.class != *class {
            wrong.push(format!("`{example}` should be {} but is {}", class.word(), verdict.class.word()));
        }
    }
}

fn judged(example: &str, tables: &Tables) -> Verdict {
    crate::actions::classify(example, Language::Sh, tables)
}

/// Whether one of the rules is among those that made the class.
fn decides(verdict: &Verdict, rules: &[String]) -> bool {
    let mut reasons = verdict.reasons.iter().filter(|reason| reason.class == verdict.class);
    reasons.any(|reason| rules.contains(&reason.rule))
}

/// The same of the entry or a verb below it, whose options are its own too.
fn decides_below(verdict: &Verdict, rules: &[String]) -> bool {
    let mut reasons = verdict.reasons.iter().filter(|reason| reason.class == verdict.class);
    let below = |rule: &str, name: &String| rule.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.'));
    decides(verdict, rules) || reasons.any(|reason| rules.iter().any(|name| below(&reason.rule, name)))
}

fn shown(verdict: &Verdict) -> String {
    let mut rules: Vec<&str> = Vec::new();
    for reason in verdict.reasons.iter().filter(|reason| reason.class == verdict.class) {
        if !rules.contains(&reason.rule.as_str()) {
            rules.push(&reason.rule);
        }
    }
    format!("{} by {}", verdict.class.word(), rules.join(", "))
}
