//! How an order, and what came from outside, is named in a message.

use std::fmt;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// How messages name an order: `order 0000001`, or `the order` when it has no usable id.
pub struct OrderName(String);

impl OrderName {
    /// The longest id that a message repeats, in characters.
    pub(super) const LONGEST: usize = 64;

    /// From the bytes of `order_idorder`. Control characters would split a log line and are
    /// replaced; a very long id is cut.
    #[must_use]
    pub fn new(id: &[u8]) -> Self {
        if id.is_empty() {
            return Self::unknown();
        }
        Self(format!("order {}", one_line(id, Self::LONGEST)))
    }

    #[must_use]
    pub fn unknown() -> Self {
        Self("the order".into())
    }
}

impl fmt::Display for OrderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Bytes from outside in one line: what is not text, or would move the cursor, is replaced.
#[must_use]
pub fn one_line(bytes: &[u8], longest: usize) -> String {
    String::from_utf8_lossy(bytes)
        .chars()
        .take(longest)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// A path for a message: one line, and not a page of it.
#[must_use]
pub fn printable(path: &Path) -> String {
    one_line(path.as_os_str().as_bytes(), 256)
}
