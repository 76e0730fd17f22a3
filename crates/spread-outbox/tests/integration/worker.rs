//! What the real spread-outbox does: delivers, stops, outlives outages, and lets people look and act.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::shop::{Service, Shop, until};
use crate::store_steps::claim;

#[test]
fn drain_delivers_each_order_in_the_order_of_the_calls() {
    let shop = Shop::new();
    for number in 0..30 {
        shop.keep(&format!("o{}", number % 3), &format!("{number}"));
    }
    let output = shop.run(&["drain"]);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("30 delivered, 0 failed"), "{said}");
    assert!(output.stderr.is_empty());
    let bodies = shop.server.bodies();
    assert_eq!(bodies.len(), 30);
    for order in 0..3 {
        let numbers = bodies.iter().map(|body| body.parse::<usize>().unwrap());
        let mut of_order = numbers.filter(|number| number % 3 == order);
        assert!(of_order.by_ref().is_sorted());
    }
}

#[test]
fn drain_reports_what_is_still_pending() {
    let shop = Shop::new();
    shop.server.answers(503, Duration::ZERO);
    shop.keep("a", "1");
    shop.keep("b", "2");
    let output = shop.run(&["drain", "--json", "--retry-first", "1h"]);
    assert_eq!(output.status.code(), Some(3));
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value["pending"], 2);
    assert_eq!(value["delivered"], 0);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("HTTP 503"), "{said}");
    assert_eq!(said.matches("HTTP 503").count(), 1, "{said}");
    assert_eq!(shop.json(&["list"])[0]["state"], "pending");
    // A limit ends it early.
    shop.server.answers(200, Duration::ZERO);
    assert_eq!(shop.json(&["retry", "1"])[0]["result"], "done");
    assert_eq!(shop.json(&["drain", "--limit", "1"])["delivered"], 1);
}

#[test]
fn a_failed_attempt_names_the_settings_of_the_worker() {
    let shop = Shop::new();
    shop.keep("a", "1");
    let last_error = |arguments: &[&str]| {
        shop.json(&["retry", "1"]);
        let output = shop.run(&[&["drain", "--limit", "1"], arguments].concat());
        assert_eq!(output.status.code(), Some(3));
        let record = shop.json(&["show", "1"]);
        record["last_error"].as_str().unwrap().to_owned()
    };
    shop.server.answers(401, Duration::ZERO);
    let keys = "check SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY, or the credentials file";
    assert!(last_error(&[]).ends_with(keys), "{}", last_error(&[]));
    shop.server.answers(200, Duration::from_secs(3));
    let said = last_error(&[]);
    assert!(said.contains(" within 2 s (SPREAD_TIMEOUT); "), "{said}");
    let said = last_error(&["--timeout", "0.5"]);
    assert!(said.contains(" within 0.5 s (--timeout); "), "{said}");
}

#[test]
fn a_bad_deployment_at_spread_does_not_empty_the_queue() {
    // Each status, and how many orders it may dead-letter: five, and those in flight meanwhile.
    for (status, most) in [(404, 0), (410, 0), (302, 0), (422, 5 + 8)] {
        let shop = Shop::new();
        for number in 0..60 {
            shop.keep(&format!("o{number}"), &number.to_string());
        }
        shop.server.answers(status, Duration::ZERO);
        let drain = ["drain", "--connections", "4", "--retry-first", "1h"];
        let drained = shop.json(&drain);
        assert_eq!(drained["delivered"], 0);
        let counts = shop.json(&["status"]);
        let refused = counts["refused"].as_u64().unwrap();
        assert!(refused <= most, "{status}: {counts}");
        assert_eq!(counts["pending"], 60 - refused, "{status}: {counts}");
        assert_ne!(
            counts["key_pairs"][0]["endpoint_circuit"], "closed",
            "{counts}"
        );
    }
}

#[test]
fn drain_sends_before_it_expires_and_reports_both() {
    let shop = Shop::new();
    shop.server.answers(503, Duration::ZERO);
    shop.keep("a", "1");
    thread::sleep(Duration::from_millis(1_100));
    let drain = ["drain", "--max-age", "1s", "--limit", "1"];
    let output = shop.run(&drain);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("1 failed, 0 refused, 0 expired"), "{said}");
    let output = shop.run(&drain);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("1 expired, 0 pending"), "{said}");
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(shop.run(&drain).status.code(), Some(0));
}

#[test]
fn a_service_finishes_what_is_in_flight() {
    let shop = Shop::new();
    shop.server.answers(200, Duration::from_millis(400));
    let service = shop.service();
    shop.keep("a", "1");
    until("a request", || shop.json(&["status"])["in_flight"] == 1);
    service.signal("-TERM");
    let (status, said) = service.end();
    assert_eq!(status, Some(0), "{said}");
    assert!(
        said.contains("stopped: 1 delivered, 0 attempts lost their lease"),
        "{said}"
    );
    assert_eq!(shop.server.bodies(), ["1"]);
    assert_eq!(shop.json(&["status"])["pending"], 0);
}

#[test]
fn a_service_that_lost_a_lease_does_not_say_what_became_of_the_record() {
    let shop = Shop::new();
    shop.server.answers(422, Duration::from_millis(600));
    let service = shop.service();
    shop.keep("a", "1");
    until("a request", || shop.json(&["status"])["in_flight"] == 1);
    let mut other = shop.store();
    let now = other.now().unwrap() + 3_600_000;
    assert_eq!(claim(other.as_mut(), 1, 1, now).len(), 1);
    service.signal("-TERM");
    let (_, said) = service.end();
    assert!(said.contains("1 attempts lost their lease"), "{said}");
    assert!(!said.contains("moved to refused"), "{said}");
}

#[test]
fn a_service_stops_as_containers_of_php_are_stopped() {
    let shop = Shop::new();
    shop.server.answers(200, Duration::from_millis(400));
    let service = shop.service();
    shop.keep("a", "1");
    until("a request", || shop.json(&["status"])["in_flight"] == 1);
    service.signal("-QUIT");
    let (status, said) = service.end();
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(shop.server.bodies(), ["1"]);
}

#[test]
fn a_second_signal_ends_a_service_at_once() {
    let shop = Shop::new();
    shop.server.answers(200, Duration::from_secs(30));
    let service = shop.service_with(&["--timeout", "60"]);
    shop.keep("a", "1");
    until("a request", || shop.json(&["status"])["in_flight"] == 1);
    assert_eq!(shop.json(&["list"])[0]["state"], "in_flight");
    for (state, count) in [("in_flight", 1), ("pending", 1), ("refused", 0)] {
        let list = shop.json(&["list", "--state", state]);
        assert_eq!(list.as_array().unwrap().len(), count, "{state}");
    }
    let begun = Instant::now();
    service.signal("-TERM");
    thread::sleep(Duration::from_millis(200));
    service.signal("-QUIT");
    let (status, said) = service.end();
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("stopped at once; "), "{said}");
    assert_eq!(shop.json(&["status"])["pending"], 1);
}

#[test]
fn a_service_that_was_killed_is_replaced() {
    let shop = Shop::new();
    for number in 0..50 {
        shop.keep(&format!("o{number}"), &number.to_string());
    }
    shop.server.answers(200, Duration::from_millis(20));
    let service = shop.service();
    until("a delivery", || !shop.server.bodies().is_empty());
    service.signal("-KILL");
    drop(service);
    // Its leases end after timeout and twenty seconds.
    let _service = shop.service();
    until("the rest", || shop.json(&["status"])["pending"] == 0);
    let mut bodies = shop.server.bodies();
    bodies.sort();
    bodies.dedup();
    assert_eq!(bodies.len(), 50);
}

#[test]
fn a_service_outlives_an_outage_of_its_outbox() {
    let shop = Shop::new();
    fs::create_dir(shop.scratch.0.join("outbox.db")).unwrap();
    let service = shop.service();
    service.until_logged("retrying until it is available");
    fs::remove_dir(shop.scratch.0.join("outbox.db")).unwrap();
    shop.keep("a", "1");
    until("the delivery", || shop.server.bodies() == ["1"]);
    service.signal("-INT");
    let (status, said) = service.end();
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("retrying until it is available"), "{said}");
    assert!(said.contains("the outbox is available again"), "{said}");
}

#[test]
fn keys_come_from_a_file_that_may_change() {
    let shop = Shop::new();
    shop.keep_for("other", "a", "1");
    let file = shop.scratch.0.join("credentials");
    fs::write(&file, "shop:s3cret\n").unwrap();
    let with_file = |arguments: &[&str]| {
        let mut command = shop.command(arguments);
        command.env("SPREAD_CREDENTIALS_FILE", &file);
        command
    };
    fs::set_permissions(&file, Permissions::from_mode(0o666)).unwrap();
    let output = with_file(&["drain"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("chmod 640"), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
    fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
    let output = with_file(&["drain"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "keys are missing");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("pending for the public key other"), "{said}");
    let child = with_file(&["run", "--poll", "0.02s"])
        .stderr(Stdio::piped())
        .spawn();
    let service = Service::new(child.unwrap());
    // It listens for signals, and has looked for orders of other keys.
    service.until_logged("pending for the public key other");
    fs::write(&file, "shop:s3cret\nother:s3cret\n").unwrap();
    service.signal("-HUP");
    until("the delivery", || shop.server.bodies() == ["1"]);
    service.signal("-TERM");
    let (_, said) = service.end();
    assert!(said.contains("pending for the public key other"), "{said}");
    assert!(said.contains("reloaded the credentials file"), "{said}");
}

#[test]
fn people_look_and_act() {
    let shop = Shop::new();
    shop.server.answers(422, Duration::ZERO);
    shop.keep("a", "name=John%20Doe");
    shop.keep("b\x1b[2J", "2");
    shop.run(&["drain"]);
    let status = shop.json(&["status"]);
    assert_eq!(
        (&status["refused"], &status["pending"]),
        (&2.into(), &0.into())
    );
    let text = shop.said(&["status"]);
    assert!(text.contains("refused    2"), "{text}");
    let metrics = shop.said(&["status", "--prometheus"]);
    assert!(
        metrics.contains("\nspread_outbox_records{state=\"refused\"} 2\n")
            && metrics.contains("\nspread_outbox_records{state=\"pending\"} 0\n")
            && metrics.contains("public_key=\"shop\",scope=\"endpoint\"} 1\n"),
        "{metrics}"
    );
    assert_eq!(status["key_pairs"][0]["endpoint_circuit"], "closed");
    let list = shop.json(&["list", "--state", "refused", "--order", "a"]);
    assert_eq!(list.as_array().unwrap().len(), 1);
    let id = list[0]["id"].to_string();
    assert_eq!(list[0]["status"], 422);
    let last_error = list[0]["last_error"].as_str().unwrap();
    assert!(last_error.contains("HTTP 422"), "{last_error}");
    let text = shop.said(&["list"]);
    assert!(text.contains("refused") && !text.contains('\x1b'), "{text}");
    assert!(text.contains("  HTTP 422\n"), "a short last error: {text}");
    assert!(shop.said(&["show", &id]).contains(last_error));
    for arguments in [&["show", &id][..], &["list"], &["show", &id, "--json"]] {
        assert!(!shop.said(arguments).contains("John"), "{arguments:?}");
    }
    assert!(shop.said(&["show", &id, "--body"]).contains("John%20Doe"));
    assert_eq!(
        shop.json(&["show", &id, "--body"])["body"],
        "name=John%20Doe"
    );
    shop.server.answers(200, Duration::ZERO);
    assert!(
        shop.said(&["retry", &id])
            .contains(&format!("record {id} retried"))
    );
    shop.run(&["drain"]);
    assert_eq!(shop.server.bodies(), ["name=John%20Doe"]);
    let output = shop.run(&["discard", "999"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(shop.json(&["purge"])["purged"], 0, "nothing is 30 days old");
    assert_eq!(shop.json(&["purge", "--older-than", "0s"])["purged"], 1);
    assert_eq!(shop.said(&["list"]), "no records\n");
}

#[test]
fn mistakes_are_one_sentence_without_secrets() {
    let shop = Shop::new();
    let output = shop.run(&["status"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("there is no file"), "{said}");
    assert!(!shop.scratch.0.join("outbox.db").exists());
    for outbox in [
        "mysql://shop:s3cret@127.0.0.1:1/spread",
        "mysql://shop:s3cret@",
        "",
    ] {
        let mut command = shop.command(&["status"]);
        let output = command.env("SPREAD_OUTBOX", outbox).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(!said.contains("s3cret"), "{said}");
    }
    let mut command = shop.command(&["drain"]);
    let output = command.env_remove("SPREAD_PRIVATE_KEY").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("there are no API keys"), "{said}");
}
