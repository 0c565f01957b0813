//! The conversation, word by word, with a script for the person and one for the machine.

use std::collections::VecDeque;
use std::fs;

use super::*;

/// A person who says these lines and then is gone.
struct Person {
    lines: VecDeque<String>,
    heard: String,
}

impl Person {
    fn says(lines: &[&str]) -> Self {
        Self { lines: lines.iter().map(|line| (*line).to_owned()).collect(), heard: String::new() }
    }
}

impl Console for Person {
    fn say(&mut self, text: &str) -> io::Result<()> {
        self.heard.push_str(text);
        self.heard.push('\n');
        Ok(())
    }

    fn ask(&mut self, prompt: &str) -> io::Result<Option<String>> {
        self.heard.push_str(prompt);
        let line = self.lines.pop_front();
        self.heard.push_str(line.as_deref().unwrap_or("(gone)"));
        self.heard.push('\n');
        Ok(line)
    }
}

/// A machine on which these things answer.
#[derive(Default)]
struct Machine {
    here: Vec<Found>,
    elsewhere: Vec<(&'static str, Found)>,
}

impl Finder for Machine {
    fn look(&mut self, places: &[String]) -> Looked {
        if places.is_empty() {
            return Looked { found: self.here.clone(), silent: Vec::new() };
        }
        let mut looked = Looked::default();
        for place in places {
            match self.elsewhere.iter().find(|(at, _)| at == place) {
                Some((_, found)) => looked.found.push(found.clone()),
                None => looked.silent.push(CleanText::line(&format!("{place}: nobody listens"))),
            }
        }
        looked
    }
}

fn found(what: &str, at: &str, snippet: &str) -> Found {
    Found { what: what.into(), at: at.into(), evidence: "answered".into(), snippet: snippet.to_owned() }
}

fn prometheus(at: &str) -> Found {
    found(
        "Prometheus",
        at,
        &format!(
            "[[prometheus]]\nname = \"prom\"\nurl = \"{at}\"\n\n[[prometheus.panel]]\ntitle = \"name = up\"\nquery = \"up\"\n"
        ),
    )
}

struct Talk {
    choice: Choice,
    heard: String,
    written: Option<String>,
}

fn talk(lines: &[&str], mut machine: Machine) -> Talk {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("midwatch/config.toml");
    let mut person = Person::says(lines);
    let choice = converse(&mut person, &mut machine, &target, &[]).unwrap();
    Talk { choice, heard: person.heard, written: fs::read_to_string(target).ok() }
}

#[test]
fn it_says_where_the_configuration_would_be_and_what_can_be_done() {
    let talk = talk(&["q"], Machine::default());
    assert_eq!(talk.choice, Choice::Nothing);
    assert!(talk.heard.contains("midwatch/config.toml") && talk.heard.contains("start the drill"), "{}", talk.heard);
}

#[test]
fn the_drill_is_one_key_away_and_nonsense_is_asked_again() {
    assert_eq!(talk(&["", "what", "1"], Machine::default()).choice, Choice::Drill);
}

#[test]
fn a_person_who_is_gone_starts_nothing_and_writes_nothing() {
    let here = || Machine { here: vec![prometheus("http://a:9090")], ..Machine::default() };
    for lines in [&[][..], &["3"], &["3", ""], &["3", "", "y"]] {
        let talk = talk(lines, here());
        assert_eq!((talk.choice, talk.written), (Choice::Nothing, None), "{lines:?}");
    }
}

#[test]
fn what_is_found_is_shown_before_it_is_written_and_only_what_was_taken_is_written() {
    let machine = Machine {
        here: vec![prometheus("http://a:9090"), found("kubectl", "kubectl", "")],
        elsewhere: vec![(
            "http://b:1",
            found("Alertmanager", "http://b:1", "[[alertmanager]]\nname = \"am\"\nurl = \"http://b:1\"\n"),
        )],
    };
    let talk = talk(&["3", "http://b:1", "http://c:1", "", "n", "y", "y"], machine);
    assert!(matches!(talk.choice, Choice::Wrote(_)), "{}", talk.heard);
    let written = talk.written.unwrap();
    assert!(written.contains("url = \"http://b:1\"") && !written.contains("prometheus"), "{written}");
    let whole = talk.heard.find("This would be written").unwrap();
    assert!(talk.heard[whole..].contains("    url = \"http://b:1\""));
    assert!(talk.heard.contains("nothing found: http://c:1: nobody listens"));
    assert_eq!(crate::config::load::check_text(&written).unwrap().alertmanager.len(), 1);
}

#[test]
fn two_of_a_kind_get_different_names_and_a_second_model_is_left_out() {
    let model = |at: &str| found("Ollama", at, &format!("[model]\nprovider = \"ollama\"\nurl = \"{at}\"\n"));
    let here = vec![prometheus("http://a:1"), prometheus("http://b:1"), model("http://c:1"), model("http://d:1")];
    let talk = talk(&["3", "", "y", "y", "y", "y", "y"], Machine { here, ..Machine::default() });
    let config = crate::config::load::check_text(&talk.written.unwrap()).unwrap();
    let names: Vec<&str> = config.prometheus.iter().map(|server| server.name.as_str()).collect();
    assert_eq!(names, ["prom", "prom-2"]);
    assert_eq!(config.prometheus[1].panels[0].title, "name = up");
    assert_eq!(config.model.url, "http://c:1");
    assert!(talk.heard.contains("Ollama at http://d:1 is left out: there can be only one"), "{}", talk.heard);
}

#[test]
fn what_is_read_already_is_not_taken_twice() {
    let files = |at: &str| found("log files", at, "[[files]]\nname = \"logs\"\npaths = [\"/a/*.log\"]\n");
    let talk = talk(&["3", "", "y", "y"], Machine { here: vec![files("/a"), files("/")], ..Machine::default() });
    assert!(talk.heard.contains("log files at / is left out: /a/*.log is taken already"), "{}", talk.heard);
    assert_eq!(crate::config::load::check_text(&talk.written.unwrap()).unwrap().files.len(), 1);
}

#[test]
fn a_part_that_would_not_be_a_valid_configuration_is_left_out_with_the_reason() {
    let here = vec![found("Prometheus", "ftp://a", "[[prometheus]]\nname = \"prom\"\nurl = \"ftp://a\"\n")];
    let talk = talk(&["3", "", "q"], Machine { here, ..Machine::default() });
    assert!(talk.heard.contains("is left out") && talk.heard.contains("has the scheme `ftp`"), "{}", talk.heard);
    assert_eq!(talk.written, None);
}

#[test]
fn hostile_evidence_cannot_draw() {
    let mut hostile = prometheus("http://a:1");
    hostile.snippet.push_str("# \u{1b}[2J\n");
    let talk = talk(&["3", "", "n", "q"], Machine { here: vec![hostile], ..Machine::default() });
    assert!(!talk.heard.contains('\u{1b}'));
}

#[test]
fn a_file_that_appeared_meanwhile_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("config.toml");
    fs::write(&target, "mine").unwrap();
    let mut person = Person::says(&["3", "", "y", "y", "q"]);
    let mut machine = Machine { here: vec![prometheus("http://a:1")], ..Machine::default() };
    assert_eq!(converse(&mut person, &mut machine, &target, &[]).unwrap(), Choice::Nothing);
    assert_eq!(fs::read_to_string(&target).unwrap(), "mine");
    assert!(person.heard.contains("could not be written"), "{}", person.heard);
}

#[test]
fn log_files_are_listed_and_chosen_by_number_path_or_glob() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.log", "b.log", "notes.md"] {
        fs::write(folder.path().join(name), "x\n").unwrap();
    }
    let lists = |heard: &str, name: &str| heard.lines().any(|line| line.starts_with("  ") && line.contains(name));
    let choose = |line: &str| {
        let mut person = Person::says(&["2", "/nowhere/*.log", line]);
        let folders = [folder.path().to_owned()];
        let choice = converse(&mut person, &mut Machine::default(), Path::new("/c.toml"), &folders).unwrap();
        assert!(person.heard.contains("/nowhere/*.log: no such file") && !lists(&person.heard, "notes.md"));
        choice
    };
    let glob = folder.path().join("*.log").display().to_string();
    assert_eq!(choose(&glob), Choice::Files(vec![folder.path().join("a.log"), folder.path().join("b.log")]));
    assert_eq!(choose("1 2"), Choice::Files(vec![folder.path().join("a.log"), folder.path().join("b.log")]));
    let named = folder.path().join("notes.md");
    assert_eq!(choose(&named.display().to_string()), Choice::Files(vec![named]));
}

#[test]
fn the_headless_twin_writes_the_same_and_says_when_there_is_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("config.toml");
    let mut machine = Machine { here: vec![prometheus("http://a:1")], ..Machine::default() };
    assert!(init(&mut machine, &["http://nowhere:1".to_owned()], Some(&target)).is_err());
    assert!(!target.exists());
    init(&mut machine, &[], Some(&target)).unwrap();
    let written = fs::read_to_string(&target).unwrap();
    assert!(written.contains("# Prometheus at http://a:1: answered"), "{written}");
    assert!(crate::config::load::check_text(&written).is_ok());
    assert!(init(&mut machine, &[], Some(&target)).is_err(), "what is there is never overwritten");
    assert_eq!(fs::read_to_string(&target).unwrap(), written);
}
