//! The configuration as people write it: one file for each case, with the exact message for each that is wrong, and the
//! example that must stay true. `MIDWATCH_BLESS=1 cargo test --test config` writes the messages anew; read the difference.

#![expect(clippy::unwrap_used, reason = "a test says by a panic what it could not do")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use midwatch::config::known::every_key;
use midwatch::config::load::check_text;
use midwatch::config::overrides::{Override, Setting, variables};
use midwatch::config::paths::Places;
use midwatch::config::problem::is_secret;
use midwatch::config::schema::ProviderKind;
use midwatch::config::{Config, ConfigError, Request, load};

fn cases(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config").join(kind);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    paths.sort();
    paths
}

/// The message a person sees for the file, or nothing if it is right.
fn message(path: &Path) -> String {
    let name = path.file_name().unwrap().into();
    match check_text(&fs::read_to_string(path).unwrap()) {
        Ok(_) => String::new(),
        Err(problems) => ConfigError { file: Some(name), problems }.to_string() + "\n",
    }
}

#[test]
fn every_valid_case_is_taken() {
    let cases = cases("valid");
    assert!(cases.len() >= 5);
    for path in cases {
        assert_eq!(message(&path), "", "{}", path.display());
    }
}

#[test]
fn every_invalid_case_is_refused_with_its_exact_message() {
    let (cases, mut wrong) = (cases("invalid"), Vec::new());
    assert!(cases.len() >= 25);
    for path in cases {
        let (said, expected) = (message(&path), path.with_extension("txt"));
        assert!(!said.is_empty(), "{} was taken", path.display());
        if std::env::var_os("MIDWATCH_BLESS").is_some() {
            fs::write(&expected, &said).unwrap();
        }
        let expected = fs::read_to_string(expected).unwrap_or_default();
        if said != expected {
            wrong.push(format!("{}\n--- expected\n{expected}--- said\n{said}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_message_says_a_fix_and_no_message_holds_a_secret() {
    for path in cases("invalid") {
        let text = fs::read_to_string(&path).unwrap();
        let problems = check_text(&text).unwrap_err();
        for problem in &problems {
            let says = !problem.fix.is_empty()
                || problem.what.contains("write it as")
                || problem.what.contains("expected one of");
            assert!(says, "{}: {problem:?}", path.display());
        }
        assert!(!message(&path).contains("hunter2"), "{} tells the secret", path.display());
    }
}

fn example() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml")).unwrap()
}

/// The example with the lines that show what has no default: `#key` is an example, `# Words` is a comment.
fn uncommented(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(rest) if !rest.is_empty() && !rest.starts_with(' ') => rest.to_owned(),
        Some(_) | None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_is_the_default() {
    assert_eq!(check_text(&example()), Ok(Config::default()));
}

#[test]
fn the_example_names_every_key_and_no_other() {
    let text = uncommented(&example());
    check_text(&text).unwrap_or_else(|problems| panic!("{}", ConfigError { file: None, problems }));
    let mut named = BTreeSet::new();
    collect(&text.parse::<toml::Table>().unwrap(), "", &mut named);
    assert_eq!(named, every_key().into_iter().collect::<BTreeSet<_>>());
}

fn collect(table: &toml::Table, before: &str, out: &mut BTreeSet<String>) {
    for (key, value) in table {
        let path = if before.is_empty() { key.clone() } else { format!("{before}.{key}") };
        match value {
            toml::Value::Table(inner) if !is_secret(&path) => collect(inner, &path, out),
            toml::Value::Array(items) => {
                items.iter().filter_map(toml::Value::as_table).for_each(|inner| collect(inner, &path, out))
            }
            _ => {}
        }
        out.insert(path);
    }
}

#[test]
fn the_example_explains_every_key_and_names_every_variable() {
    let text = example();
    let lines: Vec<&str> = text.lines().collect();
    for pair in lines.windows(2) {
        let key = pair[1].trim_start_matches('#');
        if !pair[1].starts_with("# ") && key.contains(" = ") {
            assert!(pair[0].starts_with("# ") && pair[0].ends_with('.'), "no comment above: {}", pair[1]);
        }
    }
    for name in variables() {
        assert!(text.contains(name), "{name} is not mentioned");
    }
}

struct World {
    folder: tempfile::TempDir,
    env: Vec<(&'static str, String)>,
}

impl World {
    fn new(file: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.toml"), file).unwrap();
        Self { folder, env: Vec::new() }
    }

    fn load(&self, explicit: Option<&str>, flags: Vec<Override>) -> Result<midwatch::config::Loaded, String> {
        let env = |name: &str| self.env.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
        let places = Places {
            config_file: self.folder.path().join("config.toml"),
            data_dir: "/data".into(),
            home: "/home/o".into(),
            cwd: "/cwd".into(),
        };
        let request = Request { explicit: explicit.map(Into::into), flags, env: &env, places, read_file: true };
        load(request).map_err(|error| error.to_string())
    }
}

fn flag(origin: &str, setting: Setting) -> Override {
    Override { origin: origin.to_owned(), setting }
}

#[test]
fn flags_win_over_variables_and_variables_over_the_file() {
    let mut world = World::new("theme = 'light'\nascii = true\n[model]\nprovider = 'openai'\nurl = 'http://a'\n");
    assert_eq!(world.load(None, vec![]).unwrap().config.theme, "light");
    world.env = vec![("MIDWATCH_THEME", "high-contrast".to_owned()), ("MIDWATCH_ASCII", "0".to_owned())];
    let config = world.load(None, vec![flag("--provider", Setting::Provider(ProviderKind::None))]).unwrap().config;
    assert_eq!(
        (config.theme.as_str(), config.ascii, config.model.provider),
        ("high-contrast", false, ProviderKind::None)
    );
    let config = world.load(None, vec![flag("--theme", Setting::Theme("dark".to_owned()))]).unwrap().config;
    assert_eq!(config.theme, "dark");
}

#[test]
fn a_variable_may_supply_what_the_file_lacks() {
    let mut world = World::new("[model]\nprovider = 'openai'\n");
    assert!(world.load(None, vec![]).unwrap_err().contains("`model.url`: is not set"));
    world.env = vec![("MIDWATCH_MODEL_URL", "http://127.0.0.1:1".to_owned())];
    assert_eq!(world.load(None, vec![]).unwrap().config.model.url, "http://127.0.0.1:1");
}

#[test]
fn a_wrong_flag_or_variable_is_blamed_and_not_the_file() {
    let mut world = World::new("theme = 'light'\n");
    let said = world.load(None, vec![flag("--theme", Setting::Theme("drak".to_owned()))]).unwrap_err();
    assert_eq!(said, "--theme: there is no theme `drak`\n  fix: did you mean \"dark\"?");
    world.env = vec![("MIDWATCH_PROVIDER", "gpt".to_owned())];
    let said = world.load(None, vec![]).unwrap_err();
    assert_eq!(said, "MIDWATCH_PROVIDER: there is no provider `gpt`\n  fix: choose none, ollama or openai");
}

#[test]
fn a_named_file_must_exist_and_a_missing_default_is_no_error() {
    let mut world = World::new("");
    fs::remove_file(world.folder.path().join("config.toml")).unwrap();
    let loaded = world.load(None, vec![]).unwrap();
    assert_eq!((loaded.file, loaded.config.data_dir.as_path()), (None, Path::new("/data")));
    let said = world.load(Some("/nowhere/x.toml"), vec![]).unwrap_err();
    assert!(said.starts_with("/nowhere/x.toml: the configuration, named by --config, cannot be read: "), "{said}");
    world.env = vec![("MIDWATCH_CONFIG", "/nowhere/y.toml".to_owned())];
    assert!(world.load(None, vec![]).unwrap_err().contains("named by MIDWATCH_CONFIG,"));
}

#[test]
fn paths_of_the_file_hang_below_its_folder_and_paths_of_flags_below_the_working_directory() {
    let world = World::new("journal = 'j.jsonl'\n[[files]]\nname = 'a'\npaths = ['logs/*.log', '~/x.log']\n");
    let config = world.load(None, vec![flag("--data-dir", Setting::DataDir("d".into()))]).unwrap().config;
    assert_eq!(config.journal, world.folder.path().join("j.jsonl"));
    assert_eq!(config.data_dir, Path::new("/cwd/d"));
    assert_eq!(config.files[0].paths[1], "/home/o/x.log");
    assert!(config.files[0].paths[0].ends_with("/logs/*.log"));
}

#[test]
fn what_is_no_text_or_far_too_large_is_refused_with_words() {
    let world = World::new("");
    let path = world.folder.path().join("config.toml");
    fs::write(&path, b"theme = \"\xff\"").unwrap();
    assert!(world.load(None, vec![]).unwrap_err().contains("the file is not UTF-8 at byte 10"));
    fs::write(&path, vec![b'#'; (1 << 20) + 1]).unwrap();
    assert!(world.load(None, vec![]).unwrap_err().contains("larger than 1 MiB"));
    assert!(world.load(Some(world.folder.path().to_str().unwrap()), vec![]).unwrap_err().contains("cannot be read"));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic_and_every_refusal_has_words(at in 0usize..20_000, cut in 0usize..40, add in "\\PC{0,6}|[\\[\\]{}\"'=.,#\n]{0,4}") {
        let mut text: Vec<char> = uncommented(&example()).chars().collect();
        let at = at % text.len();
        let end = (at + cut).min(text.len());
        text.splice(at..end, add.chars());
        if let Err(problems) = check_text(&text.into_iter().collect::<String>()) {
            let message = ConfigError { file: Some("c.toml".into()), problems }.to_string();
            proptest::prop_assert!(message.starts_with("c.toml"), "{}", message);
        }
    }
}
