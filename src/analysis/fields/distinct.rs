//! How many different values there are, about, by HyperLogLog with 1,024 registers. Kept by [`super::Field`].

/// The bits of a hash that choose a register.
const BITS: u32 = 10;
const REGISTERS: usize = 1 << BITS;

/// For each register the longest run of zeros seen, plus one; nothing is held before the first value.
#[derive(Clone, Debug, Default)]
pub struct Distinct {
    registers: Vec<u8>,
}

impl Distinct {
    /// Adds a value by its hash.
    pub fn add(&mut self, hash: u64) {
        if self.registers.is_empty() {
            self.registers = vec![0; REGISTERS];
        }
        let register = &mut self.registers[(hash >> (64 - BITS)) as usize];
        let run = ((hash << BITS) | 1 << (BITS - 1)).leading_zeros() as u8 + 1;
        *register = (*register).max(run);
    }

    /// About how many different ones were added: the standard deviation is 1.04/√1024 = 3.3 %. Where registers are still
    /// empty and the raw estimate is small, by how many are (linear counting).
    pub fn estimate(&self) -> u64 {
        if self.registers.is_empty() {
            return 0;
        }
        let count = REGISTERS as f64;
        let sum: f64 = self.registers.iter().map(|run| 2.0_f64.powi(-i32::from(*run))).sum();
        let raw = 0.7213 / (1.0 + 1.079 / count) * count * count / sum;
        let empty = self.registers.iter().filter(|run| **run == 0).count();
        let estimate = if raw <= 2.5 * count && empty > 0 { count * (count / empty as f64).ln() } else { raw };
        estimate.round() as u64
    }
}
