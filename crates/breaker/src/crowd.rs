//! Whether calls that wait hold too much of a pool: the pure part.
//!
//! The contract has two sides. Calls that wait for an endpoint that hangs must not take the pool. And an
//! endpoint that is slow but responds holds nothing back at a load that the pool can bear: a response
//! time of 3 s at one order a second keeps three calls in flight, two or three of which have always been
//! waiting for longer than a second. So the age of the calls alone decides nothing. Two things do:
//!
//! - Their share of the pool. Three calls in flight never hold anything back, in a pool of any size.
//! - The response times. A call that waits twice as long as a recent response took is *overdue*: the
//!   endpoint may hang. Calls that are late but not overdue belong to a slow endpoint, which may have most
//!   of the pool before anything is held back.
//!
//! | two or more calls of the pool are | and calls in flight hold | held back are |
//! |---|---|---|
//! | overdue | a quarter of the pool, and at least 4 processes | calls with an outbox |
//! | overdue | half of the pool, and at least 4 processes | all calls |
//! | late | three quarters of the pool, and at least 8 processes | all calls |
//!
//! A call whose response has left is held back as well when it would take the last process of a pool of at
//! least 5: its customer does not wait, but the next one would, and no call is late yet when a rush meets an
//! endpoint that has begun to hang.
//!
//! The size of a pool is the number of its processes that live. `pm.max_children` is php-fpm's secret, and
//! with `pm = ondemand` a pool of 50 may have 3 processes that all wait. The minimums are there for such a
//! pool, where a share of the present processes says little: it may grow, so 3 calls of 3 are no crowd. A
//! pool that is really as small as 4 is left to the circuit, which opens after the first timeouts.

use crate::clock::Millis;

/// A call that has been waiting for longer is late.
pub(crate) const LATE: Millis = 1_000;

/// One late call proves nothing: a single order may take long.
const SEVERAL: u32 = 2;

/// One more than the calls in flight at a response time of 3 s and one order a second.
const LEAST_OVERDUE: u32 = 4;

/// With a response time of 3 s and one order a second, arriving at random, fewer than 8 calls are in
/// flight for 99 % of the time.
const LEAST_LATE: u32 = 8;

/// The processes of a pool, and its calls to one endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Crowd {
    pub processes: u32,
    pub in_flight: u32,
    /// Calls in flight that have been waiting for longer than a second.
    pub late: u32,
    /// Late calls that have been waiting for twice as long as a recent response took.
    pub overdue: u32,
    /// When the oldest call in flight started.
    pub oldest: Option<Millis>,
}

impl Crowd {
    /// Counts a process, and its call in flight since `started`.
    pub fn add(&mut self, started: Option<Millis>, response_time: Millis, now: Millis) {
        self.processes += 1;
        let Some(started) = started else {
            return;
        };
        let waited = now.saturating_sub(started);
        self.in_flight += 1;
        self.late += u32::from(waited > LATE);
        self.overdue += u32::from(waited > LATE.max(2 * response_time));
        self.oldest = Some(self.oldest.map_or(started, |oldest| oldest.min(started)));
    }

    /// Whether a call must not wait as well.
    #[must_use]
    pub fn holds_back(&self, with_outbox: bool) -> bool {
        let share = |of_four: u32| (of_four * self.processes).div_ceil(4);
        let overdue = share(if with_outbox { 1 } else { 2 }).max(LEAST_OVERDUE);
        let late = share(3).max(LEAST_LATE);
        self.overdue >= SEVERAL && self.in_flight >= overdue
            || self.late >= SEVERAL && self.in_flight >= late
    }

    /// Whether calls hold every process of the pool.
    pub(crate) fn is_full(&self) -> bool {
        self.in_flight > LEAST_OVERDUE && self.in_flight >= self.processes
    }

    /// Whether fewer processes could change the decision: some that are counted may be dead.
    pub(crate) fn is_close(&self) -> bool {
        self.late >= SEVERAL && self.in_flight >= LEAST_OVERDUE
    }
}

/// The response time to compare calls with, after a response that took `elapsed`. It rises at once, so that
/// the first response of an endpoint that has become slow speaks for the calls behind it, and falls slowly.
#[must_use]
pub(crate) fn response_time(before: Millis, elapsed: Millis) -> Millis {
    if elapsed >= before {
        elapsed
    } else {
        before - (before - elapsed).div_ceil(4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 100_000;

    /// A pool whose calls in flight have waited for so long.
    fn crowd(processes: usize, waited: &[Millis], response_time: Millis) -> Crowd {
        let mut crowd = Crowd::default();
        for process in 0..processes {
            let started = waited.get(process).map(|waited| NOW - waited);
            crowd.add(started, response_time, NOW);
        }
        crowd
    }

    /// Whether calls are held back with an outbox, and without one.
    fn holds_back(processes: usize, waited: &[Millis], response_time: Millis) -> [bool; 2] {
        let crowd = crowd(processes, waited, response_time);
        [true, false].map(|with_outbox| crowd.holds_back(with_outbox))
    }

    #[test]
    fn overdue_calls_hold_back_at_a_quarter_and_at_half_of_the_pool() {
        assert_eq!(holds_back(20, &[1_100; 4], 50), [false, false]);
        assert_eq!(holds_back(20, &[1_100; 5], 50), [true, false]);
        assert_eq!(holds_back(20, &[1_100; 9], 50), [true, false]);
        assert_eq!(holds_back(20, &[1_100; 10], 50), [true, true]);
        assert_eq!(holds_back(10, &[1_100, 1_001, 5, 0, 0], 0), [true, true]);
    }

    #[test]
    fn one_late_call_or_a_burst_of_quick_ones_holds_nothing_back() {
        assert_eq!(
            holds_back(10, &[4_900, 1_000, 900, 0, 0, 0, 0, 0, 0], 0),
            [false; 2]
        );
        assert_eq!(holds_back(10, &[1_000; 9], 0), [false; 2]);
    }

    #[test]
    fn a_pool_is_full_when_every_process_of_at_least_five_waits() {
        assert!(crowd(5, &[0; 5], 50).is_full());
        assert!(!crowd(5, &[4_900; 4], 50).is_full());
        assert!(!crowd(4, &[4_900; 4], 50).is_full());
        assert!(!crowd(10, &[4_900; 9], 50).is_full());
    }

    #[test]
    fn three_calls_in_flight_hold_nothing_back_in_any_pool() {
        for processes in 3..=64 {
            assert_eq!(holds_back(processes, &[4_900, 3_000, 2_000], 0), [false; 2]);
        }
    }

    #[test]
    fn an_endpoint_that_responds_slowly_may_have_most_of_the_pool() {
        let waited = [2_900, 2_500, 2_000, 1_500, 1_000, 500, 100];
        assert_eq!(holds_back(10, &waited, 50), [true; 2]);
        assert_eq!(holds_back(10, &waited, 3_000), [false; 2]);
        assert_eq!(holds_back(10, &[2_900; 8], 3_000), [true; 2]);
        assert_eq!(holds_back(20, &[2_900; 14], 3_000), [false; 2]);
        assert_eq!(holds_back(20, &[2_900; 15], 3_000), [true; 2]);
    }

    #[test]
    fn the_response_time_rises_at_once_and_falls_slowly() {
        assert_eq!(response_time(50, 3_000), 3_000);
        assert_eq!(response_time(3_000, 50), 2_262);
        let fallen = (0..40).fold(3_000, |before, _| response_time(before, 50));
        assert_eq!(fallen, 50);
    }
}
