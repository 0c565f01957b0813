//! Programs that midwatch runs or hands over to: git, configured commands, kubectl.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::PATIENCE;
use super::report::{Group, Row};
use crate::config::schema;
use crate::domain::CleanText;

/// Bytes of a program's answer that are looked at.
const ANSWER: usize = 64 << 10;

/// Whether the repository has a log to read.
pub(super) async fn git(git: &schema::Git) -> Row {
    let path = git.path.display().to_string();
    match output("git", &["-C", &path, "log", "-1", "--format=%h %cI"]).await {
        Ok(last) => Row::ok(Group::Source, &git.name, format!("{path}: last commit {last}")),
        Err(why) => Row::down(Group::Source, &git.name, format!("{path}: {why}"), "correct `path`, or install git"),
    }
}

/// Whether the program exists; it is not run.
pub(super) fn command(command: &schema::Command) -> Row {
    let program = command.argv.first().map(String::as_str).unwrap_or_default();
    match on_path(program) {
        Some(path) => Row::ok(Group::Source, &command.name, format!("{} exists; not run by doctor", path.display())),
        None => {
            let remedy = "install it, or write its whole path in `argv`";
            Row::down(Group::Source, &command.name, format!("there is no program `{program}`"), remedy)
        }
    }
}

/// The contexts that a proposed kubectl command could be aimed at. Asks no cluster.
pub(super) async fn kubectl() -> Row {
    let group = Group::Program;
    if on_path("kubectl").is_none() {
        return Row::note(group, "kubectl", "is not installed; proposals for it cannot run", "");
    }
    let contexts = output("kubectl", &["config", "get-contexts", "-o", "name"]).await;
    match (contexts, output("kubectl", &["config", "current-context"]).await) {
        (Ok(contexts), Ok(current)) => {
            let count = contexts.lines().count();
            Row::ok(group, "kubectl", format!("current context {current}, {count} in all"))
        }
        (Ok(contexts), Err(_)) if contexts.is_empty() => {
            Row::note(group, "kubectl", "has no context", "set KUBECONFIG if it should")
        }
        (Ok(_), Err(_)) => {
            let remedy = "kubectl config use-context NAME";
            Row::note(group, "kubectl", "has contexts, but none is current", remedy)
        }
        (Err(why), _) => Row::note(group, "kubectl", why, "correct the kubeconfig"),
    }
}

/// What a program says, blanks cut off, within this check's patience; it gets no input and asks nobody.
pub(super) async fn output(program: &str, arguments: &[&str]) -> Result<String, String> {
    let run = Command::new(program)
        .args(arguments)
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(PATIENCE, run)
        .await
        .map_err(|_| format!("{program} gave no answer within {} s", PATIENCE.as_secs()))?
        .map_err(|error| format!("{program}: {error}"))?;
    let text = |bytes: &[u8]| CleanText::from_bytes(&bytes[..bytes.len().min(ANSWER)]).trim().to_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    let said = text(&output.stderr);
    Err(said.lines().next_back().map_or_else(|| format!("{program} failed"), str::to_owned))
}

/// The program's path, as the system would find it.
pub(super) fn on_path(program: &str) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(PathBuf::from(program)).filter(|path| is_program(path));
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| is_program(path))
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::super::report::State;
    use super::*;
    use crate::config::known::specimen;

    #[test]
    fn a_program_is_looked_for_and_not_run() {
        let mut source = specimen().command.remove(0);
        source.argv = vec!["sh".to_owned(), "-c".to_owned(), "exit 1".to_owned()];
        assert_eq!(command(&source).state(), State::Ok);
        for missing in ["no-such-program-here", "/etc/passwd", "/nowhere/x"] {
            source.argv = vec![missing.to_owned()];
            assert_eq!(command(&source).state(), State::Down, "{missing}");
        }
    }

    #[tokio::test]
    async fn what_a_program_complains_about_is_passed_on_clean() {
        assert_eq!(output("sh", &["-c", "printf ' a\\n'"]).await, Ok("a".to_owned()));
        let said = output("sh", &["-c", "printf 'one\\ntwo \\033[2J' >&2; exit 3"]).await.unwrap_err();
        assert_eq!(said, "two ␛[2J");
        assert!(output("no-such-program-here", &[]).await.is_err());
    }
}
