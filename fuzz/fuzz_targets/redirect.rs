//! A hostile `Location` never leads from https to http, to another scheme, or to a URL with a user, a
//! password or a fragment; the target can be requested, and as a `Location` leads to itself.
//!
//! An input is lines: the configured endpoint, and then one `Location` a line, each the response to the
//! request to the last one's target.

#![no_main]

use client::{config, redirect};
use http::{HeaderValue, Uri};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|input: &[u8]| {
    let mut lines = input.split(|byte| *byte == b'\n');
    let Ok(mut from) = config::endpoint(lines.next().unwrap_or_default()) else {
        return;
    };
    for location in lines {
        check(&from, None);
        assert_eq!(redirect::target(&from, 200, Some(location)), Ok(None));
        if let Ok(Some(to)) = redirect::target(&from, 307, Some(location)) {
            check(&to, Some(&from));
            let again = redirect::target(&from, 307, Some(to.as_str().as_bytes()));
            assert_eq!(again, Ok(Some(to.clone())), "from {from}");
            from = to;
        }
    }
});

fn check(url: &Url, from: Option<&Url>) {
    assert!(matches!(url.scheme(), "http" | "https"), "{url}");
    assert!(url.has_host(), "{url}");
    assert!(
        url.username().is_empty() && url.password().is_none(),
        "{url}"
    );
    assert!(redirect::same_origin(url, url));
    assert!(
        HeaderValue::from_str(&redirect::authority(url)).is_ok(),
        "{url}"
    );
    if let Some(from) = from {
        assert_eq!(url.fragment(), None);
        assert!(
            from.scheme() == "http" || url.scheme() == "https",
            "{from} to {url}"
        );
        assert!(url.as_str().parse::<Uri>().is_ok(), "{url}");
    }
}
