//! A local stand-in for the SPREAD API, for demos and tests without PHP.
//!
//! ```text
//! cargo run --package sandbox -- --tls --ca-out /tmp/ca.pem
//! ```
//!
//! It answers `POST /api/updateOrder`, asks for HTTP Basic credentials, and prints every order it
//! accepts, one field a line. With `--tls` it generates a certificate authority and a certificate for
//! localhost at start; the client needs the file of `--ca-out` (`spread.ca_file`, `CURLOPT_CAINFO`).
//! Once it is ready, the first line on its standard output names the endpoint.
//!
//! It imitates the protocol, not the CRM: it accepts any form as an order, checks nothing but the keys,
//! and forgets all orders when it stops.

#![forbid(unsafe_code)]

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::serve::Listener;
use base64::prelude::{BASE64_STANDARD, Engine};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;
use url::form_urlencoded;

const HELP: &str = "\
A local stand-in for the SPREAD API.

Usage: sandbox [OPTIONS]

  --listen ADDRESS    where to listen [127.0.0.1:8443]; port 0 takes a free one
  --tls               https, with a certificate made at start
  --ca-out FILE       write the PEM of that certificate's authority to FILE
  --public-key KEY    the public key to accept [PUBLIC_KEY]
  --private-key KEY   the private key to accept [PRIVATE_KEY]
  --bodies-out FILE   append the body of every accepted order to FILE, one a line
  --help              print this
";

const PATH: &str = "/api/updateOrder";
const BODY_LIMIT: usize = 8 << 20;
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Keys nested deeper than this are printed on one line, so that a hostile key stays cheap.
const PRINTED_DEPTH: usize = 16;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let outcome = match Options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => run(options).await,
        Ok(None) => {
            say(HELP);
            Ok(())
        }
        Err(message) => Err(message),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(io::stderr(), "sandbox: {message}");
            ExitCode::FAILURE
        }
    }
}

struct Options {
    listen: String,
    tls: bool,
    ca_out: Option<String>,
    public_key: String,
    private_key: String,
    bodies_out: Option<String>,
}

impl Options {
    /// `None` when only the help was asked for.
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let mut options = Self {
            listen: "127.0.0.1:8443".into(),
            tls: false,
            ca_out: None,
            public_key: "PUBLIC_KEY".into(),
            private_key: "PRIVATE_KEY".into(),
            bodies_out: None,
        };
        while let Some(flag) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{flag} needs a value"));
            match flag.as_str() {
                "--listen" => options.listen = value()?,
                "--tls" => options.tls = true,
                "--ca-out" => options.ca_out = Some(value()?),
                "--public-key" => options.public_key = value()?,
                "--private-key" => options.private_key = value()?,
                "--bodies-out" => options.bodies_out = Some(value()?),
                "--help" => return Ok(None),
                _ => return Err(format!("unknown option {flag}; --help lists them")),
            }
        }
        if options.ca_out.is_some() && !options.tls {
            return Err("--ca-out needs --tls".into());
        }
        Ok(Some(options))
    }
}

async fn run(options: Options) -> Result<(), String> {
    let bodies = match &options.bodies_out {
        Some(path) => {
            let file = File::options().create(true).append(true).open(path);
            Some(file.map_err(|error| format!("cannot write {path}: {error}"))?)
        }
        None => None,
    };
    let router = Router::new()
        .route(PATH, post(update_order).fallback(wrong_method))
        .fallback(wrong_path)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(Arc::new(Sandbox {
            credentials: format!("{}:{}", options.public_key, options.private_key),
            received: Mutex::new(Received {
                ids: HashSet::new(),
                bodies,
            }),
        }));

    let tls = match options.tls {
        true => Some(tls_acceptor(options.ca_out.as_deref())?),
        false => None,
    };
    let listen = &options.listen;
    let refused = |error| format!("cannot listen on {listen}: {error}");
    let tcp = TcpListener::bind(listen).await.map_err(refused)?;
    let address = tcp.local_addr().map_err(refused)?;
    // Before the first line: its reader may send a signal at once.
    let stop = stop_signal().map_err(|error| format!("cannot wait for signals: {error}"))?;

    let scheme = if tls.is_some() { "https" } else { "http" };
    say(&format!("listening on {scheme}://{address}{PATH}\n"));
    let server = async {
        match tls {
            Some(acceptor) => axum::serve(TlsListener::new(tcp, acceptor), router).await,
            None => axum::serve(tcp, router).await,
        }
    };
    tokio::select! {
        outcome = server => outcome.map_err(|error| format!("stopped: {error}")),
        // Immediately: a graceful stop would wait for connections that clients keep alive.
        () = stop => Ok(()),
    }
}

fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

// ---------------------------------------------------------------------------- the API

struct Sandbox {
    /// `public:private`, as Basic carries them.
    credentials: String,
    received: Mutex<Received>,
}

struct Received {
    ids: HashSet<String>,
    bodies: Option<File>,
}

/// The body is read before the keys are checked, as web servers do: a client that sends its keys after
/// a challenge has sent its whole body by then and keeps the connection.
async fn update_order(
    State(sandbox): State<Arc<Sandbox>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(rejection) => return refuse(rejection.status(), &rejection.body_text()),
    };
    let Some(credentials) = basic_credentials(&headers) else {
        return ask_for_keys("no keys");
    };
    if credentials != sandbox.credentials.as_bytes() {
        return ask_for_keys("wrong keys");
    }

    let fields: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let id = order_id(&fields);
    let mut received = sandbox
        .received
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(file) = &mut received.bodies
        && let Err(error) = file.write_all(&[&body, b"\n".as_slice()].concat())
    {
        let message = format!("the sandbox cannot write its --bodies-out file: {error}");
        return refuse(StatusCode::INTERNAL_SERVER_ERROR, &message);
    }
    let title = match id {
        None => "order without id".to_owned(),
        Some(id) if received.ids.insert(id.to_owned()) => format!("order {}, new", printable(id)),
        Some(id) => format!("order {}, updates the earlier one", printable(id)),
    };
    // Printed under the lock: the lines of two orders do not mix.
    say(&format!(
        "\n{title} ({} bytes)\n{}",
        body.len(),
        readable(&fields)
    ));

    let answer = json!({"status": "ok", "order": id, "received": fields.len()});
    json_response(StatusCode::OK, &answer)
}

async fn wrong_method() -> Response {
    let mut response = refuse(
        StatusCode::METHOD_NOT_ALLOWED,
        "updateOrder takes POST only",
    );
    let allow = header::HeaderValue::from_static("POST");
    response.headers_mut().insert(header::ALLOW, allow);
    response
}

async fn wrong_path() -> Response {
    refuse(
        StatusCode::NOT_FOUND,
        "the sandbox knows /api/updateOrder only",
    )
}

fn ask_for_keys(why: &str) -> Response {
    let mut response = refuse(StatusCode::UNAUTHORIZED, why);
    let challenge = header::HeaderValue::from_static("Basic realm=\"SPREAD\"");
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, challenge);
    response
}

fn refuse(status: StatusCode, message: &str) -> Response {
    say(&format!("\n{status}: {message}\n"));
    json_response(status, &json!({"status": "error", "message": message}))
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    let content_type = [(header::CONTENT_TYPE, "application/json")];
    (status, content_type, body.to_string()).into_response()
}

fn basic_credentials(headers: &HeaderMap) -> Option<Vec<u8>> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    BASE64_STANDARD.decode(token.trim()).ok()
}

fn order_id(fields: &[(String, String)]) -> Option<&str> {
    let value = |name| fields.iter().find(|(key, _)| key == name);
    value("request[order_idorder]")
        .or_else(|| value("data[order_idorder]"))
        .map(|(_, id)| id.as_str())
}

// ---------------------------------------------------------------------------- in readable form

/// One field a line in the sequence of the body, indented below the keys it shares with the field
/// before it: `data[add_tag][0]=a&data[add_tag][1]=b` has the headings `data` and `add_tag` once.
fn readable(fields: &[(String, String)]) -> String {
    let mut text = String::new();
    let mut parents: Vec<&str> = Vec::new();
    for (key, value) in fields {
        let mut path = path(key);
        let leaf = path.pop().unwrap_or_default();
        let shared = parents
            .iter()
            .zip(&path)
            .take_while(|(a, b)| a == b)
            .count();
        for (depth, name) in path.iter().enumerate().skip(shared) {
            text += &format!("{:1$}{2}\n", "", 2 * (depth + 1), printable(name));
        }
        let indent = 2 * (path.len() + 1);
        let (leaf, value) = (printable(leaf), printable(value));
        text += &format!("{:1$}{leaf}: {value}\n", "", indent);
        parents = path;
    }
    text
}

/// `data[add_tag][0]` → `data`, `add_tag`, `0`; a key of another shape stays whole.
fn path(key: &str) -> Vec<&str> {
    let Some((root, rest)) = key.strip_suffix(']').and_then(|key| key.split_once('[')) else {
        return vec![key];
    };
    let mut path = vec![root];
    path.extend(rest.splitn(PRINTED_DEPTH, "]["));
    path
}

/// Escapes control characters: a client must not control the terminal.
fn printable(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character.is_control() {
            true => safe.extend(character.escape_default()),
            false => safe.push(character),
        }
    }
    safe
}

/// Unlike `println!`, does not panic when standard output is closed.
fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

// ---------------------------------------------------------------------------- TLS

/// Generates a certificate authority and a certificate for localhost signed by it. Two, because rustls
/// refuses a server certificate that is itself an authority (`CaUsedAsEndEntity`).
fn tls_acceptor(ca_out: Option<&str>) -> Result<TlsAcceptor, String> {
    let (ca_pem, certificate, key) =
        certificate().map_err(|error| format!("cannot make a certificate: {error}"))?;
    if let Some(path) = ca_out {
        fs::write(path, ca_pem).map_err(|error| format!("cannot write {path}: {error}"))?;
    }
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(vec![certificate], key)
        })
        .map_err(|error| format!("cannot set up TLS: {error}"))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

type Certified = (String, CertificateDer<'static>, PrivateKeyDer<'static>);

fn certificate() -> Result<Certified, rcgen::Error> {
    let mut ca_params = CertificateParams::new([])?;
    ca_params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca_params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let name = &mut ca_params.distinguished_name;
    name.push(DnType::CommonName, "SPREAD sandbox authority");
    let ca_key = KeyPair::generate()?;
    let ca_pem = ca_params.self_signed(&ca_key)?.pem();
    let issuer = Issuer::new(ca_params, ca_key);

    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut params = CertificateParams::new(names)?;
    params.use_authority_key_identifier_extension = true;
    let name = &mut params.distinguished_name;
    name.push(DnType::CommonName, "SPREAD sandbox");
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, &issuer)?;
    Ok((
        ca_pem,
        certificate.into(),
        PrivateKeyDer::Pkcs8(key.serialize_der().into()),
    ))
}

/// Handshakes run concurrently with accept(): a client that stalls in its handshake delays no other.
struct TlsListener {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
    handshakes: JoinSet<Option<Accepted>>,
}

type Accepted = (TlsStream<TcpStream>, SocketAddr);

impl TlsListener {
    fn new(tcp: TcpListener, acceptor: TlsAcceptor) -> Self {
        Self {
            tcp,
            acceptor,
            handshakes: JoinSet::new(),
        }
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Accepted {
        loop {
            tokio::select! {
                // axum's accept() waits and retries when the process is out of file descriptors.
                (stream, peer) = Listener::accept(&mut self.tcp) => {
                    self.handshakes.spawn(handshake(self.acceptor.clone(), stream, peer));
                }
                Some(done) = self.handshakes.join_next() => {
                    if let Ok(Some(accepted)) = done {
                        return accepted;
                    }
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

async fn handshake(acceptor: TlsAcceptor, stream: TcpStream, peer: SocketAddr) -> Option<Accepted> {
    let why = match tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => return Some((stream, peer)),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "timed out".to_owned(),
    };
    say(&format!("\nTLS handshake failed: {why}\n"));
    None
}
