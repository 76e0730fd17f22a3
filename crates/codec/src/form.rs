//! The form writer: open a key, close it, write a value.
//!
//! `application/x-www-form-urlencoded` as PHP's `http_build_query()` writes it: `a[b][0]=x` with the
//! brackets escaped, spaces as `+`, everything but letters, digits, `-`, `.` and `_` as `%XX`
//! (the PHP manual's `urlencode()`).
//!
//! The path of the open keys is kept encoded, so that a leaf costs one copy of it and its own key.
//! The buffers are the caller's choice: inside PHP they live in PHP's own memory, which PHP takes
//! back even when a fatal error jumps over this code.
//!
//! ```
//! use codec::form::{FormWriter, Key};
//!
//! let mut form = FormWriter::new(Vec::new(), Vec::new());
//! let data = form.open(Key::Name(b"data"));
//! form.text(Key::Name(b"customer_city"), "Saint-Étienne".as_bytes());
//! let tags = form.open(Key::Name(b"add_tag"));
//! form.text(Key::Index(0), b"gift box");
//! form.close(tags);
//! form.close(data);
//!
//! assert_eq!(
//!     form.finish(),
//!     b"data%5Bcustomer_city%5D=Saint-%C3%89tienne&data%5Badd_tag%5D%5B0%5D=gift+box",
//! );
//! ```

/// Where the writer writes. `Vec<u8>` is one.
pub trait Sink {
    fn put(&mut self, bytes: &[u8]);
    fn truncate(&mut self, length: usize);
    fn bytes(&self) -> &[u8];
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    fn truncate(&mut self, length: usize) {
        Vec::truncate(self, length);
    }

    fn bytes(&self) -> &[u8] {
        self
    }
}

/// The deepest nesting that is sent, `$data` and `$request` themselves being level 1.
pub const DEPTH_LIMIT: usize = 128;

/// A key of an array or the name of a property.
#[derive(Clone, Copy)]
pub enum Key<'k> {
    Index(i64),
    Name(&'k [u8]),
}

/// Writes one body.
pub struct FormWriter<S> {
    body: S,
    /// A separator and the open keys, encoded: `&`, `&data%5B`, or `&data%5Bconsents%5D%5B`.
    path: S,
}

/// An open key, from [`FormWriter::open`] to [`FormWriter::close`].
pub struct Opened(usize);

impl<S: Sink> FormWriter<S> {
    /// Both buffers should be empty.
    pub fn new(body: S, mut path: S) -> Self {
        path.put(b"&");
        Self { body, path }
    }

    /// Opens `key`: what is written until [`close`](Self::close) lies in it.
    pub fn open(&mut self, key: Key<'_>) -> Opened {
        let length = self.path.bytes().len();
        let nested = self.is_nested();
        put_key(&mut self.path, key);
        self.path.put(if nested { b"%5D%5B" } else { b"%5B" });
        Opened(length)
    }

    pub fn close(&mut self, opened: Opened) {
        self.path.truncate(opened.0);
    }

    /// Writes `key=text`, the text escaped.
    pub fn text(&mut self, key: Key<'_>, text: &[u8]) {
        self.begin(key);
        put_escaped(&mut self.body, text);
    }

    /// Writes `key=number`.
    pub fn integer(&mut self, key: Key<'_>, number: i64) {
        self.begin(key);
        put_integer(&mut self.body, number);
    }

    fn begin(&mut self, key: Key<'_>) {
        let nested = self.is_nested();
        let path = self.path.bytes();
        let path = match self.body.bytes() {
            [] => path.get(1..).unwrap_or_default(),
            _ => path,
        };
        self.body.put(path);
        put_key(&mut self.body, key);
        // Two calls, each with a length that the compiler knows.
        if nested {
            self.body.put(b"%5D=");
        } else {
            self.body.put(b"=");
        }
    }

    fn is_nested(&self) -> bool {
        self.path.bytes().len() > 1
    }

    /// The path of the open keys in readable form, for a message. Long paths are cut in the middle.
    ///
    /// ```
    /// # use codec::form::{FormWriter, Key};
    /// let mut form = FormWriter::new(Vec::new(), Vec::new());
    /// form.open(Key::Name(b"data"));
    /// form.open(Key::Name(b"consents"));
    /// assert_eq!(form.readable_path(), "data[consents]");
    /// ```
    pub fn readable_path(&self) -> String {
        const LONGEST: usize = 120;
        let path = self.path.bytes().get(1..).unwrap_or_default();
        let path = path.strip_suffix(b"%5B").unwrap_or(path);
        let plain: Vec<u8> = url::form_urlencoded::parse(path)
            .flat_map(|(name, _)| name.into_owned().into_bytes())
            .collect();
        let text: Vec<char> = String::from_utf8_lossy(&plain)
            .chars()
            .filter(|c| !c.is_control())
            .collect();
        if text.len() <= LONGEST {
            return text.into_iter().collect();
        }
        let head = text.iter().take(LONGEST / 2);
        let tail = text.iter().skip(text.len() - LONGEST / 2);
        head.chain(&['…']).chain(tail).collect()
    }

    pub fn finish(self) -> S {
        self.body
    }
}

fn put_key<S: Sink>(out: &mut S, key: Key<'_>) {
    match key {
        Key::Index(index) => put_integer(out, index),
        Key::Name(name) => put_escaped(out, name),
    }
}

fn put_integer<S: Sink>(out: &mut S, number: i64) {
    out.put(itoa::Buffer::new().format(number).as_bytes());
}

/// For each byte: whether it stands for itself.
#[allow(clippy::indexing_slicing)] // The compiler runs it: out of bounds would not build.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        plain[byte] =
            (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'-' | b'.' | b'_');
        byte += 1;
    }
    plain
};

#[allow(clippy::indexing_slicing)] // A table of 256 has a place for every byte.
fn is_plain(byte: u8) -> bool {
    PLAIN[usize::from(byte)]
}

#[inline]
fn put_escaped<S: Sink>(out: &mut S, text: &[u8]) {
    // Most keys and many values. To look at every byte, two instructions each, is faster than to stop
    // at the first that is not plain.
    if text.iter().fold(true, |all, &byte| all & is_plain(byte)) {
        out.put(text);
    } else {
        put_escapes(out, text);
    }
}

#[inline(never)]
fn put_escapes<S: Sink>(out: &mut S, mut text: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    loop {
        let run = text
            .iter()
            .position(|&byte| !is_plain(byte))
            .unwrap_or(text.len());
        let (plain, rest) = text.split_at(run);
        if !plain.is_empty() {
            out.put(plain);
        }
        let Some((&byte, rest)) = rest.split_first() else {
            return;
        };
        if byte == b' ' {
            out.put(b"+");
        } else {
            let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
            out.put(&[b'%', digit(byte >> 4), digit(byte & 15)]);
        }
        text = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer() -> FormWriter<Vec<u8>> {
        FormWriter::new(Vec::new(), Vec::new())
    }

    #[test]
    fn keys_nest_as_php_nests_them() {
        let mut form = writer();
        let data = form.open(Key::Name(b"data"));
        form.text(Key::Name(b"a b"), b"c&d~");
        let tags = form.open(Key::Name(b"add_tag"));
        form.text(Key::Index(0), b"tag1");
        form.integer(Key::Index(-3), i64::MIN);
        form.close(tags);
        form.text(Key::Name(b""), "é".as_bytes());
        form.close(data);
        form.text(Key::Name(b"x"), b"");
        assert_eq!(
            String::from_utf8_lossy(&form.finish()),
            "data%5Ba+b%5D=c%26d%7E&data%5Badd_tag%5D%5B0%5D=tag1\
             &data%5Badd_tag%5D%5B-3%5D=-9223372036854775808&data%5B%5D=%C3%A9&x="
        );
    }

    #[test]
    fn every_byte_is_plain_or_escaped() {
        let mut form = writer();
        let all: Vec<u8> = (0..=255).collect();
        form.text(Key::Name(b"k"), &all);
        let body = form.finish();
        let expected: String = (0..=255u8)
            .map(|byte| match byte {
                b' ' => "+".to_owned(),
                b'-' | b'.' | b'_' => char::from(byte).to_string(),
                _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            })
            .collect();
        assert_eq!(body, format!("k={expected}").into_bytes());
    }

    #[test]
    fn a_path_reads_as_the_shop_wrote_it() {
        let mut form = writer();
        form.open(Key::Name(b"data"));
        form.open(Key::Name("bâtiment".as_bytes()));
        form.open(Key::Index(3));
        assert_eq!(form.readable_path(), "data[bâtiment][3]");
        for _ in 0..200 {
            form.open(Key::Name(b"a"));
        }
        assert!(form.readable_path().chars().count() <= 121);
        assert!(form.readable_path().contains('…'));
    }
}
