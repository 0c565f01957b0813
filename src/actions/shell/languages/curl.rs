//! HTTP requests by curl: the method and what is sent decide.

use std::ops::Range;

use crate::domain::Class;

use super::super::arguments::Parsed;
use super::super::walk::Walk;

const SENDS: [&str; 11] = [
    "-d",
    "--data",
    "--data-raw",
    "--data-binary",
    "--data-urlencode",
    "--data-ascii",
    "--json",
    "-F",
    "--form",
    "-T",
    "--upload-file",
];

impl Walk<'_> {
    /// What a curl call asks a server to do.
    pub(in super::super) fn curl(&mut self, parsed: &Parsed<'_>, span: &Range<usize>) {
        for url in &parsed.arguments {
            let scheme = url.text.split_once("://").map_or("http", |(scheme, _)| scheme).to_ascii_lowercase();
            if !matches!(scheme.as_str(), "http" | "https") {
                self.opaque(&url.span, "curl.scheme", "speaks another protocol than HTTP");
            }
            if ["_delete_by_query", "/_all", "delete_series", "/-/quit"].iter().any(|part| url.text.contains(part)) {
                self.say(Class::Destructive, &url.span, "curl.url", "an address that deletes or stops");
            }
            if ["/-/reload", "/api/v1/admin/", "/_close", "/_open", "/reload", "/restart", "/shutdown"]
                .iter()
                .any(|part| url.text.contains(part))
            {
                self.say(Class::Write, &url.span, "curl.url", "an address that acts although it is only asked");
            }
        }
        if parsed
            .values(&["-w", "--write-out"])
            .iter()
            .any(|form| form.is_none_or(|form| form.starts_with('@') || form.contains("output{")))
        {
            self.say(Class::Write, span, "curl.write-out", "its report may go to a file");
        }
        let mut headers = parsed.options.iter().filter(|given| matches!(given.name.as_str(), "-H" | "--header"));
        if headers.any(|given| {
            given.value.as_ref().is_some_and(|header| header.text.is_empty() || header.text.starts_with('@'))
        }) {
            self.say(Class::Write, span, "curl.header-file", "its headers may be a file's lines, sent along");
        }
        let sends = parsed.has(&SENDS);
        let get = parsed.has(&["-G", "--get"]) && !parsed.has(&["-F", "--form", "-T", "--upload-file", "--json"]);
        let methods = parsed.values(&["-X", "--request"]);
        for method in &methods {
            match method.map(str::to_ascii_uppercase).as_deref() {
                Some("GET" | "HEAD" | "OPTIONS") => {}
                Some("POST" | "PUT" | "PATCH") => self.say(Class::Write, span, "curl.method", "sends a change"),
                Some("DELETE") => self.say(Class::Destructive, span, "curl.method", "deletes what the address names"),
                Some(_) => self.opaque(span, "curl.method", "a method that is not known"),
                None => self.opaque(span, "curl.method", "its method is only known at run time"),
            }
        }
        if sends && !get {
            self.say(Class::Write, span, "curl.data", "sends data");
        }
    }
}
