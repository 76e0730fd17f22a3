//! The line on a terminal that changes while a drain goes on.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use outbox::relay::Stats;

use crate::text::number;

const INTERVAL: Duration = Duration::from_millis(100);

pub(crate) struct Progress {
    enabled: bool,
    shown: bool,
    pending: u64,
    begun: Instant,
    last: Option<Instant>,
}

impl Progress {
    /// `pending`: how many orders there are to deliver.
    pub(crate) fn new(pending: u64) -> Self {
        Self {
            enabled: io::stderr().is_terminal(),
            shown: false,
            pending,
            begun: Instant::now(),
            last: None,
        }
    }

    pub(crate) fn show(&mut self, stats: &Stats) {
        if !self.enabled || self.last.is_some_and(|last| last.elapsed() < INTERVAL) {
            return;
        }
        self.last = Some(Instant::now());
        self.shown = true;
        #[allow(clippy::cast_precision_loss)]
        let rate = stats.delivered as f64 / self.begun.elapsed().as_secs_f64().max(0.001);
        // A terminal that is gone fails nothing.
        let _ = write!(
            io::stderr(),
            "\r\x1b[K{} of {} delivered, {} failed, {} refused, {rate:.0} per second",
            number(stats.delivered),
            number(self.pending.max(stats.delivered)),
            number(stats.failed),
            number(stats.refused)
        );
    }

    pub(crate) fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
