//! The settings that all places need together: there is one value of each.

use std::collections::BTreeMap;

use settings::{Row, TABLE, table};

use crate::options::Keys;
use crate::php::Reason;
use crate::place::Place;

/// Values by the name of the setting.
pub(crate) type Settings = BTreeMap<&'static str, Vec<u8>>;

/// Collects the settings of the places that can be replaced. A place that contradicts an earlier one cannot.
pub(crate) fn agree(places: &mut [Place]) -> Settings {
    let mut agreed: BTreeMap<&'static str, (Vec<u8>, String)> = BTreeMap::new();
    let mut keys: Option<(Keys, String)> = None;
    for place in places.iter_mut().filter(|place| place.reasons.is_empty()) {
        let at = format!("{}:{}", place.path.display(), place.line);
        let wanted = wanted(place);
        let contradicted = wanted.iter().find_map(|(name, value)| {
            let (known, other) = agreed.get(name)?;
            (known != value && !is_flexible(name))
                .then(|| format!("{name} would need another value than at {other}"))
        });
        let other_keys = keys.as_ref().and_then(|(known, other)| {
            let same = Some(known) == place.keys.as_ref();
            (!same).then(|| {
                format!(
                    "the API keys are others than at {other}: use a Spread\\Client for each pair"
                )
            })
        });
        if let Some(text) = other_keys.or(contradicted) {
            place.reasons.push(Reason {
                line: place.line,
                text,
            });
            place.edits.clear();
            continue;
        }
        if let (None, Some(own)) = (&keys, &place.keys) {
            keys = Some((own.clone(), at.clone()));
        }
        for (name, value) in wanted {
            let value = match agreed.remove(name) {
                Some((known, _)) => weaker(name, known, value),
                None => value,
            };
            agreed.insert(name, (value, at.clone()));
        }
    }
    let is_default = |name: &str, value: &[u8]| {
        TABLE
            .iter()
            .any(|row| row.about().name() == name && row.about().default.to_bytes() == value)
    };
    agreed
        .into_iter()
        .map(|(name, (value, _))| (name, value))
        .filter(|(name, value)| !is_default(name, value))
        .collect()
}

/// The settings of one place; those that it leaves at their defaults count where others may differ.
fn wanted(place: &Place) -> Settings {
    let mut wanted = Settings::new();
    if let Some(endpoint) = &place.endpoint {
        let default = table::ENDPOINT.about().default.to_bytes();
        let same = endpoint.eq_ignore_ascii_case(default);
        let value = if same {
            default.to_vec()
        } else {
            endpoint.clone()
        };
        wanted.insert(table::ENDPOINT.about().name(), value);
    }
    wanted.insert(
        table::AUTH.about().name(),
        table::AUTH.about().default.to_bytes().to_vec(),
    );
    for (name, value) in place
        .differences
        .iter()
        .filter_map(|difference| difference.setting.clone())
    {
        wanted.insert(name, value);
    }
    wanted
}

/// Settings that places may want differently.
fn is_flexible(name: &str) -> bool {
    [
        table::TIMEOUT.about().name(),
        table::CONNECT_TIMEOUT.about().name(),
        table::MAX_REDIRECTS.about().name(),
        table::AUTH.about().name(),
    ]
    .contains(&name)
}

/// The value that serves both: the longer time, the more redirects, any scheme.
fn weaker(name: &str, a: Vec<u8>, b: Vec<u8>) -> Vec<u8> {
    if name == table::AUTH.about().name() {
        return if a == b {
            a
        } else {
            table::AUTH.about().default.to_bytes().to_vec()
        };
    }
    let number = |text: &[u8]| {
        std::str::from_utf8(text)
            .ok()
            .and_then(|text| text.parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    if number(&a) >= number(&b) { a } else { b }
}
