//! Conditions about what the call returned, as PHP.

pub(crate) fn failed(response: &str) -> String {
    format!("{response} === false && spread_last_error() !== null")
}

pub(crate) fn succeeded(response: &str) -> String {
    format!("{response} !== false || spread_last_error() === null")
}

/// `json_decode()` made `null` of a failure.
pub(crate) fn decoded(first: &str, again: &str) -> String {
    format!("{} ? null : {again}", failed(first))
}

/// An empty response was as false as a failure.
pub(crate) fn falsy(first: &str, again: &str) -> String {
    format!("{first} === null || {}", failed(again))
}

pub(crate) fn truthy(first: &str, again: &str) -> String {
    format!("{first} !== null && ({})", succeeded(again))
}
