//! Where an outbox is: `sqlite:/path` or `mysql://user:password@host:port/database`.

use std::fmt;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use url::Url;

use client::Expected;

/// Shown instead of a password.
const MASK: &str = "********";

const SQLITE: Expected =
    "sqlite:/absolute/path/outbox.db, optionally with ?synchronous=full or ?synchronous=normal";
const MYSQL: Expected = "mysql://user:password@host:3306/database, optionally with ?ssl-mode= (disabled, preferred, \
                         required, verify-ca or verify-identity), ssl-ca= or socket=; special characters are \
                         percent-encoded";
const EITHER: Expected =
    "sqlite:/absolute/path/outbox.db or mysql://user:password@host:3306/database, or empty";

/// The place of an outbox.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    Sqlite {
        path: PathBuf,
        synchronous: Synchronous,
    },
    Mysql(Server),
}

/// Which commits of SQLite wait for the disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Synchronous {
    /// Each durable commit: an update that a call has accepted survives a power cut.
    Full,
    /// None: a power cut may take the last seconds. A process that dies takes nothing.
    Normal,
}

/// A MySQL or MariaDB server.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub socket: Option<PathBuf>,
    pub user: String,
    pub password: String,
    pub database: String,
    pub tls: Tls,
    /// A PEM file of certificate authorities instead of the system's.
    pub ca_file: Option<PathBuf>,
}

/// `ssl-mode`, with the meaning it has for MySQL's own clients.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tls {
    Disabled,
    /// When the server offers it.
    Preferred,
    Required,
    VerifyCa,
    VerifyIdentity,
}

impl Address {
    /// Reads the text of `spread.outbox`; an empty one names no outbox.
    ///
    /// # Errors
    /// When it has neither form.
    pub fn parse(text: &[u8]) -> Result<Option<Self>, Expected> {
        let text = str::from_utf8(text).map_err(|_| EITHER)?.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if let Some(rest) = text.strip_prefix("sqlite:") {
            return sqlite(rest).map(Some).ok_or(SQLITE);
        }
        if text.starts_with("mysql:") {
            return mysql(text)
                .map(|server| Some(Self::Mysql(server)))
                .ok_or(MYSQL);
        }
        Err(EITHER)
    }

    /// The text as it may be shown: without the password, and not at all when the password cannot be
    /// found in it.
    #[must_use]
    pub fn masked(text: &[u8]) -> String {
        match Self::parse(text) {
            Ok(Some(address)) => address.to_string(),
            Ok(None) => String::new(),
            Err(_) if text.starts_with(b"sqlite:") => String::from_utf8_lossy(text).into_owned(),
            Err(_) => MASK.into(),
        }
    }
}

fn sqlite(rest: &str) -> Option<Address> {
    let rest = match rest.strip_prefix("//") {
        Some(rest) => rest,
        None => rest,
    };
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    let synchronous = match query {
        None | Some("synchronous=full") => Synchronous::Full,
        Some("synchronous=normal") => Synchronous::Normal,
        Some(_) => return None,
    };
    let path = PathBuf::from(path);
    (path.is_absolute() && path.file_name().is_some())
        .then_some(Address::Sqlite { path, synchronous })
}

fn mysql(text: &str) -> Option<Server> {
    let url = Url::parse(text).ok()?;
    let database = decoded(url.path().strip_prefix('/')?)?;
    let mut server = Server {
        host: url.host_str()?.trim_matches(['[', ']']).to_owned(),
        port: url.port().unwrap_or(3306),
        socket: None,
        user: decoded(url.username())?,
        password: decoded(url.password().unwrap_or_default())?,
        database,
        tls: Tls::Preferred,
        ca_file: None,
    };
    for (name, value) in url.query_pairs() {
        match &*name {
            "ssl-mode" => server.tls = Tls::parse(&value)?,
            "ssl-ca" => server.ca_file = Some(PathBuf::from(&*value)),
            "socket" => server.socket = Some(PathBuf::from(&*value)),
            _ => return None,
        }
    }
    let plain = !server.database.contains('/') && url.fragment().is_none();
    (plain && !server.database.is_empty() && !server.user.is_empty() && !server.host.is_empty())
        .then_some(server)
}

/// Percent-decoded, when all escapes are valid and the result is UTF-8.
fn decoded(text: &str) -> Option<String> {
    // percent_decode_str keeps invalid escapes as they are.
    let is_escape = |rest: &str| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !text.split('%').skip(1).all(is_escape) {
        return None;
    }
    let text = percent_decode_str(text).decode_utf8().ok()?;
    Some(text.into_owned())
}

impl Tls {
    fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().replace('_', "-").as_str() {
            "disabled" => Self::Disabled,
            "preferred" => Self::Preferred,
            "required" => Self::Required,
            "verify-ca" => Self::VerifyCa,
            "verify-identity" => Self::VerifyIdentity,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Preferred => "preferred",
            Self::Required => "required",
            Self::VerifyCa => "verify-ca",
            Self::VerifyIdentity => "verify-identity",
        }
    }
}

/// Without the password.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path, synchronous } => {
                write!(f, "sqlite:{}", path.display())?;
                match synchronous {
                    Synchronous::Full => Ok(()),
                    Synchronous::Normal => f.write_str("?synchronous=normal"),
                }
            }
            Self::Mysql(server) => {
                let password = if server.password.is_empty() { "" } else { ":" };
                let mask = if server.password.is_empty() { "" } else { MASK };
                write!(
                    f,
                    "mysql://{}{password}{mask}@{}:{}/{}",
                    server.user, server.host, server.port, server.database
                )?;
                let path = |path: &Path| path.display().to_string();
                let given = [
                    (server.tls != Tls::Preferred)
                        .then(|| format!("ssl-mode={}", server.tls.name())),
                    server
                        .ca_file
                        .as_deref()
                        .map(|file| format!("ssl-ca={}", path(file))),
                    server
                        .socket
                        .as_deref()
                        .map(|file| format!("socket={}", path(file))),
                ];
                let given: Vec<String> = given.into_iter().flatten().collect();
                if given.is_empty() {
                    return Ok(());
                }
                write!(f, "?{}", given.join("&"))
            }
        }
    }
}

impl fmt::Debug for Address {
    // Not derived: a dump may end up in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Address {
        Address::parse(text.as_bytes()).unwrap().unwrap()
    }

    #[test]
    fn both_forms_are_read() {
        for text in [
            "sqlite:/var/lib/spread/outbox.db",
            "sqlite:///var/lib/spread/outbox.db?synchronous=full",
        ] {
            assert_eq!(
                parsed(text),
                Address::Sqlite {
                    path: "/var/lib/spread/outbox.db".into(),
                    synchronous: Synchronous::Full
                }
            );
        }
        let Address::Mysql(server) =
            parsed("mysql://shop:p%40ss%2F@db.example:3307/spread?ssl-mode=VERIFY_IDENTITY")
        else {
            panic!("not a MySQL address")
        };
        assert_eq!(
            (&*server.user, &*server.password, server.port, &*server.host),
            ("shop", "p@ss/", 3307, "db.example")
        );
        assert_eq!(server.tls, Tls::VerifyIdentity);
        assert_eq!(Address::parse(b"  ").unwrap(), None);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "outbox.db",
            "/var/lib/outbox.db",
            "sqlite:",
            "sqlite:outbox.db",
            "sqlite:/",
            "sqlite:/a.db?mode=ro",
            "mysql://host",
            "mysql://host/db",
            "mysql://u:p@host/",
            "mysql://u:p@host/db?ssl-mode=maybe",
            "mysql://u:p@host/db?password=x",
            "mysql://u:%zz@host/db",
            "postgres://u:p@host/db",
        ] {
            assert!(Address::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn no_password_is_shown() {
        for (text, shown) in [
            ("mysql://u:s3cret@h/d", "mysql://u:********@h:3306/d"),
            ("mysql://u@h/d", "mysql://u@h:3306/d"),
            (
                "mysql://u:s3cret@h/d?ssl-mode=required&ssl-ca=/a.pem",
                "mysql://u:********@h:3306/d?ssl-mode=required&ssl-ca=/a.pem",
            ),
            ("mysql://u:s3cret@h/d?password=s3cret", "********"),
            ("mysql:u:s3cret", "********"),
            ("u:s3cret@h", "********"),
            ("sqlite:relative.db", "sqlite:relative.db"),
            ("", ""),
        ] {
            assert_eq!(Address::masked(text.as_bytes()), shown);
        }
        assert!(!format!("{:?}", parsed("mysql://u:s3cret@h/d")).contains("s3cret"));
    }
}
