//! Handing the response over before the request has ended.

use std::cell::Cell;
use std::ffi::CStr;
use std::panic::UnwindSafe;

use ext_php_rs::ffi;
use ext_php_rs::types::ZendCallable;
use ext_php_rs::zend::try_catch;

use super::ini::ini;

thread_local! {
    static LEFT: Cell<bool> = const { Cell::new(false) };
}

/// RINIT.
pub(crate) fn begin_response() {
    LEFT.set(false);
}

/// Whether the response has left, and with it php-fpm's way to the web server's error log: a message for
/// it would be lost, and end the script.
pub(super) fn log_has_left() -> bool {
    LEFT.get() && sapi_name() == c"fpm-fcgi" && ini(c"error_log").is_empty()
}

fn sapi_name() -> &'static CStr {
    // SAFETY: the structure and the name of the SAPI live as long as the process.
    unsafe { CStr::from_ptr((*ffi::ext_php_rs_sapi_module()).name) }
}

/// Writes and closes the session, so that the visitor's next request need not wait for its lock, and hands
/// the response over where the SAPI can: php-fpm, FrankenPHP and LiteSpeed.
pub(crate) fn finish_response() {
    call("session_write_close");
    for finish in ["fastcgi_finish_request", "litespeed_finish_request"] {
        if call(finish) {
            LEFT.set(true);
        }
    }
}

/// Calls a function of PHP without arguments, and returns whether it ran. What a session handler throws,
/// and a fatal error in it, ends here: PHP has reported it. Where the executor does not run any more, after
/// `opcache.preload`, nothing is called.
fn call(name: &str) -> bool {
    try_catch(|| {
        let called =
            ZendCallable::try_from_name(name).map(|function| function.try_call(Vec::new()));
        matches!(called, Ok(Ok(_)))
    })
    .unwrap_or(false)
}

/// Runs `work` at the end of a request, where a script may have used up its memory. A fatal error ends here.
pub(crate) fn at_end(work: impl FnOnce() + UnwindSafe) {
    let _ = try_catch(work);
}
