//! Some models write what they think before they answer, between `<think>` and `</think>`. It is no answer and is not
//! checked, so it is not shown. Used by both HTTP providers.

use crate::copilot::edges;

/// Follows the beginning of an answer.
#[derive(Debug, Default)]
pub struct Thinking {
    state: State,
    held: String,
    shown: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    /// Nothing but blanks came, or the beginning of the mark.
    #[default]
    Start,
    /// Inside.
    Thinking,
    /// The answer.
    Answer,
}

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

impl Thinking {
    /// What of the next piece is to be shown.
    pub fn visible(&mut self, piece: String) -> String {
        if self.state == State::Answer {
            self.shown |= !piece.is_empty();
            return piece;
        }
        self.held.push_str(&piece);
        if self.state == State::Start {
            let begun = self.held.trim_start();
            if begun.starts_with(OPEN) {
                self.state = State::Thinking;
            } else if !OPEN.starts_with(begun) {
                return self.answer(0);
            }
        }
        if self.state == State::Thinking {
            match self.held.find(CLOSE) {
                Some(at) => return self.answer(at + CLOSE.len()),
                // Only what may be the beginning of the closing mark must be kept.
                None => {
                    let from = edges::ceil(&self.held, self.held.len().saturating_sub(CLOSE.len()));
                    self.held.drain(..from);
                }
            }
        }
        String::new()
    }

    /// Whether nothing was shown.
    pub fn is_empty(&self) -> bool {
        !self.shown
    }

    fn answer(&mut self, from: usize) -> String {
        self.state = State::Answer;
        let held = std::mem::take(&mut self.held);
        let text = held[from..].trim_start().to_owned();
        self.shown |= !text.is_empty();
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: &[&str]) -> String {
        let mut thinking = Thinking::default();
        pieces.iter().map(|piece| thinking.visible((*piece).to_owned())).collect()
    }

    #[test]
    fn thoughts_before_the_answer_are_not_shown_however_they_are_split() {
        let text = "\n<think>it may é be <b> x</think>\n\nIt is the deploy. <think>";
        for size in 1..text.chars().count() {
            let chars: Vec<char> = text.chars().collect();
            let pieces: Vec<String> = chars.chunks(size).map(|chunk| chunk.iter().collect()).collect();
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            assert_eq!(shown(&pieces).trim_start(), "It is the deploy. <think>", "{size}");
        }
    }

    #[test]
    fn an_answer_without_thoughts_is_untouched() {
        assert_eq!(shown(&["<", "thin", "g> is", " it"]), "<thing> is it");
        assert_eq!(shown(&["It", " is <think> it"]), "It is <think> it");
    }
}
