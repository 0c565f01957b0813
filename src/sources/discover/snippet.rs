//! Writes the TOML of findings: every value quoted by the TOML library, every source under a name of its own.

use std::collections::BTreeSet;

use crate::config::schema::Panel;

/// Longest name of a source.
const LONGEST_NAME: usize = 20;

/// What a finding would configure.
pub(super) enum Settings {
    /// `[[prometheus]]` with its panels.
    Prometheus { url: String, near: bool, panels: Vec<Panel> },
    /// `[[alertmanager]]`.
    Alertmanager { url: String, near: bool },
    /// `[[loki]]` with a selector of everything.
    Loki { url: String, query: String },
    /// `[[elasticsearch]]` over all indices of logs.
    Elasticsearch { url: String },
    /// `[[victorialogs]]`.
    VictoriaLogs { url: String },
    /// `[model]`.
    Model { provider: &'static str, url: String, model: String },
    /// `[[command]]`.
    Command { name: &'static str, argv: Vec<String> },
    /// `[[files]]`.
    Files { name: String, paths: Vec<String> },
    /// `[[git]]`.
    Git { path: String },
    /// `[[changes]]`.
    Changes { path: String },
}

/// Names given so far.
#[derive(Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// A name that no other source has: letters, digits, `-`, `_` and `.`, at most 20.
    fn fresh(&mut self, wish: &str) -> String {
        let fits = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
        let wish: String = wish.chars().map(fits).take(LONGEST_NAME - 3).collect();
        let wish = wish.trim_matches(['-', '.']);
        let wish = if wish.is_empty() { "source" } else { wish };
        let numbered = (2..).map(|number| format!("{wish}-{number}"));
        let mut all = std::iter::once(wish.to_owned()).chain(numbered);
        all.find(|name| self.0.insert(name.clone())).unwrap_or_default()
    }
}

impl Settings {
    /// The TOML of this finding.
    pub(super) fn toml(&self, names: &mut Names) -> String {
        match self {
            Settings::Prometheus { url, near, panels } => {
                let every = if *near { "every = \"5s\"\n" } else { "" };
                let head =
                    format!("[[prometheus]]\nname = {}\nurl = {}\n{every}", quote(&names.fresh("prom")), quote(url));
                let panel = |panel: &Panel| {
                    format!(
                        "\n[[prometheus.panel]]\ntitle = {}\nquery = {}\n",
                        quote(&panel.title),
                        quote(&panel.query)
                    )
                };
                head + &panels.iter().map(panel).collect::<String>()
            }
            Settings::Alertmanager { url, near } => {
                let every = if *near { "every = \"2s\"\n" } else { "" };
                format!("[[alertmanager]]\nname = {}\nurl = {}\n{every}", quote(&names.fresh("am")), quote(url))
            }
            Settings::Loki { url, query } => {
                let name = quote(&names.fresh("loki"));
                format!("[[loki]]\nname = {name}\nurl = {}\nquery = {}\n", quote(url), quote(query))
            }
            Settings::Elasticsearch { url } => {
                let name = quote(&names.fresh("es"));
                format!("[[elasticsearch]]\nname = {name}\nurl = {}\nindex = \"logs-*\"\n", quote(url))
            }
            Settings::VictoriaLogs { url } => {
                format!("[[victorialogs]]\nname = {}\nurl = {}\n", quote(&names.fresh("vlogs")), quote(url))
            }
            Settings::Model { provider, url, model } => {
                format!("[model]\nprovider = {}\nurl = {}\nmodel = {}\n", quote(provider), quote(url), quote(model))
            }
            Settings::Command { name, argv } => {
                format!("[[command]]\nname = {}\nargv = {}\n", quote(&names.fresh(name)), list(argv))
            }
            Settings::Files { name, paths } => {
                format!("[[files]]\nname = {}\npaths = {}\n", quote(&names.fresh(name)), list(paths))
            }
            Settings::Git { path } => {
                format!("[[git]]\nname = {}\npath = {}\n", quote(&names.fresh("git")), quote(path))
            }
            Settings::Changes { path } => {
                format!("[[changes]]\nname = {}\npath = {}\n", quote(&names.fresh("changes")), quote(path))
            }
        }
    }
}

fn quote(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quote(text)).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::config::schema::PanelUnit;

    #[test]
    fn all_snippets_together_are_a_configuration() {
        let query = "sum(rate(x{code=~\"5..\",path='/a\\\\b'}[1m]))\n / 2";
        let panel = Panel { title: "a \"b\"".to_owned(), query: query.to_owned(), unit: PanelUnit::Auto };
        let url = "http://127.0.0.1:1".to_owned();
        let all = [
            Settings::Prometheus { url: url.clone(), near: true, panels: vec![panel.clone()] },
            Settings::Prometheus { url: url.clone(), near: false, panels: vec![panel.clone()] },
            Settings::Alertmanager { url: url.clone(), near: true },
            Settings::Loki { url: url.clone(), query: "{app=~\".+\"}".to_owned() },
            Settings::Elasticsearch { url: url.clone() },
            Settings::VictoriaLogs { url: url.clone() },
            Settings::Command { name: "kubernetes", argv: vec!["kubectl".to_owned(), "a\tb".to_owned()] },
            Settings::Files {
                name: "var log/ü with a very long name".to_owned(),
                paths: vec!["/a b/*.log".to_owned()],
            },
            Settings::Git { path: "/repo".to_owned() },
            Settings::Changes { path: "/c.jsonl".to_owned() },
            Settings::Model { provider: "openai", url, model: "m".to_owned() },
        ];
        let mut names = Names::default();
        let text: String = all.iter().map(|settings| settings.toml(&mut names) + "\n").collect();
        let config: Config = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(config.prometheus[1].panels, [panel]);
        assert_eq!((config.prometheus[0].name.as_str(), config.prometheus[1].name.as_str()), ("prom", "prom-2"));
        assert!(config.files[0].name.len() <= LONGEST_NAME, "{}", config.files[0].name);
        assert_eq!(config.command[0].argv[1], "a\tb");
    }
}
