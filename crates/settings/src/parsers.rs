//! Parses the text of a setting; errors say which value was expected.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::time::Duration;

use client::Expected;
use client::auth::Policy;
use client::keys;

// As literals, which a message can hold.
macro_rules! max_seconds {
    () => {
        86_400
    };
}
macro_rules! max_redirects {
    () => {
        1_000
    };
}

/// The longest timeout, in seconds: a day.
pub const MAX_SECONDS: u32 = max_seconds!();

/// Seconds, decimals allowed.
///
/// # Errors
/// When the text is not a number above 0 and at most [`MAX_SECONDS`].
pub(crate) fn seconds(text: &[u8]) -> Result<Duration, Expected> {
    str::from_utf8(text)
        .ok()
        .and_then(|text| text.trim().parse::<f64>().ok())
        .filter(|seconds| *seconds > 0.0 && *seconds <= f64::from(MAX_SECONDS))
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        // Half a nanosecond rounds to 0, a timeout that would expire at once.
        .filter(|duration| !duration.is_zero())
        .ok_or(concat!(
            "a number of seconds above 0 and at most ",
            max_seconds!(),
            ", such as 10 or 0.5"
        ))
}

/// A public key. RFC 7617 section 2: a user-id must not contain a colon, which separates the password.
///
/// # Errors
/// When it holds a colon or a control character.
pub(crate) fn public_key(text: &[u8]) -> Result<Vec<u8>, Expected> {
    if text.contains(&b':') {
        Err("an API key without a colon")
    } else {
        keys::key(text)
    }
}

/// The authentication policy.
///
/// # Errors
/// When it is not one of the four words.
pub(crate) fn policy(text: &[u8]) -> Result<Policy, Expected> {
    match text {
        b"auto" => Ok(Policy::Auto),
        b"any" => Ok(Policy::Any),
        b"basic" => Ok(Policy::Basic),
        b"digest" => Ok(Policy::Digest),
        _ => Err("auto, any, basic or digest"),
    }
}

/// A number of redirects. php-curl's -1 (no limit) is refused: a loop would only end with the timeout.
///
/// # Errors
/// When it is not a whole number from 0 to the limit.
pub(crate) fn redirects(text: &[u8]) -> Result<u32, Expected> {
    str::from_utf8(text)
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .filter(|count| *count <= max_redirects!())
        .ok_or(concat!("a whole number from 0 to ", max_redirects!()))
}

/// An on/off value as PHP's INI files spell it.
///
/// # Errors
/// When it is not one of those words.
pub(crate) fn switch(text: &[u8]) -> Result<bool, Expected> {
    match text.trim_ascii().to_ascii_lowercase().as_slice() {
        b"1" | b"on" | b"yes" | b"true" => Ok(true),
        b"" | b"0" | b"off" | b"no" | b"false" | b"none" => Ok(false),
        _ => Err("1 or 0"),
    }
}

/// Any bytes.
pub(crate) fn bytes(text: &[u8]) -> Result<Vec<u8>, Expected> {
    Ok(text.to_vec())
}

/// The file that bytes name; none when they are empty.
#[expect(clippy::ptr_arg, reason = "the value of a setting of bytes")]
pub(crate) fn path(bytes: &Vec<u8>) -> Option<PathBuf> {
    (!bytes.is_empty()).then(|| PathBuf::from(OsStr::from_bytes(bytes)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn seconds_take_decimals_and_refuse_the_rest() {
        assert_eq!(seconds(b"2").unwrap(), Duration::from_secs(2));
        assert_eq!(seconds(b" 0.25 ").unwrap(), Duration::from_millis(250));
        assert_eq!(seconds(b"86400").unwrap(), Duration::from_secs(86_400));
        for text in [
            "", "0", "-1", "abc", "1s", "inf", "NaN", "1e9", "86400.1", "1e-30", "0x10", "1,5",
        ] {
            assert!(seconds(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn switches_parse_as_in_php_ini_files() {
        assert!(switch(b"On").unwrap());
        assert!(!switch(b"").unwrap());
        assert!(switch(b"maybe").is_err());
    }
}
