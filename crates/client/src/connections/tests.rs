use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use hyper_util::client::legacy::connect::Connection as _;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tokio::runtime::Builder;
use url::Url;

use super::*;
use crate::auth::Policy;
use crate::config::{ClientConfig, Destination, Roots};
use crate::error::{Error, Kind, Names};
use crate::keys::Keys;
use crate::runtime;

/// Longer than any test takes: a server that waits in vain ends, and so does a call.
const BOUND: Duration = Duration::from_secs(60);
/// The limit of a call that gets no answer: long enough for the order to get there.
const SHORT: Duration = Duration::from_secs(3);
const BODY: &[u8] = b"data[order_idorder]=1";

/// Sends an order, by the call of PHP and of the worker.
fn send(limit: Duration, to: &str, body: &[u8], roots: Roots, proxy: &str) -> Result<u16, Error> {
    let config = ClientConfig {
        connect_timeout: BOUND,
        timeout: BOUND,
        auth: Policy::Auto,
        max_redirects: 20,
        roots,
        proxy: proxy.as_bytes().to_vec(),
        user_agent: "test".into(),
        names: Names::INI,
    };
    let destination = Destination {
        endpoint: Url::parse(to).unwrap(),
        keys: Keys {
            public: b"shop".into(),
            private: b"s3cret".into(),
        },
    };
    runtime::send(limit, &config, &destination, body).map(|answer| answer.status)
}

fn assert_timed_out(outcome: Result<u16, Error>) {
    let error = outcome.unwrap_err();
    assert!(matches!(error.kind(), Kind::Timeout { .. }), "{error:?}");
}

/// Reads a head and the body of this length.
fn read_request(stream: &mut impl Read, body: usize) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.extend_from_slice(&byte);
    }
    stream.read_exact(&mut vec![0; body]).unwrap();
}

/// How many bytes came, and how the connection ended: well, or with an error.
type End = (usize, Result<(), ErrorKind>);

fn drain(stream: &mut impl Read) -> End {
    let mut buffer = vec![0; 65536];
    let mut length = 0;
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return (length, Ok(())),
            Ok(read) => length += read,
            Err(error) => return (length, Err(error.kind())),
        }
    }
}

fn accept(listener: &TcpListener) -> TcpStream {
    let (stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(BOUND)).unwrap();
    stream
}

/// Answers so many orders and leaves the next one without an answer, on one connection.
fn serve(stream: &mut (impl Read + Write), answered: usize) {
    for _ in 0..answered {
        read_request(stream, BODY.len());
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntrue";
        stream.write_all(answer).unwrap();
    }
    read_request(stream, BODY.len());
}

struct Tls {
    config: Arc<ServerConfig>,
    ca: PathBuf,
}

impl Tls {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
        let ca = std::env::temp_dir().join(format!("spread-client-{}.pem", std::process::id()));
        let mut file = File::create(&ca).unwrap();
        file.write_all(made.cert.pem().as_bytes()).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        Self {
            config: Arc::new(config),
            ca,
        }
    }

    fn roots(&self) -> Roots {
        Roots::File {
            path: self.ca.clone(),
            setting: "spread.ca_file",
        }
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.ca);
    }
}

/// A server that leaves the last order without an answer, and tells how its connection ends.
fn server(answered: usize, tls: Option<&Tls>, is_proxy: bool) -> (u16, JoinHandle<End>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let tls = tls.map(|tls| Arc::clone(&tls.config));
    let work = move || {
        let mut stream = accept(&listener);
        if is_proxy {
            read_request(&mut stream, 0);
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        }
        if let Some(config) = tls {
            let connection = ServerConnection::new(config).unwrap();
            let mut encrypted = StreamOwned::new(connection, stream);
            serve(&mut encrypted, answered);
            stream = encrypted.sock;
        } else {
            serve(&mut stream, answered);
        }
        drain(&mut stream)
    };
    (port, thread::spawn(work))
}

#[test]
fn the_server_sees_a_reset() {
    let tls = Tls::new();
    let check = |scheme: &str, by_proxy: bool, answered: usize| {
        let tls = Some(&tls).filter(|_| scheme == "https");
        let (port, server) = server(answered, tls, by_proxy && scheme == "https");
        let to = format!("{scheme}://localhost:{port}/");
        let proxy = if by_proxy {
            format!("http://127.0.0.1:{port}")
        } else {
            String::new()
        };
        let send = |limit| {
            let roots = tls.map_or(Roots::System, Tls::roots);
            send(limit, &to, BODY, roots, &proxy)
        };
        for _ in 0..answered {
            assert_eq!(send(BOUND).unwrap(), 200);
        }
        assert_timed_out(send(SHORT));
        let end = server.join().unwrap();
        let case = format!("{scheme}, proxy: {by_proxy}, answered before: {answered}");
        assert_eq!(end, (0, Err(ErrorKind::ConnectionReset)), "{case}");
    };
    // Each in a thread, which has connections of its own.
    thread::scope(|scope| {
        for scheme in ["http", "https"] {
            for by_proxy in [false, true] {
                for answered in [0, 1] {
                    let check = &check;
                    scope.spawn(move || check(scheme, by_proxy, answered));
                }
            }
        }
    });
}

#[test]
fn what_the_server_has_not_received_is_not_sent() {
    // All of it fits into the buffers of this side, and a small part into those of the other one.
    let body = vec![b'x'; 400_000];
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(8_192).unwrap();
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    socket.bind(&any.into()).unwrap();
    socket.listen(1).unwrap();
    let listener = TcpListener::from(socket);
    let to = format!("http://{}/", listener.local_addr().unwrap());
    let (given_up, wait) = mpsc::channel();
    let server = thread::spawn(move || {
        let mut stream = accept(&listener);
        wait.recv_timeout(BOUND).unwrap();
        drain(&mut stream)
    });
    assert_timed_out(send(SHORT, &to, &body, Roots::System, ""));
    given_up.send(()).unwrap();
    let (received, end) = server.join().unwrap();
    let is_cut = end == Err(ErrorKind::ConnectionReset) && received < body.len() / 2;
    assert!(is_cut, "{received} bytes, {end:?}");
}

#[test]
fn other_connections_of_the_process_are_left_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // One that is not ours, to the same server, and one of another thread that sends orders.
    let foreign = TcpStream::connect(address).unwrap();
    let mut of_foreign = accept(&listener);
    let (go, wait) = mpsc::channel::<()>();
    let to = format!("http://{address}/");
    let to_same = to.clone();
    let other = thread::spawn(move || {
        let first = send(BOUND, &to_same, BODY, Roots::System, "").unwrap();
        wait.recv_timeout(BOUND).unwrap();
        let second = send(BOUND, &to_same, BODY, Roots::System, "").unwrap();
        // Its thread ends, and closes its connection.
        [first, second]
    });
    let mut of_other = accept(&listener);
    let server = thread::spawn(move || {
        serve(&mut of_other, 1);
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntrue";
        of_other.write_all(answer).unwrap();
        drain(&mut of_other)
    });
    let unanswered = thread::spawn(move || {
        let mut stream = accept(&listener);
        serve(&mut stream, 0);
        drain(&mut stream)
    });
    assert_timed_out(send(SHORT, &to, BODY, Roots::System, ""));
    let reset = (0, Err(ErrorKind::ConnectionReset));
    assert_eq!(unanswered.join().unwrap(), reset);
    go.send(()).unwrap();
    assert_eq!(other.join().unwrap(), [200, 200]);
    assert_eq!(server.join().unwrap(), (0, Ok(())));
    drop(foreign);
    assert_eq!(drain(&mut of_foreign), (0, Ok(())));
}

#[test]
fn those_that_have_ended_are_forgotten() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = listener.local_addr().unwrap();
    let connections = Connections::default();
    let runtime = Builder::new_current_thread().enable_io().build().unwrap();
    let connect = || {
        let stream = runtime.block_on(tokio::net::TcpStream::connect(to));
        listener.accept().unwrap();
        let stream = stream.unwrap();
        connections.add(&stream.connected());
        stream
    };
    let kept = connect();
    for _ in 0..3 * LIMIT {
        drop(connect());
    }
    let known = connections.0.lock().unwrap();
    assert!(known.len() <= LIMIT);
    let ends = Ends {
        local: kept.local_addr().unwrap(),
        remote: to,
    };
    assert!(known.contains(&ends));
}

#[test]
fn a_socket_is_found_where_descriptors_are_not_listed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    for list in [LISTED, "/no/such/directory"] {
        let (socket, _) = sockets(list)
            .find(|(_, ends)| ends.local == stream.local_addr().unwrap())
            .unwrap();
        assert_eq!(socket.as_raw_fd(), stream.as_raw_fd(), "{list}");
    }
}
