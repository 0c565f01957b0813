//! Made-up systems with a known cause: traffic with noise and surges, latency and failures that travel along calls,
//! calls nobody waits for, clients' views of calls, trouble elsewhere, and days of which one is slower. What a ranking
//! says of hundreds of them is held to floors.

use std::ops::Range;

use super::*;

/// A system: services in layers, a call only to a later one, the first is the target.
struct System {
    names: Vec<String>,
    calls: Vec<Call>,
    /// Seconds of work in a call, without its callees.
    work: Vec<f64>,
    /// Share of calls that fail by themselves.
    fails: Vec<f64>,
    /// Leaves that show only how a caller's client sees a service: of which one, and for which share of its calls.
    views: Vec<(usize, f64)>,
}

struct Call {
    from: usize,
    to: usize,
    /// Calls made for each one received.
    times: f64,
    waits: bool,
}

/// What goes wrong in a stretch.
#[derive(Clone, Copy)]
struct Fault {
    service: usize,
    seconds: f64,
    failures: f64,
}

/// What the days are like.
#[derive(Clone, Copy)]
struct Weather {
    /// All work this many times as long.
    slow: f64,
    /// All traffic this many times as much.
    surge: f64,
}

/// Seeds of the systems; a few more or others change the figures by a few hundredths.
const SYSTEMS: Range<u64> = 0..60;
/// Rows of the baseline.
const HISTORY: usize = 120;

const CALM: Weather = Weather { slow: 1.0, surge: 1.0 };

impl System {
    fn random(rng: &mut fastrand::Rng) -> System {
        let count = rng.usize(8..25);
        let mut calls = Vec::new();
        for to in 1..count {
            for _ in 0..rng.usize(1..3) {
                let from = rng.usize(0..to);
                let waits = rng.f64() < 0.85;
                calls.push(Call { from, to, times: [0.3, 1.0, 2.0][rng.usize(0..3)], waits });
            }
        }
        let work = (0..count).map(|_| 0.002 * 50f64.powf(rng.f64())).collect();
        let fails = (0..count).map(|_| [0.0, 0.0, 0.0, 0.002][rng.usize(0..4)]).collect();
        let views = (1..count).map(|of| (of, 4.0 * rng.f64(), 0.1 + 0.9 * rng.f64()));
        let views = views.filter(|(_, chance, _)| *chance < 1.0).map(|(of, _, share)| (of, share)).collect();
        System { names: (0..count).map(|at| format!("s{}", (at * 7919) % 1009)).collect(), calls, work, fails, views }
    }

    fn graph(&self) -> CallGraph {
        let mut graph = CallGraph::default();
        for call in &self.calls {
            graph.call(&self.names[call.from], &self.names[call.to]);
        }
        for (of, _) in &self.views {
            for call in self.calls.iter().filter(|call| call.to == *of) {
                graph.call(&self.names[call.from], &format!("client of {}", self.names[*of]));
            }
        }
        graph
    }

    /// Services whose trouble the target feels, itself left out.
    fn felt(&self) -> Vec<usize> {
        let mut felt = vec![false; self.names.len()];
        felt[0] = true;
        for to in 1..felt.len() {
            felt[to] = self.calls.iter().any(|call| call.to == to && call.waits && felt[call.from]);
        }
        (1..felt.len()).filter(|at| felt[*at]).collect()
    }

    fn record(
        &self,
        rows: usize,
        weather: Weather,
        faults: &[(Fault, &[usize])],
        rng: &mut fastrand::Rng,
    ) -> Telemetry {
        let count = self.names.len();
        let mut telemetry = Telemetry::default();
        for row in 0..rows {
            telemetry.times.push(row as f64 * 300.0);
            let mut requests = vec![0.0; count];
            requests[0] = poisson(300.0 * weather.surge, rng);
            for call in &self.calls {
                requests[call.to] += poisson(requests[call.from] * call.times, rng);
            }
            let mut latency: Vec<f64> =
                self.work.iter().map(|work| work * weather.slow * (0.08 * normal(rng)).exp()).collect();
            let mut fails = self.fails.clone();
            for (fault, when) in faults {
                if when.contains(&row) {
                    let size = 0.6 + 0.8 * rng.f64();
                    latency[fault.service] += fault.seconds * size;
                    fails[fault.service] += fault.failures * size;
                }
            }
            for from in (0..count).rev() {
                for call in self.calls.iter().filter(|call| call.from == from && call.waits) {
                    latency[from] += call.times * latency[call.to];
                    fails[from] += 0.9 * call.times * fails[call.to];
                }
            }
            for at in 0..count {
                let failed = poisson(requests[at] * fails[at].min(0.9), rng).min(requests[at]);
                put(&mut telemetry, &self.names[at], latency[at], failed, requests[at]);
            }
            for (of, share) in &self.views {
                let seen = (requests[*of] * share).round();
                let failed = poisson(seen * fails[*of].min(0.9), rng).min(seen);
                put(&mut telemetry, &format!("client of {}", self.names[*of]), latency[*of] + 0.001, failed, seen);
            }
        }
        telemetry
    }
}

fn put(telemetry: &mut Telemetry, name: &str, latency: f64, failed: f64, requests: f64) {
    let columns = telemetry.services.entry(name.to_owned()).or_default();
    let some = requests > 0.0;
    columns.latency.push(if some { latency } else { f64::NAN });
    columns.availability.push(if some { 100.0 * (1.0 - failed / requests) } else { f64::NAN });
    columns.requests.push(requests);
}

fn normal(rng: &mut fastrand::Rng) -> f64 {
    (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (std::f64::consts::TAU * rng.f64()).cos()
}

fn poisson(mean: f64, rng: &mut fastrand::Rng) -> f64 {
    if mean > 30.0 {
        return (mean + mean.sqrt() * normal(rng)).round().max(0.0);
    }
    let (limit, mut product, mut count) = ((-mean).exp(), rng.f64(), 0.0);
    while product > limit {
        product *= rng.f64();
        count += 1.0;
    }
    count
}

/// Share of first places, of first three, and of empty answers.
#[derive(Debug)]
struct Score {
    first: f64,
    three: f64,
    empty: f64,
}

/// Ranks so many systems with a fault of which the target feels something, in weather of its own.
fn score(systems: Range<u64>, measure: Measure, weather: Weather, fault: bool) -> Score {
    let (mut first, mut three, mut empty, mut asked) = (0.0, 0.0, 0.0, 0.0);
    for seed in systems {
        let rng = &mut fastrand::Rng::with_seed(seed);
        let system = System::random(rng);
        let felt = system.felt();
        if felt.is_empty() {
            continue;
        }
        let service = felt[rng.usize(0..felt.len())];
        let baseline = system.record(HISTORY, CALM, &[], rng);
        let mean = |columns: &Columns| columns.latency.iter().filter(|it| it.is_finite()).sum::<f64>() / HISTORY as f64;
        let target = mean(&baseline.services[&system.names[0]]);
        let calls = baseline.services[&system.names[service]].requests.iter().sum::<f64>()
            / baseline.services[&system.names[0]].requests.iter().sum::<f64>();
        // As much as moves the target by a fifth to a half, or lets some percent of its calls fail.
        let sized = fault;
        let size = if fault { 0.2 + 0.3 * rng.f64() } else { 0.0 };
        let fault = match measure {
            Measure::Latency => Fault { service, seconds: size * target / calls.max(0.05), failures: 0.0 },
            _ => Fault { service, seconds: 0.0, failures: (size * 0.2 / calls.max(0.05)).min(0.6) },
        };
        let other = Fault { service: rng.usize(1..system.names.len()), seconds: 0.05, failures: 0.0 };
        let mut faults: Vec<(Fault, &[usize])> = vec![(fault, &[2, 3])];
        if !felt.contains(&other.service) {
            faults.push((other, &[0, 1, 2, 3, 4]));
        }
        let incident = system.record(5, weather, &faults, rng);
        let target = Target { service: system.names[0].clone(), measure, at: None };
        let (graph, place) = (system.graph(), 0);
        let field = Field::new(measure, &graph, &graph.below(place), &incident, &baseline);
        if sized && field.of(place).is_none_or(|it| strength(it) < MOVED) {
            continue;
        }
        let ranked = rank(&target, &graph, &incident, &baseline).unwrap();
        let place = ranked.iter().position(|it| it.service == system.names[service]);
        first += f64::from(u8::from(place == Some(0)));
        three += f64::from(u8::from(place.is_some_and(|place| place < 3)));
        empty += f64::from(u8::from(ranked.is_empty()));
        asked += 1.0;
    }
    Score { first: first / asked, three: three / asked, empty: empty / asked }
}

/// Of faults that the target feels nine in ten must come first, nearly all among the first three, and a system without
/// a fault must get no answer. The floors are a little below what hundreds of systems gave.
#[test]
fn the_cause_is_found_in_made_up_systems() {
    let cases = [
        ("calm", Measure::Latency, CALM, 0.93),
        ("calm", Measure::Availability, CALM, 0.9),
        ("a slow day", Measure::Latency, Weather { slow: 1.15, surge: 1.0 }, 0.9),
        ("half as much traffic again", Measure::Latency, Weather { slow: 1.0, surge: 1.5 }, 0.93),
        ("half the traffic", Measure::Latency, Weather { slow: 0.9, surge: 0.5 }, 0.9),
    ];
    for (day, measure, weather, floor) in cases {
        let found = score(SYSTEMS, measure, weather, true);
        assert!(found.first >= floor && found.three >= 0.96, "{day}, {measure:?}: {found:?}");
        let calm = score(SYSTEMS, measure, weather, false);
        assert!(calm.empty >= 0.8, "{day}, {measure:?}: {calm:?}");
    }
}
