//! A store of order updates, whatever database is behind it.

use super::clock::Millis;
use super::error::StoreError;
use super::retry::{FARTHEST, Policy};
use super::timeout::Timeout;
use client::error::SubjectName;
use methods::Method;

/// Tells one lease from another: random, never 0.
pub type Token = i64;

/// One update of an order or an account, to be delivered.
#[derive(Clone, Copy)]
pub struct Update<'u> {
    /// The configured URL, that of `updateOrder`: one sequence and one circuit for all methods.
    pub endpoint: &'u str,
    pub public_key: &'u [u8],
    pub method: &'static Method,
    /// The order's id or the account's. Empty: the update belongs to none and has no sequence to keep.
    pub order_id: &'u [u8],
    /// As it is sent, form-encoded.
    pub body: &'u [u8],
}

impl Update<'_> {
    pub(super) fn name(&self) -> SubjectName {
        SubjectName::new(self.method.subject, self.order_id)
    }

    /// Whether both belong to one sequence.
    #[must_use]
    pub fn is_in_sequence_with(&self, other: &Update<'_>) -> bool {
        !self.order_id.is_empty()
            && self.order_id == other.order_id
            && self.method.subject == other.method.subject
            && self.endpoint == other.endpoint
            && self.public_key == other.public_key
    }
}

/// A request for a lease.
#[derive(Clone, Copy)]
pub struct LeaseRequest {
    pub token: Token,
    /// When the lease expires; in [`FARTHEST`] at the latest.
    pub until: Millis,
}

impl LeaseRequest {
    pub(super) fn within_reach(self, now: Millis) -> Self {
        let until = self.until.min(now + FARTHEST);
        Self { until, ..self }
    }
}

/// The right to send one record until it expires.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lease {
    pub record: i64,
    pub order: i64,
    pub key_pair: i64,
    pub endpoint: i64,
    pub token: Token,
    /// The record is the one that may go out while the circuit of its endpoint or key pair is half-open.
    pub probe: bool,
}

/// A record to be sent.
#[derive(Clone)]
pub struct Claimed {
    pub lease: Lease,
    pub endpoint: String,
    pub public_key: Vec<u8>,
    pub method: &'static Method,
    pub order_id: Vec<u8>,
    /// Failed attempts so far.
    pub attempts: u32,
    pub body: Vec<u8>,
}

impl Claimed {
    pub(super) fn name(&self) -> SubjectName {
        SubjectName::new(self.method.subject, &self.order_id)
    }
}

/// A request for records to send.
#[derive(Clone, Copy)]
pub struct ClaimRequest<'r> {
    pub limit: usize,
    /// The public keys whose private keys are known.
    pub public_keys: &'r [Vec<u8>],
    /// Asked for on each record.
    pub lease: LeaseRequest,
    /// Records accepted before this time that were sent at least once expire instead.
    pub oldest: Millis,
}

/// The records of a claim.
#[derive(Default)]
pub struct ClaimResult {
    pub claimed: Vec<Claimed>,
    /// How many records were too old and moved to `expired`.
    pub expired: u64,
}

/// The end of a lease.
#[derive(Clone, Debug)]
pub struct Completion {
    pub lease: Lease,
    pub outcome: Outcome,
    /// From 0 to 1: spreads the next attempts.
    pub jitter: f64,
}

/// How far a file was imported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Imported {
    pub rows: i64,
    /// A digest of those rows and of how they were read.
    pub digest: Vec<u8>,
}

/// An update that SPREAD has, although no record of it was completed.
#[derive(Clone, Copy)]
pub struct Delivered<'d> {
    /// With an order's or an account's id. Its body is not needed.
    pub update: Update<'d>,
    /// Updates that were accepted before this time are older, and so are all that were stored before one of them.
    pub accepted_before: Millis,
    /// Of an update that was recorded: no record with a higher id is older.
    pub record: Option<i64>,
}

/// The outcome of a claimed record.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A 2xx was seen.
    Delivered,
    /// To be tried again, after the policy's delay.
    Failed {
        scope: FailureScope,
        last_error: LastError,
    },
    /// To be moved to `refused`.
    Refused(LastError),
    /// Not tried.
    Released,
}

/// How far a failure reaches: which other attempts would fail as well, as far as it is known.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum FailureScope {
    /// Perhaps this order alone.
    Order,
    /// All orders with this key pair.
    KeyPair { retry_after: Option<Millis> },
    /// All orders to this endpoint.
    Endpoint { retry_after: Option<Millis> },
}

impl FailureScope {
    /// The `Retry-After` of the answer, in milliseconds. It is for the key pair in any case: others may
    /// have a limit for themselves.
    #[must_use]
    pub fn retry_after(self) -> Option<Millis> {
        match self {
            Self::Order => None,
            Self::KeyPair { retry_after } | Self::Endpoint { retry_after } => retry_after,
        }
    }
}

/// The error of the last attempt, in words. It names no key and no customer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LastError {
    /// The HTTP status, 0 when there was none.
    pub status: u16,
    pub sentence: String,
}

/// The state of a record, as it is stored.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum State {
    /// To be delivered; in flight while it is its order's head and the order is leased.
    Pending = 0,
    /// Dead-lettered: SPREAD refused it.
    Refused = 1,
    /// Dead-lettered: it became too old.
    Expired = 2,
}

impl State {
    pub const ALL: [Self; 3] = [Self::Pending, Self::Refused, Self::Expired];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }

    pub(super) fn from_number(number: i64) -> Result<Self, StoreError> {
        let known = Self::ALL.into_iter().find(|state| *state as i64 == number);
        known.ok_or_else(|| StoreError::Failed(format!("a record has the unknown state {number}")))
    }
}

/// The method of a record, as it is stored.
pub(super) fn method_from_number(number: i64) -> Result<&'static Method, StoreError> {
    let unknown = || StoreError::Failed(format!("a record has the unknown method {number}"));
    methods::by_number(number).ok_or_else(unknown)
}

/// How many records an outbox holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Not delivered, those in flight included.
    pub pending: u64,
    pub in_flight: u64,
    pub refused: u64,
    pub expired: u64,
    /// When the oldest pending record was accepted.
    pub oldest: Option<Millis>,
}

/// An endpoint and a public key that records are for, and their circuits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyPair {
    pub endpoint: String,
    pub public_key: Vec<u8>,
    /// How many orders have pending records.
    pub orders: u64,
    /// When the next probe of the endpoint may go out; nothing while its circuit is closed.
    pub endpoint_open_until: Option<Millis>,
    /// The same of the key pair.
    pub key_pair_open_until: Option<Millis>,
}

/// A record, for a person to look at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    pub id: i64,
    pub state: State,
    pub in_flight: bool,
    pub endpoint: String,
    pub public_key: Vec<u8>,
    pub method: &'static Method,
    pub order_id: Vec<u8>,
    pub accepted: Millis,
    /// When its order is due; nothing when the record is dead-lettered.
    pub due: Option<Millis>,
    pub attempts: u32,
    pub last_error: LastError,
    /// The size of the body in bytes.
    pub size: u64,
}

/// Which records [`Store::list`] lists.
#[derive(Clone, Copy, Default)]
pub struct Filter<'f> {
    pub state: Option<State>,
    /// Of orders and of accounts.
    pub order_id: Option<&'f [u8]>,
    /// Records with a higher id only.
    pub after: i64,
    pub limit: usize,
}

/// The result of [`Store::retry`] and [`Store::discard`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    Done,
    NotFound,
    /// The record's order is being sent at this moment.
    InFlight,
    /// A newer update of the order has been delivered since: this one would overwrite it.
    Overtaken,
}

/// Keeps updates until they are delivered. Each method does all of its work, or none of it.
pub trait Store {
    fn set_timeout(&mut self, timeout: Timeout);

    /// The time by the clock that all users of this outbox share.
    ///
    /// # Errors
    /// As all methods: when the database fails; see [`StoreError`].
    fn now(&mut self) -> Result<Millis, StoreError>;

    /// Records an update, durably unless a lease is asked for and given. The lease is given unless an
    /// earlier update of the same order is pending.
    ///
    /// # Errors
    /// When the update is not recorded.
    fn enqueue(
        &mut self,
        update: &Update<'_>,
        lease: Option<LeaseRequest>,
        now: Millis,
    ) -> Result<Option<Lease>, StoreError>;

    /// Records updates from a file durably, in their sequence, and how far the import `name` has come, unless that
    /// is empty.
    fn import(
        &mut self,
        updates: &[Update<'_>],
        name: &[u8],
        imported: &Imported,
        now: Millis,
    ) -> Result<(), StoreError>;

    /// How far the import `name` has come; nothing when it has not begun.
    fn imported(&mut self, name: &[u8]) -> Result<Option<Imported>, StoreError>;

    /// Leases the heads of due orders; one of all while a circuit is half-open.
    fn claim(&mut self, request: &ClaimRequest<'_>, now: Millis)
    -> Result<ClaimResult, StoreError>;

    /// Leases the head of one order, of the update that was accepted at `accepted`, whatever its age and its
    /// circuits; nothing when it is not due.
    fn claim_order(
        &mut self,
        update: &Update<'_>,
        accepted: Millis,
        lease: LeaseRequest,
        now: Millis,
    ) -> Result<Option<Claimed>, StoreError>;

    /// Ends leases. For each, whether it was still the order's: else nothing was changed.
    fn complete(
        &mut self,
        completions: &[Completion],
        policy: &Policy,
        now: Millis,
    ) -> Result<Vec<bool>, StoreError>;

    /// Deletes the pending updates of an order that are older than a delivered one, and returns how many.
    /// An older one that is in flight is not sent again.
    fn supersede(&mut self, delivered: &Delivered<'_>, now: Millis) -> Result<u64, StoreError>;

    /// Moves records accepted before `oldest` that were sent at least once to `expired`, a limited number,
    /// and returns how many. Records in flight stay.
    fn expire(&mut self, oldest: Millis, now: Millis) -> Result<u64, StoreError>;

    /// When the next record can be claimed; nothing when none is pending.
    fn next_due(&mut self, public_keys: &[Vec<u8>]) -> Result<Option<Millis>, StoreError>;

    fn counts(&mut self, now: Millis) -> Result<Counts, StoreError>;

    /// When the oldest pending record was accepted.
    fn oldest_pending(&mut self) -> Result<Option<Millis>, StoreError>;

    fn key_pairs(&mut self, now: Millis) -> Result<Vec<KeyPair>, StoreError>;

    /// Records in the sequence of their ids.
    fn list(&mut self, filter: &Filter<'_>, now: Millis) -> Result<Vec<Record>, StoreError>;

    fn body(&mut self, id: i64) -> Result<Option<Vec<u8>>, StoreError>;

    /// Makes a record due now: requeues a dead-lettered one in its old place, and closes the circuits of
    /// its endpoint and key pair. `force`: even if it overwrites a newer update.
    fn retry(&mut self, id: i64, force: bool, now: Millis) -> Result<Change, StoreError>;

    /// Deletes a record that is not in flight.
    fn discard(&mut self, id: i64, now: Millis) -> Result<Change, StoreError>;

    /// Deletes dead-lettered records in `state` that were accepted before `before`, gives their room
    /// back, and returns how many. Pending records are never purged.
    fn purge(&mut self, state: State, before: Millis, now: Millis) -> Result<u64, StoreError>;

    /// Housekeeping for idle times: SQLite empties its log of changes, in which deleted records can still
    /// be read.
    fn checkpoint(&mut self) -> Result<(), StoreError>;
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_as_it_was_written_and_no_other_number_is_one() {
        for state in State::ALL {
            assert_eq!(State::from_number(state as i64).unwrap(), state);
        }
        for number in [-1, 3, i64::MAX] {
            assert!(State::from_number(number).is_err());
        }
    }
}
