//! As much of a piece of evidence as fits: its first and last lines, and those that look like trouble with what stands
//! around them. Used by `prepare`.

use std::sync::LazyLock;

use regex::Regex;

use super::fence::Fence;
use super::{edges, tokens};
use crate::domain::{Evidence, time};

/// Bytes shown of one line; the rest is cut from its middle.
const LONGEST_LINE: usize = 800;

/// Evidence as it stands in a prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct Excerpt {
    /// Header and numbered lines.
    pub text: String,
    /// What it costs, in estimated tokens.
    pub tokens: u32,
    /// Lines that are shown.
    pub shown: usize,
    /// Lines there are.
    pub total: usize,
}

impl Excerpt {
    /// Whether nothing is missing.
    pub fn is_whole(&self) -> bool {
        self.shown == self.total
    }
}

/// The excerpt that fits into `budget` tokens; `None` when not even a line does.
pub fn excerpt(evidence: &Evidence, fence: &Fence, budget: u32) -> Option<Excerpt> {
    let lines: Vec<&str> = evidence.text.lines().collect();
    // The header is priced with the longest note it may carry, so that filling in the note never breaks the budget.
    let header_cost = tokens::estimate(&header(evidence, fence, Some((lines.len(), lines.len())))) + 1;
    let room = budget.checked_sub(header_cost)?;
    let quoted: Vec<String> = lines.iter().enumerate().map(|(index, line)| numbered(index, line, fence)).collect();
    let costs: Vec<u32> = quoted.iter().map(|line| tokens::estimate(line) + 1).collect();
    let chosen = choose(&lines, &costs, room);
    let shown = chosen.iter().filter(|chosen| **chosen).count();
    if shown == 0 && !lines.is_empty() {
        return None;
    }
    let note = (shown < lines.len()).then_some((shown, lines.len()));
    let mut text = header(evidence, fence, note);
    let mut gap = false;
    for (line, chosen) in quoted.iter().zip(&chosen) {
        if *chosen {
            if gap {
                text.push_str("\n...");
            }
            text.push('\n');
            text.push_str(line);
        }
        gap = !chosen;
    }
    let tokens = tokens::estimate(&text) + 1;
    Some(Excerpt { text, tokens, shown, total: lines.len() })
}

/// What all of it would cost.
pub fn cost(evidence: &Evidence, fence: &Fence) -> u32 {
    let lines: u32 = evidence
        .text
        .lines()
        .enumerate()
        .map(|(index, line)| tokens::estimate(&numbered(index, line, fence)) + 1)
        .fold(0, u32::saturating_add);
    lines.saturating_add(tokens::estimate(&header(evidence, fence, Some((99_999, 99_999)))) + 2)
}

fn header(evidence: &Evidence, fence: &Fence, shown: Option<(usize, usize)>) -> String {
    let mut fields = vec![
        format!("\"id\":\"{}\"", evidence.id),
        format!("\"kind\":\"{}\"", evidence.kind.word()),
        format!("\"source\":{}", fence.quote(&evidence.source)),
        format!("\"query\":{}", fence.quote(&shorten(&evidence.query))),
    ];
    if let Some(window) = &evidence.window {
        fields.push(format!("\"from\":\"{}\",\"to\":\"{}\"", time::stamp(window.start), time::stamp(window.end)));
    }
    if let Some(cut) = &evidence.cut {
        fields.push(format!("\"cut\":{}", fence.quote(&shorten(cut))));
    }
    if let Some((shown, total)) = shown {
        fields.push(format!("\"shown\":\"{shown} of {total} lines\""));
    }
    format!("{{{}}}", fields.join(","))
}

fn numbered(index: usize, line: &str, fence: &Fence) -> String {
    fence.quote(&format!("{}: {}", index + 1, shorten(line)))
}

/// The line, its middle cut out where it is longer than a line may be.
fn shorten(line: &str) -> String {
    if line.len() <= LONGEST_LINE {
        return line.to_owned();
    }
    let (head, tail) = edges::ends(line, LONGEST_LINE * 2 / 3, LONGEST_LINE / 3);
    format!("{head} [... {} bytes cut ...] {tail}", line.len() - head.len() - tail.len())
}

/// Which lines fit: the first and last, then trouble with its neighbours, then from both ends inwards.
fn choose(lines: &[&str], costs: &[u32], room: u32) -> Vec<bool> {
    let mut chosen = vec![false; lines.len()];
    let total = costs.iter().fold(0u32, |sum, cost| sum.saturating_add(*cost));
    if total <= room {
        chosen.fill(true);
        return chosen;
    }
    let mut left = room;
    // A gap costs a line of dots; reserving for one beside every line taken errs on the safe side.
    const GAP: u32 = 4;
    let mut take = |index: usize, limit: u32, chosen: &mut Vec<bool>| {
        let cost = costs[index].saturating_add(GAP);
        if !chosen[index] && cost <= left && room - left + cost <= limit {
            chosen[index] = true;
            left -= cost;
        }
    };
    let last = lines.len() - 1;
    take(0, room, &mut chosen);
    take(last, room, &mut chosen);
    for index in (0..lines.len()).filter(|index| trouble().is_match(lines[*index])) {
        for near in [index, index.saturating_sub(1), (index + 1).min(last)] {
            take(near, room / 3 * 2, &mut chosen);
        }
    }
    for index in 0..lines.len().div_ceil(2) {
        take(index, room, &mut chosen);
        take(last - index, room, &mut chosen);
    }
    chosen
}

/// Words by which a line asks to be read.
fn trouble() -> &'static Regex {
    static TROUBLE: LazyLock<Regex> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "a constant pattern; a test below compiles it")]
        Regex::new(
            r"(?i)error|fatal|panic|exception|traceback|fail|refused|denied|timed? ?out|critical|oom|killed|\b5\d\d\b",
        )
        .expect("the pattern is valid")
    });
    &TROUBLE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CleanText, EvidenceId, EvidenceKind, Timestamp};

    fn evidence(text: &str) -> Evidence {
        Evidence {
            id: EvidenceId(3),
            kind: EvidenceKind::Logs,
            source: "payments".into(),
            query: "service=payments".into(),
            window: None,
            captured_at: Timestamp::UNIX_EPOCH,
            text: CleanText::block(text),
            cut: None,
        }
    }

    fn fence() -> Fence {
        Fence::fixed("f00d")
    }

    #[test]
    fn what_fits_is_whole_and_numbered() {
        let found = excerpt(&evidence("one\ntwo"), &fence(), 1000).unwrap();
        assert!(found.is_whole());
        assert!(found.text.ends_with("\"1: one\"\n\"2: two\""), "{}", found.text);
    }

    #[test]
    fn what_does_not_fit_keeps_its_ends_and_its_trouble() {
        let mut lines: Vec<String> = (1..=400).map(|n| format!("request {n} took a while and went well")).collect();
        lines[199] = "ERROR card gateway refused".to_owned();
        let found = excerpt(&evidence(&lines.join("\n")), &fence(), 400).unwrap();
        for part in ["\"1: ", "\"200: ERROR", "\"199: ", "\"201: ", "\"400: ", "\n...\n"] {
            assert!(found.text.contains(part), "{part} in {}", found.text);
        }
        assert!(found.text.contains(&format!("\"shown\":\"{} of 400 lines\"", found.shown)));
        assert!(found.tokens <= 400 && found.shown > 5, "{found:?}");
    }

    #[test]
    fn a_line_of_ten_megabytes_is_cut_in_its_middle() {
        let found = excerpt(&evidence(&"é".repeat(5 << 20)), &fence(), 2000).unwrap();
        assert!(found.text.contains("bytes cut") && found.text.len() < 2000);
    }

    #[test]
    fn no_excerpt_costs_more_than_it_may() {
        let text: String =
            (0..200).map(|n| format!("{n} ERROR \"quoted\" <|x|> 1e308 {}\n", "y".repeat(n * 7))).collect();
        for budget in [0, 10, 50, 100, 300, 1000, 5000, 100_000] {
            if let Some(found) = excerpt(&evidence(&text), &fence(), budget) {
                assert!(found.tokens <= budget, "{} of {budget}", found.tokens);
            }
        }
        assert!(excerpt(&evidence(&text), &fence(), 10).is_none());
        assert!(excerpt(&evidence(&text), &fence(), cost(&evidence(&text), &fence())).unwrap().is_whole());
    }
}
