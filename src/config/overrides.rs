//! Settings that come from variables and flags instead of the file. Both are lists of the same thing, applied in order.

use std::path::PathBuf;

use super::problem::Problem;
use super::schema::{Config, ProviderKind};
use super::units::Length;

/// One setting.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// `theme`
    Theme(String),
    /// `ascii`
    Ascii(bool),
    /// `mouse`
    Mouse(bool),
    /// `read_only`
    ReadOnly(bool),
    /// `window`
    Window(Length),
    /// `data_dir`
    DataDir(PathBuf),
    /// `prompts_dir`
    PromptsDir(PathBuf),
    /// `journal`
    Journal(PathBuf),
    /// `model.provider`
    Provider(ProviderKind),
    /// `model.url`
    ModelUrl(String),
    /// `model.model`
    ModelName(String),
    /// `model.key`
    ModelKey(String),
}

/// A setting and who said it, for messages: `--theme`, `MIDWATCH_THEME`.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    /// The flag or variable.
    pub origin: String,
    /// What it sets.
    pub setting: Setting,
}

impl Setting {
    /// The key of the configuration that it sets.
    pub fn key(&self) -> &'static str {
        match self {
            Setting::Theme(_) => "theme",
            Setting::Ascii(_) => "ascii",
            Setting::Mouse(_) => "mouse",
            Setting::ReadOnly(_) => "read_only",
            Setting::Window(_) => "window",
            Setting::DataDir(_) => "data_dir",
            Setting::PromptsDir(_) => "prompts_dir",
            Setting::Journal(_) => "journal",
            Setting::Provider(_) => "model.provider",
            Setting::ModelUrl(_) => "model.url",
            Setting::ModelName(_) => "model.model",
            Setting::ModelKey(_) => "model.key",
        }
    }

    /// Sets it.
    pub fn apply(self, config: &mut Config) {
        match self {
            Setting::Theme(theme) => config.theme = theme,
            Setting::Ascii(on) => config.ascii = on,
            Setting::Mouse(on) => config.mouse = on,
            Setting::ReadOnly(on) => config.read_only = on,
            Setting::Window(length) => config.window = length,
            Setting::DataDir(path) => config.data_dir = path,
            Setting::PromptsDir(path) => config.prompts_dir = path,
            Setting::Journal(path) => config.journal = path,
            Setting::Provider(provider) => config.model.provider = provider,
            Setting::ModelUrl(url) => config.model.url = url,
            Setting::ModelName(name) => config.model.model = name,
            Setting::ModelKey(key) => config.model.key = key,
        }
    }
}

type Read = fn(String) -> Result<Setting, (String, String)>;

/// The variables that are read.
const VARIABLES: [(&str, Read); 12] = [
    ("MIDWATCH_THEME", |text| Ok(Setting::Theme(text))),
    ("MIDWATCH_ASCII", |text| switch(&text).map(Setting::Ascii)),
    ("MIDWATCH_MOUSE", |text| switch(&text).map(Setting::Mouse)),
    ("MIDWATCH_READ_ONLY", |text| switch(&text).map(Setting::ReadOnly)),
    ("MIDWATCH_WINDOW", |text| text.parse().map(Setting::Window).map_err(|error| (error, String::new()))),
    ("MIDWATCH_DATA_DIR", |text| Ok(Setting::DataDir(text.into()))),
    ("MIDWATCH_PROMPTS_DIR", |text| Ok(Setting::PromptsDir(text.into()))),
    ("MIDWATCH_JOURNAL", |text| Ok(Setting::Journal(text.into()))),
    ("MIDWATCH_PROVIDER", |text| provider(&text).map(Setting::Provider)),
    ("MIDWATCH_MODEL_URL", |text| Ok(Setting::ModelUrl(text))),
    ("MIDWATCH_MODEL", |text| Ok(Setting::ModelName(text))),
    ("MIDWATCH_MODEL_KEY", |text| Ok(Setting::ModelKey(text))),
];

/// What the variables say; an empty variable says nothing.
pub fn from_env(env: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Override>, Vec<Problem>> {
    let (mut overrides, mut problems) = (Vec::new(), Vec::new());
    for (name, read) in VARIABLES {
        let Some(text) = env(name).filter(|text| !text.is_empty()) else { continue };
        match read(text) {
            Ok(setting) => overrides.push(Override { origin: name.to_owned(), setting }),
            Err((what, fix)) => problems.push(Problem { origin: Some(name.to_owned()), ..Problem::new("", what, fix) }),
        }
    }
    if problems.is_empty() { Ok(overrides) } else { Err(problems) }
}

/// Names of the variables, for documentation and its test.
pub fn variables() -> impl Iterator<Item = &'static str> {
    VARIABLES.iter().map(|(name, _)| *name)
}

fn switch(text: &str) -> Result<bool, (String, String)> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err((format!("`{text}` is neither yes nor no"), "write 1 or 0".to_owned())),
    }
}

fn provider(text: &str) -> Result<ProviderKind, (String, String)> {
    match text {
        "none" => Ok(ProviderKind::None),
        "ollama" => Ok(ProviderKind::Ollama),
        "openai" => Ok(ProviderKind::Openai),
        _ => Err((format!("there is no provider `{text}`"), "choose none, ollama or openai".to_owned())),
    }
}
