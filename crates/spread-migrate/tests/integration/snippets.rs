//! Each snippet is replaced by what stands beside it, or left alone for the reason in its first line.

use std::fs;

use crate::shops::{Shop, fixtures};

/// `SPREAD_WRITE_EXPECTED=1` writes the results, for a person to read.
#[test]
fn snippets_that_are_understood_are_replaced_once_and_for_all() {
    for (path, content) in fixtures("replaced") {
        let name = path.display();
        let shop = Shop::with(&[("order.php", &content)]);
        let listed = shop.run(&["."]);
        assert_eq!(listed.status, Some(1), "{name}: {}", listed.out);
        assert_eq!(
            shop.read("order.php"),
            content,
            "{name}: listing changes nothing"
        );

        let applied = shop.run(&["--apply", "."]);
        assert_eq!(
            (applied.status, applied.err.as_str()),
            (Some(0), ""),
            "{name}: {}",
            applied.out
        );
        let result = shop.read("order.php");
        let expected = path.with_extension("after");
        if std::env::var_os("SPREAD_WRITE_EXPECTED").is_some() {
            fs::write(&expected, &result).expect("the expected file");
        }
        let expected = fs::read(&expected).expect("the expected file");
        assert_eq!(
            String::from_utf8_lossy(&result),
            String::from_utf8_lossy(&expected),
            "{name}"
        );
        assert_eq!(shop.names(), ["order.php"], "{name}");

        let again = shop.run(&["--apply", "."]);
        assert_eq!(
            (again.status, again.out.as_str()),
            (Some(0), "no snippet found\n"),
            "{name}"
        );
        assert_eq!(shop.read("order.php"), result, "{name}: applied twice");
    }
}

#[test]
fn snippets_that_are_not_understood_are_named_and_left_alone() {
    for (path, content) in fixtures("left") {
        let name = path.display();
        let text = String::from_utf8_lossy(&content);
        let first = text.lines().next().unwrap_or_default();
        let reason = first.split("left alone: ").nth(1).expect("a reason");
        let shop = Shop::with(&[("order.php", &content)]);
        let applied = shop.run(&["--apply", "."]);
        assert_eq!(
            (applied.status, applied.err.as_str()),
            (Some(1), ""),
            "{name}: {}",
            applied.out
        );
        assert!(
            applied.out.contains(reason),
            "{name}: {reason}: {}",
            applied.out
        );
        assert_eq!(shop.read("order.php"), content, "{name}");
    }
}

#[test]
fn constants_callers_and_readers_in_other_files_count() {
    let snippet = br#"<?php
require 'config.php';
function shop_report($post_data)
{
    $curl = curl_init(CRM_URL);
    curl_setopt($curl, CURLOPT_USERPWD, Keys::PUBLIC_KEY . ":" . CRM_PRIVATE_KEY);
    curl_setopt($curl, CURLOPT_HTTPAUTH, CURLAUTH_ANY);
    curl_setopt($curl, CURLOPT_POSTFIELDS, http_build_query($post_data));
    curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
    $result = curl_exec($curl);
    curl_close($curl);
    return $result !== false;
}
"#;
    let config = b"<?php\ndefine('CRM_URL', 'https://social-sb.com/api/updateOrder');\ndefine(\"CRM_PRIVATE_KEY\", 's3cret');\n";
    let keys = b"<?php\nfinal class Keys { const PUBLIC_KEY = 'shop'; }\n";
    let caller = b"<?php\nshop_report(array('data' => array('order_idorder' => '1'), 'request' => array('order_idorder' => '1')));\n";
    let files: [(&str, &[u8]); 4] = [
        ("report.php", snippet),
        ("config.php", config),
        ("keys.php", keys),
        ("caller.php", caller),
    ];
    let shop = Shop::with(&files);
    let applied = shop.run(&["--apply", "."]);
    assert_eq!(applied.status, Some(0), "{}", applied.out);
    assert!(
        applied.out.contains("config.php:3 still has a key"),
        "{}",
        applied.out
    );
    let result = String::from_utf8(shop.read("report.php")).expect("UTF-8");
    assert!(
        result.contains(
            "$result = spread_update_order($post_data[\"data\"], $post_data[\"request\"]);"
        ),
        "{result}"
    );
    assert_eq!(shop.run(&["."]).out, "no snippet found\n");

    let left = |name: &str, content: &[u8], reason: &str| {
        let shop = Shop::with(&files);
        shop.write(name, content);
        let applied = shop.run(&["--apply", "."]);
        assert_eq!(applied.status, Some(1), "{}", applied.out);
        assert!(applied.out.contains(reason), "{reason}: {}", applied.out);
        assert_eq!(shop.read("report.php"), snippet);
    };
    left(
        "other/keys.php",
        b"<?php\ndefine('CRM_PRIVATE_KEY', 'another');\n",
        "the API keys come from CRM_PRIVATE_KEY",
    );
    left(
        "other.php",
        b"<?php\nshop_report(shop_order());\n",
        "./other.php:2: it is not known here what shop_order() returns",
    );
    left(
        "hook.php",
        b"<?php\nadd_action('new_order', 'shop_report');\n",
        "its name is also a text",
    );
    left(
        "test.php",
        b"<?php\ndefine('CRM_URL', 'https://test.example/api/updateOrder');\n",
        "the URL is made of CRM_URL",
    );
}

#[test]
fn what_an_included_file_reads_is_left() {
    let snippet = crate::shops::documented();
    let shop = Shop::with(&[
        ("order.php", &snippet),
        ("footer.php", b"<?php if ($curl_return === 'ok') echo 1;\n"),
    ]);
    let applied = shop.run(&["--apply", "."]);
    assert_eq!(applied.status, Some(1));
    assert!(
        applied
            .out
            .contains("./footer.php may read $curl_return as well"),
        "{}",
        applied.out
    );
    assert_eq!(shop.read("order.php"), snippet);

    // A name that the page has already is not taken.
    let page = b"<?php $response = render(); include 'order.php'; echo $response;\n";
    let shop = Shop::with(&[("order.php", &snippet), ("page.php", page)]);
    assert_eq!(shop.run(&["--apply", "."]).status, Some(0));
    let result = String::from_utf8(shop.read("order.php")).expect("UTF-8");
    assert!(
        result.contains("$curl_return = spread_update_order("),
        "{result}"
    );
}

#[test]
fn one_value_of_each_setting_serves_all_places() {
    let order = |change: &dyn Fn(String) -> String| {
        change(String::from_utf8(crate::shops::documented()).expect("UTF-8")).into_bytes()
    };
    let a = order(&|text| {
        text.replace(
            "curl_exec(",
            "curl_setopt($curl, CURLOPT_TIMEOUT, 30);\n$x = curl_exec(",
        )
        .replace("$x = ", "")
        .replace("$curl_return = curl_setopt", "curl_setopt")
        .replace("\ncurl_exec", "\n$curl_return = curl_exec")
    });
    let b = order(&|text| text.replace("shop:s3cret", "other:hidden"));
    let shop = Shop::with(&[("a.php", &a), ("b.php", &b), ("c.php", &a.clone())]);
    let applied = shop.run(&["--apply", "--ini", "spread.ini", "."]);
    assert_eq!(applied.status, Some(1), "{}", applied.out);
    assert!(
        applied
            .out
            .contains("the API keys are others than at ./a.php:57"),
        "{}",
        applied.out
    );
    assert_eq!(shop.read("b.php"), b);
    let ini = String::from_utf8(shop.read("spread.ini")).expect("UTF-8");
    assert!(
        ini.contains(
            "spread.public_key = 'shop'\nspread.private_key = 's3cret'\nspread.timeout = '30'\n"
        ),
        "{ini}"
    );
}
