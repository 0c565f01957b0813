//! What scoring a fleet costs: 5,000 series of one day at 15 s are 28.8 million points, for which 3 s of one core leave
//! 104 ns a point; and the spans of 2,000 charts, for which a refresh has 100 ms.

#![expect(clippy::unwrap_used, reason = "a bench says by a panic what it could not do")]

use divan::Bencher;
use divan::counter::ItemsCount;
use midwatch::analysis::anomaly::{Detector, spans};
use midwatch::domain::{Sample, TimeWindow, Timestamp};

/// Points of a day at 15 s.
const DAY: usize = 5_760;
/// Series of each kind; the same ones are scored again and again, each by a detector of its own.
const OF_A_KIND: usize = 10;
/// What series look like.
const KINDS: [&str; 6] = ["noise", "daily wave", "walk", "counter", "rare errors", "heavy tail"];

fn main() {
    divan::main();
}

/// Noise without a library: sums of an xorshift generator's bits.
struct Noise(u64);

impl Noise {
    fn share(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }
}

fn series(kind: &str, seed: u64, points: usize) -> Vec<Sample> {
    let mut noise = Noise(seed * 2 + 1);
    let (mut level, mut count) = (0.0, 0.0);
    let value = |k: usize| {
        let wobble = noise.normal();
        level += wobble;
        count += 10.0 + wobble;
        let value = match kind {
            "daily wave" => 100.0 + 20.0 * (k as f64 / DAY as f64 * std::f64::consts::TAU).sin() + wobble,
            "walk" => level,
            "counter" => count,
            "rare errors" => f64::from(u8::from(noise.share() < 0.01)),
            "heavy tail" => wobble.exp(),
            _ => 100.0 + wobble,
        };
        Sample { at: Timestamp::from_second(1_795_000_000 + 15 * k as i64).unwrap(), value }
    };
    (0..points).map(value).collect()
}

fn pool(points: usize) -> Vec<Vec<Sample>> {
    let of = |kind| (1..=OF_A_KIND as u64).map(move |seed| series(kind, seed, points));
    KINDS.into_iter().flat_map(of).collect()
}

/// A day of one series, by kind.
#[divan::bench(args = KINDS)]
fn a_day(bencher: Bencher, kind: &str) {
    let series = series(kind, 1, DAY);
    bencher.counter(ItemsCount::new(DAY)).bench_local(|| {
        let mut detector = Detector::default();
        series.iter().map(|sample| detector.push(*sample).score).sum::<f64>()
    });
}

/// 5,000 series of a day, one after the other, as a backfill comes.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn five_thousand_days(bencher: Bencher) {
    let pool = pool(DAY);
    bencher.counter(ItemsCount::new(5_000 * DAY)).bench_local(|| {
        let day = |series: &Vec<Sample>| {
            let mut detector = Detector::default();
            series.iter().map(|sample| detector.push(*sample).score).sum::<f64>()
        };
        pool.iter().cycle().take(5_000).map(day).sum::<f64>()
    });
}

/// The same, one point of each series after the other, as a scrape comes: every detector leaves the cache in between.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn five_thousand_side_by_side(bencher: Bencher) {
    let pool = pool(DAY);
    bencher.counter(ItemsCount::new(5_000 * DAY)).bench_local(|| {
        let mut detectors = vec![Detector::default(); 5_000];
        let mut sum = 0.0;
        for k in 0..DAY {
            for (detector, series) in detectors.iter_mut().zip(pool.iter().cycle()) {
                sum += detector.push(series[k]).score;
            }
        }
        sum
    });
}

/// The spans of 2,000 series of 400 samples.
#[divan::bench]
fn spans_of_two_thousand_charts(bencher: Bencher) {
    let pool = pool(400);
    let window = TimeWindow::new(Timestamp::MIN, Timestamp::MAX);
    bencher
        .counter(ItemsCount::new(2_000 * 400_usize))
        .bench_local(|| pool.iter().cycle().take(2_000).map(|series| spans(series, window).len()).sum::<usize>());
}
