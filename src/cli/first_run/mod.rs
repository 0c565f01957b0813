//! `midwatch` with no configuration: a conversation in the plain terminal that ends in a drill, in opened files or in a
//! configuration written from what was found. Everything is shown before it is written. `open` calls [`converse`].

mod compose;
mod files;
mod find;
mod headless;
mod write;

use std::io;
use std::path::{Path, PathBuf};

pub(super) use compose::Draft;
pub(super) use find::{Finder, Found, Looked, Network};
pub(super) use headless::run as init;
pub(super) use write::write_new;

use super::console::Console;
use crate::domain::CleanText;

/// What the person chose.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// The drill.
    Drill,
    /// These files, all readable.
    Files(Vec<PathBuf>),
    /// A configuration was written here; start on it.
    Wrote(PathBuf),
    /// To leave.
    Nothing,
}

/// Talks until the person has chosen. `target` is where a configuration would be written; `logs` are folders in which log
/// files are looked for.
pub(super) fn converse(
    console: &mut dyn Console,
    finder: &mut dyn Finder,
    target: &Path,
    logs: &[PathBuf],
) -> io::Result<Choice> {
    console.say(&format!(
        "midwatch has no configuration yet; it would be {}\n\n\
         \x20 1  start the drill: a recorded incident, nothing touches this machine\n\
         \x20 2  open log files\n\
         \x20 3  write a configuration from what is found on this machine; each part is shown before\n\
         \x20 q  leave\n",
        shown(target)
    ))?;
    loop {
        let Some(answer) = console.ask("1, 2, 3 or q: ")? else { return Ok(Choice::Nothing) };
        let choice = match answer.to_lowercase().as_str() {
            "1" | "drill" => Some(Choice::Drill),
            "2" => files::choose(console, logs)?,
            "3" => configure(console, finder, target)?,
            "q" | "quit" => Some(Choice::Nothing),
            _ => None,
        };
        if let Some(choice) = choice {
            return Ok(choice);
        }
    }
}

/// Looks, asks for more places, asks about each thing, shows the whole and writes it.
fn configure(console: &mut dyn Console, finder: &mut dyn Finder, target: &Path) -> io::Result<Option<Choice>> {
    if target.as_os_str().is_empty() {
        console.say("There is no home directory to write to; name a file with --config.")?;
        return Ok(None);
    }
    console.say("Looking at this machine's usual ports, programs and log folders ...")?;
    let mut found = Vec::new();
    add(console, &mut found, finder.look(&[]))?;
    loop {
        let prompt = "other address or folder (http://host:port, /path/to/logs), empty to go on: ";
        let Some(place) = console.ask(prompt)? else { return Ok(Some(Choice::Nothing)) };
        if place.is_empty() {
            break;
        }
        add(console, &mut found, finder.look(std::slice::from_ref(&place)))?;
    }
    let Some(draft) = pick(console, found)? else { return Ok(None) };
    offer(console, &draft, target)
}

/// Adds what is not known yet; says each, and where nothing was found.
fn add(console: &mut dyn Console, found: &mut Vec<Found>, looked: Looked) -> io::Result<()> {
    for new in looked.found {
        if !found.iter().any(|old| old.what == new.what && old.at == new.at) {
            console.say(&format!("  {} at {}: {}", new.what, new.at, new.evidence))?;
            found.push(new);
        }
    }
    for silent in looked.silent {
        console.say(&format!("  nothing found: {silent}"))?;
    }
    Ok(())
}

/// Asks about each thing that was found, its TOML in view.
fn pick(console: &mut dyn Console, found: Vec<Found>) -> io::Result<Option<Draft>> {
    if found.is_empty() {
        console.say("Nothing was found. Name an address or a folder, or start from config.example.toml.")?;
        return Ok(None);
    }
    let mut draft = Draft::default();
    for (index, thing) in found.iter().enumerate() {
        if thing.snippet.trim().is_empty() {
            continue;
        }
        let part = match draft.fit(&thing.snippet) {
            Ok(part) => part,
            Err(why) => {
                console.say(&format!("\n{} at {} is left out: {}", thing.what, thing.at, CleanText::block(&why)))?;
                continue;
            }
        };
        console.say(&format!(
            "\n({} of {}) {} at {}: {}",
            index + 1,
            found.len(),
            thing.what,
            thing.at,
            thing.evidence
        ))?;
        console.say(&indented(&part))?;
        match console.ask("add this? y/N: ")? {
            Some(answer) if is_yes(&answer) => draft.add(part),
            Some(_) => {}
            None => return Ok(None),
        }
    }
    if draft.is_empty() {
        console.say("Nothing was chosen, so nothing is written.")?;
        return Ok(None);
    }
    Ok(Some(draft))
}

fn offer(console: &mut dyn Console, draft: &Draft, target: &Path) -> io::Result<Option<Choice>> {
    let text = draft.text();
    console.say(&format!("\nThis would be written to {}:\n", shown(target)))?;
    console.say(&indented(&text))?;
    match console.ask("write it? y/N: ")? {
        Some(answer) if is_yes(&answer) => {}
        Some(_) => {
            console.say("Nothing was written.")?;
            return Ok(None);
        }
        None => return Ok(Some(Choice::Nothing)),
    }
    match write_new(target, &text) {
        Ok(()) => {
            console.say(&format!("Written. To change it later, edit {}", shown(target)))?;
            Ok(Some(Choice::Wrote(target.to_owned())))
        }
        Err(error) => {
            console.say(&format!("{}: could not be written: {error}", shown(target)))?;
            Ok(None)
        }
    }
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.to_lowercase().as_str(), "y" | "yes")
}

fn indented(text: &str) -> String {
    let text = CleanText::block(text);
    text.lines()
        .map(|line| if line.is_empty() { String::new() } else { format!("    {line}") })
        .collect::<Vec<_>>()
        .join("\n")
}

fn shown(path: &Path) -> CleanText {
    CleanText::line(&path.display().to_string())
}

#[cfg(test)]
mod tests;
