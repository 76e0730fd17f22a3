//! Our only unsafe: the Zend API behind safe functions, and the signal masks around a call.
//!
//! Memory: whatever may be alive while Zend is called is Zend's own (a request's memory is taken
//! back whole when a fatal error jumps over these frames) or stands in a `BailoutGuard`.
//!
//! User code can run inside a Zend call (an error handler, a lazy object's initialiser, a
//! destructor) and change the very arrays that are being read. So an [`Object`]
//! and the [`Table`] of an array hold a reference of their own (an object keeps the table of its
//! properties), and [`Entries`] reads its table anew at each step.

use std::cell::Cell;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop, MaybeUninit};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, Ordering};

use ext_php_rs::args::ArgInfoTables;
use ext_php_rs::boxed::ZBox;
use ext_php_rs::builders::ModuleBuilder;
use ext_php_rs::ffi;
use ext_php_rs::flags::IniEntryPermission;
use ext_php_rs::types::{ZendHashTable, ZendObject, ZendStr, Zval};
use ext_php_rs::zend::{ClassEntry, ExecuteData, IniEntryDef, ModuleEntry};
use ext_php_rs::{info_table_end, info_table_row, info_table_start, php_module};

use crate::form::{Key, Sink};

pub(super) const SUCCESS: c_int = 0;
pub(super) const FAILURE: c_int = -1;

/// A warning that code may handle, in `php_error_docref`.
const E_WARNING: c_int = 2;

// What ext-php-rs does not bind. All are exported by PHP 8.1 to 8.5 with these signatures.
unsafe extern "C" {
    static spl_ce_RuntimeException: *mut ffi::zend_class_entry;

    fn _zend_handle_numeric_str_ex(key: *const c_char, length: usize, index: *mut u64) -> bool;
    fn display_ini_entries(module: *mut ModuleEntry);
    fn object_init_ex(object: *mut ffi::zval, class: *mut ffi::zend_class_entry) -> c_int;
    fn php_log_err_with_severity(message: *const c_char, severity: c_int);
    fn sapi_getenv(name: *const c_char, length: usize) -> *mut c_char;
    fn smart_str_erealloc(string: *mut SmartStr, length: usize);
    fn zend_add_attribute(
        attributes: *mut *mut ffi::HashTable,
        name: *mut ffi::zend_string,
        arguments: u32,
        flags: u32,
        offset: u32,
        line: u32,
    ) -> *mut c_void;
    fn zend_argument_type_error(argument: u32, format: *const c_char, ...);
    fn zend_argument_value_error(argument: u32, format: *const c_char, ...);
    fn zend_check_property_access(
        object: *mut ffi::zend_object,
        name: *mut ffi::zend_string,
        dynamic: bool,
    ) -> c_int;
    fn zend_get_constant_str(name: *const c_char, length: usize) -> *mut ffi::zval;
    fn zend_ini_string_ex(
        name: *const c_char,
        length: usize,
        original: c_int,
        exists: *mut bool,
    ) -> *const c_char;
    fn zend_memory_usage(real: bool) -> usize;
    fn zend_parse_parameters(given: u32, types: *const c_char, ...) -> c_int;
    fn zend_update_property(
        scope: *mut ffi::zend_class_entry,
        object: *mut ffi::zend_object,
        name: *const c_char,
        length: usize,
        value: *mut ffi::zval,
    );
    fn zend_value_error(format: *const c_char, ...);
    fn zend_wrong_parameter_type_error(
        number: u32,
        expected: ffi::_zend_expected_type,
        argument: *mut ffi::zval,
    );
    fn zval_get_string_func(value: *mut ffi::zval) -> *mut ffi::zend_string;
}

#[php_module]
pub fn get_module(module: ModuleBuilder) -> ModuleBuilder {
    super::module(module)
}

/// What PHP calls for a function or a method.
pub(super) type Handler = extern "C" fn(call: &mut ExecuteData, returned: &mut Zval);

// --- arguments ----------------------------------------------------------------------------------

/// The arguments of a call to a function that takes exactly `N` arrays. `None` when they are not:
/// PHP's own ArgumentCountError or TypeError is then pending.
pub(super) fn arrays<const N: usize>(call: &ExecuteData) -> Option<[Table; N]> {
    let expected = u32::try_from(N).ok()?;
    // SAFETY: the engine sets the count of arguments in every call frame.
    let given = unsafe { call.This.u2.num_args };
    if given != expected {
        // SAFETY: called inside a function's frame, as it must be.
        unsafe { ffi::zend_wrong_parameters_count_error(expected, expected) };
        return None;
    }
    let mut tables = [const { None }; N];
    for (number, table) in (1..).zip(&mut tables) {
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
    }
    Some(tables.map(|table| table.unwrap_or_else(Table::empty)))
}

/// The arguments of `Spread\Client::__construct()`: two strings and perhaps an array. `None` when
/// they are not: PHP's own error is then pending.
pub(super) fn constructor_arguments(call: &ExecuteData) -> Option<(Vec<u8>, Vec<u8>, Table)> {
    let mut public: *mut ffi::zend_string = ptr::null_mut();
    let mut private: *mut ffi::zend_string = ptr::null_mut();
    let mut options: *mut ffi::HashTable = ptr::null_mut();
    // SAFETY: the types name two zend_strings and a HashTable, in the order of the pointers; what
    // they are set to is the frame's, and lives as long.
    unsafe {
        let given = call.This.u2.num_args;
        let (public, private) = (&raw mut public, &raw mut private);
        if zend_parse_parameters(given, c"SS|h".as_ptr(), public, private, &raw mut options)
            != SUCCESS
        {
            return None;
        }
        let options = Table::hold(options).unwrap_or_else(Table::empty);
        Some((
            string_bytes(*public).to_vec(),
            string_bytes(*private).to_vec(),
            options,
        ))
    }
}

/// The arguments of `spread_outbox_drain()`: an int and a float, each with its default. `None` when they
/// are not: PHP's own error is then pending.
pub(super) fn drain_arguments(
    call: &ExecuteData,
    mut limit: i64,
    mut seconds: f64,
) -> Option<(i64, f64)> {
    // SAFETY: the types name an integer and a double, in the order of the pointers.
    let status = unsafe {
        let given = call.This.u2.num_args;
        zend_parse_parameters(given, c"|ld".as_ptr(), &raw mut limit, &raw mut seconds)
    };
    (status == SUCCESS).then_some((limit, seconds))
}

/// Runs `read` with the scope of the code that called the running method: which properties of an
/// object are visible is the caller's matter, not ours.
pub(super) fn as_caller<T>(call: &ExecuteData, read: impl FnOnce() -> T) -> T {
    // SAFETY: fields of the running thread, put back to what they were; the caller's frame is live.
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
pub(super) fn throw_argument_type_error(argument: u32, message: &ZendString) {
    // SAFETY: the format takes one C string, and zend_strings end in NUL.
    unsafe { zend_argument_type_error(argument, c"%s".as_ptr(), message.as_ptr()) };
}

/// Throws a `\ValueError` about an argument of the running function.
pub(super) fn throw_argument_error(argument: u32, message: &ZendString) {
    // SAFETY: the format takes one C string, and zend_strings end in NUL.
    unsafe { zend_argument_value_error(argument, c"%s".as_ptr(), message.as_ptr()) };
}

/// Throws the `\ValueError` that `http_build_query()` throws for an enum without values.
pub(super) fn throw_unbacked_enum(object: &Object) {
    // SAFETY: an object has a class and a class has a name; the format takes one C string.
    unsafe {
        zend_value_error(
            c"Unbacked enum %s cannot be converted to a string".as_ptr(),
            (*(*(*object.0.as_ptr()).ce).name).val.as_ptr(),
        );
    }
}

// --- reading values -----------------------------------------------------------------------------

/// An array that is being read, with a reference of our own unless an object keeps it for us.
pub(super) struct Table {
    table: NonNull<ffi::HashTable>,
    held: bool,
}

/// An object that is being read, with a reference of our own.
pub(super) struct Object(NonNull<ffi::zend_object>);

/// A value, references followed. Strings are those of the table: they are good until the next call
/// into Zend.
pub(super) enum Value<'t> {
    /// null and resources, open or closed.
    Nothing,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(&'t [u8]),
    Array(Table),
    Object(Object),
}

impl Table {
    /// # Safety
    /// `table` must be null or a live array.
    unsafe fn hold(table: *mut ffi::HashTable) -> Option<Self> {
        let table = NonNull::new(table)?;
        // SAFETY: the array is live.
        unsafe {
            let held = counted(&table.as_ref().gc);
            if held {
                (*table.as_ptr()).gc.refcount += 1;
            }
            Some(Self { table, held })
        }
    }

    fn empty() -> Self {
        // SAFETY: a static of the engine that is never freed and not counted.
        let table = NonNull::from(unsafe { &ffi::zend_empty_array });
        Self { table, held: false }
    }

    /// What tells this array from every other one alive.
    pub(super) fn identity(&self) -> usize {
        self.table.as_ptr() as usize
    }

    pub(super) fn entries(&self) -> Entries<'_> {
        Entries {
            table: self.table,
            owner: ptr::null_mut(),
            next: 0,
            lifetime: PhantomData,
        }
    }

    /// The value of a string key.
    pub(super) fn get(&self, key: &str) -> Option<Value<'_>> {
        // SAFETY: the table is live while we hold it, and so is what it holds until Zend is called
        // again; the value is an initialised zval.
        unsafe {
            let value =
                ffi::zend_hash_str_find(self.table.as_ptr(), key.as_ptr().cast(), key.len());
            (!value.is_null()).then(|| read(dereferenced(value)))
        }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        if !self.held {
            return;
        }
        // SAFETY: gives back the reference that `hold` took; the last one frees the array.
        unsafe {
            let table = self.table.as_ptr();
            (*table).gc.refcount -= 1;
            if (*table).gc.refcount == 0 {
                ffi::zend_array_destroy(table);
            }
        }
    }
}

impl Object {
    /// # Safety
    /// `object` must be a live object.
    unsafe fn hold(object: NonNull<ffi::zend_object>) -> Self {
        // SAFETY: the object is live; objects are always counted.
        unsafe { (*object.as_ptr()).gc.refcount += 1 };
        Self(object)
    }

    /// The table that `http_build_query()` reads of an object. User code can run inside.
    ///
    /// The object keeps it: a reference of ours would make an ArrayObject copy its storage at the
    /// next look, and a cycle through it would never be seen.
    pub(super) fn properties(&self) -> Option<Table> {
        // SAFETY: the object is live while we hold it, its handlers are those of its class.
        unsafe {
            let handlers = (*self.0.as_ptr()).handlers.as_ref()?;
            let table = NonNull::new(handlers.get_properties?(self.0.as_ptr()))?;
            Some(Table { table, held: false })
        }
    }

    /// The entries of [`properties`](Self::properties) that the calling scope may see.
    pub(super) fn entries<'t>(&'t self, properties: &'t Table) -> Entries<'t> {
        Entries {
            table: properties.table,
            owner: self.0.as_ptr(),
            next: 0,
            lifetime: PhantomData,
        }
    }

    /// Whether this is a case of `Spread\OrderState`.
    pub(super) fn is_order_state(&self) -> bool {
        // SAFETY: an object has a class.
        unsafe { ptr::eq((*self.0.as_ptr()).ce, ORDER_STATE.load(Ordering::Acquire)) }
    }

    pub(super) fn is_enum(&self) -> bool {
        // SAFETY: an object has a class.
        unsafe { (*(*self.0.as_ptr()).ce).ce_flags & ffi::ZEND_ACC_ENUM != 0 }
    }

    /// The value of a backed enum's case; nothing for a unit enum.
    pub(super) fn enum_value(&self) -> Option<Value<'_>> {
        /// `name` and `value` are the properties of a case, in this order.
        const VALUE: usize = 1;
        // SAFETY: a backed enum's case has two initialised property slots.
        unsafe {
            let object = self.0.as_ptr();
            if u32::from((*(*object).ce).enum_backing_type as u8) == ffi::IS_UNDEF {
                return None;
            }
            let slots = (&raw mut (*object).properties_table).cast::<ffi::zval>();
            Some(read(slots.add(VALUE)))
        }
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        // SAFETY: gives back the reference that `hold` took; the last one destroys the object.
        unsafe { ffi::ext_php_rs_zend_object_release(self.0.as_ptr()) };
    }
}

/// Goes through a table in its order.
pub(super) struct Entries<'t> {
    table: NonNull<ffi::HashTable>,
    /// The object whose properties these are, or null.
    owner: *mut ffi::zend_object,
    next: u32,
    lifetime: PhantomData<&'t Table>,
}

/// The head of a `HashTable`, which is the same in PHP 8.1 to 8.5. Since 8.2 a packed array holds
/// zvals and no buckets; the generated bindings name the field differently on each side of that.
#[repr(C)]
struct Layout {
    gc: ffi::zend_refcounted_h,
    flags: u32,
    mask: u32,
    data: *mut c_void,
    used: u32,
}

const _: () = {
    assert!(mem::offset_of!(Layout, used) == mem::offset_of!(ffi::HashTable, nNumUsed));
    assert!(mem::offset_of!(Layout, mask) == mem::offset_of!(ffi::HashTable, nTableMask));
};

/// Whether packed arrays hold bare zvals (PHP 8.2 and later).
const PACKED_ZVALS: bool = ffi::ZEND_MODULE_API_NO >= 20_220_829;
const HASH_FLAG_PACKED: u32 = 1 << 2;
/// A slot that leads to a declared property's own zval; the bindings do not have it.
const IS_INDIRECT: u32 = 12;

impl<'t> Iterator for Entries<'t> {
    type Item = (Key<'t>, Value<'t>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // SAFETY: whoever made this holds the table. All of it is read anew at each step, and
            // the index compared with what is used now. Slots below `used` are initialised.
            unsafe {
                let table = self.table.cast::<Layout>().as_ref();
                if self.next >= table.used {
                    return None;
                }
                let index = self.next;
                self.next += 1;
                let (mut value, number, name);
                if PACKED_ZVALS && table.flags & HASH_FLAG_PACKED != 0 {
                    value = table.data.cast::<ffi::zval>().add(index as usize);
                    number = i64::from(index);
                    name = ptr::null_mut();
                } else {
                    let bucket = table.data.cast::<ffi::Bucket>().add(index as usize);
                    value = &raw mut (*bucket).val;
                    number = (*bucket).h.cast_signed();
                    name = (*bucket).key;
                }
                let mut dynamic = true;
                if (*value).u1.v.type_ as u32 == IS_INDIRECT {
                    value = (*value).value.zv;
                    dynamic = false;
                }
                if (*value).u1.v.type_ as u32 == ffi::IS_UNDEF {
                    continue;
                }
                let key = if name.is_null() {
                    Key::Index(number)
                } else if self.owner.is_null() {
                    Key::Name(string_bytes(name))
                } else {
                    match self.visible(name, dynamic) {
                        Some(name) => Key::Name(name),
                        None => continue,
                    }
                };
                return Some((key, read(dereferenced(value))));
            }
        }
    }
}

impl<'t> Entries<'t> {
    /// The plain name of a property, if the calling scope may see it.
    ///
    /// # Safety
    /// `name` must be a live key of the owner's properties.
    unsafe fn visible(&self, name: *mut ffi::zend_string, dynamic: bool) -> Option<&'t [u8]> {
        // SAFETY: the owner is held by whoever made this, the name is a key of its table.
        let (bytes, allowed) = unsafe {
            let allowed = zend_check_property_access(self.owner, name, dynamic) == SUCCESS;
            (string_bytes::<'t>(name), allowed)
        };
        allowed.then(|| unmangled(bytes))
    }
}

/// The plain name in `\0Class\0name` (and in `\0Class\0file:line$0\0name` of an anonymous class), as
/// zend_unmangle_property_name_ex() finds it. A name that only begins like one stands for itself, as
/// there; but without the engine's notice, which could run user code while the table is being read.
fn unmangled(name: &[u8]) -> &[u8] {
    /// The text up to its first NUL, and what follows that NUL.
    fn split(text: &[u8]) -> Option<(&[u8], &[u8])> {
        let end = text.iter().position(|byte| *byte == 0)?;
        Some((text.get(..end)?, text.get(end + 1..)?))
    }
    let Some((class, rest)) = name.strip_prefix(b"\0").and_then(split) else {
        return name;
    };
    if class.is_empty() || rest.is_empty() {
        return name;
    }
    split(rest).map_or(rest, |(_, plain)| plain)
}

/// Whether a value's references are counted: immutable arrays (literals, opcache) are shared.
fn counted(gc: &ffi::zend_refcounted_h) -> bool {
    // SAFETY: the only field of the union.
    let info = unsafe { gc.u.type_info };
    (info >> ffi::GC_FLAGS_SHIFT) & ffi::GC_IMMUTABLE == 0
}

/// # Safety
/// `value` must be an initialised zval.
unsafe fn dereferenced(value: *mut ffi::zval) -> *mut ffi::zval {
    // SAFETY: the type says that the union holds a reference, which holds a zval.
    unsafe {
        if (*value).u1.v.type_ as u32 == ffi::IS_REFERENCE {
            &raw mut (*(*value).value.ref_).val
        } else {
            value
        }
    }
}

/// # Safety
/// `value` must be an initialised zval, and what it holds must live for `'t` or until Zend is
/// called again.
unsafe fn read<'t>(value: *const ffi::zval) -> Value<'t> {
    // SAFETY: the type says which field of the union is set.
    unsafe {
        let content = &(*value).value;
        match (*value).u1.v.type_ as u32 {
            ffi::IS_FALSE => Value::Bool(false),
            ffi::IS_TRUE => Value::Bool(true),
            ffi::IS_LONG => Value::Integer(content.lval),
            ffi::IS_DOUBLE => Value::Float(content.dval),
            ffi::IS_STRING => Value::Text(string_bytes(content.str_)),
            ffi::IS_ARRAY => Table::hold(content.arr).map_or(Value::Nothing, Value::Array),
            ffi::IS_OBJECT => NonNull::new(content.obj)
                .map_or(Value::Nothing, |object| Value::Object(Object::hold(object))),
            _ => Value::Nothing,
        }
    }
}

/// # Safety
/// `string` must be a live zend_string that lives for `'t` or until Zend is called again.
unsafe fn string_bytes<'t>(string: *const ffi::zend_string) -> &'t [u8] {
    // SAFETY: a zend_string holds `len` bytes.
    unsafe {
        let start = (&raw const (*string).val).cast::<u8>();
        std::slice::from_raw_parts(start, (*string).len)
    }
}

// --- strings ------------------------------------------------------------------------------------

/// A string in PHP's memory.
pub(super) struct ZendString(NonNull<ffi::zend_string>);

impl ZendString {
    pub(super) fn new(bytes: &[u8]) -> Self {
        // SAFETY: copies `len` bytes; the allocator ends the request rather than return null.
        unsafe {
            Self(NonNull::new_unchecked(ffi::ext_php_rs_zend_string_init(
                bytes.as_ptr().cast(),
                bytes.len(),
                false,
            )))
        }
    }

    /// A double as PHP converts it, by the ini `precision`.
    pub(super) fn from_float(number: f64) -> Self {
        let mut value = Zval::new();
        value.set_double(number);
        // SAFETY: a double is converted without user code, and always to a string.
        unsafe { Self(NonNull::new_unchecked(zval_get_string_func(&raw mut value))) }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        // SAFETY: live while we hold it.
        unsafe { string_bytes(self.0.as_ptr()) }
    }

    pub(super) fn into_zval(self) -> Zval {
        let raw = ManuallyDrop::new(self).0.as_ptr();
        let mut value = Zval::new();
        // SAFETY: our reference becomes the box's, and the box's the zval's.
        value.set_zend_string(unsafe { ZBox::<ZendStr>::from_raw(raw.cast()) });
        value
    }

    /// The bytes as a C string: zend_strings end in NUL.
    fn as_ptr(&self) -> *const c_char {
        // SAFETY: live while we hold it.
        unsafe { (&raw const (*self.0.as_ptr()).val).cast() }
    }
}

impl Drop for ZendString {
    fn drop(&mut self) {
        // SAFETY: gives back our reference.
        unsafe { ffi::ext_php_rs_zend_string_release(self.0.as_ptr()) };
    }
}

/// The engine's `smart_str`.
#[repr(C)]
struct SmartStr {
    string: *mut ffi::zend_string,
    capacity: usize,
}

/// A growing string in PHP's memory, which counts towards `memory_limit`.
pub(super) struct Buffer(SmartStr);

impl Buffer {
    pub(super) const fn new() -> Self {
        Self(SmartStr {
            string: ptr::null_mut(),
            capacity: 0,
        })
    }

    /// Makes room for `more` bytes and a NUL. Returns the length.
    #[inline]
    fn reserve(&mut self, more: usize) -> usize {
        // SAFETY: null, or a string that is ours.
        let length = unsafe { self.0.string.as_ref() }.map_or(0, |string| string.len);
        if self.0.string.is_null() || length + more >= self.0.capacity {
            self.grow(length, length + more);
        }
        length
    }

    #[cold]
    fn grow(&mut self, length: usize, wanted: usize) {
        // SAFETY: what smart_str_alloc() does; a new string has no length yet.
        unsafe {
            smart_str_erealloc(&raw mut self.0, wanted);
            (*self.0.string).len = length;
        }
    }

    pub(super) fn into_string(self) -> ZendString {
        let buffer = ManuallyDrop::new(self);
        let Some(string) = NonNull::new(buffer.0.string) else {
            return ZendString::new(b"");
        };
        // SAFETY: `put` keeps the length below the capacity, so there is room for the final NUL.
        unsafe {
            let start = (&raw mut (*string.as_ptr()).val).cast::<u8>();
            start.add((*string.as_ptr()).len).write(0);
        }
        ZendString(string)
    }
}

impl Sink for Buffer {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let length = self.reserve(bytes.len());
        // SAFETY: there is room for the bytes after the string's own. `bytes` cannot overlap: no Sink
        // hands out a part of itself while it is written to.
        unsafe {
            let start = (&raw mut (*self.0.string).val).cast::<u8>();
            ptr::copy_nonoverlapping(bytes.as_ptr(), start.add(length), bytes.len());
            (*self.0.string).len = length + bytes.len();
        }
    }

    fn truncate(&mut self, length: usize) {
        // SAFETY: a string that exists is ours alone.
        if let Some(string) = unsafe { self.0.string.as_mut() }
            && length < string.len
        {
            string.len = length;
        }
    }

    fn bytes(&self) -> &[u8] {
        if self.0.string.is_null() {
            return &[];
        }
        // SAFETY: live while we hold it.
        unsafe { string_bytes(self.0.string) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if !self.0.string.is_null() {
            // SAFETY: the string is ours.
            unsafe { ffi::ext_php_rs_zend_string_release(self.0.string) };
        }
    }
}

// --- building values ----------------------------------------------------------------------------

/// A key of a decoded object, as PHP's arrays take it: `"5"` and `"-5"` are integers.
pub(super) enum ArrayKey {
    Index(u64),
    Name(ZendString),
}

impl ArrayKey {
    pub(super) fn new(text: &str) -> Self {
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
pub(super) fn push(list: &mut ZBox<ZendHashTable>, value: Zval) {
    let mut value = ManuallyDrop::new(value);
    // SAFETY: the array takes the value over. A list cannot be full before memory is.
    unsafe { ffi::zend_hash_next_index_insert(&raw mut **list, &raw mut *value) };
}

/// Sets a key: a key that is there already keeps its place and takes the new value.
pub(super) fn set(map: &mut ZBox<ZendHashTable>, key: &ArrayKey, value: Zval) {
    let mut value = ManuallyDrop::new(value);
    let map = &raw mut **map;
    // SAFETY: the array takes the value over and a reference of its own to the name.
    unsafe {
        match key {
            ArrayKey::Index(index) => ffi::zend_hash_index_update(map, *index, &raw mut *value),
            ArrayKey::Name(name) => ffi::zend_hash_update(map, name.0.as_ptr(), &raw mut *value),
        };
    }
}

/// Whether `memory_limit` is passed. A PHP that ends a script over its limit only when the running
/// function returns needs this function to return; elsewhere it is never true.
pub(super) fn over_memory_limit() -> bool {
    // SAFETY: reads two numbers of the running thread.
    let (used, limit) = unsafe {
        let limit = (*ffi::ext_php_rs_process_globals()).memory_limit;
        (zend_memory_usage(true), limit)
    };
    usize::try_from(limit).is_ok_and(|limit| limit > 0 && used > limit)
}

// --- classes and exceptions ---------------------------------------------------------------------

/// How many classes there are in [`CLASSES`].
const CLASS_COUNT: usize = 6;

/// The class entries, by the number that `exceptions.rs` gives each class.
static CLASSES: [AtomicPtr<ClassEntry>; CLASS_COUNT] =
    [const { AtomicPtr::new(ptr::null_mut()) }; CLASS_COUNT];

/// Keeps a class that was just registered, with the argument tables that the engine borrows.
pub(super) fn keep_class<const NUMBER: usize>(class: &'static mut ClassEntry, info: ArgInfoTables) {
    mem::forget(info);
    if let Some(slot) = CLASSES.get(NUMBER) {
        slot.store(class, Ordering::Release);
    }
}

/// `Spread\OrderState`.
static ORDER_STATE: AtomicPtr<ClassEntry> = AtomicPtr::new(ptr::null_mut());

/// Keeps the enum that was just registered.
pub(super) fn keep_order_state(class: &'static mut ClassEntry, info: ArgInfoTables) {
    mem::forget(info);
    ORDER_STATE.store(class, Ordering::Release);
}

/// A class that [`keep_class`] kept.
pub(super) fn class<const NUMBER: usize>() -> &'static ClassEntry {
    let kept = CLASSES
        .get(NUMBER)
        .map_or(ptr::null_mut(), |slot| slot.load(Ordering::Acquire));
    // SAFETY: classes live as long as the module. One that failed to register ends the start-up, so
    // that no code of ours runs without it.
    unsafe { kept.as_ref() }.unwrap_or_else(runtime_exception)
}

pub(super) fn runtime_exception() -> &'static ClassEntry {
    // SAFETY: SPL is part of every PHP, and starts before any shared extension.
    unsafe { &*spl_ce_RuntimeException }
}

/// Makes an object of `class` without running its constructor; nothing when memory or an abstract
/// class forbids.
pub(super) fn new_object(class: &ClassEntry) -> Option<Zval> {
    let mut object = Zval::new();
    // Before 8.2 PHP does not know that the order's arrays are sensitive: its traces would hold them.
    const MARKED: bool = ffi::ZEND_MODULE_API_NO >= 20_220_829;
    // SAFETY: a flag of the running thread, put back below.
    let arguments = unsafe {
        let flag = &raw mut (*ffi::ext_php_rs_executor_globals()).exception_ignore_args;
        let before = flag.read();
        flag.write(before || !MARKED);
        before
    };
    // SAFETY: writes a zval; the class is live.
    let status = unsafe { object_init_ex(&raw mut object, ptr::from_ref(class).cast_mut()) };
    // SAFETY: as above.
    unsafe { (*ffi::ext_php_rs_executor_globals()).exception_ignore_args = arguments };
    (status == SUCCESS).then_some(object)
}

/// Sets a property of `object` as code of `scope` may.
pub(super) fn set_property(object: &Zval, scope: &ClassEntry, name: &str, mut value: Zval) {
    if let Some(object) = object.object() {
        // SAFETY: object, class and value are live; the object takes a reference of its own.
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
pub(super) fn property(object: &ZendObject, scope: &ClassEntry, name: &str) -> Zval {
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
pub(super) fn base_exception() -> &'static ClassEntry {
    ext_php_rs::zend::ce::exception()
}

/// Throws an exception object.
pub(super) fn throw(exception: Zval) {
    let mut exception = ManuallyDrop::new(exception);
    // SAFETY: the engine takes the object over.
    unsafe { ffi::zend_throw_exception_object(&raw mut *exception) };
}

/// Raises one E_WARNING. User code can run inside, and may not return.
pub(super) fn warn(message: &ZendString) {
    // SAFETY: the format takes one C string, and zend_strings end in NUL.
    unsafe {
        ffi::php_error_docref(ptr::null(), E_WARNING, c"%s".as_ptr(), message.as_ptr());
    }
}

/// Writes one line to PHP's error log.
pub(super) fn log(line: &ZendString) {
    /// syslog's LOG_NOTICE, as php_log_err() uses it.
    const NOTICE: c_int = 5;
    // SAFETY: takes a C string, and zend_strings end in NUL.
    unsafe { php_log_err_with_severity(line.as_ptr(), NOTICE) };
}

thread_local! {
    /// The last failure of this request: a reference of our own, or null.
    static LAST_ERROR: Cell<*mut ffi::zend_object> = const { Cell::new(ptr::null_mut()) };
    /// Whether a request is running. User code can run after this module's RSHUTDOWN (a session
    /// handler, a stream that is closed late); an error kept there would outlive its memory.
    static IN_REQUEST: Cell<bool> = const { Cell::new(false) };
}

/// A request begins (RINIT).
pub(super) fn begin_request() {
    IN_REQUEST.set(true);
}

/// A request ends (RSHUTDOWN): no error is kept from here on.
pub(super) fn end_request() {
    IN_REQUEST.set(false);
    forget_last_error();
}

/// Keeps `exception` for `spread_last_error()`.
pub(super) fn set_last_error(exception: &Zval) {
    if !IN_REQUEST.get() {
        return;
    }
    if let Some(object) = exception.object() {
        let object = ptr::from_ref(object).cast_mut();
        // SAFETY: a live object; the reference is given back by `forget_last_error`.
        unsafe { (*object).gc.refcount += 1 };
        forget_last_error();
        // What `forget_last_error` could not empty in its turns is given up, not kept.
        release(LAST_ERROR.replace(object));
    }
}

pub(super) fn last_error() -> Zval {
    let mut value = Zval::new();
    // SAFETY: null or the live object that we hold a reference of.
    if let Some(object) = unsafe { LAST_ERROR.get().as_mut() } {
        value.set_object(object);
    }
    value
}

pub(super) fn forget_last_error() {
    // With an error goes its trace, and with that perhaps an object whose destructor sends an order
    // that fails too. Some turns of it, not endless ones.
    for _ in 0..8 {
        let last = LAST_ERROR.replace(ptr::null_mut());
        if last.is_null() {
            return;
        }
        release(last);
    }
}

/// Gives back a reference; the slot that held it is empty by now, for a destructor may call us.
fn release(object: *mut ffi::zend_object) {
    if !object.is_null() {
        // SAFETY: the reference was ours.
        unsafe { ffi::ext_php_rs_zend_object_release(object) };
    }
}

/// Marks parameters (from 1) of a function as `#[\SensitiveParameter]`, so that a trace does not show
/// what was passed. PHP 8.1 ignores the attribute. During MINIT.
pub(super) fn mark_sensitive(function: &str, parameters: &[u32]) {
    // SAFETY: during MINIT the compiler's function table holds this module's functions already.
    unsafe {
        let table = (*ffi::ext_php_rs_compiler_globals()).function_table;
        mark(table, function, parameters);
    }
}

/// The same for a method, by its name in lower case.
pub(super) fn mark_sensitive_method(class: &ClassEntry, method: &str, parameters: &[u32]) {
    let table = (&raw const class.function_table).cast_mut();
    // SAFETY: during MINIT, as above; the class was registered just before.
    unsafe { mark(table, method, parameters) };
}

/// # Safety
/// During MINIT, with a table of functions that no code reads yet.
unsafe fn mark(table: *mut ffi::HashTable, function: &str, parameters: &[u32]) {
    const PERSISTENT: u32 = 1;
    // SAFETY: the table's values are functions. The engine keeps a reference of its own to the name.
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

// --- settings and environment -------------------------------------------------------------------

/// The current value of an INI entry.
pub(super) fn ini(name: &CStr) -> Vec<u8> {
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

/// A variable as PHP's `getenv()` finds it: the server's, then the process's.
pub(super) fn environment(name: &CStr) -> Vec<u8> {
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

/// An INI entry to register.
pub(super) struct IniEntry {
    pub(super) name: &'static CStr,
    pub(super) default: &'static CStr,
    /// Shown through `ini::shown()` wherever settings are shown.
    pub(super) masked: bool,
}

/// Registers the entries, all of them changeable everywhere (`PHP_INI_ALL`).
pub(super) fn register_ini(entries: impl Iterator<Item = IniEntry>, module_number: i32) {
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
    const STARTUP: c_int = 1;
    // SAFETY: the engine hands over a live entry; its value may be null.
    let (name, value) = unsafe {
        (
            string_bytes((*entry).name),
            value.as_ref().map_or(&[][..], |value| string_bytes(value)),
        )
    };
    // A panic must not leave a function that C calls.
    let complaint = catch_unwind(AssertUnwindSafe(|| {
        super::ini::changed(name, value, stage == STARTUP)
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

unsafe extern "C" fn display_masked(entry: *mut ffi::zend_ini_entry, kind: c_int) {
    const ORIGINAL: c_int = 1;
    // SAFETY: the engine hands over a live entry; its values may be null.
    let (name, value, as_text) = unsafe {
        let value = if kind == ORIGINAL && (*entry).modified != 0 {
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
        let shown = super::ini::shown(name, value);
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

/// The page of `php --ri spread` and `phpinfo()`.
pub(super) extern "C" fn info(module: *mut ModuleEntry) {
    info_table_start!();
    info_table_row!("spread support", "enabled");
    info_table_row!("Version", crate::VERSION);
    info_table_row!("HTTP client", env!("SPREAD_HTTP_CLIENT"));
    info_table_row!("TLS", concat!(env!("SPREAD_TLS"), ", ring"));
    info_table_end!();
    // SAFETY: the engine hands over our own entry.
    unsafe { display_ini_entries(module) };
}

/// The version of the PHP that runs, such as `8.2.36`.
pub(super) fn php_version() -> String {
    const NAME: &str = "PHP_VERSION";
    // SAFETY: a constant of the core, a string; null would mean that it is missing.
    let value = unsafe { zend_get_constant_str(NAME.as_ptr().cast(), NAME.len()).as_ref() };
    value.and_then(Zval::string).unwrap_or_default()
}

// --- forks --------------------------------------------------------------------------------------

/// Has `prepare` run in this thread before each fork of the process. Registered once.
pub(super) fn before_fork(prepare: extern "C" fn()) {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        // SAFETY: takes functions that live as long as the process: this library is never unloaded.
        unsafe { libc::pthread_atfork(Some(as_unsafe(prepare)), None, None) };
    });
}

/// The type that C's declarations have.
fn as_unsafe(function: extern "C" fn()) -> unsafe extern "C" fn() {
    function
}

// --- signals ------------------------------------------------------------------------------------

/// Runs `call` with SIGPIPE held back: a peer that resets a connection while the order is being
/// written must give an error, not end PHP. Only this thread's mask is touched.
pub(super) fn without_sigpipe<T>(call: impl FnOnce() -> T) -> T {
    let _held = HeldSigpipe::new();
    call()
}

/// SIGPIPE is blocked in this thread. Holds the mask to restore, or nothing if it was blocked.
struct HeldSigpipe(Option<libc::sigset_t>);

impl HeldSigpipe {
    fn new() -> Self {
        // SAFETY: sets that are initialised by the calls that fill them.
        unsafe {
            let set = sigpipe();
            let mut before = MaybeUninit::zeroed().assume_init();
            if libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, &raw mut before) != 0
                || libc::sigismember(&raw const before, libc::SIGPIPE) == 1
            {
                return Self(None);
            }
            Self(Some(before))
        }
    }
}

impl Drop for HeldSigpipe {
    fn drop(&mut self) {
        let Some(before) = self.0 else {
            return;
        };
        // SAFETY: as above. sigwait() takes a signal that is pending, so it returns at once.
        unsafe {
            let mut pending = MaybeUninit::zeroed().assume_init();
            libc::sigpending(&raw mut pending);
            if libc::sigismember(&raw const pending, libc::SIGPIPE) == 1 {
                let (set, mut taken) = (sigpipe(), 0);
                libc::sigwait(&raw const set, &raw mut taken);
            }
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, ptr::null_mut());
        }
    }
}

fn sigpipe() -> libc::sigset_t {
    // SAFETY: the set is initialised before it is used.
    unsafe {
        let mut set = MaybeUninit::zeroed().assume_init();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, libc::SIGPIPE);
        set
    }
}

/// Keeps PHP's signal handlers, which are not made for threads, off the calling thread.
pub(super) fn block_signals() {
    // SAFETY: a full set for a mask that only this thread has.
    unsafe {
        let mut all = MaybeUninit::zeroed().assume_init();
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const all, ptr::null_mut());
    }
}
