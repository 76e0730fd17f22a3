//! What is printed.

use crate::shops::{Shop, documented, fixtures};

#[test]
fn no_output_has_a_private_key() {
    let shop = Shop::new();
    for directory in ["replaced", "left"] {
        for (path, content) in fixtures(directory) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            shop.write(&format!("{directory}/{name}"), &content);
        }
    }
    for arguments in [
        ["."].as_slice(),
        &["--json", "."],
        &["--diff", "."],
        &["--apply", "."],
    ] {
        let output = shop.run(arguments);
        assert!(
            output.out.contains("********"),
            "{arguments:?}: {}",
            output.out
        );
        let line = output
            .out
            .lines()
            .chain(output.err.lines())
            .find(|line| line.contains("s3cret"));
        assert_eq!(line, None, "{arguments:?}");
    }
}

#[test]
fn a_diff_has_the_change_and_nothing_else() {
    let content = b"<?php\n$a = 1;\n$d = array(\"order_idorder\" => \"1\");\n$c = curl_init(\"https://social-sb.com/api/createOrder\");\ncurl_setopt($c, CURLOPT_HTTPAUTH, CURLAUTH_ANY);\ncurl_setopt($c, CURLOPT_USERPWD, \"shop:s3cret\");\ncurl_setopt($c, CURLOPT_RETURNTRANSFER, 1);\ncurl_setopt($c, CURLOPT_POSTFIELDS, http_build_query(array(\"data\" => $d)));\n$r = curl_exec($c);\n";
    let shop = Shop::with(&[("shop/order.php", content)]);
    let output = shop.run(&["--diff", "shop"]);
    assert_eq!(output.status, Some(1));
    let expected = "\
--- a/shop/order.php
+++ b/shop/order.php
@@ -1,9 +1,4 @@
 <?php
 $a = 1;
 $d = array(\"order_idorder\" => \"1\");
-$c = curl_init(\"https://social-sb.com/api/createOrder\");
-curl_setopt($c, CURLOPT_HTTPAUTH, CURLAUTH_ANY);
-curl_setopt($c, CURLOPT_USERPWD, \"********\");
-curl_setopt($c, CURLOPT_RETURNTRANSFER, 1);
-curl_setopt($c, CURLOPT_POSTFIELDS, http_build_query(array(\"data\" => $d)));
-$r = curl_exec($c);
+$response = spread_create_order($d);
";
    assert_eq!(output.out, expected);
    assert_eq!(shop.read("shop/order.php"), content);
}

#[test]
fn json_says_the_same_as_the_list() {
    let content = String::from_utf8(documented()).expect("UTF-8").replace(
        "curl_close",
        "curl_setopt($curl, CURLOPT_TIMEOUT, 30);\n    curl_close",
    );
    let shop = Shop::with(&[("a.php", &documented()), ("b.php", content.as_bytes())]);
    let output = shop.run(&["--json", "."]);
    let json: serde_json::Value = serde_json::from_str(&output.out).expect("JSON");
    let state = |number: usize| {
        json["places"][number]["state"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(
        (state(0).as_str(), state(1).as_str()),
        ("can be replaced", "left alone")
    );
    assert_eq!(json["places"][0]["method"], "updateOrder");
    assert_eq!(json["places"][0]["file"], "./a.php");
    assert_eq!(
        json["places"][1]["reasons"][0]["text"],
        "an option is set after curl_exec()"
    );
    assert_eq!(json["settings"]["spread.private_key"], "********");
    assert_eq!(json["settings"]["spread.public_key"], "shop");
}

#[test]
fn differences_name_the_settings_that_take_their_place() {
    let all = fixtures("replaced");
    let of = |name: &str| {
        let (_, content) = all
            .iter()
            .find(|(path, _)| path.ends_with(name))
            .expect("a fixture");
        Shop::with(&[("a.php", content)]).run(&["."]).out
    };
    let timeouts = of("timeouts.php");
    for text in [
        "line 17: CURLOPT_CONNECTTIMEOUT is 3: spread.connect_timeout takes its place",
        "line 18: CURLOPT_TIMEOUT_MS is 12.5: spread.timeout takes its place",
        "line 19: CURLOPT_MAXREDIRS is 5: spread.max_redirects takes its place",
        "line 14: the private key is in the source: spread.private_key takes its place",
        "    spread.timeout = 12.5\n",
    ] {
        assert!(timeouts.contains(text), "{text}: {timeouts}");
    }
    let unverified = of("certificate_not_verified.php");
    assert!(unverified.contains("CURLOPT_SSL_VERIFYPEER is false: the certificate is always verified; a CA of your own belongs into spread.ca_file"), "{unverified}");
    let basic = of("basic_only.php");
    assert!(
        basic.contains("the keys are sent as basic: spread.auth takes its place"),
        "{basic}"
    );
}

#[test]
fn nobody_loses_the_keys_without_a_word() {
    let shop = Shop::with(&[("a.php", &documented())]);
    let listed = shop.run(&["."]).out;
    assert!(
        listed.contains("--ini FILE writes these settings with the private key"),
        "{listed}"
    );
    let listed = shop.run(&["--ini", "spread.ini", "."]).out;
    assert!(!listed.contains("--ini FILE"), "{listed}");
    let applied = shop.run(&["--apply", "."]).out;
    assert!(
        applied.contains("the keys are no longer in the source"),
        "{applied}"
    );
}
