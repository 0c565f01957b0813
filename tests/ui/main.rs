//! The screen, pane by pane and overlay by overlay, as text with its looks. A change that is meant is reviewed and
//! blessed: `INSTA_UPDATE=always cargo test --test ui`, then read the difference.

mod absent;
mod card;
mod drill;
mod logs;
mod looks;
mod metrics;
mod overlays;
mod panes;
mod picture;
mod promql;
mod worlds;

/// Presses keys, then compares the screen at a size with what it was when somebody last looked at it: text and looks.
macro_rules! snap {
    ($name:literal, $world:expr, $columns:literal x $rows:literal, $keys:literal) => {{
        let world = &mut $world;
        let _ = world.screen($columns, $rows);
        world.keys($keys);
        insta::assert_snapshot!($name, world.screen($columns, $rows));
    }};
}
pub(crate) use snap;
