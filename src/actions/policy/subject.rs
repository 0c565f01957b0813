//! What a rule is held against: the traits of a proposal, or of an example read without any surroundings.

use std::borrow::Cow;

use crate::actions::places;
use crate::actions::shell::{self, Findings};
use crate::actions::tables::Tables;
use crate::config::policy::{Decide, PolicyRule};
use crate::domain::approval::{Frozen, Place, PlaceKind, Target};
use crate::domain::{Class, Language, Origin, Reason, Suggestion, Verdict};

use super::glob;

/// The traits that rules speak of.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    pub(super) class: Class,
    reasons: Cow<'a, [Reason]>,
    tools: Cow<'a, [String]>,
    places: Cow<'a, [Place]>,
    language: Language,
    origin: Origin,
    production: bool,
    /// The words of a text that could not be understood: whatever it names in passing it may call.
    mentions: Vec<String>,
}

const HOSTS: [PlaceKind; 4] = [PlaceKind::Host, PlaceKind::DatabaseHost, PlaceKind::Server, PlaceKind::Docker];

impl<'a> Subject<'a> {
    /// The traits of what was put forward, classed and prepared.
    pub fn of(suggestion: &Suggestion, verdict: &'a Verdict, target: &'a Target) -> Self {
        let (tools, places): (&[String], &[Place]) = match &target.frozen {
            Frozen::Command(command) => (&command.tools, &command.places),
            Frozen::Query { .. } | Frozen::Recorded { .. } | Frozen::Blocked { .. } => (&[], &[]),
        };
        Self {
            class: verdict.class,
            reasons: Cow::Borrowed(&verdict.reasons),
            tools: Cow::Borrowed(tools),
            places: Cow::Borrowed(places),
            language: suggestion.language,
            origin: suggestion.origin,
            production: target.production.is_some(),
            mentions: mentions(verdict.class, &suggestion.text),
        }
    }

    /// The traits of a text alone: no environment and no file says where it would act.
    pub fn of_text(
        text: &str,
        language: Language,
        origin: Origin,
        tables: &Tables,
        production: &[String],
    ) -> Subject<'static> {
        let (found, verdict) = match language {
            Language::Sh => {
                let found = shell::examine(text, tables);
                let verdict = Verdict::from_reasons(found.reasons.clone());
                (found, verdict)
            }
            Language::Promql | Language::Logs | Language::Fetch => {
                (Findings::default(), shell::classify(text, language, tables))
            }
        };
        let places = places::reach(&found, &std::collections::BTreeMap::new(), &places::Nowhere, "").places;
        let known = |place: &&Place| place.kind.can_be_production();
        let marked = places.iter().filter(known).any(|place| crate::actions::prepare::marks(&place.name, production));
        let tools = crate::actions::prepare::tools(&found);
        let Verdict { class, reasons } = verdict;
        Subject {
            mentions: mentions(class, text),
            class,
            reasons: Cow::Owned(reasons),
            tools: Cow::Owned(tools),
            places: Cow::Owned(places),
            language,
            origin,
            production: marked,
        }
    }

    /// Whether the rule is about this.
    pub(super) fn is_for(&self, rule: &PolicyRule) -> bool {
        let fits = rule.language.is_empty() || rule.language.contains(&self.language);
        let fits = fits && (rule.origin.is_empty() || rule.origin.contains(&self.origin));
        let fits = fits && rule.production.is_none_or(|production| production == self.production);
        fits && match rule.decide {
            Decide::Forbid | Decide::Ask => self.any_is(rule),
            Decide::Allow => self.all_is(rule),
        }
    }

    /// Whether any part of it is what the rule is about. What is not known counts as that.
    fn any_is(&self, rule: &PolicyRule) -> bool {
        let mut classes = self.reasons.iter().map(|reason| reason.class).chain([self.class]);
        let class = rule.class.is_empty() || classes.any(|class| rule.class.contains(&class));
        // A program whose name is only known when it runs may be any.
        let nameless = self.reasons.iter().any(|reason| reason.rule == "shell.name");
        let mentioned = nameless || self.mentions.iter().any(|word| some(&rule.tool, word));
        let tool = rule.tool.is_empty() || mentioned || self.tools().any(|tool| some(&rule.tool, &tool));
        // `kubectl "$VERB"`: a verb that is not known may be any.
        let unread = |call: String| self.class == Class::Opaque && !call.contains(' ') && some(&rule.tool, &call);
        let verb = rule.verb.is_empty() || self.calls().any(|call| begins_with_verb(rule, &call) || unread(call));
        let verb = verb || nameless || (tool && self.mentions_verb(rule));
        let said = rule.rule.is_empty() || self.reasons.iter().any(|reason| some(&rule.rule, &reason.rule));
        let place = |patterns: &[String], kinds: &[PlaceKind]| {
            patterns.is_empty() || self.names(kinds).any(|name| is_unsure(name) || names(patterns, name))
        };
        class
            && tool
            && verb
            && said
            && place(&rule.context, &[PlaceKind::Context])
            && place(&rule.namespace, &[PlaceKind::Namespace])
            && place(&rule.host, &HOSTS)
    }

    /// Whether a text that could not be understood holds the words of such a verb.
    fn mentions_verb(&self, rule: &PolicyRule) -> bool {
        let held = |part: &str| self.mentions.iter().any(|word| glob(part, word));
        rule.verb.iter().any(|verb| verb.split([' ', '.']).all(held))
    }

    /// Whether every part of it is what the rule is about, and all of that is known.
    fn all_is(&self, rule: &PolicyRule) -> bool {
        let class = rule.class.is_empty() || rule.class.contains(&self.class);
        let tool =
            rule.tool.is_empty() || (self.tools().count() > 0 && self.tools().all(|tool| some(&rule.tool, &tool)));
        let mut opaque = self.reasons.iter().filter(|reason| reason.class == Class::Opaque).peekable();
        let held =
            opaque.peek().is_some() && opaque.all(|reason| rule.rule.is_empty() || some(&rule.rule, &reason.rule));
        let held = held && (rule.verb.is_empty() || self.calls().all(|call| is_verb(rule, call)));
        let place = |patterns: &[String], kinds: &[PlaceKind]| {
            let mut named = self.names(kinds).peekable();
            patterns.is_empty()
                || (named.peek().is_some() && named.all(|name| !is_unsure(name) && names(patterns, name)))
        };
        class
            && tool
            && held
            && place(&rule.context, &[PlaceKind::Context])
            && place(&rule.namespace, &[PlaceKind::Namespace])
            && place(&rule.host, &HOSTS)
    }

    /// The tools it calls with their verbs; of what this machine does not run, the ones its reasons speak of.
    fn calls(&self) -> impl Iterator<Item = String> {
        let spoken = self.reasons.iter().map(|reason| reason.rule.replace('.', " "));
        self.tools.iter().cloned().chain(spoken.filter(|_| self.tools.is_empty()))
    }

    /// The same without their verbs.
    fn tools(&self) -> impl Iterator<Item = String> {
        self.calls().map(|call| call.split(' ').next().unwrap_or_default().to_owned())
    }

    fn names(&self, kinds: &[PlaceKind]) -> impl Iterator<Item = &str> {
        self.places.iter().filter(move |place| kinds.contains(&place.kind)).map(|place| place.name.as_str())
    }
}

/// The words of an opaque text, in any quotes.
fn mentions(class: Class, text: &str) -> Vec<String> {
    let apart = |c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c));
    match class {
        Class::Opaque => {
            let bare: String = text.chars().filter(|c| !"'\"\\".contains(*c)).collect();
            text.split(apart).chain(bare.split(apart)).map(str::to_owned).filter(|word| !word.is_empty()).collect()
        }
        Class::Read | Class::Write | Class::Destructive => Vec::new(),
    }
}

/// Whether a name could be any: it is not known, or it means all there are.
fn is_unsure(name: &str) -> bool {
    name == Place::UNKNOWN || name == "all namespaces"
}

fn some(patterns: &[String], text: &str) -> bool {
    patterns.iter().any(|pattern| glob(pattern, text))
}

/// A place by its whole name, or without user, scheme and port.
fn names(patterns: &[String], name: &str) -> bool {
    let bare = name.split_once("://").map_or(name, |(_, rest)| rest).split('/').next().unwrap_or_default();
    let bare = bare.rsplit_once('@').map_or(bare, |(_, host)| host);
    let bare = bare.rsplit_once(':').map_or(bare, |(host, _)| host);
    some(patterns, name) || some(patterns, bare)
}

/// The same of a rule that tightens: `delete` is also `delete pod`, `rollout` every `rollout` there is.
fn begins_with_verb(rule: &PolicyRule, call: &str) -> bool {
    let mut end = call.len();
    loop {
        let shorter = &call[..end];
        if is_verb(rule, shorter) {
            return true;
        }
        // Cut back to the tool and its first word at the least.
        match shorter.rfind(' ').filter(|at| shorter[..*at].contains(' ')) {
            Some(at) => end = at,
            None => return false,
        }
    }
}

/// Whether the call has such a verb, of such a tool: `kubectl rollout restart`, `kubectl rollout *`.
fn is_verb(rule: &PolicyRule, call: impl AsRef<str>) -> bool {
    let (tool, verb) = call.as_ref().split_once(' ').unwrap_or((call.as_ref(), ""));
    let of_tool = rule.tool.is_empty() || some(&rule.tool, tool);
    of_tool && rule.verb.iter().any(|pattern| glob(&pattern.replace('.', " "), verb))
}
