//! Link arguments of the extension, and the versions that its phpinfo page prints.

use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=Cargo.lock");

    let target = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    match target.as_str() {
        // PHP unloads extensions with dlclose() when it ends. A resolver's helper thread may still
        // be inside our code then, so the library stays mapped until the process is gone.
        "linux" => println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete"),
        // On macOS the Zend symbols are found in the php binary when the extension is loaded.
        "macos" => {
            println!("cargo::rustc-cdylib-link-arg=-undefined");
            println!("cargo::rustc-cdylib-link-arg=dynamic_lookup");
        }
        _ => {}
    }

    let lock = fs::read_to_string("Cargo.lock").unwrap_or_default();
    for (variable, package) in [("SPREAD_HTTP_CLIENT", "reqwest"), ("SPREAD_TLS", "rustls")] {
        let version = locked_version(&lock, package).unwrap_or("unknown");
        println!("cargo::rustc-env={variable}={package} {version}");
    }
}

/// The version of `package` that Cargo.lock holds.
fn locked_version<'l>(lock: &'l str, package: &str) -> Option<&'l str> {
    let entry = lock.split("[[package]]").find(|entry| {
        entry
            .lines()
            .any(|line| line == format!("name = \"{package}\""))
    })?;
    entry
        .lines()
        .find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
}
