//! The program; `lib.rs` is what it does.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    spread_migrate::main()
}
