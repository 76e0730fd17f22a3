//! Literals of PHP.

pub(crate) fn integer(text: &str) -> Option<f64> {
    let digits = text.replace('_', "").to_ascii_lowercase();
    let octal = digits
        .strip_prefix("0o")
        .or_else(|| digits.strip_prefix('0').filter(|rest| !rest.is_empty()));
    let number = match (digits.strip_prefix("0x"), digits.strip_prefix("0b"), octal) {
        (Some(hex), _, _) => i64::from_str_radix(hex, 16).ok()?,
        (_, Some(binary), _) => i64::from_str_radix(binary, 2).ok()?,
        (_, _, Some(octal)) => i64::from_str_radix(octal, 8).ok()?,
        _ => digits.parse().ok()?,
    };
    // Numbers of seconds and the like are far below 2^53.
    Some(number as f64)
}

/// The bytes between single quotes.
pub(crate) fn single_quoted(source: &[u8]) -> Vec<u8> {
    let inner = source
        .strip_prefix(b"'")
        .and_then(|rest| rest.strip_suffix(b"'"))
        .unwrap_or(source);
    let mut bytes = inner.iter().peekable();
    let mut text = Vec::with_capacity(inner.len());
    while let Some(byte) = bytes.next() {
        let escaped = (*byte == b'\\')
            .then(|| bytes.next_if(|next| matches!(next, b'\\' | b'\'')))
            .flatten();
        text.push(*escaped.unwrap_or(byte));
    }
    text
}

/// What an escape between double quotes stands for; `None` for the rare ones.
pub(crate) fn escaped(source: &[u8]) -> Option<Vec<u8>> {
    let byte = match source {
        b"\\n" => b'\n',
        b"\\r" => b'\r',
        b"\\t" => b'\t',
        [b'\\', byte @ (b'\\' | b'$' | b'"')] => *byte,
        _ => return None,
    };
    Some(vec![byte])
}
