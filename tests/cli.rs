//! The program from outside, without a screen: what it prints, where, and with which status.

#![expect(clippy::unwrap_used, reason = "a test says by a panic what it could not do")]

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use tempfile::TempDir;

/// A home of its own.
struct Home {
    folder: TempDir,
}

impl Home {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("config/midwatch/config.toml")
    }

    fn with_config(text: &str) -> Self {
        let home = Self::new();
        fs::create_dir_all(home.config().parent().unwrap()).unwrap();
        fs::write(home.config(), text).unwrap();
        home
    }

    fn variables(&self) -> [(&'static str, PathBuf); 3] {
        let at = |name: &str| self.folder.path().join(name);
        [("HOME", at("")), ("XDG_CONFIG_HOME", at("config")), ("XDG_DATA_HOME", at("data"))]
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_midwatch"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MIDWATCH_")) {
            command.env_remove(name);
        }
        command.args(arguments).envs(self.variables()).stdin(Stdio::null()).current_dir(self.folder.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        self.command(arguments).output().unwrap().into()
    }

    fn run_with_input(&self, arguments: &[&str], input: &str) -> Ended {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // The program may end before it reads.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap().into()
    }
}

#[derive(Debug)]
struct Ended {
    status: i32,
    out: String,
    err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { status: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}

#[test]
fn version_and_help_go_to_standard_output() {
    let home = Home::new();
    let version = home.run(&["--version"]);
    assert_eq!((version.status, version.out.as_str()), (0, concat!("midwatch ", env!("CARGO_PKG_VERSION"), "\n")));
    let help = home.run(&["--help"]);
    assert!(help.status == 0 && help.out.contains("drill") && help.out.contains("--replay"), "{help:?}");
}

#[test]
fn without_a_terminal_every_form_of_the_screen_says_so_and_ends_with_2() {
    let home = Home::with_config("");
    fs::write(home.folder.path().join("a.log"), "x\n").unwrap();
    fs::create_dir(home.folder.path().join("bundle")).unwrap();
    fs::write(home.folder.path().join("bundle/incident.toml"), "").unwrap();
    for arguments in [&[][..], &["drill"], &["a.log"], &["-"], &["--replay", "bundle"]] {
        let ended = home.run(arguments);
        assert_eq!((ended.status, ended.out.as_str()), (2, ""), "{arguments:?}: {ended:?}");
        assert!(
            ended.err.starts_with("midwatch: ") && ended.err.contains("not a terminal"),
            "{arguments:?}: {ended:?}"
        );
        assert_eq!(ended.err.lines().count(), 1, "{ended:?}");
    }
    assert!(!home.folder.path().join("data").exists(), "a program that did not start left something behind");
}

#[test]
fn with_no_configuration_and_no_terminal_it_says_where_one_belongs() {
    let ended = Home::new().run(&[]);
    assert_eq!(ended.status, 2);
    assert!(ended.err.contains("midwatch/config.toml") && ended.err.contains("config init"), "{ended:?}");
}

#[test]
fn a_wrong_configuration_is_pointed_at_before_anything_starts() {
    let home = Home::with_config("theme = \"drak\"\n");
    for arguments in [&[][..], &["doctor"], &["config", "check"], &["config", "show"]] {
        let ended = home.run(arguments);
        assert_eq!(ended.status, 2);
        assert!(ended.err.contains("config.toml:1:9: `theme`: there is no theme `drak`"), "{ended:?}");
    }
    let path = home.run(&["config", "path"]);
    assert_eq!((path.status, path.out.trim()), (0, home.config().to_str().unwrap()));
}

#[test]
fn what_holds_is_shown_with_flags_and_variables_and_without_secrets() {
    let home = Home::with_config("[model]\nprovider = 'openai'\nurl = 'http://a'\nkey = 'plain:hunter2'\n");
    let ended = home.command(&["config", "show", "--theme", "light"]).env("MIDWATCH_WINDOW", "1h").output().unwrap();
    let ended = Ended::from(ended);
    assert_eq!(ended.status, 0);
    let shown: toml::Table = ended.out.parse().unwrap();
    assert_eq!((shown["theme"].as_str(), shown["window"].as_str()), (Some("light"), Some("1h")));
    assert!(!ended.out.contains("hunter2"));
}

#[test]
fn a_missing_file_and_a_folder_are_refused_with_a_hint() {
    let home = Home::new();
    let ended = home.run(&["dril"]);
    assert!(ended.status == 2 && ended.err.contains("did you mean the subcommand `drill`?"), "{ended:?}");
    let ended = home.run(&["."]);
    assert!(ended.status == 2 && ended.err.contains("is a folder"), "{ended:?}");
    let ended = home.run(&["/dev/zero"]);
    assert!(ended.status == 2 && ended.err.contains("a pipe or a device"), "{ended:?}");
    let ended = home.run(&["--replay", "."]);
    assert!(ended.status == 2 && ended.err.contains("holds no incident.toml"), "{ended:?}");
    let ended = home.run(&["a.log", "drill"]);
    assert_eq!(ended.status, 2, "{ended:?}");
    assert_eq!(home.run(&["--no-such-flag"]).status, 2);
    assert_eq!(home.run(&["--provider", "gpt", "drill"]).status, 2);
}

#[test]
fn completions_know_the_subcommands_in_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ended = Home::new().run(&["completions", shell]);
        assert!(ended.status == 0 && ended.out.contains("doctor") && ended.err.is_empty(), "{shell}");
    }
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let home = Home::new();
    let mut child =
        home.command(&["completions", "bash"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ended = Ended::from(child.wait_with_output().unwrap());
    assert_eq!((ended.status, ended.err.as_str()), (0, ""));
}

#[test]
fn doctor_ends_with_1_when_something_is_down_and_speaks_json() {
    let home = Home::with_config("[[changes]]\nname = 'deploys'\npath = '/nowhere/changes.jsonl'\n");
    let ended = home.run(&["doctor", "--json"]);
    assert_eq!(ended.status, 1, "{ended:?}");
    let rows: Vec<serde_json::Value> = ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let down: Vec<_> = rows.iter().filter(|row| row["state"] == "down").map(|row| &row["name"]).collect();
    assert_eq!(down, ["deploys"]);
    let well = Home::new().run(&["doctor"]);
    assert!(well.status == 0 && well.out.contains("there is no file"), "{well:?}");
}

#[test]
fn the_journal_is_found_verified_shown_and_exported() {
    use midwatch::actions::{Entry, Event, Journal};
    let home = Home::new();
    let path = home.folder.path().join("data/midwatch/journal.jsonl");
    let journal = Journal::open(&path).unwrap();
    let entry = Entry::new(Event::Proposed).with("proposal", "P1").with("class", "read").with("text", "uptime");
    journal.append(&entry, "2026-11-20T02:00:00Z".parse().unwrap()).unwrap();
    let said = |words: &[&str]| {
        let output = home.command(words).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (status, text) = said(&["journal", "verify", "--json"]);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &value["verdict"], &value["entries"]), (0, &"intact".into(), &1.into()));
    assert!(said(&["journal", "show"]).1.contains("proposed P1 read uptime"));
    let (status, text) = said(&["journal", "export"]);
    assert!(status == 0 && text.contains("## 2026-11-20T02:00:00Z P1 (read)"), "{text}");
    let (_, text) = said(&["journal", "export", "--format", "json", "--since", "2026-11-20T03:00:00Z"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap()["entries"], serde_json::json!([]));
    let (status, _) = said(&["journal", "export", "--since", "yesterday"]);
    assert_eq!(status, 2);
    let written = fs::read_to_string(&path).unwrap();
    fs::write(&path, written.replace("uptime", "reboot")).unwrap();
    let (status, text) = said(&["journal", "verify"]);
    assert!(status == 1 && text.contains("broken: line 1"), "{text}");
    assert_eq!(said(&["journal", "verify", "/nowhere/journal.jsonl"]).0, 2);
}

#[test]
fn an_empty_or_broken_secret_is_not_kept() {
    let home = Home::new();
    for input in ["", "\n", "a\nb\n", "a\u{1b}b"] {
        let ended = home.run_with_input(&["key", "set", "model"], input);
        assert_eq!(ended.status, 2, "{input:?}: {ended:?}");
        assert!(ended.err.contains("nothing was kept"), "{ended:?}");
    }
    assert_eq!(home.run_with_input(&["key", "set", "no blanks"], "x").status, 2);
}

/// The program in a terminal of its own, and what it shows.
struct Talk {
    parser: vt100::Parser,
    bytes: std::sync::mpsc::Receiver<Vec<u8>>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
}

impl Talk {
    fn start(home: &Home, arguments: &[&str]) -> Self {
        let pty = native_pty_system().openpty(PtySize { rows: 40, cols: 120, ..PtySize::default() }).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_midwatch"));
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        for (name, value) in home.variables() {
            command.env(name, value);
        }
        command.cwd(home.folder.path());
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let (mut reader, keys) = (pty.master.try_clone_reader().unwrap(), pty.master.take_writer().unwrap());
        let (send, bytes) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..read].to_vec()).is_err() {
                    break;
                }
            }
            drop(pty.master);
        });
        Self { parser: vt100::Parser::new(40, 120, 0), bytes, keys, child }
    }

    fn wait_for(&mut self, text: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.parser.screen().contents().contains(text) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.bytes.recv_timeout(left) {
                Ok(bytes) => self.parser.process(&bytes),
                Err(_) => panic!("`{text}` did not appear on:\n{}", self.parser.screen().contents()),
            }
        }
    }

    fn say(&mut self, line: &str) {
        self.keys.write_all(line.as_bytes()).unwrap();
        self.keys.write_all(b"\r").unwrap();
    }

    fn status(mut self) -> u32 {
        self.child.wait().unwrap().exit_code()
    }
}

#[test]
fn the_first_run_talks_in_the_plain_terminal_and_leaves_on_q() {
    let home = Home::new();
    let mut talk = Talk::start(&home, &[]);
    talk.wait_for("1, 2, 3 or q:");
    assert!(!talk.parser.screen().alternate_screen());
    talk.say("2");
    talk.wait_for("numbers, paths or globs");
    talk.say("/nowhere/x.log");
    talk.wait_for("/nowhere/x.log: no such file");
    talk.say("");
    talk.say("q");
    assert_eq!(talk.status(), 0);
    assert!(!home.config().exists());
}

#[test]
fn a_secret_that_is_typed_is_not_shown() {
    let home = Home::new();
    let mut talk = Talk::start(&home, &["key", "set", "model"]);
    talk.wait_for("secret for model (not shown):");
    talk.keys.write_all(b"hunter2\x03").unwrap();
    talk.wait_for("nothing was kept");
    assert!(!talk.parser.screen().contents().contains("hunter2"));
    assert_eq!(talk.status(), 2);
}

/// The embedded incident's folder.
const BUNDLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/drills/bad-deploy-payments");

#[test]
fn a_question_is_answered_with_its_evidence_and_what_is_not_supported_is_said() {
    let ended = Home::new().run(&["ask", "--bundle", BUNDLE, "why", "is", "checkout", "failing"]);
    assert_eq!(ended.status, 0, "{}", ended.err);
    for part in
        ["Checkout fails because payments does", "✗ unsupported: Charges", "E6 logs checkout", "asked recording"]
    {
        assert!(ended.out.contains(part), "{part} in {}", ended.out);
    }
}

#[test]
fn a_command_asked_for_stands_alone_on_standard_output_with_its_class_beside_it() {
    let ended = Home::new().run(&["ask", "--command", "--sh", "--bundle", BUNDLE, "roll back payments"]);
    assert_eq!((ended.status, ended.out.as_str()), (0, "labctl rollback payments\n"));
    assert!(ended.err.starts_with("WRITE sh\n"), "{}", ended.err);
    let ended = Home::new().run(&["ask", "--command", "--json", "--bundle", BUNDLE, "roll back payments"]);
    let said: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((said["class"].as_str(), said["language"].as_str()), (Some("write"), Some("sh")));
}

#[test]
fn without_a_model_a_question_says_what_to_configure() {
    let ended = Home::new().run(&["ask", "anything"]);
    assert_eq!(ended.status, 1);
    assert!(ended.err.contains("no model is configured"), "{}", ended.err);
}

#[test]
fn every_widget_is_a_script_its_shell_can_read() {
    for shell in ["bash", "zsh", "fish"] {
        let script = Home::new().run(&["widget", shell]).out;
        assert!(script.contains("midwatch ask --command --sh"), "{script}");
        let mut child = match Command::new(shell).arg("-n").stdin(Stdio::piped()).spawn() {
            Ok(child) => child,
            Err(_) => {
                skipped(shell);
                continue;
            }
        };
        child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{shell}");
    }
}

#[expect(clippy::print_stderr, reason = "a skipped test says why")]
fn skipped(shell: &str) {
    eprintln!("skipped: there is no {shell} here");
}

/// A CSV file of `count` rows a minute apart.
fn series(home: &Home, name: &str, count: u32, value: impl Fn(u32) -> f64) -> String {
    let mut text = "timestamp,value\n".to_owned();
    for k in 0..count {
        let (day, hour, minute) = (1 + k / 1440, k / 60 % 24, k % 60);
        text.push_str(&format!("2026-11-{day:02} {hour:02}:{minute:02}:00,{}\n", value(k)));
    }
    let path = home.folder.path().join(name);
    fs::write(&path, text).unwrap();
    path.to_string_lossy().into_owned()
}

#[test]
fn metrics_anomalies_scores_each_row_in_order() {
    let home = Home::new();
    let file = series(&home, "a.csv", 1000, |k| if k == 900 { 90.0 } else { 10.0 + f64::from(k * 7919 % 101) / 100.0 });
    let ended = home.run(&["metrics", "anomalies", &file, "--json"]);
    assert_eq!((ended.status, ended.err.as_str()), (0, ""));
    let rows: Vec<serde_json::Value> = ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 1000);
    assert_eq!((rows[0]["timestamp"].as_str(), rows[900]["value"].as_f64()), (Some("2026-11-01 00:00:00"), Some(90.0)));
    assert!(rows[900]["score"].as_f64().unwrap() >= 0.5 && rows[900]["sign"] == "leap up", "{}", rows[900]);
    let told = home.run(&["metrics", "anomalies", &file]);
    assert!(
        told.status == 0 && told.out.contains("2026-11-01 15:00:00") && told.out.contains("in 1000 points"),
        "{told:?}"
    );
}

#[test]
fn metrics_forecast_says_when_or_that_nothing_says_so() {
    let home = Home::new();
    let rising = series(&home, "rising.csv", 300, f64::from);
    let ended = home.run(&["metrics", "forecast", &rising, "--threshold", "600", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((ended.status, told["outcome"].as_str()), (0, Some("crosses")), "{ended:?}");
    assert!(told["at"].as_str().unwrap().starts_with("2026-11-01T10:0"), "{told}");
    let flat = series(&home, "flat.csv", 300, |k| f64::from(k * 7919 % 101));
    let ended = home.run(&["metrics", "forecast", &flat, "--threshold", "600"]);
    assert!(ended.status == 0 && ended.out.starts_with("no trend"), "{ended:?}");
}

#[test]
fn metrics_names_the_file_and_line_of_a_wrong_row() {
    let home = Home::new();
    for (text, told) in [
        ("timestamp,value\n2026-11-01 00:00:00,ten\n", "wrong.csv:2: `ten` is no number"),
        ("timestamp,value\nnoon,1\n", "wrong.csv:2: `noon` is no time"),
        ("a,b\n", "wrong.csv:1: the first line must name the columns"),
    ] {
        fs::write(home.folder.path().join("wrong.csv"), text).unwrap();
        for form in
            [&["metrics", "anomalies", "wrong.csv"][..], &["metrics", "forecast", "wrong.csv", "--threshold", "1"]]
        {
            let ended = home.run(form);
            assert!(ended.status == 2 && ended.err.contains(told), "{form:?}: {ended:?}");
        }
    }
    let missing = home.run(&["metrics", "anomalies", "nowhere.csv"]);
    assert!(missing.status == 2 && missing.err.contains("nowhere.csv"), "{missing:?}");
}

#[test]
fn logs_are_read_in_the_formats_of_the_configuration() {
    let home = Home::with_config(
        r#"[[log_format]]
name = "till"
pattern = '^(?<time>\S+)~(?<level>\w+)~(?<service>[\w-]+)~(?<till>\d+)~(?<message>.*)$'
words = [{ word = "OOPS", level = "error" }]
examples = [{ line = "2026-11-20T21:04:25Z~OOPS~till-eu~7~drawer stuck", level = "error", message = "drawer stuck" }]
"#,
    );
    let lines = "2026-11-20T21:04:25Z~OOPS~till-eu~7~drawer stuck\n2026-11-20T21:04:26Z~INFO~till-eu~8~drawer open\n";
    let log = home.folder.path().join("till.log");
    fs::write(&log, lines).unwrap();
    let log = log.to_str().unwrap();
    let ended = home.run(&["logs", "search", "level>=error till=7", "--json", log]);
    let told: serde_json::Value = serde_json::from_str(ended.out.trim()).unwrap();
    assert_eq!((ended.status, &told["fields"]["till"], &told["service"]), (0, &"7".into(), &"till-eu".into()));
    let ended = home.run(&["logs", "stats", log]);
    assert!(ended.status == 0 && ended.out.starts_with("2 records: 1 error"), "{ended:?}");
}
