//! The environment of the process, PHP's version, and the INI entries in `phpinfo()`.

use std::ffi::{CStr, c_char};

use ext_php_rs::ffi;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::ModuleEntry;

// ext-php-rs does not bind these. PHP 8.1 to 8.6 export them with these signatures.
unsafe extern "C" {
    fn display_ini_entries(module: *mut ModuleEntry);
    fn sapi_getenv(name: *const c_char, length: usize) -> *mut c_char;
    fn zend_get_constant_str(name: *const c_char, length: usize) -> *mut ffi::zval;
}

/// A variable as PHP's `getenv()` finds it: the server's, then the process's.
pub(crate) fn environment(name: &CStr) -> Vec<u8> {
    use std::ffi::OsStr;
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    // SAFETY: the server's answer is a copy that is ours to free.
    unsafe {
        let value = sapi_getenv(name.as_ptr(), name.count_bytes());
        if !value.is_null() {
            let bytes = CStr::from_ptr(value).to_bytes().to_vec();
            ext_php_rs::alloc::efree(value.cast());
            return bytes;
        }
    }
    std::env::var_os(OsStr::from_bytes(name.to_bytes()))
        .map(|value| value.into_vec())
        .unwrap_or_default()
}

/// Prints the INI entries of the module, for phpinfo().
pub(crate) fn show_ini_entries(module: *mut ModuleEntry) {
    // SAFETY: the engine handed over our own entry.
    unsafe { display_ini_entries(module) };
}

/// The version of the PHP that runs, such as `8.2.36`.
pub(crate) fn php_version() -> String {
    const NAME: &str = "PHP_VERSION";
    // SAFETY: a constant of the core, a string; null would mean that it is missing.
    let value = unsafe { zend_get_constant_str(NAME.as_ptr().cast(), NAME.len()).as_ref() };
    value.and_then(Zval::string).unwrap_or_default()
}
