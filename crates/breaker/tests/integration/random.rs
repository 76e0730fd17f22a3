//! Random numbers from a seed.

use std::time::{SystemTime, UNIX_EPOCH};

/// splitmix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }

    pub(crate) fn one_in(&mut self, count: u64) -> bool {
        self.next().is_multiple_of(count)
    }

    /// The time until the next of events that arrive at random, `mean` apart.
    pub(crate) fn gap(&mut self, mean: f64) -> u64 {
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        (-(1.0 - share).ln() * mean) as u64
    }
}

/// Calls `run` with `count` seeds, or with the one that `SPREAD_SEED` names.
pub(crate) fn seeds(count: u64, run: impl Fn(u64)) {
    if let Ok(seed) = std::env::var("SPREAD_SEED") {
        return run(seed.parse().unwrap());
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let base = now.as_nanos() as u64;
    for number in 0..count {
        run(base.wrapping_add(number));
    }
}
