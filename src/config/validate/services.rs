//! What the types cannot say about services, the maps of their calls and their objectives.

use std::collections::BTreeSet;

use super::Check;
use crate::config::schema::Config;
use crate::config::services::{Service, Slo, WINDOW};

/// Objectives of all services, at most: each is asked for at several windows.
const SLOS: usize = 100;

impl Check {
    pub(super) fn services(&mut self, config: &Config) {
        let mut names = BTreeSet::new();
        for (index, service) in config.service.iter().enumerate() {
            let key = format!("service[{index}]");
            if service.name.trim().is_empty() {
                self.wrong(format!("{key}.name"), "is empty", "write the service's name, as name = \"checkout\"");
            } else if !names.insert(service.name.trim()) {
                let what = format!("`{}` is already the name of another service", service.name);
                self.wrong(format!("{key}.name"), what, "put both into one [[service]]");
            }
            self.calls(&key, service);
            self.slos(&key, service, config);
        }
        let count: usize = config.service.iter().map(|service| service.slos.len()).sum();
        if count > SLOS {
            self.wrong("service", format!("holds {count} objectives"), format!("keep the {SLOS} that matter most"));
        }
        for (index, path) in config.service_maps.iter().enumerate() {
            if path.as_os_str().is_empty() {
                let fix = "write the path of a map: JSON, DOT, CSV, or traces as OTLP JSON lines";
                self.wrong(format!("service_maps[{index}]"), "is empty", fix);
            }
        }
    }

    fn calls(&mut self, key: &str, service: &Service) {
        for (at, callee) in service.depends_on.iter().enumerate() {
            let key = format!("{key}.depends_on[{at}]");
            if callee.trim().is_empty() {
                self.wrong(key, "is empty", "write the name of a service, or remove it");
            } else if callee == &service.name {
                self.wrong(key, "is the service itself", "remove it");
            }
        }
    }

    fn slos(&mut self, key: &str, service: &Service, config: &Config) {
        let mut names = BTreeSet::new();
        for (at, slo) in service.slos.iter().enumerate() {
            let key = format!("{key}.slo[{at}]");
            if slo.name.trim().is_empty() {
                self.wrong(format!("{key}.name"), "is empty", "name the objective, as name = \"availability\"");
            } else if !names.insert(slo.name.trim()) {
                let what = format!("`{}` is already the name of another objective here", slo.name);
                self.wrong(format!("{key}.name"), what, "give each objective its own name");
            }
            if !(slo.objective > 0.0 && slo.objective < 100.0) {
                let what = format!("{} leaves no budget to spend, or no promise", slo.objective);
                self.wrong(format!("{key}.objective"), what, "write a share in percent, as objective = 99.9");
            }
            if !(1..=366).contains(&slo.days) {
                self.wrong(format!("{key}.days"), format!("{} is out of range", slo.days), "write 1 to 366");
            }
            self.expressions(&key, slo);
            if !slo.prometheus.is_empty() && config.prometheus.iter().all(|server| server.name != slo.prometheus) {
                let what = format!("there is no [[prometheus]] named `{}`", slo.prometheus);
                self.wrong(format!("{key}.prometheus"), what, "write the name of one, or leave it out for the first");
            }
        }
    }

    fn expressions(&mut self, key: &str, slo: &Slo) {
        let fix = "write bad = 'http_requests_total{service=\"checkout\",code=~\"5..\"}'";
        match (slo.bad.trim().is_empty(), slo.good.trim().is_empty()) {
            (true, true) => self.wrong(format!("{key}.bad"), "is empty, and so is `good`", fix),
            (false, false) => self.wrong(format!("{key}.good"), "is given beside `bad`", "keep one of the two"),
            (true, false) | (false, true) => {}
        }
        if slo.total.trim().is_empty() {
            let fix = "write total = 'http_requests_total{service=\"checkout\"}'";
            self.wrong(format!("{key}.total"), "is empty", fix);
        }
        for (name, text) in [("bad", &slo.bad), ("good", &slo.good), ("total", &slo.total)] {
            // A selector is counted over the window; whatever computes says itself where the window stands.
            if text.contains(['(', '[']) && !text.contains(WINDOW) {
                let what = format!("computes something and does not say over which window: `{WINDOW}` is missing");
                let fix = format!("write sum(rate(http_requests_total[{WINDOW}])), or the selector alone");
                self.wrong(format!("{key}.{name}"), what, fix);
            }
        }
    }
}
