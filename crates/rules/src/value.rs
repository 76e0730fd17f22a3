//! The values of an order, as the rules read them.

/// A value of an order, as PHP has it.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(Vec<u8>),
    Array(Vec<(Key, Value)>),
    /// Any other type, such as `object`. No rule accepts one.
    Other(&'static str),
    /// Not read because it contains itself or is nested too deep: it cannot be sent.
    Endless,
    /// Not read because it is too large. It breaks no rule.
    Unread,
}

/// A key of an array.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Key {
    Index(i64),
    Name(Vec<u8>),
}

impl Key {
    /// PHP makes an integer of a key that reads like one: `5` and `-5`, not `05` and not `+5`.
    #[must_use]
    pub fn of(name: &[u8]) -> Self {
        let number = std::str::from_utf8(name)
            .ok()
            .and_then(|text| text.parse::<i64>().ok())
            .filter(|number| number.to_string().as_bytes() == name);
        number.map_or_else(|| Self::Name(name.to_vec()), Self::Index)
    }
}

impl Value {
    /// The value of a field, when this is an array that has it.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Self> {
        let found = entries(self).iter().find(|(key, _)| is(key, field));
        found.map(|(_, value)| value)
    }
}

pub(crate) fn entries(value: &Value) -> &[(Key, Value)] {
    match value {
        Value::Array(entries) => entries,
        _ => &[],
    }
}

pub(crate) fn is(key: &Key, name: &str) -> bool {
    matches!(key, Key::Name(bytes) if bytes == name.as_bytes())
}

pub(crate) fn is_empty_array(value: &Value) -> bool {
    matches!(value, Value::Array(entries) if entries.is_empty())
}

pub(crate) fn is_empty(value: &Value) -> bool {
    is_empty_array(value) || matches!(value, Value::Text(text) if text.is_empty())
}

pub(crate) fn is_not_utf_8(value: &Value) -> bool {
    let is_broken = |text: &[u8]| std::str::from_utf8(text).is_err();
    match value {
        Value::Text(text) => is_broken(text),
        Value::Array(entries) => entries
            .iter()
            .any(|(key, _)| matches!(key, Key::Name(name) if is_broken(name))),
        _ => false,
    }
}

/// Whether a text holds an entity of HTML: `&amp;`, `&#039;`, `&#x27;`, `&eacute;`. A shop that stores escaped
/// text has them in names and addresses.
pub(crate) fn is_escaped(value: &Value) -> bool {
    /// The longest names that `htmlentities()` writes (`&thetasym;`) have eight letters and digits.
    const LONGEST: usize = 8;
    let Value::Text(text) = value else {
        return false;
    };
    let mut rests = text.split(|byte| *byte == b'&').skip(1);
    rests.any(|rest| {
        let end = rest.iter().take(LONGEST + 1).position(|byte| *byte == b';');
        match rest.get(..end.unwrap_or(0)) {
            Some([b'#', b'x' | b'X', digits @ ..]) => {
                !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit)
            }
            Some([b'#', digits @ ..]) => {
                !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
            }
            Some([first, second, more @ ..]) => {
                first.is_ascii_alphabetic()
                    && second.is_ascii_alphabetic()
                    && more.iter().all(u8::is_ascii_alphanumeric)
            }
            _ => false,
        }
    })
}

/// Whether the value, or one in it, passes a test. Recurses as deep as the value, which its reader bounds.
pub(crate) fn any(value: &Value, test: &dyn Fn(&Value) -> bool) -> bool {
    test(value) || entries(value).iter().any(|(_, inner)| any(inner, test))
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn only_integers_as_php_writes_them_are_integer_keys() {
        assert_eq!(Key::of(b"-5"), Key::Index(-5));
        for name in ["05", "+5", "-0", "5.0", "", " 5", "9223372036854775808"] {
            assert_eq!(Key::of(name.as_bytes()), Key::Name(name.into()));
        }
    }
}
