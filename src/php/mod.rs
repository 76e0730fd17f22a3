//! Registration only: what PHP sees of the extension.

#[forbid(unsafe_code)]
mod client_class;
#[forbid(unsafe_code)]
mod decode;
#[forbid(unsafe_code)]
mod encode;
#[forbid(unsafe_code)]
mod exceptions;
#[forbid(unsafe_code)]
mod functions;
#[forbid(unsafe_code)]
mod ini;
#[forbid(unsafe_code)]
mod options;
#[forbid(unsafe_code)]
mod order_state;
#[forbid(unsafe_code)]
mod outbox;
#[forbid(unsafe_code)]
mod validate;
#[allow(unsafe_code)]
mod zend;

use ext_php_rs::builders::ModuleBuilder;

/// The module, at load time.
fn module(module: ModuleBuilder<'_>) -> ModuleBuilder<'_> {
    functions::register(module)
        .info_function(zend::info)
        .startup_function(startup)
        .request_startup_function(request_startup)
        .request_shutdown_function(request_shutdown)
}

/// MINIT. Nothing else is started here: php-fpm and Apache fork afterwards.
extern "C" fn startup(_type: i32, module_number: i32) -> i32 {
    ini::register(module_number);
    functions::mark_sensitive_parameters();
    let classes = exceptions::register()
        .and_then(|()| client_class::register())
        .and_then(|()| order_state::register());
    match classes {
        Ok(()) => zend::SUCCESS,
        Err(_) => zend::FAILURE,
    }
}

/// RINIT. Settings of a directory or a virtual host come and go with requests.
extern "C" fn request_startup(_type: i32, _module_number: i32) -> i32 {
    ini::forget();
    zend::begin_request();
    zend::SUCCESS
}

/// RSHUTDOWN.
extern "C" fn request_shutdown(_type: i32, _module_number: i32) -> i32 {
    zend::end_request();
    zend::SUCCESS
}
