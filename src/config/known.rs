//! Which keys there are and how each is written: a configuration with one of everything, from which messages take their
//! examples and `config.example.toml` is checked.

mod log_format;
mod log_stores;

use std::collections::BTreeMap;
use std::path::PathBuf;

use toml::{Table, Value};

use super::place::{Step, last_key, steps};
use super::policy::{Decide, PolicyRule};
use super::schema::{
    Alertmanager, Auth, Changes, Command, CommandLines, Config, Files, Git, Limits, Model, Panel, PanelUnit,
    Prometheus, ProviderKind, Run, Service, Slo, Switch, Webhook,
};
use super::units::{Length, Size};
use crate::domain::{Class, Language, Origin};

/// A valid configuration in which every key is set and every list has one entry.
pub fn specimen() -> Config {
    Config {
        data_dir: PathBuf::from("/var/lib/midwatch"),
        prompts_dir: PathBuf::from("/etc/midwatch/prompts"),
        journal: PathBuf::from("/var/lib/midwatch/journal.jsonl"),
        alertmanager: vec![alertmanager()],
        webhook: Some(Webhook { name: "hook".to_owned(), listen: "127.0.0.1:9099".to_owned() }),
        prometheus: vec![prometheus()],
        files: vec![Files {
            name: "app".to_owned(),
            paths: vec!["/var/log/app/*.log".to_owned()],
            service: "app".to_owned(),
            backlog: Size::mib(64),
        }],
        log_format: vec![log_format::log_format()],
        loki: vec![log_stores::loki()],
        elasticsearch: vec![log_stores::elasticsearch()],
        victorialogs: vec![log_stores::victorialogs()],
        journald: vec![log_stores::journald()],
        kubectl: vec![log_stores::kubectl()],
        docker: vec![log_stores::docker()],
        otlp: vec![log_stores::otlp()],
        changes: vec![Changes { name: "deploys".to_owned(), path: PathBuf::from("/var/log/changes.jsonl") }],
        git: vec![Git {
            name: "repo".to_owned(),
            path: PathBuf::from("/srv/deploy"),
            every: Length::seconds(15),
            since: Length::seconds(86_400),
        }],
        command: vec![Command {
            name: "pods".to_owned(),
            argv: vec!["kubectl".to_owned(), "get".to_owned(), "events".to_owned(), "--watch".to_owned()],
            lines: CommandLines::Logs,
            service: "cluster".to_owned(),
            every: Some(Length::seconds(30)),
        }],
        service: vec![service()],
        service_maps: vec![PathBuf::from("/etc/midwatch/services.dot")],
        model: Model {
            provider: ProviderKind::Ollama,
            url: "http://127.0.0.1:11434".to_owned(),
            model: "qwen3:8b".to_owned(),
            key: "env:MODEL_KEY".to_owned(),
            ..Model::default()
        },
        run: Run {
            cwd: PathBuf::from("/srv"),
            env: vec!["AWS_PROFILE".to_owned()],
            tables: vec![PathBuf::from("/etc/midwatch/tools.toml")],
            ..Run::default()
        },
        policy_file: PathBuf::from("/etc/midwatch/team-policy.toml"),
        policy: vec![policy()],
        limits: Limits::default(),
        ..Config::default()
    }
}

fn policy() -> PolicyRule {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    PolicyRule {
        name: "drains".to_owned(),
        decide: Decide::Forbid,
        why: "the node team drains".to_owned(),
        class: vec![Class::Write, Class::Destructive],
        tool: words(&["kubectl"]),
        verb: words(&["drain", "cordon"]),
        rule: words(&["kubectl.*"]),
        context: words(&["prod-*"]),
        namespace: words(&["*"]),
        host: words(&["*"]),
        language: vec![Language::Sh],
        origin: vec![Origin::Model, Origin::Runbook],
        production: Some(true),
        matches: words(&["kubectl --context prod-eu drain node-1"]),
        not_match: words(&["kubectl --context dev drain node-1"]),
    }
}

fn service() -> Service {
    Service {
        name: "checkout".to_owned(),
        depends_on: vec!["payments".to_owned(), "cart".to_owned()],
        slos: vec![Slo {
            name: "availability".to_owned(),
            objective: 99.9,
            days: 30,
            prometheus: "prom".to_owned(),
            bad: "http_requests_total{service=\"checkout\",code=~\"5..\"}".to_owned(),
            good: String::new(),
            total: "http_requests_total{service=\"checkout\"}".to_owned(),
        }],
    }
}

fn alertmanager() -> Alertmanager {
    Alertmanager {
        name: "am".to_owned(),
        url: "http://127.0.0.1:9093".to_owned(),
        every: Length::seconds(5),
        timeout: Length::seconds(10),
        headers: BTreeMap::from([("X-Team".to_owned(), "oncall".to_owned())]),
        auth: auth("ALERTS"),
    }
}

fn prometheus() -> Prometheus {
    Prometheus {
        name: "prom".to_owned(),
        url: "http://127.0.0.1:9090".to_owned(),
        every: Length::seconds(15),
        step: Length::seconds(15),
        timeout: Length::seconds(10),
        headers: BTreeMap::from([("X-Team".to_owned(), "oncall".to_owned())]),
        tenant: "shop".to_owned(),
        dedup: Switch::On,
        partial_response: Switch::Off,
        auth: auth("METRICS"),
        panels: vec![Panel {
            title: "errors/s".to_owned(),
            query: "sum(rate(http_requests_total{code=~\"5..\"}[1m]))".to_owned(),
            unit: PanelUnit::PerSecond,
        }],
    }
}

/// Every key set; of the two ways to log in, a server takes one.
fn auth(prefix: &str) -> Auth {
    Auth {
        user: "oncall".to_owned(),
        password: format!("env:{prefix}_PASSWORD"),
        bearer: format!("env:{prefix}_TOKEN"),
        ca: PathBuf::from("/etc/midwatch/ca.pem"),
        client_cert: PathBuf::from("/etc/midwatch/client.pem"),
        client_key: "/etc/midwatch/client-key.pem".to_owned(),
    }
}

/// Every key as a path without positions (`prometheus.url`), tables included, the names inside `headers` left out.
pub fn every_key() -> Vec<String> {
    fn walk(table: &Table, before: &str, out: &mut Vec<String>) {
        for (key, value) in table {
            let path = if before.is_empty() { key.clone() } else { format!("{before}.{key}") };
            out.push(path.clone());
            match value {
                Value::Table(inner) if key != "headers" => walk(inner, &path, out),
                Value::Array(items) => {
                    if let Some(Value::Table(inner)) = items.first() {
                        walk(inner, &path, out);
                    }
                }
                _ => {}
            }
        }
    }
    let mut keys = Vec::new();
    walk(&tree(), "", &mut keys);
    keys
}

fn tree() -> Table {
    Table::try_from(specimen()).unwrap_or_default()
}

/// What stands at a path in the specimen; positions in arrays do not matter.
fn at(path: &str) -> Option<Value> {
    let mut value = Value::Table(tree());
    for step in steps(path) {
        value = match (step, value) {
            (Step::Key(key), Value::Table(mut table)) => table.remove(key)?,
            (Step::At(_), Value::Array(items)) => items.into_iter().next()?,
            _ => return None,
        };
    }
    Some(value)
}

/// How the key at the path is written: `every = "15s"`, `[[prometheus]]`, `[model]`.
pub fn how_to_write(path: &str) -> Option<String> {
    let name = last_key(path)?;
    let whole = whole(path);
    match at(whole)? {
        Value::Array(items) if items.first().is_some_and(Value::is_table) => {
            Some(format!("[[{}]]", without_positions(whole)))
        }
        Value::Table(_) if name == "headers" => Some("headers = { Authorization = \"env:NAME\" }".to_owned()),
        Value::Table(_) => Some(format!("[{}]", without_positions(whole))),
        Value::Float(number) => Some(format!("{name} = {number:.1}")),
        value => Some(format!("{name} = {value}")),
    }
}

/// The list that holds the element: `files[0].paths` of `files[0].paths[1]`; any other path as it is.
pub fn whole(path: &str) -> &str {
    path.strip_suffix(']').and_then(|path| path.rsplit_once('[')).map_or(path, |(whole, _)| whole)
}

/// Whether the key holds one table.
pub fn is_table(path: &str) -> bool {
    at(path).is_some_and(|value| value.is_table())
}

/// The path with its positions left out: `prometheus[0].url` is `prometheus.url`.
pub fn without_positions(path: &str) -> String {
    let keys: Vec<&str> = steps(path)
        .into_iter()
        .filter_map(|step| match step {
            Step::Key(key) => Some(key),
            Step::At(_) => None,
        })
        .collect();
    keys.join(".")
}

/// What to do about a key that does not exist: the nearest name beside it, or the table where it belongs.
pub fn suggestion(path: &str) -> String {
    let flat = without_positions(path);
    let (table, key) = flat.rsplit_once('.').unwrap_or(("", &flat));
    let keys = every_key();
    let beside: Vec<&str> = keys
        .iter()
        .filter(|known| known.rsplit_once('.').map_or("", |(table, _)| table) == table)
        .map(|known| known.rsplit('.').next().unwrap_or(known))
        .collect();
    if let Some(near) = nearest(key, &beside) {
        return format!("did you mean `{near}`?");
    }
    let homes: Vec<&str> = keys
        .iter()
        .filter_map(|known| known.rsplit_once('.'))
        .filter(|(_, last)| *last == key)
        .map(|(table, _)| table)
        .collect();
    match (homes.as_slice(), beside.is_empty()) {
        ([home], _) => format!("`{key}` belongs under `{}`", how_to_write(home).unwrap_or_else(|| format!("[{home}]"))),
        (_, true) => "remove it".to_owned(),
        (_, false) => format!("remove it; known here: {}", beside.join(", ")),
    }
}

/// The candidate that a typing error away from `word`, if one is near enough.
pub fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    candidates
        .iter()
        .map(|candidate| (distance(word, candidate), *candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance, with a swap of neighbours as one step; case does not count.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().take(64).collect();
    let b: Vec<char> = b.to_lowercase().chars().take(64).collect();
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specimen_leaves_no_list_empty_and_no_key_out() {
        let keys = every_key();
        for key in
            ["webhook.listen", "prometheus.panel.unit", "command.every", "model.key", "run.tables", "limits.evidence"]
        {
            assert!(keys.iter().any(|known| known == key), "{key} is missing");
        }
        assert_eq!(keys.len(), keys.iter().collect::<std::collections::BTreeSet<_>>().len());
    }

    #[test]
    fn a_wrong_key_is_answered_with_the_nearest_or_with_its_home() {
        assert_eq!(suggestion("prometheus[0].urll"), "did you mean `url`?");
        assert_eq!(suggestion("thmee"), "did you mean `theme`?");
        assert_eq!(suggestion("provider"), "`provider` belongs under `[model]`");
        assert_eq!(suggestion("nonsense.deep"), "remove it");
        assert!(suggestion("limits.zzzzzz").starts_with("remove it; known here: "));
    }

    #[test]
    fn every_key_can_be_shown_as_an_example() {
        for key in every_key() {
            assert!(
                how_to_write(&key.replace("prometheus.", "prometheus[0].")).is_some() || key.contains('.'),
                "{key}"
            );
        }
        assert_eq!(how_to_write("prometheus[0].every").as_deref(), Some("every = \"15s\""));
        assert_eq!(how_to_write("prometheus").as_deref(), Some("[[prometheus]]"));
        assert_eq!(how_to_write("model.temperature").as_deref(), Some("temperature = 0.2"));
    }
}
