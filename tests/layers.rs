//! Who may import whom, from the text of `src/`: the table of `docs/architecture.md` as code. Test modules are left out.

#![expect(clippy::unwrap_used, reason = "a test says by a panic what it could not do")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// What the files of a room may name.
struct Room {
    name: &'static str,
    /// Rooms beside itself.
    ours: &'static [&'static str],
    /// The only other crates, or `None` for all that are not forbidden.
    crates: Option<&'static [&'static str]>,
    /// Paths that must not be named, as they would be written.
    never: &'static [&'static str],
}

const PURE: &[&str] = &["tokio", "ratatui", "crossterm", "reqwest", "axum", "process_wrap"];
const INBOUND: &[&str] = &["domain", "store", "logfile", "analysis", "promql", "trust", "config"];
const SCREEN: &[&str] = &[
    "domain", "store", "logfile", "analysis", "promql", "trust", "config", "ui", "logs", "signals", "copilot",
    "actions", "bundle", "app", "panes", "overlays",
];
const NO_IO: &[&str] = &[
    "ratatui",
    "tokio",
    "crossterm",
    "reqwest",
    "std::fs",
    "std::env",
    "std::process",
    "std::net",
    "std::io::stdin",
    "std::io::stdout",
    "Instant::now",
    "SystemTime::now",
    "Timestamp::now",
    "Zoned::now",
    "crate::copilot::providers",
    "crate::actions::runner",
    "crate::actions::journal",
];
const EVERYTHING: &[&str] = &[
    "domain", "store", "logfile", "analysis", "promql", "trust", "config", "ui", "logs", "signals", "sources",
    "copilot", "actions", "bundle", "app", "panes", "overlays", "runtime", "cli", "testing",
];

const fn room(name: &'static str, ours: &'static [&'static str], never: &'static [&'static str]) -> Room {
    Room { name, ours, crates: None, never }
}

const ROOMS: [Room; 20] = [
    Room {
        name: "domain",
        ours: &[],
        crates: Some(&["serde", "jiff", "sha2", "unicode_width", "unicode_segmentation"]),
        never: &[
            "std::fs",
            "std::env",
            "std::process",
            "std::net",
            "Instant::now",
            "SystemTime::now",
            "Timestamp::now",
        ],
    },
    room("store", &["domain"], PURE),
    room("logfile", &["domain"], PURE),
    room("analysis", &["domain"], PURE),
    room("promql", &["domain"], PURE),
    room("trust", &["domain"], PURE),
    room("config", &["domain"], PURE),
    room("ui", &["domain"], &["tokio", "reqwest", "std::fs", "std::env", "std::process"]),
    room("logs", INBOUND, &["tokio", "ratatui", "reqwest", "Instant::now", "Timestamp::now"]),
    room("signals", INBOUND, &["tokio", "ratatui", "reqwest", "Instant::now", "Timestamp::now"]),
    room("sources", INBOUND, &["ratatui"]),
    room("copilot", INBOUND, &["ratatui"]),
    room("actions", INBOUND, &["ratatui"]),
    room("bundle", INBOUND, &["ratatui"]),
    room("app", SCREEN, NO_IO),
    room("panes", SCREEN, NO_IO),
    room("overlays", SCREEN, NO_IO),
    room("runtime", EVERYTHING, &[]),
    room("cli", EVERYTHING, &["ratatui"]),
    room("testing", EVERYTHING, &[]),
];

static ALLOW: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"#!?\[\s*allow\s*\(").unwrap());
static OURS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bcrate::(\w+(?:::\w+)?)").unwrap());
static GROUP: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bcrate::((?:\w+::)?)\{").unwrap());
static CLIMB: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b((?:super::)+)(\w+(?:::\w+)?)").unwrap());
static TESTS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"#\[cfg\(test\)\]\s*mod\s+\w+\s*\{").unwrap());
/// Comments, strings and characters.
static SKIP: LazyLock<Regex> = LazyLock::new(|| {
    let skip = [
        r"//[^\n]*",
        r"/\*.*?\*/",
        r###"\bb?r##".*?"##"###,
        r##"\bb?r#".*?"#"##,
        r#"\bb?r".*?""#,
        r#""(?:\\.|[^"\\])*""#,
        r"'(?:\\[^\n]{1,9}|[^'\\\n])'",
    ];
    Regex::new(&format!("(?s){}", skip.join("|"))).unwrap()
});

/// Longest file, in lines.
const LONGEST: usize = 600;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The other crates, as they are written in a path.
fn crates() -> Vec<String> {
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    manifest["dependencies"].as_table().unwrap().keys().map(|name| name.replace('-', "_")).collect()
}

/// Everything that is wrong with one file; `path` is relative to `src/`.
fn violations(path: &str, text: &str, crates: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut wrong = |what: String| found.push(format!("src/{path}: {what}"));
    if !text.starts_with("//! ") {
        wrong("does not open with `//!` and why it exists".to_owned());
    }
    if text.lines().count() > LONGEST {
        wrong(format!("has more than {LONGEST} lines"));
    }
    let code = bare(text);
    if ALLOW.is_match(&code) {
        wrong("has a bare `allow`; use `#[expect(lint, reason = \"...\")]`".to_owned());
    }
    let Some((name, _)) = path.split_once('/') else { return found };
    if path.ends_with("/tests.rs") || path.contains("/tests/") {
        return found;
    }
    let Some(room) = ROOMS.iter().find(|room| room.name == name) else {
        wrong(format!("`{name}` is no room; add it to the table in tests/layers.rs and docs/architecture.md"));
        return found;
    };
    let code = without_tests(&code);
    for target in ours(path, &code) {
        let mut steps = target.split("::");
        let (to, inner) = (steps.next().unwrap_or_default(), steps.next());
        if to != name && EVERYTHING.contains(&to) && !room.ours.contains(&to) {
            wrong(format!("imports `{to}`, which `{name}` may not"));
        }
        let own = path.split('/').nth(1).map(|own| own.trim_end_matches(".rs"));
        if name == "panes" && to == "panes" && own != Some("mod") && inner.is_some() && inner != own && is_pane(inner) {
            wrong(format!("reaches into another pane: `{target}`"));
        }
    }
    for other in crates.iter().filter(|other| names(&code, other)) {
        if room.crates.is_some_and(|allowed| !allowed.contains(&other.as_str())) {
            wrong(format!("names the crate `{other}`, which `{name}` may not"));
        }
    }
    for never in room.never.iter().filter(|never| names(&code, never)) {
        wrong(format!("names `{never}`, which `{name}` may not"));
    }
    found
}

/// Whether the name below `panes` is a pane, not something that panes share.
fn is_pane(name: Option<&str>) -> bool {
    name.is_some_and(|name| root().join("src/panes").join(name).is_dir() || name == "made_up")
}

/// Whether the code names the crate or path.
fn names(code: &str, path: &str) -> bool {
    if !code.contains(path.rsplit("::").next().unwrap_or(path)) {
        return false;
    }
    let (before, end) =
        if path.contains("::") { (r"\b", r"\b") } else { (r"(?:^|[^\w:.])(?:::)?", r"(?:\s*::|;|\s+as\b)") };
    let alone = Regex::new(&format!("{before}{}{end}", regex::escape(path))).unwrap();
    // A path's last steps may be imported in a group: `use std::{fs, io}`.
    let grouped = path.rsplit_once("::").is_some_and(|(before, last)| {
        Regex::new(&format!(r"\b{}::\{{[^;]*\b{last}\b", regex::escape(before))).unwrap().is_match(code)
    });
    alone.is_match(code) || grouped
}

/// Our own modules that the code names, from the crate's root: `store::logs`.
fn ours(path: &str, code: &str) -> Vec<String> {
    let mut found: Vec<String> = OURS.captures_iter(code).map(|target| target[1].to_owned()).collect();
    for group in GROUP.captures_iter(code) {
        let start = group.get(0).unwrap().end();
        found.extend(group_members(&code[start..]).into_iter().map(|member| format!("{}{member}", &group[1])));
    }
    let mut module: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
    if module.last() == Some(&"mod") {
        module.pop();
    }
    for climb in CLIMB.captures_iter(code) {
        let up = climb[1].matches("super").count();
        let mut target: Vec<&str> = module[..module.len().saturating_sub(up)].to_vec();
        target.extend(climb[2].split("::"));
        found.push(target.join("::"));
    }
    found
}

/// The first two steps of each member of a `use` group, whose text starts after its brace.
fn group_members(text: &str) -> Vec<String> {
    let (mut depth, mut member, mut members) = (0usize, String::new(), Vec::new());
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => members.push(std::mem::take(&mut member)),
            c if depth == 0 && !c.is_whitespace() => member.push(c),
            _ => {}
        }
    }
    members.push(member);
    let steps =
        |member: String| member.split("::").filter(|step| !step.is_empty()).take(2).collect::<Vec<_>>().join("::");
    members.into_iter().map(steps).filter(|member| !member.is_empty()).collect()
}

/// The code without comments and without the insides of strings.
fn bare(text: &str) -> String {
    SKIP.replace_all(text, " ").into_owned()
}

/// The code without its `#[cfg(test)] mod`.
fn without_tests(code: &str) -> String {
    let Some(start) = TESTS.find(code) else {
        return code.to_owned();
    };
    let mut depth = 1usize;
    for (at, c) in code[start.end()..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let rest = &code[start.end() + at + 1..];
            return format!("{}{}", &code[..start.start()], without_tests(rest));
        }
    }
    code[..start.start()].to_owned()
}

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

#[test]
fn every_file_keeps_to_its_layer() {
    let (crates, src) = (crates(), root().join("src"));
    let mut paths = Vec::new();
    sources(&src, &mut paths);
    paths.sort();
    assert!(paths.len() > 40, "only {} files were found", paths.len());
    let found: Vec<String> = paths
        .iter()
        .flat_map(|path| {
            let relative = path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
            violations(&relative, &fs::read_to_string(path).unwrap(), &crates)
        })
        .collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

fn check(path: &str, code: &str) -> Vec<String> {
    violations(path, &format!("//! Made up.\n{code}"), &crates())
}

#[test]
fn a_violation_of_each_rule_is_found() {
    let cases = [
        ("domain/x.rs", "use crate::store::LogStore;"),
        ("domain/x.rs", "use serde_json::Value;"),
        ("domain/x.rs", "fn f() { let now = Timestamp::now(); }"),
        ("store/x.rs", "use tokio::sync::mpsc;"),
        ("analysis/x.rs", "use crate::{domain::Alert, store::LogStore};"),
        ("promql/x.rs", "use crate::config::schema;"),
        ("trust/x.rs", "use crate::{\n    domain::{Alert, Change},\n    logfile,\n};"),
        ("config/x.rs", "type C = reqwest::Client;"),
        ("ui/x.rs", "use crate::app::Model;"),
        ("sources/x.rs", "use crate::copilot::Turn;"),
        ("copilot/x.rs", "use super::super::actions::gate;"),
        ("actions/x.rs", "use ratatui::buffer::Buffer;"),
        ("bundle/x.rs", "fn f(m: &crate::app::Model) {}"),
        ("app/x.rs", "use std::{collections::BTreeMap, fs};"),
        ("app/x.rs", "fn f() { std::env::var(\"A\"); }"),
        ("app/x.rs", "use crate::sources::Outlet;"),
        ("app/x.rs", "use crate::copilot::providers::ollama;"),
        ("panes/x/view.rs", "use crate::ui::Canvas; use ratatui as r;"),
        ("panes/logs/update.rs", "use crate::panes::made_up::Pane;"),
        ("panes/logs/update.rs", "use super::super::made_up::Pane;"),
        ("panes/logs/update.rs", "use crate::panes::{made_up, Shared};"),
        ("overlays/x.rs", "fn f() { std::time::Instant::now(); }"),
        ("cli/x.rs", "use ratatui::Terminal;"),
        ("runtime/x.rs", "#[allow(dead_code)]\nfn f() {}"),
        ("helpers/x.rs", "fn f() {}"),
    ];
    for (path, code) in cases {
        assert_eq!(check(path, code).len(), 1, "{path}: {code}: {:?}", check(path, code));
    }
    assert_eq!(violations("store/x.rs", "fn f() {}\n", &[]).len(), 1);
    assert_eq!(check("store/x.rs", &"\n".repeat(LONGEST)).len(), 1);
}

#[test]
fn what_is_allowed_commented_quoted_or_in_a_test_is_not_found() {
    let cases = [
        ("store/x.rs", "use crate::domain::Alert; use super::budget::Budget; use super::super::domain::Change;"),
        ("store/x.rs", "// use tokio::sync;\n/* ratatui::x */ const A: &str = \"reqwest::Client #[allow(x)]\";"),
        ("store/x.rs", "const A: &str = r#\"use \"tokio::x\" \"#; const B: char = '\"'; const C: char = '\\''; // '\n"),
        ("store/x.rs", "#[cfg(test)]\nmod tests {\n    use tokio::time; fn f() { if true {} }\n}\n"),
        ("app/tests.rs", "use std::fs;"),
        ("app/x.rs", "fn f<'a>(x: &'a str) -> Option<&'a str> { self.tokio.x(); Some(x) }"),
        ("panes/logs/view.rs", "use super::state::Pane; use crate::panes::Context; use crate::ui::Canvas;"),
        ("runtime/x.rs", "use crate::app::Model; use ratatui::Terminal; use tokio::sync::mpsc;"),
    ];
    for (path, code) in cases {
        assert_eq!(check(path, code), Vec::<String>::new(), "{path}: {code}");
    }
    let after = "#[cfg(test)]\nmod tests { fn f() {} }\nuse tokio::sync;\n";
    assert_eq!(check("store/x.rs", after).len(), 1);
}
