//! "Do not ask again": a person's standing answer for one kind of read, in one place, for a quarter of an hour. The gate
//! holds it against every proposal; `app` shows the list and takes one back.

use std::collections::BTreeSet;
use std::fmt;

use jiff::SignedDuration;

use crate::domain::approval::{Frozen, Place};
use crate::domain::time::plus;
use crate::domain::{Class, CleanText, Language, Proposal, ProposalId, Timestamp};

/// How long one holds.
const HOLDS: SignedDuration = SignedDuration::from_mins(15);
/// Most that hold at once; a list nobody reads protects nobody.
const MOST: usize = 20;
/// Tools whose arguments can only name what lies in the places that a grant is for: on this machine, or in the cluster,
/// data base or account that the card named. With any other, only the same text again is the same thing: its arguments may
/// say where data goes.
const STAY: [&str; 58] = [
    "awk",
    "cat",
    "cut",
    "date",
    "df",
    "dmesg",
    "dpkg",
    "du",
    "file",
    "findmnt",
    "free",
    "grep",
    "head",
    "hostname",
    "id",
    "iostat",
    "journalctl",
    "kubectl",
    "last",
    "ls",
    "lsblk",
    "lscpu",
    "lsof",
    "md5sum",
    "mount",
    "mpstat",
    "mysql",
    "nproc",
    "numfmt",
    "oc",
    "pgrep",
    "pidof",
    "pmap",
    "ps",
    "psql",
    "pwd",
    "readlink",
    "rpm",
    "sar",
    "sensors",
    "sha256sum",
    "sort",
    "ss",
    "stat",
    "sysctl",
    "systemctl",
    "tac",
    "tail",
    "top",
    "tr",
    "uname",
    "uniq",
    "uptime",
    "vmstat",
    "w",
    "wc",
    "who",
    "zgrep",
];

/// The number of a grant, `G1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GrantId(pub u32);

/// What a grant is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    language: Language,
    /// The rules that classed it.
    rules: BTreeSet<String>,
    /// The tools and their verbs.
    tools: Vec<String>,
    /// Who answers: places, program and directory of a command, the source of a query.
    target: Vec<Place>,
    program: String,
    cwd: String,
    /// The exact text, where less would say too little.
    text: Option<String>,
}

/// A standing answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its number.
    pub id: GrantId,
    /// What it is for.
    pub scope: Scope,
    /// The proposal at whose card it was given.
    pub from: ProposalId,
    /// When it ends.
    pub until: Timestamp,
}

/// The standing answers of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    last: u32,
    all: Vec<Grant>,
}

impl Scope {
    /// What a grant given at this proposal's card would be for.
    ///
    /// # Errors
    /// Why there can be none.
    pub fn of(proposal: &Proposal) -> Result<Self, CleanText> {
        let no = |why: &str| Err(CleanText::line(why));
        if proposal.verdict.class != Class::Read {
            return no("only reads can go without asking");
        }
        if !proposal.taints.is_empty() {
            return no("a part of it came from data alone");
        }
        let language = proposal.suggestion.language;
        let rules = proposal.verdict.reasons.iter().map(|reason| reason.rule.clone()).collect();
        let text = proposal.suggestion.text.clone();
        let scope = Self {
            language,
            rules,
            tools: Vec::new(),
            target: Vec::new(),
            program: String::new(),
            cwd: String::new(),
            text: None,
        };
        match &proposal.target.frozen {
            Frozen::Blocked { .. } => no("it cannot run"),
            Frozen::Recorded { recording } => Ok(Self { program: recording.to_string(), ..scope }),
            Frozen::Query { language: Language::Fetch, .. } => no("what it costs is seen each time"),
            Frozen::Query { source, .. } => Ok(Self { program: source.to_string(), ..scope }),
            Frozen::Command(command) if command.sensitive.is_some() => no("it reads what is secret"),
            Frozen::Command(command) if command.interactive => no("it takes over the screen"),
            Frozen::Command(command) => {
                let stays = |tool: &String| STAY.contains(&tool.split(' ').next().unwrap_or_default());
                let carries = !command.tools.iter().all(stays) || command.argv.iter().any(|word| word.contains("://"));
                let plain = command.tools.len() == 1 && !command.program.ends_with("/bash");
                let unsure = command.places.iter().any(|place| place.name == Place::UNKNOWN);
                Ok(Self {
                    tools: command.tools.clone(),
                    target: command.places.clone(),
                    program: command.program.clone(),
                    cwd: command.cwd.clone(),
                    text: (carries || !plain || unsure).then_some(text),
                    ..scope
                })
            }
        }
    }

    /// What it is for, in words.
    pub fn words(&self) -> CleanText {
        let rules: Vec<String> =
            if self.tools.is_empty() { self.rules.iter().cloned().collect() } else { self.tools.clone() };
        let what = self.text.clone().unwrap_or_else(|| rules.join(", "));
        let at: Vec<String> = self.target.iter().map(|place| format!("{} {}", place.kind.word(), place.name)).collect();
        let at = match (at.is_empty(), self.program.is_empty()) {
            (false, _) => at.join(", "),
            (true, false) => self.program.clone(),
            (true, true) => "this machine".to_owned(),
        };
        CleanText::line(&format!("{what} at {at}"))
    }
}

impl Grants {
    /// Stops asking for reads like this one, for a quarter of an hour. A second answer to the same renews the first.
    ///
    /// # Errors
    /// Why it cannot be.
    pub fn give(&mut self, proposal: &Proposal, now: Timestamp) -> Result<GrantId, CleanText> {
        let scope = Scope::of(proposal)?;
        self.all.retain(|grant| now < grant.until && grant.scope != scope);
        if self.all.len() >= MOST {
            return Err(CleanText::line("twenty kinds of reads go without asking already; take one back first"));
        }
        self.last += 1;
        let id = GrantId(self.last);
        self.all.push(Grant { id, scope, from: proposal.id, until: plus(now, HOLDS) });
        Ok(id)
    }

    /// Takes one back; nothing when there is none of that number.
    pub fn revoke(&mut self, id: GrantId) -> Option<Grant> {
        let at = self.all.iter().position(|grant| grant.id == id)?;
        Some(self.all.remove(at))
    }

    /// Takes all back.
    pub fn revoke_all(&mut self) -> Vec<Grant> {
        std::mem::take(&mut self.all)
    }

    /// Those that hold now, the oldest first.
    pub fn holding(&self, now: Timestamp) -> impl Iterator<Item = &Grant> {
        self.all.iter().filter(move |grant| now < grant.until)
    }

    /// The one that answers for this proposal.
    pub(super) fn covering(&self, proposal: &Proposal, now: Timestamp) -> Option<GrantId> {
        let scope = Scope::of(proposal).ok()?;
        self.holding(now).find(|grant| grant.scope == scope).map(|grant| grant.id)
    }
}

impl fmt::Display for GrantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "G{}", self.0)
    }
}
