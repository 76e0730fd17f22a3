//! A local stand-in for the SPREAD API, for developers, demos and tests.
//!
//! ```text
//! cargo run --package sandbox -- --tls --ca-out /tmp/ca.pem --page 127.0.0.1:8080
//! ```
//!
//! It answers `POST /api/updateOrder` and SPREAD's other methods, asks for HTTP Basic credentials, and prints
//! every order and account that arrives, one field a line. A web page shows them as well, with what changed
//! from one update to the next, what each field means and which documented rules the calls break; there a
//! person chooses how SPREAD should misbehave next. With `--tls` it generates a certificate authority and a
//! certificate for localhost at start; the client needs the file of `--ca-out` (`spread.ca_file`,
//! `CURLOPT_CAINFO`). Once it is ready, the first line on its standard output names the endpoint, and the
//! second the page.
//!
//! ```text
//!   api ──► call ──► inbox ──► list_page, item_page       answer: good, or as chosen in change
//!                 └► keep (--keep)
//! ```
//!
//! It imitates the protocol, not the CRM: it accepts any form, and checks nothing but the keys. Without
//! `--keep` it forgets everything when it stops.

#![forbid(unsafe_code)]

mod answer;
mod api;
mod arguments;
mod call;
mod change;
mod inbox;
mod item_page;
mod keep;
mod list_page;
mod printing;
mod tls;
mod words;

use std::fs::File;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::routing::{get, post};
use clap::Parser as _;
use methods::{METHODS, Method, UPDATE_ORDER};
use pages::live::Changes;
use pages::{Page, Site, check_host, protect};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::api::{Received, Sandbox, accept, wrong_method, wrong_path};
use crate::arguments::Arguments;
use crate::inbox::Inbox;
use crate::keep::Kept;
use crate::printing::say;
use crate::tls::{TlsListener, tls_acceptor};

const BODY_LIMIT: usize = 8 << 20;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(io::stderr(), "spread-sandbox: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    let sandbox = Arc::new(sandbox(&arguments)?);
    let site = sandbox.site.clone();
    let (mut api, mut page) = (api(), page(&site));
    if arguments.page.is_none() {
        api = api.merge(page);
        page = Router::new();
    }
    let api = check_host(api.fallback(wrong_path), &site).with_state(sandbox.clone());
    let page = check_host(page, &site).with_state(sandbox);

    let tls = match arguments.tls {
        true => Some(tls_acceptor(arguments.ca_out.as_deref())?),
        false => None,
    };
    let (api_listener, api_address) = listen(&arguments.listen).await?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let (page_listener, page_address) = match &arguments.page {
        Some(address) => {
            let (listener, address) = listen(address).await?;
            (Some(listener), format!("http://{address}"))
        }
        None => (None, format!("{scheme}://{api_address}")),
    };
    // Before the first line: its reader may send a signal at once.
    let stop = stop_signal().map_err(|error| format!("cannot wait for signals: {error}"))?;

    say(&format!(
        "listening on {scheme}://{api_address}{}\nthe page is {page_address}{}\n",
        path(UPDATE_ORDER),
        site.entrance(),
    ));
    let api_server = async {
        match tls {
            Some(acceptor) => axum::serve(TlsListener::new(api_listener, acceptor), api).await,
            None => axum::serve(api_listener, api).await,
        }
    };
    let page_server = async {
        match page_listener {
            Some(listener) => axum::serve(listener, page).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        outcome = api_server => outcome.map_err(|error| format!("stopped: {error}")),
        outcome = page_server => outcome.map_err(|error| format!("stopped: {error}")),
        // Immediately: a graceful stop would wait for connections that clients keep alive.
        () = stop => Ok(()),
    }
}

fn sandbox(arguments: &Arguments) -> Result<Sandbox, String> {
    let bodies = match &arguments.bodies_out {
        Some(path) => {
            let file = File::options().create(true).append(true).open(path);
            Some(file.map_err(|error| format!("cannot write {}: {error}", path.display()))?)
        }
        None => None,
    };
    let mut inbox = Inbox::default();
    let kept = match &arguments.keep {
        Some(path) => Some(Kept::open(path, &mut inbox)?),
        None => None,
    };
    Ok(Sandbox {
        credentials: format!("{}:{}", arguments.public_key, arguments.private_key),
        received: Mutex::new(Received {
            inbox,
            kept,
            bodies,
        }),
        changes: Changes::default(),
        site: Arc::new(Site::new("spread-sandbox", arguments.host.clone())),
    })
}

fn api() -> Router<Arc<Sandbox>> {
    let mut api = Router::new();
    for method in METHODS {
        let answer = move |state, headers, body| accept(method, state, headers, body);
        api = api.route(
            &path(method),
            post(answer).fallback(move |state| wrong_method(method, state)),
        );
    }
    api.layer(DefaultBodyLimit::max(BODY_LIMIT))
}

fn page(site: &Arc<Site>) -> Router<Arc<Sandbox>> {
    let events = |State(sandbox): State<Arc<Sandbox>>| async move { sandbox.changes.events() };
    let pages = Router::new()
        .route("/", get(list_page::list))
        .route("/items/{key}", get(item_page::item))
        .route("/calls/{number}/body", get(item_page::body))
        .route("/answer", post(change::answer))
        .route("/clear", post(change::clear))
        .route("/live", get(events))
        .merge(Page::assets());
    protect(pages, site)
}

fn path(method: &Method) -> String {
    format!("/api/{method}")
}

async fn listen(address: &str) -> Result<(TcpListener, SocketAddr), String> {
    let refused = |error| format!("cannot listen on {address}: {error}");
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok((listener, address))
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
