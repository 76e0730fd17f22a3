//! Constants and types of the engine's C declarations.

use std::ffi::c_int;

use ext_php_rs::types::Zval;
use ext_php_rs::zend::ExecuteData;

/// `ffi::ZEND_MODULE_API_NO` of the first version.
pub(crate) const PHP_8_2: u32 = 20_220_829;
pub(crate) const PHP_8_4: u32 = 20_240_924;

pub(crate) const SUCCESS: c_int = 0;
pub(crate) const FAILURE: c_int = -1;

/// A warning that code may handle, in `php_error_docref`.
pub(super) const E_WARNING: c_int = 2;

/// The engine's function pointer of a function or a method.
pub(crate) type Handler = extern "C" fn(call: &mut ExecuteData, returned: &mut Zval);
