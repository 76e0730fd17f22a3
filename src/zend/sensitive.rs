//! Parameters that no trace may show.

use std::ffi::c_void;
use std::ptr;

use ext_php_rs::ffi;
use ext_php_rs::types::ZendStr;
use ext_php_rs::zend::ClassEntry;

// ext-php-rs does not bind these. PHP 8.1 to 8.6 export them with these signatures.
unsafe extern "C" {
    fn zend_add_attribute(
        attributes: *mut *mut ffi::HashTable,
        name: *mut ffi::zend_string,
        arguments: u32,
        flags: u32,
        offset: u32,
        line: u32,
    ) -> *mut c_void;
}

/// Marks parameters (from 1) of a function as `#[\SensitiveParameter]`, so that a trace does not show
/// what was passed. PHP 8.1 ignores the attribute. During MINIT.
pub(crate) fn mark_sensitive(function: &str, parameters: &[u32]) {
    // SAFETY: during MINIT the compiler's function table holds this module's functions already.
    unsafe {
        let table = (*ffi::ext_php_rs_compiler_globals()).function_table;
        mark(table, function, parameters);
    }
}

/// The same for a method, by its name in lower case.
pub(crate) fn mark_sensitive_method(class: &ClassEntry, method: &str, parameters: &[u32]) {
    let table = (&raw const class.function_table).cast_mut();
    // SAFETY: during MINIT, as above; the class was registered just before.
    unsafe { mark(table, method, parameters) };
}

/// # Safety
/// During MINIT, with a table of functions that no code reads yet.
unsafe fn mark(table: *mut ffi::HashTable, function: &str, parameters: &[u32]) {
    const PERSISTENT: u32 = 1;
    // SAFETY: the table's values are functions. The engine takes a reference to the name.
    unsafe {
        let found = ffi::zend_hash_str_find(table, function.as_ptr().cast(), function.len());
        let Some(function) = found
            .as_ref()
            .and_then(|entry| entry.value.ptr.cast::<ffi::zend_function>().as_mut())
        else {
            return;
        };
        for &parameter in parameters {
            let name = ZendStr::new_interned("SensitiveParameter", true);
            zend_add_attribute(
                &raw mut function.common.attributes,
                ptr::from_ref(&*name).cast_mut(),
                0,
                PERSISTENT,
                parameter,
                0,
            );
        }
    }
}
