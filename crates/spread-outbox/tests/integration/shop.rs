//! A shop for the tests of the worker: the real spread-outbox, on SQLite, against a server of the test's own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::stores::{OPENING, Scratch};
use methods::{Method, UPDATE_ORDER};
use outbox::store::Update;
use outbox::{Address, Store, open};

/// Answers each request after `pause` with `status`, and remembers the bodies of those that it answered.
pub(crate) struct Server {
    port: u16,
    status: Arc<Mutex<(u16, Duration)>>,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn new() -> Self {
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

    pub(crate) fn answers(&self, status: u16, pause: Duration) {
        *self.status.lock().unwrap() = (status, pause);
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/api", self.port)
    }

    pub(crate) fn bodies(&self) -> Vec<String> {
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
pub(crate) struct Shop {
    pub(crate) scratch: Scratch,
    pub(crate) server: Server,
}

impl Shop {
    pub(crate) fn new() -> Self {
        Self {
            scratch: Scratch::new(),
            server: Server::new(),
        }
    }

    pub(crate) fn path(&self) -> String {
        format!("sqlite:{}/outbox.db", self.scratch.0.display())
    }

    pub(crate) fn store(&self) -> Box<dyn Store + Send> {
        let address = Address::parse(self.path().as_bytes()).unwrap().unwrap();
        open(&address, OPENING).unwrap()
    }

    pub(crate) fn keep(&self, order: &str, body: &str) {
        self.keep_for("shop", order, body);
    }

    pub(crate) fn keep_for(&self, key: &str, order: &str, body: &str) {
        self.keep_of(UPDATE_ORDER, key, order, body);
    }

    pub(crate) fn keep_of(&self, method: &'static Method, key: &str, order: &str, body: &str) {
        let mut store = self.store();
        let endpoint = self.server.url();
        let update = Update {
            endpoint: &endpoint,
            public_key: key.as_bytes(),
            method,
            order_id: order.as_bytes(),
            body: body.as_bytes(),
        };
        let now = store.now().unwrap();
        store.enqueue(&update, None, now).unwrap();
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
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

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn said(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        serde_json::from_str(&self.said(&arguments)).unwrap()
    }

    pub(crate) fn service(&self) -> Service {
        self.service_with(&[])
    }

    pub(crate) fn service_with(&self, arguments: &[&str]) -> Service {
        let child = self
            .command(&["run", "--poll", "0.02s", "--retry-first", "0.1s"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        Service::new(child.unwrap())
    }
}

/// A running worker, which ends with the test.
pub(crate) struct Service {
    child: Child,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Service {
    /// `child`'s standard error is a pipe.
    pub(crate) fn new(mut child: Child) -> Self {
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let log = Arc::<Mutex<String>>::default();
        let written = Arc::clone(&log);
        let reader = thread::spawn(move || {
            for line in lines {
                let line = line.unwrap();
                written.lock().unwrap().extend([line.as_str(), "\n"]);
            }
        });
        Self {
            child,
            log,
            reader: Some(reader),
        }
    }

    /// Waits until the worker has logged this.
    pub(crate) fn until_logged(&self, text: &str) {
        until(text, || self.log.lock().unwrap().contains(text));
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").args([name, &pid]).status();
        assert!(status.unwrap().success());
    }

    /// Waits for its end; its exit status and its log.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap();
        self.reader.take().unwrap().join().unwrap();
        (status.code(), self.log.lock().unwrap().clone())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "{what} did not happen");
        thread::sleep(Duration::from_millis(10));
    }
}
