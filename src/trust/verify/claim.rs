//! What sort of sentence stands there: one that says something about the system, or one that asks, plans or hedges.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::{number, quote};

/// What a sentence does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Says something about the system that can be checked.
    Claim,
    /// Says what to do, or what the writer will do.
    Plan,
    /// Asks, hedges, greets, names a heading.
    Talk,
}

/// Sorts a sentence. `known` holds names from the evidence, in lower case; `prose` is the sentence without its
/// citations, `blanked` the same with quotes and code blanked out.
pub fn kind(prose: &str, blanked: &str, known: &HashSet<String>) -> Kind {
    let bare = prose.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_'));
    if bare.ends_with('?') {
        return Kind::Talk;
    }
    let plan = plans().is_match(bare);
    if plan {
        return Kind::Plan;
    }
    let figures = !number::figures(blanked).is_empty();
    if figures || quote::quotes(prose).iter().any(|quote| !quote.mark.code) {
        return Kind::Claim;
    }
    let words = bare.split_whitespace().count();
    if hedges().is_match(bare) || words < 3 || bare.ends_with(':') {
        return Kind::Talk;
    }
    let names = blanked.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_')).map(str::to_lowercase);
    let code = !quote::quotes(prose).is_empty();
    if code || events().is_match(bare) || names.into_iter().any(|name| known.contains(&name)) {
        return Kind::Claim;
    }
    Kind::Talk
}

/// Beginnings and turns of sentences that propose.
fn plans() -> &'static Regex {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "a constant pattern; the tests compile it")]
        Regex::new(
            r"(?ix)^(?:(?:first|next|then|now|also|finally|after\ that|to\ confirm[^,]*|before\ that|as\ a\ next\ step),?\s+)?
              (?:please\s+)?(?:check|look|run|ask|query|confirm|verify|compare|roll|rollback|restart|inspect|examine|see|try|watch|
              consider|collect|fetch|get|open|use|wait|let\s+me|let's|let\ us|i\ (?:would|will|suggest|propose|recommend|can|could|want)|
              i'll|i'd|we\ (?:should|could|can|may\ want)|you\ (?:should|could|can|may|might)|it\ (?:would|is)\ worth|
              a\ next\ step|next\ steps?)\b",
        )
        .expect("the pattern is valid")
    });
    &PATTERN
}

/// Words by which a writer says that something is not known.
fn hedges() -> &'static Regex {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "a constant pattern; the tests compile it")]
        Regex::new(
            r"(?ix)\b(?:not\ known|unknown|unclear|not\ clear|cannot\ (?:tell|say|see|confirm|know|be\ (?:told|confirmed|ruled))|
              can't\ (?:tell|say|see)|do\ not\ know|don't\ know|no\ evidence|not\ enough\ evidence|nothing\ (?:here|in\ the\ evidence)|
              may|might|maybe|perhaps|possibly|could\ be|a\ guess|would\ tell|was\ not\ asked|no\ source|not\ shown|if)\b",
        )
        .expect("the pattern is valid")
    });
    &PATTERN
}

/// Words that say that something happened, or how it is.
fn events() -> &'static Regex {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "a constant pattern; the tests compile it")]
        Regex::new(
            r"(?ix)\b(?:fail(?:s|ed|ing|ure|ures)?|deploy(?:s|ed|ment)?|roll(?:ed)?\ ?back|released?|errors?|crash(?:es|ed|ing)?|
              restart(?:s|ed|ing)?|killed|oom|time(?:s|d)?\ ?out|timeouts?|refused|denied|rejected|down|unavailable|unreachable|
              degraded|saturated|exhausted|full|overloaded|slow(?:er|ed)?|latency|spiked?|rose|rising|rises|increased?|dropped|fell|
              decreased?|stopped|began|started|caus(?:e|es|ed|ing)|because|due\ to|healthy|normal|expired|leak(?:s|ed|ing)?|
              broken?|broke|lost|missing|affected|impact(?:s|ed)?|blocked|stuck|deadlock(?:s|ed)?|recovered|scaled|changed|
              went\ (?:up|out|down|live)|is\ (?:up|not))\b",
        )
        .expect("the pattern is valid")
    });
    &PATTERN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_sorted_by_what_they_do() {
        let known: HashSet<String> = ["payments".to_owned()].into();
        for (sentence, expected) in [
            ("Payments failed.", Kind::Talk),
            ("The database is saturated.", Kind::Claim),
            ("It took 12 s.", Kind::Claim),
            ("The log says \"no route\".", Kind::Claim),
            ("Everything points at payments here.", Kind::Claim),
            ("Why does it fail?", Kind::Talk),
            ("Roll back payments with `labctl rollback payments`.", Kind::Plan),
            ("Next, check the error rate.", Kind::Plan),
            ("I would compare both versions.", Kind::Plan),
            ("It is not known whether the bank is affected.", Kind::Talk),
            ("Summary of findings", Kind::Talk),
            ("Hello, happy to help.", Kind::Talk),
        ] {
            assert_eq!(kind(sentence, sentence, &known), expected, "{sentence}");
        }
    }
}
