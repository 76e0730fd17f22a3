//! Whatever is not replaced keeps its bytes: encodings, line ends, the rest of the file.

use crate::shops::{Shop, documented, fixtures};

fn applied(content: &[u8]) -> Vec<u8> {
    let shop = Shop::with(&[("order.php", content)]);
    let output = shop.run(&["--apply", "."]);
    assert_eq!(output.status, Some(0), "{}{}", output.out, output.err);
    shop.read("order.php")
}

fn replaced(text: &[u8], what: &str, with: &[u8]) -> Vec<u8> {
    let mut result = Vec::new();
    let mut rest = text;
    while let Some(at) = rest
        .windows(what.len())
        .position(|part| part == what.as_bytes())
    {
        let (before, after) = rest.split_at(at);
        result.extend_from_slice(before);
        result.extend_from_slice(with);
        rest = &after[what.len()..];
    }
    result.extend_from_slice(rest);
    result
}

#[test]
fn line_ends_are_kept() {
    let plain = applied(&documented());
    assert_eq!(
        applied(&replaced(&documented(), "\n", b"\r\n")),
        replaced(&plain, "\n", b"\r\n")
    );
}

#[test]
fn bytes_of_any_encoding_are_kept() {
    let plain = applied(&documented());
    for other in [b"\xe2".as_slice(), b"\xff\xfe", b"\x80"] {
        let changed = applied(&replaced(&documented(), "â", other));
        assert_eq!(changed, replaced(&plain, "â", other));
    }
}

#[test]
fn a_byte_order_mark_and_text_around_the_code_are_kept() {
    let before = b"\xef\xbb\xbf<html>\xe9\n";
    let after = b"\n</html>\n<?php /* end */";
    let changed = applied(&[before, documented().as_slice(), after].concat());
    assert_eq!(
        changed,
        [before, applied(&documented()).as_slice(), after].concat()
    );
}

#[test]
fn names_in_latin_1_stay_names() {
    let renamed = |content: &[u8]| replaced(content, "$post_data", b"$donn\xe9es");
    assert_eq!(
        applied(&renamed(&documented())),
        renamed(&applied(&documented()))
    );
}

#[test]
fn a_file_that_the_parser_does_not_understand_is_named_and_untouched() {
    let content = [documented().as_slice(), b"<?php function { if ( ?>"].concat();
    let shop = Shop::with(&[("order.php", &content)]);
    let output = shop.run(&["--apply", "."]);
    assert_eq!(output.status, Some(1));
    assert!(
        output
            .out
            .contains("the file is not understood from here on"),
        "{}",
        output.out
    );
    assert_eq!(shop.read("order.php"), content);

    let broken = b"<?php\n$a = [;\n$url = 'https://social-sb.com/api/updateOrder;\n";
    let shop = Shop::with(&[("order.php", broken)]);
    let output = shop.run(&["--apply", "."]);
    assert_eq!(output.status, Some(1));
    assert!(
        output
            .out
            .contains("the file is not understood from here on"),
        "{}",
        output.out
    );
    assert_eq!(shop.read("order.php"), broken);
}

#[test]
fn files_without_a_snippet_are_not_written() {
    let shop = Shop::new();
    for (number, (_, content)) in fixtures("replaced").into_iter().enumerate() {
        let other = replaced(
            &replaced(&content, "social-sb.com", b"pay.example"),
            "curl_exec",
            b"pay_exec",
        );
        shop.write(&format!("{number}.php"), &other);
    }
    let contents = || {
        shop.names()
            .iter()
            .map(|name| shop.read(name))
            .collect::<Vec<_>>()
    };
    let before = contents();
    shop.run(&["--apply", "."]);
    assert_eq!(contents(), before);
}
