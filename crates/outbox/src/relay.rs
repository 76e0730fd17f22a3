//! A worker, tick by tick: complete finished leases, claim due records, start sending them.

use std::mem;
use std::thread;
use std::time::{Duration, Instant};

use super::attempt;
use super::clock::{Millis, millis};
use super::destinations::Destinations;
use super::entropy::Entropy;
use super::error::StoreError;
use super::retry::Policy;
use super::senders::{Finished, Job, Senders};
use super::store::{ClaimRequest, Completion, LeaseRequest, Outcome, Store};
use client::UNACKNOWLEDGED;
use client::error::SubjectName;

/// How often [`drain`] looks at its deadline while it waits for senders.
const WAIT: Duration = Duration::from_millis(500);

/// The settings of a relay.
#[derive(Clone, Copy, Debug)]
pub struct RelayConfig {
    pub policy: Policy,
    /// Records older than this expire, once they were sent.
    pub max_age: Millis,
    /// How long a lease lasts; longer than an attempt.
    pub lease: Duration,
}

/// How many records and attempts had which outcome so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    pub delivered: u64,
    /// Failed attempts that will be repeated.
    pub failed: u64,
    pub refused: u64,
    pub expired: u64,
    /// Attempts that outlasted their lease: another worker has the record.
    pub late: u64,
}

/// A failed attempt, to be logged.
pub struct FailedAttempt {
    pub record: i64,
    pub order: SubjectName,
    pub outcome: Outcome,
}

/// Moves records from a store to senders, and outcomes back.
pub struct Relay<'e> {
    config: RelayConfig,
    entropy: &'e mut dyn FnMut() -> Entropy,
    /// Completions that are not in the store yet, and their orders' names.
    incomplete: Vec<(Completion, SubjectName)>,
    /// Completed, and not returned by a tick yet.
    failed_attempts: Vec<FailedAttempt>,
    pub stats: Stats,
}

/// The result of one tick.
#[derive(Default)]
pub struct Tick {
    pub started: usize,
    /// Failed attempts that are in the store now. An attempt that lost its lease is none: another sender
    /// decides what becomes of the record.
    pub failed_attempts: Vec<FailedAttempt>,
}

impl<'e> Relay<'e> {
    #[must_use]
    pub fn new(config: RelayConfig, entropy: &'e mut dyn FnMut() -> Entropy) -> Self {
        Self {
            config,
            entropy,
            incomplete: Vec::new(),
            failed_attempts: Vec::new(),
            stats: Stats::default(),
        }
    }

    /// Takes finished jobs, for the next tick to complete.
    pub fn collect(&mut self, jobs: Vec<Finished>) {
        for Finished {
            lease,
            order,
            outcome,
        } in jobs
        {
            let Entropy { jitter, .. } = (self.entropy)();
            let completion = Completion {
                lease,
                outcome,
                jitter,
            };
            self.incomplete.push((completion, order));
        }
    }

    /// Moves all records that are too old to `expired` and returns how many.
    ///
    /// # Errors
    /// When the store fails.
    pub fn expire(&mut self, store: &mut dyn Store) -> Result<u64, StoreError> {
        let mut all = 0;
        loop {
            let now = store.now()?;
            let expired = store.expire(now - self.config.max_age, now)?;
            self.stats.expired += expired;
            all += expired;
            if expired == 0 {
                return Ok(all);
            }
        }
    }

    /// Whether there is something for the next tick to complete.
    #[must_use]
    pub fn has_incomplete(&self) -> bool {
        !self.incomplete.is_empty()
    }

    /// The completions that are not in the store.
    pub fn take_incomplete(&mut self) -> impl Iterator<Item = Completion> {
        self.incomplete.drain(..).map(|(completion, _)| completion)
    }

    /// Completes the collected jobs, then claims due records and starts them: as many as are idle senders,
    /// and `room` at most.
    ///
    /// # Errors
    /// When the store fails. The collected jobs stay for the next tick.
    pub fn tick(
        &mut self,
        store: &mut dyn Store,
        senders: &mut dyn Senders,
        destinations: &mut Destinations,
        room: usize,
    ) -> Result<Tick, StoreError> {
        self.complete(store)?;
        let limit = senders.idle().min(room);
        let started = if limit == 0 {
            0
        } else {
            self.start(store, senders, destinations, limit)?
        };
        Ok(Tick {
            started,
            failed_attempts: mem::take(&mut self.failed_attempts),
        })
    }

    /// Claims up to `limit` due records, starts them, and returns how many.
    fn start(
        &mut self,
        store: &mut dyn Store,
        senders: &mut dyn Senders,
        destinations: &mut Destinations,
        limit: usize,
    ) -> Result<usize, StoreError> {
        let begun = Instant::now();
        let now = store.now()?;
        let Entropy { token, .. } = (self.entropy)();
        let public_keys = destinations.public_keys();
        let result = store.claim(
            &ClaimRequest {
                limit,
                public_keys: &public_keys,
                lease: LeaseRequest {
                    token,
                    until: now + millis(self.config.lease),
                },
                oldest: now - self.config.max_age,
            },
            now,
        )?;
        self.stats.expired += result.expired;
        let longest = destinations.config().timeout + UNACKNOWLEDGED;
        let latest = begun + self.config.lease.saturating_sub(longest);
        let mut started = 0;
        for claimed in result.claimed {
            match destinations.of(&claimed) {
                Ok(destination) => {
                    senders.start(Job {
                        claimed,
                        config: destinations.config(),
                        destination,
                        latest,
                    });
                    started += 1;
                }
                Err(error) => {
                    let order = claimed.name();
                    let outcome =
                        attempt::outcome(&Err(error), &order, &destinations.config().names);
                    self.collect(vec![Finished {
                        lease: claimed.lease,
                        order,
                        outcome,
                    }]);
                }
            }
        }
        Ok(started)
    }

    fn complete(&mut self, store: &mut dyn Store) -> Result<(), StoreError> {
        if self.incomplete.is_empty() {
            return Ok(());
        }
        let now = store.now()?;
        let completions: Vec<Completion> = self
            .incomplete
            .iter()
            .map(|(completion, _)| completion.clone())
            .collect();
        let in_time = store.complete(&completions, &self.config.policy, now)?;
        for ((completion, order), in_time) in self.incomplete.drain(..).zip(in_time) {
            let counter = match completion.outcome {
                _ if !in_time => &mut self.stats.late,
                Outcome::Delivered => &mut self.stats.delivered,
                Outcome::Failed { .. } => &mut self.stats.failed,
                Outcome::Refused(_) => &mut self.stats.refused,
                Outcome::Released => continue,
            };
            *counter += 1;
            if in_time && !matches!(completion.outcome, Outcome::Delivered) {
                self.failed_attempts.push(FailedAttempt {
                    record: completion.lease.record,
                    order,
                    outcome: completion.outcome,
                });
            }
        }
        Ok(())
    }
}

/// When a [`drain`] ends, and how fast it is.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Records to send.
    pub limit: usize,
    /// No record is started after it.
    pub deadline: Instant,
    /// Records to start in a second.
    pub rate: Option<u32>,
}

/// How many records may start by now.
struct Pace {
    rate: Option<u32>,
    begun: Instant,
    started: u64,
}

impl Pace {
    fn room(&self, elapsed: Duration) -> usize {
        let Some(rate) = self.rate else {
            return usize::MAX;
        };
        let allowed = elapsed.as_millis() * u128::from(rate) / 1_000 + 1;
        usize::try_from(allowed.saturating_sub(self.started.into())).unwrap_or(usize::MAX)
    }

    /// How long until there is room.
    fn wait(&self, elapsed: Duration) -> Duration {
        let seconds = self.started as f64 / f64::from(self.rate.unwrap_or(u32::MAX));
        Duration::from_secs_f64(seconds).saturating_sub(elapsed)
    }
}

/// Ticks until nothing is due, the bounds are reached or `on_tick` returns false; then completes what it
/// began.
///
/// # Errors
/// When the store fails. Records that were sent and not completed are sent again when their leases expire.
pub fn drain(
    relay: &mut Relay<'_>,
    store: &mut dyn Store,
    senders: &mut dyn Senders,
    destinations: &mut Destinations,
    bounds: Bounds,
    mut on_tick: impl FnMut(&Stats, Vec<FailedAttempt>) -> bool,
) -> Result<(), StoreError> {
    let mut left = bounds.limit;
    let mut go_on = true;
    let mut pace = Pace {
        rate: bounds.rate,
        begun: Instant::now(),
        started: 0,
    };
    loop {
        let may_start = go_on && left > 0 && Instant::now() < bounds.deadline;
        let room = if may_start {
            left.min(pace.room(pace.begun.elapsed()))
        } else {
            0
        };
        let tick = relay.tick(store, senders, destinations, room)?;
        left -= tick.started;
        pace.started += u64::try_from(tick.started).unwrap_or(u64::MAX);
        go_on &= on_tick(&relay.stats, tick.failed_attempts);
        let paused = may_start && room == 0;
        if senders.in_flight() > 0 {
            let wait = if paused {
                pace.wait(pace.begun.elapsed()).min(WAIT)
            } else {
                WAIT
            };
            relay.collect(senders.finished(wait));
        } else if paused {
            thread::sleep(pace.wait(pace.begun.elapsed()).min(WAIT));
        } else if tick.started == 0 && !relay.has_incomplete() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_never_gets_ahead_and_catches_up() {
        let mut pace = Pace {
            rate: Some(10),
            begun: Instant::now(),
            started: 0,
        };
        let at = Duration::from_millis;
        assert_eq!(pace.room(at(0)), 1);
        pace.started = 1;
        assert_eq!((pace.room(at(99)), pace.wait(at(99))), (0, at(1)));
        assert_eq!(pace.room(at(100)), 1);
        assert_eq!(pace.room(at(1_000)), 10);
        pace.rate = None;
        assert_eq!(pace.room(at(0)), usize::MAX);
    }
}
