//! What a ranking says of small systems, one thought each.

use proptest::prelude::*;

use super::*;

const ROWS: usize = 120;

/// A system under test; every service gets 100 calls a row, 10 ms of its own, and no failures, with a wobble.
struct World {
    graph: CallGraph,
    baseline: Telemetry,
    incident: Telemetry,
}

impl World {
    fn new(calls: &[(&str, &str)]) -> Self {
        let mut graph = CallGraph::default();
        let mut world = Self { graph: CallGraph::default(), baseline: stretch(ROWS), incident: stretch(5) };
        for (from, to) in calls {
            graph.call(from, to);
            world.serve(from).serve(to);
        }
        world.graph = graph;
        world
    }

    fn serve(&mut self, name: &str) -> &mut Self {
        let phase = name.bytes().map(usize::from).sum::<usize>();
        for telemetry in [&mut self.baseline, &mut self.incident] {
            let rows = telemetry.times.len();
            let latency = (0..rows).map(|row| 0.01 + 0.0002 * wobble(row, phase)).collect();
            let columns = Columns { latency, availability: vec![100.0; rows], requests: vec![100.0; rows] };
            telemetry.services.insert(name.to_owned(), columns);
        }
        self
    }

    fn at(&mut self, name: &str) -> &mut Columns {
        self.incident.services.get_mut(name).unwrap()
    }

    /// Rows 2 and 3 of these services take longer by these seconds.
    fn slow(&mut self, services: &[(&str, f64)]) -> &mut Self {
        for (name, seconds) in services {
            for row in [2, 3] {
                self.at(name).latency[row] += seconds;
            }
        }
        self
    }

    /// In rows 2 and 3 so many of the hundred calls fail.
    fn fail(&mut self, services: &[(&str, f64)]) -> &mut Self {
        for (name, percent) in services {
            for row in [2, 3] {
                self.at(name).availability[row] -= percent;
            }
        }
        self
    }

    fn ranked(&self, measure: Measure) -> Vec<Candidate> {
        let target = Target { service: "shop".to_owned(), measure, at: None };
        rank(&target, &self.graph, &self.incident, &self.baseline).unwrap()
    }

    fn names(&self, measure: Measure) -> Vec<String> {
        self.ranked(measure).into_iter().map(|it| it.service).collect()
    }
}

fn wobble(row: usize, phase: usize) -> f64 {
    ((row * 7919 + phase * 104_729) % 101) as f64 / 50.0 - 1.0
}

fn stretch(rows: usize) -> Telemetry {
    Telemetry { times: (0..rows).map(|row| row as f64).collect(), ..Telemetry::default() }
}

#[test]
fn of_a_chain_in_trouble_the_deepest_is_the_cause() {
    let mut world = World::new(&[("shop", "cart"), ("cart", "store"), ("store", "disk"), ("shop", "ads")]);
    world.slow(&[("shop", 0.2), ("cart", 0.2), ("store", 0.2)]);
    let ranked = world.ranked(Measure::Latency);
    assert_eq!(ranked[0].service, "store");
    assert_eq!(ranked[0].path, ["shop", "cart", "store"]);
    assert!(ranked[0].explains > 0.9 && ranked[0].why.contains("ms a call, usually 10.0 ms"), "{}", ranked[0].why);
    assert!(ranked.iter().all(|it| it.service != "disk" && it.service != "ads"));
}

#[test]
fn the_target_can_be_its_own_cause() {
    let mut world = World::new(&[("shop", "cart")]);
    world.slow(&[("shop", 0.2)]);
    assert_eq!(world.names(Measure::Latency), ["shop"]);
}

#[test]
fn amounts_decide_between_services_that_never_failed() {
    let mut world = World::new(&[("shop", "cart"), ("shop", "ads"), ("shop", "mail")]);
    world.fail(&[("shop", 20.0), ("cart", 18.0), ("ads", 2.0), ("mail", 3.0)]);
    assert_eq!(world.names(Measure::Availability)[0], "cart");
}

#[test]
fn one_failure_is_chance_and_some_are_not() {
    let mut world = World::new(&[("shop", "cart")]);
    world.at("cart").availability[2] = 99.0;
    world.at("shop").availability[2] = 99.0;
    assert!(world.names(Measure::Availability).is_empty());
    world.fail(&[("cart", 2.0), ("shop", 2.0)]);
    assert_eq!(world.names(Measure::Availability)[0], "cart");
}

#[test]
fn a_few_failures_of_the_target_alone_are_no_finding_unless_a_callee_agrees() {
    let mut world = World::new(&[("shop", "cart")]);
    world.fail(&[("shop", 2.0)]);
    assert!(world.names(Measure::Availability).is_empty());
    world.fail(&[("cart", 2.0)]);
    assert_eq!(world.names(Measure::Availability)[0], "cart");
    let mut world = World::new(&[("shop", "cart")]);
    world.fail(&[("shop", 10.0)]);
    assert_eq!(world.names(Measure::Availability), ["shop"]);
}

#[test]
fn a_clients_view_of_a_service_comes_after_the_service() {
    let mut world = World::new(&[("shop", "client"), ("shop", "cart"), ("cart", "disk")]);
    world.slow(&[("shop", 0.2), ("cart", 0.2), ("client", 0.205)]);
    let ranked = world.ranked(Measure::Latency);
    assert_eq!(ranked[0].service, "cart");
    let client = ranked.iter().find(|it| it.service == "client").unwrap();
    assert!(client.why.ends_with("probably the caller's view of cart"), "{}", client.why);
}

#[test]
fn a_database_that_a_sibling_calls_too_is_no_view_of_it() {
    let mut world = World::new(&[("shop", "db"), ("shop", "cart"), ("cart", "db")]);
    world.slow(&[("shop", 0.2), ("cart", 0.2), ("db", 0.2)]);
    assert_eq!(world.names(Measure::Latency)[0], "db");
}

#[test]
fn a_callee_nobody_called_before_is_its_callers_doing() {
    let mut world = World::new(&[("shop", "cart"), ("cart", "wrong")]);
    world.fail(&[("shop", 20.0), ("cart", 20.0), ("wrong", 100.0)]);
    world.baseline.services.remove("wrong");
    world.at("wrong").requests = vec![0.0, 0.0, 20.0, 20.0, 0.0];
    assert_eq!(world.names(Measure::Availability)[0], "cart");
}

#[test]
fn trouble_elsewhere_is_no_answer_for_a_calm_target() {
    let mut world = World::new(&[("shop", "batch"), ("shop", "cart")]);
    assert!(world.names(Measure::Latency).is_empty());
    world.at("batch").latency = vec![2.0; 5];
    assert!(world.names(Measure::Latency).is_empty());
    world.slow(&[("shop", 0.2), ("cart", 0.2)]);
    assert_eq!(world.names(Measure::Latency)[0], "cart");
}

#[test]
fn a_slow_day_for_all_is_nobodys_fault() {
    let calls = [("shop", "a"), ("shop", "b"), ("shop", "c"), ("shop", "d"), ("shop", "e")];
    let mut world = World::new(&calls);
    let all = |world: &mut World| {
        for columns in world.incident.services.values_mut() {
            columns.latency.iter_mut().for_each(|it| *it *= 1.3);
        }
    };
    all(&mut world);
    assert!(world.names(Measure::Latency).is_empty());
    world.slow(&[("shop", 0.2), ("c", 0.2)]);
    assert_eq!(world.names(Measure::Latency)[0], "c");
}

#[test]
fn a_surge_of_calls_from_elsewhere_is_named_as_such() {
    let mut world = World::new(&[("shop", "db")]);
    world.slow(&[("shop", 0.2), ("db", 0.08)]);
    world.at("db").requests = vec![300.0; 5];
    let first = &world.ranked(Measure::Latency)[0];
    assert_eq!((first.service.as_str(), first.measure), ("db", Measure::Requests));
    assert!(first.why.contains("3.0 times its usual calls"), "{}", first.why);
}

#[test]
fn failures_below_that_come_with_the_wait_are_listed_after_it() {
    let mut world = World::new(&[("shop", "cart"), ("cart", "db"), ("shop", "mail")]);
    world.slow(&[("shop", 0.2), ("cart", 0.2)]);
    world.fail(&[("db", 30.0), ("mail", 30.0)]);
    let ranked = world.ranked(Measure::Latency);
    let found: Vec<(&str, Measure)> = ranked.iter().map(|it| (it.service.as_str(), it.measure)).collect();
    assert_eq!(found, [("cart", Measure::Latency), ("db", Measure::Availability)]);
}

#[test]
fn the_order_does_not_depend_on_the_graphs_order() {
    let calls = [("shop", "a"), ("shop", "b"), ("a", "c"), ("b", "c")];
    let trouble = [("shop", 0.2), ("a", 0.1), ("b", 0.1)];
    let mut one = World::new(&calls);
    one.slow(&trouble);
    let mut other = World::new(&calls.iter().rev().copied().collect::<Vec<_>>());
    other.slow(&trouble);
    assert_eq!(one.names(Measure::Latency), other.names(Measure::Latency));
    assert!(one.names(Measure::Latency).len() >= 2);
}

#[test]
fn a_cycle_does_not_hide_both_of_its_services() {
    let mut world = World::new(&[("shop", "a"), ("a", "b"), ("b", "a")]);
    world.slow(&[("shop", 0.2), ("a", 0.2), ("b", 0.2)]);
    let names = world.names(Measure::Latency);
    assert!(names[..2].contains(&"a".to_owned()) && names[..2].contains(&"b".to_owned()), "{names:?}");
}

#[test]
fn what_cannot_be_ranked_says_why() {
    let world = World::new(&[("shop", "cart")]);
    let ask = |service: &str, measure| {
        let target = Target { service: service.to_owned(), measure, at: None };
        rank(&target, &world.graph, &world.incident, &world.baseline)
    };
    assert_eq!(ask("mail", Measure::Latency), Err(RankError::NotInGraph("mail".to_owned())));
    assert_eq!(ask("shop", Measure::Requests), Err(RankError::NoCause));
    let none = Telemetry::default();
    let target = Target { service: "shop".to_owned(), measure: Measure::Latency, at: Some(3.0) };
    let nothing = RankError::NotMeasured { service: "shop".to_owned(), measure: "latency" };
    assert_eq!(rank(&target, &world.graph, &none, &none), Err(nothing));
}

fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY), Just(1e308), -1.0..200.0f64]
}

fn any_telemetry() -> impl Strategy<Value = Telemetry> {
    let columns = || {
        let column = || prop::collection::vec(any_value(), 0..12);
        (column(), column(), column()).prop_map(|(latency, availability, requests)| Columns {
            latency,
            availability,
            requests,
        })
    };
    (prop::collection::vec(any_value(), 0..12), prop::collection::btree_map("[a-e]", columns(), 0..6))
        .prop_map(|(times, services)| Telemetry { times, services })
}

proptest! {
    #[test]
    fn any_figures_give_scores_in_range_in_order(
        calls in prop::collection::vec(("[a-e]", "[a-e]"), 0..12), incident in any_telemetry(), baseline in any_telemetry(),
        latency in any::<bool>(), at in prop::option::of(any_value()),
    ) {
        let mut graph = CallGraph::default();
        calls.iter().for_each(|(from, to)| graph.call(from, to));
        let measure = if latency { Measure::Latency } else { Measure::Availability };
        let target = Target { service: "a".to_owned(), measure, at };
        if let Ok(ranked) = rank(&target, &graph, &incident, &baseline) {
            prop_assert!(ranked.iter().all(|it| (0.0..=1.0).contains(&it.score) && (0.0..=1.0).contains(&it.explains)));
            prop_assert!(ranked.windows(2).all(|pair| pair[0].score >= pair[1].score));
        }
    }
}
