//! The log pane's filter in LogsQL. A record's message and its fields can be asked for together, so most terms can be
//! said. Pure.

use super::{Pattern, Pushed, Wanted, wanted};
use crate::store::Filter;

const SERVICE: [&str; 8] =
    ["service_name", "service.name", "service", "app", "component", "container", "container_name", "job"];
const LEVEL: [&str; 5] = ["level", "severity", "severity_text", "log.level", "detected_level"];
const TRACE: [&str; 3] = ["trace_id", "traceid", "trace.id"];

/// The question that brings what `filter` lets pass of what `base`, the configured query, selects.
pub(super) fn translate(filter: &Filter, base: &str) -> Pushed {
    let (mut pushed, mut filters) = (Pushed::default(), Vec::new());
    for term in filter.terms() {
        match wanted(term) {
            Some(wanted) => filters.push(one(&wanted, &mut pushed)),
            None => pushed.here.push(term.to_string()),
        }
    }
    let (base, all) = (base.trim(), filters.join(" "));
    pushed.native = match (filters.is_empty(), base, base.contains('|')) {
        (true, _, _) => base.to_owned(),
        (false, "" | "*", _) => all,
        (false, _, false) => format!("({base}) {all}"),
        // What stands behind a pipe of the configured query stays behind it.
        (false, _, true) => format!("{base} | filter {all}"),
    };
    pushed
}

fn one(wanted: &Wanted, pushed: &mut Pushed) -> String {
    match wanted {
        Wanted::Line { pattern, is_in } => {
            pushed.note("text is looked for in messages, not in what belongs to one");
            format!("{}_msg:~{}", if *is_in { "" } else { "!" }, quote(&pattern.cased()))
        }
        Wanted::Service { pattern, is } => {
            pushed.note("services are told by fields, not by what messages say");
            format!("{}({})", if *is { "" } else { "!" }, any(&SERVICE, &whole(pattern)))
        }
        Wanted::Level(words) => {
            let stated = any(&LEVEL, &format!("(?i)^({})$", words.join("|")));
            let unstated = LEVEL.map(|field| format!("{}:\"\"", name(field)));
            format!("({stated} or ({}))", unstated.join(" "))
        }
        Wanted::Trace(id) => {
            format!("({} or _msg:~{})", any(&TRACE, &format!("(?i)^{id}")), quote(&format!("(?i){id}")))
        }
        Wanted::Field { name: field, pattern } => {
            format!("({}:~{} or _msg:~{})", name(field), quote(&whole(pattern)), quote(&pattern.cased()))
        }
    }
}

fn whole(pattern: &Pattern) -> String {
    let case = if pattern.exact_case { "" } else { "(?i)" };
    format!("{case}^({})$", pattern.regex)
}

fn any(fields: &[&str], regex: &str) -> String {
    let each: Vec<String> = fields.iter().map(|field| format!("{}:~{}", name(field), quote(regex))).collect();
    each.join(" or ")
}

/// A field's name, quoted where it is more than a word.
fn name(field: &str) -> String {
    let is_word = field.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_word { field.to_owned() } else { quote(field) }
}

/// A string of LogsQL, which escapes as Go does.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn native(filter: &str, base: &str) -> (String, String) {
        let pushed = translate(&Filter::parse(filter).unwrap(), base);
        (pushed.native, pushed.here.join(" "))
    }

    #[test]
    fn what_logsql_can_say_is_pushed_and_the_rest_stays_here() {
        for (filter, expected, here) in [
            ("", "*", ""),
            ("refused", r#"_msg:~"(?i)refused""#, ""),
            ("-Healthz", r#"!_msg:~"Healthz""#, ""),
            (r"/a\db/", r#"_msg:~"a\\db""#, ""),
            ("order=17", r#"(order:~"(?i)^(17)$" or _msg:~"(?i)17")"#, ""),
            ("latency>500ms", "*", "latency>500ms"),
        ] {
            assert_eq!(native(filter, "*"), (expected.to_owned(), here.to_owned()), "{filter}");
        }
        let (trace, _) = native("trace=4BF9", "*");
        assert!(trace.contains(r#""trace.id":~"(?i)^4bf9""#) && trace.ends_with(r#"or _msg:~"(?i)4bf9")"#), "{trace}");
        let (level, _) = native("level>=error", "*");
        assert!(level.contains(r#"level:~"(?i)^(error|err|"#) && level.contains(r#"(level:"" severity:"""#), "{level}");
    }

    #[test]
    fn the_configured_query_stays_what_it_is() {
        assert_eq!(native("x", "{app=\"a\"} error or fatal").0, r#"({app="a"} error or fatal) _msg:~"(?i)x""#);
        assert_eq!(native("x", "error | fields _time, _msg").0, r#"error | fields _time, _msg | filter _msg:~"(?i)x""#);
        assert_eq!(native("", "error").0, "error");
    }
}
