//! Says outright what a kubeconfig would decide: `kubectl get pods` runs as `kubectl --context=dev --namespace=shop get
//! pods`, so that a context switched in another terminal changes nothing. The card shows the command with what was added.

use crate::actions::places::Reach;
use crate::actions::shell::{self, Findings, quoted};
use crate::actions::tables::Tables;
use crate::domain::approval::FrozenCommand;

/// The words of one plain command with its pins.
pub(super) fn words(argv: &[String], found: &Findings, reach: &Reach) -> Vec<String> {
    let Some(call) = found.calls().first().filter(|call| call.len() == argv.len()) else { return argv.to_vec() };
    let mut words = Vec::with_capacity(argv.len() + 2);
    for (word, value) in argv.iter().zip(call) {
        words.push(word.clone());
        let pin = reach.pins.iter().find(|pin| pin.at == value.span);
        words.extend(pin.iter().flat_map(|pin| &pin.options).cloned());
    }
    words
}

/// A text for the shell with its pins, where each can be put right behind a plain name and the result reads as the same
/// command; otherwise the text as it is, whose context is compared before it runs.
pub(super) fn text(text: &str, found: &Findings, reach: &Reach, tables: &Tables) -> String {
    let mut pins: Vec<_> = reach.pins.iter().collect();
    pins.sort_by_key(|pin| std::cmp::Reverse(pin.at.end));
    pins.dedup_by_key(|pin| pin.at.clone());
    let mut pinned = text.to_owned();
    for pin in pins {
        let name = text.get(pin.at.clone()).unwrap_or_default();
        let plain =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte));
        let apart = text[pin.at.end..].chars().next().is_none_or(char::is_whitespace);
        if !plain || !apart {
            return text.to_owned();
        }
        let options: Vec<String> = pin.options.iter().map(|option| quoted(option)).collect();
        pinned.insert_str(pin.at.end, &format!(" {}", options.join(" ")));
    }
    if pinned == text {
        return pinned;
    }
    let again = shell::examine(&pinned, tables);
    let rules = |found: &Findings| -> Vec<(String, crate::domain::Class)> {
        found.reasons.iter().map(|reason| (reason.rule.clone(), reason.class)).collect()
    };
    let same = rules(&again) == rules(found) && again.calls().len() == found.calls().len();
    if same { pinned } else { text.to_owned() }
}

/// What runs, where it is not the text itself: the pinned text, or the plain command's words.
pub(super) fn shown(text: &str, command: &FrozenCommand, found: &Findings) -> Option<String> {
    match &found.simple {
        Some(words) if command.argv.len() > words.len() && !command.program.ends_with("/bash") => {
            Some(command.argv.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "))
        }
        Some(_) | None => command
            .argv
            .last()
            .filter(|last| command.argv.len() == 5 && *last != text && last.len() > text.len())
            .cloned(),
    }
}
