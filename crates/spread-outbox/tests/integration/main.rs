//! The longer tests: stores on SQLite and on one MariaDB, beside a model; the worker as a program; pages
//! and stubs against the tables.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod calls;
mod command_line;
mod import;
mod manual;
mod mariadb;
mod methods_of_subjects;
mod model;
mod mysql_clients;
mod mysql_faults;
mod mysql_protocol;
mod mysql_proxy;
mod mysql_round_trips;
mod mysql_settings;
mod mysql_stores;
mod operations;
mod polyfill_tables;
mod reference;
#[cfg(target_os = "linux")]
mod secrets;
mod sequences;
mod serve;
mod shop;
mod store;
mod store_circuits;
mod store_steps;
mod stores;
mod stubs;
mod supersede;
mod upgrade;
mod worker;
