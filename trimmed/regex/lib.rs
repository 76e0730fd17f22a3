//! In the place of the crate regex, by `[patch]` in the extension's Cargo.toml: its names, by its small
//! sister regex-lite.
//!
//! The MySQL client reads the server's version with it, one line a connection, and asks for all of regex:
//! a megabyte, half of it tables of Unicode that each PHP would relocate when it starts. Features only
//! add up, so a dependency's cannot be taken away otherwise.

pub use regex_lite::{Error, Regex};

/// For haystacks of bytes. Those that are not UTF-8 match nothing.
pub mod bytes {
    use crate::Error;

    #[derive(Clone, Debug)]
    pub struct Regex(regex_lite::Regex);

    pub struct Captures<'h>(regex_lite::Captures<'h>);

    pub struct Match<'h>(regex_lite::Match<'h>);

    impl Regex {
        pub fn new(expression: &str) -> Result<Self, Error> {
            regex_lite::Regex::new(expression).map(Self)
        }

        pub fn is_match(&self, haystack: &[u8]) -> bool {
            str::from_utf8(haystack).is_ok_and(|haystack| self.0.is_match(haystack))
        }

        pub fn captures<'h>(&self, haystack: &'h [u8]) -> Option<Captures<'h>> {
            self.0
                .captures(str::from_utf8(haystack).ok()?)
                .map(Captures)
        }
    }

    impl<'h> Captures<'h> {
        pub fn get(&self, group: usize) -> Option<Match<'h>> {
            self.0.get(group).map(Match)
        }
    }

    impl<'h> Match<'h> {
        pub fn as_bytes(&self) -> &'h [u8] {
            self.0.as_str().as_bytes()
        }
    }
}

/// Hundreds of expressions on thousands of names, when the bindings are generated: no work for
/// regex-lite, and nothing of it gets into the extension.
#[cfg(feature = "unicode-perl")]
mod set {
    use regex_automata::meta::{BuildError, Regex};
    use regex_automata::{Input, PatternSet};

    #[derive(Clone, Debug)]
    pub struct RegexSet(Regex);

    pub struct SetMatches(PatternSet);

    impl RegexSet {
        pub fn new(
            expressions: impl IntoIterator<Item = impl AsRef<str>>,
        ) -> Result<Self, BuildError> {
            let expressions: Vec<_> = expressions.into_iter().collect();
            Regex::new_many(&expressions).map(Self)
        }

        pub fn is_match(&self, haystack: &str) -> bool {
            self.0.is_match(haystack)
        }

        pub fn matches(&self, haystack: &str) -> SetMatches {
            let mut found = PatternSet::new(self.0.pattern_len());
            self.0
                .which_overlapping_matches(&Input::new(haystack), &mut found);
            SetMatches(found)
        }
    }

    impl SetMatches {
        pub fn matched_any(&self) -> bool {
            !self.0.is_empty()
        }
    }

    impl IntoIterator for &SetMatches {
        type Item = usize;
        type IntoIter = std::vec::IntoIter<usize>;

        fn into_iter(self) -> Self::IntoIter {
            let found: Vec<usize> = self.0.iter().map(|pattern| pattern.as_usize()).collect();
            found.into_iter()
        }
    }
}

#[cfg(feature = "unicode-perl")]
pub use set::{RegexSet, SetMatches};
