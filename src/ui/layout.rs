//! Where the panes stand for a size of terminal. The app asks once per frame; nothing else knows a column.

use super::canvas::Area;

/// Number of panes: 1 Alerts, 2 Logs, 3 Metrics, 4 Copilot, 5 Evidence.
pub const PANES: usize = 5;

const ALERTS: usize = 0;
const LOGS: usize = 1;
const METRICS: usize = 2;
const COPILOT: usize = 3;
const EVIDENCE: usize = 4;

/// The arrangement a size allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Below 60 columns or 16 rows: only a message fits.
    TooSmall,
    /// Two panes and tabs.
    Narrow,
    /// All five panes in two columns.
    Medium,
    /// All five panes and the proposals.
    Wide,
}

/// The areas of one frame. None overlap; each pane shown has at least three rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The first line.
    pub header: Area,
    /// The names of the panes, where not all are shown.
    pub tabs: Option<Area>,
    /// Each pane in the order of its number; `None` is not shown.
    pub panes: [Option<Area>; PANES],
    /// The list of proposals, where it has its own place.
    pub proposals: Option<Area>,
    /// The last line.
    pub footer: Area,
}

/// The arrangement for a terminal of that many columns and rows.
pub fn shape(columns: u16, rows: u16) -> Shape {
    match (columns, rows) {
        (..60, _) | (_, ..16) => Shape::TooSmall,
        (..110, _) | (_, ..30) => Shape::Narrow,
        (..150, _) | (_, ..34) => Shape::Medium,
        (150.., 34..) => Shape::Wide,
    }
}

/// The areas for a shape and a size in columns and rows.
///
/// `focus` is the index of the focused pane, 0 to 4; zoomed, it takes the place of all others. A shape that does not
/// fit the size is answered with the one that does.
pub fn areas(wanted: Shape, (columns, rows): (u16, u16), focus: usize, zoomed: bool) -> Layout {
    let shape = fitting(wanted, shape(columns, rows));
    let focus = focus.min(PANES - 1);
    let mut layout = Layout {
        header: Area::new(0, 0, columns, rows.min(1)),
        footer: Area::new(0, rows.saturating_sub(1), columns, u16::from(rows > 1)),
        ..Layout::default()
    };
    let body = Area::new(0, 1, columns, rows.saturating_sub(2));
    match shape {
        Shape::TooSmall => {}
        Shape::Narrow => narrow(&mut layout, body, focus, zoomed),
        Shape::Medium | Shape::Wide if zoomed => layout.panes[focus] = Some(body),
        Shape::Medium => medium(&mut layout, body),
        Shape::Wide => wide(&mut layout, body),
    }
    layout
}

/// The wanted shape if it needs no more room than the possible one.
fn fitting(wanted: Shape, possible: Shape) -> Shape {
    let room = |shape| match shape {
        Shape::TooSmall => 0,
        Shape::Narrow => 1,
        Shape::Medium => 2,
        Shape::Wide => 3,
    };
    if room(wanted) <= room(possible) { wanted } else { possible }
}

fn narrow(layout: &mut Layout, body: Area, focus: usize, zoomed: bool) {
    let (tabs, body) = split_rows(body, 1);
    layout.tabs = Some(tabs);
    // Evidence in focus is there to be read: it gets the room of both.
    if zoomed || focus == EVIDENCE || body.height < 14 {
        layout.panes[focus] = Some(body);
        return;
    }
    let (upper, lower) = split_rows(body, share(body.height, 62));
    layout.panes[focus] = Some(upper);
    layout.panes[EVIDENCE] = Some(lower);
}

fn medium(layout: &mut Layout, body: Area) {
    let (left, right) = split_columns(body, share(body.width, 58));
    let (alerts, rest) = split_rows(left, share(left.height, 28));
    let (logs, metrics) = split_rows(rest, share(rest.height, 58));
    let (copilot, evidence) = split_rows(right, share(right.height, 62));
    layout.panes[ALERTS] = Some(alerts);
    layout.panes[LOGS] = Some(logs);
    layout.panes[METRICS] = Some(metrics);
    layout.panes[COPILOT] = Some(copilot);
    layout.panes[EVIDENCE] = Some(evidence);
}

fn wide(layout: &mut Layout, body: Area) {
    let (left, right) = split_columns(body, share(body.width, 66));
    let (top, rest) = split_rows(left, share(left.height, 31));
    let (alerts, metrics) = split_columns(top, share(top.width, 46));
    let proposals_rows = share(left.height, 24).min(12);
    let (logs, proposals) = split_rows(rest, rest.height.saturating_sub(proposals_rows));
    let (copilot, evidence) = split_rows(right, share(right.height, 63));
    layout.panes[ALERTS] = Some(alerts);
    layout.panes[LOGS] = Some(logs);
    layout.panes[METRICS] = Some(metrics);
    layout.panes[COPILOT] = Some(copilot);
    layout.panes[EVIDENCE] = Some(evidence);
    layout.proposals = Some(proposals);
}

fn share(whole: u16, percent: u32) -> u16 {
    u16::try_from(u32::from(whole) * percent / 100).unwrap_or(whole)
}

fn split_rows(area: Area, first: u16) -> (Area, Area) {
    let first = first.min(area.height);
    (Area { height: first, ..area }, Area { y: area.y.saturating_add(first), height: area.height - first, ..area })
}

fn split_columns(area: Area, first: u16) -> (Area, Area) {
    let first = first.min(area.width);
    (Area { width: first, ..area }, Area { x: area.x.saturating_add(first), width: area.width - first, ..area })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_size_of_the_manual_has_its_shape() {
        let sizes = [(160, 48), (150, 48), (150, 34), (120, 36), (120, 40), (80, 24), (60, 16), (59, 30), (200, 15)];
        let shapes = sizes.map(|(columns, rows)| shape(columns, rows));
        use Shape::*;
        assert_eq!(shapes, [Wide, Wide, Wide, Medium, Medium, Narrow, Narrow, TooSmall, TooSmall]);
    }

    #[test]
    fn two_panes_are_shown_at_80x24_and_one_when_zoomed() {
        let shown = |focus, zoomed| {
            let layout = areas(Shape::Narrow, (80, 24), focus, zoomed);
            assert!(layout.tabs.is_some());
            (0..PANES).filter(|pane| layout.panes[*pane].is_some()).collect::<Vec<_>>()
        };
        assert_eq!(shown(LOGS, false), [LOGS, EVIDENCE]);
        assert_eq!(shown(LOGS, true), [LOGS]);
        assert_eq!(shown(EVIDENCE, false), [EVIDENCE]);
    }

    #[test]
    fn the_wide_screen_shows_everything_and_leaves_no_hole() {
        let layout = areas(Shape::Wide, (160, 48), 0, false);
        let cells = |area: Area| u32::from(area.width) * u32::from(area.height);
        let sum: u32 = all(&layout).into_iter().map(cells).sum();
        assert_eq!(sum, 160 * 48);
        assert!(layout.proposals.is_some() && layout.panes.iter().all(Option::is_some));
    }

    fn all(layout: &Layout) -> Vec<Area> {
        let mut all = vec![layout.header, layout.footer];
        all.extend(layout.tabs);
        all.extend(layout.proposals);
        all.extend(layout.panes.iter().flatten());
        all
    }

    fn apart(a: Area, b: Area) -> bool {
        a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
    }

    proptest! {
        #[test]
        fn areas_lie_apart_and_inside(columns in 0u16..500, rows in 0u16..200, focus in 0usize..9, zoomed: bool, asked in 0usize..4) {
            let asked = [Shape::TooSmall, Shape::Narrow, Shape::Medium, Shape::Wide][asked];
            for wanted in [asked, shape(columns, rows)] {
                let layout = areas(wanted, (columns, rows), focus, zoomed);
                let all = all(&layout);
                for (at, area) in all.iter().enumerate() {
                    prop_assert!(area.x + area.width <= columns && area.y + area.height <= rows, "{area:?}");
                    for other in &all[at + 1..] {
                        let empty = area.height == 0 || other.height == 0 || columns == 0;
                        prop_assert!(empty || apart(*area, *other), "{area:?} {other:?}");
                    }
                }
                for pane in layout.panes.iter().flatten().chain(&layout.proposals) {
                    prop_assert!(pane.height >= 3 && pane.width >= 30, "{pane:?}");
                }
                let visible = wanted == Shape::TooSmall || shape(columns, rows) == Shape::TooSmall;
                prop_assert!(visible || layout.panes[focus.min(PANES - 1)].is_some(), "the focused pane is shown");
            }
        }
    }
}
