//! Kubernetes Secret objects, by structure: every value under `data` and `stringData`, whatever its name, in YAML and in
//! JSON. Called by the redactor on every view of a text.

use std::ops::Range;

use super::Hit;
use super::take;
use super::values::is_reference;

/// Every value of a Secret object.
pub(super) fn find(text: &str, out: &mut Vec<Hit>) {
    if !text.contains("Secret") && !text.contains("stringData") || !text.contains("ata") {
        return;
    }
    json(text, out);
    yaml(text, out);
}

/// An object that is open while the text is read.
#[derive(Default)]
struct Open {
    key: Option<Range<usize>>,
    /// Its `kind` is Secret.
    secret: bool,
    /// Values of its `data` and `stringData`.
    values: Vec<Range<usize>>,
    /// It is the `data` of what holds it.
    data: bool,
    /// It is what only a Secret has, as in a patch.
    only: bool,
}

/// JSON wherever it begins in the text: braces, strings and nothing else matters.
fn json(text: &str, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' => {
                let data = open.last().and_then(|holder| holder.key.clone()).and_then(|key| text.get(key));
                let only = data == Some("stringData");
                let data = matches!(data, Some("data" | "stringData"));
                open.push(Open { data, only, ..Open::default() });
                if open.len() > 256 {
                    open.clear();
                }
            }
            b'}' => {
                if let Some(closed) = open.pop() {
                    close(closed, open.last_mut(), out);
                }
            }
            b'"' if !open.is_empty() => {
                let Some(string) = take::quoted(text, at) else {
                    at += 1;
                    continue;
                };
                at = string.end;
                let colon = bytes.iter().skip(at + 1).take(16).find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
                if let Some(holder) = open.last_mut() {
                    if colon {
                        holder.key = Some(string);
                    } else {
                        let key = holder.key.take().and_then(|key| text.get(key));
                        holder.secret |= key == Some("kind") && text.get(string.clone()) == Some("Secret");
                        if holder.data {
                            holder.values.push(string);
                        }
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    // Cut off: what is open is taken for what it was about to be.
    while let Some(closed) = open.pop() {
        close(closed, open.last_mut(), out);
    }
}

fn close(closed: Open, holder: Option<&mut Open>, out: &mut Vec<Hit>) {
    if closed.secret || closed.only {
        out.extend(
            closed.values.into_iter().filter(|range| !range.is_empty()).map(|range| Hit::new("kube-secret", range)),
        );
    } else if closed.data
        && let Some(holder) = holder
    {
        holder.values.extend(closed.values);
    }
}

/// A line of YAML.
struct Line<'t> {
    start: usize,
    /// Columns before its first word; a dash counts as one.
    indent: usize,
    text: &'t str,
}

/// YAML documents: `data` beside a `kind: Secret`, before or after it.
fn yaml(text: &str, out: &mut Vec<Hit>) {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start_matches([' ', '-', '>', '|', '+', '~']);
        lines.push(Line {
            start: start + line.len() - bare.len(),
            indent: line.len() - bare.len(),
            text: bare.trim_end(),
        });
        start += line.len();
    }
    // Values of the `data` at each indent whose `kind` was not read yet, and the kinds that are known.
    let mut siblings: Vec<Siblings> = Vec::new();
    let mut under: Option<(usize, bool)> = None;
    for line in &lines {
        let divider = line.text.is_empty() && text.get(line.start.saturating_sub(3)..line.start) == Some("---");
        if divider {
            siblings.drain(..).for_each(|done| done.finish(out));
            under = None;
        }
        if line.text.is_empty() || line.text.starts_with('#') {
            continue;
        }
        if let Some((indent, _)) = under {
            if line.indent > indent {
                let into = siblings.iter_mut().find(|one| one.indent == indent);
                if let Some(into) = into {
                    into.values.extend(value(line));
                }
                continue;
            }
            under = None;
        }
        while siblings.last().is_some_and(|last| last.indent > line.indent) {
            siblings.pop().into_iter().for_each(|done| done.finish(out));
        }
        let dashed = line.start >= 2 && text.get(line.start - 2..line.start) == Some("- ");
        if dashed && siblings.last().is_some_and(|last| last.indent == line.indent) {
            siblings.pop().into_iter().for_each(|done| done.finish(out));
        }
        let word = line.text.trim_matches('"');
        let interesting = word.starts_with("kind:") || word.starts_with("data:") || word.starts_with("stringData:");
        if !interesting {
            continue;
        }
        if siblings.last().is_none_or(|last| last.indent != line.indent) {
            siblings.push(Siblings { indent: line.indent, secret: false, values: Vec::new() });
        }
        if let Some(last) = siblings.last_mut() {
            if let Some(kind) = word.strip_prefix("kind:") {
                last.secret |= kind.trim().trim_matches(['"', '\'']) == "Secret";
            } else if let Some(open) = line.text.find('{') {
                last.values.extend(flow(line, open));
            } else {
                under = Some((line.indent, true));
            }
        }
    }
    siblings.drain(..).for_each(|done| done.finish(out));
}

/// Fields of one object that were read so far.
struct Siblings {
    indent: usize,
    secret: bool,
    values: Vec<Range<usize>>,
}

impl Siblings {
    fn finish(self, out: &mut Vec<Hit>) {
        if self.secret {
            out.extend(self.values.into_iter().map(|range| Hit::new("kube-secret", range)));
        }
    }
}

/// The value of a line `name: value`, or the whole line of a block.
fn value(line: &Line<'_>) -> Option<Range<usize>> {
    let name = line
        .text
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'"' | b'\''))
        .count();
    let from = match line.text.get(name..) {
        Some(rest) if name > 0 && (rest.starts_with(": ") || rest == ":") => name + 1,
        Some(_) | None => 0,
    };
    let rest = line.text.get(from..)?;
    let lead = rest.len() - rest.trim_start().len();
    let inside = rest.trim().trim_matches(['"', '\'']);
    let frame =
        matches!(inside, "" | "|" | ">" | "|-" | ">-" | "|+" | ">+" | "''" | "{}") || inside.starts_with("-----");
    let quote = usize::from(rest.trim_start().starts_with(['"', '\'']));
    let start = line.start + from + lead + quote;
    (!frame && !is_reference(inside) && !inside.starts_with("[REDACTED:")).then(|| start..start + inside.len())
}

/// The values of `{name: value, name: value}`.
fn flow(line: &Line<'_>, open: usize) -> Vec<Range<usize>> {
    let mut at = open + 1;
    let mut out = Vec::new();
    for part in line.text.get(at..).unwrap_or_default().split([',', '}']) {
        if let Some(colon) = part.find(':') {
            let rest = &part[colon + 1..];
            let lead = rest.len() - rest.trim_start().trim_start_matches(['"', '\'']).len();
            let inside = rest.trim().trim_matches(['"', '\'']);
            if !inside.is_empty() && !is_reference(inside) {
                let start = line.start + at + colon + 1 + lead;
                out.push(start..start + inside.len());
            }
        }
        at += part.len() + 1;
    }
    out
}
