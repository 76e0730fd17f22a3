//! The bar on a terminal that changes while a drain goes on.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use outbox::relay::Stats;

use crate::text::number;

pub(crate) struct Progress {
    bar: ProgressBar,
    pending: u64,
}

impl Progress {
    /// `pending`: how many orders there are to deliver.
    pub(crate) fn new(pending: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(pending), ProgressDrawTarget::stderr());
        let template =
            "[{bar:30}] {human_pos} of {human_len} delivered, {msg}, {per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("#-."));
        }
        Self { bar, pending }
    }

    pub(crate) fn show(&self, stats: &Stats) {
        if self.bar.is_hidden() {
            return;
        }
        let (failed, refused) = (number(stats.failed), number(stats.refused));
        self.bar
            .set_message(format!("{failed} failed, {refused} refused"));
        self.bar.set_length(self.pending.max(stats.delivered));
        self.bar.set_position(stats.delivered);
    }

    /// Writes to the terminal without the bar in between.
    pub(crate) fn without(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }

    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
