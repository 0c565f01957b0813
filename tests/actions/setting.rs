//! A place to propose and run commands in: own folder, own journal, own PATH.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use midwatch::actions::{ApprovedCommand, Refusal};
use midwatch::actions::{Confirmation, Demand, Gate, Journal, Output, RunSettings, Runner, Tables, classify, prepare};
use midwatch::domain::approval::{Frozen, FrozenCommand};
use midwatch::domain::proposal::Outcome;
use midwatch::domain::{CleanText, Language, Origin, Proposal, ProposalId, ProposalState, Suggestion, Timestamp};
use tokio::sync::{mpsc, watch};

pub struct Setting {
    pub folder: tempfile::TempDir,
    pub settings: RunSettings,
    pub tables: Tables,
}

impl Setting {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (bin, work) = (folder.path().join("bin"), folder.path().join("work"));
        std::fs::create_dir(&bin).unwrap();
        std::fs::create_dir(&work).unwrap();
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display());
        let environment = [("PATH", path.as_str()), ("HOME", folder.path().to_str().unwrap()), ("SECRET", "s")];
        let environment: BTreeMap<String, String> =
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let settings = RunSettings {
            timeout_seconds: 30,
            output_cap: 64 * 1024,
            cwd: work,
            pass_env: Vec::new(),
            environment,
            production: vec!["prod".to_owned()],
            confine_reads: true,
            reads_may_write: Vec::new(),
            read_only_sessions: true,
        };
        Self { folder, settings, tables: Tables::builtin().unwrap() }
    }

    pub fn script(&self, name: &str, body: &str) -> PathBuf {
        let path = self.folder.path().join("bin").join(name);
        let fresh = path.with_extension("new");
        std::fs::write(&fresh, format!("#!/bin/sh\n{body}\n")).unwrap();
        std::fs::set_permissions(&fresh, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::rename(&fresh, &path).unwrap();
        path
    }

    pub fn journal_path(&self) -> PathBuf {
        self.folder.path().join("journal.jsonl")
    }

    pub fn runner(&self) -> Runner {
        let journal = Journal::open(&self.journal_path()).unwrap();
        Runner::new(Arc::new(journal), self.tables.clone(), self.settings.clone())
    }

    pub fn propose(&self, text: &str) -> Proposal {
        let suggestion = Suggestion {
            language: Language::Sh,
            text: text.to_owned(),
            reason: CleanText::default(),
            because: Vec::new(),
            origin: Origin::Person,
            panel: None,
            watch: Vec::new(),
        };
        let verdict = classify(text, Language::Sh, &self.tables);
        let target = prepare(&suggestion, &verdict, &self.tables, &self.settings);
        Proposal {
            id: ProposalId(1),
            suggestion,
            verdict,
            target,
            undo: None,
            brief: Default::default(),
            taints: Vec::new(),
            at: Timestamp::UNIX_EPOCH,
            state: ProposalState::Waiting,
        }
    }

    pub fn approve(&self, text: &str) -> ApprovedCommand {
        confirm(&self.propose(text)).unwrap()
    }

    pub async fn run(&self, approved: ApprovedCommand) -> Ran {
        let (_stop, stop) = watch::channel(false);
        collect(&self.runner(), approved, stop).await
    }

    pub fn journal(&self) -> String {
        std::fs::read_to_string(self.journal_path()).unwrap_or_default()
    }
}

/// What a run came to.
#[derive(Debug)]
pub struct Ran {
    pub text: Vec<u8>,
    pub end: Result<(Outcome, u64), Refusal>,
}

impl Ran {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }

    pub fn refusal(&self) -> String {
        self.end.as_ref().unwrap_err().why.to_string()
    }
}

pub async fn collect(runner: &Runner, approved: ApprovedCommand, stop: watch::Receiver<bool>) -> Ran {
    let (send, mut receive) = mpsc::channel(8);
    let runner = runner.clone();
    let task = tokio::spawn(async move { runner.run(approved, send, stop).await });
    let (mut text, mut end) = (Vec::new(), None);
    while let Some(output) = receive.recv().await {
        match output {
            Output::Chunk(bytes) => text.extend(bytes),
            Output::Ended { outcome, cut_bytes } => end = Some(Ok((outcome, cut_bytes))),
            Output::Refused(refusal) => end = Some(Err(refusal)),
        }
    }
    task.await.unwrap();
    Ran { text, end: end.expect("a run ends") }
}

/// Confirms in whatever way the gate demands.
pub fn confirm(proposal: &Proposal) -> Result<ApprovedCommand, Refusal> {
    let gate = Gate::default();
    let confirmation = match gate.demand(proposal) {
        Demand::Enter => Confirmation::Enter,
        Demand::YThenEnter => Confirmation::YThenEnter,
        Demand::TypeWords { words } => Confirmation::Typed(words),
        Demand::Never { why } => return Err(Refusal { why }),
    };
    gate.approve(proposal, &Gate::digest(proposal), &confirmation, Timestamp::now())
}

pub fn frozen(proposal: &Proposal) -> &FrozenCommand {
    match &proposal.target.frozen {
        Frozen::Command(command) => command,
        other => panic!("not a command: {other:?}"),
    }
}

pub fn alive(pid: &Path) -> bool {
    let pid = std::fs::read_to_string(pid).unwrap_or_default();
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    // A zombie is gone; whoever inherited it will say so.
    !stat.is_empty() && !stat.contains(") Z ")
}
