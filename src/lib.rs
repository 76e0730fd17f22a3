//! The PHP extension: the binding between Zend and the crates.
//!
//! The path of an order:
//!
//! ```text
//!   $data, $request ──► encode ──► codec::form ──► body
//!                                                   │
//!                                outbox, client ◄───┘
//!                                     │
//!                              answer or error
//!                                     │
//!   mixed ◄── decode ◄────────────────┤
//!   Spread\Exception ◄── exceptions ◄─┘
//! ```
//!
//! This file only registers the extension. Only `zend/` holds unsafe code.

#![deny(unsafe_code)]

mod after_response;
mod backlog;
mod call;
mod circuit_breaker;
mod client_class;
mod decode;
mod drain;
mod encode;
mod exceptions;
mod exchange;
mod functions;
mod info;
mod ini;
mod log;
mod options;
mod order_state;
mod outbox_connections;
mod outbox_errors;
mod status;
mod validate;
#[allow(unsafe_code)]
mod zend;

use std::panic::catch_unwind;

use client::threads;
use ext_php_rs::builders::ModuleBuilder;
use ext_php_rs::php_module;

// The macro defines the C function get_module(), which PHP looks for.
#[allow(unsafe_code)]
#[php_module]
pub fn get_module(module: ModuleBuilder) -> ModuleBuilder {
    functions::register(module)
        .info_function(info::print)
        .startup_function(startup)
        .request_startup_function(request_startup)
        .request_shutdown_function(request_shutdown)
        .shutdown_function(shutdown)
}

/// MINIT. Starts no thread and opens no connection: php-fpm and Apache fork afterwards, and share the page.
extern "C" fn startup(_type: i32, module_number: i32) -> i32 {
    ini::register(module_number);
    functions::mark_sensitive_parameters();
    zend::page();
    threads::block_signals_by(zend::with_all_signals_blocked);
    let classes = exceptions::register()
        .and_then(|()| client_class::register())
        .and_then(|()| order_state::register());
    match classes {
        Ok(()) => zend::SUCCESS,
        Err(_) => zend::FAILURE,
    }
}

/// RINIT. Settings of a directory or a virtual host differ between requests. A process counts as one of its
/// pool from its first request on.
extern "C" fn request_startup(_type: i32, _module_number: i32) -> i32 {
    ini::forget();
    log::begin_request();
    zend::begin_request();
    zend::begin_response();
    zend::this_process();
    zend::SUCCESS
}

/// RSHUTDOWN.
extern "C" fn request_shutdown(_type: i32, _module_number: i32) -> i32 {
    // A panic must not leave a function that C calls.
    let _ = catch_unwind(|| {
        after_response::end_request();
        zend::with_signals_blocked(outbox_connections::end_request);
    });
    zend::end_request();
    zend::SUCCESS
}

/// MSHUTDOWN.
extern "C" fn shutdown(_type: i32, _module_number: i32) -> i32 {
    let _ = catch_unwind(|| zend::with_signals_blocked(outbox_connections::end_process));
    zend::SUCCESS
}
