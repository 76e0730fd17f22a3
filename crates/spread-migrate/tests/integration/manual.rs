//! Writes docs/spread-migrate.1 from the command line, and fails when the file is another. `make reference`
//! writes it.

use std::{env, fs};

use clap::CommandFactory as _;
use spread_migrate::arguments::Cli;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/spread-migrate.1");

#[test]
fn the_manual_page_is_what_the_command_line_says() {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .date("")
        .manual("spread")
        .render(&mut page)
        .expect("a page");
    if env::var_os("SPREAD_WRITE_REFERENCE").is_some() {
        fs::write(PATH, &page).expect("the page");
    }
    assert!(
        fs::read(PATH).unwrap_or_default() == page,
        "docs/spread-migrate.1 is not what the command line says; run `make reference`"
    );
}
