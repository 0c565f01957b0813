//! The log pane's filter in the query DSL of Elasticsearch and OpenSearch. Indices hold words, not lines: a text is asked
//! for by the words it is made of, and the pane's own filter does the rest. Pure.

use serde_json::{Value, json};

use super::{Pushed, Wanted, wanted};
use crate::store::Filter;

const TEXT: [&str; 5] = ["message", "log", "body", "error.message", "event.original"];
const SERVICE: [&str; 7] = [
    "service.name",
    "service",
    "app",
    "kubernetes.labels.app",
    "kubernetes.container.name",
    "container.name",
    "process.name",
];
const LEVEL: [&str; 4] = ["log.level", "level", "severity", "severity_text"];
const TRACE: [&str; 3] = ["trace.id", "trace_id", "traceId"];

/// The question that brings what `filter` lets pass of what `base`, the configured `query_string`, selects.
pub(super) fn translate(filter: &Filter, base: &str) -> Pushed {
    let (mut pushed, mut clauses) = (Pushed::default(), Vec::new());
    if !base.trim().is_empty() {
        clauses.push(json!({ "query_string": { "query": base.trim() } }));
    }
    for term in filter.terms() {
        match wanted(term).and_then(|wanted| clause(&wanted, &mut pushed)) {
            Some(clause) => clauses.push(clause),
            None => pushed.here.push(term.to_string()),
        }
    }
    pushed.native = match clauses.is_empty() {
        true => json!({ "match_all": {} }).to_string(),
        false => json!({ "bool": { "filter": clauses } }).to_string(),
    };
    pushed
}

fn clause(wanted: &Wanted, pushed: &mut Pushed) -> Option<Value> {
    match wanted {
        // What is left out by words could be more than what is left out by letters.
        Wanted::Line { is_in: false, .. } => None,
        Wanted::Line { pattern, is_in: true } => {
            let text = pattern.text.as_deref()?;
            pushed.note("text is matched by the words of the index");
            Some(match text.chars().all(|c| c.is_alphanumeric() || c == '_') {
                true => json!({ "query_string": {
                    "query": format!("*{text}*"), "fields": TEXT, "analyze_wildcard": true, "lenient": true,
                } }),
                false => json!({ "multi_match": { "query": text, "type": "phrase", "fields": TEXT, "lenient": true } }),
            })
        }
        Wanted::Service { pattern, is } => {
            let text = pattern.text.as_deref()?;
            pushed.note("services are told by fields, not by what messages say");
            let of = |field: &&str| {
                [field.to_string(), format!("{field}.keyword")]
                    .map(|field| json!({ "term": { field: { "value": text, "case_insensitive": true } } }))
            };
            let any = any(SERVICE.iter().flat_map(of).collect());
            Some(if *is { any } else { json!({ "bool": { "must_not": [any] } }) })
        }
        Wanted::Level(words) => {
            let cased = |word: &&str| {
                let (head, rest) = word.split_at(1);
                [(*word).to_owned(), word.to_uppercase(), format!("{}{rest}", head.to_uppercase())]
            };
            let words: Vec<String> = words.iter().flat_map(cased).collect();
            let mut all: Vec<Value> = Vec::new();
            for field in LEVEL {
                all.push(json!({ "terms": { field: words } }));
                all.push(json!({ "terms": { format!("{field}.keyword"): words } }));
            }
            let stated = LEVEL.map(|field| json!({ "exists": { "field": field } }));
            all.push(json!({ "bool": { "must_not": stated } }));
            Some(any(all))
        }
        Wanted::Trace(id) => Some(any(TRACE.map(|field| json!({ "prefix": { field: id } })).to_vec())),
        Wanted::Field { name, pattern } => {
            let text = pattern.text.as_deref()?;
            pushed.note(&format!("`{name}` is asked of the field of that name"));
            let keyword = format!("{name}.keyword");
            let term = json!({ "term": { keyword: { "value": text, "case_insensitive": true } } });
            Some(any(vec![json!({ "match": { name: { "query": text, "lenient": true } } }), term]))
        }
    }
}

fn any(clauses: Vec<Value>) -> Value {
    json!({ "bool": { "should": clauses, "minimum_should_match": 1 } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clauses(filter: &str) -> (Vec<Value>, String) {
        let pushed = translate(&Filter::parse(filter).unwrap(), "");
        let native: Value = serde_json::from_str(&pushed.native).unwrap();
        let clauses = native.pointer("/bool/filter").and_then(Value::as_array).cloned().unwrap_or_default();
        (clauses, pushed.here.join(" "))
    }

    #[test]
    fn what_the_index_can_find_is_pushed_and_the_rest_stays_here() {
        assert_eq!(clauses("refused").0[0]["query_string"]["query"], "*refused*");
        assert_eq!(clauses("\"card declined\"").0[0]["multi_match"]["type"], "phrase");
        let should = &clauses("service=payments").0[0]["bool"]["should"];
        assert_eq!(should[0]["term"]["service.name"]["value"], "payments");
        assert_eq!(clauses("trace=4bf9").0[0]["bool"]["should"][0]["prefix"]["trace.id"], "4bf9");
        assert_eq!(clauses("order=17").0[0]["bool"]["should"][0]["match"]["order"]["query"], "17");
        for here in ["-refused", "/a.b/", "latency>500ms", "status>=500", "-order=17"] {
            assert_eq!(clauses(here), (Vec::new(), here.to_owned()));
        }
    }

    #[test]
    fn a_level_keeps_what_states_none_and_the_configured_query_stays() {
        let (found, _) = clauses("level>=error");
        let should = found[0]["bool"]["should"].as_array().unwrap();
        assert_eq!(
            should[0]["terms"]["log.level"].as_array().unwrap()[..3],
            [json!("error"), json!("ERROR"), json!("Error")]
        );
        assert!(should.last().unwrap()["bool"]["must_not"].is_array());
        let pushed = translate(&Filter::parse("x").unwrap(), "service.name:a");
        assert!(pushed.native.contains(r#""query":"service.name:a""#), "{}", pushed.native);
    }
}
