//! What every page needs, and the one way to the outbox.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use outbox::{Address, Store, StoreError};
use pages::Site;
use tokio::task::spawn_blocking;

use crate::open::open;

pub(crate) struct Served {
    pub(crate) address: Address,
    pub(crate) site: Arc<Site>,
    /// Whether bodies are shown.
    pub(crate) bodies: bool,
}

impl Served {
    /// Does `work` with the outbox, on a thread that may wait; a page that says why when it fails.
    pub(crate) async fn with<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut dyn Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Response> {
        let served = Arc::clone(self);
        let done = spawn_blocking(move || {
            let mut store = open(&served.address, false)?;
            work(store.as_mut())
        });
        match done.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(unavailable(&error.to_string())),
            Err(_) => Err(unavailable("the outbox could not be read")),
        }
    }
}

fn unavailable(message: &str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, format!("{message}\n")).into_response()
}
