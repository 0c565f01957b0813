//! The form of a policy: rules that allow, ask or forbid, in the configuration and in an organisation's file. What they
//! mean, and whether their examples hold, `actions/policy` says.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::domain::{Class, Language, Origin};

/// Where an organisation's policy lies on every machine that has one.
pub const ORGANISATION: &str = "/etc/midwatch/policy.toml";
/// The variable that names one more.
pub const VARIABLE: &str = "MIDWATCH_POLICY";

/// One rule. A list that is left out says nothing; all that are given must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PolicyRule {
    /// Name on the card and in messages.
    pub name: String,
    /// What it decides.
    pub decide: Decide,
    /// Why, for the person at the card.
    #[serde(default)]
    pub why: String,
    /// Classes, as `midwatch check` says them.
    #[serde(default)]
    pub class: Vec<Class>,
    /// Programs, as `kubectl`; `*` stands for any part, here and below.
    #[serde(default)]
    pub tool: Vec<String>,
    /// Their verbs, as `delete` or `rollout restart`.
    #[serde(default)]
    pub verb: Vec<String>,
    /// Names of reasons, as `midwatch check` shows them.
    #[serde(default)]
    pub rule: Vec<String>,
    /// Kube contexts.
    #[serde(default)]
    pub context: Vec<String>,
    /// Kubernetes namespaces.
    #[serde(default)]
    pub namespace: Vec<String>,
    /// Hosts, database hosts and API servers.
    #[serde(default)]
    pub host: Vec<String>,
    /// Languages.
    #[serde(default)]
    pub language: Vec<Language>,
    /// Who put it forward.
    #[serde(default)]
    pub origin: Vec<Origin>,
    /// Only in production, or only elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub production: Option<bool>,
    /// Commands that the rule must be about.
    #[serde(default, rename = "match")]
    pub matches: Vec<String>,
    /// Commands that it must not be about.
    #[serde(default)]
    pub not_match: Vec<String>,
}

/// What a rule decides. The strictest of those that apply holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decide {
    /// What would be refused as opaque in production may be confirmed.
    Allow,
    /// A person is always asked: no allowance and no standing answer holds.
    Ask,
    /// It never runs.
    Forbid,
}

/// What holds for the analyst's fixed queries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Telemetry {
    /// They wait on one card that lists them all.
    #[default]
    Ask,
    /// They are confirmed beforehand: they run at once, in sight.
    Allow,
}

/// An organisation's file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PolicyFile {
    /// Holds the person's own setting to `ask`.
    pub telemetry: Option<Telemetry>,
    /// The rules.
    pub policy: Vec<PolicyRule>,
}

impl Decide {
    /// The word shown.
    pub fn word(self) -> &'static str {
        match self {
            Decide::Allow => "allows",
            Decide::Ask => "asks",
            Decide::Forbid => "forbids",
        }
    }
}

impl PolicyFile {
    /// Reads an organisation's file. It can only tighten.
    ///
    /// # Errors
    /// Everything that is wrong with its form, and whatever in it would loosen.
    pub fn read(text: &str) -> Result<Self, Vec<Problem>> {
        let fail = |what: String, fix: &str| vec![Problem::new("", what, fix)];
        let mut unknown = Vec::new();
        let file = toml::Deserializer::parse(text)
            .and_then(|document| serde_ignored::deserialize(document, |path| unknown.push(path.to_string())));
        let file: Self = file.map_err(|error| {
            fail(error.message().to_owned(), "write rules as in config.example.toml, under [[policy]]")
        })?;
        if let Some(key) = unknown.first() {
            return Err(fail(format!("there is no key `{key}`"), "remove it"));
        }
        let mut problems = check(&file.policy);
        for (index, rule) in file.policy.iter().enumerate().filter(|(_, rule)| rule.decide == Decide::Allow) {
            let what = format!("`{}` allows; an organisation's policy can only tighten", rule.name);
            problems.push(Problem::new(format!("policy[{index}].decide"), what, "write \"ask\" or \"forbid\""));
        }
        if file.telemetry == Some(Telemetry::Allow) {
            let what = "allows; an organisation's policy can only tighten";
            problems.push(Problem::new("telemetry", what, "write telemetry = \"ask\", or leave it out"));
        }
        if problems.is_empty() { Ok(file) } else { Err(problems) }
    }
}

/// What can be said of rules without reading any command.
pub(super) fn check(rules: &[PolicyRule]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let key = |name: &str| format!("policy[{index}].{name}");
        if rule.name.trim().is_empty() {
            problems.push(Problem::new(key("name"), "is empty", "name the rule, as name = \"no drains\""));
        } else if rules[..index].iter().any(|other| other.name == rule.name) {
            let what = format!("`{}` is already the name of another rule", rule.name);
            problems.push(Problem::new(key("name"), what, "give each rule its own name"));
        }
        if rule.matches.is_empty() {
            let what = "is missing: a rule without an example is not known to do anything";
            problems.push(Problem::new(key("match"), what, "write match = [\"kubectl drain node-1\"]"));
        }
        if rule.decide == Decide::Allow && rule.class != [Class::Opaque] {
            let what = "allows nothing without class = [\"opaque\"]: every other class is asked for on the card anyway";
            problems.push(Problem::new(key("class"), what, "write class = [\"opaque\"], or decide = \"ask\""));
        }
        let lists = [
            ("tool", &rule.tool),
            ("verb", &rule.verb),
            ("rule", &rule.rule),
            ("context", &rule.context),
            ("namespace", &rule.namespace),
            ("host", &rule.host),
        ];
        for (name, list) in lists {
            for at in list.iter().enumerate().filter(|(_, word)| word.trim().is_empty()).map(|(at, _)| at) {
                let fix = "write a name or a pattern with `*`, or remove it";
                problems.push(Problem::new(format!("policy[{index}].{name}[{at}]"), "is empty", fix));
            }
        }
    }
    problems
}

/// The organisation's files to be read: the machine's own if there is one, and those that are named.
pub fn organisation(named: &PathBuf, env: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let machine = PathBuf::from(ORGANISATION);
    // A file that is there and cannot be looked at is there.
    let there = !matches!(machine.try_exists(), Ok(false));
    let mut paths: Vec<PathBuf> = there.then_some(machine).into_iter().collect();
    paths.extend(Some(named).filter(|path| !path.as_os_str().is_empty()).cloned());
    paths.extend(env(VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from));
    paths
}
