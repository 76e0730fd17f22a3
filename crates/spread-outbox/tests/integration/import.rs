//! `import`: files into an outbox, whole or in parts.

use std::fs;
use std::io::Write as _;
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::shop::{Shop, until};
use crate::stores::{each, update};
use outbox::store::{Filter, Imported};

const DATE: &str = "2026-03-02 08:12:45";

fn order(id: usize, state: u32) -> Value {
    json!({
        "order_idorder": id.to_string(), "order_state": state, "order_amount": "12.50",
        "order_crea_dt": DATE, "customer_email": "a@example.org",
    })
}

fn lines(orders: impl Iterator<Item = Value>) -> String {
    orders.map(|order| format!("{order}\n")).collect()
}

fn file(shop: &Shop, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = shop.scratch.0.join(name);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn import(shop: &Shop, arguments: &[&str]) -> Output {
    let mut command = shop.command(&["import"]);
    command
        .args(arguments)
        .env("SPREAD_ENDPOINT", shop.server.url());
    command.output().unwrap()
}

/// Its exit status and its summary.
fn imported(shop: &Shop, arguments: &[&str]) -> (i32, Value) {
    let output = import(shop, &[arguments, &["--json"]].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    let summary = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    (output.status.code().unwrap(), summary)
}

fn counts(summary: &Value) -> [u64; 4] {
    ["rows", "imported_before", "kept", "left_out"].map(|name| summary[name].as_u64().unwrap())
}

#[test]
fn what_is_imported_is_delivered_in_its_sequence() {
    let shop = Shop::new();
    let orders = (0..1_200).map(|number| order(number % 400, [10, 20, 50][number / 400]));
    let path = file(&shop, "orders.ndjson", lines(orders));
    let (status, summary) = imported(&shop, &[&path]);
    assert_eq!((status, counts(&summary)), (0, [1_200, 0, 1_200, 0]));
    assert_eq!(shop.json(&["status"])["pending"], 1_200);
    shop.run(&["drain"]);
    let bodies = shop.server.bodies();
    assert_eq!(bodies.len(), 1_200);
    for id in 0..400 {
        let of_order = format!("data%5Border_idorder%5D={id}&");
        let states: Vec<_> = bodies
            .iter()
            .filter(|body| body.contains(&of_order))
            .map(|body| {
                let (_, rest) = body.split_once("order_state%5D=").unwrap();
                rest.split('&').next().unwrap()
            })
            .collect();
        assert_eq!(states, ["10", "20", "50"], "{id}");
    }
    assert!(
        bodies
            .iter()
            .all(|body| body.contains("request%5Border_idorder%5D="))
    );
}

#[test]
fn a_killed_import_continues_and_keeps_each_row_once() {
    let shop = Shop::new();
    let orders = (0..20_000).map(|number| order(number, 20));
    let path = file(&shop, "orders.ndjson", lines(orders));
    let pending = || {
        let status = shop.run(&["status", "--json"]);
        let counts: Option<Value> = serde_json::from_slice(&status.stdout).ok();
        counts.map_or(0, |counts| counts["pending"].as_u64().unwrap())
    };
    let mut command = shop.command(&["import", &path]);
    command.env("SPREAD_ENDPOINT", shop.server.url());
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    until("a batch", || pending() > 0);
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = pending();
    assert!(kept.is_multiple_of(500), "{kept}");
    let (status, summary) = imported(&shop, &[&path]);
    assert_eq!(
        (status, counts(&summary)),
        (0, [20_000 - kept, kept, 20_000 - kept, 0])
    );
    assert_eq!(pending(), 20_000);
    // Nothing is left, until the file grows.
    let (_, summary) = imported(&shop, &[&path]);
    assert_eq!(counts(&summary), [0, 20_000, 0, 0]);
    let mut grown = fs::OpenOptions::new().append(true).open(&path).unwrap();
    writeln!(grown, "{}", order(20_000, 20)).unwrap();
    let (_, summary) = imported(&shop, &[&path]);
    assert_eq!(counts(&summary), [1, 20_000, 1, 0]);
}

#[test]
fn a_stopped_import_says_so_and_continues() {
    let shop = Shop::new();
    let mut command = shop.command(&["import", "-", "--name", "feed"]);
    command.env("SPREAD_ENDPOINT", shop.server.url());
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let all = lines((0..700).map(|number| order(number, 20)));
    input.write_all(all.as_bytes()).unwrap();
    until("a batch", || shop.run(&["status"]).status.success());
    let pid = child.id().to_string();
    let killed = std::process::Command::new("kill").arg(&pid).status();
    assert!(killed.unwrap().success());
    // It looks for signals between two rows.
    writeln!(input, "{}", order(700, 20)).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("stopped; the same command continues"),
        "{said}"
    );
    let path = file(
        &shop,
        "feed",
        lines((0..701).map(|number| order(number, 20))),
    );
    let (status, summary) = imported(&shop, &[&path, "--name", "feed"]);
    let [rows, before, kept, _] = counts(&summary);
    assert_eq!((status, rows + before, rows), (0, 701, kept));
    assert_eq!(shop.json(&["status"])["pending"], 701);
}

#[test]
fn a_file_that_changed_or_is_read_otherwise_is_refused_until_restart() {
    let shop = Shop::new();
    let path = file(
        &shop,
        "orders.ndjson",
        lines((0..3).map(|id| order(id, 10))),
    );
    imported(&shop, &[&path]);
    let refused = |arguments: &[&str]| {
        let output = import(&shop, arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("--restart"), "{said}");
        assert_eq!(output.status.code(), Some(1));
    };
    refused(&[&path, "--method", "createOrder"]);
    refused(&[&path, "--set", "order_state=20"]);
    file(
        &shop,
        "orders.ndjson",
        lines((0..2).map(|id| order(id, 10))),
    );
    refused(&[&path]);
    file(
        &shop,
        "orders.ndjson",
        lines((0..3).map(|id| order(id, 20))),
    );
    refused(&[&path]);
    let (_, summary) = imported(&shop, &[&path, "--restart"]);
    assert_eq!(counts(&summary), [3, 0, 3, 0]);
    assert_eq!(shop.json(&["status"])["pending"], 6);
}

#[test]
fn rows_that_break_a_rule_are_named_and_left_out() {
    let shop = Shop::new();
    let mut wrong = order(2, 30);
    wrong["customer_gender"] = "m".into();
    let text = format!(
        "{}\n\n{wrong}\n[1\n{}\n7\n{}",
        order(1, 10),
        order(3, 10),
        order(4, 10)
    );
    let path = file(&shop, "orders.jsonl", text);
    let (status, summary) = imported(&shop, &[&path, "--dry-run"]);
    assert_eq!((status, counts(&summary)), (3, [6, 0, 0, 3]));
    let findings = summary["findings"].as_array().unwrap();
    let short: Vec<_> = findings
        .iter()
        .map(|one| {
            (
                one["line"].as_u64().unwrap(),
                one["order"].as_str(),
                one["rule"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        short,
        [
            (3, Some("2"), Some("not-a-gender")),
            (3, Some("2"), Some("not-a-state")),
            (4, None, None),
            (6, None, None),
        ]
    );
    let said = String::from_utf8(import(&shop, &[&path, "--dry-run"]).stdout).unwrap();
    assert!(
        said.contains("line 4: error: the row is malformed JSON"),
        "{said}"
    );
    assert!(
        said.ends_with("6 rows checked, 3 cannot be imported, 1 warnings\n"),
        "{said}"
    );
    assert!(!shop.scratch.0.join("outbox.db").exists());
    let (status, summary) = imported(&shop, &[&path]);
    assert_eq!((status, counts(&summary)), (3, [6, 0, 3, 3]));
    assert_eq!(summary["findings"].as_array().unwrap().len(), 3);
    let (status, summary) = imported(&shop, &[&path, "--force", "--restart"]);
    assert_eq!((status, counts(&summary)), (3, [6, 0, 4, 2]));
    // Of a row that is kept.
    assert_eq!(summary["warnings"], 1);
}

#[test]
fn a_spreadsheet_is_mapped_to_fields() {
    let shop = Shop::new();
    let text = "\u{feff}No;Total;Mail;Tag 1;Note\n7;\"1;5\";a@example.org;gift box;private\n8;2;b@example.org;;\n9;2\n";
    let path = file(&shop, "orders.csv", text);
    let map = [
        "No=order_idorder",
        "Total=order_amount",
        "Mail=customer_email",
        "Tag 1=add_order_tag[0]",
        "Note=",
    ];
    let created = format!("order_crea_dt={DATE}");
    let mut arguments = vec![
        &*path,
        "--delimiter",
        ";",
        "--force",
        "--set",
        "order_state=100",
        "--set",
        &created,
    ];
    arguments.extend(map.iter().flat_map(|pair| ["--map", pair]));
    let (status, summary) = imported(&shop, &arguments);
    assert_eq!((status, counts(&summary)), (3, [3, 0, 2, 1]));
    let findings = summary["findings"].as_array().unwrap();
    let unlike = findings.iter().find(|one| one["line"] == 4).unwrap();
    assert_eq!(
        unlike["message"],
        "the row has 2 cells, unlike the first line"
    );
    shop.run(&["drain"]);
    let mut bodies = shop.server.bodies();
    bodies.sort_unstable();
    let rest = "data%5Border_state%5D=100&data%5Border_crea_dt%5D=2026-03-02+08%3A12%3A45";
    let expected = [
        format!(
            "data%5Border_idorder%5D=7&data%5Border_amount%5D=1%3B5&data%5Bcustomer_email%5D=a%40example.org\
             &data%5Badd_order_tag%5D%5B0%5D=gift+box&{rest}&request%5Border_idorder%5D=7"
        ),
        format!(
            "data%5Border_idorder%5D=8&data%5Border_amount%5D=2&data%5Bcustomer_email%5D=b%40example.org&{rest}\
             &request%5Border_idorder%5D=8"
        ),
    ];
    assert_eq!(bodies, expected);
    let unknown = import(&shop, &[&path, "--map", "Sum=order_amount"]);
    let said = String::from_utf8(unknown.stderr).unwrap();
    assert!(said.contains("the file has no column Sum"), "{said}");
}

#[test]
fn accounts_have_the_ids_of_their_calls() {
    let shop = Shop::new();
    let text = lines(
        [
            json!({"external_id": 12, "customer_email": "a@example.org"}),
            json!({"customer_email": "B@example.org"}),
            json!({"data": {"customer_email": "b@example.org"}}),
        ]
        .into_iter(),
    );
    let path = file(&shop, "accounts.ndjson", text);
    let arguments = [&*path, "--method", "createAccount"];
    let mut command = shop.command(&["import"]);
    let output = command
        .args(arguments)
        .env("SPREAD_PRIVATE_KEY", "")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("accounts need the private key"), "{said}");
    let keys = file(&shop, "keys", "other:x\nshop:s3cret\n");
    fs::set_permissions(&keys, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let mut command = shop.command(&["import", "--credentials-file", &keys]);
    command.args(arguments).env("SPREAD_PRIVATE_KEY", "");
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stdout)
    );
    let list = shop.json(&["list"]);
    let ids: Vec<_> = (0..3)
        .map(|index| list[index]["account"].as_str().unwrap())
        .collect();
    assert_eq!(ids[0], "12");
    assert!(ids[1].starts_with("email:") && ids[1] == ids[2], "{ids:?}");
}

#[test]
fn a_batch_and_how_far_it_came_are_one() {
    each(|store| {
        assert_eq!(store.imported(b"a").unwrap(), None);
        let mut rows = Imported {
            rows: 2,
            digest: vec![7; 32],
        };
        let updates = [update("7", "one"), update("8", "two"), update("7", "three")];
        store.import(&updates, b"a", &rows, 5).unwrap();
        assert_eq!(store.imported(b"a").unwrap(), Some(rows.clone()));
        rows.rows = 3;
        store.import(&[], b"a", &rows, 6).unwrap();
        store.import(&[update("9", "four")], b"", &rows, 7).unwrap();
        store.import(&[], b"", &rows, 7).unwrap();
        assert_eq!(store.imported(b"a").unwrap(), Some(rows));
        assert_eq!(store.imported(b"").unwrap(), None);
        let all = Filter {
            limit: 10,
            ..Filter::default()
        };
        let records = store.list(&all, 8).unwrap();
        let bodies: Vec<_> = records
            .iter()
            .map(|record| store.body(record.id).unwrap().unwrap())
            .collect();
        assert_eq!(bodies, [&b"one"[..], b"two", b"three", b"four"]);
    });
}

#[test]
fn a_rate_bounds_a_drain() {
    let shop = Shop::new();
    let path = file(
        &shop,
        "orders.ndjson",
        lines((0..6).map(|id| order(id, 20))),
    );
    imported(&shop, &[&path]);
    let begun = std::time::Instant::now();
    let output = shop.run(&["drain", "--rate", "10"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(shop.server.bodies().len(), 6);
    // The first one goes at once.
    assert!(begun.elapsed().as_millis() >= 500);
}
