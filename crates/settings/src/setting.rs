//! One setting: its name, its default, what may be shown of it, where it is given, and its parser.

use std::ffi::CStr;
use std::path::PathBuf;

use client::config::Expected;

/// A setting whose value is a `T`.
pub struct Setting<T> {
    about: About,
    parse: fn(&[u8]) -> Result<T, Expected>,
    path: fn(&T) -> Option<PathBuf>,
}

/// What is known of a setting whatever the type of its value: the columns of the table.
#[derive(Clone, Copy)]
pub struct About {
    /// As C has it: PHP's INI entries are named by C strings.
    pub name: &'static CStr,
    pub default: &'static CStr,
    /// One line of Markdown: what it does, and its unit.
    pub meaning: &'static str,
    /// What may be shown of a value that is a secret or holds one.
    pub mask: Option<fn(&[u8]) -> String>,
    /// The type it has as an option of `Spread\Client`; nothing when it is none.
    pub option: Option<OptionType>,
    /// Where an empty value is looked for, in this sequence.
    pub fallbacks: &'static [Fallback],
    /// The environment variable of the worker's command line, and its help where that differs from
    /// `meaning`; nothing when the worker has no such setting.
    pub worker: Option<Worker>,
}

/// The PHP types of an option's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OptionType {
    Text,
    /// int, float, or a string that is a number, as PHP takes them for a float parameter.
    Number,
}

/// Another place for the value of a setting that is empty.
#[derive(Clone, Copy)]
pub enum Fallback {
    /// A variable of the environment, and its name in messages.
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
    /// What was expected instead.
    pub fn parse(&self, text: &[u8]) -> Result<T, Expected> {
        (self.parse)(text)
    }

    /// The file that a value names.
    pub(crate) fn path_of(&self, value: &T) -> Option<PathBuf> {
        (self.path)(value)
    }
}

impl About {
    /// Such as `spread.timeout`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name.to_str().unwrap_or_default()
    }

    /// Whether an empty value is looked for in the environment, which a program may change at any time.
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
    /// What was expected instead.
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
