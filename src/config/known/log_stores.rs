//! One of each source that brings logs from where they are kept, every key set.

use std::collections::BTreeMap;

use crate::config::schema::{Docker, Elasticsearch, Journald, Kubectl, Loki, Otlp, VictoriaLogs};
use crate::config::units::Length;

pub(super) fn loki() -> Loki {
    Loki {
        name: "loki".to_owned(),
        url: "http://127.0.0.1:3100".to_owned(),
        query: "{namespace=\"shop\"}".to_owned(),
        tenant: "shop".to_owned(),
        since: quarter_of_an_hour(),
        records: 5_000,
        timeout: Length::seconds(30),
        headers: headers(),
    }
}

pub(super) fn elasticsearch() -> Elasticsearch {
    Elasticsearch {
        name: "es".to_owned(),
        url: "http://127.0.0.1:9200".to_owned(),
        index: "logs-*".to_owned(),
        query: "service.name:payments".to_owned(),
        time_field: "@timestamp".to_owned(),
        every: Length::seconds(5),
        since: quarter_of_an_hour(),
        records: 5_000,
        timeout: Length::seconds(30),
        headers: headers(),
    }
}

pub(super) fn victorialogs() -> VictoriaLogs {
    VictoriaLogs {
        name: "vlogs".to_owned(),
        url: "http://127.0.0.1:9428".to_owned(),
        query: "{namespace=\"shop\"}".to_owned(),
        tenant: "0:0".to_owned(),
        since: quarter_of_an_hour(),
        records: 5_000,
        timeout: Length::seconds(30),
        headers: headers(),
    }
}

pub(super) fn journald() -> Journald {
    Journald { name: "journal".to_owned(), units: vec!["nginx.service".to_owned()], since: quarter_of_an_hour() }
}

pub(super) fn kubectl() -> Kubectl {
    Kubectl {
        name: "payments".to_owned(),
        selector: "app=payments".to_owned(),
        namespace: "shop".to_owned(),
        context: "prod-eu".to_owned(),
        every: Length::seconds(15),
        since: quarter_of_an_hour(),
    }
}

pub(super) fn docker() -> Docker {
    Docker { name: "containers".to_owned(), containers: vec!["web".to_owned()], since: quarter_of_an_hour() }
}

pub(super) fn otlp() -> Otlp {
    Otlp { name: "otlp".to_owned(), listen: "127.0.0.1:4318".to_owned() }
}

fn quarter_of_an_hour() -> Length {
    Length::seconds(15 * 60)
}

fn headers() -> BTreeMap<String, String> {
    BTreeMap::from([("Authorization".to_owned(), "env:LOGS_TOKEN".to_owned())])
}
