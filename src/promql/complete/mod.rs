//! How a half-typed expression goes on: metrics, functions, labels and their values, durations, operators, by the place of
//! the cursor. Called by the PromQL input at every key.

mod place;
mod rank;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub use place::Place;
use place::{Operand, place};
use rank::{Ranked, rank};

use super::functions::{self, Function};
use crate::domain::CleanText;
use crate::domain::catalog::{MetricInfo, MetricKind};

/// Items of one completion, at most.
pub const MOST: usize = 40;

/// Durations that people ask for.
const DURATIONS: [(&str, &str); 9] = [
    ("5m", "five minutes"),
    ("1m", "a minute"),
    ("30s", "half a minute"),
    ("10m", "ten minutes"),
    ("15m", "a quarter of an hour"),
    ("1h", "an hour"),
    ("6h", "six hours"),
    ("1d", "a day"),
    ("7d", "a week"),
];
/// What follows a value.
const BEHIND: [(&str, &str); 17] = [
    ("/", "divided by"),
    ("*", "times"),
    ("+", "plus"),
    ("-", "minus"),
    (">", "keeps what is above"),
    (">=", "keeps what is at least"),
    ("<", "keeps what is below"),
    ("<=", "keeps what is at most"),
    ("==", "keeps what equals"),
    ("!=", "keeps what differs"),
    ("and", "left, where right has a series too"),
    ("or", "left, and right where left has none"),
    ("unless", "left, where right has no series"),
    ("offset", "as it was so long ago: offset 1h"),
    ("@", "as it was at a time: @ end()"),
    ("%", "remainder"),
    ("^", "to the power of"),
];
/// Functions and aggregations that are asked for most.
const OFTEN: [&str; 22] = [
    "absent",
    "avg",
    "avg_over_time",
    "changes",
    "count",
    "delta",
    "deriv",
    "histogram_quantile",
    "increase",
    "irate",
    "label_replace",
    "max",
    "max_over_time",
    "min",
    "min_over_time",
    "predict_linear",
    "quantile",
    "rate",
    "round",
    "sum",
    "time",
    "topk",
];
const GROUPINGS: [(&str, &str); 2] = [("by (", "only these labels"), ("without (", "all labels but these")];
const MODIFIERS: [(&str, &str); 3] = [
    ("on (", "only these labels must agree"),
    ("ignoring (", "all labels but these must agree"),
    ("bool ", "0 or 1 for each series"),
];
const TESTS: [(&str, &str); 4] = [("=\"", "is"), ("!=\"", "is not"), ("=~\"", "matches"), ("!~\"", "does not match")];
const EDGES: [(&str, &str); 2] = [("end()", "end of the window"), ("start()", "start of the window")];

/// What is known of the server's names. Labels' values come on demand: what is missing is asked for by whoever holds this.
pub trait Names {
    /// The metrics, sorted by name.
    fn metrics(&self) -> &[MetricInfo];

    /// Names of labels: of a metric's series where they are known, else all that the server has.
    fn labels(&self, metric: Option<&str>) -> Vec<CleanText>;

    /// Values of a label, of a metric's series where one is named; empty while they are not known.
    fn values(&self, metric: Option<&str>, label: &str) -> Vec<CleanText>;
}

/// How the text may go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Completions {
    /// Bytes of the text that an item replaces; they end at the cursor.
    pub replace: Range<usize>,
    /// What may stand there, best first.
    pub items: Vec<Item>,
    /// Items that found no room.
    pub more: usize,
    /// What is written at the cursor.
    pub place: Place,
}

/// One way to go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What is written.
    pub text: String,
    /// What it is.
    pub kind: ItemKind,
    /// What it means, in a few words.
    pub detail: CleanText,
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// A metric.
    Metric,
    /// A function.
    Function,
    /// An aggregation.
    Aggregation,
    /// A label's name.
    Label,
    /// A label's value.
    Value,
    /// A duration.
    Duration,
    /// An operator or keyword.
    Operator,
}

impl ItemKind {
    /// The word shown beside it.
    pub fn word(self) -> &'static str {
        match self {
            ItemKind::Metric => "metric",
            ItemKind::Function => "function",
            ItemKind::Aggregation => "aggregate",
            ItemKind::Label => "label",
            ItemKind::Value => "value",
            ItemKind::Duration => "duration",
            ItemKind::Operator => "operator",
        }
    }
}

impl Completions {
    /// The text with an item written into it, and where the cursor stands then. What is not replaced stays.
    pub fn accept(&self, text: &str, item: &Item) -> (String, usize) {
        let head = text.get(..self.replace.start).unwrap_or_default();
        let tail = text.get(self.replace.end..).unwrap_or_default();
        (format!("{head}{}{tail}", item.text), head.len() + item.text.len())
    }
}

/// How `text` may go on at `cursor`, a byte offset; one inside a character counts as before it.
pub fn complete(text: &str, cursor: usize, names: &dyn Names) -> Completions {
    let mut cursor = cursor.min(text.len());
    while !text.is_char_boundary(cursor) {
        cursor -= 1;
    }
    let (place, start) = place(text, cursor);
    let typed = text.get(start..cursor).unwrap_or_default();
    let rest = text.get(cursor..).unwrap_or_default();
    let ranked = items(&place, typed, rest, names);
    let more = ranked.len().saturating_sub(MOST);
    let items = ranked.into_iter().take(MOST).map(|ranked| ranked.item).collect();
    Completions { replace: start..cursor, items, more, place }
}

fn items(place: &Place, typed: &str, rest: &str, names: &dyn Names) -> Vec<Ranked> {
    match place {
        Place::Operand(operand) => operands(operand, typed, names),
        Place::Behind { aggregation, operator } => {
            let mut all: Vec<Item> = Vec::new();
            if *aggregation {
                all.extend(words(&GROUPINGS));
            }
            if *operator {
                all.extend(words(&MODIFIERS));
            } else {
                all.extend(words(&BEHIND));
            }
            rank(all, typed, 0)
        }
        Place::LabelName { metric, taken, .. } => {
            let labels = names.labels(metric.as_deref()).into_iter().filter(|label| !taken.contains(label.as_str()));
            let labels = labels.filter(|label| label.as_str() != "__name__");
            rank(labels.map(|label| item(written_label(&label), ItemKind::Label, "")).collect(), typed, 0)
        }
        Place::LabelTest => rank(words(&TESTS), typed, 0),
        Place::LabelValue { metric, label, quote } => {
            let values = names.values(metric.as_deref(), label).into_iter();
            let close = if rest.starts_with(*quote) { String::new() } else { quote.to_string() };
            let write = |value: CleanText| item(escaped(&value, *quote) + &close, ItemKind::Value, "");
            rank(values.map(write).collect(), typed, 0)
        }
        Place::Duration => {
            let duration = |(text, detail): (&str, &str)| item(text.to_owned(), ItemKind::Duration, detail);
            rank(DURATIONS.map(duration).into(), typed, 0)
        }
        Place::Moment => rank(words(&EDGES), typed, 0),
        Place::Nothing => Vec::new(),
    }
}

fn operands(operand: &Operand, typed: &str, names: &dyn Names) -> Vec<Ranked> {
    let call = |function: &Function, kind| {
        let detail = format!("{} · {}", function.signature(), function.help);
        item(format!("{}(", function.name), kind, &detail)
    };
    let functions = functions::functions().map(|function| call(function, ItemKind::Function));
    let aggregations = functions::aggregations().map(|function| call(function, ItemKind::Aggregation));
    let mut all = if operand.modifiers { rank(words(&MODIFIERS), typed, 0) } else { Vec::new() };
    // Where series with a range are needed, metrics come first; else what aggregates, for most metrics have many series.
    let late = u8::from(operand.ranged) * 2;
    for item in aggregations.chain(functions) {
        let often = u8::from(!OFTEN.contains(&item.text.trim_end_matches('(')));
        all.extend(rank(vec![item], typed, late + 2 * often));
    }
    let unfit = |metric: &MetricInfo| match metric.kind {
        _ if !operand.ranged => 0,
        MetricKind::Counter | MetricKind::Histogram | MetricKind::Summary => u8::from(!operand.grows) * 4,
        MetricKind::Gauge | MetricKind::GaugeHistogram | MetricKind::Info | MetricKind::StateSet => {
            u8::from(operand.grows) * 4
        }
        MetricKind::Unknown => 2,
    };
    for metric in names.metrics() {
        if let Some(score) = rank::score(&metric.name, typed) {
            let order = 1 + unfit(metric) - u8::from(operand.ranged);
            all.push(Ranked { score, order, item: metric_item(metric) });
        }
    }
    rank::sort(&mut all);
    all
}

fn metric_item(metric: &MetricInfo) -> Item {
    let plain = metric.name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':'));
    let text = if plain { metric.name.to_string() } else { format!("{{\"{}\"}}", escaped(&metric.name, '"')) };
    let detail = match (metric.kind, metric.help.is_empty()) {
        (MetricKind::Unknown, _) => metric.help.to_string(),
        (kind, true) => kind.word().to_owned(),
        (kind, false) => format!("{} · {}", kind.word(), metric.help),
    };
    item(text, ItemKind::Metric, &detail)
}

fn item(text: String, kind: ItemKind, detail: &str) -> Item {
    Item { text, kind, detail: CleanText::line(detail) }
}

fn words(all: &[(&str, &str)]) -> Vec<Item> {
    all.iter().map(|(text, detail)| item((*text).to_owned(), ItemKind::Operator, detail)).collect()
}

fn written_label(label: &str) -> String {
    let plain = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !label.starts_with(|c: char| c.is_ascii_digit());
    if plain { label.to_owned() } else { format!("\"{}\"", escaped(label, '"')) }
}

/// A text as it stands between these quotes.
fn escaped(text: &str, quote: char) -> String {
    if quote == '`' {
        return text.replace('`', "");
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
