//! The screen, pane by pane and overlay by overlay, as text with its looks. A change that is meant is reviewed and
//! blessed: `INSTA_UPDATE=always cargo test --test ui`, then read the difference.

mod drill;
