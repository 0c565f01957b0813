//! What is wrong with an expression, in words for somebody woken by a page.

use super::tree::Span;
use crate::domain::CleanText;

/// What is wrong, where, and what to write instead.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// Bytes of the text it is about, on character boundaries; empty at the place where something is missing.
    pub span: Span,
    /// What is wrong.
    pub what: CleanText,
    /// What to write instead; empty where only the person can know.
    pub remedy: CleanText,
}

impl Mistake {
    pub(super) fn new(span: Span, what: impl AsRef<str>, remedy: impl AsRef<str>) -> Self {
        Self { span, what: CleanText::line(what.as_ref()), remedy: CleanText::line(remedy.as_ref()) }
    }

    /// One sentence of both.
    pub fn sentence(&self) -> CleanText {
        if self.remedy.is_empty() {
            return self.what.clone();
        }
        CleanText::line(&format!("{}: {}", self.what, self.remedy))
    }
}

/// A piece of text for a message: whole where it is short.
pub(super) fn piece(text: &str) -> String {
    const LONGEST: usize = 40;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// The known word that `word` was probably meant to be; `None` where none is near.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let plain = |text: &str| text.replace('_', "");
    let allowed = (word.len() / 4).clamp(1, 3);
    known
        .map(|name| if plain(name) == plain(&word) { (0, name) } else { (distance(&word, name), name) })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, name)| (*distance, name.len()))
        .map(|(_, name)| name)
}

/// Characters to change, add, drop or swap with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut rows = [vec![0; b.len() + 1], (0..=b.len()).collect::<Vec<usize>>(), vec![0; b.len() + 1]];
    for (i, left) in a.iter().enumerate() {
        let [two_above, above, row] = &mut rows;
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let same = usize::from(left != right);
            let mut least = (above[j] + same).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *left == b[j - 1] && a[i - 1] == *right {
                least = least.min(two_above[j - 1] + 1);
            }
            row[j + 1] = least;
        }
        rows.rotate_left(1);
    }
    rows[1][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood_and_another_word_is_not() {
        let known = ["rate", "irate", "histogram_quantile", "sum_over_time", "increase"];
        let near = |word: &str| nearest(word, known.into_iter());
        assert_eq!(near("rtae"), Some("rate"));
        assert_eq!(near("Rate"), Some("rate"));
        assert_eq!(near("histogramquantile"), Some("histogram_quantile"));
        assert_eq!(near("sum_overtime"), Some("sum_over_time"));
        assert_eq!(near("frobnicate"), None);
        assert_eq!(near(&"x".repeat(100_000)), None);
    }
}
