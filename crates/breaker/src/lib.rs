//! The circuit breaker of an endpoint, shared by all processes of a PHP server.
//!
//! ```text
//!                two attempts in a row meet a
//!                failure of the endpoint             the hold-off is over
//!   closed ──────────────────────────────► open ──────────────────────► half-open: one probe
//!     ▲  │ ▲                                 ▲                              │      │
//!     │  │ └─ fewer calls wait               └───── the probe fails ────────┘      │
//!     │  └──► crowded: calls that wait hold a share of the pool                    │
//!     └─────────────────── any attempt gets a response ────────────────────────────┘
//! ```
//!
//! A call that waits holds a process, and a pool has few: an endpoint that hangs would take the shop's
//! other pages with it. A call that is held back keeps its order in the outbox; without an outbox it fails
//! at once, which loses the order, so there the circuit opens later, holds off for a shorter time, and
//! tries when a failure is quick and costs the pool nothing.
//!
//! The files, from the decision to the memory:
//!
//! - `circuit.rs`: one endpoint, as a value in 64 bits. Its `decide` and `after` are pure.
//! - `crowd.rs`: the calls of the pool that wait, and whether they are too many; pure, too.
//! - `processes.rs`, `endpoints.rs`, `page.rs`: [`Page`], the memory that processes share. It holds atomics alone, is valid
//!   when all its bytes are zero, and has neither locks nor pointers, so a process may be killed at any
//!   instruction. A full table holds nothing back.
//!
//! Time is a count of milliseconds on a monotonic clock that all processes share. The caller knows which
//! processes live.
//!
//! In the simulation of `tests/integration/`, ten processes get three orders a second and SPREAD hangs for
//! two minutes. A quarter of the pool's time is lost in the first 12 s, until the first attempts have timed
//! out; then 2.3 % with an outbox and 3.7 % without one, which is the probe.

#![forbid(unsafe_code)]

mod circuit;
mod clock;
mod crowd;
mod endpoints;
mod page;
mod processes;

pub use circuit::End;
pub use clock::Millis;
pub use crowd::Crowd;
pub use endpoints::Transition;
pub use page::{Call, Entry, Held, Page, Pass, State, View};
pub use processes::Process;
