//! Pages: what stands where, while records come and filters change.

use proptest::prelude::*;

use super::*;

fn lines(times: &[i64], word: &str) -> Vec<u8> {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let mut text = String::new();
    for (at, second) in sorted.iter().enumerate() {
        let time = Timestamp::from_second(1_700_000_000 + second).unwrap();
        let level = ["INFO", "ERROR", "WARN"][at % 3];
        text.push_str(&format!("{time} {level} {word} number {at}\n"));
    }
    text.into_bytes()
}

fn keys(page: &Page) -> Vec<RecordKey> {
    page.rows.iter().map(|row| row.key).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_list_is_all_records_by_time_and_pages_neither_skip_nor_repeat(
        one in prop::collection::vec(0i64..200, 1..60),
        other in prop::collection::vec(0i64..200, 1..60),
        held in prop::collection::vec(0i64..200, 0..30),
        shift in -100i64..100,
        text in prop::sample::select(vec!["", "number", "level>=warn", "-alpha", "/r [0-9]$/", "alpha level=error", "time>=22:14"]),
        rows in 1usize..12,
    ) {
        let mut bench = Bench::new();
        bench.file("a.log", &lines(&one, "alpha"));
        bench.file("b.log", &lines(&other, "beta"));
        bench.library.shift(std::path::Path::new("b.log"), shift * 1_000_000_000);
        let (early, late) = held.split_at(held.len() / 2);
        bench.ask(Ask::Hold(early.iter().map(|at| live(1_700_000_000 + at, "gamma number")).collect()));
        bench.ask(Ask::Show(show(text, Anchor::Newest, rows)));
        let wanted = filter(text);
        let passed = |bench: &Bench| -> Vec<RecordKey> {
            let all = bench.all();
            let passed = all.iter().filter(|(_, record)| wanted.matches_with(record, &aside(record, &["a.log", "b.log"])));
            passed.map(|(key, _)| *key).collect()
        };
        let expected = passed(&bench);
        prop_assert_eq!(bench.page().matching as usize, expected.len());
        let tail = expected.len().saturating_sub(rows);
        prop_assert_eq!(keys(bench.page()), expected[tail..].to_vec());
        let counted: u32 = bench.page().density.parts.iter().flatten().sum();
        prop_assert_eq!(counted as usize, expected.len());
        // From the oldest on, page by page, while more comes behind and before.
        bench.ask(Ask::Show(show(text, Anchor::Oldest, rows)));
        prop_assert_eq!(keys(bench.page()), expected[..rows.min(expected.len())].to_vec());
        bench.ask(Ask::Hold(late.iter().map(|at| live(1_700_000_000 + at, "delta number")).collect()));
        let mut seen = keys(bench.page());
        while let Some(last) = seen.last().copied() {
            let from = show(text, Anchor::Step { from: last, by: rows as i64, first: last }, rows);
            bench.ask(Ask::Show(from));
            let more: Vec<RecordKey> = keys(bench.page()).into_iter().filter(|key| *key > last).collect();
            if more.is_empty() { break; }
            seen.extend(more);
        }
        prop_assert_eq!(seen, passed(&bench));
    }
}

#[test]
fn a_growing_file_extends_the_page_and_its_counts() {
    let mut bench = Bench::new();
    bench.ask(Ask::Show(show("level=error", Anchor::Newest, 5)));
    assert_eq!(bench.page().total, 0);
    bench.file("a.log", &lines(&[1, 2, 3, 4], "alpha"));
    bench.settle(Slice::default());
    assert_eq!((bench.page().matching, bench.page().total), (1, 4));
    bench.file("b.log", &lines(&[5, 6, 7, 8, 9], "beta"));
    bench.settle(Slice::default());
    assert_eq!((bench.page().matching, bench.page().total), (3, 9));
}

#[test]
fn hits_are_stepped_through_around_the_ends() {
    let mut bench = Bench::new();
    bench.file("a.log", &lines(&[1, 2, 3, 4, 5, 6, 7], "alpha"));
    let search = |anchor| Show { search: Some(filter("level=error")), ..show("-\"number 4\"", anchor, 3) };
    let hit = |from, forward| Anchor::Hit { from, forward };
    bench.ask(Ask::Show(search(hit(None, false))));
    let first = bench.page().selected.unwrap();
    assert_eq!(bench.page().hits, Some(answer::Hits { count: 1, before: Some(0) }));
    bench.ask(Ask::Show(search(hit(Some(first), true))));
    assert_eq!(bench.page().selected, Some(first));
    let text = bench.page().rows.iter().find(|row| row.key == first).map(|row| row.record.raw.to_string());
    assert!(text.unwrap().ends_with("number 1"));
}

#[test]
fn steps_move_the_page_as_little_as_needed() {
    let mut bench = Bench::new();
    bench.file("a.log", &lines(&(0..400).collect::<Vec<_>>(), "alpha"));
    bench.ask(Ask::Show(show("", Anchor::Oldest, 5)));
    let page = keys(bench.page());
    let step = |from, by, first| Anchor::Step { from, by, first };
    bench.ask(Ask::Show(show("", step(page[1], 2, page[0]), 5)));
    assert_eq!((keys(bench.page()), bench.page().selected), (page.clone(), Some(page[3])));
    bench.ask(Ask::Show(show("", step(page[4], 1, page[0]), 5)));
    assert_eq!((keys(bench.page())[..4].to_vec(), bench.page().start), (page[1..].to_vec(), 1));
    bench.ask(Ask::Show(show("", step(page[0], 300, page[0]), 5)));
    assert_eq!((bench.page().start, bench.page().selected), (296, Some(keys(bench.page())[4])));
    let far = bench.page().selected.unwrap();
    bench.ask(Ask::Show(show("", step(far, -9999, far), 5)));
    assert_eq!((bench.page().start, bench.page().selected), (0, Some(page[0])));
}
