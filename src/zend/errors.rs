//! Exceptions, warnings and log lines.

use std::ffi::{c_char, c_int};
use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};
use std::time::SystemTime;

use ext_php_rs::ffi;
use ext_php_rs::types::Zval;

use super::abi::E_WARNING;
use super::response;
use super::strings::ZendString;

// ext-php-rs does not bind these. PHP 8.1 to 8.6 export them with these signatures.
unsafe extern "C" {
    fn php_format_date(
        format: *const c_char,
        length: usize,
        time: libc::time_t,
        local: bool,
    ) -> *mut ffi::zend_string;
    fn php_log_err_with_severity(message: *const c_char, severity: c_int);
    fn php_syslog(priority: c_int, format: *const c_char, ...);
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
    if response::log_has_left() {
        return syslog(line);
    }
    /// syslog's LOG_NOTICE, as php_log_err() uses it.
    const NOTICE: c_int = 5;
    // SAFETY: takes a C string, and zend_strings end in NUL.
    unsafe { php_log_err_with_severity(line.as_ptr(), NOTICE) };
}

/// Writes one line to syslog, with the ident and the facility that PHP's settings name.
pub(crate) fn syslog(line: &ZendString) {
    // SAFETY: the format takes one C string, and zend_strings end in NUL.
    unsafe { php_syslog(libc::LOG_WARNING, c"%s".as_ptr(), line.as_ptr()) };
}

/// The time as in PHP's error log, such as `28-Nov-2026 00:20:00 UTC`.
pub(crate) fn log_time() -> ZendString {
    const FORMAT: &str = "d-M-Y H:i:s e";
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.map_or(0, |time| time.as_secs().cast_signed());
    // SAFETY: takes a format and its length, and returns a new string.
    let time = unsafe { php_format_date(FORMAT.as_ptr().cast(), FORMAT.len(), now, true) };
    NonNull::new(time).map_or_else(|| ZendString::new(b""), ZendString)
}
