//! The layer around the HTTP client's connector: it bounds the time to connect, tells the race of a request
//! (`race.rs`) that the request waits for a new connection, and remembers the connection (`connections.rs`).

use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use std::{fmt, io};

use hyper_util::client::legacy::connect::Connection;
use tokio::time::{Instant, sleep_until};
use tower_layer::Layer;
use tower_service::Service;

use crate::connections::Connections;
use crate::race::Attempt;

/// There was no connection in time.
#[derive(Debug)]
pub(crate) struct ConnectTimedOut;

impl fmt::Display for ConnectTimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no connection in time")
    }
}

impl StdError for ConnectTimedOut {}

/// The layer.
#[derive(Clone)]
pub(crate) struct ConnectorLayer {
    /// For lookup, TCP, proxy and TLS together.
    pub(crate) timeout: Duration,
    /// Gets each new connection.
    pub(crate) connections: Connections,
}

impl<S> Layer<S> for ConnectorLayer {
    type Service = Connector<S>;

    fn layer(&self, connector: S) -> Connector<S> {
        Connector {
            connector: Arc::new(connector),
            ready: None,
            layer: self.clone(),
        }
    }
}

/// Every request clones this, and few of them connect: the connector itself, which is large, is cloned
/// for these only.
pub(crate) struct Connector<S> {
    connector: Arc<S>,
    ready: Option<S>,
    layer: ConnectorLayer,
}

impl<S> Clone for Connector<S> {
    fn clone(&self) -> Self {
        Self {
            connector: Arc::clone(&self.connector),
            ready: None,
            layer: self.layer.clone(),
        }
    }
}

type BoxError = Box<dyn StdError + Send + Sync>;

impl<S, T> Service<T> for Connector<S>
where
    S: Service<
            T,
            Response: Connection + 'static,
            Future: Send + 'static,
            Error: Into<BoxError> + 'static,
        > + Clone,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.ready
            .get_or_insert_with(|| S::clone(&self.connector))
            .poll_ready(context)
            .map_err(Into::into)
    }

    fn call(&mut self, target: T) -> Self::Future {
        let connector = &self.connector;
        let mut ready = self.ready.take().unwrap_or_else(|| S::clone(connector));
        let connecting = ready.call(target);
        let ConnectorLayer {
            timeout,
            connections,
        } = self.layer.clone();
        let connecting = async move {
            let connection = connecting.await.map_err(Into::into)?;
            connections.add(&connection.connected());
            Ok::<_, BoxError>(connection)
        };
        match Attempt::current() {
            Some(attempt) => {
                let deadline = attempt.deadline(timeout);
                let connecting = attempt.clone().scope(connecting);
                Box::pin(until(deadline, connecting, move || attempt.is_connecting()))
            }
            // Not reached: each request is an attempt.
            None => Box::pin(until(Instant::now() + timeout, connecting, || ())),
        }
    }
}

/// Waits for a connection until `deadline`, and calls `pending` at each poll that leaves it waiting.
async fn until<C, E: Into<BoxError>>(
    deadline: Instant,
    connecting: impl Future<Output = Result<C, E>>,
    pending: impl Fn(),
) -> Result<C, BoxError> {
    let mut connecting = pin!(connecting);
    let mut timer = pin!(sleep_until(deadline));
    let mut has_failed = false;
    poll_fn(|context| {
        if !has_failed && let Poll::Ready(outcome) = connecting.as_mut().poll(context) {
            match outcome.map_err(Into::into) {
                // The kernel gives up sooner, by TCP_USER_TIMEOUT, when `connect_timeout` is most of `timeout`.
                Err(error) if has_timed_out(&*error) => has_failed = true,
                outcome => return Poll::Ready(outcome),
            }
        }
        if timer.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(Box::new(ConnectTimedOut) as BoxError));
        }
        pending();
        Poll::Pending
    })
    .await
}

fn has_timed_out(error: &(dyn StdError + 'static)) -> bool {
    let io = error.downcast_ref::<io::Error>();
    io.is_some_and(|io| io.kind() == io::ErrorKind::TimedOut)
        || error.source().is_some_and(has_timed_out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use tokio::runtime::Builder;

    #[test]
    fn connecting_takes_its_time_though_the_kernel_gives_up() {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let start = Instant::now();
            let within = start + Duration::from_secs(2);
            let failing = |kind: io::ErrorKind| async move { Err::<(), _>(io::Error::from(kind)) };
            let refused = until(within, failing(io::ErrorKind::ConnectionRefused), || ()).await;
            assert!(refused.unwrap_err().is::<io::Error>());
            assert_eq!(start.elapsed(), Duration::ZERO);
            let late = until(within, failing(io::ErrorKind::TimedOut), || ()).await;
            assert!(late.unwrap_err().is::<ConnectTimedOut>());
            assert!(start.elapsed() >= Duration::from_secs(2));
        });
    }
}
