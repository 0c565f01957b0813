//! How fast an answer of `query_range` becomes series: 64 MiB that are made here, in pieces as they come from a socket,
//! with and without the text of the values.

#![expect(clippy::unwrap_used, reason = "a bench says by a panic what it could not do")]

use std::io::Write;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use midwatch::sources::prometheus::decode::{Decoder, Limits, Texts};

const BYTES: usize = 64 << 20;
/// What one read from a socket brings.
const PIECE: usize = 16 << 10;
/// Samples of a series: a day at 15 s.
const POINTS: u64 = 5_760;

fn main() {
    divan::main();
}

/// Series until there are enough bytes, the same at every run; a value from a number in [0, 1).
fn answer(value: impl Fn(f64) -> String) -> (Vec<u8>, usize) {
    let mut body = br#"{"status":"success","data":{"resultType":"matrix","result":["#.to_vec();
    let (mut state, mut series, mut samples) = (42u64, 0u64, 0);
    while body.len() < BYTES {
        let comma = if series > 0 { "," } else { "" };
        write!(body, r#"{comma}{{"metric":{{"__name__":"requests","instance":"10.0.0.{series}:9100"}},"values":["#)
            .unwrap();
        for point in 0..POINTS {
            // An xorshift step.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let share = (state >> 11) as f64 / (1u64 << 53) as f64;
            let comma = if point > 0 { "," } else { "" };
            write!(body, "{comma}[{},\"{}\"]", 1_763_700_000 + 15 * point, value(share)).unwrap();
            samples += 1;
        }
        body.extend_from_slice(b"]}");
        series += 1;
    }
    body.extend_from_slice(b"]}}");
    (body, samples)
}

fn decode(bencher: Bencher<'_, '_>, (body, samples): &(Vec<u8>, usize), texts: Texts) {
    bencher.counter(BytesCount::new(body.len())).counter(ItemsCount::new(*samples)).bench_local(|| {
        let mut decoder = Decoder::new(Limits { series: 10_000, samples: 100_000_000, texts });
        for piece in body.chunks(PIECE) {
            decoder.feed(piece).unwrap();
        }
        let answer = decoder.finish().unwrap().unwrap();
        assert_eq!(answer.samples, *samples as u64);
        answer
    });
}

/// Rates, which have as many digits as fit.
#[divan::bench(sample_count = 10)]
fn rates(bencher: Bencher<'_, '_>) {
    decode(bencher, &answer(|share| (share * 100.0).to_string()), Texts::Dropped);
}

/// The same with the text of each value, as for evidence.
#[divan::bench(sample_count = 10)]
fn rates_as_sent(bencher: Bencher<'_, '_>) {
    decode(bencher, &answer(|share| (share * 100.0).to_string()), Texts::Kept);
}

/// Counters, which are whole.
#[divan::bench(sample_count = 10)]
fn counters(bencher: Bencher<'_, '_>) {
    decode(bencher, &answer(|share| ((share * 1e9) as u64).to_string()), Texts::Dropped);
}
