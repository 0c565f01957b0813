//! What the statistics of fields promise: exact where they can be, within the stated errors where not, bounded always.

use super::{FIELDS, Fields, TOP};

fn of(values: impl IntoIterator<Item = impl AsRef<str>>) -> Fields {
    named("x", values)
}

fn named(name: &str, values: impl IntoIterator<Item = impl AsRef<str>>) -> Fields {
    let mut fields = Fields::default();
    for value in values {
        fields.record([(name, value.as_ref())]);
    }
    fields
}

#[test]
fn few_values_are_counted_exactly() {
    let mut fields = Fields::default();
    for at in 0..100 {
        let colour = ["red", "green", "blue"][usize::from(at % 10 > 5) + usize::from(at % 10 > 8)];
        fields.record([("colour", colour), ("id", &at.to_string())].into_iter().take(1 + usize::from(at % 2 == 0)));
    }
    let colour = fields.get("colour").unwrap();
    let top: Vec<(&str, u64, u64)> = colour.top().iter().map(|value| (value.text, value.count, value.over)).collect();
    assert_eq!(top, [("red", 60, 0), ("green", 30, 0), ("blue", 10, 0)]);
    assert_eq!((colour.distinct(), colour.records(), fields.records()), (3, 100, 100));
    let names: Vec<&str> = fields.by_records().iter().map(|field| field.name()).collect();
    assert_eq!((names, fields.get("id").unwrap().records()), (vec!["colour", "id"], 50));
    assert!(colour.numbers().is_none());
}

#[test]
fn a_frequent_value_is_found_among_very_many() {
    let fields = of((0..100_000_u32).map(|at| if at % 10 == 0 { "often".to_owned() } else { format!("v{at}") }));
    let field = fields.get("x").unwrap();
    let first = field.top()[0];
    assert_eq!(first.text, "often");
    assert!(first.count >= 10_000 && first.count - first.over <= 10_000, "{first:?}");
    assert!(first.over as usize <= 100_000 / TOP, "{first:?}");
    assert!(field.top().len() == TOP);
    let late = field.top().into_iter().find(|value| value.text == "v99999").unwrap();
    assert_eq!(late.count - late.over, 1, "{late:?}");
    let distinct = field.distinct() as f64;
    assert!((distinct / 90_001.0 - 1.0).abs() < 0.1, "{distinct}");
}

#[test]
fn quantiles_are_within_a_hundredth() {
    // The cubes spread over many decades.
    let mut numbers: Vec<f64> = (0..20_000).map(|at| (f64::from(at) - 4000.0).powi(3) / 1e6).collect();
    let fields = of(numbers.iter().map(|number| format!("{number}")));
    let found = fields.get("x").unwrap().numbers().unwrap();
    numbers.sort_by(f64::total_cmp);
    let rank = |share: f64| numbers[(share * 19_999.0) as usize];
    for (found, exact) in [(found.p50, rank(0.5)), (found.p90, rank(0.9)), (found.p99, rank(0.99))] {
        assert!((found - exact).abs() <= exact.abs() * 0.0101, "{found} {exact}");
    }
    assert_eq!((found.min, found.max, found.count, found.unit), (numbers[0], numbers[19_999], 20_000, ""));
    let negative = of((1..=1000).map(|at| format!("-{at}")));
    let median = negative.get("x").unwrap().numbers().unwrap().p50;
    assert!((median + 500.0).abs() < 6.0, "{median}");
}

#[test]
fn units_are_brought_to_the_first_and_other_measures_are_no_numbers() {
    let numbers = of(["12ms", "1.5s", "900us", "3KiB", "oops"]).get("x").unwrap().numbers().unwrap();
    assert_eq!((numbers.count, numbers.unit), (3, "ms"));
    assert!((numbers.max - 1500.0).abs() < 1e-9 && (numbers.min - 0.9).abs() < 1e-9, "{numbers:?}");
    let named = named("latency_ms", ["7", "9"]).get("latency_ms").unwrap().numbers().unwrap();
    assert_eq!((named.unit, named.min), ("ms", 7.0));
    assert!(of(["1", "two", "three"]).get("x").unwrap().numbers().is_none());
}

#[test]
fn extremes_stay_within_bounds() {
    let wild = ["1e-300", "1e300", "0", "-1e-300", "-1e300", "5", "NaN", "inf", "-0"];
    let numbers = of(wild.repeat(3)).get("x").unwrap().numbers().unwrap();
    assert_eq!((numbers.min, numbers.max), (-1e300, 1e300));
    assert!(numbers.p50.abs() < 1e-200, "{numbers:?}");
    // The upper quantiles stay good when the lowest bins have become one.
    let wide = of((0..1000).map(|at| if at < 500 { format!("1e-{at}") } else { format!("1e{}", at % 100) }));
    let numbers = wide.get("x").unwrap().numbers().unwrap();
    assert!((numbers.p99 / 1e97 - 1.0).abs() < 0.02, "{numbers:?}");
}

#[test]
fn names_and_lengths_are_bounded_and_counted() {
    let mut fields = Fields::default();
    for at in 0..FIELDS + 5 {
        fields.record([(format!("n{at}").as_str(), "é".repeat(5000).as_str())]);
    }
    assert_eq!((fields.by_records().len(), fields.beyond()), (FIELDS, 5));
    assert!(fields.get("n0").unwrap().top()[0].text.len() <= super::LONGEST);
    let mut twice = Fields::default();
    twice.record([("tag", "a"), ("tag", "b")]);
    let tag = twice.get("tag").unwrap();
    assert_eq!((tag.records(), tag.distinct()), (1, 2));
}
