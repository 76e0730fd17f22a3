//! The options of `Spread\Client`: settings of the one table, given as PHP values.

use std::ffi::CStr;
use std::path::Path;

use client::config::Destination;
use client::error::Error;
use codec::form::Key;
use settings::table::{PRIVATE_KEY, PUBLIC_KEY};
use settings::{About, OptionType, OutboxSetting, PERMITTED, Row, Settings, Source, TABLE};

use crate::ini::{Ini, Loaded};
use crate::zend::{self, Table, Value};

/// The reason why a client cannot be constructed. Messages follow "Argument #N ($name)".
pub(crate) enum OptionError {
    Type(u32, String),
    Value(u32, String),
    Setting(Error),
}

// The constructor's arguments, counted from 1.
const PUBLIC_KEY_ARGUMENT: u32 = 1;
const OPTIONS_ARGUMENT: u32 = 3;

/// The settings that a client keeps.
pub(crate) struct Fixed {
    pub(crate) settings: Settings,
    pub(crate) destination: Destination,
    pub(crate) outbox: OutboxSetting,
}

/// The settings of a client: the options, and the current INI value of any other setting. Keys come
/// from the arguments alone.
pub(crate) fn client(
    public: Vec<u8>,
    private: Vec<u8>,
    options: &Table,
) -> Result<Fixed, OptionError> {
    let mut given = Given {
        public,
        private,
        options: Vec::new(),
    };
    for (key, value) in options.entries() {
        let (row, kind) = find(key).ok_or_else(|| unknown(key))?;
        let name = row.about().option_name();
        let text = text(kind, &value).ok_or_else(|| {
            let types = match kind {
                OptionType::Text => "string",
                OptionType::Number => "int|float",
            };
            let given = type_name(&value);
            let message = format!("holds \"{name}\", which must be of type {types}, {given} given");
            OptionError::Type(OPTIONS_ARGUMENT, message)
        })?;
        row.check(&text).map_err(|expected| {
            let message = format!("holds \"{name}\", which must be {expected}");
            OptionError::Value(OPTIONS_ARGUMENT, message)
        })?;
        if row
            .file(&text)
            .is_some_and(|path| !zend::open_basedir_allows(&path))
        {
            let message = format!("holds \"{name}\", which must be {PERMITTED}");
            return Err(OptionError::Value(OPTIONS_ARGUMENT, message));
        }
        given.options.push((name, text));
    }
    PUBLIC_KEY.parse(&given.public).map_err(|expected| {
        OptionError::Value(PUBLIC_KEY_ARGUMENT, format!("must be {expected}"))
    })?;
    let Loaded {
        outbox, settings, ..
    } = Loaded::new(&given);
    let settings = settings.map_err(OptionError::Setting)?;
    let destination = settings.destination().map_err(OptionError::Setting)?;
    Ok(Fixed {
        settings,
        destination,
        outbox,
    })
}

/// The constructor's arguments, which take precedence over the INI settings.
struct Given {
    public: Vec<u8>,
    private: Vec<u8>,
    options: Vec<(&'static str, Vec<u8>)>,
}

impl Source for Given {
    fn text(&self, about: &About) -> Option<Vec<u8>> {
        if about.name == PUBLIC_KEY.about().name {
            return Some(self.public.clone());
        }
        if about.name == PRIVATE_KEY.about().name {
            return Some(self.private.clone());
        }
        let mut options = self.options.iter();
        match options.find(|(name, _)| *name == about.option_name()) {
            Some((_, text)) => Some(text.clone()),
            // Settings without an option, such as spread.error_mode, do not apply to a client.
            None if about.option.is_some() => Ini.text(about),
            None => None,
        }
    }

    /// Empty: an empty key argument is an error, even when the environment has a key.
    fn environment(&self, _: &CStr) -> Vec<u8> {
        Vec::new()
    }

    fn ini(&self, entry: &CStr) -> Vec<u8> {
        Ini.ini(entry)
    }

    /// Paths of options were checked one by one.
    fn permits(&self, about: &About, path: &Path) -> bool {
        let mut options = self.options.iter();
        options.any(|(name, _)| *name == about.option_name()) || Ini.permits(about, path)
    }
}

fn find(key: Key<'_>) -> Option<(&'static dyn Row, OptionType)> {
    let Key::Name(name) = key else {
        return None;
    };
    TABLE.iter().find_map(|row| {
        let kind = row.about().option?;
        (row.about().option_name().as_bytes() == name).then_some((*row, kind))
    })
}

fn unknown(key: Key<'_>) -> OptionError {
    let key = match key {
        Key::Index(index) => index.to_string(),
        Key::Name(name) => String::from_utf8_lossy(name)
            .chars()
            .filter(|c| !c.is_control())
            .take(64)
            .collect(),
    };
    let known: Vec<&str> = TABLE
        .iter()
        .map(|row| row.about())
        .filter(|about| about.option.is_some())
        .map(About::option_name)
        .collect();
    let message = format!(
        "holds an unknown option \"{key}\"; the options are {}",
        known.join(", ")
    );
    OptionError::Value(OPTIONS_ARGUMENT, message)
}

/// The value as text for the setting's parser; `None` when it has the wrong type.
fn text(kind: OptionType, value: &Value<'_>) -> Option<Vec<u8>> {
    match (kind, value) {
        (OptionType::Text, Value::Text(text)) => Some(text.to_vec()),
        (OptionType::Number, Value::Integer(number)) => Some(number.to_string().into_bytes()),
        (OptionType::Number, Value::Float(number)) => Some(number.to_string().into_bytes()),
        (OptionType::Number, Value::Text(text)) => str::from_utf8(text)
            .ok()
            .filter(|text| text.trim().parse::<f64>().is_ok())
            .map(|text| text.as_bytes().to_vec()),
        _ => None,
    }
}

fn type_name(value: &Value<'_>) -> &'static str {
    match value {
        Value::Nothing => "null",
        Value::Bool(_) => "bool",
        Value::Integer(_) => "int",
        Value::Float(_) => "float",
        Value::Text(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
