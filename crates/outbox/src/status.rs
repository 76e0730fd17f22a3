//! The status of an outbox: the one list of names and values that `spread-outbox status --json` prints
//! and `spread_outbox_status()` returns.

use super::address::Address;
use super::clock::Millis;
use super::error::StoreError;
use super::store::{Counts, KeyPair, Store};

/// How many records an outbox holds, and its circuits, at one time.
pub struct Status {
    pub now: Millis,
    pub counts: Counts,
    pub key_pairs: Vec<KeyPair>,
}

/// Names with their values, in display sequence.
pub type Fields = Vec<(&'static str, Field)>;

/// The value of a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Field {
    Text(String),
    Number(u64),
    Nothing,
    List(Vec<Fields>),
}

impl Status {
    /// # Errors
    /// When the database fails.
    pub fn read(store: &mut dyn Store) -> Result<Self, StoreError> {
        let now = store.now()?;
        Ok(Self {
            now,
            counts: store.counts(now)?,
            key_pairs: store.key_pairs(now)?,
        })
    }

    /// The age of the oldest pending record.
    #[must_use]
    pub fn oldest_seconds(&self) -> Option<u64> {
        let oldest = self.counts.oldest;
        oldest.map(|accepted| seconds(self.now - accepted))
    }

    #[must_use]
    pub fn fields(&self, address: &Address) -> Fields {
        let Self {
            now,
            counts,
            key_pairs,
        } = self;
        let key_pairs = key_pairs.iter().map(|pair| fields(pair, *now));
        vec![
            ("outbox", Field::Text(address.to_string())),
            ("pending", Field::Number(counts.pending)),
            ("in_flight", Field::Number(counts.in_flight)),
            ("refused", Field::Number(counts.refused)),
            ("expired", Field::Number(counts.expired)),
            ("oldest_seconds", self.oldest_seconds().into()),
            ("key_pairs", Field::List(key_pairs.collect())),
        ]
    }
}

fn fields(pair: &KeyPair, now: Millis) -> Fields {
    let endpoint = CircuitState::new(pair.endpoint_open_until, now);
    let keys = CircuitState::new(pair.key_pair_open_until, now);
    let public_key = String::from_utf8_lossy(&pair.public_key).into_owned();
    vec![
        ("endpoint", Field::Text(pair.endpoint.clone())),
        ("public_key", Field::Text(public_key)),
        ("orders", Field::Number(pair.orders)),
        ("endpoint_circuit", Field::Text(endpoint.name().into())),
        ("endpoint_probe_in_seconds", endpoint.seconds().into()),
        ("key_pair_circuit", Field::Text(keys.name().into())),
        ("key_pair_probe_in_seconds", keys.seconds().into()),
    ]
}

/// The circuit of an endpoint or a key pair, by when the next probe is due.
pub enum CircuitState {
    Closed,
    /// With the milliseconds until then.
    Open(Millis),
    /// A probe is due.
    HalfOpen,
}

impl CircuitState {
    #[must_use]
    pub fn new(next_probe: Option<Millis>, now: Millis) -> Self {
        match next_probe {
            None => Self::Closed,
            Some(due) if due > now => Self::Open(due - now),
            Some(_) => Self::HalfOpen,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open(_) => "open",
            Self::HalfOpen => "half_open",
        }
    }

    fn seconds(&self) -> Option<u64> {
        match self {
            Self::Closed => None,
            Self::Open(wait) => Some(seconds(*wait)),
            Self::HalfOpen => Some(0),
        }
    }
}

impl From<Option<u64>> for Field {
    fn from(number: Option<u64>) -> Self {
        number.map_or(Self::Nothing, Self::Number)
    }
}

/// Whole seconds; 0 for a time to come.
fn seconds(millis: Millis) -> u64 {
    u64::try_from(millis / 1_000).unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_circuit_says_when_its_next_probe_is_due() {
        let said = |next_probe| {
            let circuit = CircuitState::new(next_probe, 10_000);
            (circuit.name(), circuit.seconds())
        };
        assert_eq!(said(None), ("closed", None));
        assert_eq!(said(Some(12_900)), ("open", Some(2)));
        assert_eq!(said(Some(10_000)), ("half_open", Some(0)));
    }

    #[test]
    fn a_record_from_a_clock_that_is_ahead_has_no_age() {
        let status = |oldest| Status {
            now: 10_000,
            counts: Counts {
                oldest,
                ..Counts::default()
            },
            key_pairs: Vec::new(),
        };
        assert_eq!(status(None).oldest_seconds(), None);
        assert_eq!(status(Some(8_999)).oldest_seconds(), Some(1));
        assert_eq!(status(Some(12_000)).oldest_seconds(), Some(0));
        let address = Address::parse(b"mysql://shop:s3cret@db/spread")
            .unwrap()
            .unwrap();
        let fields = status(None).fields(&address);
        assert!(!format!("{fields:?}").contains("s3cret"));
    }
}
