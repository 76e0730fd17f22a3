//! The outbox: order updates on disk until SPREAD has them.
//!
//! A *record* is one update. The records with the same endpoint, public key and order id make an *order*:
//! they are delivered in the sequence of the calls, one at a time. The first pending record of an order is
//! its *head*, and only heads are sent. An update without order id is an order with one record.
//!
//! ```text
//!                      enqueue
//!                         │
//!                         ▼         claim: the head of a due order
//!            ┌──────── pending ─────────────────────────────► in flight
//!            │          ▲    ▲                                 │  │  │
//!            │          │    └── failed: due after a delay ────┘  │  │
//!            │          │        released, lease expired: due now │  │
//!   too old  │          │ retry                                   │  │
//!            ▼          │                                         │  │
//!         expired ──────┴─────── refused ◄── SPREAD refused it ───┘  │
//!            │                      │                                │
//!            └── discard, purge ────┴────────► deleted ◄── delivered ┘
//! ```
//!
//! *In flight* is a lease on the order: a token, and a time at which it expires. Completing a lease with a
//! token that the order no longer has changes nothing. An expired lease makes the order due again, so a
//! sender that died is replaced. The delay after a failure stands on the order as well, so a newer update
//! never overtakes an older one that is to be tried again. *Dead-lettered* records (refused, expired) block
//! nothing.
//!
//! Endpoints and key pairs have a [circuit]: while it is open, one record at a time probes whether they
//! are back, not the whole queue.
//!
//! Two ways lead in. [`call::update`] is one call of `spread_update_order`: it records an update and may
//! send it. A [`relay::Relay`] is a worker: it claims records from a [`Store`] and passes them to
//! [`senders`]. Clock, jitter and tokens come in as arguments.
//!
//! | file | purpose |
//! |---|---|
//! | `call.rs` | one call: record, perhaps send, complete |
//! | `unwritten.rs` | what a process could not write, until it can |
//! | `relay.rs` | the worker: expire, complete, claim, start |
//! | `senders.rs`, `destinations.rs` | send claimed records; to which endpoint, with which keys |
//! | `attempt.rs` | from the end of an attempt to the outcome for its record |
//! | `circuit.rs`, `retry.rs` | when an endpoint, a key pair, a record is tried again |
//! | `address.rs`, `credentials.rs` | read the setting `spread.outbox`; read the file of key pairs |
//! | `backlog.rs` | when to log that nothing empties the outbox |
//! | `status.rs` | the number of records by state, and the circuits |
//! | `store.rs`, `error.rs`, `clock.rs`, `entropy.rs`, `timeout.rs` | the interface of a store; its errors, its time, its random values, its timeouts |
//! | `sql.rs`, `sql/` | the store in SQL |
//! | `database.rs`, `schema.rs` | the interface of a database; its tables |
//! | `sqlite.rs`, `mysql.rs` | the two databases |

#![forbid(unsafe_code)]

pub mod address;
pub mod attempt;
pub mod backlog;
pub mod call;
pub mod circuit;
pub mod clock;
pub mod credentials;
mod database;
pub mod destinations;
pub mod entropy;
mod error;
mod mysql;
mod open;
pub mod relay;
pub mod retry;
mod schema;
pub mod senders;
mod sql;
mod sqlite;
pub mod status;
pub mod store;
mod timeout;
pub mod unwritten;

pub use address::Address;
pub use error::StoreError;
pub use open::open;
pub use store::Store;
pub use timeout::{Opening, Timeout};
