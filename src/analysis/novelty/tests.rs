//! Synthetic streams with known answers.

use super::{Covered, Kind, News, Seen, news};

const HOUR: f64 = 3600.0;
/// Two hours in minutes before, ten minutes after.
const USUAL: Covered = Covered { before: 2.0 * HOUR, after: 600.0 };

fn seen(before: &[u32], after: u64) -> Seen<'_> {
    Seen { before, after, earlier: false, severe: false }
}

/// Counts that scatter as a Poisson process of this rate a bucket does, from a fixed seed.
fn poisson(rate: f64, buckets: usize, seed: u64) -> Vec<u32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut uniform = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..buckets)
        .map(|_| {
            let (limit, mut product, mut count) = ((-rate).exp(), uniform(), 0);
            while product > limit {
                product *= uniform();
                count += 1;
            }
            count
        })
        .collect()
}

fn of(all: &[News], pattern: usize) -> Option<Kind> {
    all.iter().find(|news| news.pattern == pattern).map(|news| news.kind)
}

#[test]
fn what_goes_on_as_before_is_no_news() {
    let before: Vec<Vec<u32>> =
        (0..500_u32).map(|at| poisson(0.05 * f64::from(at % 100 + 1), 120, at.into())).collect();
    let after: Vec<u64> = (0..500_u32)
        .map(|at| poisson(0.05 * f64::from(at % 100 + 1), 10, 7000 + u64::from(at)).iter().map(|n| u64::from(*n)).sum())
        .collect();
    let patterns: Vec<Seen<'_>> = before.iter().zip(&after).map(|(before, after)| seen(before, *after)).collect();
    let told = news(USUAL, &patterns).into_iter().filter(|news| news.kind != Kind::New).count();
    assert!(told <= 1, "{told} of 500");
}

#[test]
fn one_line_that_never_was_is_new_and_a_fatal_one_stands_above_chatter() {
    let nothing = [0; 120];
    let steady = poisson(3.0, 120, 5);
    let fatal = Seen { severe: true, ..seen(&nothing, 1) };
    let all = news(USUAL, &[seen(&steady, 33), seen(&nothing, 2), fatal]);
    assert_eq!(all.iter().map(|news| (news.pattern, news.kind)).collect::<Vec<_>>(), [(2, Kind::New), (1, Kind::New)]);
    assert!(all[0].ratio.is_infinite());
}

#[test]
fn what_was_seen_before_the_buckets_or_had_no_time_to_be_seen_is_not_new() {
    let nothing = [0; 120];
    assert!(news(USUAL, &[Seen { earlier: true, ..seen(&nothing, 1) }]).is_empty());
    assert!(news(Covered { before: 30.0, after: 20.0 }, &[seen(&nothing, 1)]).is_empty());
    assert!(news(Covered { before: HOUR, after: 2.0 * HOUR }, &[seen(&nothing, 1)]).is_empty());
    // A flood is news all the same, but as a burst.
    let flood = news(Covered { before: HOUR, after: 2.0 * HOUR }, &[seen(&nothing, 5000)]);
    assert_eq!(of(&flood, 0), Some(Kind::Burst));
}

#[test]
fn a_slow_job_is_no_news_whether_it_runs_or_not() {
    // 500 lines once an hour; once a day; none after.
    let mut hourly = vec![0; 120];
    (hourly[10], hourly[70]) = (500, 500);
    let mut daily = vec![0; 120];
    daily[3] = 1;
    assert!(news(USUAL, &[seen(&hourly, 500), seen(&daily, 1), seen(&hourly, 0), seen(&daily, 0)]).is_empty());
}

#[test]
fn bursts_and_stops_are_told_with_their_ratio() {
    let steady = poisson(6.0, 120, 9);
    let total: u32 = steady.iter().sum();
    let all = news(USUAL, &[seen(&steady, 60), seen(&steady, 600), seen(&steady, 0), seen(&steady, 12)]);
    assert_eq!((of(&all, 0), of(&all, 1)), (None, Some(Kind::Burst)));
    assert_eq!((of(&all, 2), of(&all, 3)), (Some(Kind::Stopped), Some(Kind::Rarer)));
    let burst = all.iter().find(|news| news.pattern == 1).unwrap();
    assert!((burst.ratio - 600.0 / f64::from(total) * 12.0).abs() < 1e-9);
    // The bound is below what was seen, and not by much with so many lines.
    assert!(burst.score < burst.ratio.log2() && burst.score > burst.ratio.log2() - 1.0, "{burst:?}");
}

#[test]
fn a_large_effect_stands_above_a_certain_but_small_one() {
    let (busy, calm) = (vec![100_000; 120], vec![2; 120]);
    let all = news(USUAL, &[seen(&busy, 1_200_000), seen(&calm, 400)]);
    assert_eq!(all.iter().map(|news| news.pattern).collect::<Vec<_>>(), [1, 0]);
    assert!(all[1].chance < 1e-6);
}

#[test]
fn among_many_patterns_a_mild_surprise_is_an_accident() {
    let calm = poisson(1.0, 120, 11);
    let steady = poisson(5.0, 120, 13);
    let lone = news(USUAL, &[seen(&calm, 24)]);
    assert_eq!(of(&lone, 0), Some(Kind::Burst));
    let mut many: Vec<Seen<'_>> = (0..2000).map(|_| seen(&steady, 50)).collect();
    many.push(seen(&calm, 24));
    assert_eq!(of(&news(USUAL, &many), 2000), None);
}

#[test]
fn equal_news_keep_their_order_and_odd_input_gives_none() {
    let nothing = [0; 120];
    let all = news(USUAL, &[seen(&nothing, 3), seen(&nothing, 3), seen(&nothing, 0), seen(&[], 3)]);
    assert_eq!(all.iter().map(|news| news.pattern).collect::<Vec<_>>(), [0, 1, 3]);
    for (before, after) in [(0.0, 1.0), (1.0, 0.0), (f64::NAN, 1.0), (f64::INFINITY, 1.0)] {
        assert!(news(Covered { before, after }, &[seen(&nothing, 3)]).is_empty());
    }
    assert!(news(USUAL, &[]).is_empty());
    let huge = news(USUAL, &[seen(&[u32::MAX; 120], u64::MAX)]);
    assert!(huge.iter().all(|news| news.score.is_finite()));
}
