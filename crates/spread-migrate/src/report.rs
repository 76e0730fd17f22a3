//! What is printed about the places.

use std::fmt::Write as _;

use serde_json::{Value, json};
use settings::{Row as _, TABLE, table};
use similar::TextDiff;

use crate::agreement::Settings;
use crate::place::Place;
use crate::secrets::Secrets;

/// What has become of the places.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Listed,
    Replaced,
}

/// `saved` says that the settings are in a file.
pub(crate) fn text(
    places: &[Place],
    settings: &Settings,
    outcome: Outcome,
    saved: bool,
    secrets: &Secrets,
) -> String {
    let mut out = String::new();
    for place in places {
        let method = place.method.map_or("unknown method", |method| method.name);
        let _ = writeln!(
            out,
            "{}:{}: {method}: {}",
            place.path.display(),
            place.line,
            state(place, outcome)
        );
        for difference in &place.differences {
            let setting = difference
                .setting
                .as_ref()
                .map_or_else(String::new, |(name, _)| format!(": {name} takes its place"));
            let _ = writeln!(
                out,
                "    line {}: {}{setting}",
                difference.line, difference.text
            );
        }
        for reason in &place.reasons {
            let _ = writeln!(
                out,
                "    left alone because of line {}: {}",
                reason.line, reason.text
            );
        }
    }
    if !settings.is_empty() {
        let _ = writeln!(out, "settings:");
    }
    for (name, value) in shown(settings) {
        let _ = writeln!(out, "    {name} = {value}");
    }
    if has_keys(settings) && !saved {
        let _ = writeln!(out, "{}", without_file(outcome));
    }
    let _ = writeln!(out, "{}", summary(places, outcome));
    secrets.mask_text(&out)
}

fn has_keys(settings: &Settings) -> bool {
    settings.contains_key(table::PRIVATE_KEY.about().name())
}

/// What becomes of the keys without --ini.
fn without_file(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Listed => {
            "--ini FILE writes these settings with the private key, which --apply removes from the source"
        }
        Outcome::Replaced => {
            "the keys are no longer in the source: set them from the old files or SPREAD's back office"
        }
    }
}

fn state(place: &Place, outcome: Outcome) -> &'static str {
    match (place.reasons.is_empty(), outcome) {
        (true, Outcome::Listed) => "can be replaced",
        (true, Outcome::Replaced) => "replaced",
        (false, _) => "left alone",
    }
}

fn summary(places: &[Place], outcome: Outcome) -> String {
    let ready = places
        .iter()
        .filter(|place| place.reasons.is_empty())
        .count();
    let left = places.len() - ready;
    match (places.len(), outcome) {
        (0, _) => "no snippet found".into(),
        (_, Outcome::Listed) => {
            format!("{ready} can be replaced with --apply, {left} left for you")
        }
        (_, Outcome::Replaced) => format!("{ready} replaced, {left} left for you"),
    }
}

/// Names and values in the sequence of the table, secrets masked.
fn shown(settings: &Settings) -> Vec<(&'static str, String)> {
    let rows = TABLE.iter().map(|row| row.about());
    rows.filter_map(|about| {
        let value = settings.get(about.name())?;
        let value = match about.mask {
            Some(mask) => mask(value),
            None => String::from_utf8_lossy(value).into_owned(),
        };
        Some((about.name(), value))
    })
    .collect()
}

pub(crate) fn json(
    places: &[Place],
    settings: &Settings,
    outcome: Outcome,
    secrets: &Secrets,
) -> String {
    let mask = |text: &str| secrets.mask_text(text);
    let places: Vec<Value> = places
        .iter()
        .map(|place| {
            let differences: Vec<_> = place
                .differences
                .iter()
                .map(|difference| {
                    let setting = difference.setting.as_ref().map(|(name, _)| *name);
                    json!({"line": difference.line, "text": mask(&difference.text), "setting": setting})
                })
                .collect();
            let reasons: Vec<_> = place.reasons.iter().map(|reason| json!({"line": reason.line, "text": mask(&reason.text)})).collect();
            json!({
                "file": place.path.to_string_lossy(),
                "line": place.line,
                "method": place.method.map(|method| method.name),
                "state": state(place, outcome),
                "differences": differences,
                "reasons": reasons,
            })
        })
        .collect();
    let settings: serde_json::Map<_, _> = shown(settings)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Value::String(mask(&value))))
        .collect();
    format!("{:#}\n", json!({"places": places, "settings": settings}))
}

/// A unified diff of one file.
pub(crate) fn diff(path: &str, old: &[u8], new: &[u8], secrets: &Secrets) -> Vec<u8> {
    let (old, new) = (secrets.mask(old), secrets.mask(new));
    let name = path.trim_start_matches("./").trim_start_matches('/');
    let diff = TextDiff::from_lines(old.as_slice(), new.as_slice());
    let mut out = Vec::new();
    // Writing to memory does not fail.
    let _ = diff
        .unified_diff()
        .header(&format!("a/{name}"), &format!("b/{name}"))
        .to_writer(&mut out);
    out
}
