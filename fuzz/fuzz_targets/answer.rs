//! Any bytes in any pieces are an answer or a fault, the same for each way they are cut; what is kept is in order and
//! within the bounds. The first byte says how long the pieces are.
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run -s none answer`
#![no_main]

use libfuzzer_sys::fuzz_target;
use midwatch::sources::prometheus::decode::{Decoder, Fault, Limits, Outcome, Texts};

const LIMITS: Limits = Limits { series: 8, samples: 64, texts: Texts::Kept };

fn decoded(bytes: &[u8], piece: usize) -> Result<Outcome, Fault> {
    let mut decoder = Decoder::new(LIMITS);
    for piece in bytes.chunks(piece.max(1)) {
        decoder.feed(piece)?;
    }
    decoder.finish()
}

fuzz_target!(|bytes: &[u8]| {
    let Some((piece, body)) = bytes.split_first() else { return };
    let whole = decoded(body, body.len());
    // NaN is no equal of itself.
    assert_eq!(format!("{whole:?}"), format!("{:?}", decoded(body, usize::from(*piece))));
    let Ok(Ok(mut answer)) = whole else { return };
    assert!(answer.series.len() <= LIMITS.series + 1);
    for series in &answer.series {
        assert!(series.points.is_sorted_by(|a, b| a.at < b.at));
        (0..series.points.len()).for_each(|point| drop(series.text(point)));
    }
    answer.flatten_histograms();
});
