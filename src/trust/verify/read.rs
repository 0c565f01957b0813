//! What the cited lines hold, taken apart once: records with their fields, numbers and times, tables, series. `mod` reads
//! each cited place, the checks compare claims with it.

use crate::domain::{Evidence, EvidenceKind, Locator, time};

use super::figure::{Figure, figures};
use super::instant::{Instant, instants};
use super::series::{self, Series};
use super::table::{self, Table};
use super::unit::Unit;
use super::words::{holds_whole, stems};

/// Records taken apart of one citation; later lines are compared as text only.
const MOST_RECORDS: usize = 4000;

/// One cited place.
#[derive(Clone, Debug)]
pub struct Doc {
    /// The citation, as it is written.
    pub name: String,
    /// The first cited line, counted from 1.
    pub first: u32,
    /// What it is.
    pub kind: EvidenceKind,
    /// The cited lines, blanks folded, then source and query.
    pub text: String,
    /// The same with JSON escapes of quotes undone, in lower case.
    pub lower: String,
    /// Source, query and heading lines, in lower case: what is true of every record.
    pub about: String,
    /// Its lines, or objects, that are not blank.
    pub records: Vec<Record>,
    /// Samples with times.
    pub series: Vec<Series>,
    /// Rows and columns.
    pub table: Option<Table>,
    /// First and last second of the evidence's window.
    pub window: Option<(i64, i64)>,
    /// Stems of everything in it.
    pub stems: Vec<String>,
    /// Whether its lines are records of their own kind each, rather than parts of one text.
    pub shape: Shape,
}

/// How the lines of a citation belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Each line stands for itself: logs, rows, spans.
    Records,
    /// Lines are parts of one thing: code, a difference, a description.
    Block,
}

/// A line, or an object over several lines.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its line, counted from 1 in the evidence.
    pub line: u32,
    /// Lower case, JSON escapes undone.
    pub lower: String,
    /// Names and values, both in lower case.
    pub fields: Vec<(String, String)>,
    /// Its numbers outside times.
    pub figures: Vec<Figure>,
    /// Its times.
    pub instants: Vec<Instant>,
    /// Stems of its words.
    pub stems: Vec<String>,
    /// What a difference does with it.
    pub sign: Sign,
}

/// What a line of a difference does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Stays.
    Kept,
    /// Comes.
    Added,
    /// Goes.
    Removed,
    /// Changes in place.
    Changed,
}

impl Doc {
    /// Reads the lines that the locator names; `None` when they are not there.
    pub fn read(evidence: &Evidence, locator: &Locator) -> Option<Self> {
        let lines = evidence.slice(locator)?;
        let first = locator.lines.map_or(1, |(first, _)| first);
        let start = evidence.window.map(|window| window.start);
        let year = start.map_or(1970, |at| at.to_zoned(jiff::tz::TimeZone::UTC).year());
        let name = locator.to_string().trim_matches(['[', ']']).to_owned();
        let whole: Vec<&str> = evidence.text.as_str().lines().collect();
        let table = table::read(&whole, first as usize, lines.len());
        let heading = |line: &&&str| line.starts_with('#') && !line.starts_with("#\t") || line.contains("\"metric\":");
        let headings = whole.iter().filter(heading).take(20).copied();
        let about = [&*evidence.source, evidence.kind.word(), &*evidence.query].into_iter().chain(headings);
        let mut about = unescaped(&fold(about)).to_lowercase();
        for name in table.iter().flat_map(|table| &table.header) {
            about.push(' ');
            about.push_str(&name.to_lowercase());
        }
        let words = lines.iter().copied().chain([&*evidence.source, evidence.kind.word(), &*evidence.query]);
        let dates: Vec<String> =
            evidence.window.iter().flat_map(|w| [time::stamp(w.start), time::stamp(w.end)]).collect();
        let text = fold(words.chain(dates.iter().map(String::as_str)));
        let difference =
            lines.iter().any(|line| line.starts_with("@@") || line.starts_with("--- ") || line.starts_with("+++ "))
                || matches!(evidence.kind, EvidenceKind::Change)
                    && lines.iter().any(|line| line.trim_start().starts_with(['~', '+', '-']));
        let mut doc = Doc {
            first,
            kind: evidence.kind,
            lower: unescaped(&text).to_lowercase(),
            stems: stems(&format!("{text} {about}")),
            text,
            about,
            records: records(&lines, first, year, difference),
            series: series::read(&lines, first, &evidence.query),
            window: evidence.window.map(|window| (window.start.as_second(), window.end.as_second())),
            shape: Shape::Block,
            table,
            name,
        };
        doc.tabulate();
        doc.date(start.map(|at| at.as_second()));
        doc.shape = doc.shaped(difference);
        Some(doc)
    }

    /// Gives the cells of rows to their records as fields.
    fn tabulate(&mut self) {
        let Some(table) = &self.table else { return };
        for row in &table.rows {
            let Some(record) = self.records.iter_mut().find(|record| record.line == row.line) else { continue };
            let cells = table.header.iter().zip(&row.cells);
            record.fields.extend(cells.map(|(name, cell)| (name.to_lowercase(), cell.to_lowercase())));
            for (name, cell) in table.header.iter().zip(&row.cells) {
                if let Some(mut figure) = table::number(cell) {
                    record.figures.retain(|other| !(other.key.is_none() && other.value == figure.value));
                    let bracket = name.split(['[', '(']).nth(1).map(|unit| unit.trim_end_matches([']', ')']));
                    if figure.unit == Unit::PLAIN {
                        let named = bracket.and_then(Unit::named).or_else(|| Unit::of_key(&name.to_lowercase()));
                        figure.unit =
                            named.or_else(|| name.ends_with('%').then_some(Unit::PERCENT)).unwrap_or(Unit::PLAIN);
                    }
                    figure.key = Some(name.to_lowercase());
                    record.figures.push(figure);
                }
            }
        }
    }

    /// Gives times without a date the day of the window that they lie nearest to.
    fn date(&mut self, start: Option<i64>) {
        let Some(start) = start else { return };
        let midnight = start - start.rem_euclid(86_400);
        for at in self.records.iter_mut().flat_map(|record| &mut record.instants).filter(|at| !at.dated) {
            let days = [-86_400, 0, 86_400].map(|day| midnight + at.second.rem_euclid(86_400) + day);
            at.second = days.into_iter().min_by_key(|day| (day - start).abs()).unwrap_or(at.second);
        }
    }

    fn shaped(&self, difference: bool) -> Shape {
        let timed = self.records.iter().filter(|record| !record.instants.is_empty()).count();
        let fielded = self.records.iter().filter(|record| record.fields.len() >= 2).count();
        let vectors = self
            .records
            .iter()
            .filter(|record| record.figures.iter().any(|it| it.key.as_deref() == Some("value")))
            .count();
        let many = |count: usize| count >= 2 && count * 2 >= self.records.len();
        let records = self.table.is_some()
            || many(timed)
            || many(fielded)
            || many(vectors)
            || (self.kind == EvidenceKind::Trace && self.records.len() > 1);
        if records && !difference { Shape::Records } else { Shape::Block }
    }

    /// Whether the text stands there word for word, blanks folded.
    pub fn holds_text(&self, folded: &str) -> bool {
        self.text.contains(folded) || unescaped(&self.text).contains(folded)
    }

    /// Whether the name stands there as a whole, in any case; `key=value` also where it is written another way.
    pub fn holds_name(&self, name: &str) -> bool {
        holds_whole(&self.lower, name) || self.records.iter().any(|record| record.holds_name(name))
    }

    /// All instants, with the line of each.
    pub fn instants(&self) -> impl Iterator<Item = (i64, u32)> + '_ {
        let records = self.records.iter().flat_map(|record| record.instants.iter().map(|at| (at.second, record.line)));
        records.chain(self.series.iter().flat_map(|series| series.samples.iter().map(|it| (it.at, it.line))))
    }

    /// Records that are data: no rulers, no heading.
    pub fn data(&self) -> impl Iterator<Item = &Record> {
        let header = self.table.as_ref().map(|table| (table.heading, !table.rows.is_empty()));
        self.records.iter().filter(move |record| match (&self.table, header) {
            (Some(table), Some((_, true))) => table.rows.iter().any(|row| row.line == record.line),
            (Some(_) | None, _) => record.lower.chars().any(char::is_alphanumeric) && !record.lower.starts_with('#'),
        })
    }
}

impl Record {
    /// Whether the name stands in the record, as text or as `key=value` of its fields.
    pub fn holds_name(&self, name: &str) -> bool {
        if holds_whole(&self.lower, name) {
            return true;
        }
        let Some((key, value)) = name.split_once(['=', ':']).map(|(k, v)| (k.trim(), v.trim().trim_matches('"')))
        else {
            return false;
        };
        self.fields.iter().any(|(own, held)| own == key && held == value)
    }
}

/// Words with single blanks between them.
pub fn fold<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    let mut folded = String::new();
    for word in parts.flat_map(str::split_whitespace) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
}

/// The text with JSON escapes of quotes undone.
pub fn unescaped(text: &str) -> String {
    if text.contains('\\') { text.replace("\\\"", "\"").replace("\\\\", "\\") } else { text.to_owned() }
}

fn records(lines: &[&str], first: u32, year: i16, difference: bool) -> Vec<Record> {
    // A pretty-printed object is one record: its lines mean nothing apart.
    let object = lines.first().is_some_and(|line| line.trim() == "{") && lines.len() > 1;
    if object {
        let mut whole = record(&lines.join("\n"), first, year, false);
        whole.sign = Sign::Kept;
        return vec![whole];
    }
    let numbered = lines.iter().zip(first..).filter(|(line, _)| !line.trim().is_empty());
    numbered.take(MOST_RECORDS).map(|(line, number)| record(line, number, year, difference)).collect()
}

fn record(line: &str, number: u32, year: i16, difference: bool) -> Record {
    let plain = unescaped(line);
    let found = instants(&plain, year);
    let spans: Vec<_> = found.iter().map(|instant| instant.span.clone()).collect();
    let sign = match line.trim_start().chars().next() {
        Some('+') if difference && !line.starts_with("+++") => Sign::Added,
        Some('-') if difference && !line.starts_with("---") => Sign::Removed,
        Some('~') if difference => Sign::Changed,
        Some(_) | None => Sign::Kept,
    };
    let mut figures = figures(&plain, &spans);
    // A sample of an instant vector: labels, then the value.
    let vector = plain.contains('{')
        && plain.contains('}')
        && plain.rsplit('}').next().is_some_and(|rest| rest.trim().parse::<f64>().is_ok());
    if let Some(value) = figures.last_mut().filter(|_| vector) {
        value.key = Some("value".to_owned());
    }
    Record {
        line: number,
        fields: fields(&plain),
        figures,
        instants: found,
        stems: stems(&plain),
        lower: plain.to_lowercase(),
        sign,
    }
}

/// `key=value`, `key="two words"`, `"key": value`, `Key: value` of a line.
fn fields(line: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for captured in pattern().captures_iter(line).take(100) {
        let text = |name: &str| captured.name(name).map(|part| part.as_str().to_lowercase());
        let key = text("json").or_else(|| text("key")).or_else(|| text("colon"));
        let value = text("quoted").or_else(|| text("bare")).or_else(|| text("rest"));
        found.extend(key.zip(value.map(|value| value.trim().to_owned())));
    }
    found
}

fn pattern() -> &'static regex::Regex {
    static PATTERN: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "a constant pattern; the tests compile it")]
        regex::Regex::new(concat!(
            r#"(?:"(?P<json>[\w.@/-]+)"\s*:\s*|(?P<key>[A-Za-z_][\w.@/-]*)\s?=\s?)"#,
            r#"(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s",;{}\[\]]+))"#,
            r#"|^[\s~+-]*(?P<colon>[A-Za-z][\w /.-]{0,40}):\s+(?P<rest>\S.*)$"#,
        ))
        .expect("the pattern is valid")
    });
    &PATTERN
}
