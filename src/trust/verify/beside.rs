//! What no other check has settled: names must stand in the cited lines, numbers and times beside the names they are said
//! of, and quotations word for word.

use super::clause::{Clause, Place, Verdict, folded_name, shown};
use super::figure::Figure;
use super::read::{Doc, Record, Shape, fold, unescaped};
use super::token::{Quantity, Token};
use super::unit::Dim;
use super::way::side;
use super::words::holds_whole;

/// Whether every quotation and every name of the clause stands in the cited places.
pub fn names(clause: &Clause<'_>) -> Verdict {
    let mut places = Vec::new();
    for (at, token) in clause.tokens.iter().enumerate() {
        match token {
            Token::Quote(text) => match quoted(clause, text) {
                Some(place) => places.push(place),
                None => return Verdict::Wrong(format!("{} not hold \"{}\"", does(clause), shortened(text))),
            },
            Token::Code(name) | Token::Ident(name) if !named(clause, at, name) => {
                return Verdict::Wrong(format!("{} not hold \"{}\"", does(clause), shortened(name)));
            }
            _ => {}
        }
    }
    if places.is_empty() { Verdict::Silent } else { Verdict::Held(places) }
}

fn named(clause: &Clause<'_>, at: usize, name: &str) -> bool {
    let lower = unescaped(&fold(std::iter::once(name))).to_lowercase();
    let lower = lower.trim_end_matches(['.', ',', ';', ':', '!', '?']);
    if lower.is_empty() || !lower.chars().any(char::is_alphanumeric) {
        return true;
    }
    let holds = |name: &str| clause.docs.iter().any(|doc| doc.holds_name(name));
    if holds(lower) || folded_name(lower).is_some_and(|name| holds(&name)) {
        return true;
    }
    // `metric{label="x"}` and `a.b(c)` hold when each of their parts does.
    let parts: Vec<&str> = lower
        .split(['{', '}', '"', '=', ',', ' ', '(', ')', '~', '…'])
        .flat_map(|part| part.split("..."))
        .filter(|part| !part.is_empty())
        .collect();
    let code = matches!(clause.tokens.get(at), Some(Token::Code(_)));
    if code && parts.len() > 1 && parts.iter().all(|part| holds(part)) {
        return clause.docs.iter().any(|doc| {
            doc.records.iter().any(|record| {
                parts.iter().all(|part| holds_whole(&record.lower, part) || holds_whole(&doc.about, part))
            })
        });
    }
    // `client.go:157`: the file, and its line as code is printed or as a trace says it.
    if let Some((file, line)) =
        lower.rsplit_once(':').filter(|(_, line)| line.bytes().all(|b| b.is_ascii_digit()) && !line.is_empty())
    {
        return holds(file) && numbered(clause, line).is_some();
    }
    // A date beside a time is compared with the times.
    if lower.len() == 10 && lower.bytes().filter(|byte| *byte == b'-').count() == 2 {
        return clause.docs.iter().any(|doc| doc.instants().any(|(at, _)| day(at) == lower));
    }
    !code
        && lower.split(['/', '-', '.']).all(|part| !part.bytes().any(|byte| byte.is_ascii_digit()) || holds(part))
        && lower.split(['/', '-']).all(holds)
}

fn day(second: i64) -> String {
    jiff::Timestamp::from_second(second).map_or(String::new(), |at| at.to_string().chars().take(10).collect())
}

/// The record of a numbered line of code.
pub fn numbered<'a>(clause: &Clause<'a>, line: &str) -> Option<&'a Record> {
    let starts = |record: &&Record| record.lower.trim_start().split(|c: char| !c.is_ascii_digit()).next() == Some(line);
    let said = |record: &&Record| {
        holds_whole(&record.lower, &format!("line {line}")) || holds_whole(&record.lower, &format!(":{line}"))
    };
    clause.docs.iter().find_map(|doc| doc.records.iter().find(|record| starts(record) || said(record)))
}

/// Where the quotation stands, each part between ellipses word for word, the sentence's own stop at its end aside.
fn quoted(clause: &Clause<'_>, text: &str) -> Option<Place> {
    let parts: Vec<String> = text
        .split("...")
        .flat_map(|part| part.split('…'))
        .map(|part| fold(std::iter::once(part)))
        .filter(|part| !part.is_empty())
        .collect();
    let held = |doc: &Doc, part: &str| {
        let bare = part.trim_end_matches(['.', ',', ';', ':', '!', '?']);
        doc.holds_text(part) || (!bare.is_empty() && doc.holds_text(bare))
    };
    clause.docs.iter().enumerate().find(|(_, doc)| parts.iter().all(|part| held(doc, part))).map(|(index, doc)| {
        let lower = parts.first().map(|part| part.to_lowercase()).unwrap_or_default();
        let line = doc
            .records
            .iter()
            .find(|record| record.lower.contains(lower.trim_end_matches(['.', ','])))
            .map_or(doc.first, |record| record.line);
        Place { doc: index, first: line, last: line }
    })
}

/// Numbers and times that no other check has settled.
pub fn numbers(clause: &Clause<'_>) -> Verdict {
    let mut places = Vec::new();
    for (at, said) in clause.open() {
        match number(clause, at, said) {
            Ok(found) => places.extend(found),
            Err(why) => return Verdict::Wrong(why),
        }
        clause.settle(at);
    }
    for (at, clock) in clause.clocks() {
        if clause.settled(at) {
            continue;
        }
        let mut fits: Vec<(usize, u32)> = Vec::new();
        for (index, doc) in clause.docs.iter().enumerate() {
            fits.extend(doc.instants().filter(|(second, _)| clock.holds(*second)).map(|(_, line)| (index, line)));
        }
        if fits.is_empty() {
            let window = clause
                .docs
                .iter()
                .any(|doc| doc.window.is_some_and(|(start, end)| clock.holds(start) || clock.holds(end)));
            if window {
                continue;
            }
            return Verdict::Wrong(format!(
                "{} no time {}",
                if clause.docs.len() > 1 { "the citations have" } else { "it has" },
                clock.written
            ));
        }
        let fitting = |index: usize, record: &Record| fits.contains(&(index, record.line));
        match beside(clause, at, &fitting) {
            Some(true) | None => {
                places.extend(fits.iter().take(1).map(|(doc, line)| Place { doc: *doc, first: *line, last: *line }))
            }
            Some(false) => return Verdict::Wrong(format!("{} is the time of something else", clock.written)),
        }
    }
    if places.is_empty() { Verdict::Silent } else { Verdict::Held(places) }
}

fn number(clause: &Clause<'_>, at: usize, said: &Quantity) -> Result<Vec<Place>, String> {
    let side = side(clause, at);
    let fits = |figure: &super::figure::Figure| {
        figure.is(said)
            || side.is_some_and(|above| {
                figure.shown_in(said.unit).iter().any(|it| {
                    if above {
                        *it > said.value && *it < said.value * 3.0
                    } else {
                        *it < said.value && *it * 3.0 > said.value
                    }
                })
            })
    };
    let code = said.whole().is_some().then(|| said.written.replace(',', ""));
    let holds = |record: &Record| {
        record.figures.iter().any(fits)
            || code
                .as_ref()
                .is_some_and(|code| !said.word && holds_whole(&record.lower, code) && said.unit.dim == Dim::Plain)
    };
    let mut places = Vec::new();
    for (index, doc) in clause.docs.iter().enumerate() {
        places.extend(doc.records.iter().filter(|record| holds(record)).map(|record| Place {
            doc: index,
            first: record.line,
            last: record.line,
        }));
        places.extend(doc.series.iter().flat_map(|series| {
            series.samples.iter().filter(|it| series.figure(it.value).is(said)).map(move |it| Place {
                doc: index,
                first: it.line,
                last: it.line,
            })
        }));
    }
    if places.is_empty() {
        return derived(clause, at, said);
    }
    if let Some(other) = named_otherwise(clause, at, said) {
        return Err(other);
    }
    let fitting = |index: usize, record: &Record| {
        holds(record) && places.iter().any(|place| place.doc == index && place.first == record.line)
    };
    // The whole of `8 of the 8.4 s` belongs to something larger than the name.
    let whole = at > 1 && (clause.word(at - 1) == "of" || clause.word(at - 2) == "of" && clause.word(at - 1) == "the");
    if !whole && beside(clause, at, &fitting) == Some(false) {
        return Err(match told_of(clause, at, said) {
            Some((name, value)) => format!("{name} says {value}, not {}", said.written),
            None => format!("{} stands beside something else", said.written),
        });
    }
    places.truncate(5);
    Ok(places)
}

/// The reason when the words behind the number name a field of the evidence that holds other numbers only.
fn named_otherwise(clause: &Clause<'_>, at: usize, said: &Quantity) -> Option<String> {
    if said.unit.dim != Dim::Plain {
        return None;
    }
    // `exit code 137`: the name stands before the number.
    let words: Vec<usize> = if clause.is_code(at) && at > 0 {
        vec![at - 1]
    } else {
        let of_it = |next: &usize| matches!(clause.tokens.get(*next), Some(Token::Word(word, _)) if !matches!(word.as_str(), "of" | "in" | "on" | "for" | "with" | "from" | "at" | "by"));
        (at + 1..at + 5).take_while(of_it).collect()
    };
    let mut other = None;
    for word in words.into_iter().map(|at| clause.word(at)) {
        if word.len() < 4 || super::words::is_common(word) || super::clause::is_meta(word) {
            continue;
        }
        let noun = super::words::stem(word);
        let named = |figure: &&Figure| {
            figure.key.as_ref().is_some_and(|key| super::words::stems(key).iter().any(|it| it == noun))
        };
        let records = clause.docs.iter().copied().flat_map(|doc| doc.records.iter().map(move |record| (doc, record)));
        let figures: Vec<(&Doc, &Record, &Figure)> = records
            .flat_map(|(doc, record)| record.figures.iter().filter(named).map(move |it| (doc, record, it)))
            .collect();
        if let Some((doc, record, figure)) = figures.first() {
            let beside = |record: &Record| {
                record.stems.iter().any(|it| it == noun) && record.figures.iter().any(|it| it.is(said))
            };
            let held = figures.iter().any(|(_, _, it)| it.is(said))
                || clause.docs.iter().any(|doc| doc.records.iter().any(beside));
            other = (!held).then(|| {
                format!(
                    "{}:{} says {}, not {}",
                    doc.name.split(':').next().unwrap_or_default(),
                    record.line,
                    shown(figure.value),
                    said.written
                )
            });
        }
    }
    other
}

/// What the record of the nearest name says instead.
fn told_of(clause: &Clause<'_>, at: usize, said: &Quantity) -> Option<(String, String)> {
    let anchors = anchors(clause, at);
    let (_, name) = anchors.first()?;
    let (doc, record) = clause
        .docs
        .iter()
        .find_map(|doc| doc.records.iter().find(|record| record.holds_name(name)).map(|record| (doc, record)))?;
    let value =
        record.figures.iter().filter(|it| it.unit.dim == said.unit.dim).flat_map(|it| it.shown_in(said.unit)).next()?;
    Some((format!("{}:{}", doc.name.split(':').next().unwrap_or_default(), record.line), shown(value)))
}

/// The names of the clause that tell records apart, the one nearest before the place first.
fn anchors(clause: &Clause<'_>, at: usize) -> Vec<(usize, String)> {
    let tells = |name: &String| {
        let of = |doc: &&Doc| {
            let count = doc.records.iter().filter(|record| record.holds_name(name)).count();
            count > 0 && count < doc.records.len() && !holds_whole(&doc.about, name)
        };
        clause.docs.iter().any(of)
    };
    let mut found: Vec<(usize, String)> = clause.names().into_iter().filter(|(_, name)| tells(name)).collect();
    for (index, token) in clause.tokens.iter().enumerate() {
        if let Token::Number(number) = token
            && clause.is_code(index)
            && index != at
            && tells(&number.written)
        {
            found.push((index, number.written.clone()));
        }
    }
    // A name behind a comma, or behind another number, belongs to that.
    let parted = |place: usize| {
        place > at
            && clause.tokens[at + 1..place].iter().any(|token| matches!(token, Token::Stop(_) | Token::Number(_)))
    };
    found.retain(|(place, _)| !parted(*place));
    found.sort_by_key(|(place, _)| if *place < at { at - place } else { (place - at) * 2 });
    found
}

/// Whether a fitting record also holds a name of the clause; `None` when no name tells records apart.
fn beside(clause: &Clause<'_>, at: usize, fitting: &dyn Fn(usize, &Record) -> bool) -> Option<bool> {
    let anchors = anchors(clause, at);
    if anchors.is_empty() {
        return None;
    }
    for (index, doc) in clause.docs.iter().enumerate() {
        for (position, record) in doc.records.iter().enumerate() {
            if !fitting(index, record) {
                continue;
            }
            let near: &[Record] = match doc.shape {
                Shape::Records => std::slice::from_ref(record),
                // Parts of one text belong together over a few lines.
                Shape::Block => &doc.records[position.saturating_sub(8)..(position + 9).min(doc.records.len())],
            };
            let there = |name: &String| near.iter().any(|record| record.holds_name(name));
            // A name that this place does not know at all was said of another place.
            let of_doc = anchors.iter().filter(|(_, name)| doc.records.iter().any(|record| record.holds_name(name)));
            let mut of_doc = of_doc.peekable();
            let unknown = of_doc.peek().is_none();
            if unknown || of_doc.any(|(_, name)| there(name)) {
                return Some(true);
            }
        }
    }
    Some(false)
}

/// A number that follows from those that stand there: a difference, a sum, a ratio, a count of lines.
fn derived(clause: &Clause<'_>, at: usize, said: &Quantity) -> Result<Vec<Place>, String> {
    let digits = said.written.split(' ').next().unwrap_or_default();
    let absent = || format!("{} not hold {digits}", does(clause));
    let lines = clause.docs.iter().map(|doc| doc.data().count()).sum::<usize>();
    let counted =
        matches!(clause.word(at + 1), "lines" | "line" | "records" | "entries" | "messages" | "samples" | "events");
    let before = at.checked_sub(1).map_or("", |at| clause.word(at));
    let listed = said.word
        && matches!(before, "the" | "all")
        && clause.docs.iter().any(|doc| said.whole() == Some(doc.data().count()));
    if (counted && said.whole() == Some(lines)) || listed {
        return Ok(Vec::new());
    }
    const LASTING: [&str; 24] = [
        "took", "takes", "taken", "lasted", "lasts", "for", "apart", "later", "between", "within", "stood", "stayed",
        "ran", "span", "spans", "long", "lasting", "over", "gap", "during", "elapsed", "until", "before", "after",
    ];
    let stamped =
        clause.docs.iter().any(|doc| doc.records.iter().any(|it| it.figures.iter().any(|it| it.unit.dim == Dim::Time)));
    let lasting = clause.says(&LASTING) && !(stamped && clause.says(&["after"]) && !said.about);
    if said.unit.dim == Dim::Time && lasting && gap(clause, said) {
        return Ok(Vec::new());
    }
    if added(clause, at, said) {
        return Ok(Vec::new());
    }
    let others: Vec<f64> = clause
        .tokens
        .iter()
        .enumerate()
        .filter_map(|(other, token)| match token {
            Token::Number(number)
                if other != at
                    && (number.unit.dim == said.unit.dim
                        || said.unit.dim == Dim::Percent
                        || number.whole().is_some()) =>
            {
                Some(number.base())
            }
            _ => None,
        })
        .collect();
    let wanted = said.base();
    let near = |value: f64| (value - wanted).abs() <= said.room() * said.unit.factor;
    let made = others.iter().enumerate().any(|(i, one)| {
        others.iter().enumerate().any(|(j, other)| {
            let pair = i != j
                && (near(one - other)
                    || near(one + other)
                    || near(one * other)
                    || (*other != 0.0 && said.unit.dim == Dim::Percent && near(one / other * 100.0)));
            pair || (i != j && *other != 0.0 && said.unit.dim == Dim::Plain && near(one / other))
        })
    });
    if made {
        return Ok(Vec::new());
    }
    if clause.says(&[
        "left",
        "remain",
        "remains",
        "remaining",
        "elsewhere",
        "other",
        "rest",
        "free",
        "difference",
        "apart",
        "more than",
        "fewer than",
        "less than",
        "in use",
        "headroom",
        "short",
        "others",
        "ahead",
        "behind",
        "gap",
        "together",
        "combined",
        "per",
        "now out",
        "after",
    ]) && pairs(clause, said, &near)
    {
        return Ok(Vec::new());
    }
    // Small number words often count things that stand there by name.
    if said.word && said.value <= 3.0 && said.unit.dim == Dim::Plain {
        let names = clause.names().len() as f64;
        if names == said.value || (said.value == 1.0) {
            return Ok(Vec::new());
        }
    }
    Err(absent())
}

/// Whether the number is the sum of what the records of the nearest name hold under the noun behind it.
fn added(clause: &Clause<'_>, at: usize, said: &Quantity) -> bool {
    let noun = super::words::stem(clause.word(at + 1));
    let anchors = anchors(clause, at);
    let Some((_, name)) = anchors.first().filter(|_| noun.len() > 3) else { return false };
    let records = clause.docs.iter().flat_map(|doc| &doc.records).filter(|record| record.holds_name(name));
    let named =
        |figure: &&Figure| figure.key.as_ref().is_some_and(|key| super::words::stems(key).iter().any(|it| it == noun));
    let values: Vec<f64> = records.filter_map(|record| record.figures.iter().find(named)).map(|it| it.value).collect();
    values.len() > 1 && (values.iter().sum::<f64>() - said.value).abs() <= said.room()
}

/// Whether two times of the citations lie that far apart.
fn gap(clause: &Clause<'_>, said: &Quantity) -> bool {
    let mut all: Vec<i64> = clause.docs.iter().flat_map(|doc| doc.instants().map(|(at, _)| at).take(5000)).collect();
    all.sort_unstable();
    all.dedup();
    let room = if said.about { 20.5 } else { (said.half * said.unit.factor).max(1.0) };
    said.base() >= 1.0
        && all.iter().any(|at| {
            let first = all.partition_point(|other| ((other - at) as f64) < said.base() - room);
            all.get(first).is_some_and(|other| (other - at) as f64 <= said.base() + room)
        })
}

/// Whether two numbers that stand there differ by, or add up to, the one said.
fn pairs(clause: &Clause<'_>, said: &Quantity, near: &dyn Fn(f64) -> bool) -> bool {
    let mut values: Vec<f64> = Vec::new();
    for doc in &clause.docs {
        let of = |dim: Dim| move |it: &&super::figure::Figure| it.unit.dim == dim;
        values.extend(
            doc.records
                .iter()
                .take(200)
                .flat_map(|record| record.figures.iter().filter(of(said.unit.dim)))
                .map(|it| it.value * it.unit.factor)
                .take(200),
        );
    }
    values.truncate(200);
    values.iter().enumerate().any(|(i, one)| {
        values
            .iter()
            .enumerate()
            .any(|(j, other)| i != j && (near(one - other) || near(one + other) || near(one * other)))
    })
}

/// `E4 does`, `E2 and E5 do`.
pub fn does(clause: &Clause<'_>) -> String {
    let names: Vec<&str> = clause.docs.iter().map(|doc| doc.name.as_str()).collect();
    match names.as_slice() {
        [one] => format!("{one} does"),
        [first @ .., last] => format!("{} and {last} do", first.join(", ")),
        [] => "the evidence does".to_owned(),
    }
}

/// A text that fits beside a sentence.
pub fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 {
        return text.to_owned();
    }
    format!("{}...", text.chars().take(57).collect::<String>())
}
