//! The rows of the list: panels with many series folded into one, filtered by what was typed, in the order that was
//! chosen. Made anew only when something they depend on changed.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::{Order, SeriesKey};
use crate::analysis::{histogram, trend};
use crate::app::Ctx;
use crate::domain::{CleanText, Series, SourceId, TimeWindow, Timestamp};
use crate::panes::search::Search;
use crate::signals::SeriesPicture;
use crate::store::PanelSeries;

/// Series of one panel from which on they are folded until a person unfolds them.
const MANY: usize = 7;
/// Seconds that the window moves before movements are looked at again.
const AGAIN: i64 = 15;

/// A row: places in the panels of the store and in a panel's series.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Row {
    /// A panel that has nothing to show.
    Silent { panel: usize },
    /// A panel with many series; `lead` moved most.
    Folded { panel: usize, lead: usize, shown: usize },
    /// The head of a panel whose many series follow.
    Head { panel: usize, lead: usize, shown: usize },
    /// A series; `inner` ones stand under their head.
    One { panel: usize, series: usize, inner: bool },
}

/// What the rows depend on beside the data.
#[derive(Default)]
pub(super) struct Listing {
    pub(super) order: Order,
    pub(super) filter: Option<Search>,
    /// What a person folded (true) or unfolded.
    folds: BTreeMap<(SourceId, CleanText), bool>,
    rows: Vec<Row>,
    made_of: Option<u64>,
}

/// Panels whose fold is remembered, at most.
const MOST_FOLDS: usize = 500;

impl Listing {
    /// The rows, as they were when the data last changed.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Makes the rows anew if anything changed.
    pub(super) fn settle(&mut self, ctx: &Ctx<'_>) {
        let stamp = self.stamp(ctx);
        if self.made_of != Some(stamp) {
            self.rows = self.made(ctx);
            self.made_of = Some(stamp);
        }
    }

    /// Folds or unfolds the panel of a row; whether it can be.
    pub(super) fn toggle(&mut self, ctx: &Ctx<'_>, row: &Row) -> bool {
        let Some(panel) = ctx.stores.series.panels().get(row.panel()) else { return false };
        if panel.series.len() < 2 {
            return false;
        }
        let key = (panel.source.clone(), panel.panel.title.clone());
        if self.folds.len() >= MOST_FOLDS {
            self.folds.clear();
        }
        let folded = self.is_folded(panel);
        self.folds.insert(key, !folded);
        true
    }

    fn is_folded(&self, panel: &PanelSeries) -> bool {
        let key = (panel.source.clone(), panel.panel.title.clone());
        let many = panel.series.len() >= MANY || histogram::is_histogram(&panel.series);
        self.folds.get(&key).copied().unwrap_or(many)
    }

    fn stamp(&self, ctx: &Ctx<'_>) -> u64 {
        let mut hasher = DefaultHasher::new();
        for panel in ctx.stores.series.panels() {
            (Arc::as_ptr(&panel.series).cast::<u8>() as usize, panel.series.len(), &panel.panel.title)
                .hash(&mut hasher);
            panel.series.first().and_then(Series::last).map(|last| last.at).hash(&mut hasher);
        }
        (Arc::as_ptr(&ctx.stores.signals) as usize).hash(&mut hasher);
        (ctx.window.start.as_second() / AGAIN, ctx.window.end.as_second() / AGAIN).hash(&mut hasher);
        self.filter.as_ref().map(Search::text).hash(&mut hasher);
        self.folds.hash(&mut hasher);
        (self.order as u8).hash(&mut hasher);
        hasher.finish()
    }

    fn made(&self, ctx: &Ctx<'_>) -> Vec<Row> {
        let mut blocks: Vec<(Rank, Vec<Row>)> = Vec::new();
        for (at, panel) in ctx.stores.series.panels().iter().enumerate() {
            blocks.extend(self.blocks(ctx, at, panel));
        }
        // Stable, so that what ranks the same stays as it was configured.
        blocks.sort_by(|(a, _), (b, _)| a.against(b));
        blocks.into_iter().flat_map(|(_, rows)| rows).collect()
    }

    /// What of a panel stays together in every order: the whole panel where it is folded or has a head, else each series.
    fn blocks(&self, ctx: &Ctx<'_>, at: usize, panel: &PanelSeries) -> Vec<(Rank, Vec<Row>)> {
        let passes = |text: &str| self.filter.as_ref().is_none_or(|search| search.is_in(text));
        let title = passes(&panel.panel.title);
        if panel.series.is_empty() {
            let rank = Rank::of(self.order, &panel.panel.title, None, None, ctx.window);
            return if title { vec![(rank, vec![Row::Silent { panel: at }])] } else { Vec::new() };
        }
        let told = ctx.stores.signals.panel(&panel.source, &panel.panel.title);
        let mut shown: Vec<(Rank, usize)> = panel
            .series
            .iter()
            .enumerate()
            .filter(|(_, series)| title || passes(&series.label_text()))
            .map(|(n, series)| {
                let known = told.and_then(|told| told.find(series, n));
                (Rank::of(self.order, &panel.panel.title, Some(series), known, ctx.window), n)
            })
            .collect();
        let many = panel.series.len() >= MANY || histogram::is_histogram(&panel.series);
        let folded = self.is_folded(panel);
        if shown.is_empty() {
            return Vec::new();
        }
        shown.sort_by(|(a, _), (b, _)| a.against(b));
        let one = |inner| move |(_, series): &(Rank, usize)| Row::One { panel: at, series: *series, inner };
        if !folded && !many {
            return shown.iter().map(|each| (each.0.clone(), vec![one(false)(each)])).collect();
        }
        let lead = self.lead(ctx, panel, &shown);
        let rank = shown[0].0.clone();
        if folded {
            return vec![(rank, vec![Row::Folded { panel: at, lead, shown: shown.len() }])];
        }
        let head = Row::Head { panel: at, lead, shown: shown.len() };
        vec![(rank, std::iter::once(head).chain(shown.iter().map(one(true))).collect())]
    }

    /// The series of a panel that moved most, of those that are shown.
    fn lead(&self, ctx: &Ctx<'_>, panel: &PanelSeries, shown: &[(Rank, usize)]) -> usize {
        let told = ctx.stores.signals.panel(&panel.source, &panel.panel.title);
        let moved = |n: &usize| {
            let series = &panel.series[*n];
            movement(series, told.and_then(|told| told.find(series, *n)), ctx.window)
        };
        let best = shown.iter().map(|(_, n)| (moved(n), *n)).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        best.map_or(0, |(_, n)| n)
    }
}

impl Row {
    /// The panel's place in the store.
    pub(super) fn panel(&self) -> usize {
        match self {
            Row::Silent { panel } | Row::Folded { panel, .. } | Row::Head { panel, .. } | Row::One { panel, .. } => {
                *panel
            }
        }
    }

    /// The panel.
    pub(super) fn panel_of<'a>(&self, ctx: &Ctx<'a>) -> Option<&'a PanelSeries> {
        ctx.stores.series.panels().get(self.panel())
    }

    /// The series it stands for: its own, or the one that moved most.
    pub(super) fn series<'a>(&self, ctx: &Ctx<'a>) -> Option<&'a Series> {
        let series = match self {
            Row::Silent { .. } => return None,
            Row::Folded { lead, .. } | Row::Head { lead, .. } => *lead,
            Row::One { series, .. } => *series,
        };
        self.panel_of(ctx)?.series.get(series)
    }

    /// What the signals say of that series.
    pub(super) fn known<'a>(&self, ctx: &Ctx<'a>) -> Option<&'a SeriesPicture> {
        let panel = self.panel_of(ctx)?;
        let near = match self {
            Row::Silent { .. } => return None,
            Row::Folded { lead, .. } | Row::Head { lead, .. } => *lead,
            Row::One { series, .. } => *series,
        };
        ctx.stores.signals.panel(&panel.source, &panel.panel.title)?.find(panel.series.get(near)?, near)
    }

    /// What identifies it while data arrives.
    pub(super) fn key(&self, ctx: &Ctx<'_>) -> Option<SeriesKey> {
        let panel = self.panel_of(ctx)?;
        let labels = match self {
            Row::Silent { .. } | Row::Folded { .. } | Row::Head { .. } => None,
            Row::One { series, .. } => Some(panel.series.get(*series)?.label_text()),
        };
        Some(SeriesKey { source: panel.source.clone(), title: panel.panel.title.clone(), labels })
    }
}

/// What a row is sorted by.
#[derive(Clone, Debug)]
enum Rank {
    Configured,
    Moved(f64),
    First(Option<Timestamp>),
    Name(String),
}

impl Rank {
    fn of(
        order: Order,
        title: &CleanText,
        series: Option<&Series>,
        known: Option<&SeriesPicture>,
        window: TimeWindow,
    ) -> Self {
        match order {
            Order::Configured => Rank::Configured,
            Order::Moved => Rank::Moved(series.map_or(-1.0, |series| movement(series, known, window))),
            Order::First => Rank::First(known.and_then(|known| known.onset).map(|onset| onset.at)),
            Order::Name => Rank::Name(format!("{title} {}", series.map(Series::label_text).unwrap_or_default())),
        }
    }

    fn against(&self, other: &Rank) -> std::cmp::Ordering {
        match (self, other) {
            (Rank::Moved(a), Rank::Moved(b)) => b.total_cmp(a),
            (Rank::First(a), Rank::First(b)) => (a.is_none(), a).cmp(&(b.is_none(), b)),
            (Rank::Name(a), Rank::Name(b)) => a.cmp(b),
            (Rank::Configured | Rank::Moved(_) | Rank::First(_) | Rank::Name(_), _) => std::cmp::Ordering::Equal,
        }
    }
}

/// How far a series moved: in spreads of its usual range where that is known, else by the logarithm of its change.
fn movement(series: &Series, known: Option<&SeriesPicture>, window: TimeWindow) -> f64 {
    if let Some(onset) = known.and_then(|known| known.onset) {
        return 100.0 + onset.spreads.min(1e6);
    }
    let trend = trend::compare(&series.samples, window);
    match (trend.ratio, trend.last) {
        (Some(ratio), _) if ratio > 0.0 => ratio.ln().abs(),
        (Some(_), _) => 50.0,
        (None, Some(last)) if last > 0.0 => 50.0,
        (None, _) => 0.0,
    }
}
