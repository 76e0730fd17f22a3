//! The command line of the real spread-outbox: options, help, the values of settings, its output and its log.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::process::{Command, Output};
use std::time::Duration;

use clap::CommandFactory as _;
use serde_json::Value;
use spread_outbox::arguments::Cli;

use crate::shop::{Shop, until};

const DELIVERY: &[&str] = &[
    "connections",
    "retry-first",
    "retry-longest",
    "max-age",
    "lease",
    "credentials-file",
    "timeout",
    "connect-timeout",
    "auth",
    "max-redirects",
    "ca-file",
    "proxy",
    "log-format",
    "log-level",
];

/// Each command with the options that it has beside --outbox and, where it is true, those of DELIVERY.
const OPTIONS: &[(&str, &[&str], bool)] = &[
    ("run", &["poll"], true),
    ("drain", &["limit", "rate", "seconds", "json"], true),
    (
        "import",
        &[
            "dry-run",
            "force",
            "restart",
            "json",
            "method",
            "name",
            "format",
            "delimiter",
            "map",
            "set",
            "endpoint",
            "public-key",
            "credentials-file",
        ],
        false,
    ),
    ("status", &["json", "prometheus"], false),
    ("list", &["state", "order", "after", "limit", "json"], false),
    ("show", &["body", "json"], false),
    ("retry", &["state", "force", "json"], false),
    ("discard", &["json"], false),
    ("purge", &["state", "older-than", "json"], false),
    ("serve", &["listen", "bodies"], false),
];

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn failed(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    text(&output.stderr)
}

#[test]
fn no_command_takes_an_option_of_another() {
    let shop = Shop::new();
    let command = Cli::command();
    let names: Vec<_> = command
        .get_subcommands()
        .map(clap::Command::get_name)
        .collect();
    let known: Vec<_> = OPTIONS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(names, known);
    for (name, own, delivers) in OPTIONS {
        let mut expected = vec!["outbox"];
        expected.extend(*own);
        expected.extend(DELIVERY.iter().filter(|_| *delivers));
        let options = command.find_subcommand(name).unwrap().get_arguments();
        let mut options: Vec<_> = options.filter_map(clap::Arg::get_long).collect();
        expected.sort_unstable();
        options.sort_unstable();
        assert_eq!(options, expected, "{name}");
    }
    for arguments in [
        &["list", "--timeout", "1"][..],
        &["purge", "--limit", "1"],
        &["run", "--json"],
        &["--outbox", "sqlite:/a.db", "list"],
        &["delete"],
    ] {
        let output = shop.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn help_fits_a_screen_and_shows_no_value_of_the_environment() {
    let shop = Shop::new();
    for (name, ..) in OPTIONS {
        for help in ["-h", "--help"] {
            let mut command = shop.command(&[name, help]);
            command
                .env("COLUMNS", "80")
                .env("SPREAD_OUTBOX", "mysql://shop:s3cret@db/spread")
                .env("SPREAD_PROXY", "http://user:s3cret@proxy");
            let output = command.output().unwrap();
            assert_eq!(output.status.code(), Some(0));
            let help = text(&output.stdout);
            let words: Vec<_> = help.split_whitespace().collect();
            assert!(words.join(" ").contains("[env: SPREAD_OUTBOX]"), "{help}");
            assert!(!help.contains("s3cret"), "{help}");
            assert!(
                help.lines().all(|line| line.chars().count() <= 80),
                "{help}"
            );
            let long = ["run", "drain", "import"].contains(name);
            assert!(long || help.lines().count() <= 24, "{help}");
        }
    }
}

#[test]
fn a_value_comes_from_the_option_else_the_environment_else_the_default() {
    let shop = Shop::new();
    shop.keep("a", "1");
    let drain = |variable: &str, arguments: &[&str]| {
        let mut command = shop.command(&["drain"]);
        let command = command.args(arguments).env("SPREAD_TIMEOUT", variable);
        command.output().unwrap()
    };
    let said = failed(&drain("soon", &[]));
    assert!(
        said.contains("SPREAD_TIMEOUT must be a number of seconds"),
        "{said}"
    );
    let said = failed(&drain("2", &["--timeout", "soon"]));
    assert!(
        said.contains("--timeout must be a number of seconds"),
        "{said}"
    );
    assert!(!said.contains("spread.timeout"), "{said}");
    let said = failed(&drain("2", &["--proxy", "ftp://user:s3cret@proxy"]));
    assert!(
        said.contains("--proxy must be") && !said.contains("s3cret"),
        "{said}"
    );
    let said = failed(&drain("2", &["--outbox", "oracle:s3cret"]));
    assert!(
        said.contains("--outbox must be") && !said.contains("s3cret"),
        "{said}"
    );
    // The option comes first; an empty variable is not set.
    assert_eq!(drain("soon", &["--timeout", "2"]).status.code(), Some(0));
    assert_eq!(drain("", &[]).status.code(), Some(0));
}

#[test]
fn output_that_is_lost_is_a_failure_and_a_reader_that_left_is_none() {
    let shop = Shop::new();
    shop.keep("a", "1");
    for arguments in [
        &["status"][..],
        &["list"],
        &["list", "--json"],
        &["drain"],
        &["--help"],
    ] {
        let mut command = shop.command(arguments);
        command.stdout(File::create("/dev/full").unwrap());
        let output = command.output().unwrap();
        let said = failed(&output);
        assert!(said.contains("cannot write the output: "), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");

        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = shop.command(arguments).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert_eq!(text(&output.stderr), "", "{arguments:?}");
    }
    // A log that is lost fails nothing.
    shop.server.answers(503, Duration::ZERO);
    shop.keep("b", "2");
    for format in ["text", "json"] {
        let mut command = shop.command(&["drain", "--log-format", format]);
        command.stderr(File::create("/dev/full").unwrap());
        assert_eq!(command.output().unwrap().status.code(), Some(3));
    }
}

#[test]
fn colours_are_for_terminals_without_no_color() {
    let shop = Shop::new();
    shop.server.answers(422, Duration::ZERO);
    shop.keep("a", "1");
    shop.run(&["drain"]);
    assert!(!shop.said(&["list"]).contains('\x1b'));
    let on_a_terminal = |no_color: &str| {
        let mut command = Command::new("script");
        let line = format!("{} list", env!("CARGO_BIN_EXE_spread-outbox"));
        command
            .args(["-qefc", &line, "/dev/null"])
            .env("SPREAD_OUTBOX", shop.path())
            .env("TERM", "xterm")
            .env("NO_COLOR", no_color);
        text(&command.output().unwrap().stdout)
    };
    assert!(on_a_terminal("").contains("\x1b[31mrefused"));
    let plain = on_a_terminal("1");
    assert!(
        plain.contains("refused") && !plain.contains('\x1b'),
        "{plain}"
    );
}

#[test]
fn each_line_of_a_json_log_is_a_document() {
    let shop = Shop::new();
    shop.server.answers(422, Duration::ZERO);
    shop.keep("a\"\n", "1");
    let service = shop.service_with(&["--log-format", "json"]);
    until("a refusal", || shop.json(&["status"])["refused"] == 1);
    service.signal("-TERM");
    let (status, log) = service.end();
    assert_eq!(status, Some(0), "{log}");
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let levels: Vec<_> = lines
        .iter()
        .map(|line| line["level"].as_str().unwrap())
        .collect();
    assert_eq!(levels, ["INFO", "ERROR", "INFO"], "{log}");
    let refusal = lines[1]["message"].as_str().unwrap();
    assert!(
        refusal.ends_with("; record 1 moved to refused"),
        "{refusal}"
    );
    assert!(
        lines.iter().all(|line| line["timestamp"].is_string()),
        "{log}"
    );

    let mut command = shop.command(&["run", "--log-format", "json"]);
    let said = failed(&command.env("SPREAD_TIMEOUT", "soon").output().unwrap());
    let line: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(line["level"], "ERROR");
}

#[test]
fn the_journal_gets_levels_and_no_times() {
    let shop = Shop::new();
    shop.server.answers(503, Duration::ZERO);
    shop.keep("a", "1");
    let path = shop.scratch.0.join("log");
    let log = |stream: Option<&str>, level: &str| {
        let file = File::create(&path).unwrap();
        let facts = file.metadata().unwrap();
        let own = format!("{}:{}", facts.dev(), facts.ino());
        shop.run(&["retry", "1"]);
        let mut command = shop.command(&["drain", "--log-level", level]);
        command
            .env("JOURNAL_STREAM", stream.unwrap_or(&own))
            .stderr(file);
        assert_eq!(command.output().unwrap().status.code(), Some(3));
        fs::read_to_string(&path).unwrap()
    };
    let journal = log(None, "info");
    assert!(journal.starts_with("<4>"), "{journal}");
    assert!(journal.contains("HTTP 503"), "{journal}");
    // Inherited from a service whose standard error it does not write to.
    let other = log(Some("1:2"), "info");
    assert!(
        other.starts_with("20") && other.contains(" WARN "),
        "{other}"
    );
    assert_eq!(log(None, "error"), "");
}
