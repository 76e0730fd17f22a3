//! The fields of a query or of a form.

use url::form_urlencoded;

/// Fields in their sequence.
#[derive(Clone, Default, Debug)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    #[must_use]
    pub fn read(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The field of this name, or an empty text.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        let mut fields = self.0.iter();
        let found = fields.find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.0.iter();
        fields.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        self.get(name).parse().ok()
    }

    /// As a query with one field set to a value, which an empty value removes.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> String {
        let mut query = form_urlencoded::Serializer::for_suffix(String::from("?"), 1);
        for (known, value) in self.0.iter().filter(|(known, _)| known != name) {
            query.append_pair(known, value);
        }
        if !value.is_empty() {
            query.append_pair(name, value);
        }
        query.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_replaced() {
        let parameters = Parameters::read(b"q=a%26b&page=2&lang=fr");
        assert_eq!(parameters.get("q"), "a&b");
        assert_eq!(parameters.number("page"), Some(2));
        assert_eq!(parameters.number("q"), None);
        assert_eq!(parameters.get("none"), "");
        assert_eq!(parameters.with("page", "3"), "?q=a%26b&lang=fr&page=3");
        assert_eq!(parameters.with("lang", ""), "?q=a%26b&page=2");
        assert_eq!(Parameters::default().with("lang", ""), "?");
    }
}
