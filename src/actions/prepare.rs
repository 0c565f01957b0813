//! Settles everything a command's effect depends on: which program, where, as whom, with which environment. Reads the
//! disk, so it runs off the interface's loop; called when a card opens and again by the runner right before the run.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::config::schema::Run;
use crate::domain::approval::{Frozen, FrozenCommand, Target};
use crate::domain::{Class, CleanText, Suggestion, Verdict};

use super::confine;
use super::gate::OBJECT;
use super::kube::{self, Kube};
use super::shell::{self, Findings};
use super::tables::Tables;

const SHELL: &str = "/bin/bash";
/// Variables a command gets beside the configured ones.
const PASSED: [&str; 8] = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TERM", "TZ", "KUBECONFIG"];

/// What holds for commands, from the configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSettings {
    /// Longest run, in seconds.
    pub timeout_seconds: u32,
    /// Bytes of output kept.
    pub output_cap: usize,
    /// Working directory.
    pub cwd: PathBuf,
    /// Names of variables passed on beside the built-in few.
    pub pass_env: Vec<String>,
    /// The environment to take them from.
    pub environment: BTreeMap<String, String>,
    /// Words that mark a place as production.
    pub production: Vec<String>,
    /// Whether reads are kept from writing files.
    pub confine_reads: bool,
    /// Where reads may write all the same.
    pub reads_may_write: Vec<PathBuf>,
    /// Whether reads get a read-only session from PostgreSQL.
    pub read_only_sessions: bool,
}

impl RunSettings {
    /// From the configuration and this process's own environment. Variables that are not UTF-8 are left out.
    pub fn new(run: &Run) -> Self {
        let start = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
        Self {
            timeout_seconds: u32::try_from(run.timeout.signed().as_secs().max(1)).unwrap_or(u32::MAX),
            output_cap: run.output.bytes().max(1024),
            cwd: if run.cwd.as_os_str().is_empty() { start } else { run.cwd.clone() },
            pass_env: run.env.clone(),
            environment: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            production: run.production.clone(),
            confine_reads: run.confine_reads,
            reads_may_write: run.reads_may_write.clone(),
            read_only_sessions: run.read_only_sessions,
        }
    }

    /// The complete environment of a child.
    fn child_env(&self, interactive: bool) -> BTreeMap<String, String> {
        let mut env: BTreeMap<String, String> = BTreeMap::new();
        for name in PASSED.iter().copied().chain(self.pass_env.iter().map(String::as_str)) {
            if let Some(value) = self.environment.get(name) {
                env.insert(name.to_owned(), value.clone());
            }
        }
        // A relative entry would make the program depend on the directory.
        let path = env.get("PATH").map_or("/usr/local/bin:/usr/bin:/bin", String::as_str);
        let path: Vec<&str> = path.split(':').filter(|folder| folder.starts_with('/')).collect();
        env.insert("PATH".to_owned(), path.join(":"));
        if !interactive {
            confine::add_quiet(&mut env);
        }
        env
    }
}

/// Settles where and how a shell suggestion would run. What cannot be settled becomes [`Frozen::Blocked`] in words.
pub fn prepare(suggestion: &Suggestion, verdict: &Verdict, tables: &Tables, settings: &RunSettings) -> Target {
    let findings = shell::examine(&suggestion.text, tables);
    match freeze(&suggestion.text, verdict.class, &findings, tables, settings) {
        Ok(command) => describe(command, verdict, &findings, settings),
        Err(why) => Target {
            place: CleanText::line("this machine"),
            facts: Vec::new(),
            production: None,
            frozen: Frozen::Blocked { why: CleanText::line(&why) },
        },
    }
}

/// Settles a command afresh and names the first thing that is not as it was.
///
/// # Errors
/// What changed, in words.
pub fn still_the_same(
    text: &str,
    class: Class,
    was: &FrozenCommand,
    tables: &Tables,
    settings: &RunSettings,
) -> Result<(), String> {
    let findings = shell::examine(text, tables);
    let is = freeze(text, class, &findings, tables, settings)?;
    let pairs = [
        ("the program", was.program == is.program && was.argv == is.argv),
        ("the program's file", was.identity == is.identity),
        ("a program or file it names", was.named_programs == is.named_programs),
        ("the working directory", was.cwd == is.cwd),
        ("the environment", was.env == is.env),
        ("the user", was.user == is.user),
        ("the kube context or namespace", was.kube == is.kube),
        ("the limits", was.timeout_seconds == is.timeout_seconds && was.output_cap == is.output_cap),
        ("the rules", was.rules == is.rules && was.interactive == is.interactive),
    ];
    match pairs.iter().find(|(_, same)| !same) {
        Some((what, _)) => Err(format!("{what} changed since it was confirmed; nothing ran, look at it again")),
        None if *was == is => Ok(()),
        None => Err("something changed since it was confirmed; nothing ran, look at it again".to_owned()),
    }
}

fn freeze(
    text: &str,
    class: Class,
    found: &Findings,
    tables: &Tables,
    settings: &RunSettings,
) -> Result<FrozenCommand, String> {
    if text.contains('\0') {
        return Err("it holds a NUL character, which no program can be given".to_owned());
    }
    let cwd = settings.cwd.canonicalize().map_err(|error| {
        format!("the working directory {} cannot be used: {error}; set run.cwd", settings.cwd.display())
    })?;
    let mut env = settings.child_env(found.interactive);
    confine::add_read_only(&mut env, class, found, settings);
    let path = env.get("PATH").cloned().unwrap_or_default();
    let mut files = BTreeMap::from([(shown(&cwd)?, folder_identity(&cwd)?)]);
    for name in found.programs() {
        if let Some(program) = resolve(&name, &path, &cwd) {
            files.insert(shown(&program)?, identity(&program)?);
        }
    }
    let (program, argv) = invocation(text, found, &path, &cwd)?;
    let kube = if found.names_kube() { Some(kube::current(&env, found)) } else { None };
    for (path, digest) in kube.iter().flat_map(|kube| &kube.files) {
        files.insert(path.clone(), digest.clone());
    }
    Ok(FrozenCommand {
        argv,
        identity: identity(&program)?,
        program: shown(&program)?,
        named_programs: files.into_iter().collect(),
        cwd: shown(&cwd)?,
        env: env.into_iter().collect(),
        user: user(),
        kube: kube.map(|Kube { context, namespace, .. }| (context, namespace)),
        timeout_seconds: settings.timeout_seconds,
        output_cap: settings.output_cap,
        interactive: found.interactive,
        rules: tables.version(),
    })
}

/// A single plain command is executed itself; anything else goes to a shell, byte for byte.
fn invocation(text: &str, found: &Findings, path: &str, cwd: &Path) -> Result<(PathBuf, Vec<String>), String> {
    if let Some(argv) = &found.simple {
        let name = argv.first().map_or("", String::as_str);
        if let Some(program) = resolve(name, path, cwd) {
            return Ok((program, argv.clone()));
        }
        if !shell::is_builtin(name) {
            return Err(format!("`{name}` is not installed here, or not on the PATH; copy it and run it elsewhere"));
        }
    }
    let words = [SHELL, "--noprofile", "--norc", "-c", text];
    Ok((PathBuf::from(SHELL), words.iter().map(|word| (*word).to_owned()).collect()))
}

fn describe(command: FrozenCommand, verdict: &Verdict, found: &Findings, settings: &RunSettings) -> Target {
    let host = host();
    let home = settings.environment.get("HOME").map_or("", String::as_str);
    let folder = match command.cwd.strip_prefix(home).filter(|_| home.len() > 1) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("~{rest}"),
        Some(_) | None => command.cwd.clone(),
    };
    let mut facts = vec![(CleanText::line("program"), CleanText::line(&command.program))];
    let mut places = vec![host.clone()];
    places.extend(found.hosts());
    if let Some((context, namespace)) = &command.kube {
        facts.push((CleanText::line("kube context"), CleanText::line(context)));
        facts.push((CleanText::line("namespace"), CleanText::line(namespace)));
        places.insert(0, namespace.clone());
        places.insert(0, context.clone());
    }
    if verdict.class == Class::Destructive
        && let Some(object) = &found.object
    {
        facts.push((CleanText::line(OBJECT), CleanText::line(object)));
    }
    if let Some((_, options)) = command.env.iter().find(|(name, _)| name == "PGOPTIONS") {
        facts.push((CleanText::line("added"), CleanText::line(&format!("PGOPTIONS={options}"))));
    }
    if let Some(word) = confine::decide(verdict.class, found, &command, settings).word() {
        facts.push((CleanText::line("confined"), CleanText::line(&word)));
    }
    if command.interactive {
        facts.push((CleanText::line("terminal"), CleanText::line("it takes over the screen until it ends")));
    }
    Target {
        place: CleanText::line(&format!("this machine ({host}), as {}, in {folder}", command.user)),
        facts,
        production: places.iter().find(|place| marks(place, &settings.production)).map(|place| CleanText::line(place)),
        frozen: Frozen::Command(Box::new(command)),
    }
}

/// Whether one of the place's words is one that marks production; `prod` also stands for `production`. A place that
/// could not be told counts as production.
fn marks(place: &str, words: &[String]) -> bool {
    place == kube::UNKNOWN
        || place.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).any(|part| {
            let part = part.trim_end_matches(|c: char| c.is_ascii_digit());
            words
                .iter()
                .map(|word| word.to_ascii_lowercase())
                .any(|word| !word.is_empty() && (part == word || (word == "prod" && part == "production")))
        })
}

/// The file a command word starts: its own path, or the first match on the PATH.
pub(super) fn resolve(name: &str, path: &str, cwd: &Path) -> Option<PathBuf> {
    let runs = |file: &PathBuf| {
        std::fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    };
    if name.is_empty() {
        return None;
    }
    if name.contains('/') {
        return Some(cwd.join(name)).filter(runs);
    }
    path.split(':').map(|folder| Path::new(folder).join(name)).find(runs)
}

/// Device, inode, size and modification time: of what a link points to, so that a swapped link shows.
fn identity(program: &Path) -> Result<String, String> {
    let meta =
        std::fs::metadata(program).map_err(|error| format!("{} cannot be looked at: {error}", program.display()))?;
    let (seconds, nanos) = (meta.mtime(), meta.mtime_nsec());
    Ok(format!("dev {} inode {} size {} mtime {seconds}.{nanos:09}", meta.dev(), meta.ino(), meta.size()))
}

fn folder_identity(folder: &Path) -> Result<String, String> {
    let meta =
        std::fs::metadata(folder).map_err(|error| format!("{} cannot be looked at: {error}", folder.display()))?;
    if !meta.is_dir() {
        return Err(format!("the working directory {} is no directory; set run.cwd", folder.display()));
    }
    Ok(format!("directory dev {} inode {}", meta.dev(), meta.ino()))
}

fn shown(path: &Path) -> Result<String, String> {
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| format!("the path {} is not UTF-8 and cannot be shown exactly", path.display()))
}

/// The name of who runs commands, as the user data base has it, else `uid N`.
pub fn user() -> String {
    let uid = rustix::process::geteuid().as_raw();
    let file = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = file.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid.to_string()).then(|| name.to_owned())
    });
    name.unwrap_or_else(|| format!("uid {uid}"))
}

fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_is_a_word_of_the_name_not_a_part_of_one() {
        let words = ["prod".to_owned(), "live".to_owned()];
        for place in ["prod", "prod-eu", "eu.production", "gke_x_PROD2", "live_db", kube::UNKNOWN] {
            assert!(marks(place, &words), "{place}");
        }
        for place in ["staging", "productcatalog", "olive", ""] {
            assert!(!marks(place, &words), "{place}");
        }
    }
}
