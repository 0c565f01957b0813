//! What the types cannot say about log formats of one's own. Whether a pattern reads its examples is found where the
//! formats are made (`sources::own_formats`).

use super::{Check, bad_name};
use crate::config::schema::Config;
use crate::domain::Timestamp;

/// Names that mean something else after `:format`.
const TAKEN: [&str; 12] =
    ["auto", "json", "logfmt", "access", "klog", "syslog", "w3c", "postgres-csv", "audit", "journal", "text", "plain"];

impl Check {
    pub(super) fn log_formats(&mut self, config: &Config) {
        let mut seen = std::collections::BTreeSet::new();
        for (index, format) in config.log_format.iter().enumerate() {
            let key = format!("log_format[{index}]");
            let name = format.name.as_str();
            if let Some(what) = bad_name(name) {
                self.wrong(format!("{key}.name"), what, "use letters, digits, `-`, `_` and `.`, as in name = \"till\"");
            } else if TAKEN.contains(&name) || !seen.insert(name) {
                let what = format!("`{name}` is already the name of a format");
                self.wrong(format!("{key}.name"), what, format!("choose another, as \"my-{name}\""));
            }
            if format.pattern.is_empty() {
                let fix = "write a regular expression, as '^(?<time>\\S+) (?<level>\\w+) (?<message>.*)$'";
                self.wrong(format!("{key}.pattern"), "is empty", fix);
            }
            if format.examples.is_empty() {
                let fix = "show at least one line that it reads, as examples = [{ line = \"...\", message = \"...\" }]";
                self.wrong(format!("{key}.examples"), "is empty", fix);
            }
            for (at, example) in format.examples.iter().enumerate() {
                let key = format!("{key}.examples[{at}]");
                if !example.time.is_empty() && example.time.parse::<Timestamp>().is_err() {
                    let fix = "write it as \"2026-11-20T21:04:25Z\"";
                    self.wrong(format!("{key}.time"), "is no time with a date and a zone", fix);
                }
                for (nth, field) in example.fields.iter().enumerate() {
                    if !field.contains('=') {
                        self.wrong(format!("{key}.fields[{nth}]"), "has no `=`", "write it as \"name=value\"");
                    }
                }
            }
        }
    }
}
