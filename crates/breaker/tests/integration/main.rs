//! The page as processes use it: its states, a simulated server with outages, and threads that race.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod outages;
mod random;
mod server;

mod states;
mod threads;
