//! The whole screen: header, tabs, panes, proposals, footer, and the overlays on top.

pub(crate) mod bars;
mod proposed;

use super::{Model, PaneId};
use crate::overlays;
use crate::ui::layout::Shape;
use crate::ui::{Canvas, Line, Role};

/// Draws everything.
pub fn view(model: &Model, canvas: &mut Canvas<'_>) {
    if model.shape() == Shape::TooSmall {
        return too_small(model, canvas);
    }
    let ctx = model.state.ctx();
    bars::header(model, &mut canvas.part(model.layout.header));
    if let Some(tabs) = model.layout.tabs {
        bars::tabs(model, &mut canvas.part(tabs));
    }
    for pane in PaneId::ALL {
        if let Some(area) = model.layout.panes[pane.index()] {
            model.panes.view(pane, &mut canvas.part(area), &ctx, pane == model.focus && model.overlays.is_empty());
        }
    }
    if let Some(area) = model.layout.proposals {
        proposed::view(&ctx, &mut canvas.part(area));
    }
    bars::footer(model, &mut canvas.part(model.layout.footer));
    for overlay in &model.overlays {
        overlays::view(overlay, canvas, &ctx);
    }
}

/// What a terminal below 60 by 16 shows.
fn too_small(model: &Model, canvas: &mut Canvas<'_>) {
    let (width, height) = model.size;
    let firing = model.state.stores.alerts.firing().filter(|(_, alert)| alert.asks_for_attention()).count();
    let lines = [
        format!("midwatch needs 60x16, this is {width}x{height}"),
        format!("{firing} alerts firing"),
        "everything goes on; make the terminal larger, or q".to_owned(),
    ];
    for (row, text) in lines.into_iter().enumerate() {
        for (part, line) in Line::of(text, Role::Text).wrap(usize::from(width), 0).into_iter().enumerate() {
            canvas.line(row + part, &line);
        }
    }
}
