//! The options of a curl handle: what each of them means for the call that takes their place.

use settings::{Row, table};

use crate::php::{Node, Reason, excerpt, line, parts, short};
use crate::value::{Known, Origin};
use crate::values::Reader;

/// `curl_setopt($curl, NAME, value)`, or an element of `curl_setopt_array()`.
#[derive(Clone)]
pub(crate) struct CurlOption<'a> {
    pub(crate) name: String,
    pub(crate) value: Node<'a>,
}

/// Where a place differs from the documented code.
#[derive(Clone, Debug)]
pub(crate) struct Difference {
    pub(crate) line: usize,
    pub(crate) text: String,
    /// The name and the value of the setting that takes its place.
    pub(crate) setting: Option<(&'static str, Vec<u8>)>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Keys {
    Pair {
        public: Vec<u8>,
        private: Vec<u8>,
    },
    /// The two variables that the extension reads itself.
    Environment,
}

/// All options of a handle together.
#[derive(Default)]
pub(crate) struct Meaning<'a> {
    /// The expression of the URL.
    pub(crate) url: Option<Node<'a>>,
    pub(crate) body: Option<Node<'a>>,
    pub(crate) keys: Option<Keys>,
    /// The texts that hold a key.
    pub(crate) key_origins: Vec<Origin>,
    /// Texts that must not be printed.
    pub(crate) secrets: Vec<Vec<u8>>,
    pub(crate) differences: Vec<Difference>,
    pub(crate) reasons: Vec<Reason>,
    returns: bool,
    auth: Option<&'static str>,
    names: Vec<String>,
}

pub(crate) fn meaning<'a>(reader: &Reader<'a>, options: &[CurlOption<'a>]) -> Meaning<'a> {
    let mut meaning = Meaning::default();
    for option in options {
        meaning.read(reader, option);
        meaning.names.push(option.name.clone());
    }
    meaning
}

impl<'a> Meaning<'a> {
    fn read(&mut self, reader: &Reader<'a>, option: &CurlOption<'a>) {
        let CurlOption { name, value } = option;
        match name.as_str() {
            "CURLOPT_URL" => self.url = Some(*value),
            "CURLOPT_POSTFIELDS" => self.body = Some(*value),
            "CURLOPT_USERPWD" => self.user_and_password(reader, *value),
            "CURLOPT_HTTPAUTH" => self.auth(reader, *value),
            "CURLOPT_RETURNTRANSFER" => self.returns = self.is_on(reader, option),
            "CURLOPT_HTTPHEADER" => self.headers(reader, *value),
            "CURLOPT_CUSTOMREQUEST" => {
                if reader.text(*value).ok().map(|known| known.0) != Some(b"POST".to_vec()) {
                    self.refuse(reader, option, "sets another request method than POST");
                }
            }
            "CURLOPT_POST" => {
                if !self.is_on(reader, option) {
                    self.refuse(reader, option, "may turn POST off");
                }
            }
            "CURLOPT_HEADER" | "CURLOPT_NOBODY" | "CURLOPT_UPLOAD" | "CURLOPT_PUT"
            | "CURLOPT_HTTPGET" => {
                if self.is_on(reader, option) || reader.value(*value).is_err() {
                    self.refuse(reader, option, "changes what is sent or returned");
                }
            }
            "CURLOPT_POSTREDIR" | "CURLOPT_FOLLOWLOCATION" => {
                if reader.value(*value).is_ok() && !self.is_on(reader, option) {
                    self.differs(
                        option,
                        reader,
                        "redirects are followed, always with the POST",
                        None,
                    );
                }
            }
            "CURLOPT_MAXREDIRS" => match reader.value(*value).map(|known| known.value.number()) {
                Ok(Some(-1.0)) => {}
                Ok(Some(count)) => self.setting(
                    reader,
                    option,
                    &table::MAX_REDIRECTS,
                    count.to_string().into_bytes(),
                ),
                _ => self.refuse(reader, option, UNKNOWN_VALUE),
            },
            "CURLOPT_TIMEOUT" => self.seconds(reader, option, &table::TIMEOUT, 1.0),
            "CURLOPT_TIMEOUT_MS" => self.seconds(reader, option, &table::TIMEOUT, 1000.0),
            "CURLOPT_CONNECTTIMEOUT" => self.seconds(reader, option, &table::CONNECT_TIMEOUT, 1.0),
            "CURLOPT_CONNECTTIMEOUT_MS" => {
                self.seconds(reader, option, &table::CONNECT_TIMEOUT, 1000.0)
            }
            "CURLOPT_CAINFO" => match reader.text(*value) {
                Ok((file, _)) => self.setting(reader, option, &table::CA_FILE, file),
                Err(_) => self.refuse(reader, option, UNKNOWN_VALUE),
            },
            "CURLOPT_PROXY" => match reader.text(*value) {
                Ok((proxy, _)) if proxy.is_empty() => {
                    self.refuse(reader, option, "turns the proxy of the environment off");
                }
                Ok((proxy, _)) => {
                    self.secrets.extend(password_of(&proxy));
                    self.setting(reader, option, &table::PROXY, proxy);
                }
                Err(_) => self.refuse(reader, option, UNKNOWN_VALUE),
            },
            "CURLOPT_SSL_VERIFYPEER" | "CURLOPT_SSL_VERIFYHOST" => {
                if !self.is_on(reader, option) {
                    let text = "the certificate is always verified; a CA of your own belongs into";
                    self.differs(option, reader, text, Some(&table::CA_FILE));
                }
            }
            "CURLOPT_USERAGENT" => {
                self.differs(option, reader, "the User-Agent names the extension", None)
            }
            _ if HARMLESS.contains(&name.as_str()) => {
                self.differs(option, reader, "not needed by the extension", None);
            }
            _ => self.refuse(reader, option, "has no counterpart"),
        }
    }

    /// What the options amount to together.
    pub(crate) fn complete(&mut self, reader: &Reader<'a>, init: Node<'a>) {
        let auth = self.auth.unwrap_or("basic");
        if self.keys.is_some() && auth != "auto" {
            self.differences.push(Difference {
                line: line(init),
                text: format!("the keys are sent as {auth}"),
                setting: Some((table::AUTH.about().name(), auth.into())),
            });
        }
        if let Some(Keys::Pair { public, private }) = self.keys.clone() {
            for (row, key) in [
                (&table::PUBLIC_KEY as &dyn Row, public),
                (&table::PRIVATE_KEY, private),
            ] {
                if row.check(&key).is_err() || key.is_empty() {
                    self.reasons.push(
                        reader
                            .php
                            .reason(init, format!("{} cannot take the key", row.about().name())),
                    );
                }
            }
        }
        let missing = |name: &str| !self.names.iter().any(|known| known == name);
        let mut reasons = Vec::new();
        if self.keys.is_none() && self.reasons.is_empty() {
            reasons.push("no API keys are set on the handle");
        }
        if missing("CURLOPT_POSTFIELDS") {
            reasons.push("no CURLOPT_POSTFIELDS is set on the handle");
        }
        if !self.returns {
            reasons.push("the response is printed, because CURLOPT_RETURNTRANSFER is not on");
        }
        let line = line(init);
        let texts = reasons.into_iter().map(str::to_owned);
        self.reasons.extend(texts.map(|text| Reason { line, text }));
        if missing("CURLOPT_FOLLOWLOCATION") {
            self.differences.push(Difference {
                line,
                text: "CURLOPT_FOLLOWLOCATION is not set: redirects are followed, always with the POST".into(),
                setting: None,
            });
        }
    }

    fn is_on(&self, reader: &Reader<'a>, option: &CurlOption<'a>) -> bool {
        let value = reader.value(option.value);
        let number = |known: Known| known.value.number().is_none_or(|number| number != 0.0);
        value.map_or_else(|_| is_curl_constant(&reader.php.text(option.value)), number)
    }

    fn refuse(&mut self, reader: &Reader<'a>, option: &CurlOption<'a>, text: &str) {
        let text = format!("{} {text}", option.name);
        self.reasons.push(reader.php.reason(option.value, text));
    }

    fn differs(
        &mut self,
        option: &CurlOption<'a>,
        reader: &Reader<'a>,
        text: &str,
        row: Option<&dyn Row>,
    ) {
        let source = excerpt(reader.php, option.value);
        let place = row.map_or_else(String::new, |row| format!(" {}", row.about().name()));
        self.differences.push(Difference {
            line: line(option.value),
            text: format!("{} is {source}: {text}{place}", option.name),
            setting: None,
        });
    }

    fn setting(
        &mut self,
        reader: &Reader<'a>,
        option: &CurlOption<'a>,
        row: &'static dyn Row,
        value: Vec<u8>,
    ) {
        let about = row.about();
        if let Err(expected) = row.check(&value) {
            return self.refuse(
                reader,
                option,
                &format!("does not fit: {} must be {expected}", about.name()),
            );
        }
        let shown = match about.mask {
            Some(mask) => mask(&value),
            None => String::from_utf8_lossy(&value).into_owned(),
        };
        self.differences.push(Difference {
            line: line(option.value),
            text: format!("{} is {shown}", option.name),
            setting: Some((about.name(), value)),
        });
    }

    fn seconds(
        &mut self,
        reader: &Reader<'a>,
        option: &CurlOption<'a>,
        row: &'static dyn Row,
        unit: f64,
    ) {
        match reader.value(option.value).map(|known| known.value.number()) {
            Ok(Some(0.0)) => self.differs(option, reader, "the call ends after", Some(row)),
            Ok(Some(number)) => {
                self.setting(
                    reader,
                    option,
                    row,
                    (number / unit).to_string().into_bytes(),
                );
            }
            _ => self.refuse(reader, option, UNKNOWN_VALUE),
        }
    }

    fn auth(&mut self, reader: &Reader<'a>, value: Node<'a>) {
        let text = reader.php.text(value).replace(char::is_whitespace, "");
        self.auth = match text.trim_start_matches('\\') {
            "CURLAUTH_ANY" => Some("auto"),
            "CURLAUTH_BASIC" => Some("basic"),
            "CURLAUTH_DIGEST" => Some("digest"),
            "CURLAUTH_BASIC|CURLAUTH_DIGEST" | "CURLAUTH_DIGEST|CURLAUTH_BASIC" => Some("any"),
            _ => {
                let option = CurlOption {
                    name: "CURLOPT_HTTPAUTH".into(),
                    value,
                };
                self.refuse(reader, &option, "names a scheme that spread.auth does not");
                None
            }
        };
    }

    fn headers(&mut self, reader: &Reader<'a>, value: Node<'a>) {
        let value = if value.kind() == "variable_name" {
            reader.assigned_value(value).unwrap_or(value)
        } else {
            value
        };
        let option = CurlOption {
            name: "CURLOPT_HTTPHEADER".into(),
            value,
        };
        if value.kind() != "array_creation_expression" {
            return self.refuse(reader, &option, UNKNOWN_VALUE);
        }
        for element in parts(value) {
            let Some(header) = parts(element).last().copied() else {
                continue;
            };
            let text = match reader.text(header) {
                Ok((text, _)) => text,
                Err(unknown) => unknown.beginning,
            };
            if text.to_ascii_lowercase().starts_with(b"authorization:") {
                let secret = text.split(|byte| *byte == b' ').next_back();
                self.secrets.extend(secret.map(<[u8]>::to_vec));
            }
            let text = String::from_utf8_lossy(&text).to_ascii_lowercase();
            let (name, content) = text.split_once(':').unwrap_or((&text, ""));
            let content = content.trim();
            let same = match name.trim() {
                "content-length" | "connection" | "expect" => true,
                "content-type" => {
                    content.split(';').next() == Some("application/x-www-form-urlencoded")
                }
                "accept" => content == "*/*",
                _ => false,
            };
            if !same {
                // The content may be a key.
                let text = format!(
                    "sends the header \"{}\", which the extension does not",
                    short(name)
                );
                self.refuse(reader, &option, &text);
            }
        }
    }
}

const UNKNOWN_VALUE: &str = "has a value that is not known here";

/// Options that change neither the order nor the response.
const HARMLESS: &[&str] = &[
    "CURLOPT_DNS_CACHE_TIMEOUT",
    "CURLOPT_ENCODING",
    "CURLOPT_ACCEPT_ENCODING",
    "CURLOPT_FAILONERROR",
    "CURLOPT_FORBID_REUSE",
    "CURLOPT_FRESH_CONNECT",
    "CURLOPT_HTTP_VERSION",
    "CURLOPT_NOSIGNAL",
    "CURLOPT_SSLVERSION",
    "CURLOPT_TCP_NODELAY",
    "CURLINFO_HEADER_OUT",
];

fn is_curl_constant(source: &str) -> bool {
    source.trim_start_matches('\\').starts_with("CURL")
}

fn password_of(url: &[u8]) -> Option<Vec<u8>> {
    let at = url.iter().rposition(|byte| *byte == b'@')?;
    let user = url.get(..at)?;
    let colon = user.iter().rposition(|byte| *byte == b':')?;
    user.get(colon + 1..).map(<[u8]>::to_owned)
}
