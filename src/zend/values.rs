//! Reading PHP's values: arrays, objects and their contents.
//!
//! User code can run inside a Zend call (a lazy object's initialiser, a destructor) and change the very
//! arrays that are being read. So an [`Object`] and the [`Table`] of an array hold a reference,
//! [`Entries`] reads its table again at each step, and asks an object for its table again. References are
//! given back without telling the cycle collector, which would run the destructors of others.

use std::ffi::{c_int, c_void};
use std::marker::PhantomData;
use std::mem;
use std::ptr::{self, NonNull};

use codec::form::Key;
use ext_php_rs::ffi;

use super::abi::{PHP_8_2, SUCCESS};
use super::classes::order_state;
use super::strings::string_bytes;

// ext-php-rs does not bind these. PHP 8.1 to 8.6 export them with these signatures.
unsafe extern "C" {
    fn zend_check_property_access(
        object: *mut ffi::zend_object,
        name: *mut ffi::zend_string,
        dynamic: bool,
    ) -> c_int;
}

/// An array that is being read. It holds a reference, except to an array without a count and to the
/// properties of an object.
pub(crate) struct Table {
    table: NonNull<ffi::HashTable>,
    held: bool,
}

/// An object that is being read. It holds a reference.
pub(crate) struct Object(pub(super) NonNull<ffi::zend_object>);

/// A value, references followed. Strings are those of the table: they are good until the next call
/// into Zend.
pub(crate) enum Value<'t> {
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
    pub(super) unsafe fn hold(table: *mut ffi::HashTable) -> Option<Self> {
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

    pub(super) fn empty() -> Self {
        // SAFETY: a static of the engine that is never freed and not counted.
        let table = NonNull::from(unsafe { &ffi::zend_empty_array });
        Self { table, held: false }
    }

    /// Identifies this array among all live ones.
    pub(crate) fn identity(&self) -> usize {
        self.table.as_ptr() as usize
    }

    pub(crate) fn entries(&self) -> Entries<'_> {
        Entries {
            walked: Walked::Array(self.table),
            next: 0,
            lifetime: PhantomData,
        }
    }

    /// The value of a string key.
    pub(crate) fn get(&self, key: &str) -> Option<Value<'_>> {
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
    /// The object keeps it: with a second reference, an ArrayObject would copy its storage at the next
    /// look, and a cycle through it would never be seen.
    pub(crate) fn properties(&self) -> Option<Table> {
        // SAFETY: the object is live while we hold it.
        let table = unsafe { properties(self.0) }?;
        Some(Table { table, held: false })
    }

    /// The [`properties`](Self::properties) that the calling scope may see.
    pub(crate) fn entries(&self) -> Entries<'_> {
        Entries {
            walked: Walked::Properties(self.0),
            next: 0,
            lifetime: PhantomData,
        }
    }

    /// Whether this is a case of `Spread\OrderState`.
    pub(crate) fn is_order_state(&self) -> bool {
        // SAFETY: an object has a class.
        unsafe { ptr::eq((*self.0.as_ptr()).ce, order_state()) }
    }

    pub(crate) fn is_enum(&self) -> bool {
        // SAFETY: an object has a class.
        unsafe { (*(*self.0.as_ptr()).ce).ce_flags & ffi::ZEND_ACC_ENUM != 0 }
    }

    /// The value of a backed enum's case; nothing for a unit enum.
    pub(crate) fn enum_value(&self) -> Option<Value<'_>> {
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
        // SAFETY: gives back the reference that `hold` took; the last one destroys the object. The
        // engine's release would also make the object a possible root of a cycle, and a full buffer of
        // roots starts a collection. The object was referenced before and is no more garbage now.
        unsafe {
            let object = self.0.as_ptr();
            (*object).gc.refcount -= 1;
            if (*object).gc.refcount == 0 {
                ffi::zend_objects_store_del(object);
            }
        }
    }
}

/// Walks a table in its sequence.
pub(crate) struct Entries<'t> {
    walked: Walked,
    next: u32,
    lifetime: PhantomData<&'t Table>,
}

#[derive(Clone, Copy)]
enum Walked {
    /// An array that is held.
    Array(NonNull<ffi::HashTable>),
    /// The properties of an object that is held. User code may have replaced their table since the last
    /// step (an ArrayObject exchanges its storage), so each step asks for it.
    Properties(NonNull<ffi::zend_object>),
}

impl Walked {
    /// # Safety
    /// The array or the object must be live.
    unsafe fn table(self) -> Option<NonNull<ffi::HashTable>> {
        match self {
            Self::Array(table) => Some(table),
            // SAFETY: as above.
            Self::Properties(object) => unsafe { properties(object) },
        }
    }
}

/// # Safety
/// `object` must be a live object.
unsafe fn properties(object: NonNull<ffi::zend_object>) -> Option<NonNull<ffi::HashTable>> {
    // SAFETY: the handlers are those of the object's class.
    unsafe {
        let handlers = (*object.as_ptr()).handlers.as_ref()?;
        NonNull::new(handlers.get_properties?(object.as_ptr()))
    }
}

/// The head of a `HashTable`, which is the same in PHP 8.1 to 8.6. Since 8.2 a packed array holds
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
const PACKED_ZVALS: bool = ffi::ZEND_MODULE_API_NO >= PHP_8_2;
const HASH_FLAG_PACKED: u32 = 1 << 2;
/// A slot that leads to a declared property's own zval; the bindings do not have it.
const IS_INDIRECT: u32 = 12;

impl<'t> Iterator for Entries<'t> {
    type Item = (Key<'t>, Value<'t>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // SAFETY: the maker of this holds the array or the object. The table is read again at each
            // step, and the index compared with what is used now. Slots below `used` are initialised.
            unsafe {
                let table = self.walked.table()?.cast::<Layout>().as_ref();
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
                let key = match self.walked {
                    _ if name.is_null() => Key::Index(number),
                    Walked::Array(_) => Key::Name(string_bytes(name)),
                    Walked::Properties(owner) => match visible(owner, name, dynamic) {
                        Some(name) => Key::Name(name),
                        None => continue,
                    },
                };
                return Some((key, read(dereferenced(value))));
            }
        }
    }
}

/// The plain name of a property, if the calling scope may see it.
///
/// # Safety
/// `owner` must be a live object, and `name` a key of its properties that lives for `'t`.
unsafe fn visible<'t>(
    owner: NonNull<ffi::zend_object>,
    name: *mut ffi::zend_string,
    dynamic: bool,
) -> Option<&'t [u8]> {
    // SAFETY: as above.
    let (bytes, allowed) = unsafe {
        let allowed = zend_check_property_access(owner.as_ptr(), name, dynamic) == SUCCESS;
        (string_bytes::<'t>(name), allowed)
    };
    allowed.then(|| unmangled(bytes))
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
pub(super) unsafe fn dereferenced(value: *mut ffi::zval) -> *mut ffi::zval {
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
