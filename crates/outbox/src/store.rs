//! What a store of order updates does, whatever database is behind it.

use std::fmt;

use super::retry::{FARTHEST, Policy};

/// Milliseconds since 1970, by the clock that all users of an outbox share.
pub type Millis = i64;

/// What tells one lease from another: random, never 0.
pub type Token = i64;

/// One update on its way in.
#[derive(Clone, Copy)]
pub struct Update<'u> {
    /// The URL.
    pub endpoint: &'u str,
    pub public_key: &'u [u8],
    /// Empty: the update has no order to keep.
    pub order_id: &'u [u8],
    /// As it is sent, form-encoded.
    pub body: &'u [u8],
}

/// A lease that is asked for.
#[derive(Clone, Copy)]
pub struct LeaseRequest {
    pub token: Token,
    /// When it ends; in [`FARTHEST`] at the latest.
    pub until: Millis,
}

impl LeaseRequest {
    pub(super) fn within_reach(self, now: Millis) -> Self {
        let until = self.until.min(now + FARTHEST);
        Self { until, ..self }
    }
}

/// The right to send one record, until its term ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lease {
    pub record: i64,
    pub order: i64,
    pub account: i64,
    pub endpoint: i64,
    pub token: Token,
    /// It is the one record that may go out while its endpoint or its keys are down.
    pub probe: bool,
}

/// A record to be sent.
#[derive(Clone)]
pub struct Claimed {
    pub lease: Lease,
    pub endpoint: String,
    pub public_key: Vec<u8>,
    pub order_id: Vec<u8>,
    /// Failed attempts so far.
    pub attempts: u32,
    pub body: Vec<u8>,
}

/// What is asked for when records are claimed.
#[derive(Clone, Copy)]
pub struct ClaimRequest<'w> {
    pub limit: usize,
    /// The public keys there are private keys for.
    pub public_keys: &'w [Vec<u8>],
    pub term: LeaseRequest,
    /// Records accepted before are too old to be sent.
    pub oldest: Millis,
}

/// What came of claiming.
#[derive(Default)]
pub struct ClaimResult {
    pub claimed: Vec<Claimed>,
    /// How many records were found to be too old, and set aside.
    pub expired: u64,
}

/// How an attempt ended.
#[derive(Clone, Debug)]
pub struct Completion {
    pub lease: Lease,
    pub outcome: Outcome,
    /// From 0 to 1: spreads the next attempts.
    pub jitter: f64,
}

#[derive(Clone, Debug)]
pub enum Outcome {
    /// A 2xx was seen.
    Delivered,
    /// Again or later, after the policy's delay.
    Failed {
        fault: FailureScope,
        note: LastError,
    },
    /// Set aside for a person.
    Refused(LastError),
    /// Not tried.
    Released,
}

/// Whose fault a failed attempt is, as far as it is known: what else would fail as well.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum FailureScope {
    /// Perhaps this order's alone.
    Order,
    /// The key pair's.
    KeyPair,
    /// The endpoint's; with the time it asked to be left alone, in milliseconds.
    Endpoint { retry_after: Option<Millis> },
}

/// What an attempt met, for a person. No key and no customer is in it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LastError {
    /// The HTTP status, 0 when there was none.
    pub status: u16,
    pub sentence: String,
}

/// The state of a record, as it is stored.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum State {
    /// To be delivered: waiting, or in flight while its order is leased.
    Pending = 0,
    Refused = 1,
    Expired = 2,
}

impl State {
    pub const ALL: [Self; 3] = [Self::Pending, Self::Refused, Self::Expired];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "waiting",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }

    pub(super) fn from_number(number: i64) -> Self {
        match number {
            1 => Self::Refused,
            2 => Self::Expired,
            _ => Self::Pending,
        }
    }
}

/// What is in an outbox.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Not delivered, those in flight included.
    pub pending: u64,
    pub in_flight: u64,
    pub refused: u64,
    pub expired: u64,
    /// When the oldest waiting record was accepted.
    pub oldest: Option<Millis>,
}

/// An endpoint and a public key that records are for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyPair {
    pub endpoint: String,
    pub public_key: Vec<u8>,
    /// How many orders have updates that wait.
    pub orders: u64,
    /// When the endpoint is tried again; nothing when it is up.
    pub endpoint_down_until: Option<Millis>,
    /// When these keys are tried again; nothing when they are good.
    pub keys_down_until: Option<Millis>,
}

/// A record for a person to look at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    pub id: i64,
    pub state: State,
    pub in_flight: bool,
    pub endpoint: String,
    pub public_key: Vec<u8>,
    pub order_id: Vec<u8>,
    pub accepted: Millis,
    /// When its order is due; nothing when the record is set aside.
    pub due: Option<Millis>,
    pub attempts: u32,
    /// What the last attempt met.
    pub note: LastError,
    /// How many bytes the body has.
    pub size: u64,
}

/// Which records [`Store::list`] lists.
#[derive(Clone, Copy, Default)]
pub struct Filter<'f> {
    pub state: Option<State>,
    pub order_id: Option<&'f [u8]>,
    /// Records with a higher id only.
    pub after: i64,
    pub limit: usize,
}

/// What came of [`Store::retry`] and [`Store::discard`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    Done,
    NotFound,
    /// The record's order is being sent at this moment.
    InFlight,
    /// A newer update of the order has been delivered since: this one would overwrite it.
    Overtaken,
}

/// A place where updates wait. All that is done in one call is done, or none of it.
pub trait Store {
    /// The time by the clock that all users of this outbox share.
    ///
    /// # Errors
    /// As all methods: when the database fails; see [`StoreError`].
    fn now(&mut self) -> Result<Millis, StoreError>;

    /// Keeps an update. With a term asks for the lease on it as well, and gets it unless an earlier
    /// update of the same order waits or is in flight.
    ///
    /// # Errors
    /// When it is not kept.
    fn enqueue(
        &mut self,
        update: &Update<'_>,
        term: Option<LeaseRequest>,
        now: Millis,
    ) -> Result<Option<Lease>, StoreError>;

    /// Leases heads that are due, at most one of an order; and one of all while an endpoint or its keys
    /// are down.
    fn claim(&mut self, wanted: &ClaimRequest<'_>, now: Millis) -> Result<ClaimResult, StoreError>;

    /// Ends leases. For each, whether it was still the order's.
    fn complete(
        &mut self,
        settled: &[Completion],
        policy: &Policy,
        now: Millis,
    ) -> Result<Vec<bool>, StoreError>;

    /// Sets aside what was accepted before `oldest`, a limited number; says how many. What is in flight
    /// stays.
    fn expire(&mut self, oldest: Millis, now: Millis) -> Result<u64, StoreError>;

    /// When the next record can be claimed; nothing when none waits.
    fn next_due(&mut self, public_keys: &[Vec<u8>]) -> Result<Option<Millis>, StoreError>;

    fn counts(&mut self, now: Millis) -> Result<Counts, StoreError>;

    fn key_pairs(&mut self, now: Millis) -> Result<Vec<KeyPair>, StoreError>;

    /// Records by id.
    fn list(&mut self, filter: &Filter<'_>, now: Millis) -> Result<Vec<Record>, StoreError>;

    fn body(&mut self, id: i64) -> Result<Option<Vec<u8>>, StoreError>;

    /// Has a record sent: one set aside becomes its order's head again, a waiting one is due at once,
    /// with its endpoint and its keys. `force`: even if it overwrites a newer update.
    fn retry(&mut self, id: i64, force: bool, now: Millis) -> Result<Change, StoreError>;

    /// Deletes a record that is not in flight.
    fn discard(&mut self, id: i64, now: Millis) -> Result<Change, StoreError>;

    /// Deletes records in `state` that were accepted before `before`, and gives room back; says how
    /// many. Pending records are never purged.
    fn purge(&mut self, state: State, before: Millis, now: Millis) -> Result<u64, StoreError>;

    /// What can be done when nothing else is: for SQLite, empties the log of changes, where deleted
    /// records can still be read.
    fn checkpoint(&mut self) -> Result<(), StoreError>;
}

/// Why a store does not do what it was asked.
#[derive(Clone, Debug)]
pub enum StoreError {
    /// It cannot be opened, or no connection is to be had.
    Open(String),
    /// Its schema was made by a newer version.
    Newer { found: i64, known: i64 },
    /// The connection to it is gone; a new one may do.
    Lost(String),
    /// It refused or could not write.
    Failed(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(reason) => write!(f, "the outbox cannot be opened ({reason})"),
            Self::Newer { found, known } => write!(
                f,
                "the outbox has schema {found}, this version of spread knows {known}: update spread \
                 on this machine"
            ),
            Self::Lost(reason) => write!(f, "the connection to the outbox is lost ({reason})"),
            Self::Failed(reason) => write!(f, "the outbox cannot be used ({reason})"),
        }
    }
}

impl std::error::Error for StoreError {}
