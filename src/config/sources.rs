//! What the configured sources are as a whole: which there are, and a configuration without them. `runtime` asks.

use super::Config;

impl Config {
    /// The configuration without its sources, for what is opened instead of them: files, a recording, a drill.
    #[must_use]
    pub fn without_sources(self) -> Self {
        Self {
            alertmanager: Vec::new(),
            webhook: None,
            prometheus: Vec::new(),
            files: Vec::new(),
            loki: Vec::new(),
            elasticsearch: Vec::new(),
            victorialogs: Vec::new(),
            journald: Vec::new(),
            kubectl: Vec::new(),
            docker: Vec::new(),
            otlp: Vec::new(),
            changes: Vec::new(),
            git: Vec::new(),
            command: Vec::new(),
            ..self
        }
    }

    /// Whether any source of log records is configured.
    pub fn gives_logs(&self) -> bool {
        !(self.files.is_empty()
            && self.command.is_empty()
            && self.loki.is_empty()
            && self.elasticsearch.is_empty()
            && self.victorialogs.is_empty()
            && self.journald.is_empty()
            && self.kubectl.is_empty()
            && self.docker.is_empty()
            && self.otlp.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use crate::config::known::specimen;

    /// A recording beside which a live source ran would mix two incidents.
    #[test]
    fn without_sources_no_list_of_tables_is_left_but_those_that_are_no_source() {
        let config = specimen().without_sources();
        let value = toml::Value::try_from(&config).unwrap();
        let left = |(name, value): (&String, &toml::Value)| {
            let tables = value.as_array().is_some_and(|all| all.iter().any(toml::Value::is_table));
            (tables && !["policy", "log_format", "service"].contains(&name.as_str())).then(|| name.clone())
        };
        let left: Vec<String> = value.as_table().unwrap().iter().filter_map(left).collect();
        assert!(left.is_empty() && config.webhook.is_none(), "{left:?}");
        assert!(specimen().gives_logs() && !config.gives_logs());
    }
}
