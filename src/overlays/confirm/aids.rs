//! What helps a person to decide, beside the text and its class: how it runs where that differs from how it reads, what
//! a preview says, and what is watched afterwards.

use super::body::fact;
use crate::actions::confine::is_quiet;
use crate::actions::prepare::ALSO_PASSED;
use crate::app::Ctx;
use crate::app::handlers::{preview, watch};
use crate::domain::approval::{Frozen, FrozenCommand};
use crate::domain::time::short;
use crate::domain::{Class, CleanText, Preview, Proposal, ProposalId};
use crate::ui::{Line, Role};

/// Lines of a preview's output on the card; all of it is in Evidence.
const PREVIEWED: usize = 12;
/// The fact that gives the words as they run, where something was passed on explicitly.
const RUNS_AS: &str = "runs as";
/// What every command is given beside what is configured; a card need not name it.
const USUAL: [&str; 8] = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TERM", "TZ", "KUBECONFIG"];

/// How it runs, where that is not what the text looks like.
pub fn runs_as(rows: &mut Vec<Line>, proposal: &Proposal, columns: usize) {
    for (written, means) in &proposal.brief.decoded {
        let text = CleanText::line(&format!("{written}  is  {means}"));
        fact(rows, "runs as", &text, Role::Warning, columns);
    }
    let Frozen::Command(command) = &proposal.target.frozen else { return };
    if is_shell(command) {
        fact(rows, "runs as", &"/bin/bash -c, the text above byte for byte".into(), Role::Dim, columns);
        let programs: Vec<&str> = command
            .files
            .iter()
            .filter(|(_, identity)| identity.starts_with("dev "))
            .map(|(path, _)| path.as_str())
            .collect();
        if !programs.is_empty() {
            fact(rows, "also uses", &CleanText::line(&programs.join(" ")), Role::Dim, columns);
        }
    } else if proposal
        .target
        .facts
        .iter()
        .any(|(name, value)| name.as_str() == RUNS_AS && flat(value) == flat(&command.argv.join(" ")))
    {
        // The rows at the top say the same words.
    } else if flat(&proposal.suggestion.text) != flat(&command.argv.join(" ")) {
        let words: Vec<String> = command.argv.iter().map(|word| format!("[{word}]")).collect();
        fact(rows, "runs as", &CleanText::line(&words.join(" ")), Role::Dim, columns);
    }
    let said =
        proposal.target.facts.iter().find(|(name, _)| name.as_str() == ALSO_PASSED).map(|(_, value)| value.as_str());
    let said: Vec<&str> = said.unwrap_or_default().split(", ").collect();
    let more: Vec<&str> = command
        .env
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| !USUAL.contains(name) && !is_quiet(name) && !said.contains(name))
        .collect();
    if !more.is_empty() {
        let text = format!("also {}; nothing else of this shell's", more.join(" "));
        fact(rows, "environment", &CleanText::line(&text), Role::Dim, columns);
    }
}

/// A text without its quotes and spare blanks: what still differs then is worth a row.
fn flat(text: &str) -> String {
    text.replace(['\'', '"'], "").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_shell(command: &FrozenCommand) -> bool {
    command.argv.iter().any(|word| word == "-c") && command.argv.first().is_some_and(|name| name.ends_with("/bash"))
}

/// Each preview in full, and what it said.
pub fn previews(
    rows: &mut Vec<Line>,
    ctx: &Ctx<'_>,
    of: ProposalId,
    previews: &[(ProposalId, Preview)],
    columns: usize,
) {
    for (_, one) in previews.iter().filter(|(parent, _)| *parent == of) {
        let text = CleanText::block(&one.suggestion.text);
        fact(rows, "preview", &text, Role::Text, columns);
        let Some(run) = preview::run_of(ctx, of, one) else { continue };
        let beside = run.evidence().map(|id| format!(" [{id}]")).unwrap_or_default();
        let words = format!("preview, not the run: {}{beside}", run.state_words(ctx.now));
        fact(rows, "", &CleanText::line(&words), Role::Warning, columns);
        let printed = ctx.outputs.get(run.id).map(|output| output.text.as_str()).unwrap_or_default();
        let count = printed.lines().count();
        for line in printed.lines().take(PREVIEWED) {
            rows.extend(Line::of(format!("  │ {line}"), Role::Dim).wrap(columns, 4));
        }
        if count > PREVIEWED {
            let more = format!("  … {} more lines in Evidence", count - PREVIEWED);
            rows.push(Line::of(more, Role::Dim));
        }
    }
}

/// Which signals are watched after it ran.
pub fn then_watch(rows: &mut Vec<Line>, ctx: &Ctx<'_>, proposal: &Proposal, columns: usize) {
    // Without sources nothing is watched: the card of `midwatch run`.
    if proposal.verdict.class == Class::Read || ctx.stores.sources.is_empty() {
        return;
    }
    let signals: Vec<String> = watch::planned(ctx, proposal).iter().map(|signal| signal.name()).collect();
    let text = match signals.is_empty() {
        true => "only the alerts: no series here tells of it".to_owned(),
        false => format!("{}, for {}", signals.join(", "), short(ctx.settings.watch)),
    };
    fact(rows, "then watch", &CleanText::line(&text), Role::Dim, columns);
}
