//! The options of `Spread\Client`: settings of the one table, given as PHP values.

use crate::drain::Outbox;
use crate::ini;
use crate::zend::{self, Table, Value};
use client::config::{self, Config};
use client::error::{Error, Kind};
use codec::form::Key;
use settings::{Draft, OptionType, Setting, TABLE};

/// Why no client can be made. Messages go on from "Argument #N ($name)".
pub(crate) enum OptionError {
    Type(u32, String),
    Value(u32, String),
    Setting(Error),
}

// The constructor's arguments, as PHP counts them.
const PUBLIC_KEY: u32 = 1;
const OPTIONS: u32 = 3;

/// The configuration of a client: the options, and the INI settings of this moment for what they
/// leave out. Keys come from the arguments alone.
pub(crate) fn client(
    public: &[u8],
    private: Vec<u8>,
    options: &Table,
) -> Result<(Config, Outbox), OptionError> {
    let mut draft = Draft::empty();
    let mut given = Vec::new();
    for (key, value) in options.entries() {
        let (setting, kind) = find(key).ok_or_else(|| unknown(key))?;
        let name = setting.option_name();
        let text = text(kind, &value).ok_or_else(|| {
            let types = match kind {
                OptionType::Text => "string",
                OptionType::Number => "int|float",
            };
            let given = type_name(&value);
            let message = format!("holds \"{name}\", which must be of type {types}, {given} given");
            OptionError::Type(OPTIONS, message)
        })?;
        (setting.parse)(&mut draft, &text).map_err(|expected| {
            OptionError::Value(
                OPTIONS,
                format!("holds \"{name}\", which must be {expected}"),
            )
        })?;
        given.push(name);
    }
    let mut broken_outbox = None;
    for setting in &TABLE {
        if setting.option.is_none() || given.contains(&setting.option_name()) {
            continue;
        }
        match (setting.parse)(&mut draft, &zend::ini(setting.name)) {
            Err(expected) if setting.name() == ini::OUTBOX => broken_outbox = Some(expected),
            Err(expected) => {
                return Err(OptionError::Setting(
                    Kind::Setting {
                        name: setting.name(),
                        expected,
                    }
                    .into(),
                ));
            }
            Ok(()) => {}
        }
    }
    draft.keys.public = config::public_key(public)
        .map_err(|expected| OptionError::Value(PUBLIC_KEY, format!("must be {expected}")))?;
    draft.keys.private = private;
    if draft.keys.public.is_empty() || draft.keys.private.is_empty() {
        return Err(OptionError::Setting(Kind::KeysMissing.into()));
    }
    let outbox = Outbox::new(&draft, broken_outbox);
    let config = ini::finish(draft).map_err(OptionError::Setting)?;
    Ok((config, outbox))
}

fn find(key: Key<'_>) -> Option<(&'static Setting, OptionType)> {
    let Key::Name(name) = key else {
        return None;
    };
    TABLE.iter().find_map(|setting| {
        let kind = setting.option?;
        (setting.option_name().as_bytes() == name).then_some((setting, kind))
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
        .filter(|setting| setting.option.is_some())
        .map(Setting::option_name)
        .collect();
    let message = format!(
        "holds an unknown option \"{key}\"; the options are {}",
        known.join(", ")
    );
    OptionError::Value(OPTIONS, message)
}

/// The value as the setting's parser takes it; nothing when it has the wrong type.
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
