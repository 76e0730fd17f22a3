//! The real spread-outbox, on SQLite, against a server of the test's own.

use std::fs::{self, Permissions};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::stores::{OPENING, Scratch};
use outbox::store::Update;
use outbox::{Address, Store, open};

/// Answers each request after `pause` with `status`, and remembers the bodies of those that it answered.
struct Server {
    port: u16,
    status: Arc<Mutex<(u16, Duration)>>,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            status: Arc::new(Mutex::new((200, Duration::ZERO))),
            bodies: Arc::default(),
        };
        let (status, bodies) = (Arc::clone(&server.status), Arc::clone(&server.bodies));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (status, bodies) = (Arc::clone(&status), Arc::clone(&bodies));
                thread::spawn(move || converse(stream.unwrap(), &status, &bodies));
            }
        });
        server
    }

    fn answers(&self, status: u16, pause: Duration) {
        *self.status.lock().unwrap() = (status, pause);
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/api", self.port)
    }

    fn bodies(&self) -> Vec<String> {
        self.bodies.lock().unwrap().clone()
    }
}

fn converse(
    mut stream: TcpStream,
    status: &Mutex<(u16, Duration)>,
    bodies: &Mutex<Vec<String>>,
) -> Option<()> {
    let mut read = Vec::new();
    loop {
        let head = loop {
            if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            let mut piece = [0; 4096];
            let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
            read.extend_from_slice(&piece[..count]);
        };
        let text = String::from_utf8_lossy(&read[..head]).to_lowercase();
        let length = text.split("content-length: ").nth(1)?;
        let length: usize = length.split("\r\n").next()?.parse().ok()?;
        while read.len() < head + length {
            let mut piece = [0; 4096];
            let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
            read.extend_from_slice(&piece[..count]);
        }
        let body = String::from_utf8_lossy(&read[head..head + length]).into_owned();
        read.drain(..head + length);
        let (status, pause) = *status.lock().unwrap();
        thread::sleep(pause);
        let answer = format!("HTTP/1.1 {status} Status\r\nContent-Length: 2\r\n\r\n{{}}");
        if status == 200 {
            bodies.lock().unwrap().push(body);
        }
        stream.write_all(answer.as_bytes()).ok()?;
    }
}

/// An outbox, and the worker on it.
struct Shop {
    scratch: Scratch,
    server: Server,
}

impl Shop {
    fn new() -> Self {
        Self {
            scratch: Scratch::new(),
            server: Server::new(),
        }
    }

    fn path(&self) -> String {
        format!("sqlite:{}/outbox.db", self.scratch.0.display())
    }

    fn store(&self) -> Box<dyn Store + Send> {
        let address = Address::parse(self.path().as_bytes()).unwrap().unwrap();
        open(&address, OPENING).unwrap()
    }

    fn keep(&self, order: &str, body: &str) {
        self.keep_for("shop", order, body);
    }

    fn keep_for(&self, key: &str, order: &str, body: &str) {
        let mut store = self.store();
        let endpoint = self.server.url();
        let update = Update {
            endpoint: &endpoint,
            public_key: key.as_bytes(),
            order_id: order.as_bytes(),
            body: body.as_bytes(),
        };
        let now = store.now().unwrap();
        store.enqueue(&update, None, now).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spread-outbox"));
        command
            .args(arguments)
            .env_clear()
            .env("SPREAD_OUTBOX", self.path())
            .env("SPREAD_PUBLIC_KEY", "shop")
            .env("SPREAD_PRIVATE_KEY", "s3cret")
            .env("SPREAD_TIMEOUT", "2")
            .env("SPREAD_CONNECT_TIMEOUT", "");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn said(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        serde_json::from_str(&self.said(&arguments)).unwrap()
    }

    fn service(&self) -> Service {
        let child = self
            .command(&["run", "--poll", "0.02s", "--retry-first", "0.1s"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        Service(child.unwrap())
    }
}

/// A running worker, which ends with the test.
struct Service(Child);

impl Service {
    fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        let status = Command::new("kill").args([name, &pid]).status();
        assert!(status.unwrap().success());
    }

    /// Waits for its end; its exit status and what it said.
    fn end(mut self) -> (Option<i32>, String) {
        let status = self.0.wait().unwrap();
        let mut said = String::new();
        let mut stderr = self.0.stderr.take().unwrap();
        stderr.read_to_string(&mut said).unwrap();
        (status.code(), said)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "{what} did not happen");
        thread::sleep(Duration::from_millis(10));
    }
}

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
fn drain_tells_what_it_leaves() {
    let shop = Shop::new();
    shop.server.answers(503, Duration::ZERO);
    shop.keep("a", "1");
    shop.keep("b", "2");
    let output = shop.run(&["drain", "--json", "--retry-first", "1h"]);
    assert_eq!(output.status.code(), Some(3));
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value["waiting"], 2);
    assert_eq!(value["delivered"], 0);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("HTTP 503"), "{said}");
    // A limit ends it early.
    shop.server.answers(200, Duration::ZERO);
    assert_eq!(shop.json(&["retry", "1"])[0]["result"], "done");
    assert_eq!(shop.json(&["drain", "--limit", "1"])["delivered"], 1);
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
    assert!(said.contains("stopped: 1 delivered"), "{said}");
    assert_eq!(shop.server.bodies(), ["1"]);
    assert_eq!(shop.json(&["status"])["waiting"], 0);
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
    until("the rest", || shop.json(&["status"])["waiting"] == 0);
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
    thread::sleep(Duration::from_millis(300));
    fs::remove_dir(shop.scratch.0.join("outbox.db")).unwrap();
    shop.keep("a", "1");
    until("the delivery", || shop.server.bodies() == ["1"]);
    service.signal("-INT");
    let (status, said) = service.end();
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("it is tried again"), "{said}");
    assert!(said.contains("the outbox is back"), "{said}");
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
    let output = with_file(&["drain"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("chmod 600"), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    let output = with_file(&["drain"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "keys are missing");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("wait for the private key of other"), "{said}");
    let child = with_file(&["run", "--poll", "0.02s"])
        .stderr(Stdio::piped())
        .spawn();
    let service = Service(child.unwrap());
    thread::sleep(Duration::from_millis(200));
    fs::write(&file, "shop:s3cret\nother:s3cret\n").unwrap();
    service.signal("-HUP");
    until("the delivery", || shop.server.bodies() == ["1"]);
    service.signal("-TERM");
    let (_, said) = service.end();
    assert!(said.contains("wait for the private key of other"), "{said}");
    assert!(said.contains("was read again"), "{said}");
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
        (&status["refused"], &status["waiting"]),
        (&2.into(), &0.into())
    );
    let text = shop.said(&["status"]);
    assert!(text.contains("refused    2"), "{text}");
    let metrics = shop.said(&["status", "--prometheus"]);
    assert!(
        metrics.contains("\nspread_outbox_records{state=\"refused\"} 2\n"),
        "{metrics}"
    );
    let list = shop.json(&["list", "--state", "refused", "--order", "a"]);
    assert_eq!(list.as_array().unwrap().len(), 1);
    let id = list[0]["id"].to_string();
    assert_eq!(list[0]["status"], 422);
    let text = shop.said(&["list"]);
    assert!(text.contains("refused") && !text.contains('\x1b'), "{text}");
    for arguments in [&["show", &id][..], &["list"], &["show", &id, "--json"]] {
        assert!(!shop.said(arguments).contains("John"), "{arguments:?}");
    }
    assert!(shop.said(&["show", &id, "--body"]).contains("John%20Doe"));
    assert_eq!(
        shop.json(&["show", &id, "--body"])["body"],
        "name=John%20Doe"
    );
    shop.server.answers(200, Duration::ZERO);
    assert!(shop.said(&["retry", &id]).contains("is retried"));
    shop.run(&["drain"]);
    assert_eq!(shop.server.bodies(), ["name=John%20Doe"]);
    let output = shop.run(&["discard", "999"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(shop.json(&["purge"])["purged"], 0, "nothing is 30 days old");
    assert_eq!(shop.json(&["purge", "--older-than", "0s"])["purged"], 1);
    assert_eq!(shop.said(&["list"]), "no records\n");
}

#[test]
fn mistakes_are_told_in_one_sentence_without_secrets() {
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
    assert!(said.contains("there are no keys"), "{said}");
}
