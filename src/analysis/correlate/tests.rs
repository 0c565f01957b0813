//! Planted causes are found and named; where nothing is planted nothing is found; memory is bounded.

use super::*;

/// A record with a version, a region, a host, a plan, a trace id, and a build that goes with the version.
struct Shop {
    rng: fastrand::Rng,
}

impl Shop {
    fn new(seed: u64) -> Self {
        Self { rng: fastrand::Rng::with_seed(seed) }
    }

    fn record(&mut self) -> Vec<(&'static str, String)> {
        let mut pick = |count: usize| self.rng.usize(0..count);
        let version = pick(4);
        vec![
            ("app_version", format!("2.{version}")),
            ("build", format!("b{}", 100 + version)),
            ("region", ["eu", "us", "ap"][pick(3)].to_owned()),
            ("host", format!("h{:02}", pick(40))),
            ("plan", ["free", "pro"][pick(2)].to_owned()),
            ("trace", format!("{:08x}", pick(usize::MAX >> 8))),
        ]
    }

    /// So many records, bad with the chance that `risk` says.
    fn correlate(&mut self, records: usize, risk: impl Fn(&[(&'static str, String)]) -> f64) -> Report {
        let mut all = Correlator::default();
        for _ in 0..records {
            let record = self.record();
            let side = if self.rng.f64() < risk(&record) { Side::Bad } else { Side::Rest };
            all.push(side, record.iter().map(|(name, value)| (*name, value.as_str())));
        }
        all.report()
    }
}

fn is(record: &[(&'static str, String)], field: &str, value: &str) -> bool {
    record.iter().any(|(name, text)| *name == field && text == value)
}

fn named(finding: &Finding) -> String {
    let parts: Vec<String> = finding.parts.iter().map(|part| format!("{}={}", part.field, part.value)).collect();
    parts.join(" and ")
}

fn names(report: &Report) -> Vec<String> {
    report.findings.iter().map(named).collect()
}

#[test]
fn a_planted_value_is_found_alone_with_its_other_name() {
    let report = Shop::new(1).correlate(5_000, |it| if is(it, "app_version", "2.3") { 0.3 } else { 0.01 });
    assert_eq!(names(&report), ["app_version=2.3"]);
    let finding = &report.findings[0];
    assert!(finding.among_bad > 0.85 && (0.15..0.22).contains(&finding.among_rest), "{finding:?}");
    assert_eq!(finding.same[0][0].field, "build");
    assert_eq!(report.identifiers, ["trace"]);
}

#[test]
fn a_planted_pair_is_found_and_its_parts_are_not() {
    let both = |it: &[(&'static str, String)]| is(it, "app_version", "2.3") && is(it, "region", "eu");
    let report = Shop::new(2).correlate(8_000, |it| if both(it) { 0.4 } else { 0.005 });
    assert_eq!(names(&report).len(), 1, "{:?}", names(&report));
    let name = &names(&report)[0];
    assert!(name.contains("region=eu") && (name.contains("app_version=2.3") || name.contains("build=b103")), "{name}");
    assert!(report.findings[0].among_bad > 0.8 && report.findings[0].among_rest < 0.08);
}

#[test]
fn two_causes_are_two_findings_and_no_pair() {
    let risk = |it: &[(&'static str, String)]| {
        0.01 + f64::from(u8::from(is(it, "host", "h07"))) * 0.5 + f64::from(u8::from(is(it, "region", "ap"))) * 0.1
    };
    let report = Shop::new(3).correlate(20_000, risk);
    let mut found = names(&report);
    found.sort();
    assert_eq!(found, ["host=h07", "region=ap"]);
}

#[test]
fn what_goes_along_with_a_cause_is_no_finding() {
    // A pool that only the sick host is in, with healthy others: over-represented, and nothing without the host.
    let mut all = Correlator::default();
    let mut rng = fastrand::Rng::with_seed(4);
    for _ in 0..10_000 {
        let host = rng.usize(0..20);
        let pool = if host < 2 { "a" } else { "b" };
        let side = if rng.f64() < if host == 0 { 0.5 } else { 0.01 } { Side::Bad } else { Side::Rest };
        let host = format!("h{host}");
        all.push(side, [("host", host.as_str()), ("pool", pool)]);
    }
    assert_eq!(names(&all.report()), ["host=h0"]);
}

#[test]
fn where_nothing_is_planted_nothing_is_found() {
    let wrong = (0..200).filter(|seed| !Shop::new(1_000 + seed).correlate(600, |_| 0.1).findings.is_empty()).count();
    // Every finding is false here, so the rate of worlds with one is the false discovery rate: a hundredth is allowed
    // each for values and for pairs, and the floors are above that.
    assert!(wrong <= 4, "{wrong} of 200");
}

#[test]
fn a_weak_cause_needs_records() {
    let risk = |it: &[(&'static str, String)]| if is(it, "plan", "free") { 0.2 } else { 0.1 };
    assert!(Shop::new(5).correlate(100, risk).findings.is_empty());
    assert_eq!(names(&Shop::new(5).correlate(5_000, risk)), ["plan=free"]);
}

#[test]
fn an_identifier_is_no_cause_even_where_it_repeats_among_the_bad() {
    let mut all = Correlator::default();
    for at in 0..2_000u32 {
        let bad = at % 100 == 0;
        let session = if bad { "s".to_owned() } else { format!("{at}") };
        let side = if bad { Side::Bad } else { Side::Rest };
        all.push(side, [("session", session.as_str()), ("zone", "z")]);
    }
    let report = all.report();
    assert!(report.findings.is_empty() && report.identifiers == ["session"], "{report:?}");
}

#[test]
fn fields_and_values_beyond_the_bounds_are_counted() {
    let mut all = Correlator::default();
    for at in 0..3 * VALUES {
        let (field, value) = (format!("f{}", at % (FIELDS * 2)), format!("{}", at / 2 % (VALUES * 2)));
        all.push(Side::Rest, [("wide", value.as_str()), (field.as_str(), "x")]);
        all.push(Side::Rest, [("wide", value.as_str()), (field.as_str(), "x")]);
    }
    let report = all.report();
    assert_eq!(all.fields.len(), FIELDS);
    assert!(report.beyond > 0);
    assert_eq!(report.partly, [("wide".to_owned(), 2 * VALUES as u64)]);
}

#[test]
fn only_one_side_or_none_gives_no_finding() {
    let mut all = Correlator::default();
    assert_eq!(all.report(), Report::default());
    (0..100).for_each(|_| all.push(Side::Bad, [("a", "b"), ("a", "c"), ("d", "")]));
    let report = all.report();
    assert!(report.findings.is_empty() && report.bad == 100 && report.rest == 0);
    assert_eq!(all.fields.len(), 1);
    assert_eq!(all.fields[0].values.len(), 1);
}

#[test]
fn beyond_the_sample_the_answer_stays() {
    let both = |it: &[(&'static str, String)]| is(it, "app_version", "2.3") && is(it, "region", "eu");
    let report = Shop::new(6).correlate(3 * SAMPLE, |it| if both(it) { 0.4 } else { 0.005 });
    assert!(report.sampled && report.rest + report.bad == 3 * SAMPLE as u64);
    assert_eq!(names(&report).len(), 1, "{:?}", names(&report));
}
