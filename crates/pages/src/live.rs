//! Server-sent events: a page that is open hears that something changed, and fetches itself again.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::watch;
use tokio::time::sleep;

/// One event each `period`, for pages that show what other processes change.
#[must_use]
pub fn every(period: Duration) -> Response {
    events(stream::unfold((), move |()| async move {
        sleep(period).await;
        Some(((), ()))
    }))
}

/// Tells the pages that are open. A clone tells the same pages.
#[derive(Clone)]
pub struct Changes(watch::Sender<()>);

impl Default for Changes {
    fn default() -> Self {
        Self(watch::Sender::new(()))
    }
}

impl Changes {
    /// Something changed. Never waits; several changes in a row may be one event.
    pub fn announce(&self) {
        self.0.send_replace(());
    }

    /// One event for the connection, and one for each change.
    #[must_use]
    pub fn events(&self) -> Response {
        let mut changes = self.0.subscribe();
        // A page may be older than its connection.
        changes.mark_changed();
        events(stream::unfold(changes, |mut changes| async {
            changes.changed().await.ok()?;
            Some(((), changes))
        }))
    }
}

fn events(changes: impl Stream<Item = ()> + Send + 'static) -> Response {
    // A browser ignores an event without data.
    let event = |()| Ok::<_, Infallible>(Event::default().event("change").data("1"));
    Sse::new(changes.map(event))
        .keep_alive(KeepAlive::default())
        .into_response()
}
