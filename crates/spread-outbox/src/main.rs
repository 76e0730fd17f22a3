//! The worker of the outbox; what it does is in `src/worker`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    spread_outbox::main()
}
