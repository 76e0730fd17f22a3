//! The table of settings as PHP's INI entries, and as a configuration.
//!
//! The parsed settings are kept per thread until an entry changes or a request begins, so that a
//! call does not read and parse them again.

use std::cell::Cell;
use std::mem;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::drain::Outbox;
use crate::zend::{self, IniEntry, IniHooks};
use client::config::{self, Config, Roots};
use client::error::{Error, Kind};
use settings::{Draft, Report, TABLE};

/// The one setting whose bad value fails no call.
pub(crate) const OUTBOX: &str = "spread.outbox";

/// Whether a bad value was reported when PHP started: once for a process.
static REPORTED: [AtomicBool; TABLE.len()] = [const { AtomicBool::new(false) }; TABLE.len()];

/// The settings of the moment.
pub(crate) struct Settings {
    pub(crate) report: Report,
    pub(crate) config: Result<Config, Error>,
    pub(crate) outbox: Outbox,
    pub(crate) credentials_file: Vec<u8>,
}

thread_local! {
    static KEPT: Cell<Option<Rc<Settings>>> = const { Cell::new(None) };
}

/// The settings as they are now.
pub(crate) fn current() -> Rc<Settings> {
    if let Some(kept) = KEPT.take() {
        KEPT.set(Some(Rc::clone(&kept)));
        return kept;
    }
    let mut draft = Draft::empty();
    let mut invalid = None;
    let mut broken_outbox = None;
    for setting in &TABLE {
        match (setting.parse)(&mut draft, &zend::ini(setting.name)) {
            // Without its outbox an order is still sent.
            Err(expected) if setting.name() == OUTBOX => broken_outbox = Some(expected),
            Err(expected) => {
                invalid.get_or_insert(Error::from(Kind::Setting {
                    name: setting.name(),
                    expected,
                }));
            }
            Ok(()) => {}
        }
    }
    // Keys of the environment are read at each call: putenv() may change them.
    let lasting = !draft.keys.public.is_empty() && !draft.keys.private.is_empty();
    let settings = Rc::new(Settings {
        report: draft.report,
        outbox: Outbox::new(&draft, broken_outbox),
        credentials_file: mem::take(&mut draft.credentials_file),
        config: match invalid {
            Some(error) => Err(error),
            None => finish(draft),
        },
    });
    if lasting {
        KEPT.set(Some(Rc::clone(&settings)));
    }
    settings
}

/// Forgets the parsed settings; the next call reads them again.
pub(crate) fn forget() {
    KEPT.set(None);
}

/// The configuration out of a whole draft; keys that are missing are the environment's.
pub(crate) fn finish(draft: Draft) -> Result<Config, Error> {
    let mut keys = draft.keys;
    if keys.public.is_empty() {
        let text = zend::environment(c"SPREAD_PUBLIC_KEY");
        keys.public = config::public_key(&text).map_err(|expected| {
            Error::from(Kind::Setting {
                name: "the environment's SPREAD_PUBLIC_KEY",
                expected,
            })
        })?;
    }
    if keys.private.is_empty() {
        keys.private = zend::environment(c"SPREAD_PRIVATE_KEY");
    }
    if keys.public.is_empty() || keys.private.is_empty() {
        return Err(Kind::KeysMissing.into());
    }
    Ok(Config {
        endpoint: draft.endpoint.ok_or(Kind::KeysMissing)?,
        keys,
        connect_timeout: draft.connect_timeout,
        timeout: draft.timeout,
        auth: draft.auth,
        max_redirects: draft.max_redirects,
        proxy: draft.proxy,
        roots: roots(draft.ca_file),
        in_order: draft.outbox.is_some(),
        user_agent: format!(
            "spread-php/{} PHP/{}",
            env!("CARGO_PKG_VERSION"),
            zend::php_version()
        ),
    })
}

/// `spread.ca_file`, else what php-curl and PHP's streams use, else the system's store.
fn roots(ca_file: Vec<u8>) -> Roots {
    let settings = [
        ("spread.ca_file", ca_file),
        ("openssl.cafile", zend::ini(c"openssl.cafile")),
        ("curl.cainfo", zend::ini(c"curl.cainfo")),
    ];
    settings
        .into_iter()
        .find(|(_, path)| !path.is_empty())
        .map_or(Roots::System, |(setting, path)| Roots::File {
            path: path_of(path),
            setting,
        })
}

pub(crate) fn path_of(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

/// Registers the table, at MINIT.
pub(crate) fn register(module_number: i32) {
    let entries = TABLE.iter().map(|setting| IniEntry {
        name: setting.name,
        default: setting.default,
        masked: setting.mask.is_some(),
    });
    zend::register_ini(entries, IniHooks { changed, shown }, module_number);
}

/// What may be shown of an entry's value.
fn shown(name: &[u8], value: &[u8]) -> String {
    let setting = TABLE.iter().find(|setting| setting.name.to_bytes() == name);
    match setting.and_then(|setting| setting.mask) {
        Some(mask) => mask(value),
        None => String::from_utf8_lossy(value).into_owned(),
    }
}

/// An entry is about to change. Returns the complaint about a value that does not parse, once for
/// each setting, when PHP starts; later a bad value is the failure of the call that needs it.
fn changed(name: &[u8], value: &[u8], at_startup: bool) -> Option<String> {
    forget();
    if !at_startup {
        return None;
    }
    let (setting, reported) = TABLE
        .iter()
        .zip(&REPORTED)
        .find(|(setting, _)| setting.name.to_bytes() == name)?;
    // The defaults parse. Reading them would bring code into memory that a PHP which sends nothing never uses.
    if value == setting.default.to_bytes() {
        return None;
    }
    let expected = (setting.parse)(&mut Draft::empty(), value).err()?;
    if reported.swap(true, Ordering::Relaxed) {
        return None;
    }
    Some(format!("{} must be {expected}", setting.name()))
}
