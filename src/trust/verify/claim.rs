//! What sort of sentence stands there: one that says something about this system, or one that asks, plans, hedges, greets
//! or says what is generally so.

use std::sync::LazyLock;

use regex::Regex;

use super::marks::marks;

/// What a sentence does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Says something about the system that can be checked.
    Claim,
    /// Says what to do, or what the writer will do.
    Plan,
    /// Asks, hedges, greets, names a heading, says what is generally so.
    Talk,
}

/// Sorts a sentence, given without its citations.
pub fn kind(prose: &str) -> Kind {
    let bare = prose.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '#'));
    let bare = label().replace(bare, "");
    let bare = bare.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_'));
    if bare.ends_with('?') {
        return Kind::Talk;
    }
    if plans().is_match(bare) {
        return Kind::Plan;
    }
    let words = bare.split_whitespace().count();
    let code = marks(bare).iter().any(|mark| mark.code);
    if words < 2 || bare.ends_with(':') || talk().is_match(bare) {
        return Kind::Talk;
    }
    if words < 4 && !code && !bare.ends_with('.') {
        return Kind::Talk;
    }
    if hedges().is_match(bare) {
        return Kind::Talk;
    }
    if wishes().is_match(bare) && !code {
        return Kind::Talk;
    }
    if general().is_match(bare) && !code || (article().is_match(bare) && !code && !pointed().is_match(bare)) {
        return Kind::Talk;
    }
    if generic(bare, code) { Kind::Talk } else { Kind::Claim }
}

/// Whether a sentence in the present, without anything definite in it, says what is generally so.
fn generic(bare: &str, code: bool) -> bool {
    if code || definite().is_match(bare) {
        return false;
    }
    let first = bare.split_whitespace().next().unwrap_or_default().to_lowercase();
    let only = matches!(
        first.as_str(),
        "only" | "all" | "every" | "each" | "both" | "no" | "none" | "nobody" | "nothing" | "staging" | "production"
    );
    // `Charges are lost`: a state of bare plurals is told of this system; `Pools run dry` is told of all.
    let state = state().is_match(bare);
    !only && !state && !past().is_match(bare) && !names_one(bare)
}

/// Whether a name stands inside the sentence: a capital, and not an abbreviation.
fn names_one(bare: &str) -> bool {
    let mut words = bare.split_whitespace().skip(1).map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    words.any(|word| {
        let mut letters = word.chars();
        letters.next().is_some_and(char::is_uppercase) && word.len() > 2 && letters.all(char::is_lowercase)
    })
}

macro_rules! pattern {
    ($(#[$doc:meta])* $name:ident, $text:expr) => {
        $(#[$doc])*
        fn $name() -> &'static Regex {
            static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
                Regex::new($text).expect("the pattern is valid")
            });
            &PATTERN
        }
    };
}

pattern!(
    /// `**Impact:**` and the like before a sentence.
    label,
    r"^\*{0,2}[A-Z][A-Za-z ]{2,24}:\*{0,2}\s+"
);
pattern!(
    /// Beginnings of sentences that propose.
    plans,
    r"(?ix)^(?:(?:first|next(?:\ steps?)?|then|now|also|finally|meanwhile|after\ that|to\ (?:be\ sure|confirm|verify|check|rule|settle|see|narrow|find|understand|get|know)[^,]*|before\ (?:that|we|you|i)[^,]*|as\ a\ next\ step|for\ now|if\ [^,]*|once[^,]*|in\ the\ meantime|from\ here|in\ parallel|with\ that[^,]*|when\ you[^,]*),?:?\s+)?
      (?:please\s+|let's\s+|let\ us\s+|let\ me\s+|do\s+|could\ you\s+)?
      (?:check|look|run|ask|confirm|verify|compare|roll|rollback|restart|inspect|examine|see|try|watch|silence|mute|keep|
      consider|collect|fetch|get|open|use|wait|have\ a\ look|take\ a\ look|pull|grab|dig|review|drain|revert|disable|enable|raise|lower|set|add|remove|
      trace|grep|tail|reproduce|attach|send|tell|let\ me|let's|let\ us|increase|decrease|bump|apply|deploy|kill|stop|start|
      correlate|focus|escalate|notify|contact|ping|follow|create|set\ up|write|draft|measure|
      i\ (?:would|will|suggest|propose|recommend|can|could|want|plan|intend|am\ going|shall|should|might|may|'d|'ll)|
      i'll|i'd|i’d|i’ll|we\ (?:should|could|can|may|might|will|need\ to|ought)|you\ (?:should|could|can|may|might|will)|it\ (?:would\ be|is|may\ be|might\ be)\ worth|it\ (?:would|could|might)\ (?:help|make|be)|
      a\ next\ step|next\ steps?|one\ (?:option|way|idea|thing|possibility)|another\ (?:option|way|idea)|an\ option|my\ (?:suggestion|advice|plan|proposal|recommendation|next)|the\ next\ step|the\ plan|a\ good\ next|worth\ |[a-z]+ing\ (?:\w+\ ){0,4}(?:looks|seems|sounds|appears|would|could|might|should)\b|recommend|suggest|happy\ to|feel\ free|going\ forward|(?:page|trace|test|load|plot|graph|profile|dump|export|file|call|filter|monitor|query|capture|scale|search)\ (?:the|a|an|for|in|your|our|all|both|this|that|these|those|every|each|someone|out|up|it|them|with|`))\b"
);
pattern!(
    /// Greetings, thanks, and sentences about the writer.
    talk,
    r"(?ix)^(?:hi|hello|hey|good\ (?:morning|evening|afternoon|question|point|catch)|thanks|thank\ you|sure|ok|okay|great|got\ it|understood|sorry|here\ (?:is|are|'s)|here's|below\ (?:is|are)|let\ me\ know|hope\ this|i\ (?:have|went|looked|only|am|do|did|don't|cannot|can't|think|believe|suspect|guess|assume|hope|see|understand|wonder|agree|haven't|would|was|could)|i'm|i've|my\ |in\ short:|summary|tl;dr|at\ your|glad\ to|this\ is\ (?:all|what)|that\ is\ all|that's|as\ (?:asked|requested|promised)|nothing\ more\ from|more\ (?:data|evidence|information|details|logs|on\ (?:that|this|it))|two\ things|a\ few\ things|so\ far|we\ (?:do\ not|don't|cannot|can't)\ (?:know|yet|tell|say)|further\ |no\ conclusion|without\ (?:more|further))"
);
pattern!(
    /// Words by which a writer says that something is not known.
    hedges,
    r"(?ix)\b(?:not\ (?:yet\ )?known|unknown|unclear|not\ clear|not\ sure|uncertain|cannot\ (?:tell|say|see|confirm|know|judge|be\ (?:told|confirmed|ruled|sure|certain))|
      can't\ (?:tell|say|see|be\ sure)|can\ not\ (?:tell|say)|do\ not\ know|don't\ know|no\ evidence|not\ enough|too\ early|hard\ to\ (?:say|tell)|remains\ to\ be|nothing\ (?:here|in\ the\ evidence)|
      may|might|maybe|perhaps|possibly|presumably|conceivably|could\ (?:be|have|also|well)|a\ guess|would\ (?:tell|be|need|show|help|expect|explain)|was\ not\ asked|no\ source|not\ shown|it\ is\ possible|is\ possible|one\ possibility|hypothesis|hypothetically|plausibl[ey]|suspicion|i\ suspect|i\ assume|my\ guess|speculation|speculative|whether)\b"
);
pattern!(
    /// Advice, and what the writer thinks of it.
    wishes,
    r"(?ix)\b(?:should|ought\ to|looks\ like|seems|appears\ to\ be|i\ would|i'd|i\ am|i'm|i'll|your\ call|up\ to\ you|as\ long\ as|so\ to\ speak|feel\ free|that\ is\ what\ they)\b"
);
pattern!(
    /// Words by which a writer says what is generally so.
    general,
    r"(?ix)(?:\b(?:in\ general|generally|usually|typically|often|normally|commonly|frequently|as\ a\ rule|rule\ of\ thumb|tend(?:s)?\ to|by\ default|by\ definition|by\ design|best\ practice|good\ practice|in\ theory|in\ practice|in\ principle|
      most\ (?:systems|teams|clients|libraries|databases|people|services|of\ the\ time)|many\ (?:systems|teams|clients|libraries|services)|always\ (?:a\ good|worth|wise)|(?:is|are)\ (?:a|an|the)\ (?:\w+\ )?(?:common|classic|typical|usual|well-known|frequent|good|popular|standard|known|normal)|
      (?:is|are)\ (?:usually|often|typically|rarely|seldom|not\ always|normally)|it\ is\ (?:common|normal|typical|usual|good\ practice|well\ known)|sometimes|rarely|seldom)\b)"
);
pattern!(
    /// `A p99 is not an average`: the kind is meant, not one of them.
    article,
    r"(?i)^(?:a|an)\s[\w\s-]+\s(?:is|means|measures|counts|can|needs|takes|has|does|happens|occurs|requires|will|should|cannot|says|makes|hides|describes|keeps|holds)\b"
);
pattern!(
    /// Words that point at this system or this time.
    definite,
    r"(?x)\b(?:[Tt]he|[Tt]his|[Tt]hat|[Tt]hese|[Tt]hose|[Ii]t|[Ii]ts|[Oo]ur|[Ww]e|[Uu]s|now|today|yesterday|tonight|currently|again|already|still|since|ago|last\ (?:night|week|month|hour)|this\ (?:morning|week))\b|\d:\d\d|\bv\d+\.\d|\d+(?:\.\d+)?\s?%|\w+-\w+-\d|\w\.(?:svc|local|example|com|internal)\b"
);
pattern!(
    /// Articles and times that point at this system.
    pointed,
    r"(?x)\b(?:[Tt]he|[Tt]his|[Tt]hese|[Oo]ur|[Ww]e|now|today|yesterday|currently|again|already|since|ago)\b|\d:\d\d"
);
pattern!(
    /// States and results.
    state,
    r"(?ix)\b(?:is|are|was|were|has|have|had|been)\s+(?:not\s+|now\s+|still\s+|all\s+|also\s+|both\s+|being\s+|never\s+|no\s+longer\s+|only\s+)*(?:\w+(?:ed|en)|lost|broken|down|up|gone|affected|slow|full|stuck|out|fine|late|stale|wrong|missing|hit|due|healthy|unhealthy|unavailable|unreachable|back|dead|leaking|failing|rising|falling|growing|overloaded|degraded|exhausted)\b"
);
pattern!(
    /// The past tense of what happens to systems.
    past,
    r"(?ix)\b(?:was|were|had|did|went|began|broke|fell|rose|lost|ran|got|came|took|became|hit|left|sent|made|grew|shut|\w{3,}ed)\b"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_sorted_by_what_they_do() {
        for (sentence, expected) in [
            ("The database is saturated.", Kind::Claim),
            ("It took 12 s.", Kind::Claim),
            ("The log says \"no route\".", Kind::Claim),
            ("Orders are lost, not only delayed.", Kind::Claim),
            ("Only writes fail.", Kind::Claim),
            ("`cart` never closes its sockets.", Kind::Claim),
            ("A cron job keeps the table locked.", Kind::Claim),
            ("Why does it fail?", Kind::Talk),
            ("Roll back payments with `labctl rollback payments`.", Kind::Plan),
            ("Next, check the error rate.", Kind::Plan),
            ("I would compare both versions.", Kind::Plan),
            ("It is not known whether the bank is affected.", Kind::Talk),
            ("Hello, happy to help.", Kind::Talk),
            ("Load balancers remove hosts with failing checks.", Kind::Talk),
            ("A full disk is a common reason for a crash loop.", Kind::Talk),
            ("Caches often hide a slow database.", Kind::Talk),
        ] {
            assert_eq!(kind(sentence), expected, "{sentence}");
        }
    }
}
