//! What answers a world in place of models, servers and programs.

use crate::actions::ApprovedCommand;
use crate::actions::Tables;
use crate::actions::gate::OBJECT;
use crate::actions::shell::examine;
use crate::app::msg::RunEvent;
use crate::domain::approval::{Environment, Frozen, FrozenCommand, Place, PlaceKind, Target};
use crate::domain::proposal::Outcome;
use crate::domain::{Class, CleanText, Suggestion, Verdict};

/// How a question is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Not at all; the test sends the deltas.
    Later,
    /// From the recording.
    Recorded,
    /// With this text.
    Text(String),
}

type Runs = Box<dyn FnMut(&ApprovedCommand) -> Vec<RunEvent>>;
type Targets = Box<dyn Fn(&Suggestion, Target) -> Target>;

/// Answers to effects.
pub struct Script {
    /// To questions.
    pub answer: Answer,
    /// To approved commands that no recording answers; none for a run that goes on.
    pub runs: Runs,
    /// The last word on the target of a command.
    pub target: Targets,
}

impl Default for Script {
    fn default() -> Self {
        Self { answer: Answer::Later, runs: Box::new(|_| printed("done\n", 0)), target: Box::new(|_, target| target) }
    }
}

/// What a run that prints this and ends with this status says.
pub fn printed(text: &str, status: i32) -> Vec<RunEvent> {
    let output = RunEvent::Output(CleanText::block(text));
    vec![RunEvent::Started, output, RunEvent::Ended(Outcome::Exit(status), 0)]
}

/// Where a command would run on the made-up machine `bastion`.
pub(super) fn target(suggestion: &Suggestion, verdict: &Verdict, tables: &Tables) -> Target {
    let found = examine(&suggestion.text, tables);
    let name = found.programs().first().cloned().unwrap_or_else(|| "bash".to_owned());
    let program = format!("/usr/bin/{name}");
    let kube = [Place::new(PlaceKind::Context, "staging"), Place::new(PlaceKind::Namespace, "shop")];
    let places = if found.names_kube() { kube.to_vec() } else { Vec::new() };
    let mut facts = vec![("program", program.clone())];
    facts.extend(places.iter().map(|place| (place.kind.word(), place.name.clone())));
    if let (Class::Destructive, Some(object)) = (verdict.class, found.object.clone()) {
        facts.push((OBJECT, object));
    }
    let shell = || vec!["/bin/bash".to_owned(), "-c".to_owned(), suggestion.text.clone()];
    let argv = found.simple.clone().unwrap_or_else(shell);
    let command = FrozenCommand {
        argv,
        program,
        identity: "dev 1 inode 2 size 3 mtime 4.0".to_owned(),
        files: Vec::new(),
        cwd: "/home/oncall/shop".to_owned(),
        env: Environment::default(),
        user: "oncall".to_owned(),
        ids: "uid 1000".to_owned(),
        tools: crate::actions::prepare::tools(&found),
        places,
        sensitive: found.sensitive.clone(),
        timeout_seconds: 60,
        output_cap: 65_536,
        interactive: false,
        rules: "test".to_owned(),
    };
    Target {
        place: CleanText::line("this machine (bastion), as oncall, in ~/shop"),
        facts: facts.iter().map(|(name, value)| (CleanText::line(name), CleanText::line(value))).collect(),
        production: None,
        frozen: Frozen::Command(Box::new(command)),
    }
}
