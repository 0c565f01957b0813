//! Claims about how many records there are: counts, shares, `all`, `each`, `only`, and the same of rows of tables.

use super::clause::{Clause, Place, Term, Verdict};
use super::read::{Doc, Record, Shape};
use super::token::{Quantity, Token};
use super::unit::Dim;
use super::way::side;

/// Terms that are told apart for one clause.
const MOST_TERMS: usize = 12;

/// Records by which of the clause's terms they hold.
pub struct Picked<'a> {
    /// The records with the terms each holds, one bit a term.
    pub masks: Vec<(u32, &'a Record)>,
    /// The terms that tell records apart.
    pub terms: Vec<Term>,
    /// Bits of the names and codes among the terms.
    pub strict: u32,
    /// A name that no record holds although the clause asks for it.
    pub absent: Option<String>,
}

impl<'a> Picked<'a> {
    /// Sorts the records of a place by the terms. Terms of every record, and words of none, tell nothing apart.
    pub fn new(doc: &'a Doc, terms: &[Term]) -> Self {
        let records: Vec<&Record> = doc.data().collect();
        let mut kept: Vec<Term> = Vec::new();
        let mut absent = None;
        for term in terms {
            if kept.contains(term) || kept.len() == MOST_TERMS {
                continue;
            }
            let count = records.iter().filter(|record| term.is_in(record)).count();
            let about = match term {
                Term::Name(name) | Term::Code(name) => doc.about.contains(name.as_str()),
                Term::Stem(_) => true,
            };
            match term {
                _ if count > 0 && count < records.len() => kept.push(term.clone()),
                Term::Name(name) | Term::Code(name) if count == 0 && !about => absent = absent.or(Some(name.clone())),
                Term::Name(_) | Term::Code(_) | Term::Stem(_) => {}
            }
        }
        let mask = |record: &Record| {
            kept.iter().enumerate().filter(|(_, term)| term.is_in(record)).fold(0, |mask, (bit, _)| mask | 1 << bit)
        };
        let masks = records.into_iter().map(|record| (mask(record), record)).collect();
        let strict = kept.iter().enumerate().filter(|(_, term)| !matches!(term, Term::Stem(_)));
        let strict = strict.fold(0, |mask, (bit, _)| mask | 1 << bit);
        Picked { masks, strict, terms: kept, absent }
    }

    /// All terms at once.
    pub fn every(&self) -> u32 {
        (1u32 << self.terms.len()) - 1
    }

    /// Records that hold these terms.
    pub fn with(&self, wanted: u32) -> impl Iterator<Item = &'a Record> + '_ {
        self.masks.iter().filter(move |(mask, _)| mask & wanted == wanted).map(|(_, record)| *record)
    }

    /// The choices of terms that a claim may mean: all of them, its names alone, and everything only where no record
    /// holds all of them.
    pub fn choices(&self) -> Vec<u32> {
        let mut found = vec![self.every()];
        if self.strict != 0 {
            found.push(self.strict);
        } else if self.count(self.every()) == 0 {
            found.push(0);
        }
        found
    }

    fn count(&self, wanted: u32) -> usize {
        self.with(wanted).count()
    }

    /// Whether some choice of the terms, with none of `without` needed, picks this many records.
    fn any_choice(&self, within: u32, count: usize) -> bool {
        let every = self.every();
        (0..=every).any(|choice| choice & !within == 0 && self.count(choice) == count)
    }
}

/// Checks counts and quantifiers over records. `Silent` leaves the numbers to the other checks.
pub fn check(clause: &Clause<'_>) -> Verdict {
    let mut wrong = None;
    let mut held: Option<Vec<Place>> = None;
    for step in [parts, alone, only, all] {
        for (index, doc) in clause.docs.iter().enumerate() {
            if !doc.series.is_empty() || doc.data().nth(1).is_none() {
                continue;
            }
            match step(clause, doc, index) {
                Verdict::Held(places) => {
                    held.get_or_insert_default().extend(places);
                    wrong = None;
                    break;
                }
                Verdict::Wrong(why) => wrong = wrong.or(Some(why)),
                Verdict::Silent => {}
            }
        }
        if let Some(why) = wrong {
            return Verdict::Wrong(why);
        }
    }
    held.map_or(Verdict::Silent, Verdict::Held)
}

/// The numbers of `k of the n`, `half of the n`; the share in the first place as a token or a word.
fn portion<'c>(clause: &'c Clause<'_>) -> Option<(Option<usize>, f64, usize, &'c Quantity)> {
    let tokens = &clause.tokens;
    for at in 0..tokens.len() {
        let share = match &tokens[at] {
            Token::Number(k) if k.whole().is_some() || k.unit.dim == Dim::Percent => Some((Some(at), k)),
            Token::Word(half, _) if half == "half" => None,
            _ => continue,
        };
        let mut next = at + 1;
        if clause.word(next) == "out" {
            next += 1;
        }
        if clause.word(next) != "of" {
            continue;
        }
        next += 1;
        while matches!(clause.word(next), "the" | "all" | "its" | "these" | "those" | "logged" | "a" | "total" | "our")
        {
            next += 1;
        }
        let Some(Token::Number(n)) = tokens.get(next) else { continue };
        if n.whole().is_none() || clause.settled(next) || clause.is_code(next) {
            continue;
        }
        return Some(match share {
            Some((at, k)) if k.unit.dim == Dim::Percent => (at, -k.value, next, n),
            Some((at, k)) => (at, k.value, next, n),
            None => (None, n.value / 2.0, next, n),
        });
    }
    None
}

/// `11 of the 18 lines are 504 responses`, `54% of the 13 lines`.
fn parts(clause: &Clause<'_>, doc: &Doc, index: usize) -> Verdict {
    let percent = clause.says(&[
        "of the logged lines",
        "of the lines",
        "of all lines",
        "of the records",
        "of the entries",
        "of the messages",
        "of the requests",
        "of all requests",
        "of the logged",
    ]);
    let (k_at, k, n) = match portion(clause) {
        Some((k_at, k, n_at, n)) => {
            if doc.table.is_some() && sums(clause, doc, k, n) {
                settle(clause, k_at, Some(n_at));
                return Verdict::Held(whole(doc, index));
            }
            let figure =
                |value: f64| doc.records.iter().any(|record| record.figures.iter().any(|it| it.value == value));
            if k > 0.0 && n.value > doc.records.len() as f64 && figure(n.value) && figure(k) {
                settle(clause, k_at, Some(n_at));
                return Verdict::Held(whole(doc, index));
            }
            settle(clause, None, Some(n_at));
            (k_at, k, Some(n))
        }
        None if percent => {
            let Some((at, k)) = clause.open().into_iter().find(|(_, k)| k.unit.dim == Dim::Percent) else {
                return Verdict::Silent;
            };
            (Some(at), -k.value, None)
        }
        None => return Verdict::Silent,
    };
    settle(clause, k_at, None);
    let picked = Picked::new(doc, &clause.terms(0, clause.tokens.len()));
    if let Some(name) = &picked.absent {
        return Verdict::Wrong(format!("{} has no `{name}`", doc.name));
    }
    if k.fract() != 0.0 && k > 0.0 {
        return Verdict::Silent;
    }
    let total = picked.masks.len();
    let found = picked.count(picked.every());
    let whole_of = n.and_then(Quantity::whole).unwrap_or(total);
    let n_held = n.is_none()
        || picked.any_choice(picked.every(), whole_of)
        || doc.records.iter().any(|record| record.figures.iter().any(|it| it.value == whole_of as f64));
    let k_held = if k < 0.0 {
        let half = clause
            .tokens
            .get(k_at.unwrap_or(usize::MAX))
            .map_or(0.5, |token| if let Token::Number(k) = token { k.room() } else { 0.5 });
        (found as f64 / whole_of.max(1) as f64 * 100.0 + k).abs() <= half
    } else {
        found as f64 == k
    };
    if k_held && n_held {
        return Verdict::Held(lines(picked.with(picked.every()), index));
    }
    let name = &doc.name;
    Verdict::Wrong(format!("in {name} it is {found} of {}", if n_held { whole_of } else { total }))
}

/// `112 of the 188 sessions are idle in transaction`: sums of a column over the rows that hold the terms.
fn sums(clause: &Clause<'_>, doc: &Doc, k: f64, n: &Quantity) -> bool {
    let picked = Picked::new(doc, &clause.terms(0, clause.tokens.len()));
    if picked.absent.is_some() || k < 0.0 {
        return false;
    }
    columns(doc).into_iter().any(|column| {
        let sum = |wanted| picked.with(wanted).filter_map(|record| cell(record, &column)).sum::<f64>();
        sum(0) == n.value
            && (0..=picked.every())
                .any(|choice| choice & picked.strict == picked.strict && choice != 0 && sum(choice) == k)
    })
}

/// The names of the columns, or fields, that hold numbers.
pub fn columns(doc: &Doc) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for key in doc.data().take(50).flat_map(|record| record.figures.iter().filter_map(|figure| figure.key.clone())) {
        if !found.contains(&key) && found.len() < 40 {
            found.push(key);
        }
    }
    found
}

/// The number of a record's column.
pub fn cell(record: &Record, column: &str) -> Option<f64> {
    record.figures.iter().find(|figure| figure.key.as_deref() == Some(column)).map(|figure| figure.value)
}

/// `There are 14 failed handshakes`, `the loop was blocked three times`.
fn alone(clause: &Clause<'_>, doc: &Doc, index: usize) -> Verdict {
    let tokens = &clause.tokens;
    for at in 0..tokens.len() {
        let (count, surely) = match &tokens[at] {
            Token::Number(count) if count.whole().is_some() && !clause.settled(at) && !clause.is_code(at) => {
                let Some(surely) = counted(clause, at) else { continue };
                (count.value, surely)
            }
            Token::Word(word, _) if word == "twice" && !clause.says(&["twice its", "twice the", "twice as"]) => {
                (2.0, true)
            }
            Token::Word(word, _) if word == "once" && clause.word(at + 1).is_empty() => (1.0, true),
            _ => continue,
        };
        let terms = clause.terms(0, tokens.len());
        let picked = Picked::new(doc, &terms);
        let named = picked.terms.iter().any(|term| !matches!(term, Term::Stem(_)));
        let found = picked.count(picked.every());
        let loose = if named { picked.count(picked.strict) } else { found };
        let rows = doc.table.is_some() && picked.strict == 0 && picked.masks.len() as f64 == count;
        let distinct = distinct(&picked, count);
        if (found as f64 == count || loose as f64 == count || rows || distinct)
            && picked.absent.is_none()
            && found + loose > 0
        {
            clause.settle(at);
            return Verdict::Held(lines(
                picked.with(if found as f64 == count { picked.every() } else { picked.strict }),
                index,
            ));
        }
        if surely && doc.shape == Shape::Records && !picked.terms.is_empty() && doc.table.is_none() {
            let figure =
                doc.records.iter().any(|record| record.figures.iter().any(|it| it.value == count && it.key.is_some()));
            if !figure || named {
                return Verdict::Wrong(format!("{} has {found} such lines, not {}", doc.name, count));
            }
        }
    }
    Verdict::Silent
}

/// Whether the picked records have this many different values of one field.
fn distinct(picked: &Picked<'_>, count: f64) -> bool {
    if picked.terms.is_empty() || count < 2.0 {
        return false;
    }
    let records: Vec<&Record> = picked.with(picked.every()).collect();
    let Some(first) = records.first() else { return false };
    first.fields.iter().take(20).any(|(key, value)| {
        let mut values: Vec<&str> = records.iter().filter_map(|record| field(record, key)).collect();
        values.sort_unstable();
        values.dedup();
        // Numbers and times differ by themselves.
        values.len() as f64 == count && values.len() < records.len() && !value.starts_with(|c: char| c.is_ascii_digit())
    })
}

fn field<'a>(record: &'a Record, key: &str) -> Option<&'a str> {
    record.fields.iter().find(|(own, _)| own == key).map(|(_, value)| value.as_str())
}

/// Whether the number at a place counts records: `Some(true)` when nothing else can be meant.
fn counted(clause: &Clause<'_>, at: usize) -> Option<bool> {
    const NOUNS: &str = " lines line records entries messages events errors failures warnings requests responses answers retries timeouts \
        times occasions handshakes attempts crashes restarts rejections exceptions calls queries connections misses hits requeues \
        kills evictions collections pauses spans steps instances terminations launches deploys deployments rollouts commits changes \
        alerts waits deadlocks drops flaps rows pods nodes jobs hosts servers services samples occurrences lookups probes checks ";
    let before = at.checked_sub(1).map_or("", |before| clause.word(before));
    if matches!(before, "from" | "to" | "by" | "at" | "line" | "above" | "below" | "over" | "than" | "under" | "–") {
        return None;
    }
    for next in at + 1..(at + 5).min(clause.tokens.len()) {
        match &clause.tokens[next] {
            Token::Word(word, _) if NOUNS.contains(&format!(" {word} ")) => {
                return Some(
                    !matches!(
                        word.as_str(),
                        "restarts" | "rows" | "connections" | "requests" | "hits" | "misses" | "messages" | "instances"
                    ) || next > at + 1,
                );
            }
            Token::Word(word, _) if matches!(word.as_str(), "of" | "per" | "for" | "in" | "and" | "at") => return None,
            Token::Word(word, _) if word.len() > 4 && word.ends_with('s') && !word.ends_with("ss") && next < at + 4 => {
                return Some(false);
            }
            Token::Word(..) | Token::Code(_) | Token::Quote(_) | Token::Ident(_) | Token::Number(_) => {}
            Token::Clock(_) | Token::Stop(_) => return None,
        }
    }
    None
}

/// `Only X is ...`, `X is the only pod still running`.
fn only(clause: &Clause<'_>, doc: &Doc, index: usize) -> Verdict {
    if doc.shape != Shape::Records
        || !clause.says(&["only", "sole", "solely", "exclusively"])
        || clause.says(&["not only", "only after", "only just", "only when", "only if"])
        || numeric_only(clause)
    {
        return Verdict::Silent;
    }
    let records: Vec<&Record> = doc.data().collect();
    let terms = clause.terms(0, clause.tokens.len());
    // The one that is meant: what stands right behind `only`, else the first name that picks records.
    let picks = |term: &&Term| (1..records.len()).contains(&records.iter().filter(|record| term.is_in(record)).count());
    let behind = clause.tokens.iter().position(|token| matches!(token, Token::Word(only, _) if only == "only"));
    let near = behind.and_then(|at| {
        clause.terms(at + 1, at + 3).into_iter().find(|term| !matches!(term, Term::Stem(_)) && picks(&term))
    });
    let Some(subject) =
        near.or_else(|| terms.iter().find(|term| !matches!(term, Term::Stem(_)) && picks(term)).cloned())
    else {
        return Verdict::Silent;
    };
    let others: Vec<Term> = terms.iter().filter(|term| **term != subject && picks(term)).cloned().collect();
    let mut found = Verdict::Silent;
    let with: Vec<&Record> =
        records.iter().filter(|record| others.iter().all(|term| term.is_in(record))).copied().collect();
    if !others.is_empty() && with.iter().any(|record| subject.is_in(record)) {
        if let Some(other) = with.iter().find(|record| !subject.is_in(record)) {
            return Verdict::Wrong(format!("{}:{} is another one", doc.name, other.line));
        }
        found = Verdict::Held(lines(with.into_iter(), index));
    } else if others.iter().any(|term| matches!(term, Term::Name(_))) {
        return Verdict::Wrong(format!("{} does not have them together", doc.name));
    }
    match compared(clause, doc, index, &subject) {
        Verdict::Silent => found,
        verdict => verdict,
    }
}

/// `Only four are left`: the number is what is only.
fn numeric_only(clause: &Clause<'_>) -> bool {
    let mut pairs = clause.tokens.windows(2);
    pairs.any(|pair| matches!(pair, [Token::Word(only, _), Token::Number(_)] if only == "only"))
}

/// `Only partition 0 is more than 1,000 behind`, `only X has a single consumer`: a column in which X alone fits.
fn compared(clause: &Clause<'_>, doc: &Doc, index: usize, subject: &Term) -> Verdict {
    let single = clause.says(&["single", "a single", "one", "just one"]).then_some((None, 1.0, None));
    let number = clause.open().into_iter().find(|(at, it)| !clause.is_code(*at) && it.unit.dim != Dim::Time);
    let number = number.map(|(at, it)| (Some(at), it.value, side(clause, at)));
    let nonzero = clause.says(&["non-zero", "nonzero"]).then_some((None, 0.0, Some(true)));
    let Some((at, value, above)) = nonzero.or(number).or(single) else { return Verdict::Silent };
    let fits = |number: f64| match above {
        Some(true) => number > value,
        Some(false) => number < value,
        None => number == value,
    };
    let spoken = |column: &String| {
        let words = super::words::stems(column);
        clause
            .terms(0, clause.tokens.len())
            .iter()
            .any(|term| matches!(term, Term::Stem(stem) if super::words::spoken_of(stem, &words)))
    };
    let all = columns(doc);
    let named: Vec<String> = all.iter().filter(|column| spoken(column)).cloned().collect();
    let candidates = if named.is_empty() { all } else { named };
    let unique = candidates.iter().any(|column| {
        let with: Vec<&Record> = doc.data().filter(|record| cell(record, column).is_some_and(fits)).collect();
        !with.is_empty() && with.iter().all(|record| subject.is_in(record))
    });
    if let Some(at) = at {
        clause.settle(at);
    }
    if unique {
        return Verdict::Held(lines(doc.data().filter(|record| subject.is_in(record)), index));
    }
    Verdict::Wrong(format!("in {} it is not the only one", doc.name))
}

/// `All lock waits were on seats`, `each fatal line complains about REGION`, `every 504 was returned after 30 seconds`.
fn all(clause: &Clause<'_>, doc: &Doc, index: usize) -> Verdict {
    let Some(start) = clause.tokens.iter().position(|token| matches!(token, Token::Word(word, _) if matches!(word.as_str(), "all" | "every" | "each" | "both" | "always" | "none"))) else {
        return Verdict::Silent;
    };
    if doc.shape != Shape::Records {
        return Verdict::Silent;
    }
    let before = start.checked_sub(1).map_or("", |at| clause.word(at));
    if matches!(before, "at" | "of" | "in" | "not" | "for" | "after" | "across" | "over") {
        return Verdict::Silent;
    }
    let verb = (start + 1..clause.tokens.len())
        .find(|at| VERBS.contains(&format!(" {} ", clause.word(*at))))
        .unwrap_or_else(|| {
            (start + 1..clause.tokens.len())
                .find(|at| !clause.terms(*at, at + 1).is_empty())
                .map_or(clause.tokens.len(), |at| at + 1)
        });
    let none = clause.word(start) == "none";
    let mut subject = clause.terms(start + 1, verb);
    if subject.is_empty() {
        subject = clause.terms(0, start);
    }
    let known = subject.iter().any(|term| doc.data().any(|record| term.is_in(record)));
    let domain = Picked::new(doc, &subject);
    let members: Vec<&Record> = domain.with(domain.every()).collect();
    let predicate = clause.terms(verb, clause.tokens.len());
    let anywhere = |term: &&Term| doc.data().any(|record| term.is_in(record));
    let wanted: Vec<&Term> = predicate.iter().filter(|term| !matches!(term, Term::Stem(_)) || anywhere(term)).collect();
    let numbers: Vec<(usize, &Quantity)> =
        clause.open().into_iter().filter(|(at, _)| *at > verb && !clause.is_code(*at)).collect();
    let count = clause
        .open()
        .into_iter()
        .find(|(at, it)| *at > start && *at < verb && it.whole().is_some() && !clause.is_code(*at));
    let listed = doc.table.is_some()
        || doc.data().any(|record| record.figures.iter().any(|it| it.key.as_deref() == Some("value")));
    if members.is_empty() || !(known || listed) {
        return Verdict::Silent;
    }
    if wanted.is_empty() && numbers.is_empty() {
        return possessed(clause, doc, index, verb, &members);
    }
    if let Some((at, said)) = count {
        if said.value != members.len() as f64
            && doc.records.iter().any(|record| record.figures.iter().any(|it| it.is(said)))
        {
            return Verdict::Silent;
        }
        clause.settle(at);
        if said.value != members.len() as f64 {
            return Verdict::Wrong(format!("{} has {} of them, not {}", doc.name, members.len(), said.written));
        }
    }
    let fits = |record: &Record| {
        let terms = wanted.iter().all(|term| term.is_in(record) || doc.about.contains(text_of(term)));
        let numbers = numbers.iter().all(|(at, said)| match side(clause, *at) {
            Some(true) => record.figures.iter().any(|it| it.shown_in(said.unit).iter().any(|it| *it > said.value)),
            Some(false) => record.figures.iter().any(|it| it.shown_in(said.unit).iter().any(|it| *it < said.value)),
            None => record.figures.iter().any(|it| it.is(said)),
        });
        terms && numbers
    };
    if let Some(other) = members.iter().find(|record| fits(record) == none) {
        return Verdict::Wrong(format!("{}:{} is another one", doc.name, other.line));
    }
    for (at, _) in numbers {
        clause.settle(at);
    }
    Verdict::Held(lines(members.into_iter(), index))
}

/// `Every queue has a consumer`: a column that the words name, above zero in every row.
fn possessed(clause: &Clause<'_>, doc: &Doc, index: usize, verb: usize, members: &[&Record]) -> Verdict {
    if !matches!(clause.word(verb), "has" | "have" | "had") {
        return Verdict::Silent;
    }
    let terms = clause.terms(verb, clause.tokens.len());
    let named = |column: &&String| {
        terms.iter().any(|term| matches!(term, Term::Stem(word) if super::words::stem(column) == word))
    };
    let all = columns(doc);
    let Some(column) = all.iter().find(named) else { return Verdict::Silent };
    match members.iter().find(|record| cell(record, column).is_some_and(|value| value <= 0.0)) {
        Some(other) => Verdict::Wrong(format!("{}:{} has none", doc.name, other.line)),
        None => Verdict::Held(lines(members.iter().copied(), index)),
    }
}

/// Verbs that end the subject of a sentence.
const VERBS: &str = " is are was were has have had come comes came goes go went complain complains complained returned return returns use uses used \
    hit hits ended end ends fail fails failed took take takes show shows showed carry carries stem stems point points pointed mention mentions \
    name names named run runs ran belong belongs concern concerns affect affects originate originates sit sits lie lies stayed stay stays \
    happen happens happened occur occurs occurred report reports reported say says said carried bear bears bore contain contains got get gets target targets targeted exceed exceeds exceeded ";

fn text_of(term: &Term) -> &str {
    match term {
        Term::Name(text) | Term::Code(text) | Term::Stem(text) => text,
    }
}

fn settle(clause: &Clause<'_>, one: Option<usize>, other: Option<usize>) {
    for at in [one, other].into_iter().flatten() {
        clause.settle(at);
    }
}

/// The lines of records as places.
pub fn lines<'a>(records: impl Iterator<Item = &'a Record>, doc: usize) -> Vec<Place> {
    records.map(|record| Place { doc, first: record.line, last: record.line }).take(200).collect()
}

/// All cited lines as one place.
pub fn whole(doc: &Doc, index: usize) -> Vec<Place> {
    let last = doc.records.last().map_or(doc.first, |record| record.line);
    vec![Place { doc: index, first: doc.first, last }]
}
