//! The errors of the functions about the outbox, `spread_outbox_drain()` and `spread_outbox_status()`.

use client::error::{Error, Kind, SubjectName};
use methods::Subject;
use outbox::{Address, StoreError};
use settings::OutboxSetting;

use crate::ini::Loaded;
use crate::{exceptions, ini};

/// The outbox that the settings name. `undone`: see [`Kind::OutboxUnusable`].
///
/// # Errors
/// When they name none.
pub(crate) fn configured<'l>(
    loaded: &'l Loaded,
    undone: &'static str,
) -> Result<&'l Address, Error> {
    match &loaded.outbox {
        OutboxSetting::On(address) => Ok(address),
        OutboxSetting::Off => Err(unusable(undone, "spread.outbox is empty".into())),
        OutboxSetting::Invalid(expected) => Err(unusable(
            undone,
            format!("spread.outbox must be {expected}"),
        )),
    }
}

pub(crate) fn unusable(undone: &'static str, reason: String) -> Error {
    Kind::OutboxUnusable { undone, reason }.into()
}

pub(crate) fn failed(undone: &'static str, error: StoreError) -> Error {
    let reason = error.to_string();
    match error {
        StoreError::Open(_) | StoreError::Newer { .. } => unusable(undone, reason),
        StoreError::Lost(_) | StoreError::Failed(_) => Kind::OutboxFailed { undone, reason }.into(),
    }
}

/// Throws the error of a function about the outbox, whatever `spread.error_mode` says.
pub(crate) fn raise(error: Error) {
    let name = SubjectName::unknown(Subject::Order);
    exceptions::raise(error, name, ini::throwing_report(), false);
}
