//! With no model configured, nothing on any screen speaks of one.

use midwatch::testing::World;

use super::snap;
use super::worlds::{busy, sh};

/// Words that would betray a model.
const WORDS: [&str; 7] = ["model", "copilot", "ask", "llm", "prompt", "answer", "question"];

fn betrayed(screen: &str) -> Vec<&'static str> {
    let lower = screen.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    WORDS.into_iter().filter(|word| words.contains(word)).collect()
}

#[test]
fn no_screen_speaks_of_a_model() {
    let mut world = busy().without_model();
    snap!("absent_wide", world, 160 x 48, "");
    let check = |keys: &str, world: &mut World| {
        world.keys(keys);
        for (columns, rows) in [(160, 48), (120, 36), (80, 24)] {
            let screen = world.grid(columns, rows);
            let found = betrayed(&screen);
            assert!(found.is_empty(), "{found:?} after {keys}:\n{screen}");
        }
    };
    let ways = ["4", "?", "<esc>1?", "<esc>:", "<esc>:so", "<esc>p", "<esc>T", "<esc>M", "<esc>a", "<esc>", "!", "2f"];
    for keys in ways {
        check(keys, &mut world);
    }
    world.keys("<esc><esc>");
    world.propose(sh("labctl rollback payments"));
    check("", &mut world);
    check("w", &mut world);
}

#[test]
fn the_words_are_found_where_a_model_is() {
    let mut world = busy();
    assert!(!betrayed(&world.grid(160, 48)).is_empty());
}
