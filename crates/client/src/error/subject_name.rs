//! How an order or an account, and what came from outside, is named in a message.

use std::fmt;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use methods::Subject;

/// How messages name an order or an account: `order 0000001`, or `the order` when it has no usable id.
#[derive(Clone)]
pub struct SubjectName {
    subject: Subject,
    id: String,
}

impl SubjectName {
    /// The longest id that a message repeats, in characters.
    pub(super) const LONGEST: usize = 64;

    /// From the bytes of its id: `order_idorder`, or what [`crate::keys::Keys::account_id`] gives. Control
    /// characters would split a log line and are replaced; a very long id is cut.
    #[must_use]
    pub fn new(subject: Subject, id: &[u8]) -> Self {
        let id = one_line(id, Self::LONGEST);
        Self { subject, id }
    }

    #[must_use]
    pub fn unknown(subject: Subject) -> Self {
        Self::new(subject, b"")
    }

    /// `order` or `account`.
    pub(super) fn noun(&self) -> &'static str {
        self.subject.name()
    }
}

impl fmt::Display for SubjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id.as_str() {
            "" => write!(f, "the {}", self.noun()),
            id => write!(f, "{} {id}", self.noun()),
        }
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
