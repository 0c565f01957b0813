//! The one decision whether something may run. Pure: no clock, no files. `app` asks what a proposal demands of the
//! person and hands over what they did; only here can an [`ApprovedCommand`] come into being.

use jiff::SignedDuration;

use crate::config::policy::Decide;
use crate::domain::approval::{Frozen, FrozenCommand};
use crate::domain::query::QueryRequest;
use crate::domain::time::plus;
use crate::domain::{Class, CleanText, Language, Proposal, ProposalId, Timestamp};

use super::digest::{Digest, Hasher};
use super::policy::{Policy, Ruling};
pub use grants::{Grant, GrantId, Grants, Scope};
pub use pace::Pace;
pub use refusals::{Refusals, Refused};

mod grants;
mod pace;
mod refusals;

/// Name of the fact that holds the object a destructive command is about.
pub const OBJECT: &str = "object";

const VALID: SignedDuration = SignedDuration::from_secs(120);
const VALID_DESTRUCTIVE: SignedDuration = SignedDuration::from_secs(30);
const PLACEHOLDER: &str = "[REDACTED:";

/// What a person must do before it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// Enter on Run.
    Enter,
    /// `y`, then Enter.
    YThenEnter,
    /// Each word typed, in this order, each ended by Enter.
    TypeWords {
        /// The words.
        words: Vec<String>,
    },
    /// It cannot be run at all.
    Never {
        /// Why, and what to do.
        why: CleanText,
    },
}

/// What a person did at the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// Enter, with the focus on Run.
    Enter,
    /// `y`, then Enter.
    YThenEnter,
    /// Words, as typed.
    Typed(Vec<String>),
    /// Nothing now: [`Gate::beforehand`] said that it was confirmed before.
    Beforehand,
}

/// Why the gate or the runner said no. Nothing ran.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Refusal {
    /// Why, and what to do.
    pub why: CleanText,
}

impl Refusal {
    /// A refusal in these words.
    pub fn new(why: &str) -> Self {
        Self { why: CleanText::line(why) }
    }
}

/// The gate with its standing orders, and what it remembers of this session.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Gate {
    /// Refuse everything but reads.
    pub read_only: bool,
    /// What the person and their organisation allow, ask for and forbid.
    pub policy: Policy,
    /// Reads that need not be asked for again, for a while.
    pub grants: Grants,
    /// What was refused: a model does not get to offer it twice.
    pub refusals: Refusals,
    /// How fast the last confirmations came.
    pub pace: Pace,
}

/// By what a proposal is confirmed before its card would open. It still runs in sight and goes into the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beforehand {
    /// A standing answer of the person's.
    Grant(GrantId),
    /// The setting `telemetry = "allow"`, for the analyst's fixed queries.
    Telemetry,
}

/// What was approved, once: exactly this text, in exactly these circumstances, until it expires. It cannot be copied,
/// and whoever runs it uses it up.
///
/// ```compile_fail
/// use midwatch::actions::{ApprovedCommand, Digest};
/// fn forge(text: String, digest: Digest) -> ApprovedCommand {
///     ApprovedCommand { text, digest }
/// }
/// ```
/// ```compile_fail
/// use midwatch::actions::ApprovedCommand;
/// fn twice(approved: ApprovedCommand) -> (ApprovedCommand, ApprovedCommand) {
///     (approved.clone(), approved)
/// }
/// ```
/// ```compile_fail
/// use midwatch::actions::ApprovedCommand;
/// fn run(_approved: ApprovedCommand) {}
/// fn replay(approved: ApprovedCommand) {
///     run(approved);
///     run(approved);
/// }
/// ```
/// The same with what the gate gives, used once:
/// ```
/// use midwatch::actions::{ApprovedCommand, Confirmation, Gate, Refusal};
/// use midwatch::domain::{Proposal, Timestamp};
/// fn run(_approved: ApprovedCommand) {}
/// fn confirm(gate: Gate, proposal: &Proposal, now: Timestamp) -> Result<(), Refusal> {
///     let shown = Gate::digest(proposal);
///     let approved: ApprovedCommand = gate.approve(proposal, &shown, &Confirmation::Enter, now)?;
///     run(approved);
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct ApprovedCommand {
    id: ProposalId,
    text: String,
    language: Language,
    class: Class,
    frozen: Frozen,
    digest: Digest,
    expires: Timestamp,
}

impl Gate {
    /// What a person must do before this runs.
    pub fn demand(&self, proposal: &Proposal) -> Demand {
        if let Some(why) = self.objection(proposal) {
            return Demand::Never { why };
        }
        let demand = self.by_class(proposal);
        let demand = if proposal.taints.is_empty() { demand } else { one_level_more(demand, proposal) };
        match (&demand, self.pace.is_hurried()) {
            (Demand::Enter | Demand::YThenEnter, true) => one_level_more(demand, proposal),
            (Demand::Enter | Demand::YThenEnter | Demand::TypeWords { .. } | Demand::Never { .. }, _) => demand,
        }
    }

    /// Whether a proposal is confirmed already and needs no card. Never anything but a read.
    pub fn beforehand(&self, proposal: &Proposal, now: Timestamp) -> Option<Beforehand> {
        let asks = self.policy.ruling(proposal) != Ruling::Silent;
        if asks || !proposal.taints.is_empty() || self.objection(proposal).is_some() {
            return None;
        }
        let granted = self.grants.covering(proposal, now).map(Beforehand::Grant);
        granted.or_else(|| self.policy.confirms_beforehand(proposal).then_some(Beforehand::Telemetry))
    }

    /// What the policy says of it: the card's line about the rule that decided.
    pub fn ruling(&self, proposal: &Proposal) -> Ruling {
        self.policy.ruling(proposal)
    }

    fn by_class(&self, proposal: &Proposal) -> Demand {
        let production = proposal.target.production.as_ref();
        match proposal.verdict.class {
            Class::Read => Demand::Enter,
            Class::Write => Demand::YThenEnter,
            Class::Destructive => {
                let object = proposal.target.facts.iter().find(|(name, _)| name.as_str() == OBJECT);
                let object = object.map(|(_, value)| value.to_string()).filter(|value| !value.is_empty());
                let mut words = vec![object.unwrap_or_else(|| Self::digest(proposal).tail().to_owned())];
                words.extend(production.map(|place| place.to_string()));
                Demand::TypeWords { words }
            }
            Class::Opaque => {
                let mut words = vec!["run".to_owned()];
                words.extend(production.map(|place| place.to_string()));
                Demand::TypeWords { words }
            }
        }
    }

    /// Why it cannot run, whatever a person does.
    fn objection(&self, proposal: &Proposal) -> Option<CleanText> {
        let class = proposal.verdict.class;
        let say = |why: &str| Some(CleanText::line(why));
        if let Frozen::Blocked { why } = &proposal.target.frozen {
            return Some(why.clone());
        }
        if proposal.suggestion.text.contains(PLACEHOLDER) {
            return say("it holds a placeholder for something that was redacted; put the real value in by editing");
        }
        if self.read_only && class != Class::Read {
            return say("read-only: only reads run; copy it and run it elsewhere, or start without --read-only");
        }
        let ruling = self.policy.ruling(proposal);
        if let Ruling::Closed { why } = ruling {
            return Some(why);
        }
        if ruling.decide() == Some(Decide::Forbid) {
            return ruling.line();
        }
        let allowed = ruling.decide() == Some(Decide::Allow);
        if let (Class::Opaque, Some(place), false) = (class, &proposal.target.production, allowed) {
            return say(&format!("what it does cannot be told, and {place} is production; make it plainer by editing"));
        }
        None
    }

    /// The digest of everything that decides what would happen: the text, its class, what would run and where.
    pub fn digest(proposal: &Proposal) -> Digest {
        let suggestion = &proposal.suggestion;
        let hash = Hasher::new("midwatch approval 1")
            .field(&proposal.id.to_string())
            .field(suggestion.language.word())
            .field(&suggestion.text)
            .field(proposal.verdict.class.word())
            .list(proposal.verdict.reasons.iter().map(|reason| reason.rule.as_str()))
            .field(&proposal.target.place)
            .list(proposal.taints.iter().map(|taint| taint.token.as_str()))
            .list(proposal.target.facts.iter().map(|(name, _)| name.as_str()))
            .list(proposal.target.facts.iter().map(|(_, value)| value.as_str()))
            .field(proposal.target.production.as_deref().unwrap_or_default());
        frozen(hash, &proposal.target.frozen).finish()
    }

    /// Turns a confirmed proposal into the one thing that runs. `shown` is the digest of what was on the screen.
    ///
    /// # Errors
    /// A refusal in words when the proposal is not what was shown, was decided before, may never run, or was not
    /// confirmed in the way its class demands.
    pub fn approve(
        &self,
        proposal: &Proposal,
        shown: &Digest,
        confirmation: &Confirmation,
        now: Timestamp,
    ) -> Result<ApprovedCommand, Refusal> {
        let digest = Self::digest(proposal);
        if digest != *shown {
            return Err(Refusal::new("it is no longer what the card showed; look at it again"));
        }
        if !proposal.is_waiting() {
            return Err(Refusal::new("it was decided before; propose it again to run it again"));
        }
        let confirmed = match (self.demand(proposal), confirmation) {
            (Demand::Never { why }, _) => return Err(Refusal { why }),
            (Demand::Enter, Confirmation::Enter | Confirmation::YThenEnter) => true,
            (Demand::YThenEnter, Confirmation::YThenEnter) => true,
            (Demand::TypeWords { words }, Confirmation::Typed(typed)) => words == *typed,
            (_, Confirmation::Beforehand) => self.beforehand(proposal, now).is_some(),
            (Demand::Enter | Demand::YThenEnter, Confirmation::Typed(_)) => false,
            (Demand::YThenEnter, Confirmation::Enter) => false,
            (Demand::TypeWords { .. }, Confirmation::Enter | Confirmation::YThenEnter) => false,
        };
        if !confirmed {
            return Err(Refusal::new("it was not confirmed in the way its class asks for"));
        }
        let class = proposal.verdict.class;
        let valid = if class >= Class::Destructive { VALID_DESTRUCTIVE } else { VALID };
        Ok(ApprovedCommand {
            id: proposal.id,
            text: proposal.suggestion.text.clone(),
            language: proposal.suggestion.language,
            class,
            frozen: proposal.target.frozen.clone(),
            digest,
            expires: plus(now, valid),
        })
    }
}

/// What is asked for where a part of the text came from data alone: the ceremony of the next class, and at the top one
/// more word, which nobody types by habit.
fn one_level_more(demand: Demand, proposal: &Proposal) -> Demand {
    let tail = || Gate::digest(proposal).tail().to_owned();
    match demand {
        Demand::Never { why } => Demand::Never { why },
        Demand::Enter => Demand::YThenEnter,
        Demand::YThenEnter => Demand::TypeWords { words: vec![tail()] },
        Demand::TypeWords { mut words } => {
            words.push(tail());
            Demand::TypeWords { words }
        }
    }
}

/// Every field of what would run; a new field does not compile until it is here.
fn frozen(hash: Hasher, frozen: &Frozen) -> Hasher {
    match frozen {
        Frozen::Query { language, window, step, source } => hash
            .field("query")
            .field(language.word())
            .field(&window.start.to_string())
            .field(&window.end.to_string())
            .field(&step.to_string())
            .field(source),
        Frozen::Command(command) => command_fields(hash.field("command"), command),
        Frozen::Recorded { recording } => hash.field("recorded").field(recording),
        Frozen::Blocked { why } => hash.field("blocked").field(why),
    }
}

fn command_fields(hash: Hasher, command: &FrozenCommand) -> Hasher {
    let FrozenCommand {
        argv,
        program,
        identity,
        files,
        cwd,
        env,
        user,
        ids,
        tools,
        places,
        sensitive,
        timeout_seconds,
        output_cap,
        interactive,
        rules,
    } = command;
    hash.list(argv.iter().map(String::as_str))
        .field(program)
        .field(identity)
        .list(files.iter().map(|(path, _)| path.as_str()))
        .list(files.iter().map(|(_, identity)| identity.as_str()))
        .field(cwd)
        .list(env.iter().map(|(name, _)| name.as_str()))
        .secrets(env.iter().map(|(_, value)| value.as_str()))
        .field(user)
        .field(ids)
        .list(tools.iter().map(String::as_str))
        .field(sensitive.as_deref().unwrap_or_default())
        .list(places.iter().map(|place| place.kind.word()))
        .list(places.iter().map(|place| place.name.as_str()))
        .field(&timeout_seconds.to_string())
        .field(&output_cap.to_string())
        .field(&interactive.to_string())
        .field(rules)
}

impl ApprovedCommand {
    /// The proposal it came from.
    pub fn id(&self) -> ProposalId {
        self.id
    }

    /// The exact text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its class.
    pub fn class(&self) -> Class {
        self.class
    }

    /// Its language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// What exactly is to run.
    pub fn frozen(&self) -> &Frozen {
        &self.frozen
    }

    /// What was approved.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Refuses when the approval is too old.
    ///
    /// # Errors
    /// A refusal that says so.
    pub fn still_valid(&self, now: Timestamp) -> Result<(), Refusal> {
        if now < self.expires {
            return Ok(());
        }
        Err(Refusal::new("the confirmation is too old; confirm it again"))
    }

    /// The question of an approved query; `None` when it is a command.
    pub fn query(&self) -> Option<QueryRequest> {
        let Frozen::Query { language, window, step, source: _ } = &self.frozen else { return None };
        Some(QueryRequest { language: *language, text: self.text.clone(), window: *window, step: (*step).max(1) })
    }
}
