//! When the next attempt is due: full jitter over a doubling delay.

use super::clock::Millis;

/// The delays between attempts.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// The longest delay after the first failed attempt.
    pub first: Millis,
    /// The longest delay after any number of them.
    pub longest: Millis,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            first: 1_000,
            longest: 15 * 60 * 1_000,
        }
    }
}

/// Records older than this expire, once they were sent.
pub const MAX_AGE: Millis = 7 * 24 * 3_600 * 1_000;

/// The longest `Retry-After` that is obeyed to the letter.
const LONGEST_RETRY_AFTER: f64 = 24.0 * 3_600.0;

/// No lease, delay or `Retry-After` ends farther ahead, whatever is set: a later due time was written
/// before the clock was set back.
pub const FARTHEST: Millis = 25 * 3_600 * 1_000;

/// How far ahead such a due time is moved, so that attempts under way can finish first.
pub const SET_BACK_DELAY: Millis = 60_000;

impl Policy {
    /// The delay after `failures` failed attempts: anywhere between none and the doubled bound, so that
    /// many that failed together do not come back together. `jitter` is from 0 to 1.
    #[must_use]
    pub fn delay(&self, failures: u32, jitter: f64) -> Millis {
        let doublings = failures.saturating_sub(1).min(32);
        let bound = self
            .first
            .saturating_mul(1 << doublings)
            .min(self.longest)
            .clamp(1, FARTHEST);
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
        let delay = (bound as f64 * jitter.clamp(0.0, 1.0)) as Millis;
        delay.max(1)
    }
}

/// `Retry-After` in seconds as a delay.
#[must_use]
pub fn retry_after_delay(seconds: f64) -> Millis {
    #[allow(clippy::cast_possible_truncation)]
    let millis = (seconds.clamp(0.0, LONGEST_RETRY_AFTER) * 1_000.0).ceil() as Millis;
    millis
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_doubles_up_to_the_longest() {
        let policy = Policy::default();
        let bounds: Vec<Millis> = (1..=12).map(|n| policy.delay(n, 1.0)).collect();
        assert_eq!(
            bounds,
            [
                1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 512_000,
                900_000, 900_000
            ]
        );
        assert_eq!(policy.delay(u32::MAX, 1.0), 900_000);
        assert_eq!(policy.delay(1, 0.0), 1);
        assert_eq!(policy.delay(3, 0.5), 2_000);
        let policy = Policy {
            first: Millis::MAX,
            longest: Millis::MAX,
        };
        assert_eq!(policy.delay(1, 1.0), FARTHEST);
    }

    #[test]
    fn retry_after_is_obeyed_within_a_day() {
        assert_eq!(retry_after_delay(0.0), 0);
        assert_eq!(retry_after_delay(2.5), 2_500);
        assert_eq!(retry_after_delay(1e12), 86_400_000);
    }
}
