//! The beta distribution: what lies below a point, and the point below which so much lies. Called by [`super`].
//!
//! Source: Press, Teukolsky, Vetterling, Flannery, *Numerical Recipes*, 3rd edition, 6.1 (Lanczos' series for the logarithm
//! of the gamma function) and 6.4 (the incomplete beta function as a continued fraction, by Lentz' method). Where both
//! parameters are large, the logarithm of the odds is normal with variance `1/a + 1/b` to within what matters here.

/// Above this both parameters are large.
const LARGE: f64 = 3000.0;
/// Steps of the continued fraction; it needs about the square root of the larger parameter.
const STEPS: usize = 2000;

/// The regularised incomplete beta function: the chance that a value of `Beta(a, b)` is below `x`.
pub fn below(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    if a > LARGE && b > LARGE {
        return normal_below(((x / (1.0 - x)).ln() - (a / b).ln()) / (1.0 / a + 1.0 / b).sqrt());
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(x, a, b) / a
    } else {
        1.0 - front * fraction(1.0 - x, b, a) / b
    }
}

/// The logarithm of the odds `p / (1 − p)` of the point `p` of `Beta(a, b)` below which this share lies.
pub fn log_odds(share: f64, a: f64, b: f64) -> f64 {
    // Both are at least ½, so that nothing of interest lies further out.
    let (mut low, mut high) = (-200.0_f64, 200.0_f64);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if below(1.0 / (1.0 + (-middle).exp()), a, b) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

fn fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let safe = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / safe(1.0 - (a + b) * x / (a + 1.0));
    let mut sum = d;
    for step in 1..=STEPS {
        let m = step as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / safe(1.0 + even * d);
        c = safe(1.0 + even / c);
        sum *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / safe(1.0 + odd * d);
        c = safe(1.0 + odd / c);
        let change = d * c;
        sum *= change;
        if (change - 1.0).abs() < 1e-12 {
            break;
        }
    }
    sum
}

pub fn ln_gamma(x: f64) -> f64 {
    const SERIES: [f64; 14] = [
        57.156_235_665_862_92,
        -59.597_960_355_475_49,
        14.136_097_974_741_746,
        -0.491_913_816_097_620_2,
        0.339_946_499_848_118_9e-4,
        0.465_236_289_270_485_8e-4,
        -0.983_744_753_048_795_6e-4,
        0.158_088_703_224_912_5e-3,
        -0.210_264_441_724_104_9e-3,
        0.217_439_618_115_212_6e-3,
        -0.164_318_106_536_763_9e-3,
        0.844_182_239_838_527_4e-4,
        -0.261_908_384_015_814_1e-4,
        0.368_991_826_595_316_2e-5,
    ];
    let shifted = x + 5.242_187_5;
    let mut sum = 0.999_999_999_999_997_1;
    for (at, term) in SERIES.iter().enumerate() {
        sum += term / (x + 1.0 + at as f64);
    }
    (x + 0.5) * shifted.ln() - shifted + (2.506_628_274_631_000_5 * sum / x).ln()
}

/// The normal distribution below `z`: Abramowitz and Stegun 7.1.26 near the middle, the leading terms of the asymptotic
/// series in the tails, where only its size matters.
fn normal_below(z: f64) -> f64 {
    let size = z.abs();
    let tail = if size > 5.0 {
        let square = size * size;
        (-square / 2.0).exp() / (size * (2.0 * std::f64::consts::PI).sqrt()) * (1.0 - 1.0 / square)
    } else {
        let t = 1.0 / (1.0 + 0.327_591_1 * size / std::f64::consts::SQRT_2);
        let poly =
            t * (0.254_829_592 + t * (-0.284_496_736 + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
        poly * (-size * size / 2.0).exp() / 2.0
    };
    if z < 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_of_the_distribution() {
        // Beta(½, ½) is the arcsine law; Beta(a, 1) is x^a; Beta(2, 3) at 0.4 is 0.5248.
        for x in [0.01_f64, 0.2, 0.5, 0.9] {
            let arcsine = 2.0 / std::f64::consts::PI * x.sqrt().asin();
            assert!((below(x, 0.5, 0.5) - arcsine).abs() < 1e-10, "{x}");
            assert!((below(x, 7.0, 1.0) - x.powi(7)).abs() < 1e-10, "{x}");
        }
        assert!((below(0.4, 2.0, 3.0) - 0.5248).abs() < 1e-10);
    }

    #[test]
    fn large_parameters_meet_the_exact_ones() {
        for x in [0.48, 0.495, 0.5, 0.51] {
            let (exact, near) = (below(x, LARGE, LARGE), below(x, LARGE + 1e-6, LARGE + 1e-6));
            assert!((exact - near).abs() < 2e-4, "{x}: {exact} {near}");
        }
    }

    #[test]
    fn a_quantile_is_where_its_share_lies_below() {
        for (a, b) in
            [(0.5, 0.5), (1.5, 200.5), (5e5, 2e4), (80.5, 0.5), (1e9, 0.5), (0.5, 1e9), (1e6, 2.5), (1e8, 2999.0)]
        {
            let odds = log_odds(0.005, a, b);
            let point = 1.0 / (1.0 + (-odds).exp());
            assert!((below(point, a, b) - 0.005).abs() < 1e-6, "{a} {b}");
        }
    }
}
