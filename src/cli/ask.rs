//! `midwatch ask [--command] TEXT`: a question from any shell. Nothing is run: a command is printed for the person, with
//! its class beside it.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use super::args::Common;
use super::open::{ReadFile, bundle, configuration};
use super::{Failure, Outcome, Start, own_log};
use crate::app::conversation::Turn;
use crate::domain::{Language, Proposal};
use crate::runtime::{self, Session, headless};
use crate::trust::verify::Status;
use crate::ui::reveal::reveal;

/// Arguments of `midwatch ask`.
#[derive(Debug, clap::Args)]
pub struct AskArgs {
    /// The question, or in words what the command should do
    #[arg(required = true, value_name = "TEXT")]
    words: Vec<String>,
    /// Print one command or query and its class; it is never run
    #[arg(long)]
    command: bool,
    /// With --command: a command line for the shell and nothing else
    #[arg(long, requires = "command")]
    sh: bool,
    /// Ask about the incident bundle in this folder instead of the configured sources
    #[arg(long, value_name = "DIR")]
    bundle: Option<PathBuf>,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// Asks.
pub(super) fn run(common: &Common, ask: AskArgs) -> Outcome {
    let config = configuration(common, ReadFile::Yes)?.config;
    let words = ask.words.join(" ");
    if words.trim().is_empty() {
        return Err(Failure::bad_input("there is no question; write it as in `midwatch ask why does checkout fail`"));
    }
    let dir = ask.bundle.clone().map(bundle).transpose()?;
    let _log = own_log::to_file(&config.data_dir);
    let question = if ask.command { format!("! {words}") } else { words };
    let mut teller = Teller { streams: !ask.command && !ask.json, said: false };
    let start = Start::Shell { config, sources: true, bundle: dir };
    Ok(runtime::run_headless(start, &question, &mut teller, |session| {
        if ask.command { command(session, &ask) } else { answer(session, ask.json) }
    })?)
}

/// Says on standard error what is waited for, and streams the answer.
struct Teller {
    streams: bool,
    said: bool,
}

impl headless::Listener for Teller {
    fn waiting(&mut self, what: &str) {
        if io::stderr().is_terminal() {
            self.said = true;
            // Progress is a courtesy: with standard error gone there is nobody to tell.
            let _ = write!(io::stderr(), "\r\x1b[Kmidwatch: waiting for {what}");
        }
    }

    fn text(&mut self, more: &str) -> io::Result<()> {
        if self.streams {
            self.hush();
            let mut out = io::stdout().lock();
            out.write_all(more.as_bytes())?;
            out.flush()?;
        }
        Ok(())
    }
}

impl Teller {
    fn hush(&mut self) {
        if std::mem::take(&mut self.said) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        self.hush();
    }
}

fn last(session: &Session) -> anyhow::Result<&Turn> {
    session.model.state.conversation.turns.last().ok_or_else(|| anyhow::anyhow!("there is no answer"))
}

/// The command on standard output, what it would do on standard error.
fn command(session: &Session, ask: &AskArgs) -> anyhow::Result<ExitCode> {
    let turn = last(session)?;
    let state = &session.model.state;
    let mut proposals = turn.proposals.iter().filter_map(|id| state.proposal(*id));
    let found = proposals.find(|proposal| !ask.sh || proposal.suggestion.language == Language::Sh);
    let Some(proposal) = found else { anyhow::bail!("no command came of it; the model said: {}", turn.clean) };
    let text = &proposal.suggestion.text;
    if ask.json {
        let line = json!({
            "command": text,
            "language": proposal.suggestion.language.word(),
            "class": proposal.verdict.class,
            "reasons": proposal.verdict.reasons,
        });
        writeln!(io::stdout(), "{line}")?;
        return Ok(ExitCode::SUCCESS);
    }
    clear_line();
    let mut err = io::stderr().lock();
    writeln!(err, "{} {}", proposal.verdict.class.word(), proposal.suggestion.language.word())?;
    for reason in why(proposal) {
        writeln!(err, "  {reason}")?;
    }
    // On a prompt line a hidden character would be typed by nobody and seen by nobody.
    if reveal(text).iter().any(|part| part.hidden) {
        let shown: String = reveal(text).iter().map(|part| part.text.as_str().to_owned()).collect();
        anyhow::bail!("it holds characters that cannot be seen, so it is not given out: {shown}");
    }
    writeln!(io::stdout(), "{text}")?;
    Ok(ExitCode::SUCCESS)
}

fn clear_line() {
    if io::stderr().is_terminal() {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
}

/// Each reason once, the weightiest first.
fn why(proposal: &Proposal) -> Vec<String> {
    let mut reasons: Vec<_> = proposal.verdict.reasons.iter().collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.class));
    let mut lines: Vec<String> = Vec::new();
    for reason in reasons {
        let line = format!("{}: {}", reason.rule, reason.text);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.extend(proposal.taints.iter().map(|taint| format!("from data: `{}` stands in {}", taint.token, taint.from)));
    lines
}

/// What of the answer is not supported, the evidence it was given, and who was asked.
fn answer(session: &Session, as_json: bool) -> anyhow::Result<ExitCode> {
    let turn = last(session)?;
    let given = turn.given.iter().filter_map(|id| session.model.state.stores.evidence.get(*id));
    let mut out = io::stdout().lock();
    if as_json {
        let sentences = turn.sentences.iter().map(|sentence| {
            let (status, why) = words(&sentence.status);
            json!({ "text": sentence.text, "status": status, "why": why })
        });
        let evidence = given.map(|one| {
            json!({
                "id": one.id.to_string(), "kind": one.kind.word(), "source": one.source, "query": one.query,
                "text": one.text, "sha256": one.digest(),
            })
        });
        let line = json!({
            "answer": turn.clean,
            "sentences": sentences.collect::<Vec<_>>(),
            "evidence": evidence.collect::<Vec<_>>(),
            "coverage": turn.coverage.line(),
        });
        writeln!(out, "{line}")?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "\n")?;
    for sentence in &turn.sentences {
        match &sentence.status {
            Status::Supported | Status::Chatter => {}
            Status::Unsupported { why } => writeln!(out, "✗ unsupported: {} ({why})", sentence.text)?,
            Status::Uncited => writeln!(out, "? cites nothing: {}", sentence.text)?,
            Status::OffStack { tool } => writeln!(out, "? needs {tool}, which is not here: {}", sentence.text)?,
        }
    }
    writeln!(out, "\nevidence")?;
    for one in given {
        writeln!(out, "  {} {} {}: {} ({})", one.id, one.kind.word(), one.source, one.query, one.counted())?;
    }
    writeln!(out, "{}", turn.coverage.line())?;
    for proposal in turn.proposals.iter().filter_map(|id| session.model.state.proposal(*id)) {
        writeln!(out, "proposed, not run: {} {}", proposal.verdict.class.word(), proposal.one_line())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn words(status: &Status) -> (&'static str, &str) {
    match status {
        Status::Supported => ("supported", ""),
        Status::Unsupported { why } => ("unsupported", why.as_str()),
        Status::Uncited => ("uncited", ""),
        Status::OffStack { tool } => ("offstack", tool.as_str()),
        Status::Chatter => ("chatter", ""),
    }
}
