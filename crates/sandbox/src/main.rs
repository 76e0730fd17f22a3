//! A local stand-in for the SPREAD API, for demos and tests without PHP.
//!
//! ```text
//! cargo run --package sandbox -- --tls --ca-out /tmp/ca.pem
//! ```
//!
//! It answers `POST /api/updateOrder` and SPREAD's other methods, asks for HTTP Basic credentials, and
//! prints every order and account that it accepts, one field a line. With `--tls` it generates a certificate authority and a certificate for
//! localhost at start; the client needs the file of `--ca-out` (`spread.ca_file`, `CURLOPT_CAINFO`).
//! Once it is ready, the first line on its standard output names the endpoint.
//!
//! It imitates the protocol, not the CRM: it accepts any form, checks nothing but the keys, and forgets
//! everything when it stops.

#![forbid(unsafe_code)]

mod api;
mod printing;
mod tls;

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use methods::{METHODS, Method, UPDATE_ORDER};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::api::{Received, Sandbox, accept, wrong_method, wrong_path};
use crate::printing::say;
use crate::tls::{TlsListener, tls_acceptor};

const HELP: &str = "\
A local stand-in for the SPREAD API.

Usage: spread-sandbox [OPTIONS]

  --listen ADDRESS    where to listen [127.0.0.1:8443]; port 0 takes a free one
  --tls               https, with a certificate made at start
  --ca-out FILE       write the PEM of that certificate's authority to FILE
  --public-key KEY    the public key to accept [PUBLIC_KEY]
  --private-key KEY   the private key to accept [PRIVATE_KEY]
  --bodies-out FILE   append the body of every accepted call to FILE, one a line
  --help              print this
";

const BODY_LIMIT: usize = 8 << 20;

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
            let _ = writeln!(io::stderr(), "spread-sandbox: {message}");
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
    let mut router = Router::new();
    for method in METHODS {
        let answer = move |state, headers, body| accept(method, state, headers, body);
        router = router.route(
            &path(method),
            post(answer).fallback(move || wrong_method(method)),
        );
    }
    let router = router
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
    say(&format!(
        "listening on {scheme}://{address}{}\n",
        path(UPDATE_ORDER)
    ));
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

fn path(method: &Method) -> String {
    format!("/api/{method}")
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
