//! Building PHP's arrays.

use std::ffi::c_char;
use std::mem::ManuallyDrop;

use ext_php_rs::boxed::ZBox;
use ext_php_rs::ffi;
use ext_php_rs::types::{ZendHashTable, Zval};

use super::strings::ZendString;

// ext-php-rs does not bind these. PHP 8.1 to 8.6 export them with these signatures.
unsafe extern "C" {
    fn _zend_handle_numeric_str_ex(key: *const c_char, length: usize, index: *mut u64) -> bool;
    fn zend_memory_usage(real: bool) -> usize;
}

/// A key of a decoded object, as a PHP array stores it: `"5"` and `"-5"` are integers.
pub(crate) enum ArrayKey {
    Index(u64),
    Name(ZendString),
}

impl ArrayKey {
    pub(crate) fn new(text: &str) -> Self {
        let mut index = 0;
        let numeric = matches!(text.as_bytes(), [b'0'..=b'9', ..] | [b'-', b'0'..=b'9', ..])
            // SAFETY: with a digit in front, or after the sign, the engine reads `len` bytes.
            && unsafe {
                _zend_handle_numeric_str_ex(text.as_ptr().cast(), text.len(), &raw mut index)
            };
        if numeric {
            Self::Index(index)
        } else {
            Self::Name(ZendString::new(text.as_bytes()))
        }
    }
}

/// Appends to a list.
pub(crate) fn push(list: &mut ZBox<ZendHashTable>, value: Zval) {
    let mut value = ManuallyDrop::new(value);
    // SAFETY: the array takes ownership of the value. Memory is full before a list is.
    unsafe { ffi::zend_hash_next_index_insert(&raw mut **list, &raw mut *value) };
}

/// Sets a key. An existing key keeps its place and gets the new value.
pub(crate) fn set(map: &mut ZBox<ZendHashTable>, key: &ArrayKey, value: Zval) {
    let mut value = ManuallyDrop::new(value);
    let map = &raw mut **map;
    // SAFETY: the array takes ownership of the value, and adds its own reference to the name.
    unsafe {
        match key {
            ArrayKey::Index(index) => ffi::zend_hash_index_update(map, *index, &raw mut *value),
            ArrayKey::Name(name) => ffi::zend_hash_update(map, name.0.as_ptr(), &raw mut *value),
        };
    }
}

/// Whether `memory_limit` is passed. A PHP that ends a script over its limit only when the running
/// function returns needs this function to return; elsewhere it is never true.
pub(crate) fn over_memory_limit() -> bool {
    // SAFETY: reads two numbers of the running thread.
    let (used, limit) = unsafe {
        let limit = (*ffi::ext_php_rs_process_globals()).memory_limit;
        (zend_memory_usage(true), limit)
    };
    usize::try_from(limit).is_ok_and(|limit| limit > 0 && used > limit)
}
