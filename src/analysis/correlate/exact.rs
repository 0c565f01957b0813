//! Whether a share is higher among the bad than chance gives, and for how many questions at once that still holds.

use super::report::Interval;
use crate::analysis::novelty::beta::ln_gamma;

/// Standard deviations of a normal distribution that 95 % lie within.
const WIDTH: f64 = 1.959_963_984_540_054;

/// A question's counts: of all bad and all other records those that have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    pub bad: u64,
    pub all_bad: u64,
    pub rest: u64,
    pub all_rest: u64,
}

impl Counts {
    /// Its share among the bad.
    pub fn among_bad(self) -> f64 {
        self.bad as f64 / self.all_bad.max(1) as f64
    }

    /// Its share among the rest.
    pub fn among_rest(self) -> f64 {
        self.rest as f64 / self.all_rest.max(1) as f64
    }

    /// The share among the bad with its interval.
    pub fn share_of_bad(self) -> Interval {
        wilson(self.bad, self.all_bad)
    }

    /// The share among the rest with its interval.
    pub fn share_of_rest(self) -> Interval {
        wilson(self.rest, self.all_rest)
    }

    /// How many times the rest's share the bad's is.
    pub fn ratio(self) -> Interval {
        let half = |count: u64| count as f64 + 0.5;
        let (bad, all_bad) = (half(self.bad), half(self.all_bad));
        let (rest, all_rest) = (half(self.rest), half(self.all_rest));
        let ln = (bad / all_bad / (rest / all_rest)).ln();
        let wide = WIDTH * (1.0 / bad - 1.0 / all_bad + 1.0 / rest - 1.0 / all_rest).max(0.0).sqrt();
        Interval { value: ln.exp(), low: (ln - wide).exp(), high: (ln + wide).exp() }
    }

    /// The difference of the shares: how well it tells bad from rest, -1 to 1 (Youden, *Index for rating diagnostic
    /// tests*, 1950).
    pub fn tells(self) -> f64 {
        self.among_bad() - self.among_rest()
    }

    /// How many times the rest's odds the bad's are; half a record more in each cell, so that none is a number
    /// (Haldane, 1956).
    pub fn odds(self) -> f64 {
        let odds = |with: u64, all: u64| (with as f64 + 0.5) / ((all - with.min(all)) as f64 + 0.5);
        odds(self.bad, self.all_bad) / odds(self.rest, self.all_rest)
    }

    /// Natural logarithm of the mid-p value of Fisher's exact test, upper side: the chance of a table as extreme or
    /// more, the observed one counted half (Lancaster, *Significance tests in discrete distributions*, 1961). 0 where
    /// the bad have no more than their share.
    pub fn ln_chance(self) -> f64 {
        let with = (self.bad + self.rest) as f64;
        let (bad, all) = (self.all_bad as f64, (self.all_bad + self.all_rest) as f64);
        let observed = self.bad as f64;
        if observed * all <= with * bad {
            return 0.0;
        }
        let choose = |of: f64, some: f64| ln_gamma(of + 1.0) - ln_gamma(some + 1.0) - ln_gamma(of - some + 1.0);
        let first = choose(with, observed) + choose(all - with, bad - observed) - choose(all, bad);
        let (mut tail, mut term, mut count) = (0.5, 1.0, observed);
        let most = with.min(bad);
        while count < most && term > 1e-17 * tail {
            term *= (with - count) * (bad - count) / ((count + 1.0) * (all - with - bad + count + 1.0));
            tail += term;
            count += 1.0;
        }
        (first + f64::ln(tail)).min(0.0)
    }
}

/// The interval of a share (Wilson, *Probable inference, the law of succession, and statistical inference*, 1927).
fn wilson(some: u64, all: u64) -> Interval {
    let all = all.max(1) as f64;
    let (share, z2) = (some as f64 / all, WIDTH * WIDTH);
    let middle = (share + z2 / (2.0 * all)) / (1.0 + z2 / all);
    let wide = WIDTH / (1.0 + z2 / all) * (share * (1.0 - share) / all + z2 / (4.0 * all * all)).sqrt();
    Interval { value: share, low: (middle - wide).clamp(0.0, share), high: (middle + wide).clamp(share, 1.0) }
}

/// Step-up adjusted logarithms of chances (Benjamini and Hochberg, *Controlling the false discovery rate*, 1995), in
/// the order given, where `asked` questions were asked in all; those not given were no discoveries.
pub(super) fn adjusted(chances: &[f64], asked: usize) -> Vec<f64> {
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|a, b| chances[*a].total_cmp(&chances[*b]));
    let mut out = vec![0.0; chances.len()];
    let mut least = 0.0f64;
    for (place, at) in order.iter().enumerate().rev() {
        least = least.min(chances[*at] + (asked.max(1) as f64 / (place + 1) as f64).ln());
        out[*at] = least;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mid_p(bad: u64, all_bad: u64, rest: u64, all_rest: u64) -> f64 {
        Counts { bad, all_bad, rest, all_rest }.ln_chance().exp()
    }

    #[test]
    fn fishers_tea() {
        // Four of four and four of four: 1/70 and 16/70 are the tables of Fisher's lady.
        assert!((mid_p(4, 4, 0, 4) - 0.5 / 70.0).abs() < 1e-12);
        assert!((mid_p(3, 4, 1, 4) - 9.0 / 70.0).abs() < 1e-12);
        assert_eq!(mid_p(2, 4, 2, 4), 1.0);
        assert_eq!(mid_p(0, 4, 3, 4), 1.0);
    }

    #[test]
    fn a_million_records_take_no_time_and_do_not_underflow() {
        let counts = Counts { bad: 400_000, all_bad: 500_000, rest: 20_000, all_rest: 500_000 };
        let chance = counts.ln_chance();
        assert!(chance < -100_000.0 && chance.is_finite());
    }

    #[test]
    fn intervals_by_hand() {
        // Newcombe, 1998: 81 of 263, Wilson's interval 0.2553 to 0.3662.
        let share = wilson(81, 263);
        assert!((share.low - 0.2553).abs() < 1e-4 && (share.high - 0.3662).abs() < 1e-4, "{share:?}");
        assert_eq!((wilson(0, 0).value, wilson(0, 10).low), (0.0, 0.0));
        let ratio = Counts { bad: 90, all_bad: 100, rest: 40, all_rest: 1000 }.ratio();
        assert!(ratio.low < 22.3 && 22.3 < ratio.high && ratio.low > 15.0 && ratio.high < 32.0, "{ratio:?}");
        let none = Counts { bad: 50, all_bad: 50, rest: 0, all_rest: 500 }.ratio();
        assert!(none.low > 20.0 && none.high.is_finite());
    }

    #[test]
    fn the_step_up_by_hand() {
        let chances: Vec<f64> = [0.04, 0.001, 0.02, 0.03].map(f64::ln).to_vec();
        let found: Vec<f64> = adjusted(&chances, 4).into_iter().map(f64::exp).collect();
        for (found, want) in found.iter().zip([0.04, 0.004, 0.04, 0.04]) {
            assert!((found - want).abs() < 1e-12, "{found} {want}");
        }
        assert!((adjusted(&[0.01f64.ln()], 1000)[0]).abs() < 1e-12);
    }
}
