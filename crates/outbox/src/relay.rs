//! What a worker does, turn by turn: settle what has ended, claim what is due, have it sent.

use std::time::{Duration, Instant};

use super::attempt;
use super::call::millis;
use super::entropy::Entropy;
use super::retry::Policy;
use super::senders::{Destinations, Done, Job, Senders};
use super::store::{ClaimRequest, Completion, LeaseRequest, Millis, Outcome, Store, StoreError};
use client::UNACKNOWLEDGED;
use client::error::OrderName;

/// How a worker works.
#[derive(Clone, Copy, Debug)]
pub struct RelayConfig {
    pub policy: Policy,
    /// How long an update is tried.
    pub oldest: Millis,
    /// How long a claim holds. Longer than an attempt takes.
    pub lease: Duration,
}

/// What has been done so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    pub delivered: u64,
    /// Attempts that failed; the records wait for the next one.
    pub failed: u64,
    pub refused: u64,
    pub expired: u64,
    /// Attempts whose lease had ended before they did: their records are somebody else's.
    pub late: u64,
}

/// A failure to be told.
pub struct FailedAttempt {
    pub record: i64,
    pub order: OrderName,
    pub outcome: Outcome,
}

/// A worker's memory.
pub struct Relay<'c> {
    rules: RelayConfig,
    chance: &'c mut dyn FnMut() -> Entropy,
    /// What ended and could not be written yet.
    unsettled: Vec<Completion>,
    pub tally: Stats,
}

/// What one turn did.
#[derive(Default)]
pub struct Tick {
    pub started: usize,
    /// Attempts that have failed.
    pub troubles: Vec<FailedAttempt>,
}

impl<'c> Relay<'c> {
    #[must_use]
    pub fn new(rules: RelayConfig, chance: &'c mut dyn FnMut() -> Entropy) -> Self {
        Self {
            rules,
            chance,
            unsettled: Vec::new(),
            tally: Stats::default(),
        }
    }

    /// Remembers what has ended, to be settled by the next turn.
    pub fn remember(&mut self, done: Vec<Done>) -> Vec<FailedAttempt> {
        let mut troubles = Vec::new();
        for Done {
            lease,
            order,
            outcome,
        } in done
        {
            let Entropy { jitter, .. } = (self.chance)();
            self.unsettled.push(Completion {
                lease,
                outcome: outcome.clone(),
                jitter,
            });
            if matches!(outcome, Outcome::Failed { .. } | Outcome::Refused(_)) {
                troubles.push(FailedAttempt {
                    record: lease.record,
                    order,
                    outcome,
                });
            }
        }
        troubles
    }

    /// Sets aside what is too old, in batches; says how many.
    ///
    /// # Errors
    /// When the store fails.
    pub fn expire(&mut self, store: &mut dyn Store) -> Result<u64, StoreError> {
        let mut all = 0;
        loop {
            let now = store.now()?;
            let expired = store.expire(now - self.rules.oldest, now)?;
            self.tally.expired += expired;
            all += expired;
            if expired == 0 {
                return Ok(all);
            }
        }
    }

    #[must_use]
    pub fn has_incomplete(&self) -> bool {
        !self.unsettled.is_empty()
    }

    /// Settles what has ended and, `room` permitting, starts what is due.
    ///
    /// # Errors
    /// When the store fails. What has ended is not forgotten: the next turn settles it.
    pub fn tick(
        &mut self,
        store: &mut dyn Store,
        lanes: &mut dyn Senders,
        destinations: &mut Destinations,
        room: usize,
    ) -> Result<Tick, StoreError> {
        self.complete(store)?;
        let mut turn = Tick::default();
        let limit = lanes.idle().min(room);
        if limit == 0 {
            return Ok(turn);
        }
        let begun = Instant::now();
        let now = store.now()?;
        let Entropy { token, .. } = (self.chance)();
        let public_keys = destinations.public_keys();
        let claims = store.claim(
            &ClaimRequest {
                limit,
                public_keys: &public_keys,
                term: LeaseRequest {
                    token,
                    until: now + millis(self.rules.lease),
                },
                oldest: now - self.rules.oldest,
            },
            now,
        )?;
        self.tally.expired += claims.expired;
        let longest = destinations.config().timeout + UNACKNOWLEDGED;
        let latest = begun + self.rules.lease.saturating_sub(longest);
        for claimed in claims.claimed {
            match destinations.of(&claimed) {
                Ok(destination) => {
                    lanes.start(Job {
                        claimed,
                        config: destinations.config(),
                        destination,
                        latest,
                    });
                    turn.started += 1;
                }
                Err(error) => {
                    let order = OrderName::new(&claimed.order_id);
                    let outcome = attempt::outcome(&Err(error), &order);
                    let lease = claimed.lease;
                    turn.troubles.extend(self.remember(vec![Done {
                        lease,
                        order,
                        outcome,
                    }]));
                }
            }
        }
        Ok(turn)
    }

    fn complete(&mut self, store: &mut dyn Store) -> Result<(), StoreError> {
        if self.unsettled.is_empty() {
            return Ok(());
        }
        let now = store.now()?;
        let ours = store.complete(&self.unsettled, &self.rules.policy, now)?;
        for (settled, ours) in self.unsettled.drain(..).zip(ours) {
            let counted = match settled.outcome {
                _ if !ours => &mut self.tally.late,
                Outcome::Delivered => &mut self.tally.delivered,
                Outcome::Failed { .. } => &mut self.tally.failed,
                Outcome::Refused(_) => &mut self.tally.refused,
                Outcome::Released => continue,
            };
            *counted += 1;
        }
        Ok(())
    }
}

/// ClaimResult and sends until nothing is due, `limit` records were sent or `deadline` has passed; settles
/// what it began.
///
/// # Errors
/// When the store fails; what was sent and not settled is then sent again when its lease ends.
pub fn drain(
    pass: &mut Relay<'_>,
    store: &mut dyn Store,
    lanes: &mut dyn Senders,
    destinations: &mut Destinations,
    limit: usize,
    deadline: Instant,
    mut told: impl FnMut(&Stats, Vec<FailedAttempt>) -> bool,
) -> Result<(), StoreError> {
    let mut left = limit;
    let mut go_on = true;
    loop {
        let room = if go_on && Instant::now() < deadline {
            left
        } else {
            0
        };
        let turn = pass.tick(store, lanes, destinations, room)?;
        left -= turn.started;
        let mut troubles = turn.troubles;
        if lanes.in_flight() == 0 && turn.started == 0 && !pass.has_incomplete() {
            told(&pass.tally, troubles);
            return Ok(());
        }
        if lanes.in_flight() > 0 {
            troubles.extend(pass.remember(lanes.ended(Duration::from_millis(500))));
        }
        go_on &= told(&pass.tally, troubles);
    }
}
