//! Strings in PHP's memory: finished ones, and one that grows.

use std::ffi::c_char;
use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};

use codec::form::Sink;
use ext_php_rs::boxed::ZBox;
use ext_php_rs::ffi;
use ext_php_rs::types::{ZendStr, Zval};

// ext-php-rs does not bind these. PHP 8.1 to 8.6 export them with these signatures.
unsafe extern "C" {
    fn smart_str_erealloc(string: *mut SmartStr, length: usize);
    fn zval_get_string_func(value: *mut ffi::zval) -> *mut ffi::zend_string;
}

/// # Safety
/// `string` must be a live zend_string that lives for `'t` or until Zend is called again.
pub(super) unsafe fn string_bytes<'t>(string: *const ffi::zend_string) -> &'t [u8] {
    // SAFETY: a zend_string holds `len` bytes.
    unsafe {
        let start = (&raw const (*string).val).cast::<u8>();
        std::slice::from_raw_parts(start, (*string).len)
    }
}

/// A string in PHP's memory.
pub(crate) struct ZendString(pub(super) NonNull<ffi::zend_string>);

impl ZendString {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        // SAFETY: copies `len` bytes; the allocator ends the request rather than return null.
        unsafe {
            Self(NonNull::new_unchecked(ffi::ext_php_rs_zend_string_init(
                bytes.as_ptr().cast(),
                bytes.len(),
                false,
            )))
        }
    }

    /// A double as PHP converts it, by the ini `precision`.
    pub(crate) fn from_float(number: f64) -> Self {
        // PHP 8.5 warns of NAN, and a user's error handler could change what is being read. A small `precision`
        // cuts it as it cuts INF.
        if number.is_nan() {
            let infinite = Self::from_float(f64::INFINITY);
            let length = infinite.as_bytes().len();
            return Self::new(b"NAN".get(..length).unwrap_or(b"NAN"));
        }
        let mut value = Zval::new();
        value.set_double(number);
        // SAFETY: any other double is converted without user code, and always to a string.
        unsafe { Self(NonNull::new_unchecked(zval_get_string_func(&raw mut value))) }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        // SAFETY: live while we hold it.
        unsafe { string_bytes(self.0.as_ptr()) }
    }

    pub(crate) fn into_zval(self) -> Zval {
        let raw = ManuallyDrop::new(self).0.as_ptr();
        let mut value = Zval::new();
        // SAFETY: our reference becomes the box's, and the box's the zval's.
        value.set_zend_string(unsafe { ZBox::<ZendStr>::from_raw(raw.cast()) });
        value
    }

    /// The bytes as a C string: zend_strings end in NUL.
    pub(super) fn as_ptr(&self) -> *const c_char {
        // SAFETY: live while we hold it.
        unsafe { (&raw const (*self.0.as_ptr()).val).cast() }
    }
}

impl Drop for ZendString {
    fn drop(&mut self) {
        // SAFETY: gives back our reference.
        unsafe { ffi::ext_php_rs_zend_string_release(self.0.as_ptr()) };
    }
}

/// The engine's `smart_str`.
#[repr(C)]
struct SmartStr {
    string: *mut ffi::zend_string,
    capacity: usize,
}

/// A growing string in PHP's memory, which counts towards `memory_limit`.
pub(crate) struct Buffer(SmartStr);

impl Buffer {
    pub(crate) const fn new() -> Self {
        Self(SmartStr {
            string: ptr::null_mut(),
            capacity: 0,
        })
    }

    /// Makes room for `more` bytes and a NUL. Returns the length.
    #[inline]
    fn reserve(&mut self, more: usize) -> usize {
        // SAFETY: null, or a string that is ours.
        let length = unsafe { self.0.string.as_ref() }.map_or(0, |string| string.len);
        if self.0.string.is_null() || length + more >= self.0.capacity {
            self.grow(length, length + more);
        }
        length
    }

    #[cold]
    fn grow(&mut self, length: usize, wanted: usize) {
        // SAFETY: what smart_str_alloc() does; a new string has no length yet.
        unsafe {
            smart_str_erealloc(&raw mut self.0, wanted);
            (*self.0.string).len = length;
        }
    }

    pub(crate) fn into_string(self) -> ZendString {
        let buffer = ManuallyDrop::new(self);
        let Some(string) = NonNull::new(buffer.0.string) else {
            return ZendString::new(b"");
        };
        // SAFETY: `put` keeps the length below the capacity, so there is room for the final NUL.
        unsafe {
            let start = (&raw mut (*string.as_ptr()).val).cast::<u8>();
            start.add((*string.as_ptr()).len).write(0);
        }
        ZendString(string)
    }
}

impl Sink for Buffer {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let length = self.reserve(bytes.len());
        // SAFETY: there is room for the bytes after the string's own. `bytes` cannot overlap: no Sink
        // hands out a part of itself while it is written to.
        unsafe {
            let start = (&raw mut (*self.0.string).val).cast::<u8>();
            ptr::copy_nonoverlapping(bytes.as_ptr(), start.add(length), bytes.len());
            (*self.0.string).len = length + bytes.len();
        }
    }

    fn truncate(&mut self, length: usize) {
        // SAFETY: a string that exists is ours alone.
        if let Some(string) = unsafe { self.0.string.as_mut() }
            && length < string.len
        {
            string.len = length;
        }
    }

    fn bytes(&self) -> &[u8] {
        if self.0.string.is_null() {
            return &[];
        }
        // SAFETY: live while we hold it.
        unsafe { string_bytes(self.0.string) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if !self.0.string.is_null() {
            // SAFETY: the string is ours.
            unsafe { ffi::ext_php_rs_zend_string_release(self.0.string) };
        }
    }
}
