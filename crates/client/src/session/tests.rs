use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokio::runtime::{Builder, Runtime};

use super::*;
use crate::auth::Policy;
use crate::config::Roots;

/// A server that answers every order, and the number of its connections.
fn server() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    thread::spawn(move || {
        for connection in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
            thread::spawn(move || {
                let mut connection = BufReader::new(connection.unwrap());
                let mut line = String::new();
                while connection
                    .read_line(&mut line)
                    .is_ok_and(|length| length > 0)
                {
                    if line == "\r\n" {
                        connection.read_exact(&mut [0; 4]).unwrap();
                        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntrue";
                        connection.get_mut().write_all(answer).unwrap();
                    }
                    line.clear();
                }
            });
        }
    });
    (address, connections)
}

struct Calls {
    runtime: Runtime,
    session: Session,
    config: ClientConfig,
    destination: Destination,
}

impl Calls {
    fn new(address: SocketAddr) -> Self {
        Self {
            runtime: Builder::new_current_thread().enable_all().build().unwrap(),
            session: Session::default(),
            config: ClientConfig {
                connect_timeout: Duration::from_secs(20),
                timeout: Duration::from_secs(20),
                auth: Policy::Auto,
                max_redirects: 20,
                roots: Roots::System,
                proxy: Vec::new(),
                user_agent: "test".into(),
                names: crate::error::Names::INI,
            },
            destination: Destination {
                endpoint: Url::parse(&format!("http://{address}/")).unwrap(),
                keys: Keys {
                    public: b"shop".into(),
                    private: b"s3cret".into(),
                },
            },
        }
    }

    fn send(&mut self) {
        let limit = self.config.timeout;
        let body = Bytes::from_static(b"a=10");
        let call = self
            .session
            .send_within(limit, &self.config, &self.destination, body);
        assert_eq!(self.runtime.block_on(call).unwrap().body, b"true");
    }

    /// Lets a time pass for the timers, but not for the server.
    fn pass(&self, time: Duration) {
        self.runtime.block_on(async {
            tokio::time::pause();
            tokio::time::advance(time).await;
            tokio::time::resume();
        });
    }
}

#[test]
fn a_connection_in_constant_use_has_an_end() {
    let (address, connections) = server();
    let mut calls = Calls::new(address);
    // Never idle for longer than a connection may be.
    for seconds in (0..700).step_by(50) {
        calls.send();
        assert_eq!(connections.load(Ordering::SeqCst), 1 + seconds / 300);
        calls.pass(Duration::from_secs(50));
    }
}
