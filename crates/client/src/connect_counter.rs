//! Counts new connections: whether an order went out on a kept one, and so may be sent again when it
//! dies, nothing else tells.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

/// A layer around a connector that counts the connections it opens.
#[derive(Clone)]
pub(crate) struct ConnectCounter(pub(crate) Arc<AtomicUsize>);

impl<S> Layer<S> for ConnectCounter {
    type Service = Counted<S>;

    fn layer(&self, connector: S) -> Counted<S> {
        Counted {
            connector: Arc::new(connector),
            ready: None,
            connects: Arc::clone(&self.0),
        }
    }
}

/// Every request clones this, and few of them connect: the connector itself, which is large, is cloned
/// for these only.
pub(crate) struct Counted<S> {
    connector: Arc<S>,
    ready: Option<S>,
    connects: Arc<AtomicUsize>,
}

impl<S> Clone for Counted<S> {
    fn clone(&self) -> Self {
        Self {
            connector: Arc::clone(&self.connector),
            ready: None,
            connects: Arc::clone(&self.connects),
        }
    }
}

impl<S: Service<T> + Clone, T> Service<T> for Counted<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.ready
            .get_or_insert_with(|| S::clone(&self.connector))
            .poll_ready(context)
    }

    fn call(&mut self, target: T) -> S::Future {
        self.connects.fetch_add(1, Ordering::Relaxed);
        self.ready
            .take()
            .unwrap_or_else(|| S::clone(&self.connector))
            .call(target)
    }
}
