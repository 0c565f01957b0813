//! A uniform sample of records of one side, each as the values it has.

/// Of all records offered each is in it with the same chance.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    room: usize,
    offered: u64,
    rows: Vec<Box<[u32]>>,
    rng: fastrand::Rng,
}

impl Sample {
    /// An empty sample for so many records; the same seed and records give the same sample.
    pub fn new(room: usize, seed: u64) -> Self {
        Self { room, offered: 0, rows: Vec::new(), rng: fastrand::Rng::with_seed(seed) }
    }

    /// Takes the record, perhaps in the place of another.
    pub fn offer(&mut self, row: &[u32]) {
        self.offered += 1;
        if self.rows.len() < self.room {
            self.rows.push(row.into());
            return;
        }
        let place = self.rng.u64(0..self.offered);
        if let Some(kept) = usize::try_from(place).ok().and_then(|place| self.rows.get_mut(place)) {
            *kept = row.into();
        }
    }

    /// Records offered.
    pub fn offered(&self) -> u64 {
        self.offered
    }

    /// Records kept.
    pub fn rows(&self) -> &[Box<[u32]>] {
        &self.rows
    }

    /// Whether something offered is not in it.
    pub fn is_partial(&self) -> bool {
        self.offered > self.rows.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn early_and_late_records_are_kept_alike() {
        let mut sample = Sample::new(1_000, 1);
        (0..10_000).for_each(|at| sample.offer(&[at]));
        let late = sample.rows().iter().filter(|row| row[0] >= 5_000).count();
        assert!((420..=580).contains(&late), "{late}");
        assert!(sample.is_partial() && sample.rows().len() == 1_000 && sample.offered() == 10_000);
    }
}
