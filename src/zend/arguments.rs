//! The arguments of a call, and the errors that are thrown about them.

use std::ffi::{c_char, c_int};
use std::{mem, ptr};

use ext_php_rs::ffi;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::ExecuteData;

use super::abi::{PHP_8_2, SUCCESS};
use super::strings::{ZendString, string_bytes};
use super::values::{Object, Table, dereferenced};

// ext-php-rs does not bind these. PHP 8.1 to 8.6 export them with these signatures.
unsafe extern "C" {
    fn zend_argument_type_error(argument: u32, format: *const c_char, ...);
    fn zend_argument_value_error(argument: u32, format: *const c_char, ...);
    fn zend_parse_parameters(given: u32, types: *const c_char, ...) -> c_int;
    fn zend_value_error(format: *const c_char, ...);
    fn zend_wrong_parameter_type_error(
        number: u32,
        expected: ffi::_zend_expected_type,
        argument: *mut ffi::zval,
    );
}

/// The name of the running function or method, as it was registered.
pub(crate) fn function_name(call: &ExecuteData) -> Option<&[u8]> {
    // SAFETY: the frame of a call has its function, and the functions of this module have names.
    unsafe {
        let name = call.func.as_ref()?.common.function_name;
        (!name.is_null()).then(|| string_bytes(name))
    }
}

/// The arguments of a call to a function that takes exactly `N` arrays. With others it returns `None`,
/// and PHP's own ArgumentCountError or TypeError is pending.
pub(crate) fn arrays<const N: usize>(call: &ExecuteData) -> Option<[Table; N]> {
    required_arrays(call, N)
}

/// The same for a function whose arrays after the first `required` ones are empty when they are left out.
pub(crate) fn required_arrays<const N: usize>(
    call: &ExecuteData,
    required: usize,
) -> Option<[Table; N]> {
    // SAFETY: the engine sets the count of arguments in every call frame.
    let given = unsafe { call.This.u2.num_args } as usize;
    if !(required..=N).contains(&given) {
        let (least, most) = (u32::try_from(required).ok()?, u32::try_from(N).ok()?);
        // SAFETY: called inside a function's frame, as it must be.
        unsafe { ffi::zend_wrong_parameters_count_error(least, most) };
        return None;
    }
    let mut tables = [const { None }; N];
    for (number, table) in (1..).zip(&mut tables).take(given) {
        // SAFETY: `number - 1` is below the count of arguments, so the slot holds a zval.
        let argument = unsafe { call.zend_call_arg(number as usize - 1) }?;
        // SAFETY: an argument is an initialised zval, and so is what a reference leads to.
        let value = unsafe { dereferenced(argument) };
        // SAFETY: as above; the type is checked before the union is read.
        *table = unsafe {
            match (*value).u1.v.type_ as u32 {
                ffi::IS_ARRAY => Table::hold((*value).value.arr),
                _ => None,
            }
        };
        if table.is_none() {
            // SAFETY: called inside a function's frame with one of its arguments.
            unsafe {
                zend_wrong_parameter_type_error(
                    number,
                    ffi::_zend_expected_type_Z_EXPECTED_ARRAY,
                    argument,
                );
            }
            return None;
        }
        // SAFETY: the table holds the array, and nothing else reads the slot.
        unsafe { hide(call, number as usize - 1) };
    }
    Some(tables.map(|table| table.unwrap_or_else(Table::empty)))
}

/// Takes an argument (from 0) out of its frame: PHP 8.1 does not know `#[\SensitiveParameter]`, and shows
/// arguments in traces.
///
/// # Safety
/// Nobody may use the argument's slot, or borrow from what is in it, afterwards.
unsafe fn hide(call: &ExecuteData, number: usize) {
    if ffi::ZEND_MODULE_API_NO >= PHP_8_2 {
        return;
    }
    // SAFETY: a slot of the frame holds a zval, which the frame owns.
    unsafe {
        if let Some(slot) = call.zend_call_arg(number) {
            let mut argument = ptr::read(slot);
            ptr::write(slot, Zval::null());
            ffi::zval_ptr_dtor(&raw mut argument);
            mem::forget(argument);
        }
    }
}

/// The arguments of `Spread\Client::__construct()`: two strings and perhaps an array. With
/// others it returns `None`, and PHP's own error is pending.
pub(crate) fn constructor_arguments(call: &ExecuteData) -> Option<(Vec<u8>, Vec<u8>, Table)> {
    let mut public: *mut ffi::zend_string = ptr::null_mut();
    let mut private: *mut ffi::zend_string = ptr::null_mut();
    let mut options: *mut ffi::HashTable = ptr::null_mut();
    // SAFETY: the types name two zend_strings and a HashTable, in the sequence of the pointers; the
    // frame owns the values that they are set to.
    unsafe {
        let given = call.This.u2.num_args;
        let (public, private) = (&raw mut public, &raw mut private);
        if zend_parse_parameters(given, c"SS|h".as_ptr(), public, private, &raw mut options)
            != SUCCESS
        {
            return None;
        }
        let options = Table::hold(options).unwrap_or_else(Table::empty);
        let public = string_bytes(*public).to_vec();
        let private = string_bytes(*private).to_vec();
        hide(call, 1);
        Some((public, private, options))
    }
}

/// The arguments of `spread_outbox_drain()`: an int and a float, each with its default. With others it
/// returns `None`, and PHP's own error is pending.
pub(crate) fn drain_arguments(
    call: &ExecuteData,
    mut limit: i64,
    mut seconds: f64,
) -> Option<(i64, f64)> {
    // SAFETY: the types name an integer and a double, in the sequence of the pointers.
    let status = unsafe {
        let given = call.This.u2.num_args;
        zend_parse_parameters(given, c"|ld".as_ptr(), &raw mut limit, &raw mut seconds)
    };
    (status == SUCCESS).then_some((limit, seconds))
}

/// Runs `read` with the scope of the code that called the running method: the visibility of an object's
/// properties depends on the caller.
pub(crate) fn as_caller<T>(call: &ExecuteData, read: impl FnOnce() -> T) -> T {
    // SAFETY: fields of the running thread, restored below; the caller's frame is live.
    // A fatal error inside `read` ends the request, and the next one starts with no scope.
    unsafe {
        let globals = ffi::ext_php_rs_executor_globals();
        let current = (*globals).current_execute_data;
        (*globals).current_execute_data = call.prev_execute_data;
        let scope = ffi::zend_get_executed_scope();
        (*globals).current_execute_data = current;
        let before = (*globals).fake_scope;
        (*globals).fake_scope = scope;
        let result = read();
        (*globals).fake_scope = before;
        result
    }
}

/// Throws a `\TypeError` about an argument of the running function.
pub(crate) fn throw_argument_type_error(argument: u32, message: &ZendString) {
    // SAFETY: the format takes one C string, and zend_strings end in NUL.
    unsafe { zend_argument_type_error(argument, c"%s".as_ptr(), message.as_ptr()) };
}

/// Throws a `\ValueError` about an argument of the running function.
pub(crate) fn throw_argument_error(argument: u32, message: &ZendString) {
    // SAFETY: the format takes one C string, and zend_strings end in NUL.
    unsafe { zend_argument_value_error(argument, c"%s".as_ptr(), message.as_ptr()) };
}

/// Throws the `\ValueError` that `http_build_query()` throws for an enum without values.
pub(crate) fn throw_unbacked_enum(object: &Object) {
    // SAFETY: an object has a class and a class has a name; the format takes one C string.
    unsafe {
        zend_value_error(
            c"Unbacked enum %s cannot be converted to a string".as_ptr(),
            (*(*(*object.0.as_ptr()).ce).name).val.as_ptr(),
        );
    }
}
