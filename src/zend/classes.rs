//! Our classes, their objects and properties.

use std::ffi::{c_char, c_int};
use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use ext_php_rs::args::ArgInfoTables;
use ext_php_rs::ffi;
use ext_php_rs::types::{ZendObject, Zval};
use ext_php_rs::zend::ClassEntry;

use super::abi::SUCCESS;

// ext-php-rs does not bind these. PHP 8.1 to 8.6 export them with these signatures.
unsafe extern "C" {
    static spl_ce_RuntimeException: *mut ffi::zend_class_entry;
    fn object_init_ex(object: *mut ffi::zval, class: *mut ffi::zend_class_entry) -> c_int;
    fn zend_update_property(
        scope: *mut ffi::zend_class_entry,
        object: *mut ffi::zend_object,
        name: *const c_char,
        length: usize,
        value: *mut ffi::zval,
    );
}

/// The number of classes in [`CLASSES`].
const CLASS_COUNT: usize = 6;

/// The class entries, by the number that `exceptions.rs` gives each class.
static CLASSES: [AtomicPtr<ClassEntry>; CLASS_COUNT] =
    [const { AtomicPtr::new(ptr::null_mut()) }; CLASS_COUNT];

/// Keeps a class that was just registered, with the argument tables that the engine borrows.
pub(crate) fn keep_class<const NUMBER: usize>(class: &'static mut ClassEntry, info: ArgInfoTables) {
    mem::forget(info);
    if let Some(slot) = CLASSES.get(NUMBER) {
        slot.store(class, Ordering::Release);
    }
}

/// `Spread\OrderState`.
static ORDER_STATE: AtomicPtr<ClassEntry> = AtomicPtr::new(ptr::null_mut());

/// Keeps the enum that was just registered.
pub(crate) fn keep_order_state(class: &'static mut ClassEntry, info: ArgInfoTables) {
    mem::forget(info);
    ORDER_STATE.store(class, Ordering::Release);
}

/// `Spread\OrderState`, null before it is registered.
pub(crate) fn order_state() -> *mut ClassEntry {
    ORDER_STATE.load(Ordering::Acquire)
}

/// A class that [`keep_class`] kept.
pub(crate) fn class<const NUMBER: usize>() -> &'static ClassEntry {
    let kept = CLASSES
        .get(NUMBER)
        .map_or(ptr::null_mut(), |slot| slot.load(Ordering::Acquire));
    // SAFETY: classes live as long as the module. One that failed to register ends the start-up, so
    // that no code of ours runs without it.
    unsafe { kept.as_ref() }.unwrap_or_else(runtime_exception)
}

pub(crate) fn runtime_exception() -> &'static ClassEntry {
    // SAFETY: SPL is part of every PHP, and starts before any shared extension.
    unsafe { &*spl_ce_RuntimeException }
}

/// Makes an exception of `class` without running its constructor; nothing when memory or an abstract
/// class forbids.
///
/// Its trace holds no arguments, whatever `zend.exception_ignore_args` says: `spread_last_error()` keeps
/// the exception, and would keep the locks and transactions that the caller passed around. PHP 8.1 would
/// also show the order there.
pub(crate) fn new_exception(class: &ClassEntry) -> Option<Zval> {
    let mut object = Zval::new();
    // SAFETY: a flag of the running thread, put back below; writes a zval; the class is live.
    let status = unsafe {
        let globals = ffi::ext_php_rs_executor_globals();
        let ignored = (*globals).exception_ignore_args;
        (*globals).exception_ignore_args = true;
        let status = object_init_ex(&raw mut object, ptr::from_ref(class).cast_mut());
        (*globals).exception_ignore_args = ignored;
        status
    };
    (status == SUCCESS).then_some(object)
}

/// Sets a property of `object` as code of `scope` may.
pub(crate) fn set_property(object: &Zval, scope: &ClassEntry, name: &str, mut value: Zval) {
    if let Some(object) = object.object() {
        // SAFETY: object, class and value are live; the object adds its own reference.
        unsafe {
            zend_update_property(
                ptr::from_ref(scope).cast_mut(),
                ptr::from_ref(object).cast_mut(),
                name.as_ptr().cast(),
                name.len(),
                &raw mut value,
            );
        }
    }
}

/// Reads a property of `object` as code of `scope` may.
pub(crate) fn property(object: &ZendObject, scope: &ClassEntry, name: &str) -> Zval {
    let mut room = Zval::new();
    // SAFETY: object and class are live; the engine returns a zval of the object, or `room`.
    let value = unsafe {
        ffi::zend_read_property(
            ptr::from_ref(scope).cast_mut(),
            ptr::from_ref(object).cast_mut(),
            name.as_ptr().cast(),
            name.len(),
            true,
            &raw mut room,
        )
        .as_ref()
    };
    value.map_or_else(Zval::new, Zval::shallow_clone)
}

/// `\Exception`, in whose scope `message` and `code` live.
pub(crate) fn base_exception() -> &'static ClassEntry {
    ext_php_rs::zend::ce::exception()
}
