//! INI entries: values, registration and display.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::ptr;
use std::sync::OnceLock;

use ext_php_rs::ffi;
use ext_php_rs::flags::IniEntryPermission;
use ext_php_rs::zend::IniEntryDef;

use super::abi::{E_WARNING, SUCCESS};
use super::strings::string_bytes;

// ext-php-rs does not bind these. PHP 8.1 to 8.6 export them with these signatures;
// `original` is a bool in 8.6, which is passed as a C int is.
unsafe extern "C" {
    fn zend_ini_string_ex(
        name: *const c_char,
        length: usize,
        original: c_int,
        exists: *mut bool,
    ) -> *const c_char;
    fn php_check_open_basedir_ex(path: *const c_char, warn: c_int) -> c_int;
}

/// Whether `open_basedir` allows a file. Without one, every file is.
pub(crate) fn open_basedir_allows(path: &Path) -> bool {
    // No file can be opened by a path with a NUL.
    CString::new(path.as_os_str().as_bytes()).map_or(true, |path| {
        // SAFETY: takes a C string; 0: no warning, the caller reports it.
        unsafe { php_check_open_basedir_ex(path.as_ptr(), 0) == 0 }
    })
}

/// The current value of an INI entry.
pub(crate) fn ini(name: &CStr) -> Vec<u8> {
    // SAFETY: reads a C string that is good until the entry changes.
    unsafe {
        let value = zend_ini_string_ex(name.as_ptr(), name.count_bytes(), 0, ptr::null_mut());
        if value.is_null() {
            Vec::new()
        } else {
            CStr::from_ptr(value).to_bytes().to_vec()
        }
    }
}

/// An INI entry to register.
pub(crate) struct IniEntry {
    pub(crate) name: &'static CStr,
    pub(crate) default: &'static CStr,
    /// Shown through [`IniHooks::shown`] wherever settings are shown.
    pub(crate) masked: bool,
}

/// Where a value of an entry comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum IniOrigin {
    /// PHP is starting: php.ini and the command line.
    Startup,
    /// A php-fpm pool, a virtual host, a section of php.ini; or the value before code changed it is back.
    Administrator,
    /// `ini_set()`, `.user.ini` and `.htaccess`.
    Code,
}

/// The functions of the owner of the entries. Both may run while PHP starts.
pub(crate) struct IniHooks {
    /// An entry is about to change: its name, the new value and where that comes from. Returns a complaint
    /// about the value.
    pub(crate) changed: fn(&[u8], &[u8], IniOrigin) -> Option<String>,
    /// The value of an entry as it may be shown, by its name.
    pub(crate) shown: fn(&[u8], &[u8]) -> String,
}

static HOOKS: OnceLock<IniHooks> = OnceLock::new();

/// Registers the entries, all of them changeable everywhere (`PHP_INI_ALL`).
pub(crate) fn register_ini(
    entries: impl Iterator<Item = IniEntry>,
    hooks: IniHooks,
    module_number: i32,
) {
    // Set once: a second start-up in the same process registers the same functions.
    let _ = HOOKS.set(hooks);
    let mut table: Vec<IniEntryDef> = entries
        .map(|entry| {
            let mut definition =
                IniEntryDef::new(entry.name, entry.default, IniEntryPermission::All);
            definition.on_modify = Some(ini_changed);
            if entry.masked {
                definition.displayer = Some(display_masked);
            }
            definition
        })
        .collect();
    table.push(IniEntryDef::end());
    // PHP 8.5 keeps the table for the life of the process.
    IniEntryDef::register(table.leak(), module_number);
}

unsafe extern "C" fn ini_changed(
    entry: *mut ffi::zend_ini_entry,
    value: *mut ffi::zend_string,
    _: *mut c_void,
    _: *mut c_void,
    _: *mut c_void,
    stage: c_int,
) -> c_int {
    // main.c checks the paths of other extensions' entries in these two stages.
    const STARTUP: c_int = 1;
    const RUNTIME: c_int = 1 << 4;
    const HTACCESS: c_int = 1 << 5;
    // SAFETY: the engine hands over a live entry; its value may be null.
    let (name, text, restored) = unsafe {
        (
            string_bytes((*entry).name),
            value.as_ref().map_or(&[][..], |value| string_bytes(value)),
            is_modified(&*entry) && ptr::eq(value, (*entry).orig_value),
        )
    };
    let origin = match stage {
        STARTUP => IniOrigin::Startup,
        RUNTIME | HTACCESS if !restored => IniOrigin::Code,
        _ => IniOrigin::Administrator,
    };
    // A panic must not leave a function that C calls.
    let complaint = catch_unwind(AssertUnwindSafe(|| {
        (HOOKS.get()?.changed)(name, text, origin)
    }));
    if let Ok(Some(complaint)) = complaint
        && let Ok(complaint) = CString::new(complaint)
    {
        // SAFETY: the format takes one C string. No user code exists while PHP starts.
        unsafe {
            ffi::php_error_docref(ptr::null(), E_WARNING, c"%s".as_ptr(), complaint.as_ptr());
        }
    }
    SUCCESS
}

/// Whether the entry has an original value. The field is a number up to PHP 8.5 and a bool later.
fn is_modified(entry: &ffi::zend_ini_entry) -> bool {
    i32::from(entry.modified) != 0
}

unsafe extern "C" fn display_masked(entry: *mut ffi::zend_ini_entry, kind: c_int) {
    const ORIGINAL: c_int = 1;
    // SAFETY: the engine hands over a live entry; its values may be null.
    let (name, value, as_text) = unsafe {
        let value = if kind == ORIGINAL && is_modified(&*entry) {
            (*entry).orig_value
        } else {
            (*entry).value
        };
        (
            string_bytes((*entry).name),
            value.as_ref().map_or(&[][..], |value| string_bytes(value)),
            (*ffi::ext_php_rs_sapi_module()).phpinfo_as_text != 0,
        )
    };
    // A panic must not leave a function that C calls.
    let shown = catch_unwind(AssertUnwindSafe(|| {
        let shown = HOOKS.get().map_or_else(
            || String::from("********"),
            |hooks| (hooks.shown)(name, value),
        );
        match (shown.is_empty(), as_text) {
            (false, true) => shown,
            (false, false) => shown
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;"),
            // As the engine itself shows an empty value.
            (true, true) => "no value".into(),
            (true, false) => "<i>no value</i>".into(),
        }
    }));
    let shown = shown.unwrap_or_else(|_| String::from("********"));
    let _written = ext_php_rs::zend::output_write(shown.as_bytes());
}
