//! What the types cannot say about a configuration. Finds every problem at once; each says its fix. `load` calls it.

mod auth;
mod log_formats;
mod log_stores;
mod services;

use std::collections::BTreeMap;

use super::address::{check_base, check_loopback};
use super::known::nearest;
use super::problem::Problem;
use super::schema::{Config, Model, ProviderKind, Run};
use super::units::{Length, Size};

/// The themes that need no file.
pub const THEMES: [&str; 3] = ["dark", "light", "high-contrast"];
/// Longest name of a source; the header has room for few more.
const NAME: usize = 20;
/// Longest title of a panel.
const TITLE: usize = 60;

/// Everything that is wrong, in the order of the schema; empty where all is well.
pub fn validate(config: &Config) -> Vec<Problem> {
    let mut check = Check::default();
    check.theme(&config.theme);
    check.between("window", config.window, Length::seconds(60), Length::seconds(7 * 86_400));
    check.names(config);
    check.servers(config);
    check.files(config);
    check.programs(config);
    check.log_formats(config);
    check.log_stores(config);
    check.services(config);
    check.model(&config.model);
    check.run(&config.run);
    check.problems.extend(super::policy::check(&config.policy));
    check.limits(config);
    check.problems
}

#[derive(Default)]
struct Check {
    problems: Vec<Problem>,
}

impl Check {
    fn wrong(&mut self, key: impl Into<String>, what: impl Into<String>, fix: impl Into<String>) {
        self.problems.push(Problem::new(key, what, fix));
    }

    fn theme(&mut self, theme: &str) {
        let is_path = theme.contains('/') || theme.ends_with(".toml");
        if !is_path && !THEMES.contains(&theme) {
            let fix = match nearest(theme, &THEMES) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("choose one of {}, or the path of a theme file", THEMES.join(", ")),
            };
            self.wrong("theme", format!("there is no theme `{theme}`"), fix);
        }
    }

    fn names(&mut self, config: &Config) {
        let mut seen: BTreeMap<&str, String> = BTreeMap::new();
        for (key, name) in named(config) {
            let key = format!("{key}.name");
            if let Some(what) = bad_name(name) {
                self.wrong(&key, what, "use letters, digits, `-`, `_` and `.`, as in name = \"prom-eu\"");
            } else if let Some(first) = seen.get(name) {
                let what = format!("`{name}` is already the name of `{first}`");
                self.wrong(&key, what, format!("give each source its own name, as \"{name}-2\""));
            } else {
                seen.insert(name, key.trim_end_matches(".name").to_owned());
            }
        }
    }

    fn servers(&mut self, config: &Config) {
        for (index, server) in config.alertmanager.iter().enumerate() {
            let key = format!("alertmanager[{index}]");
            self.server(&key, &server.url, server.every, server.timeout, &server.headers);
            self.auth(&key, &server.url, &server.headers, &server.auth);
        }
        if let Some(webhook) = &config.webhook
            && let Err((what, fix)) = check_loopback(&webhook.listen)
        {
            self.wrong("webhook.listen", what, fix);
        }
        for (index, server) in config.prometheus.iter().enumerate() {
            let key = format!("prometheus[{index}]");
            self.server(&key, &server.url, server.every, server.timeout, &server.headers);
            self.auth(&key, &server.url, &server.headers, &server.auth);
            self.tenant(&key, &server.tenant);
            self.between(format!("{key}.step"), server.step, Length::seconds(1), Length::seconds(86_400));
            let mut titles = std::collections::BTreeSet::new();
            for (at, panel) in server.panels.iter().enumerate() {
                let key = format!("{key}.panel[{at}]");
                let title = panel.title.trim();
                if title.is_empty() || title.chars().count() > TITLE {
                    let what = format!("must have 1 to {TITLE} characters");
                    self.wrong(format!("{key}.title"), what, "write title = \"errors/s\"");
                } else if !titles.insert(title) {
                    let what = format!("`{title}` is already the title of another panel here");
                    self.wrong(format!("{key}.title"), what, "give each panel its own title");
                }
                if panel.query.trim().is_empty() {
                    self.wrong(format!("{key}.query"), "is empty", "write the PromQL of the panel, as query = \"up\"");
                }
            }
        }
    }

    fn server(&mut self, key: &str, url: &str, every: Length, timeout: Length, headers: &BTreeMap<String, String>) {
        if let Err((what, fix)) = check_base(url) {
            self.wrong(format!("{key}.url"), what, fix);
        }
        self.between(format!("{key}.every"), every, Length::seconds(1), Length::seconds(86_400));
        self.between(format!("{key}.timeout"), timeout, Length::seconds(1), Length::seconds(600));
        for (name, value) in headers {
            let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            let key = format!("{key}.headers.{name}");
            if name.is_empty() || !name.chars().all(token) {
                self.wrong(&key, "is no name of a header", "write it as X-Scope-OrgID");
            }
            if value.chars().any(char::is_control) {
                self.wrong(&key, "holds a control character", "remove it");
            }
            self.secret(&key, name, value);
        }
    }

    /// A header that carries a secret must say where it is, not what it is.
    fn secret(&mut self, key: &str, name: &str, value: &str) {
        if let Some(rest) = value.strip_prefix("env:").or_else(|| value.strip_prefix("keyring:")) {
            if let Some(what) = bad_reference(rest) {
                self.wrong(key, what, "write \"env:NAME\" or \"keyring:NAME\"");
            }
            return;
        }
        let name = name.to_ascii_lowercase();
        if ["authorization", "cookie", "key", "token", "secret", "password"].iter().any(|word| name.contains(word)) {
            let fix = "write \"env:NAME\", or \"keyring:NAME\" after `midwatch key set NAME`";
            self.wrong(key, "is a secret in plain text", fix);
        }
    }

    fn files(&mut self, config: &Config) {
        for (index, files) in config.files.iter().enumerate() {
            let key = format!("files[{index}].paths");
            if files.paths.is_empty() {
                self.wrong(&key, "is empty", "write paths = [\"/var/log/app/*.log\"]");
            }
            for (at, path) in files.paths.iter().enumerate() {
                if path.trim().is_empty() {
                    self.wrong(format!("{key}[{at}]"), "is empty", "write a path or a glob, as \"/var/log/app/*.log\"");
                } else if let Err(error) = glob::Pattern::new(path) {
                    let what = format!("is no glob: {} at character {}", error.msg, error.pos + 1);
                    self.wrong(
                        format!("{key}[{at}]"),
                        what,
                        "`*` is any part of a name, `**` any folders, `[[]` a literal `[`",
                    );
                }
            }
        }
        for (index, changes) in config.changes.iter().enumerate() {
            if changes.path.as_os_str().is_empty() {
                self.wrong(format!("changes[{index}].path"), "is empty", "write the path of the file of change events");
            }
        }
        for (index, git) in config.git.iter().enumerate() {
            if git.path.as_os_str().is_empty() {
                self.wrong(format!("git[{index}].path"), "is empty", "write the path of the repository");
            }
            self.between(format!("git[{index}].every"), git.every, Length::seconds(1), Length::seconds(86_400));
        }
    }

    fn programs(&mut self, config: &Config) {
        for (index, command) in config.command.iter().enumerate() {
            let key = format!("command[{index}].argv");
            let fix = "write argv = [\"kubectl\", \"get\", \"events\", \"--watch\"]";
            if command.argv.first().is_none_or(|program| program.trim().is_empty()) {
                self.wrong(&key, "names no program", fix);
            } else if command.argv.len() == 1 && command.argv.iter().any(|word| word.contains(' ')) {
                let what = "holds a blank in the program's name; it is run directly, not by a shell";
                self.wrong(&key, what, "write each argument as its own string, or run [\"sh\", \"-c\", \"...\"]");
            }
            if command.argv.iter().any(|word| word.contains('\0')) {
                self.wrong(&key, "holds a NUL character", "remove it");
            }
            if let Some(every) = command.every {
                self.between(format!("command[{index}].every"), every, Length::seconds(1), Length::seconds(86_400));
            }
        }
    }

    fn model(&mut self, model: &Model) {
        match (model.provider, model.url.is_empty()) {
            (ProviderKind::None, true) | (ProviderKind::Ollama | ProviderKind::Openai | ProviderKind::None, false) => {}
            (ProviderKind::Ollama, true) => {
                self.wrong(
                    "model.url",
                    "is not set",
                    "write url = \"http://127.0.0.1:11434\" under [model], or pass --model-url",
                );
            }
            (ProviderKind::Openai, true) => {
                self.wrong(
                    "model.url",
                    "is not set",
                    "write the server's address, as url = \"http://127.0.0.1:8080/v1\", under [model], or pass --model-url",
                );
            }
        }
        if !model.url.is_empty()
            && let Err((what, fix)) = check_base(&model.url)
        {
            self.wrong("model.url", what, fix);
        }
        self.key(&model.key);
        if model.context_tokens != 0 && model.context_tokens < 2048 {
            let what = format!("{} tokens leave no room for evidence", model.context_tokens);
            self.wrong("model.context_tokens", what, "write 2048 or more, or 0 to ask the server");
        }
        if model.answer_tokens < 64 {
            self.wrong("model.answer_tokens", "is too short for an answer", "write 64 or more");
        } else if model.context_tokens != 0 && model.answer_tokens > model.context_tokens / 2 {
            let what = "takes more than half of model.context_tokens";
            self.wrong("model.answer_tokens", what, format!("write {} or less", model.context_tokens / 2));
        }
        if !(0.0..=2.0).contains(&model.temperature) {
            self.wrong("model.temperature", "is out of range", "write a number from 0.0 to 2.0");
        }
        self.between("model.timeout", model.timeout, Length::seconds(1), Length::seconds(3600));
    }

    fn key(&mut self, key: &str) {
        let fix = "write \"env:NAME\", or \"keyring:NAME\" after `midwatch key set NAME`";
        if key.is_empty() {
        } else if let Some(rest) = key.strip_prefix("env:").or_else(|| key.strip_prefix("keyring:")) {
            if let Some(what) = bad_reference(rest) {
                self.wrong("model.key", what, fix);
            }
        } else if let Some(rest) = key.strip_prefix("plain:") {
            if rest.is_empty() {
                self.wrong("model.key", "holds no key after `plain:`", fix);
            }
        } else {
            let fix = format!("{fix}; to keep it here all the same, \"plain:KEY\"");
            self.wrong("model.key", "does not say where the key is", fix);
        }
    }

    fn run(&mut self, run: &Run) {
        self.between("run.timeout", run.timeout, Length::seconds(1), Length::seconds(86_400));
        self.between("run.watch", run.watch, Length::seconds(30), Length::seconds(3_600));
        self.size("run.output", run.output, 4 << 10, 64 << 20);
        for (index, name) in run.env.iter().enumerate() {
            let key = format!("run.env[{index}]");
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                self.wrong(
                    key,
                    format!("`{name}` is no name of a variable"),
                    "write the name alone, as \"AWS_PROFILE\"",
                );
            } else if changes_programs(name) {
                self.wrong(
                    key,
                    format!("`{name}` changes what programs do"),
                    "leave it out; set it inside the command, where it is seen",
                );
            }
        }
        for (index, table) in run.tables.iter().enumerate() {
            if table.as_os_str().is_empty() {
                self.wrong(format!("run.tables[{index}]"), "is empty", "write the path of a tool table, or remove it");
            }
        }
        for (index, path) in run.reads_may_write.iter().enumerate() {
            if path.as_os_str().is_empty() || path.parent().is_none() {
                let what = "would let reads write anywhere";
                self.wrong(format!("run.reads_may_write[{index}]"), what, "name one cache folder, or remove it");
            }
        }
        for (index, word) in run.production.iter().enumerate() {
            if word.trim().is_empty() {
                let what = "is empty, which would mark everything as production";
                self.wrong(format!("run.production[{index}]"), what, "write a word such as \"prod\", or remove it");
            }
        }
    }

    fn limits(&mut self, config: &Config) {
        let limits = &config.limits;
        self.size("limits.logs", limits.logs, 1 << 20, 16 << 30);
        self.size("limits.log_index", limits.log_index, 1 << 20, 64 << 30);
        self.size("limits.log_cache", limits.log_cache, 1 << 20, 16 << 30);
        self.size("limits.spool", limits.spool, 1 << 20, 1 << 40);
        for (key, count, least) in
            [("alerts", limits.alerts, 100), ("series", limits.series, 10), ("evidence", limits.evidence, 20)]
        {
            if count < least {
                self.wrong(
                    format!("limits.{key}"),
                    format!("{count} is too few to work with"),
                    format!("write {least} or more"),
                );
            }
        }
    }

    fn between(&mut self, key: impl Into<String>, length: Length, least: Length, most: Length) {
        if length < least || length > most {
            self.wrong(key, format!("{length} is out of range"), format!("write a length from {least} to {most}"));
        }
    }

    fn size(&mut self, key: &str, size: Size, least: usize, most: usize) {
        if !(least..=most).contains(&size.bytes()) {
            let words = |bytes: usize| match (bytes >> 30, bytes >> 20) {
                (0, 0) => format!("{} KiB", bytes >> 10),
                (0, mib) => format!("{mib} MiB"),
                (gib, _) => format!("{gib} GiB"),
            };
            self.wrong(
                key,
                format!("{size} is out of range"),
                format!("write a size from {} to {}", words(least), words(most)),
            );
        }
    }
}

/// Every source's key and name, in the order of the schema.
pub fn named(config: &Config) -> Vec<(String, &str)> {
    let mut names: Vec<(String, &str)> = Vec::new();
    names
        .extend(config.alertmanager.iter().enumerate().map(|(i, it)| (format!("alertmanager[{i}]"), it.name.as_str())));
    names.extend(config.webhook.iter().map(|it| ("webhook".to_owned(), it.name.as_str())));
    names.extend(config.prometheus.iter().enumerate().map(|(i, it)| (format!("prometheus[{i}]"), it.name.as_str())));
    names.extend(config.files.iter().enumerate().map(|(i, it)| (format!("files[{i}]"), it.name.as_str())));
    names.extend(config.changes.iter().enumerate().map(|(i, it)| (format!("changes[{i}]"), it.name.as_str())));
    names.extend(config.git.iter().enumerate().map(|(i, it)| (format!("git[{i}]"), it.name.as_str())));
    names.extend(log_stores::named(config));
    names.extend(config.command.iter().enumerate().map(|(i, it)| (format!("command[{i}]"), it.name.as_str())));
    names
}

fn bad_name(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("is empty".to_owned());
    }
    if let Some(c) = name.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.')) {
        let what = if c == ' ' { "a blank".to_owned() } else { format!("`{}`", c.escape_debug()) };
        return Some(format!("holds {what}"));
    }
    (name.len() > NAME).then(|| format!("has {} characters; the header has room for {NAME}", name.len()))
}

fn bad_reference(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("names no secret");
    }
    let fits = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    (!fits).then_some("is no name of a secret")
}

/// Variables that make programs load or run something else: those a person must see in the command itself.
fn changes_programs(name: &str) -> bool {
    let exact = ["PATH", "BASH_ENV", "ENV", "IFS", "RUBYOPT", "NODE_OPTIONS", "PERL5LIB", "PERL5OPT", "SHELLOPTS"];
    ["LD_", "DYLD_", "GIT_", "PYTHON"].iter().any(|prefix| name.starts_with(prefix)) || exact.contains(&name)
}
