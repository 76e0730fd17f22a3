//! How large an answer may be.

/// Bytes of a body.
pub(crate) const BODY_LIMIT: usize = 8 << 20;
/// Bytes of a head.
pub(crate) const HEAD_LIMIT: usize = 256 << 10;
/// Lines of a head. Room for them all is made for each head (64 bytes each): with 4096 malloc asked the
/// kernel for memory and gave it back in every call.
pub(crate) const HEAD_LINES_LIMIT: usize = 1024;
