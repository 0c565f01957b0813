//! What an answer proposes: its fenced blocks, as suggestions and nothing stronger. Called by `app` when an answer is
//! complete; text outside fences is never a command.

use std::ops::Range;

use crate::domain::{CleanText, Language, Origin, Suggestion};
use crate::trust::verify::{cite, split};

/// Proposals taken from one answer.
const MOST: usize = 8;
/// Longest text of a proposal; a longer one could not be reviewed.
const LONGEST: usize = 16 * 1024;
/// Signals taken from one proposal.
const SIGNALS: usize = 8;

/// The queries and commands an answer puts forward, in order. A block without its closing fence proposes nothing: what
/// was cut off may have changed its meaning. The reason is the sentence before the block, a claim of the model.
pub fn suggestions(answer: &str) -> Vec<Suggestion> {
    let pieces = split::sentences(answer);
    let blocks = blocks(answer);
    let mut found = Vec::new();
    let mut after = 0;
    for block in blocks {
        let ended = pieces.partition_point(|piece| piece.end <= block.span.start);
        let before = pieces[..ended].last().filter(|piece| piece.start >= after);
        let (watch, end) = watched(answer, block.span.end);
        after = end;
        let Some(language) = Language::from_fence(&block.word) else { continue };
        if block.text.trim().is_empty() || block.text.len() > LONGEST || found.len() == MOST {
            continue;
        }
        let sentence = before.map(|span| &answer[span.clone()]).unwrap_or_default();
        let because = cite::citations(sentence).into_iter().filter_map(|cited| cited.locator).collect();
        found.push(Suggestion {
            language,
            text: block.text,
            reason: CleanText::line(&cite::without(sentence)),
            because,
            origin: Origin::Model,
            panel: None,
            watch,
        });
    }
    found
}

/// The signals named in `watch: errors, p99` lines right after a block, and where these lines end.
fn watched(answer: &str, from: usize) -> (Vec<CleanText>, usize) {
    let (mut names, mut at) = (Vec::new(), from);
    for line in answer.get(from..).unwrap_or_default().split_inclusive('\n') {
        let Some(list) = line.trim().strip_prefix("watch:").or_else(|| line.trim().strip_prefix("Watch:")) else {
            break;
        };
        let list = list.split(',').map(|name| CleanText::line(name.trim().trim_matches('`')));
        names.extend(list.filter(|name| !name.is_empty()).take(SIGNALS));
        at += line.len();
    }
    names.truncate(SIGNALS);
    (names, at)
}

/// A closed fenced block.
struct Block {
    span: Range<usize>,
    word: String,
    text: String,
}

fn blocks(answer: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<(usize, split::Fence<'_>, Vec<&str>)> = None;
    let mut at = 0;
    for line in answer.split_inclusive('\n') {
        let (start, end) = (at, at + line.len());
        at = end;
        let bare = line.strip_suffix('\n').unwrap_or(line);
        let bare = bare.strip_suffix('\r').unwrap_or(bare);
        open = match open {
            None => split::Fence::opening(bare).map(|fence| (start, fence, Vec::new())),
            Some((first, fence, lines)) if fence.closes(bare) => {
                let word = fence.info.split([' ', ',', '{']).next().unwrap_or_default().to_owned();
                found.push(Block { span: first..end, word, text: lines.join("\n") });
                None
            }
            Some((first, fence, mut lines)) => {
                lines.push(fence.unindent(bare));
                Some((first, fence, lines))
            }
        };
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{EvidenceId, Locator};

    #[test]
    fn each_known_fence_is_a_suggestion_with_the_sentence_before_it() {
        let answer = "Payments fails since 2.3.1. [E2]\n\nThe errors rise with the deploy [E2][E5:1].\n```promql\nsum(rate(errors_total[1m]))\n```\n\
                      Roll it back, since the header is new [E7:2-4]:\n```sh\nlabctl rollback payments \\\n  --reason 'bad header'\n```\n```json\n{}\n```\n";
        let found = suggestions(answer);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].language, found[0].text.as_str()), (Language::Promql, "sum(rate(errors_total[1m]))"));
        assert_eq!(found[0].reason.as_str(), "The errors rise with the deploy.");
        assert_eq!(
            found[0].because,
            [Locator { id: EvidenceId(2), lines: None }, Locator { id: EvidenceId(5), lines: Some((1, 1)) }]
        );
        assert_eq!(found[1].text, "labctl rollback payments \\\n  --reason 'bad header'");
        assert_eq!(found[1].reason.as_str(), "Roll it back, since the header is new:");
        assert!(found.iter().all(|suggestion| suggestion.origin == Origin::Model));
    }

    #[test]
    fn what_a_proposal_should_move_stands_in_lines_after_its_block() {
        let found = suggestions(
            "Roll it back [E7].\n```sh\nlabctl rollback payments\n```\nwatch: errors payments, `p99`\nwatch: orders\n\nThen look [E1].\n```promql\nup\n```\nIt is a watch: no.\n",
        );
        let names: Vec<&str> = found[0].watch.iter().map(CleanText::as_str).collect();
        assert_eq!(names, ["errors payments", "p99", "orders"]);
        assert_eq!(found[0].text, "labctl rollback payments");
        assert_eq!(found[1].reason.as_str(), "Then look.");
        assert!(found[1].watch.is_empty());
    }

    #[test]
    fn an_unclosed_fence_an_empty_one_and_plain_text_propose_nothing() {
        for answer in ["```sh\nrm -rf /", "```sh\n\n```", "run `rm -rf /`", "```\nrm x\n```", "```console\nls\n```", ""]
        {
            assert!(suggestions(answer).is_empty(), "{answer}");
        }
    }

    #[test]
    fn the_exact_bytes_are_kept_and_a_list_items_indent_is_not_part_of_them() {
        let found = suggestions("1. Look:\n   ```bash\n   echo 'a\u{202e}b'\n     indented\n   ```\n");
        assert_eq!(found[0].text, "echo 'a\u{202e}b'\n  indented");
        assert_eq!(found[0].reason.as_str(), "Look:");
    }

    #[test]
    fn a_longer_fence_holds_a_shorter_one() {
        let found = suggestions("~~~~sh\ncat <<'X'\n~~~\nX\n~~~~\n");
        assert_eq!(found[0].text, "cat <<'X'\n~~~\nX");
    }

    #[test]
    fn a_block_does_not_take_its_reason_from_before_another_block() {
        let found = suggestions("First [E1].\n```sh\nuptime\n```\n```sh\ndf -h\n```\n");
        assert_eq!(found[1].reason.as_str(), "");
        assert!(found[1].because.is_empty());
    }
}
