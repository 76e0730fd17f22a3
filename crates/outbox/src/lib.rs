//! The outbox: order updates on disk until SPREAD has them.
//!
//! A record is one update; an order (endpoint, public key, order id) is the records that must be
//! delivered in the order of the calls. Only an order's first waiting record, its head, is ever sent.
//! An update without order id is an order of its own.
//!
//! ```text
//!                    enqueue
//!                       │
//!                       ▼     claim: the head, when its order, endpoint and keys are due
//!            ┌───── waiting ──────────────────────────────► in flight
//!            │        ▲  ▲                                   │ │ │ │
//!            │        │  └─ again, later: the order is due ──┘ │ │ │
//!            │        │     after a delay. released, or the    │ │ │
//!            │        │     lease ended: it is due at once     │ │ │
//!  too old   │        │                                        │ │ └─► deleted   a 2xx was seen
//!            ▼        │ retry                                  │ │
//!         expired ────┤◄───────────────── refused ◄────────────┘ │     never: SPREAD refused it
//!            │        │                    │                     │
//!            └────────┴── discard, purge ──┴──► deleted          └─► ignored   the lease is another's
//! ```
//!
//! In flight is a lease on the order, not a state of the record: a token and an end. Who settles with
//! another token than the order has comes too late and changes nothing. A lease that ended is due
//! again, so a sender that died is replaced. A delay stands on the order as well, so a newer update
//! never overtakes an older one that waits for its next attempt. Refused and expired records block
//! nothing.
//!
//! Endpoints and key pairs have a gate (`gate.rs`): while one is down, one record at a time goes out to
//! see whether it is back, not the whole queue.
//!
//! `store.rs` says what a store does, `sql.rs` does it in SQL; `database.rs` says what that needs,
//! `sqlite.rs` and `mysql.rs` give it, `schema.rs` holds their tables. `call.rs` is what `spread_update_order`
//! does, `pass.rs` what the worker does with its `lanes.rs`. Clock, jitter and tokens come in as
//! arguments.

#![forbid(unsafe_code)]

pub mod address;
pub mod attempt;
pub mod call;
pub mod circuit;
pub mod credentials;
mod database;
pub mod entropy;
mod mysql;
pub mod open;
pub mod relay;
pub mod retry;
mod schema;
pub mod senders;
mod sql;
mod sqlite;
pub mod store;

pub use address::Address;
pub use open::open;
pub use store::{Store, StoreError};
