//! Link arguments of the extension, and the versions that its phpinfo page prints.

use std::process::Command;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=Cargo.lock");

    let target = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    match target.as_str() {
        // PHP unloads extensions with dlclose() when it ends. A resolver thread may still run this code
        // then: the library stays mapped until the process ends.
        "linux" => link("-Wl,-z,nodelete"),
        // On macOS the Zend symbols are resolved in the php binary at load time.
        "macos" => {
            link("-undefined");
            link("dynamic_lookup");
        }
        _ => {}
    }
    // Relative relocations take a twentieth of the space, and PHP reads all of them when it starts.
    // They need glibc 2.36 where the extension is loaded, too: a file for other machines does without.
    println!("cargo::rerun-if-env-changed=SPREAD_PORTABLE");
    if !is_portable() && knows_packed_relocations() {
        link("-Wl,-z,pack-relative-relocs");
    }

    let lock = fs::read_to_string("Cargo.lock").unwrap_or_default();
    for (variable, package) in [("SPREAD_HTTP_CLIENT", "reqwest"), ("SPREAD_TLS", "rustls")] {
        let version = locked_version(&lock, package).unwrap_or("unknown");
        println!("cargo::rustc-env={variable}={package} {version}");
    }
}

fn link(argument: &str) {
    println!("cargo::rustc-cdylib-link-arg={argument}");
}

/// Whether the file is meant for other machines than this one.
fn is_portable() -> bool {
    env::var("SPREAD_PORTABLE").is_ok_and(|value| !value.is_empty() && value != "0")
}

/// Whether this is a native build on glibc 2.36 (Debian 12) or later.
fn knows_packed_relocations() -> bool {
    if env::var("HOST") != env::var("TARGET") {
        return false;
    }
    // Prints "glibc 2.36"; other C libraries do not have this name.
    let Ok(answer) = Command::new("getconf").arg("GNU_LIBC_VERSION").output() else {
        return false;
    };
    let version = String::from_utf8_lossy(&answer.stdout);
    let mut numbers = version
        .trim()
        .trim_start_matches("glibc ")
        .split('.')
        .map(|number| number.parse::<u32>().unwrap_or(0));
    (numbers.next(), numbers.next()) >= (Some(2), Some(36))
}

/// The version of `package` in Cargo.lock.
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
