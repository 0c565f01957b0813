//! Factors and percentages of change that a clause says: `29.8 times`, `by 40%`, `halved`. Used for series and for changed
//! settings.

use super::clause::Clause;
use super::unit::Dim;

/// A factor or a percentage of change that a clause says.
pub struct Factor {
    /// The token it stands at, when it is a number.
    pub at: Option<usize>,
    /// How it is counted.
    pub kind: Change,
    /// Its value.
    pub value: f64,
    half: f64,
    about: bool,
    /// As written.
    pub written: String,
}

/// How a change is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The second over the first.
    Times,
    /// By how many hundredths of the first it grew.
    MorePercent,
    /// By how many hundredths of the first it fell.
    LessPercent,
}

impl Change {
    /// The change from one value to another.
    pub fn of(self, from: f64, to: f64) -> f64 {
        match self {
            Change::Times => to / from,
            Change::MorePercent => (to - from) / from * 100.0,
            Change::LessPercent => (from - to) / from * 100.0,
        }
    }

    /// What is written behind it.
    pub fn sign(self) -> &'static str {
        match self {
            Change::Times => " times",
            Change::MorePercent | Change::LessPercent => "%",
        }
    }
}

impl Factor {
    /// How far a computed value may be away from what was said.
    pub fn room(&self, value: f64) -> f64 {
        let about = if self.about { 0.05 * value.abs() } else { 0.0 };
        self.half.max(about) * (1.0 + 1e-9) + 1e-9
    }
}

/// The factor that the clause says, if it says one.
pub fn factor(clause: &Clause<'_>) -> Option<Factor> {
    let loose = |value: f64, kind, written: &str| {
        let half = if value < 1.0 { value * 0.06 } else { value * 0.08 };
        Some(Factor { at: None, kind, value, half, about: false, written: written.to_owned() })
    };
    for (at, number) in clause.open() {
        let made = |kind, value, half| {
            Some(Factor { at: Some(at), kind, value, half, about: number.about, written: number.written.clone() })
        };
        let before = |back: usize| at.checked_sub(back).map_or("", |at| clause.word(at));
        let after = clause.word(at + 1);
        let more = clause.says(&[
            "increase of",
            "increased by",
            "grew by",
            "rose by",
            "up by",
            "growth of",
            "climbed by",
            "higher by",
            "rise of",
            "jump of",
            "went up by",
            "more than before",
            "an increase",
            "jumped by",
            "surged by",
        ]);
        let less = clause.says(&[
            "decrease of",
            "decreased by",
            "fell by",
            "dropped by",
            "down by",
            "drop of",
            "shrank by",
            "reduction of",
            "went down by",
            "cut by",
            "reduced by",
            "lowered by",
            "decline of",
            "declined by",
            "a decrease",
        ]);
        if number.unit.dim == Dim::Percent
            && (more || less)
            && matches!(before(1), "of" | "by" | "about" | "roughly" | "around" | "a" | "some" | "nearly" | "almost")
        {
            return made(if less { Change::LessPercent } else { Change::MorePercent }, number.value, number.half);
        }
        let factor = matches!((before(1), before(2)), ("of", "factor"));
        let times = matches!(after, "times" | "fold")
            && (clause.word(at + 2) != "in")
            && !clause.says(&["times in", "times out"]);
        let relative = matches!(
            clause.word(at + 2),
            "its" | "the" | "as" | "higher" | "larger" | "more" | "what" | "that" | "over" | "their" | "of" | ""
        ) || after == "fold";
        if number.unit.dim == Dim::Plain
            && (factor
                || (times
                    && relative
                    && clause.says(&[
                        "its",
                        "as",
                        "value",
                        "fold",
                        "higher",
                        "larger",
                        "grew",
                        "rose",
                        "increased",
                        "up",
                        "level",
                        "baseline",
                        "initial",
                    ])))
        {
            return made(Change::Times, number.value, number.half);
        }
    }
    [
        ("doubled", 2.0),
        ("doubling", 2.0),
        ("twice its", 2.0),
        ("tripled", 3.0),
        ("trebled", 3.0),
        ("quadrupled", 4.0),
        ("halved", 0.5),
        ("cut in half", 0.5),
        ("tenfold", 10.0),
        ("twofold", 2.0),
        ("threefold", 3.0),
        ("fivefold", 5.0),
        ("in half", 0.5),
        ("by half", 0.5),
        ("cut to a third", 1.0 / 3.0),
        ("to a third", 1.0 / 3.0),
        ("to a quarter", 0.25),
        ("to a tenth", 0.1),
        ("to half", 0.5),
    ]
    .into_iter()
    .find(|(word, _)| clause.says(&[word]))
    .and_then(|(word, value)| loose(value, Change::Times, word))
}
