//! Writes docs/spread-outbox.1 from the worker's command line, and fails when the file is another.
//! `make reference` writes it.

use std::{env, fs};

use clap::{Arg, Command, CommandFactory as _};
use clap_mangen::roff::{Roff, bold, roman};
use spread_outbox::arguments::Cli;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/spread-outbox.1");

#[test]
fn the_manual_page_is_what_the_command_line_says() {
    let page = page();
    if env::var_os("SPREAD_WRITE_REFERENCE").is_some() {
        fs::write(PATH, &page).unwrap();
    }
    assert!(
        fs::read(PATH).unwrap_or_default() == page,
        "docs/spread-outbox.1 is not what the command line says; run `make reference`"
    );
}

fn page() -> Vec<u8> {
    let mut page = Vec::new();
    let mut command = Cli::command();
    command.build();
    let manual = clap_mangen::Man::new(command.clone())
        .date("")
        .manual("spread");
    manual.render_title(&mut page).unwrap();
    manual.render_name_section(&mut page).unwrap();
    heading(&mut page, "SYNOPSIS");
    for subcommand in command.get_subcommands() {
        let usage = subcommand.clone().render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ");
        let mut roff = Roff::new();
        roff.text([roman(usage)]);
        roff.control("br", []);
        page.extend_from_slice(roff.render().as_bytes());
    }
    heading(&mut page, "DESCRIPTION");
    paragraph(&mut page, &about(&command));
    heading(&mut page, "COMMANDS");
    for subcommand in command.get_subcommands() {
        let name = subcommand.get_name();
        let mut entries = vec![(name.to_owned(), about(subcommand))];
        let own = subcommand
            .get_arguments()
            .filter(|argument| argument.get_help_heading().is_none() && !is_common(argument));
        entries.extend(own.map(entry));
        let mut entries = entries.into_iter();
        page.extend_from_slice(definitions(entries.by_ref().take(1)).as_bytes());
        let mut roff = Roff::new();
        roff.control("RS", []);
        page.extend_from_slice(roff.render().as_bytes());
        page.extend_from_slice(definitions(entries).as_bytes());
        let mut roff = Roff::new();
        roff.control("RE", []);
        page.extend_from_slice(roff.render().as_bytes());
    }
    heading(&mut page, "OPTIONS OF EVERY COMMAND");
    let run = command.find_subcommand("run").unwrap();
    let common = run.get_arguments().filter(|argument| is_common(argument));
    page.extend_from_slice(definitions(common.map(entry)).as_bytes());
    for title in ["Delivery", "Sending", "Logging"] {
        let title_of = |argument: &&Arg| argument.get_help_heading() == Some(title);
        heading(
            &mut page,
            &format!("{} OPTIONS OF RUN AND DRAIN", title.to_uppercase()),
        );
        let group = run.get_arguments().filter(title_of);
        page.extend_from_slice(definitions(group.map(entry)).as_bytes());
    }
    section(
        &mut page,
        "ENVIRONMENT",
        &[
            (
                "SPREAD_PUBLIC_KEY, SPREAD_PRIVATE_KEY",
                "The key pair of one shop.",
            ),
            (
                "SPREAD_OUTBOX and the others in the options' help",
                "The values of options that are not on the command line. Secrets belong here: other users of \
                 the machine can read a command line.",
            ),
            (
                "https_proxy, http_proxy, all_proxy, no_proxy",
                "The proxy when --proxy is not set, as libcurl reads them.",
            ),
        ],
    );
    section(
        &mut page,
        "EXIT STATUS",
        &[
            ("0", "Success; after drain, no order is pending."),
            ("1", "Failure; one line on the standard error says why."),
            ("2", "Wrong command line."),
            (
                "3",
                "After drain: orders are still pending or have expired.",
            ),
        ],
    );
    section(
        &mut page,
        "FILES",
        &[
            ("/var/lib/spread/outbox.db", "The usual SQLite outbox."),
            (
                "/etc/spread/outbox.conf",
                "The service's environment variables.",
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
                "List the orders that SPREAD refused, and why.",
            ),
            (
                "spread-outbox retry --state refused",
                "Send them again when the cause is gone.",
            ),
            ("spread-outbox serve", "Do all of this in a browser."),
            (
                "spread-outbox purge --older-than 30d",
                "Delete refused and expired records that are older than a month.",
            ),
        ],
    );
    manual.render_version_section(&mut page).unwrap();
    page
}

fn section(page: &mut Vec<u8>, title: &str, entries: &[(&str, &str)]) {
    heading(page, title);
    let entries = entries.iter().copied();
    let entries = entries.map(|(name, text)| (name.to_owned(), text.to_owned()));
    page.extend_from_slice(definitions(entries).as_bytes());
}

fn heading(page: &mut Vec<u8>, title: &str) {
    let mut roff = Roff::new();
    roff.control("SH", [title]);
    page.extend_from_slice(roff.render().as_bytes());
}

fn paragraph(page: &mut Vec<u8>, text: &str) {
    let mut roff = Roff::new();
    roff.text([roman(text)]);
    page.extend_from_slice(roff.render().as_bytes());
}

fn definitions(entries: impl Iterator<Item = (String, String)>) -> String {
    let mut roff = Roff::new();
    for (name, text) in entries {
        roff.control("TP", []);
        roff.text([bold(name)]);
        roff.text([roman(text)]);
    }
    roff.render()
}

/// What a command does, and what its help says in the end.
fn about(command: &Command) -> String {
    let about = command.get_about().unwrap();
    match command.get_after_help() {
        Some(after) => format!("{about}. {after}"),
        None => format!("{about}."),
    }
}

fn is_common(argument: &Arg) -> bool {
    ["outbox", "help"].contains(&argument.get_id().as_str())
}

/// An option and its help, with its values and its default as the help has them.
fn entry(argument: &Arg) -> (String, String) {
    let value = argument.get_value_names().unwrap_or_default().first();
    let takes_value = argument.get_action().takes_values();
    let name = match (argument.get_long(), value) {
        (Some(long), Some(value)) if takes_value => format!("--{long} <{value}>"),
        (Some(long), _) => format!("--{long}"),
        (None, _) => value.unwrap().to_string(),
    };
    let mut text = argument.get_help().unwrap().to_string();
    if let Some(default) = argument.get_default_values().first()
        && takes_value
    {
        text.push_str(&format!(" [default: {}]", default.to_string_lossy()));
    }
    let values: Vec<_> = argument
        .get_possible_values()
        .iter()
        .map(|value| value.get_name().to_owned())
        .collect();
    if takes_value && !values.is_empty() {
        text.push_str(&format!(" [possible values: {}]", values.join(", ")));
    }
    (name, text)
}
