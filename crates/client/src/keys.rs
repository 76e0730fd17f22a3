//! The API key pair.

use std::fmt;

/// The API key pair, as bytes: PHP strings need not be UTF-8.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    pub public: Vec<u8>,
    pub private: Vec<u8>,
}

impl fmt::Debug for Keys {
    // Not derived: a key in a dump is a key in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(********)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_not_print() {
        let keys = Keys {
            public: b"pub".to_vec(),
            private: b"secret".to_vec(),
        };
        assert!(!format!("{keys:?}").contains("secret"));
    }
}
