//! What was logged already, so that an outage is one line and not one for each order.

use std::collections::{BTreeSet, HashSet};
use std::time::{Duration, Instant};

use outbox::relay::FailedAttempt;
use outbox::store::{KeyPair, Outcome};

use crate::text::{number, printable};

/// Failed attempts are one line in this time.
const INTERVAL: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(crate) struct LogLimiter {
    /// Endpoints whose circuit is not closed.
    endpoints: BTreeSet<String>,
    /// Endpoints and public keys whose circuit is not closed.
    key_pairs: BTreeSet<(String, Vec<u8>)>,
    /// Public keys without a private key.
    unknown: HashSet<Vec<u8>>,
    /// When a failed attempt was last logged.
    failed: Option<Instant>,
    /// How many were not, since then.
    suppressed: u64,
}

impl LogLimiter {
    pub(crate) fn failed_attempts(&mut self, attempts: &[FailedAttempt]) {
        for attempt in attempts {
            match &attempt.outcome {
                Outcome::Refused(last_error) => {
                    tracing::error!(
                        "{}; record {} moved to refused",
                        last_error.sentence,
                        attempt.record
                    );
                }
                Outcome::Failed { note, .. } => self.failed_attempt(&note.sentence),
                Outcome::Delivered | Outcome::Released => {}
            }
        }
    }

    fn failed_attempt(&mut self, sentence: &str) {
        if self.failed.is_some_and(|last| last.elapsed() < INTERVAL) {
            self.suppressed += 1;
            tracing::debug!("{sentence}");
            return;
        }
        match std::mem::take(&mut self.suppressed) {
            0 => tracing::warn!("{sentence}"),
            count => tracing::warn!(
                "{sentence} ({} earlier failed attempts were not logged)",
                number(count)
            ),
        }
        self.failed = Some(Instant::now());
    }

    /// Logs circuits that opened or closed since the last time, and keys that are missing.
    pub(crate) fn key_pairs(&mut self, key_pairs: &[KeyPair], known: &[Vec<u8>]) {
        let mut endpoints = BTreeSet::new();
        let mut refusing = BTreeSet::new();
        for pair in key_pairs {
            if pair.orders > 0
                && !known.contains(&pair.public_key)
                && self.unknown.insert(pair.public_key.clone())
            {
                tracing::warn!(
                    "{} orders are pending for the public key {}, whose private key this worker does \
                     not have",
                    number(pair.orders),
                    printable(&pair.public_key)
                );
            }
            if pair.endpoint_down_until.is_some() {
                endpoints.insert(pair.endpoint.clone());
            }
            if pair.keys_down_until.is_some() {
                refusing.insert((pair.endpoint.clone(), pair.public_key.clone()));
            }
        }
        for endpoint in endpoints.difference(&self.endpoints) {
            tracing::warn!(
                "circuit open: {endpoint} is unavailable; one order at a time probes it"
            );
        }
        for endpoint in self.endpoints.difference(&endpoints) {
            tracing::info!("circuit closed: {endpoint} is available again");
        }
        for (endpoint, key) in refusing.difference(&self.key_pairs) {
            let key = printable(key);
            tracing::warn!("circuit open: {endpoint} refuses the keys of {key}");
        }
        for (endpoint, key) in self.key_pairs.difference(&refusing) {
            let key = printable(key);
            tracing::info!("circuit closed: {endpoint} accepts the keys of {key} again");
        }
        self.endpoints = endpoints;
        self.key_pairs = refusing;
    }
}
