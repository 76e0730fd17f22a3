//! Server-sent events: a page that is open hears that something changed, and fetches itself again.

use std::convert::Infallible;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::watch;

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
        let events = stream::unfold(changes, |mut changes| async {
            changes.changed().await.ok()?;
            // A browser ignores an event without data.
            let event = Event::default().event("change").data("1");
            Some((Ok::<_, Infallible>(event), changes))
        });
        Sse::new(events)
            .keep_alive(KeepAlive::default())
            .into_response()
    }
}
