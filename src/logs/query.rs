//! The answer to a log query that a person confirmed: the newest records that pass, as text that becomes evidence.

use crate::domain::query::QueryAnswer;
use crate::domain::{CleanText, RecordKey};

use super::ask::QueryAsk;
use super::hits::Hits;
use super::merge::{Lane, Merged};
use super::page::World;

/// Bytes of an answer.
const MOST: usize = 1 << 20;

/// The newest records of the query's time that pass.
pub(super) fn answer(world: &mut World<'_>, ask: &QueryAsk, hits: &Hits) -> QueryAnswer {
    let (tapes, held) = hits.lanes(world.shelf);
    let lanes = tapes.iter().map(|lane| lane as &dyn Lane).chain([&held as &dyn Lane]);
    let merged = Merged::new(lanes, Some(ask.window), None);
    let mut cursor = merged.end();
    let newest: Vec<RecordKey> = std::iter::from_fn(|| merged.previous(&mut cursor)).take(ask.limit).collect();
    let (mut texts, mut bytes, mut lost): (Vec<CleanText>, usize, usize) = (Vec::new(), 0, 0);
    for key in newest {
        let Some(row) = world.row(key) else { continue };
        if row.gone.is_some() {
            lost += 1;
            continue;
        }
        bytes += row.record.raw.len() + 1;
        if bytes > MOST && !texts.is_empty() {
            break;
        }
        texts.push(row.record.raw.clone());
    }
    texts.reverse();
    let left_out = merged.len() - texts.len() as u64;
    let mut cut = (left_out > 0).then(|| format!("{left_out} older of {} records left out", merged.len()));
    if lost > 0 {
        cut = Some(format!("{left_out} of {} records left out; the text of {lost} is gone", merged.len()));
    }
    let lines: Vec<&str> = texts.iter().map(CleanText::as_str).collect();
    let text = if lines.is_empty() { "(no record matches)".to_owned() } else { lines.join("\n") };
    QueryAnswer {
        source: CleanText::line("logs"),
        text: CleanText::block(&text),
        series: Vec::new(),
        cut: cut.as_deref().map(CleanText::line),
    }
}
