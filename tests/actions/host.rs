//! Commands that an on-call person types on a host: each has the class that a person gave it before any rule was
//! written for it.

use midwatch::actions::{Tables, classify};
use midwatch::domain::{Class, Language};

const COMMANDS: &str = include_str!("host_commands.txt");

#[test]
fn every_host_command_has_its_class() {
    let tables = Tables::builtin().unwrap();
    let lines = COMMANDS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let wrong: Vec<String> = lines
        .filter_map(|line| {
            let (class, command) = line.split_once(' ').unwrap();
            let wanted = match class {
                "read" => Class::Read,
                "write" => Class::Write,
                "destructive" => Class::Destructive,
                "opaque" => Class::Opaque,
                other => panic!("no class: {other}"),
            };
            let found = classify(command, Language::Sh, &tables).class;
            (found != wanted).then(|| format!("{command}: {} and not {}", found.word(), wanted.word()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
