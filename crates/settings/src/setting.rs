//! One setting: its name, default, mask, sources and parser.

use std::ffi::CStr;
use std::path::PathBuf;

use client::Expected;

/// A setting whose value is a `T`.
pub struct Setting<T> {
    about: About,
    parse: fn(&[u8]) -> Result<T, Expected>,
    path: fn(&T) -> Option<PathBuf>,
}

/// The columns of the table that do not depend on the type of the setting's value.
#[derive(Clone, Copy)]
pub struct About {
    /// A C string, as PHP names its INI entries.
    pub name: &'static CStr,
    pub default: &'static CStr,
    /// One line of Markdown: meaning and unit.
    pub meaning: &'static str,
    /// Masks a value that is a secret or holds one, for display.
    pub mask: Option<fn(&[u8]) -> String>,
    /// Its type as an option of `Spread\Client`; `None` when it is not an option.
    pub option: Option<OptionType>,
    /// Sources for an empty value, in this sequence.
    pub fallbacks: &'static [Fallback],
    /// The environment variable of the worker's command line, and its help where that differs from
    /// `meaning`; `None` when the worker has no such setting.
    pub worker: Option<Worker>,
}

/// The PHP types of an option's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OptionType {
    Text,
    /// int, float or a numeric string, as PHP accepts them for a float parameter.
    Number,
}

/// Another source for the value of a setting that is empty.
#[derive(Clone, Copy)]
pub enum Fallback {
    /// An environment variable, and its name in messages.
    Environment(&'static CStr, &'static str),
    /// Another INI entry.
    Ini(&'static CStr),
}

/// A setting of the worker.
#[derive(Clone, Copy)]
pub struct Worker {
    pub variable: &'static str,
    pub help: Option<&'static str>,
}

impl<T> Setting<T> {
    pub(crate) const fn new(
        name: &'static CStr,
        default: &'static CStr,
        meaning: &'static str,
        parse: fn(&[u8]) -> Result<T, Expected>,
    ) -> Self {
        Self {
            about: About {
                name,
                default,
                meaning,
                mask: None,
                option: None,
                fallbacks: &[],
                worker: None,
            },
            parse,
            path: |_| None,
        }
    }

    /// A value names a file, which a [`Source`](crate::Source) has to permit.
    pub(crate) const fn path(mut self, path: fn(&T) -> Option<PathBuf>) -> Self {
        self.path = path;
        self
    }

    pub(crate) const fn masked(mut self, mask: fn(&[u8]) -> String) -> Self {
        self.about.mask = Some(mask);
        self
    }

    pub(crate) const fn option(mut self, option: OptionType) -> Self {
        self.about.option = Some(option);
        self
    }

    pub(crate) const fn else_from(mut self, fallbacks: &'static [Fallback]) -> Self {
        self.about.fallbacks = fallbacks;
        self
    }

    pub(crate) const fn worker(
        mut self,
        variable: &'static str,
        help: Option<&'static str>,
    ) -> Self {
        self.about.worker = Some(Worker { variable, help });
        self
    }

    /// The value of `text`.
    ///
    /// # Errors
    /// Describes the expected value.
    pub fn parse(&self, text: &[u8]) -> Result<T, Expected> {
        (self.parse)(text)
    }

    /// The file that a value names.
    pub(crate) fn path_of(&self, value: &T) -> Option<PathBuf> {
        (self.path)(value)
    }
}

impl About {
    /// For example `spread.timeout`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name.to_str().unwrap_or_default()
    }

    /// Whether the environment is a fallback, which a program may change at any time.
    #[must_use]
    pub fn reads_environment(&self) -> bool {
        let mut fallbacks = self.fallbacks.iter();
        fallbacks.any(|fallback| matches!(fallback, Fallback::Environment(..)))
    }

    /// `timeout` for `spread.timeout`.
    #[must_use]
    pub fn option_name(&self) -> &'static str {
        self.name().trim_start_matches("spread.")
    }
}

/// A row of the table.
pub trait Row: Sync {
    fn about(&self) -> &About;

    /// Whether `text` parses.
    ///
    /// # Errors
    /// Describes the expected value.
    fn check(&self, text: &[u8]) -> Result<(), Expected>;

    /// The file that `text` names, when it parses and names one.
    fn file(&self, text: &[u8]) -> Option<PathBuf>;
}

impl<T> Row for Setting<T> {
    fn about(&self) -> &About {
        &self.about
    }

    fn check(&self, text: &[u8]) -> Result<(), Expected> {
        self.parse(text).map(drop)
    }

    fn file(&self, text: &[u8]) -> Option<PathBuf> {
        self.path_of(&self.parse(text).ok()?)
    }
}
