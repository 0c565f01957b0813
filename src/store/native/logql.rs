//! The log pane's filter in LogQL: line filters and label filters after the configured query. Pure.

use super::{Pushed, Wanted, wanted};
use crate::store::Filter;

/// Labels that name a service; one that a stream has not is the empty text, which no service is.
const SERVICE: [&str; 8] =
    ["service_name", "service", "app", "app_kubernetes_io_name", "component", "container", "container_name", "job"];
/// Fields that are labels wherever Loki runs; all others are looked for in the line.
const LABELS: [&str; 12] = [
    "namespace",
    "pod",
    "container",
    "cluster",
    "node_name",
    "instance",
    "filename",
    "job",
    "app",
    "stream",
    "env",
    "environment",
];

/// The question that brings what `filter` lets pass of what `base`, the configured query, selects.
pub(super) fn translate(filter: &Filter, base: &str) -> Pushed {
    let mut pushed = Pushed { native: base.trim().to_owned(), ..Pushed::default() };
    for term in filter.terms() {
        match wanted(term).and_then(|wanted| stage(&wanted, &mut pushed)) {
            Some(stage) => pushed.native.push_str(&format!(" {stage}")),
            None => pushed.here.push(term.to_string()),
        }
    }
    pushed
}

fn stage(wanted: &Wanted, pushed: &mut Pushed) -> Option<String> {
    match wanted {
        Wanted::Line { pattern, is_in } => {
            pushed.note("text is looked for line by line, not in what belongs to a line");
            Some(match (&pattern.text, pattern.exact_case) {
                (Some(text), true) => format!("{} {}", if *is_in { "|=" } else { "!=" }, quote(text)),
                _ => format!("{} {}", if *is_in { "|~" } else { "!~" }, quote(&pattern.cased())),
            })
        }
        Wanted::Service { pattern, is } => {
            pushed.note("services are told by labels, not by what lines say");
            let sign = if *is { "=~" } else { "!~" };
            let each = SERVICE.map(|label| format!("{label}{sign}{}", quote(&pattern.cased())));
            Some(format!("| {}", each.join(if *is { " or " } else { " and " })))
        }
        Wanted::Level(words) => {
            // A stream without the label stays, and so does what Loki could not tell.
            let words = quote(&format!("(?i)({}|unknown|)", words.join("|")));
            Some(format!("| detected_level=~{words} | level=~{words}"))
        }
        // In the line or in structured metadata: the two cannot be asked for together.
        Wanted::Trace(_) => None,
        Wanted::Field { name, pattern } if LABELS.contains(&name.as_str()) => {
            Some(format!("| {name}=~{}", quote(&pattern.cased())))
        }
        Wanted::Field { name, pattern } => {
            pushed.note(&format!("`{name}` is looked for in the line, not in labels"));
            Some(format!("|~ {}", quote(&pattern.cased())))
        }
    }
}

/// A string of LogQL, which escapes as Go does.
fn quote(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn native(filter: &str) -> (String, String) {
        let pushed = translate(&Filter::parse(filter).unwrap(), "{a=\"b\"}");
        (pushed.native.replace("{a=\"b\"}", "").trim().to_owned(), pushed.here.join(" "))
    }

    #[test]
    fn what_logql_can_say_is_pushed_and_the_rest_stays_here() {
        for (filter, stages, here) in [
            ("", "", ""),
            ("refused", r#"|~ "(?i)refused""#, ""),
            ("Refused", r#"|= "Refused""#, ""),
            (r#""card \"declined\"""#, r#"|~ "(?i)card \"declined\"""#, ""),
            ("-healthz", r#"!~ "(?i)healthz""#, ""),
            (r"/time(d )?out\d/", r#"|~ "time(d )?out\\d""#, ""),
            ("namespace=shop", r#"| namespace=~"(?i)shop""#, ""),
            ("order=17", r#"|~ "(?i)17""#, ""),
            ("latency>500ms status>=500", "", "latency>500ms status>=500"),
            ("latency=500ms", "", "latency=500ms"),
            ("user=\"\"", "", "user=\"\""),
            ("-order=17", "", "-order=17"),
            ("trace=4bf92f", "", "trace=4bf92f"),
        ] {
            assert_eq!(native(filter), (stages.to_owned(), here.to_owned()), "{filter}");
        }
    }

    #[test]
    fn a_service_is_asked_of_every_label_that_may_name_it() {
        let (stages, here) = native("service=payments");
        assert!(stages.starts_with(r#"| service_name=~"(?i)payments" or service=~"#), "{stages}");
        assert_eq!(here, "");
        let (stages, _) = native("service!=payments");
        assert!(
            stages.contains(r#"service_name!~"(?i)payments" and app"#) || stages.contains(" and app!~"),
            "{stages}"
        );
    }

    #[test]
    fn a_level_keeps_what_states_none() {
        let (stages, _) = native("level>=error");
        assert!(stages.contains(r#"detected_level=~"(?i)(error|err|severe|fatal|"#), "{stages}");
        assert!(stages.ends_with(r#"|unknown|)""#) && !stages.contains("warn"), "{stages}");
    }
}
