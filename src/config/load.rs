//! Defaults, then the file, then variables, then flags. `cli` calls [`load`] once; tests and the first run call
//! [`check_text`].

use std::io::Read;
use std::path::{Path, PathBuf};

use super::known;
use super::overrides::{self, Override};
use super::paths::{self, Places};
use super::place::{self, Part};
use super::problem::{ConfigError, Problem, is_secret};
use super::schema::Config;
use super::validate::validate;

/// Largest configuration that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// What to load.
pub struct Request<'a> {
    /// `--config`: this file, which must exist.
    pub explicit: Option<PathBuf>,
    /// The flags, in order.
    pub flags: Vec<Override>,
    /// Looks up a variable; also `MIDWATCH_CONFIG`, a file which must exist.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// The platform's places.
    pub places: Places,
    /// Whether the file is read at all; a drill reads none.
    pub read_file: bool,
}

/// A configuration with nothing left to look up: paths are absolute, empty only where the platform names no home.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// What holds.
    pub config: Config,
    /// The file that was read; `None` when there is none.
    pub file: Option<PathBuf>,
    /// The file that was looked for.
    pub looked_at: PathBuf,
}

/// Loads the configuration; all that is wrong comes back at once. No file at the platform's place is no error.
pub fn load(request: Request<'_>) -> Result<Loaded, ConfigError> {
    let problems_only = |problems| ConfigError { file: None, problems };
    let mut said = overrides::from_env(request.env).map_err(problems_only)?;
    said.extend(request.flags);
    let named = request.explicit.map(|path| (path, "--config")).or_else(|| {
        (request.env)("MIDWATCH_CONFIG").filter(|path| !path.is_empty()).map(|path| (path.into(), "MIDWATCH_CONFIG"))
    });
    let (looked_at, origin) = match named {
        Some((path, origin)) => (request.places.resolve(&path, &request.places.cwd), Some(origin)),
        None => (request.places.config_file.clone(), None),
    };
    let text = if request.read_file { read(&looked_at, origin)? } else { None };
    let file = text.is_some().then(|| looked_at.clone());
    let text = text.unwrap_or_default();
    let mut config = parse(&text).map_err(|problems| ConfigError { file: file.clone(), problems })?;
    paths::make_absolute(&mut config, &request.places, looked_at.parent().unwrap_or(Path::new("")));
    for Override { setting, .. } in said.clone() {
        let mut changed = config.clone();
        setting.apply(&mut changed);
        // What a person types is meant from where they are.
        paths::make_absolute(&mut changed, &request.places, &request.places.cwd);
        config = changed;
    }
    let problems = locate(validate(&config), &text, &said);
    if !problems.is_empty() {
        return Err(ConfigError { file, problems });
    }
    paths::fill_in(&mut config, &request.places, &looked_at);
    Ok(Loaded { config, file, looked_at })
}

/// Reads and validates a configuration from its text alone: no variables, paths as they stand.
pub fn check_text(text: &str) -> Result<Config, Vec<Problem>> {
    let config = parse(text)?;
    let problems = locate(validate(&config), text, &[]);
    if problems.is_empty() { Ok(config) } else { Err(problems) }
}

fn read(path: &Path, origin: Option<&str>) -> Result<Option<String>, ConfigError> {
    let fail = |what: String, fix: &str| ConfigError {
        file: Some(path.to_owned()),
        problems: vec![Problem::new("", what, fix)],
    };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && origin.is_none() => return Ok(None),
        Err(error) => {
            let said = origin.map(|origin| format!(", named by {origin},")).unwrap_or_default();
            return Err(fail(format!("the configuration{said} cannot be read: {error}"), "name a readable file"));
        }
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| fail(format!("the configuration cannot be read: {error}"), "name a readable file"))?;
    if bytes.len() as u64 > LARGEST {
        return Err(fail("the file is larger than 1 MiB".to_owned(), "name a configuration file"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            Err(fail(format!("the file is not UTF-8 at byte {}", at + 1), "save it as UTF-8"))
        }
    }
}

/// The configuration that the text says, with unknown keys, wrong types and broken syntax as problems.
fn parse(text: &str) -> Result<Config, Vec<Problem>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (document, broken) = toml::de::DeTable::parse_recoverable(text);
    if !broken.is_empty() {
        return Err(one_a_line(broken.iter().map(|error| syntax(text, error)).collect()));
    }
    let mut unknown = Vec::new();
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(toml::Deserializer::from(document), &mut track);
    let read: Result<Config, _> = serde_ignored::deserialize(tracked, |path| unknown.push(path.to_string()));
    let mut problems: Vec<Problem> = unknown.iter().map(|path| unknown_key(text, path)).collect();
    match read {
        Ok(config) if problems.is_empty() => return Ok(config),
        Ok(_) => {}
        Err(error) => problems.push(wrong_value(text, &track.path().to_string(), &error)),
    }
    problems.sort_by_key(|problem| problem.place.as_ref().map(|place| (place.line, place.column)));
    Err(problems)
}

/// The first problem of each line, at most ten: where the syntax is broken, one mistake causes several.
fn one_a_line(mut problems: Vec<Problem>) -> Vec<Problem> {
    let place = |problem: &Problem| problem.place.as_ref().map(|place| (place.line, place.column));
    problems.sort_by_key(place);
    problems.dedup_by_key(|problem| place(problem).map(|(line, _)| line));
    problems.truncate(10);
    problems
}

fn syntax(text: &str, error: &toml::de::Error) -> Problem {
    let place = error.span().map(|span| place::at(text, span));
    let fix = match error.message() {
        message if message.starts_with("duplicate key") => "keep one of them",
        message if message.contains("string") => "close the quotes, and write strings as \"text\"",
        _ => "write `key = value`, with text in quotes",
    };
    Problem { place, ..Problem::new("", format!("not TOML: {}", error.message()), fix) }
}

fn unknown_key(text: &str, path: &str) -> Problem {
    let key = with_brackets(path);
    let place = place::find(text, &key, Part::Key);
    let name = place::last_key(&key).unwrap_or(&key).to_owned();
    let what = format!("there is no key `{name}` here");
    Problem { place, ..Problem::new(key.clone(), what, known::suggestion(&key)) }
}

fn wrong_value(text: &str, path: &str, error: &toml::de::Error) -> Problem {
    let key = if path == "." { String::new() } else { path.to_owned() };
    let message = error.message();
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    if let Some(field) = missing {
        let place = place::find(text, &key, Part::Key).or_else(|| error.span().map(|span| place::at(text, span)));
        let example = known::how_to_write(&format!("{key}.{field}")).unwrap_or_else(|| field.to_owned());
        return Problem { place, ..Problem::new(key, format!("`{field}` is missing"), format!("add {example}")) };
    }
    let place = place::find(text, &key, Part::Value).or_else(|| error.span().map(|span| place::at(text, span)));
    let what = match (is_secret(&key), key.ends_with(']') && known::is_table(known::whole(&key))) {
        (true, _) => "is of the wrong type".to_owned(),
        (false, true) => "is one table, not a list of tables".to_owned(),
        (false, false) => in_words(message),
    };
    // Messages of our own units say how to write them.
    let fix = match known::how_to_write(&key) {
        Some(example) if !message.contains("write it as") => format!("write it as {example}"),
        Some(_) | None => String::new(),
    };
    Problem { place, ..Problem::new(key, what, fix) }
}

/// The decoder's message in the words of TOML instead of the decoder's.
fn in_words(message: &str) -> String {
    let Some((what, expected)) = message.split_once(", expected ") else { return message.to_owned() };
    let what = what.replace("invalid type: map", "is a table").replace("invalid type: sequence", "is a list");
    let what = what.replace("invalid type: ", "is the ").replace("invalid value: ", "is the ");
    let expected = match expected {
        "a sequence" => "a list",
        "a map" => "a table",
        "usize" | "u32" => "a whole number from 0",
        "f32" => "a number",
        expected => expected,
    };
    format!("{what}, expected {expected}")
}

/// `prometheus.0.url` as people count it: `prometheus[0].url`.
fn with_brackets(path: &str) -> String {
    path.split('.').fold(String::new(), |path, part| match (part.parse::<usize>(), path.is_empty()) {
        (Ok(position), false) => format!("{path}[{position}]"),
        (_, true) => part.to_owned(),
        (Err(_), false) => format!("{path}.{part}"),
    })
}

/// Finds the lines of problems that whoever used the configuration found in it.
pub fn point_at(problems: Vec<Problem>, text: &str) -> Vec<Problem> {
    locate(problems, text, &[])
}

/// Says for each problem who set the key last: a flag, a variable, or a line of the file.
fn locate(problems: Vec<Problem>, text: &str, said: &[Override]) -> Vec<Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let find = |problem: Problem| {
        let origin = said.iter().rev().find(|it| it.setting.key() == problem.key).map(|it| it.origin.clone());
        let place = if origin.is_some() { None } else { place::find(text, &problem.key, Part::Value) };
        Problem { origin, place, ..problem }
    };
    let mut located: Vec<Problem> = problems.into_iter().map(find).collect();
    located.sort_by_key(|problem| problem.place.as_ref().map(|place| (place.line, place.column)));
    located
}
