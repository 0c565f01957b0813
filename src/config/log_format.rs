//! Keys of log formats of one's own. A part of the schema, apart from it for its length.

use serde::{Deserialize, Serialize};

/// How lines of some logs are written, where no known format fits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogFormat {
    /// Its name, for `:format`.
    pub name: String,
    /// A regular expression with named groups.
    pub pattern: String,
    /// How the time is written, as `strptime` says it; empty is any known form.
    #[serde(default)]
    pub time_format: String,
    /// Words that mean a level, beside the usual ones.
    #[serde(default)]
    pub words: Vec<LevelWord>,
    /// Lines that it must read, and what they mean.
    pub examples: Vec<LogExample>,
}

/// A word that means a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelWord {
    /// The word.
    pub word: String,
    /// What it means.
    pub level: Level,
}

/// A line and what it means; what is empty is not checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogExample {
    /// The line.
    pub line: String,
    /// Its time, as `2026-11-20T21:04:25Z`.
    #[serde(default)]
    pub time: String,
    /// Its level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Its service.
    #[serde(default)]
    pub service: String,
    /// Its message.
    #[serde(default)]
    pub message: String,
    /// Its other fields, each as `name=value`.
    #[serde(default)]
    pub fields: Vec<String>,
}

/// A level, by OpenTelemetry's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Finer than debug.
    Trace,
    /// For those who wrote it.
    Debug,
    /// All is well.
    Info,
    /// Something may be wrong.
    Warn,
    /// Something failed.
    Error,
    /// It cannot go on.
    Fatal,
}
