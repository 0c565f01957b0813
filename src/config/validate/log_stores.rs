//! What the types cannot say about the sources that bring logs from where they are kept.

use super::{Check, check_loopback};
use crate::config::schema::Config;
use crate::config::units::Length;

/// Most records that are read at the start or after a gap.
const RECORDS: usize = 100_000;

/// Their keys and names, in the order of the schema.
pub(super) fn named(config: &Config) -> Vec<(String, &str)> {
    fn list<'a, T>(key: &'static str, all: &'a [T], name: fn(&'a T) -> &'a str) -> Vec<(String, &'a str)> {
        all.iter().enumerate().map(|(index, one)| (format!("{key}[{index}]"), name(one))).collect()
    }
    [
        list("loki", &config.loki, |it| &it.name),
        list("elasticsearch", &config.elasticsearch, |it| &it.name),
        list("victorialogs", &config.victorialogs, |it| &it.name),
        list("journald", &config.journald, |it| &it.name),
        list("kubectl", &config.kubectl, |it| &it.name),
        list("docker", &config.docker, |it| &it.name),
        list("otlp", &config.otlp, |it| &it.name),
    ]
    .concat()
}

impl Check {
    pub(super) fn log_stores(&mut self, config: &Config) {
        let some = Length::seconds(5);
        for (index, loki) in config.loki.iter().enumerate() {
            let key = format!("loki[{index}]");
            self.server(&key, &loki.url, some, loki.timeout, &loki.headers);
            self.backlog(&key, loki.since, Some(loki.records));
            self.tenant(&key, &loki.tenant);
            if !loki.query.trim_start().starts_with('{') {
                let what = "does not begin with a stream selector";
                self.wrong(format!("{key}.query"), what, "write query = '{namespace=\"shop\"}', filters after it");
            }
        }
        for (index, elastic) in config.elasticsearch.iter().enumerate() {
            let key = format!("elasticsearch[{index}]");
            self.server(&key, &elastic.url, elastic.every, elastic.timeout, &elastic.headers);
            self.backlog(&key, elastic.since, Some(elastic.records));
            if elastic.index.is_empty() || elastic.index.contains(['/', '?', '#', ' ']) {
                let fix = "write an index, a data stream or a pattern, as index = \"logs-*\"";
                self.wrong(format!("{key}.index"), "is no name of an index", fix);
            }
            if elastic.time_field.trim().is_empty() {
                self.wrong(format!("{key}.time_field"), "is empty", "write time_field = \"@timestamp\"");
            }
        }
        for (index, logs) in config.victorialogs.iter().enumerate() {
            let key = format!("victorialogs[{index}]");
            self.server(&key, &logs.url, some, logs.timeout, &logs.headers);
            self.backlog(&key, logs.since, Some(logs.records));
            if logs.query.trim().is_empty() {
                self.wrong(format!("{key}.query"), "is empty", "write query = \"*\" for everything");
            }
            let numbers = logs.tenant.split_once(':').is_some_and(|(a, b)| [a, b].iter().all(|n| number(n)));
            if !logs.tenant.is_empty() && !numbers {
                self.wrong(format!("{key}.tenant"), "is no pair of numbers", "write tenant = \"AccountID:ProjectID\"");
            }
        }
        self.log_programs(config);
        for (index, otlp) in config.otlp.iter().enumerate() {
            if let Err((what, fix)) = check_loopback(&otlp.listen) {
                self.wrong(format!("otlp[{index}].listen"), what, fix.replace("9099", "4318"));
            }
        }
    }

    fn log_programs(&mut self, config: &Config) {
        for (index, journal) in config.journald.iter().enumerate() {
            self.backlog(&format!("journald[{index}]"), journal.since, None);
            for (at, unit) in journal.units.iter().enumerate() {
                self.argument(format!("journald[{index}].units[{at}]"), unit, "nginx.service");
            }
        }
        for (index, pods) in config.kubectl.iter().enumerate() {
            let key = format!("kubectl[{index}]");
            self.backlog(&key, pods.since, None);
            self.between(format!("{key}.every"), pods.every, Length::seconds(1), Length::seconds(86_400));
            self.argument(format!("{key}.selector"), &pods.selector, "app=payments");
            for (name, value) in [("namespace", &pods.namespace), ("context", &pods.context)] {
                if !value.is_empty() {
                    self.argument(format!("{key}.{name}"), value, "shop");
                }
            }
        }
        for (index, docker) in config.docker.iter().enumerate() {
            let key = format!("docker[{index}]");
            self.backlog(&key, docker.since, None);
            if docker.containers.is_empty() {
                self.wrong(format!("{key}.containers"), "is empty", "write containers = [\"web\"]");
            }
            for (at, container) in docker.containers.iter().enumerate() {
                self.argument(format!("{key}.containers[{at}]"), container, "web");
            }
        }
    }

    fn backlog(&mut self, key: &str, since: Length, records: Option<usize>) {
        self.between(format!("{key}.since"), since, Length::seconds(1), Length::seconds(7 * 86_400));
        if let Some(records) = records
            && !(1..=RECORDS).contains(&records)
        {
            let what = format!("{records} is out of range");
            self.wrong(format!("{key}.records"), what, format!("write a number from 1 to {RECORDS}"));
        }
    }

    pub(super) fn tenant(&mut self, key: &str, tenant: &str) {
        if tenant.chars().any(|c| c.is_control() || c.is_whitespace() || !c.is_ascii()) {
            self.wrong(format!("{key}.tenant"), "is no name of a tenant", "write it as tenant = \"shop\"");
        }
    }

    /// What becomes one argument of a program: never empty, never an option.
    fn argument(&mut self, key: String, value: &str, example: &str) {
        if value.is_empty() || value.starts_with('-') || value.contains('\0') {
            let what = if value.is_empty() { "is empty" } else { "would be taken for an option" };
            self.wrong(key, what, format!("write a name, as \"{example}\""));
        }
    }
}

fn number(text: &str) -> bool {
    text.parse::<u32>().is_ok()
}
