//! Writes docs/spread-outbox.1 from the worker's command line, and fails when the file is another.
//! `make reference` writes it.

use std::{env, fs};

use clap_mangen::roff::{Roff, bold, roman};
use spread_outbox::arguments;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/spread-outbox.1");

#[test]
fn the_manual_page_is_what_the_command_line_says() {
    let page = page();
    if env::var_os("SPREAD_WRITE_REFERENCE").is_some() {
        fs::write(PATH, &page).unwrap();
    }
    assert!(
        fs::read(PATH).unwrap_or_default() == page,
        "docs/spread-outbox.1 is not what the command line says; `make reference` writes it anew"
    );
}

fn page() -> Vec<u8> {
    let mut page = Vec::new();
    let mut command = arguments::command();
    command.build();
    let manual = clap_mangen::Man::new(command.clone())
        .date("")
        .manual("spread");
    manual.render_title(&mut page).unwrap();
    manual.render_name_section(&mut page).unwrap();
    manual.render_synopsis_section(&mut page).unwrap();
    manual.render_description_section(&mut page).unwrap();
    section(&mut page, "COMMANDS", &[]);
    for subcommand in command.get_subcommands() {
        let mut roff = Roff::new();
        let about = subcommand.get_long_about().or(subcommand.get_about());
        let about = about.map(ToString::to_string).unwrap_or_default();
        roff.control("TP", []);
        roff.text([bold(subcommand.get_name())]);
        roff.text([roman(about)]);
        for argument in subcommand.get_arguments() {
            if argument.is_global_set() || argument.get_id() == "help" {
                continue;
            }
            let name = match argument.get_long() {
                Some(long) => format!("--{long}"),
                None => argument.get_id().to_string().to_uppercase(),
            };
            let help = argument.get_help().map(ToString::to_string);
            let default = argument.get_default_values().first();
            let default = default
                .filter(|_| argument.get_action().takes_values())
                .map(|value| format!(" [{}]", value.to_string_lossy()));
            let text = format!(
                "{}{}",
                help.unwrap_or_default(),
                default.unwrap_or_default()
            );
            roff.control("RS", []);
            roff.control("TP", []);
            roff.text([bold(name)]);
            roff.text([roman(text)]);
            roff.control("RE", []);
        }
        page.extend_from_slice(roff.render().as_bytes());
    }
    manual.render_options_section(&mut page).unwrap();
    section(
        &mut page,
        "ENVIRONMENT",
        &[
            (
                "SPREAD_PUBLIC_KEY, SPREAD_PRIVATE_KEY",
                "The pair of keys of one shop.",
            ),
            (
                "SPREAD_OUTBOX and the others that the options name",
                "As the option, which comes first. Settings with secrets belong here, not on the command \
                 line.",
            ),
            (
                "https_proxy, http_proxy, all_proxy, no_proxy",
                "The proxy when --proxy is empty, as libcurl reads them.",
            ),
        ],
    );
    section(
        &mut page,
        "EXIT STATUS",
        &[
            ("0", "Done; of drain, nothing waits any more."),
            (
                "1",
                "It could not be done, and one line on the standard error says why.",
            ),
            ("2", "The command line is wrong."),
            ("3", "Of drain: orders wait for another attempt."),
        ],
    );
    section(
        &mut page,
        "FILES",
        &[
            (
                "/var/lib/spread/outbox.db",
                "The usual place of an outbox in SQLite.",
            ),
            (
                "/etc/spread/outbox.conf",
                "The settings of the service, as variables.",
            ),
        ],
    );
    section(
        &mut page,
        "EXAMPLES",
        &[
            (
                "spread-outbox drain --seconds 50s",
                "In a crontab, each minute, where no service can run.",
            ),
            (
                "spread-outbox list --state refused",
                "What SPREAD has refused, and why.",
            ),
            (
                "spread-outbox retry --state refused",
                "Sends it again, once the cause is gone.",
            ),
            (
                "spread-outbox purge --older-than 30d",
                "Forgets what was set aside a month ago.",
            ),
        ],
    );
    manual.render_version_section(&mut page).unwrap();
    page
}

fn section(page: &mut Vec<u8>, title: &str, entries: &[(&str, &str)]) {
    let mut roff = Roff::new();
    roff.control("SH", [title]);
    for (name, text) in entries {
        roff.control("TP", []);
        roff.text([bold(*name)]);
        roff.text([roman(*text)]);
    }
    page.extend_from_slice(roff.render().as_bytes());
}
