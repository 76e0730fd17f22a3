//! Signals: SIGTERM, SIGINT and SIGQUIT (which images of PHP stop containers with) ask for an end, SIGHUP for
//! the credentials file to be reloaded.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals as Incoming;

use crate::failure::Failure;

#[derive(Clone, Default)]
pub(crate) struct Signals {
    stops: Arc<AtomicUsize>,
    reload: Arc<AtomicBool>,
}

impl Signals {
    /// Records signals from here on; `wake` ends a wait. The second one that asks for an end ends the program.
    pub(crate) fn listen(wake: impl Fn() + Send + 'static) -> Result<Self, Failure> {
        let signals = Self::default();
        let noted = signals.clone();
        let mut incoming =
            Incoming::new([SIGTERM, SIGINT, SIGQUIT, SIGHUP]).map_err(Failure::Signals)?;
        thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                for signal in incoming.forever() {
                    if signal == SIGHUP {
                        noted.reload.store(true, Ordering::Relaxed);
                    } else if noted.stops.fetch_add(1, Ordering::Relaxed) > 0 {
                        tracing::warn!(
                            "stopped at once; orders in flight will be sent again when their leases expire"
                        );
                        std::process::exit(1);
                    }
                    wake();
                }
            })
            .map_err(Failure::Threads)?;
        Ok(signals)
    }

    pub(crate) fn stop(&self) -> bool {
        self.stops.load(Ordering::Relaxed) > 0
    }

    /// Whether a reload was asked for since the last time.
    pub(crate) fn take_reload(&self) -> bool {
        self.reload.swap(false, Ordering::Relaxed)
    }
}
