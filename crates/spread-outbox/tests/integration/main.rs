//! The longer tests: stores on SQLite and on one MariaDB, beside a model; the worker as a program; pages
//! and stubs against the tables.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod command_line;
mod manual;
mod mariadb;
#[macro_use]
mod model;
mod mysql_faults;
mod reference;
mod sequences;
mod shop;
mod store;
mod stores;
mod stubs;
mod upgrade;
mod worker;
