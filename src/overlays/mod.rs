//! What opens over the panes: a stack, the topmost gets the key. Each answers with intents, as panes do.

pub mod chips;
pub mod confirm;
pub mod contrast;
pub mod fields;
pub mod help;
pub mod palette;
pub mod prompt;
pub mod promql;
pub mod proposed;
pub mod reader;
pub mod record;
pub mod running;

use crate::app::{Ctx, Intent};
use crate::ui::key::Key;
use crate::ui::{Area, Canvas};

/// One thing over the panes.
pub enum Overlay {
    /// The terms of the log pane's filter.
    Chips(chips::Chips),
    /// The confirm card.
    Confirm(confirm::Confirm),
    /// What bad log records have in common.
    Contrast(Box<contrast::Contrast>),
    /// Fields of log records.
    Fields(fields::Fields),
    /// Help from the key table.
    Help(help::Help),
    /// Commands by name.
    Palette(palette::Palette),
    /// One line to type.
    Prompt(prompt::Prompt),
    /// The PromQL input.
    Promql(Box<promql::Promql>),
    /// The proposals.
    Proposed(proposed::Proposed),
    /// A text to read: timeline, changes, notices, queries, preview.
    Reader(reader::Reader),
    /// All about a log record.
    Record(record::Record),
    /// A run with its output.
    Running(running::Running),
}

/// A key goes to an overlay.
pub fn on_key(overlay: &mut Overlay, key: Key, ctx: &Ctx<'_>) -> Vec<Intent> {
    match overlay {
        Overlay::Chips(chips) => chips.on_key(key, ctx),
        Overlay::Confirm(card) => card.on_key(key, ctx),
        Overlay::Contrast(contrast) => contrast.on_key(key, ctx),
        Overlay::Fields(fields) => fields.on_key(key, ctx),
        Overlay::Help(help) => help.on_key(key, ctx),
        Overlay::Palette(palette) => palette.on_key(key, ctx),
        Overlay::Prompt(prompt) => prompt.on_key(key),
        Overlay::Promql(input) => input.on_key(key, ctx),
        Overlay::Proposed(list) => list.on_key(key, ctx),
        Overlay::Reader(reader) => reader.on_key(key, ctx),
        Overlay::Record(record) => record.on_key(key, ctx),
        Overlay::Running(running) => running.on_key(key, ctx),
    }
}

/// Pasted text goes to an overlay: into a line that is typed, and nowhere else.
pub fn on_paste(overlay: &mut Overlay, text: &str, ctx: &Ctx<'_>) {
    match overlay {
        Overlay::Promql(input) => input.on_paste(text, ctx),
        Overlay::Prompt(prompt) => prompt.on_paste(text),
        Overlay::Palette(palette) => palette.on_paste(text),
        Overlay::Confirm(card) => card.on_paste(),
        Overlay::Chips(_)
        | Overlay::Contrast(_)
        | Overlay::Fields(_)
        | Overlay::Help(_)
        | Overlay::Proposed(_)
        | Overlay::Reader(_)
        | Overlay::Record(_)
        | Overlay::Running(_) => {}
    }
}

/// Fits an overlay to the screen.
pub fn settle(overlay: &mut Overlay, ctx: &Ctx<'_>, size: (u16, u16)) {
    match overlay {
        Overlay::Confirm(card) => card.settle(ctx, size),
        Overlay::Help(help) => help.settle(ctx, size),
        Overlay::Reader(reader) => reader.settle(ctx, size),
        Overlay::Running(running) => running.settle(ctx, size),
        Overlay::Contrast(contrast) => contrast.settle(ctx, size),
        Overlay::Fields(fields) => fields.settle(ctx, size),
        Overlay::Record(record) => record.settle(ctx, size),
        Overlay::Promql(input) => input.settle(ctx),
        Overlay::Chips(_) | Overlay::Palette(_) | Overlay::Prompt(_) | Overlay::Proposed(_) => {}
    }
}

/// Draws an overlay over the whole screen's canvas.
pub fn view(overlay: &Overlay, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>) {
    match overlay {
        Overlay::Chips(chips) => chips.view(canvas, ctx),
        Overlay::Confirm(card) => card.view(canvas, ctx),
        Overlay::Contrast(contrast) => contrast.view(canvas, ctx),
        Overlay::Fields(fields) => fields.view(canvas, ctx),
        Overlay::Help(help) => help.view(canvas, ctx),
        Overlay::Palette(palette) => palette.view(canvas, ctx),
        Overlay::Prompt(prompt) => prompt.view(canvas, ctx),
        Overlay::Promql(input) => input.view(canvas, ctx),
        Overlay::Proposed(list) => list.view(canvas, ctx),
        Overlay::Reader(reader) => reader.view(canvas, ctx),
        Overlay::Record(record) => record.view(canvas, ctx),
        Overlay::Running(running) => running.view(canvas, ctx),
    }
}

/// An area in the middle of the screen, leaving the header and the footer free.
fn centred(size: (u16, u16), columns: u16, rows: u16) -> Area {
    let width = columns.min(size.0.saturating_sub(2)).max(1);
    let height = rows.min(size.1.saturating_sub(2)).max(1);
    Area::new(
        (size.0 - width.min(size.0)) / 2,
        1 + (size.1.saturating_sub(2) - height.min(size.1.saturating_sub(2))) / 2,
        width,
        height,
    )
}

/// The size of a canvas that covers the screen.
fn size_of(canvas: &Canvas<'_>) -> (u16, u16) {
    (canvas.area().width, canvas.area().height)
}

/// The place of text in a frame: a blank column on the left, so that it does not stick to it.
fn padded(inner: Area) -> Area {
    Area { x: inner.x + 1, width: inner.width.saturating_sub(1), ..inner }
}
