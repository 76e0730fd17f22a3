//! The store of a service: opened again whenever it is lost, after a pause that doubles.

use std::time::Duration;

use outbox::{Address, Store, StoreError};

use crate::open::open;

const SHORTEST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

pub(crate) struct ReconnectingStore<'a> {
    address: &'a Address,
    store: Option<Box<dyn Store + Send>>,
    pause: Duration,
    /// The outage was logged.
    logged: bool,
}

impl<'a> ReconnectingStore<'a> {
    pub(crate) fn new(address: &'a Address) -> Self {
        Self {
            address,
            store: None,
            pause: Duration::ZERO,
            logged: false,
        }
    }

    /// Does `work` with the store; nothing when the store or the work fails.
    pub(crate) fn with<T>(
        &mut self,
        work: impl FnOnce(&mut dyn Store) -> Result<T, StoreError>,
    ) -> Option<T> {
        let store = match &mut self.store {
            Some(store) => store,
            empty => match open(self.address, true) {
                Ok(store) => empty.insert(store),
                Err(error) => {
                    self.failed(&error);
                    return None;
                }
            },
        };
        match work(store.as_mut()) {
            Ok(value) => {
                if std::mem::take(&mut self.logged) {
                    tracing::info!("the outbox is available again");
                }
                self.pause = Duration::ZERO;
                Some(value)
            }
            Err(error) => {
                self.store = None;
                self.failed(&error);
                None
            }
        }
    }

    fn failed(&mut self, error: &StoreError) {
        if !std::mem::replace(&mut self.logged, true) {
            tracing::error!("{error}; retrying until it is available");
        }
        self.pause = (self.pause * 2).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.store.is_none()
    }

    /// How long to wait before the next try.
    pub(crate) fn pause(&self) -> Duration {
        self.pause
    }
}
