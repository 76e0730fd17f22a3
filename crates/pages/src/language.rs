//! English and French: `?lang=` first, which a cookie then remembers, else the browser's languages.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};

use crate::parameters::Parameters;

/// The cookie that remembers a choice.
pub(crate) const COOKIE: &str = "spread_lang";

/// The language of a page. A handler takes it as an argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    English,
    French,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::French];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::French => "Français",
        }
    }

    /// The text in this language.
    #[must_use]
    pub fn of<T>(self, english: T, french: T) -> T {
        match self {
            Self::English => english,
            Self::French => french,
        }
    }

    /// The language that `?lang=` chooses.
    pub(crate) fn chosen(uri: &Uri) -> Option<Self> {
        let query = Parameters::read(uri.query().unwrap_or_default().as_bytes());
        Self::from_code(query.get("lang"))
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.code() == code)
    }

    fn of_request(uri: &Uri, headers: &HeaderMap) -> Self {
        Self::chosen(uri)
            .or_else(|| Self::from_code(cookie(headers, COOKIE)?))
            .or_else(|| accepted(headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?))
            .unwrap_or(Self::English)
    }
}

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of_request(&parts.uri, &parts.headers))
    }
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// The first of a browser's languages that there is, by weight (RFC 9110 section 12.5.4).
fn accepted(languages: &str) -> Option<Language> {
    let mut best = None;
    for range in languages.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default();
        let weight = parts
            .find_map(|part| part.strip_prefix("q="))
            .map_or(Some(1.0), |weight| weight.parse::<f64>().ok())
            .unwrap_or(0.0);
        let code = tag.split('-').next().unwrap_or_default();
        let language = Language::from_code(&code.to_ascii_lowercase());
        let is_better = best.is_none_or(|(_, known)| weight > known);
        if let (Some(language), true) = (language, weight > 0.0 && is_better) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_comes_before_the_cookie_and_the_browser() {
        let language = |uri: &'static str, cookie: &'static str, accepted: &'static str| {
            let mut headers = HeaderMap::new();
            for (name, value) in [
                (header::COOKIE, cookie),
                (header::ACCEPT_LANGUAGE, accepted),
            ] {
                if !value.is_empty() {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            Language::of_request(&Uri::from_static(uri), &headers).code()
        };
        assert_eq!(language("/?lang=fr", "spread_lang=en", "en"), "fr");
        assert_eq!(language("/", "a=b; spread_lang=fr", "en"), "fr");
        assert_eq!(language("/?lang=de", "", "de, fr-CA;q=0.8, en;q=0.7"), "fr");
        assert_eq!(language("/", "", "en;q=0.2, FR;q=0.9"), "fr");
        assert_eq!(language("/", "", "fr;q=0, en;q=0.1"), "en");
        assert_eq!(language("/", "", "de"), "en");
        assert_eq!(language("/", "", ""), "en");
    }
}
