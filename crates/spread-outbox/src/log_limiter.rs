//! Remembers logged events, so that an outage is one line and not one per order.

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
                Outcome::Failed { last_error, .. } => self.failed_attempt(&last_error.sentence),
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
            if pair.endpoint_open_until.is_some() {
                endpoints.insert(pair.endpoint.clone());
            }
            if pair.key_pair_open_until.is_some() {
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Read as _;
    use std::sync::Arc;

    use super::*;

    /// The lines of the log that `work` writes, without their times.
    fn logged(work: impl FnOnce()) -> Vec<String> {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(Arc::new(writer))
            .with_target(false)
            .without_time()
            .finish();
        tracing::subscriber::with_default(subscriber, work);
        let mut log = String::new();
        reader.read_to_string(&mut log).unwrap();
        log.lines().map(|line| line.trim().to_owned()).collect()
    }

    #[test]
    fn failed_attempts_are_one_line_a_minute() {
        let mut limiter = LogLimiter::default();
        let lines = logged(|| {
            for _ in 0..1_000 {
                limiter.failed_attempt("HTTP 503");
            }
        });
        assert_eq!(lines, ["WARN HTTP 503"]);
        limiter.failed = limiter.failed.and_then(|last| last.checked_sub(INTERVAL));
        let lines = logged(|| limiter.failed_attempt("HTTP 503"));
        let suppressed = "WARN HTTP 503 (999 earlier failed attempts were not logged)";
        assert_eq!(lines, [suppressed]);
    }

    #[test]
    fn a_circuit_is_one_line_when_it_opens_and_one_when_it_closes() {
        let mut limiter = LogLimiter::default();
        let pair = |key: &[u8], endpoint_open_until, key_pair_open_until| KeyPair {
            endpoint: "https://a/".into(),
            public_key: key.to_vec(),
            orders: 1,
            endpoint_open_until,
            key_pair_open_until,
        };
        let known = [b"k".to_vec()];
        let mut lines = |pairs: &[KeyPair]| logged(|| limiter.key_pairs(pairs, &known));
        let missing = "WARN 1 orders are pending for the public key l, whose private key this worker \
                       does not have";
        let closed = [pair(b"k", None, None), pair(b"l", None, None)];
        let open = [pair(b"k", Some(9), None), pair(b"l", Some(9), None)];
        let refused = [pair(b"k", None, Some(9)), pair(b"l", None, None)];
        assert_eq!(lines(&closed), [missing]);
        let unavailable =
            "WARN circuit open: https://a/ is unavailable; one order at a time probes it";
        assert_eq!(lines(&open), [unavailable]);
        assert!(lines(&open).is_empty());
        let available = "INFO circuit closed: https://a/ is available again";
        let refuses = "WARN circuit open: https://a/ refuses the keys of k";
        assert_eq!(lines(&refused), [available, refuses]);
        let accepts = "INFO circuit closed: https://a/ accepts the keys of k again";
        assert_eq!(lines(&closed), [accepts]);
    }
}
