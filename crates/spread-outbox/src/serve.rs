//! `serve`: the outbox as web pages, on this machine alone.
//!
//! ```text
//!   pages::protect: Host, key, token ──► list, record: look
//!                                        change: confirm, then retry or discard
//! ```
//!
//! Each request opens the outbox and closes it, as each command does: a page that nobody looks at holds no
//! connection, and an outage of the database is over when it is over.

mod change;
mod list;
mod record;
mod served;
mod words;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use pages::{Page, Site, check_host, protect};
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use crate::arguments::ServeArguments;
use crate::configuration::address;
use crate::failure::Failure;
use crate::open::open;
use crate::output;
use crate::serve::served::Served;

/// Pages that are being made at a time; each has a connection to the outbox.
const PAGES: usize = 4;

/// How often an open page looks for changes.
const REFRESH: Duration = Duration::from_secs(2);

pub(crate) fn serve(arguments: &ServeArguments) -> Result<ExitCode, Failure> {
    let address = address(&arguments.outbox)?;
    // Now, and not on the first page: whether there is an outbox at all.
    drop(open(&address, false)?);
    let site = Arc::new(Site::new("spread-outbox", Vec::new()).with_key());
    let served = Arc::new(Served {
        address,
        site,
        bodies: arguments.bodies,
    });
    Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(PAGES)
        .build()
        .map_err(Failure::Threads)?
        .block_on(listen(arguments.listen, served))
}

async fn listen(address: SocketAddr, served: Arc<Served>) -> Result<ExitCode, Failure> {
    let failed = |error| Failure::Listening(address, error);
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let router = router(&served.site).with_state(served.clone());
    let mut signals = Vec::new();
    for kind in [
        SignalKind::terminate(),
        SignalKind::interrupt(),
        SignalKind::quit(),
    ] {
        signals.push(signal(kind).map_err(Failure::Signals)?);
    }
    output::print(&format!(
        "the page is http://{bound}{}\n",
        served.site.entrance()
    ))?;
    let stopped = futures_util::future::select_all(signals.iter_mut().map(|s| Box::pin(s.recv())));
    tokio::select! {
        outcome = axum::serve(listener, router) => outcome.map_err(failed)?,
        // Immediately: a graceful stop would wait for pages that are open.
        _ = stopped => {}
    }
    Ok(ExitCode::SUCCESS)
}

fn router(site: &Arc<Site>) -> Router<Arc<Served>> {
    let pages = Router::new()
        .route("/", get(list::list))
        .route("/records/{id}", get(record::record))
        .route(
            "/records/{id}/retry",
            get(change::confirm_retry).post(change::retry),
        )
        .route(
            "/records/{id}/discard",
            get(change::confirm_discard).post(change::discard),
        )
        .route("/live", get(|| async { pages::live::every(REFRESH) }))
        .merge(Page::assets());
    check_host(protect(pages, site), site)
}
