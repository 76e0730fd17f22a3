//! The last failure of a request, for `spread_last_error()`.

use std::cell::Cell;
use std::ptr;

use ext_php_rs::ffi;
use ext_php_rs::types::Zval;

thread_local! {
    /// The last failure of this request: an owned reference, or null.
    static LAST_ERROR: Cell<*mut ffi::zend_object> = const { Cell::new(ptr::null_mut()) };
    /// Whether a request is running. User code can run after this module's RSHUTDOWN (a session
    /// handler, a stream that is closed late); an error kept there would outlive its memory.
    static IN_REQUEST: Cell<bool> = const { Cell::new(false) };
}

/// A request begins (RINIT).
pub(crate) fn begin_request() {
    IN_REQUEST.set(true);
}

/// A request ends (RSHUTDOWN): no error is kept from here on.
pub(crate) fn end_request() {
    IN_REQUEST.set(false);
    forget_last_error();
}

/// Whether this module's RSHUTDOWN is still to come.
pub(crate) fn in_request() -> bool {
    IN_REQUEST.get()
}

/// Keeps `exception` for `spread_last_error()`.
pub(crate) fn set_last_error(exception: &Zval) {
    if !IN_REQUEST.get() {
        return;
    }
    if let Some(object) = exception.object() {
        let object = ptr::from_ref(object).cast_mut();
        // SAFETY: a live object; the reference is given back by `forget_last_error`.
        unsafe { (*object).gc.refcount += 1 };
        forget_last_error();
        // `forget_last_error` may have left one, which is released here.
        release(LAST_ERROR.replace(object));
    }
}

pub(crate) fn last_error() -> Zval {
    let mut value = Zval::new();
    // SAFETY: null, or a live object: the reference is ours.
    if let Some(object) = unsafe { LAST_ERROR.get().as_mut() } {
        value.set_object(object);
    }
    value
}

pub(crate) fn forget_last_error() {
    // The response of an error, or a property that user code added, may hold an object whose destructor
    // sends an order that fails, too. Eight rounds, so that this ends.
    for _ in 0..8 {
        let last = LAST_ERROR.replace(ptr::null_mut());
        if last.is_null() {
            return;
        }
        release(last);
    }
}

/// Gives back a reference. The slot that held it is empty by now, because a destructor may call us.
fn release(object: *mut ffi::zend_object) {
    if !object.is_null() {
        // SAFETY: the reference was ours.
        unsafe { ffi::ext_php_rs_zend_object_release(object) };
    }
}
