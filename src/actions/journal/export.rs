//! A journal for a post-mortem: as Markdown for people, as JSON for programs, without secrets. `midwatch journal export`
//! is its caller.

use std::io::{Result, Write};
use std::path::Path;

use serde_json::{Value, json};

use crate::domain::{CleanText, Timestamp};
use crate::trust::redact::Redactor;

use super::entry::{EXACT, redact};
use super::{Line, Verification, lines, verify};

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A section for each proposal.
    Markdown,
    /// One object: the verdict on the chain, and the entries as they are in the file.
    Json,
}

/// What to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// How.
    pub format: Format,
    /// Only what happened then or later.
    pub since: Option<Timestamp>,
    /// Only what belongs to this incident.
    pub incident: Option<String>,
}

/// One proposal's life: the entries of one session that share its name and digest.
struct Section {
    first: Line,
    events: Vec<Line>,
}

impl Export {
    /// Reads the journal and writes what was asked for. A broken chain is exported up to the fault, and says so.
    ///
    /// # Errors
    /// When the journal cannot be read or the output not written.
    pub fn write(&self, path: &Path, out: &mut impl Write) -> Result<Verification> {
        let verdict = verify(path)?;
        let mut redactor = Redactor::new();
        let fault = match &verdict {
            Verification::Broken { line, .. } => *line,
            Verification::Intact { .. } | Verification::Unanchored { .. } => u64::MAX,
        };
        let wanted = lines(path)?
            .map_while(std::result::Result::ok)
            .zip(1_u64..)
            .take_while(|(_, number)| *number < fault)
            .map(|(line, _)| line)
            .filter(|line| self.wants(line))
            .map(|line| clean(line, &mut redactor));
        match self.format {
            Format::Markdown => markdown(path, &verdict, wanted, out)?,
            Format::Json => object(path, &verdict, wanted, out)?,
        }
        Ok(verdict)
    }

    fn wants(&self, line: &Line) -> bool {
        let since = self.since.is_none_or(|since| line.time.parse::<Timestamp>().is_ok_and(|time| time >= since));
        since && self.incident.as_deref().is_none_or(|incident| line.text("incident") == incident)
    }
}

/// Entries of before there was redaction, or by other hands, hold what was typed.
fn clean(mut line: Line, redactor: &mut Redactor) -> Line {
    for (name, value) in &mut line.fields {
        if !EXACT.contains(&name.as_str()) {
            redact(value, redactor);
        }
    }
    line
}

fn object(path: &Path, verdict: &Verification, lines: impl Iterator<Item = Line>, out: &mut impl Write) -> Result<()> {
    let head = json!({ "journal": path.display().to_string(), "chain": verdict.words() }).to_string();
    write!(out, "{},\"entries\":[", head.trim_end_matches('}'))?;
    for (place, line) in lines.enumerate() {
        let comma = if place == 0 { "" } else { "," };
        write!(out, "{comma}\n{}", json!(line))?;
    }
    writeln!(out, "\n]}}")
}

fn markdown(
    path: &Path,
    verdict: &Verification,
    lines: impl Iterator<Item = Line>,
    out: &mut impl Write,
) -> Result<()> {
    let sections = grouped(lines);
    writeln!(out, "# What was proposed, decided and run\n")?;
    writeln!(out, "Journal {}: {}. Times are UTC.", plain(&path.display().to_string()), plain(&verdict.words()))?;
    if sections.is_empty() {
        writeln!(out, "\nNo entries.")?;
    }
    for section in sections {
        section.write(out)?;
    }
    Ok(())
}

fn grouped(lines: impl Iterator<Item = Line>) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut place = std::collections::HashMap::new();
    for line in lines.filter(|line| !line.text("proposal").is_empty()) {
        let key = ["session", "proposal", "digest"].map(|name| line.text(name).to_owned());
        let at = *place.entry(key).or_insert_with(|| {
            sections.push(Section { first: line.clone(), events: Vec::new() });
            sections.len() - 1
        });
        if let Some(section) = sections.get_mut(at) {
            section.events.push(line);
        }
    }
    sections
}

impl Section {
    fn write(&self, out: &mut impl Write) -> Result<()> {
        let line = &self.first;
        let text = line.text("text");
        writeln!(out, "\n## {} {} ({})\n", plain(&line.time), plain(line.text("proposal")), plain(line.text("class")))?;
        // A fence longer than any in the text keeps the text inside it.
        let fence = "`".repeat(longest_run(text).max(2) + 1);
        writeln!(out, "{fence}{}\n{}\n{fence}\n", plain(line.text("language")), CleanText::block(text))?;
        for name in ["incident", "origin", "place", "who", "context", "source", "recording"] {
            let value = self.events.iter().map(|line| line.text(name)).find(|value| !value.is_empty());
            if let Some(value) = value {
                writeln!(out, "- {name}: {}", plain(value))?;
            }
        }
        let rules = line.fields.get("rules").and_then(Value::as_array).into_iter().flatten();
        let rules: Vec<&str> = rules.filter_map(Value::as_str).collect();
        if !rules.is_empty() {
            writeln!(out, "- rules: {}", plain(&rules.join(", ")))?;
        }
        writeln!(out, "- digest: {}", plain(line.text("digest")))?;
        for event in &self.events {
            writeln!(out, "- {} **{}**{} (entry {})", plain(&event.time), plain(&event.event), said(event), event.seq)?;
        }
        Ok(())
    }
}

/// How it came out, or why not.
fn said(line: &Line) -> String {
    let (outcome, why) = (line.text("outcome"), line.text("why"));
    let mut words = String::new();
    for part in [outcome, why].into_iter().filter(|part| !part.is_empty()) {
        words.push_str(if words.is_empty() { ": " } else { ", " });
        words.push_str(&plain(part));
    }
    if let Some(bytes) = line.fields.get("output_bytes").and_then(Value::as_u64) {
        words.push_str(&format!(", {bytes} bytes of output, sha256 {}", plain(line.text("output_sha256"))));
    }
    words
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// One line that Markdown shows as it is.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in CleanText::line(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '!' | '&') {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}
