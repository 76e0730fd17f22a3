//! Exceptions, warnings and lines of the error log.

use std::ffi::{c_char, c_int};
use std::mem::ManuallyDrop;
use std::ptr;

use ext_php_rs::ffi;
use ext_php_rs::types::Zval;

use super::abi::E_WARNING;
use super::strings::ZendString;

// ext-php-rs does not bind these. PHP 8.1 to 8.5 export them with these signatures.
unsafe extern "C" {
    fn php_log_err_with_severity(message: *const c_char, severity: c_int);
}

/// Throws an exception object.
pub(crate) fn throw(exception: Zval) {
    let mut exception = ManuallyDrop::new(exception);
    // SAFETY: the engine takes ownership of the object.
    unsafe { ffi::zend_throw_exception_object(&raw mut *exception) };
}

/// Raises one E_WARNING. User code can run inside, and may not return.
pub(crate) fn warn(message: &ZendString) {
    // SAFETY: the format takes one C string, and zend_strings end in NUL.
    unsafe {
        ffi::php_error_docref(ptr::null(), E_WARNING, c"%s".as_ptr(), message.as_ptr());
    }
}

/// Writes one line to PHP's error log.
pub(crate) fn log(line: &ZendString) {
    /// syslog's LOG_NOTICE, as php_log_err() uses it.
    const NOTICE: c_int = 5;
    // SAFETY: takes a C string, and zend_strings end in NUL.
    unsafe { php_log_err_with_severity(line.as_ptr(), NOTICE) };
}
