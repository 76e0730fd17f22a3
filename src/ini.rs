//! The table of settings as PHP's INI entries, and the current settings.
//!
//! The loaded settings are cached per thread until an entry changes or a request begins: a call does
//! not parse them again.

use std::cell::Cell;
use std::ffi::CStr;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use client::error::Error;
use settings::{About, ErrorMode, OutboxSetting, Report, Settings, Source, TABLE};

use crate::zend::{self, IniEntry, IniHooks, IniOrigin};

/// Whether an invalid value was reported when PHP started: once per process.
static REPORTED: [AtomicBool; TABLE.len()] = [const { AtomicBool::new(false) }; TABLE.len()];

/// The settings of a call. Each part is loaded separately: a failure is reported according to `report`
/// even when another setting does not parse.
pub(crate) struct Loaded {
    pub(crate) report: Report,
    pub(crate) outbox: OutboxSetting,
    pub(crate) settings: Result<Settings, Error>,
}

impl Loaded {
    pub(crate) fn new(source: &dyn Source) -> Self {
        let outbox = OutboxSetting::load(source);
        let user_agent = format!(
            "spread-php/{} PHP/{}",
            env!("CARGO_PKG_VERSION"),
            zend::php_version()
        );
        Self {
            report: Report::load(source),
            settings: Settings::load(source, user_agent, &outbox).map_err(Error::from),
            outbox,
        }
    }
}

/// PHP's INI entries.
pub(crate) struct Ini;

impl Source for Ini {
    fn text(&self, about: &About) -> Option<Vec<u8>> {
        Some(zend::ini(about.name))
    }

    fn environment(&self, variable: &CStr) -> Vec<u8> {
        zend::environment(variable)
    }

    fn ini(&self, entry: &CStr) -> Vec<u8> {
        zend::ini(entry)
    }

    fn permits(&self, about: &About, path: &Path) -> bool {
        !is_from_code(about) || zend::open_basedir_allows(path)
    }
}

thread_local! {
    static LOADED: Cell<Option<Rc<Loaded>>> = const { Cell::new(None) };

    /// The rows of the table, as bits, whose values come from code: `open_basedir` binds their paths. Those
    /// of the administrator are free, as everywhere in PHP.
    static FROM_CODE: Cell<u32> = const { Cell::new(0) };
}

const _: () = assert!(TABLE.len() <= u32::BITS as usize);

fn is_from_code(about: &About) -> bool {
    let row = TABLE.iter().position(|row| row.about().name == about.name);
    row.is_none_or(|row| FROM_CODE.get() & (1 << row) != 0)
}

/// The current settings.
pub(crate) fn current() -> Rc<Loaded> {
    if let Some(loaded) = LOADED.take() {
        LOADED.set(Some(Rc::clone(&loaded)));
        return loaded;
    }
    let loaded = Rc::new(Loaded::new(&Ini));
    // Keys in the environment are read at each call: putenv() may change them.
    let from_environment = TABLE.iter().any(|row| {
        let about = row.about();
        about.reads_environment() && zend::ini(about.name).is_empty()
    });
    // open_basedir may become narrower in the middle of a request.
    let restricted = FROM_CODE.get() != 0 && !zend::ini(c"open_basedir").is_empty();
    if !from_environment && !restricted {
        LOADED.set(Some(Rc::clone(&loaded)));
    }
    loaded
}

/// How failures are reported that are thrown whatever `spread.error_mode` says.
pub(crate) fn throwing_report() -> Report {
    Report {
        mode: ErrorMode::Exception,
        ..current().report
    }
}

/// Forgets the loaded settings; the next call reads them again.
pub(crate) fn forget() {
    LOADED.set(None);
}

/// Registers the table, at MINIT.
pub(crate) fn register(module_number: i32) {
    let entries = TABLE.iter().map(|row| IniEntry {
        name: row.about().name,
        default: row.about().default,
        masked: row.about().mask.is_some(),
    });
    zend::register_ini(entries, IniHooks { changed, shown }, module_number);
}

/// An entry's value with its secrets masked.
fn shown(name: &[u8], value: &[u8]) -> String {
    let mut abouts = TABLE.iter().map(|row| row.about());
    let about = abouts.find(|about| about.name.to_bytes() == name);
    match about.and_then(|about| about.mask) {
        Some(mask) => mask(value),
        None => String::from_utf8_lossy(value).into_owned(),
    }
}

/// An entry is about to change. Returns a warning about a value that does not parse, once for each
/// setting, when PHP starts; later an invalid value fails the call that needs it.
fn changed(name: &[u8], value: &[u8], origin: IniOrigin) -> Option<String> {
    forget();
    let number = TABLE
        .iter()
        .position(|row| row.about().name.to_bytes() == name)?;
    let others = FROM_CODE.get() & !(1 << number);
    FROM_CODE.set(others | u32::from(origin == IniOrigin::Code) << number);
    if origin != IniOrigin::Startup {
        return None;
    }
    let (row, reported) = (TABLE.get(number)?, REPORTED.get(number)?);
    // The defaults parse. Parsing them would load code that a PHP process which sends nothing never uses.
    if value == row.about().default.to_bytes() {
        return None;
    }
    let expected = row.check(value).err()?;
    if reported.swap(true, Ordering::Relaxed) {
        return None;
    }
    Some(format!("{} must be {expected}", row.about().name()))
}
