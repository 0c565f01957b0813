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

fn said(parts: &[Part]) -> String {
    let word = |part: &Part| match &part.test {
        Test::Is(value) => format!("{}={value}", part.field),
        Test::Begins(value) => format!("{}={value}…", part.field),
        Test::AtLeast(end) => format!("{}>={end}", part.field),
        Test::Below(end) => format!("{}<{end}", part.field),
        Test::Within(from, to) => format!("{from}<={}<{to}", part.field),
        Test::Since { what, .. } => format!("since {what}"),
    };
    parts.iter().map(word).collect::<Vec<_>>().join(" and ")
}

/// What stands for itself.
fn names(report: &Report) -> Vec<String> {
    report.findings.iter().filter(|it| it.along.is_none()).map(|it| said(&it.parts)).collect()
}

/// What goes along with that.
fn along(report: &Report) -> Vec<String> {
    report.findings.iter().filter(|it| it.along.is_some()).map(|it| said(&it.parts)).collect()
}

#[test]
fn a_planted_value_is_found_alone_with_its_other_name() {
    let report = Shop::new(1).correlate(5_000, |it| if is(it, "app_version", "2.3") { 0.3 } else { 0.01 });
    assert_eq!(names(&report), ["app_version=2.3"]);
    let finding = &report.findings[0];
    let (bad, rest) = (finding.among_bad(), finding.among_rest());
    assert!(bad.value > 0.85 && (0.15..0.22).contains(&rest.value), "{finding:?}");
    assert!(bad.low < bad.value && bad.value < bad.high && finding.ratio().low > 3.0, "{finding:?}");
    assert_eq!(finding.certainty(), Certainty::Certain);
    assert_eq!(finding.same[0][0].field, "build");
    assert!(along(&report).is_empty(), "{:?}", along(&report));
    assert_eq!(report.identifiers, ["trace"]);
}

#[test]
fn a_planted_pair_is_found_and_its_parts_are_not() {
    let both = |it: &[(&'static str, String)]| is(it, "app_version", "2.3") && is(it, "region", "eu");
    let report = Shop::new(2).correlate(8_000, |it| if both(it) { 0.4 } else { 0.005 });
    assert_eq!(names(&report).len(), 1, "{:?}", names(&report));
    let name = &names(&report)[0];
    assert!(name.contains("region=eu") && (name.contains("app_version=2.3") || name.contains("build=b103")), "{name}");
    let first = &report.findings[0];
    assert!(first.among_bad().value > 0.8 && first.among_rest().value < 0.08);
}

#[test]
fn a_rare_pair_is_not_drowned_by_its_parts() {
    // A part that others have too finds more of the bad by the way than the pair does.
    let both = |it: &[(&'static str, String)]| is(it, "plan", "free") && is(it, "host", "h07");
    let report = Shop::new(12).correlate(20_000, |it| if both(it) { 0.6 } else { 0.05 });
    assert_eq!(names(&report).len(), 1, "{:?}", names(&report));
    assert!(names(&report)[0].contains("plan=free") && names(&report)[0].contains("host=h07"), "{:?}", names(&report));
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
fn what_goes_along_with_a_cause_is_told_as_that() {
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
    let report = all.report();
    assert_eq!(names(&report), ["host=h0"]);
    assert_eq!((along(&report), report.findings[1].along), (vec!["pool=a".to_owned()], Some(0)));
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
fn one_user_among_very_many_is_found_and_the_field_is_known_to_hardly_repeat() {
    let mut all = Correlator::default();
    for at in 0..60_000u32 {
        let bad = at % 100 == 0;
        let user = if bad && at % 300 != 0 { "u7".to_owned() } else { format!("u{}", at + 1_000) };
        all.push(if bad { Side::Bad } else { Side::Rest }, [("user", user.as_str()), ("zone", "z")]);
    }
    let report = all.report();
    assert_eq!((names(&report), report.identifiers), (vec!["user=u7".to_owned()], vec!["user".to_owned()]));
    assert_eq!(report.findings[0].bad, (400, 600));
}

#[test]
fn fields_and_values_beyond_the_bounds_are_counted() {
    let mut all = Correlator::default();
    for at in 0..3 * VALUES {
        let (field, value) = (format!("f{}", at % (FIELDS * 2)), format!("v{}", at / 4 % (VALUES * 2)));
        for _ in 0..4 {
            all.push(Side::Rest, [("wide", value.as_str()), (field.as_str(), "x")]);
        }
    }
    (0..FEWEST).for_each(|_| all.push(Side::Bad, [("wide", "v")]));
    let report = all.report();
    assert_eq!(all.fields.len(), FIELDS);
    assert!(report.beyond > 0 && all.fields[0].values().count() <= VALUES);
}

#[test]
fn a_few_records_are_too_few_to_say_anything() {
    let mut all = Correlator::default();
    (0..FEWEST - 1).for_each(|_| all.push(Side::Bad, [("a", "x")]));
    (0..10_000).for_each(|_| all.push(Side::Rest, [("a", "y")]));
    let report = all.report();
    assert!(report.is_too_few() && report.findings.is_empty());
    (0..2 * SEEN).for_each(|_| all.push(Side::Bad, [("a", "x")]));
    assert_eq!(names(&all.report()), ["a=x"]);
}

/// Records with a number that fails above a limit, a clock that grows, and one that says nothing.
fn measured(seed: u64, records: u32, limit: f64) -> Report {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut all = Correlator::default();
    for at in 0..records {
        let took = -80.0 * rng.f64().max(1e-9).ln();
        let bad = rng.f64() < if took >= limit { 0.9 } else { 0.004 };
        let (took, bytes, order) = (format!("{took:.1}ms"), rng.u32(0..5_000).to_string(), (70_000 + at).to_string());
        let side = if bad { Side::Bad } else { Side::Rest };
        all.push(side, [("took", took.as_str()), ("bytes", bytes.as_str()), ("order", order.as_str())]);
    }
    all.report()
}

#[test]
fn a_limit_of_a_number_is_found_with_its_unit() {
    let report = measured(1, 20_000, 250.0);
    let found = names(&report);
    assert_eq!(found.len(), 1, "{found:?}");
    let end: f64 = found[0].strip_prefix("took>=").unwrap().strip_suffix("ms").unwrap().parse().unwrap();
    assert!((225.0..=280.0).contains(&end), "{found:?}");
    assert!(report.asked.ranges > 500 && report.identifiers.contains(&"order".to_owned()));
}

#[test]
fn numbers_that_say_nothing_have_no_limit() {
    let wrong = (0..100).filter(|seed| !measured(100 + seed, 1_500, f64::INFINITY).findings.is_empty()).count();
    assert!(wrong <= 3, "{wrong} of 100");
}

#[test]
fn an_id_that_grows_is_cut_where_the_failures_begin_and_so_is_the_change() {
    let mut all = Correlator::new(vec![Since { at: 6_000, what: "deploy shop 2.3".to_owned() }]);
    let mut rng = fastrand::Rng::with_seed(9);
    for at in 0..8_000i64 {
        let bad = rng.f64() < if at >= 6_000 { 0.5 } else { 0.002 };
        all.begin(if bad { Side::Bad } else { Side::Rest }, Some(at));
        all.field(b"order", (40_000 + at).to_string().as_bytes());
        all.field(b"zone", [b"a".as_slice(), b"b"][rng.usize(0..2)]);
        all.end();
    }
    let report = all.report();
    let mut said = vec![super::tests::said(&report.findings[0].parts)];
    said.extend(report.findings[0].same.iter().map(|parts| super::tests::said(parts)));
    assert_eq!(names(&report).len(), 1, "{report:?}");
    assert!(said.contains(&"since deploy shop 2.3".to_owned()), "{said:?}");
    assert!(said.iter().any(|name| name.starts_with("order>=4")), "{said:?}");
}

#[test]
fn a_field_that_only_the_bad_have_is_told_so_and_hides_nothing() {
    let mut all = Correlator::default();
    let mut rng = fastrand::Rng::with_seed(10);
    for _ in 0..5_000 {
        let version = format!("2.{}", rng.usize(0..4));
        let bad = rng.f64() < if version == "2.3" { 0.3 } else { 0.01 };
        let error = [("error", "gateway timeout"), ("version", version.as_str())];
        if bad {
            all.push(Side::Bad, error);
        } else {
            all.push(Side::Rest, error[1..].iter().copied());
        }
    }
    let report = all.report();
    assert_eq!(names(&report), ["error=gateway timeout"]);
    assert!(report.findings[0].only_bad && !report.findings[1].only_bad);
    assert_eq!(along(&report), ["version=2.3"]);
}

#[test]
fn only_one_side_or_none_gives_no_finding() {
    let mut all = Correlator::default();
    assert_eq!(all.report(), Report::default());
    (0..100).for_each(|_| all.push(Side::Bad, [("a", "b"), ("a", "c"), ("d", "")]));
    let report = all.report();
    assert!(report.findings.is_empty() && report.bad == 100 && report.rest == 0 && report.is_too_few());
    assert_eq!(all.fields.len(), 1);
    assert_eq!(all.fields[0].values().count(), 1);
}

#[test]
fn beyond_the_sample_the_answer_stays() {
    let both = |it: &[(&'static str, String)]| is(it, "app_version", "2.3") && is(it, "region", "eu");
    let report = Shop::new(6).correlate(3 * SAMPLE, |it| if both(it) { 0.4 } else { 0.005 });
    assert!(report.sampled && report.rest + report.bad == 3 * SAMPLE as u64);
    assert_eq!(names(&report).len(), 1, "{:?}", names(&report));
}
