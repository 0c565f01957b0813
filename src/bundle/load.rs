//! Reads an incident bundle into a [`Recording`]. Called for `--replay`, for drills, and by tests. A bundle comes from
//! anywhere, so nothing in it may stop the reading: what is absent or broken becomes a gap, and the rest is kept.

use std::path::Path;

use crate::domain::evidence::Reach;
use crate::domain::query::PolledQuery;
use crate::domain::recording::Recording;
use crate::domain::{CleanText, LogRecord, SourceId, Timestamp};
use crate::logfile::LineParser;

use super::files::{Embedded, Files, Folder};
use super::gaps::Gaps;
use super::manifest::{self, Manifest};
use super::{alerts, changes, evidence, metrics, replies};

/// What the items of a recording name as their source.
const SOURCE: &str = "recording";
/// Most bytes read of a `.toml` file or of the notes.
const SMALL: usize = 4 << 20;
/// Most bytes read of one `.jsonl`, metrics or log file.
const LARGE: usize = 64 << 20;
/// Most bytes of log lines read in all.
const ALL_LOGS: usize = 256 << 20;
/// Most series held.
const MOST_SERIES: usize = 5_000;

/// Why a folder cannot be read as a bundle at all.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// There is no such folder.
    #[error("there is no folder {path}; give the path of an incident bundle, a folder with an incident.toml")]
    Absent {
        /// As given.
        path: String,
    },
    /// The folder is something else.
    #[error("{path} holds no incident.toml, so it is no incident bundle")]
    NotABundle {
        /// As given.
        path: String,
    },
    /// The file is there but cannot be read.
    #[error("{path}/incident.toml cannot be read: {why}")]
    Unreadable {
        /// As given.
        path: String,
        /// The system's words.
        why: String,
    },
    /// The file is no TOML.
    #[error("{path}/incident.toml:{line}: {why}")]
    Malformed {
        /// As given.
        path: String,
        /// Line, counted from 1.
        line: usize,
        /// What the parser says.
        why: String,
    },
    /// A later program wrote it.
    #[error(
        "{path} has version {version} of the bundle format; this midwatch reads version 1, so a newer one is needed"
    )]
    Newer {
        /// As given.
        path: String,
        /// The version it states.
        version: i64,
    },
    /// No drill of that name.
    #[error("there is no drill `{name}`; there is {known}")]
    NoDrill {
        /// As asked.
        name: String,
        /// Those there are.
        known: String,
    },
}

/// Reads the bundle in a folder.
///
/// # Errors
/// When the folder or its `incident.toml` is absent, unreadable, no TOML or of a later version. All else is a gap.
pub fn load(dir: &Path) -> Result<Recording, BundleError> {
    let path = dir.display().to_string();
    if !dir.is_dir() {
        return Err(BundleError::Absent { path });
    }
    load_from(&Folder::new(dir), &path)
}

/// Reads a bundle inside the binary.
///
/// # Errors
/// As [`load`].
pub fn load_embedded(dir: &include_dir::Dir<'_>) -> Result<Recording, BundleError> {
    load_from(&Embedded::new(dir), &dir.path().display().to_string())
}

/// Reads a bundle from any files; `path` names it in messages.
///
/// # Errors
/// As [`load`].
pub fn load_from(files: &dyn Files, path: &str) -> Result<Recording, BundleError> {
    let mut gaps = Gaps::default();
    let manifest = read_manifest(files, path, &mut gaps)?;
    let source = SourceId::new(SOURCE);
    let (evidence, reaches): (Vec<_>, Vec<_>) = evidence::read_all(files, &mut gaps).into_iter().unzip();
    let held_back = evidence.iter().zip(reaches).filter(|(_, reach)| *reach == Reach::HeldBack).map(|(one, _)| one.id);
    let mut recording = Recording {
        held_back: held_back.collect(),
        window: manifest.window,
        opens_at: manifest.opens_at,
        holds_at: manifest.holds_at,
        id: if manifest.id.is_empty() { folder_name(path) } else { manifest.id },
        title: manifest.title,
        severity: manifest.severity,
        stack: manifest.stack,
        evidence,
        notes: small(files, "notes.md", &mut gaps).map(|text| CleanText::block(&text)).unwrap_or_default(),
        ..Recording::default()
    };
    read_lines(files, &source, &mut recording, &mut gaps);
    read_metrics(files, &source, &manifest.panels, &mut recording, &mut gaps);
    recording.logs = read_logs(files, &source, &recording, &mut gaps);
    recording.answers = read_answers(files, &mut gaps);
    for (folder, what) in [("traces", "spans"), ("database", "database load")] {
        if gaps.list(files, folder).is_some_and(|names| !names.is_empty()) {
            gaps.add(folder, &format!("this version does not show {what}"));
        }
    }
    recording.gaps = gaps.into_list();
    Ok(recording)
}

fn read_manifest(files: &dyn Files, path: &str, gaps: &mut Gaps) -> Result<Manifest, BundleError> {
    let path = path.to_owned();
    let content = match files.read("incident.toml", SMALL) {
        Ok(Some(content)) => content,
        Ok(None) => return Err(BundleError::NotABundle { path }),
        Err(why) => return Err(BundleError::Unreadable { path, why }),
    };
    let text = String::from_utf8_lossy(&content.bytes);
    match manifest::read(&text, gaps) {
        Ok(manifest) if manifest.version > manifest::VERSION => {
            Err(BundleError::Newer { path, version: manifest.version })
        }
        Ok(manifest) => Ok(manifest),
        Err(malformed) => Err(BundleError::Malformed { path, line: malformed.line, why: malformed.why }),
    }
}

/// The parts that are a JSON object a line.
fn read_lines(files: &dyn Files, source: &SourceId, recording: &mut Recording, gaps: &mut Gaps) {
    let window = recording.window;
    if let Some(content) = part(files, "alerts.jsonl", gaps) {
        let read = gaps.json_lines("alerts.jsonl", &content, |object| alerts::read(object, source, window));
        recording.alerts = read.into_iter().flatten().collect();
        recording.alerts.sort_by_key(|(seen, _)| *seen);
    }
    if let Some(content) = part(files, "changes.jsonl", gaps) {
        recording.changes = gaps.json_lines("changes.jsonl", &content, |object| changes::read(object, source));
        recording.changes.sort_by_key(|change| change.at);
    }
    if let Some(content) = gaps.read(files, "commands.jsonl", LARGE) {
        recording.commands = gaps.json_lines("commands.jsonl", &content.bytes, |object| replies::read_command(&object));
    }
    if let Some(content) = gaps.read(files, "timeline.jsonl", LARGE) {
        recording.timeline = gaps.json_lines("timeline.jsonl", &content.bytes, |object| {
            serde_json::from_value(object.into()).map_err(|error| format!("not an entry of a timeline: {error}"))
        });
        recording.timeline.sort_by_key(|entry| entry.at);
    }
}

fn read_metrics(files: &dyn Files, source: &SourceId, panels: &[String], recording: &mut Recording, gaps: &mut Gaps) {
    let Some(names) = folder(files, "metrics", gaps) else { return };
    let mut names: Vec<&str> = names.iter().filter_map(|file| file.strip_suffix(".json")).collect();
    names.sort_by_key(|name| panels.iter().position(|panel| panel == name).unwrap_or(usize::MAX));
    for name in names {
        let file = format!("{name}.json");
        let path = format!("metrics/{file}");
        let Some(content) = gaps.read(files, &path, LARGE) else { continue };
        match metrics::read(name, &content.bytes, source) {
            Ok(mut answer) => {
                let room = MOST_SERIES.saturating_sub(recording.series.len());
                if answer.series.len() > room {
                    answer.left_out.push(format!("{} series for want of room", answer.series.len() - room));
                }
                for what in &answer.left_out {
                    gaps.add(&path, &format!("left out {what}"));
                }
                recording.queries.push(PolledQuery {
                    source: CleanText::line(SOURCE),
                    text: answer.query,
                    every_seconds: step(&answer.series),
                });
                recording.series.extend(answer.series.into_iter().take(room));
            }
            Err(why) => gaps.add(&path, &why),
        }
    }
}

fn read_logs(files: &dyn Files, source: &SourceId, recording: &Recording, gaps: &mut Gaps) -> Vec<LogRecord> {
    let Some(names) = folder(files, "logs", gaps) else { return Vec::new() };
    let start = recording.window.map_or(Timestamp::UNIX_EPOCH, |window| window.start);
    let (mut records, mut room) = (Vec::new(), ALL_LOGS);
    for (file, stem) in names.iter().filter_map(|file| Some((file, file.strip_suffix(".log")?))) {
        let Some(content) = gaps.read(files, &format!("logs/{file}"), LARGE.min(room)) else { continue };
        room -= content.bytes.len();
        // `payments@second.log` is the same service as another source wrote it.
        let service = stem.split('@').next().unwrap_or(stem);
        let mut last = start;
        let mut parser = LineParser::new(source.clone(), service);
        let mut found = parser.feed(&content.bytes, start);
        found.extend(parser.finish(start));
        for mut record in found {
            // A record that states no time belongs to the moment of the one before it.
            last = record.time.unwrap_or(last);
            record.observed = last;
            records.push(record);
        }
    }
    records.sort_by_key(LogRecord::at);
    records
}

fn read_answers(files: &dyn Files, gaps: &mut Gaps) -> Vec<crate::domain::recording::RecordedAnswer> {
    let Some(text) = small(files, "answers.toml", gaps) else { return Vec::new() };
    replies::read_answers(&text).unwrap_or_else(|error| {
        gaps.add(&format!("answers.toml:{}", manifest::line_of(&text, &error)), error.message());
        Vec::new()
    })
}

/// A file whose absence is a gap.
fn part(files: &dyn Files, path: &str, gaps: &mut Gaps) -> Option<Vec<u8>> {
    match files.read(path, 0) {
        Ok(None) => {
            gaps.add(path, "not in the bundle");
            None
        }
        Ok(Some(_)) | Err(_) => gaps.read(files, path, LARGE).map(|content| content.bytes.into_owned()),
    }
}

/// A folder whose absence is a gap.
fn folder(files: &dyn Files, name: &str, gaps: &mut Gaps) -> Option<Vec<String>> {
    if matches!(files.list(name), Ok(None)) {
        gaps.add(name, "not in the bundle");
        return None;
    }
    gaps.list(files, name)
}

fn small(files: &dyn Files, path: &str, gaps: &mut Gaps) -> Option<String> {
    gaps.read(files, path, SMALL).map(|content| String::from_utf8_lossy(&content.bytes).into_owned())
}

/// Seconds between the newest samples; 0 where there are none.
fn step(series: &[crate::domain::Series]) -> u32 {
    let gap = series.iter().filter_map(|one| match one.samples.as_slice() {
        [.., before, last] => u32::try_from(before.at.duration_until(last.at).as_secs()).ok(),
        _ => None,
    });
    gap.min().unwrap_or(0)
}

fn folder_name(path: &str) -> CleanText {
    CleanText::line(Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or("incident"))
}
