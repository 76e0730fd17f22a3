//! The one INI table: name, default, parser and meaning of every setting.
//!
//! The parsed settings are kept per thread until an entry changes or a request begins, so that a
//! call does not read and parse them again.

use std::cell::Cell;
use std::ffi::CStr;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use url::Url;

use super::options::OptionType;
use super::zend::{self, IniEntry};
use crate::auth::Policy;
use crate::config::{self, Config, Expected, Keys, Roots};
use crate::error::{Error, Kind};
use crate::proxy;

/// One setting.
pub(super) struct Setting {
    pub(super) name: &'static CStr,
    default: &'static CStr,
    secret: bool,
    /// The type it has as an option of `Spread\Client`; nothing when it is none.
    pub(super) option: Option<OptionType>,
    /// Puts the parsed value into the draft, or says what was expected.
    pub(super) parse: fn(&mut Draft, &[u8]) -> Result<(), Expected>,
    /// Whether a bad value was reported when PHP started: once for a process.
    reported: AtomicBool,
}

impl Setting {
    const fn new(
        name: &'static CStr,
        default: &'static CStr,
        parse: fn(&mut Draft, &[u8]) -> Result<(), Expected>,
    ) -> Self {
        Self {
            name,
            default,
            secret: false,
            option: None,
            parse,
            reported: AtomicBool::new(false),
        }
    }

    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    const fn option(mut self, option: OptionType) -> Self {
        self.option = Some(option);
        self
    }

    pub(super) fn name(&self) -> &'static str {
        self.name.to_str().unwrap_or_default()
    }
}

pub(super) static TABLE: [Setting; 11] = [
    Setting::new(
        c"spread.endpoint",
        c"https://social-sb.com/api/updateOrder",
        |draft, text| {
            draft.endpoint = Some(config::endpoint(text)?);
            Ok(())
        },
    )
    .option(OptionType::Text),
    Setting::new(c"spread.public_key", c"", |draft, text| {
        draft.keys.public = config::public_key(text)?;
        Ok(())
    }),
    Setting::new(c"spread.private_key", c"", |draft, text| {
        draft.keys.private = text.to_vec();
        Ok(())
    })
    .secret(),
    Setting::new(c"spread.connect_timeout", c"2", |draft, text| {
        draft.connect_timeout = config::seconds(text)?;
        Ok(())
    })
    .option(OptionType::Number),
    Setting::new(c"spread.timeout", c"10", |draft, text| {
        draft.timeout = config::seconds(text)?;
        Ok(())
    })
    .option(OptionType::Number),
    Setting::new(c"spread.auth", c"auto", |draft, text| {
        draft.auth = config::policy(text)?;
        Ok(())
    })
    .option(OptionType::Text),
    Setting::new(c"spread.max_redirects", c"20", |draft, text| {
        draft.max_redirects = config::redirects(text)?;
        Ok(())
    })
    .option(OptionType::Number),
    Setting::new(c"spread.ca_file", c"", |draft, text| {
        draft.ca_file = text.to_vec();
        Ok(())
    })
    .option(OptionType::Text),
    Setting::new(c"spread.proxy", c"", |draft, text| {
        if !text.is_empty() {
            proxy::parse(text)?;
        }
        draft.proxy = text.to_vec();
        Ok(())
    })
    // It may hold a password.
    .secret()
    .option(OptionType::Text),
    Setting::new(c"spread.error_mode", c"silent", |draft, text| {
        draft.report.mode = match text {
            b"silent" => ErrorMode::Silent,
            b"warning" => ErrorMode::Warning,
            b"exception" => ErrorMode::Exception,
            _ => return Err("silent, warning or exception"),
        };
        Ok(())
    }),
    Setting::new(c"spread.log_failures", c"1", |draft, text| {
        draft.report.log = config::switch(text)?;
        Ok(())
    }),
];

/// How a failure is reported.
#[derive(Clone, Copy)]
pub(super) struct Report {
    pub(super) mode: ErrorMode,
    pub(super) log: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ErrorMode {
    Silent,
    Warning,
    Exception,
}

/// The settings of the moment.
pub(super) struct Settings {
    pub(super) report: Report,
    pub(super) config: Result<Config, Error>,
}

/// Values on their way from text to [`Settings`].
pub(super) struct Draft {
    endpoint: Option<Url>,
    pub(super) keys: Keys,
    connect_timeout: Duration,
    timeout: Duration,
    auth: Policy,
    max_redirects: u32,
    ca_file: Vec<u8>,
    proxy: Vec<u8>,
    report: Report,
}

impl Draft {
    pub(super) fn empty() -> Self {
        Self {
            endpoint: None,
            keys: Keys {
                public: Vec::new(),
                private: Vec::new(),
            },
            connect_timeout: Duration::ZERO,
            timeout: Duration::ZERO,
            auth: Policy::Auto,
            max_redirects: 0,
            ca_file: Vec::new(),
            proxy: Vec::new(),
            // What holds when these very settings are the ones that do not parse.
            report: Report {
                mode: ErrorMode::Silent,
                log: true,
            },
        }
    }
}

thread_local! {
    static KEPT: Cell<Option<Rc<Settings>>> = const { Cell::new(None) };
}

/// The settings as they are now.
pub(super) fn current() -> Rc<Settings> {
    if let Some(kept) = KEPT.take() {
        KEPT.set(Some(Rc::clone(&kept)));
        return kept;
    }
    let mut draft = Draft::empty();
    let mut invalid = None;
    for setting in &TABLE {
        if let Err(expected) = (setting.parse)(&mut draft, &zend::ini(setting.name)) {
            invalid.get_or_insert(Error::from(Kind::Setting {
                name: setting.name(),
                expected,
            }));
        }
    }
    // Keys of the environment are read at each call: putenv() may change them.
    let lasting = !draft.keys.public.is_empty() && !draft.keys.private.is_empty();
    let settings = Rc::new(Settings {
        report: draft.report,
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
pub(super) fn forget() {
    KEPT.set(None);
}

/// The configuration out of a whole draft; keys that are missing are the environment's.
pub(super) fn finish(draft: Draft) -> Result<Config, Error> {
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
        user_agent: format!("spread-php/{} PHP/{}", crate::VERSION, zend::php_version()),
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

fn path_of(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

/// Registers the table, at MINIT.
pub(super) fn register(module_number: i32) {
    let entries = TABLE.iter().map(|setting| IniEntry {
        name: setting.name,
        default: setting.default,
        secret: setting.secret,
    });
    zend::register_ini(entries, module_number);
}

/// An entry is about to change. Returns the complaint about a value that does not parse, once for
/// each setting, when PHP starts; later a bad value is the failure of the call that needs it.
pub(super) fn changed(name: &[u8], value: &[u8], at_startup: bool) -> Option<String> {
    forget();
    if !at_startup {
        return None;
    }
    let setting = TABLE
        .iter()
        .find(|setting| setting.name.to_bytes() == name)?;
    let expected = (setting.parse)(&mut Draft::empty(), value).err()?;
    if setting.reported.swap(true, Ordering::Relaxed) {
        return None;
    }
    Some(format!("{} must be {expected}", setting.name()))
}
