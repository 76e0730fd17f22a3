//! SPREAD's answer.

/// A 2xx answer.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}
