//! HTTP requests by curl: the method, what is sent and the address decide.

use std::ops::Range;

use crate::domain::Class;

use super::super::arguments::{Given, Parsed};
use super::super::stream::Stream;
use super::super::value::Value;
use super::super::walk::Walk;

/// Options that send a body, unless `-G` puts it into the address.
const DATA: [&str; 6] = ["-d", "--data", "--data-raw", "--data-binary", "--data-urlencode", "--data-ascii"];
/// Options that always send one.
const SENDS: [&str; 7] = ["--json", "-F", "--form", "--form-string", "-T", "--upload-file", "--mail-from"];
/// Addresses that lose something whatever the method.
const LOSES: [&str; 11] = [
    "_delete_by_query",
    "_update_by_query",
    "/_all",
    "delete_series",
    "clean_tombstones",
    "/-/quit",
    "/quitquitquit",
    "/shutdown",
    "/_shutdown",
    "/abort",
    "/v1/kv/?recurse",
];
/// What a body for Elasticsearch's aliases says when it drops an index.
const DROPS: &str = "remove_index";
/// Addresses that act although they may only be asked.
const ACTS: [&str; 12] = [
    "/-/reload",
    "/-/ready/off",
    "/api/v1/admin/",
    "/_close",
    "/_open",
    "/reload",
    "/restart",
    "/reset_counters",
    "/healthcheck/fail",
    "/healthcheck/ok",
    "/drain_listeners",
    "/logging?",
];
/// Last parts of addresses to which a body is a question.
const ASKS: [&str; 17] = [
    "_search",
    "_count",
    "_msearch",
    "_mget",
    "_field_caps",
    "_analyze",
    "_explain",
    "_validate",
    "_sql",
    "query",
    "query_range",
    "query_exemplars",
    "series",
    "labels",
    "format_query",
    "parse_query",
    "_termvectors",
];

/// What an address does by itself, whatever is sent to it.
pub(super) fn address(url: &str) -> Option<(Class, &'static str)> {
    let lower = url.to_ascii_lowercase();
    let has = |part: &&str| lower.contains(*part);
    if LOSES.iter().any(&has) {
        return Some((Class::Destructive, "an address that deletes or stops"));
    }
    ACTS.iter().any(has).then_some((Class::Write, "an address that acts although it is only asked"))
}

/// What a method does; `None` for one that only asks.
pub(super) fn method(name: Option<&str>) -> Option<(Class, &'static str)> {
    match name.map(str::to_ascii_uppercase).as_deref() {
        Some("GET" | "HEAD" | "OPTIONS" | "TRACE" | "PROPFIND") => None,
        Some("POST" | "PUT" | "PATCH" | "PURGE" | "BAN" | "MKCOL" | "COPY" | "LOCK" | "UNLOCK" | "LIST") => {
            Some((Class::Write, "sends a change"))
        }
        Some("DELETE") => Some((Class::Destructive, "deletes what the address names")),
        Some(_) => Some((Class::Opaque, "a method that is not known")),
        None => Some((Class::Opaque, "its method is only known at run time")),
    }
}

/// Whether a body sent to this address is a question.
pub(super) fn asks(url: &Value) -> bool {
    let path = url.text.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    let search = |name: &str| name.starts_with('_') || path.contains("/api/v1/") || path.contains("/prometheus/");
    !url.is_dynamic() && ASKS.contains(&last) && search(last)
}

/// Whether a value sends a file's content along.
fn sends_file(given: &Given<'_>) -> bool {
    let value = given.value.as_ref();
    match given.name.as_str() {
        "--data-raw" | "--form-string" => false,
        "--data-urlencode" => value.is_some_and(|value| {
            value
                .text
                .split_once('@')
                .is_some_and(|(name, _)| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
        }),
        _ => value.is_none_or(|value| value.text.starts_with('@') || (value.is_dynamic() && value.text.is_empty())),
    }
}

impl Walk<'_> {
    /// What a curl call asks a server to do.
    pub(in super::super) fn curl(&mut self, parsed: &Parsed<'_>, span: &Range<usize>) {
        let named = parsed.options.iter().filter(|given| given.name == "--url").filter_map(|given| given.value.clone());
        let urls: Vec<Value> = parsed.arguments.iter().cloned().chain(named).collect();
        for url in &urls {
            self.address(url);
        }
        self.reports(parsed, span);
        let several = parsed.has(&["--next", "-:"]);
        let get = parsed.has(&["-G", "--get", "-I", "--head"]) && !several;
        let methods = parsed.values(&["-X", "--request"]);
        let questions = !urls.is_empty() && urls.iter().all(asks);
        for name in &methods {
            match method(*name) {
                Some((Class::Write, _)) if questions && name.is_some_and(|name| name.eq_ignore_ascii_case("POST")) => {}
                Some((class, why)) => self.say(class, span, "curl.method", why),
                None => {}
            }
        }
        for given in &parsed.options {
            let data = DATA.contains(&given.name.as_str());
            let asks = given.name == "--json" && questions && !sends_file(given);
            let sends = SENDS.contains(&given.name.as_str()) && !asks;
            if data && sends_file(given) {
                self.say(Class::Write, &given.word.span, "curl.data", "sends a file");
            } else if given.value.as_ref().is_some_and(|value| data && !get && value.text.contains(DROPS)) {
                self.say(Class::Destructive, &given.word.span, "curl.data", "drops an index");
            } else if sends || (data && !get && !questions) {
                self.say(Class::Write, &given.word.span, "curl.data", "sends data");
            }
        }
    }

    fn address(&mut self, url: &Value) {
        let scheme = url.text.split_once("://").map_or("http", |(scheme, _)| scheme).to_ascii_lowercase();
        if scheme == "telnet" && self.input != Stream::Nothing {
            self.say(Class::Write, &url.span, "curl.scheme", "sends what it is given to read");
        }
        match scheme.as_str() {
            "http" | "https" | "telnet" | "ldap" | "ldaps" | "ftp" | "ftps" | "sftp" => {}
            "file" => self.say(Class::Read, &url.span, "curl.scheme", "reads a file of this machine"),
            _ => self.opaque(&url.span, "curl.scheme", "speaks another protocol than HTTP"),
        }
        if let Some((class, why)) = address(&url.text) {
            self.say(class, &url.span, "curl.url", why);
        }
    }

    fn reports(&mut self, parsed: &Parsed<'_>, span: &Range<usize>) {
        let forms = parsed.values(&["-w", "--write-out"]);
        if forms.iter().any(|form| form.is_none_or(|form| form.starts_with('@') || form.contains("output{"))) {
            self.say(Class::Write, span, "curl.write-out", "its report may go to a file");
        }
        let mut headers = parsed.options.iter().filter(|given| matches!(given.name.as_str(), "-H" | "--header"));
        let file = |header: &Value| header.text.is_empty() || header.text.starts_with('@');
        if headers.any(|given| given.value.as_ref().is_some_and(file)) {
            self.say(Class::Write, span, "curl.header-file", "its headers may be a file's lines, sent along");
        }
        let overrides = parsed.options.iter().filter(|given| matches!(given.name.as_str(), "-H" | "--header"));
        for given in overrides {
            let header = given.value.as_ref().map(|value| value.text.to_ascii_lowercase()).unwrap_or_default();
            if header.starts_with("x-http-method") || header.starts_with("x-method-override") {
                self.opaque(&given.word.span, "curl.method", "a header that changes the method");
            }
        }
    }

    /// HTTPie: an optional method, the address, then items: headers and queries ask, fields and files change.
    pub(in super::super) fn httpie(&mut self, parsed: &Parsed<'_>, span: &Range<usize>) {
        if self.input != Stream::Nothing && !parsed.has(&["--ignore-stdin", "-I"]) {
            self.say(Class::Write, span, "http.input", "sends what it is given to read");
        }
        let mut words = parsed.arguments.iter();
        let first = parsed.arguments.first();
        if first.is_some_and(|word| {
            word.text.len() > 2
                && word.text.bytes().all(|byte| byte.is_ascii_alphabetic())
                && parsed.arguments.len() > 1
        }) {
            if let Some((class, why)) = method(first.and_then(Value::exact)) {
                self.say(class, span, "http.method", why);
            }
            words.next();
        }
        if let Some(url) = words.next() {
            self.address(&Value { text: url.text.replace("http://:", "http://localhost:"), ..url.clone() });
        }
        for item in words {
            let sign = item.text.find(['=', ':', '@']).map(|at| &item.text[at..]);
            let asks = sign.is_some_and(|sign| {
                sign.starts_with("==") && !sign.starts_with("==@")
                    || (sign.starts_with(':') && !sign.starts_with(":=") && !sign.starts_with(":@"))
            });
            if !asks || item.is_dynamic() {
                self.say(Class::Write, &item.span, "http.field", "a field or a file is sent");
            }
        }
    }

    /// `gh api`, `glab api`: fields make it a change, unless the method says otherwise.
    pub(in super::super) fn forge(&mut self, parsed: &Parsed<'_>, span: &Range<usize>) {
        let methods = parsed.values(&["-X", "--method"]);
        for name in &methods {
            if let Some((class, why)) = method(*name) {
                self.say(class, span, "api.method", why);
            }
        }
        let fields = ["-f", "-F", "--field", "--raw-field", "--input", "--form"];
        let query = parsed.arguments.first().is_some_and(|path| path.text == "graphql");
        if query {
            let texts = parsed.values(&fields);
            let asks = |text: &&str| {
                let body = text.strip_prefix("query=").map(str::trim_start);
                body.map_or(!text.contains("mutation"), |body| {
                    !body.contains("mutation") && !body.contains("subscription") && (body.starts_with(['{', 'q']))
                })
            };
            if !texts.iter().all(|text| text.as_ref().is_some_and(asks)) || parsed.has(&["--input"]) {
                self.say(Class::Write, span, "api.query", "may hold a mutation");
            }
        } else if methods.is_empty() && parsed.has(&fields) {
            self.say(Class::Write, span, "api.fields", "fields make it a POST");
        }
    }
}
