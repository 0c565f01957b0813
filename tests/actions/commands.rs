//! A list of commands with their classes: tricks that hide what runs, and what a person on call types every day.

use midwatch::actions::{Tables, classify};
use midwatch::domain::Language;

const LIST: &str = include_str!("commands.txt");
const CLASSES: [&str; 4] = ["read", "write", "destructive", "opaque"];

fn listed() -> Vec<(&'static str, String)> {
    let mut all: Vec<(&str, String)> = Vec::new();
    for line in LIST.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
        match line.split_once('|').filter(|(class, _)| CLASSES.contains(class)) {
            Some((class, command)) => all.push((class, command.to_owned())),
            None => {
                let (_, command) = all.last_mut().expect("a command before");
                command.push('\n');
                command.push_str(line);
            }
        }
    }
    all
}

#[test]
fn every_listed_command_has_its_class() {
    let tables = Tables::builtin().unwrap();
    let wrong: Vec<String> = listed()
        .into_iter()
        .filter_map(|(class, command)| {
            let verdict = classify(&command, Language::Sh, &tables);
            let found = verdict.class.word().to_ascii_lowercase();
            let why: Vec<&str> = verdict.reasons.iter().map(|reason| reason.text.as_str()).collect();
            (found != class).then(|| format!("{class}, found {found}: {command}\n    {why:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_put_before_or_around_a_loss_makes_it_a_read() {
    let tables = Tables::builtin().unwrap();
    let reads: Vec<String> = listed()
        .into_iter()
        .filter(|(class, command)| *class == "read" && !command.contains("<<") && !command.contains('#'))
        .map(|(_, command)| command)
        .collect();
    assert!(reads.len() > 50);
    for read in &reads {
        for text in [
            format!("{read}; rm x"),
            format!("{read}\nrm x"),
            format!("{{ {read}; }} && rm x"),
            format!("rm \"$({read})\""),
        ] {
            let class = classify(&text, Language::Sh, &tables).class;
            assert!(class > midwatch::domain::Class::Write, "{text}: {class:?}");
        }
    }
}
