//! Settles everything a command's effect depends on: which program, where, as whom, with which environment. Reads the
//! disk, so it runs off the interface's loop; called when a card opens and again by the runner right before the run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::schema::Run;
use crate::domain::approval::{Environment, Frozen, FrozenCommand, Place, Target};
use crate::domain::{Class, CleanText, Suggestion, Verdict};

use super::confine;
use super::gate::OBJECT;
use super::shell::{self, Findings};
use super::tables::Tables;
use super::{files, places};

mod named;
mod pin;

/// The fact on the card that names the configured variables among those passed on.
pub const ALSO_PASSED: &str = "also passed";
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

    /// Whether the configuration, not midwatch, passes this variable on.
    fn passes(&self, name: &str) -> bool {
        self.pass_env.iter().any(|passed| passed == name) && !PASSED.contains(&name)
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
        Ok(command) => describe(&suggestion.text, command, verdict, &findings, settings),
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
    if *was == is {
        return Ok(());
    }
    let what = difference(was, &is).unwrap_or_else(|| "something changed".to_owned());
    Err(format!("{what} since it was confirmed; nothing ran, look at it again"))
}

/// The first difference, in words. Values of variables are never shown.
fn difference(was: &FrozenCommand, is: &FrozenCommand) -> Option<String> {
    for kind in is.places.iter().chain(&was.places).map(|place| place.kind) {
        let names = |command: &FrozenCommand| command.places_of(kind).collect::<Vec<_>>().join(", ");
        let (before, now) = (names(was), names(is));
        if before != now {
            let or_none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
            return Some(format!("the {} changed from {} to {}", kind.word(), or_none(before), or_none(now)));
        }
    }
    if was.program != is.program || was.argv != is.argv {
        return Some(format!("the program or its arguments changed from {} to {}", was.program, is.program));
    }
    if was.identity != is.identity {
        return Some(format!("the program's file changed: {}", was.program));
    }
    if was.cwd != is.cwd {
        return Some(format!("the working directory changed from {} to {}", was.cwd, is.cwd));
    }
    if let Some(path) = first_other(&was.files, &is.files) {
        return Some(format!("a program or file it names changed: {path}"));
    }
    if let Some(name) = first_other(&was.env, &is.env) {
        return Some(format!("the environment changed: {name}"));
    }
    let rest = [
        ("the user or the mask for new files", was.user == is.user && was.ids == is.ids),
        ("the limits", was.timeout_seconds == is.timeout_seconds && was.output_cap == is.output_cap),
        ("the rules", was.rules == is.rules && was.interactive == is.interactive && was.tools == is.tools),
        ("what it reads of secrets", was.sensitive == is.sensitive),
    ];
    rest.iter().find(|(_, same)| !same).map(|(what, _)| format!("{what} changed"))
}

/// The name of the first entry that is not the same in both.
fn first_other<'a>(was: &'a [(String, String)], is: &'a [(String, String)]) -> Option<&'a str> {
    let other = |entry: &&(String, String), list: &[(String, String)]| !list.contains(entry);
    let changed = is.iter().find(|entry| other(entry, was)).or_else(|| was.iter().find(|entry| other(entry, is)));
    changed.map(|(name, _)| name.as_str())
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
    let reach = places::reach(found, &env, &places::Disk, &shown(&cwd)?);
    let (program, argv) = invocation(text, found, &reach, tables, &path, &cwd)?;
    let mut bound = BTreeMap::from([(shown(&cwd)?, files::folder(&cwd)?)]);
    let programs: Vec<PathBuf> = found.programs().iter().filter_map(|name| files::resolve(name, &path, &cwd)).collect();
    for program in programs.iter().chain([&program]) {
        for file in files::interpreters(program, &path).iter().chain([program]) {
            bound.insert(shown(file)?, files::identity(file).unwrap_or_else(|why| why));
        }
    }
    bound.extend(reach.files.iter().map(|file| (file.clone(), files::content(Path::new(file)))));
    let around = named::Around { text, cwd: &cwd, home: env.get("HOME").map(String::as_str) };
    bound.extend(named::files(found, &around)?);
    Ok(FrozenCommand {
        argv,
        identity: files::identity(&program)?,
        program: shown(&program)?,
        files: bound.into_iter().collect(),
        cwd: shown(&cwd)?,
        env: Environment(env.into_iter().collect()),
        user: user(),
        ids: ids(),
        tools: tools(found),
        places: reach.places,
        sensitive: found.sensitive.clone(),
        timeout_seconds: settings.timeout_seconds,
        output_cap: settings.output_cap,
        interactive: found.interactive,
        rules: tables.version(),
    })
}

/// The names of everything it calls, without their folders, with the verbs of those that are known to have any.
pub fn tools(found: &Findings) -> Vec<String> {
    let names = found.calls().iter().filter_map(|words| words.first()?.exact());
    let names = names.map(|name| name.rsplit('/').next().unwrap_or(name));
    let known = |name: &&str| found.tools.iter().any(|tool| tool.split(' ').next() == Some(*name));
    let mut tools: Vec<String> = names.filter(|name| !known(name)).map(str::to_owned).collect();
    tools.extend(found.tools.iter().cloned());
    tools.sort();
    tools.dedup();
    tools
}

/// A single plain command is executed itself; anything else goes to a shell, byte for byte. In both, what the kubeconfig
/// decides is said outright.
fn invocation(
    text: &str,
    found: &Findings,
    reach: &places::Reach,
    tables: &Tables,
    path: &str,
    cwd: &Path,
) -> Result<(PathBuf, Vec<String>), String> {
    if let Some(argv) = &found.simple {
        let name = argv.first().map_or("", String::as_str);
        if let Some(program) = files::resolve(name, path, cwd) {
            return Ok((program, pin::words(argv, found, reach)));
        }
        if !shell::is_builtin(name) {
            return Err(format!("`{name}` is not installed here, or not on the PATH; copy it and run it elsewhere"));
        }
    }
    let text = pin::text(text, found, reach, tables);
    let words = [SHELL, "--noprofile", "--norc", "-c", &text];
    Ok((PathBuf::from(SHELL), words.iter().map(|word| (*word).to_owned()).collect()))
}

fn describe(text: &str, command: FrozenCommand, verdict: &Verdict, found: &Findings, settings: &RunSettings) -> Target {
    let host = host();
    let home = settings.environment.get("HOME").map_or("", String::as_str);
    let folder = match command.cwd.strip_prefix(home).filter(|_| home.len() > 1) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("~{rest}"),
        Some(_) | None => command.cwd.clone(),
    };
    let mut facts: Vec<(&str, String)> =
        command.places.iter().map(|place| (place.kind.word(), place.name.clone())).collect();
    facts.push(("program", command.program.clone()));
    if let Some(runs) = pin::shown(text, &command, found) {
        facts.push(("runs as", runs));
    }
    let passed: Vec<&str> =
        command.env.iter().map(|(name, _)| name.as_str()).filter(|name| settings.passes(name)).collect();
    if !passed.is_empty() {
        facts.push((ALSO_PASSED, passed.join(", ")));
    }
    let around = named::Around { text, cwd: Path::new(&command.cwd), home: Some(home) };
    facts.extend(named::links(found, &around).into_iter().map(|link| ("leads to", link)));
    if verdict.class == Class::Destructive
        && let Some(object) = super::object::of(found)
    {
        facts.push((OBJECT, object));
    }
    if let Some((_, options)) = command.env.iter().find(|(name, _)| name == "PGOPTIONS") {
        facts.push(("added", format!("PGOPTIONS={options}")));
    }
    if let Some(word) = confine::decide(verdict.class, found, &command, settings).word() {
        facts.push(("confined", word));
    }
    if let Some(what) = &command.sensitive {
        facts.push(("sensitive", what.to_string()));
    }
    if command.interactive {
        facts.push(("terminal", "it takes over the screen until it ends".to_owned()));
    }
    let named = command.places.iter().filter(|place| place.kind.can_be_production()).map(|place| &place.name);
    let production = named.chain([&host]).find(|place| marks(place, &settings.production));
    Target {
        place: CleanText::line(&format!("this machine ({host}), as {}, in {folder}", command.user)),
        facts: facts.iter().map(|(name, value)| (CleanText::line(name), CleanText::line(value))).collect(),
        production: production.map(|place| CleanText::line(place)),
        frozen: Frozen::Command(Box::new(command)),
    }
}

/// Whether one of the place's words is one that marks production; `prod` also stands for `production`. A place that
/// could not be told counts as production.
pub(super) fn marks(place: &str, words: &[String]) -> bool {
    place == Place::UNKNOWN
        || place.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).any(|part| {
            let part = part.trim_end_matches(|c: char| c.is_ascii_digit());
            words
                .iter()
                .map(|word| word.to_ascii_lowercase())
                .any(|word| !word.is_empty() && (part == word || (word == "prod" && part == "production")))
        })
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

/// Numbers of user and groups, and the mask for new files as the kernel shows it.
fn ids() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("Umask:")).map_or("unknown", str::trim);
    let (user, group) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    let groups = rustix::process::getgroups().unwrap_or_default();
    let groups: Vec<String> = groups.iter().map(|group| group.as_raw().to_string()).collect();
    format!("uid {user} gid {group} groups {} umask {mask}", groups.join(","))
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
        for place in ["prod", "prod-eu", "eu.production", "gke_x_PROD2", "live_db", Place::UNKNOWN] {
            assert!(marks(place, &words), "{place}");
        }
        for place in ["staging", "productcatalog", "olive", ""] {
            assert!(!marks(place, &words), "{place}");
        }
    }
}
