//! What may be in the tree of dependencies, from `Cargo.lock` alone: no network, no build.

#![expect(clippy::unwrap_used, reason = "a test says by a panic what it could not do")]

use std::fs;
use std::path::Path;

/// Native libraries and second stacks that would make the build need more than a C compiler.
const NEVER: [&str; 12] = [
    "openssl",
    "openssl-sys",
    "native-tls",
    "aws-lc-rs",
    "aws-lc-sys",
    "onig",
    "onig_sys",
    "libdbus-sys",
    "dbus",
    "cmake",
    "openssl-src",
    "tui-textarea",
];
/// What must be there exactly once, because two copies of it do not understand each other.
const ONCE: [&str; 5] = ["ratatui-core", "crossterm", "reqwest", "rustls", "tokio"];

fn read(name: &str) -> toml::Table {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap().parse().unwrap()
}

fn packages(lock: &toml::Table) -> Vec<String> {
    let packages = lock["package"].as_array().unwrap();
    packages.iter().map(|package| package["name"].as_str().unwrap().to_owned()).collect()
}

fn violations(packages: &[String]) -> Vec<String> {
    let count = |name: &str| packages.iter().filter(|package| *package == name).count();
    let never = NEVER.iter().filter(|name| count(name) > 0).map(|name| format!("{name} is in the tree"));
    let once = ONCE.iter().filter(|name| count(name) != 1).map(|name| format!("{name} is there {} times", count(name)));
    never.chain(once).collect()
}

#[test]
fn the_tree_keeps_to_one_screen_one_client_and_no_native_library() {
    assert_eq!(violations(&packages(&read("Cargo.lock"))), Vec::<String>::new());
}

#[test]
fn a_second_copy_and_a_native_library_are_found() {
    let mut packages = packages(&read("Cargo.lock"));
    packages.extend(["reqwest".to_owned(), "openssl-sys".to_owned()]);
    assert_eq!(violations(&packages), ["openssl-sys is in the tree", "reqwest is there 2 times"]);
}

#[test]
fn dependencies_stand_in_alphabetical_order() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    for section in ["[dependencies]", "[dev-dependencies]"] {
        let body = text.split_once(section).unwrap().1;
        let body = body.split_once("\n[").map_or(body, |(body, _)| body);
        let names: Vec<&str> = body.lines().filter_map(|line| Some(line.split_once(" = ")?.0)).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        assert!(!names.is_empty());
        assert_eq!(names, sorted, "{section}");
    }
}
