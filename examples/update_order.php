<?php
/*
 * Reports one order to SPREAD with the spread extension.
 *
 * The array is the documented one, unchanged. One call replaces the curl lines at its end.
 * `make demo` runs this file against a local stand-in for the API. For the real API set your keys
 * (back office, menu « Paramétrage > Tracker », bottom of the page) in php.ini:
 *
 *     spread.public_key  = PUBLIC_KEY
 *     spread.private_key = PRIVATE_KEY
 */

// ---------------------------------------------------------------- The order, as documented

$post_data = array();

// The customer.
$post_data["data"]["customer_email"] = "john@doe.com";
$post_data["data"]["external_id"] = "12345xxx6789";
if (isset($_COOKIE['sbt'])) { // The visitor's SPREAD cookie, when there is one.
    $post_data["data"]["customer_cookie"] = $_COOKIE['sbt'];
}
$post_data["data"]["customer_name"] = "Doe";
$post_data["data"]["customer_firstname"] = "John";
$post_data["data"]["customer_isoptin"] = "1"; // 1: opt-in, 0: not opt-in, -1: unknown
$post_data["data"]["customer_mobile_isoptin"] = "-1"; // the same, for text messages
$post_data["data"]["consents"] = array("newsletter" => 1, "partners" => 0); // technical name => 1 or 0
$post_data["data"]["customer_gender"] = "male"; // "male" or "female"
$post_data["data"]["customer_address"] = "8, rue de la place";
$post_data["data"]["customer_address2"] = "bâtiment A"; // both spellings are documented; one is enough
$post_data["data"]["customer_address3"] = "appartement 23";
$post_data["data"]["customer_address_2"] = "bâtiment A";
$post_data["data"]["customer_address_3"] = "appartement 23";
$post_data["data"]["customer_cp"] = "76000";
$post_data["data"]["customer_city"] = "Rouen";
$post_data["data"]["customer_country"] = "FR";
$post_data["data"]["customer_tel"] = "0235000000";
$post_data["data"]["customer_mobile"] = "060606606";
$post_data["data"]["customer_fonction"] = "developer";
$post_data["data"]["customer_company"] = "SPREAD";
$post_data["data"]["customer_birthday"] = "1970-12-31";
$post_data["data"]["customer_lang"] = "fr_FR";
$post_data["data"]["add_tag"] = array("tag1", "tag2"); // tags to add to the customer
$post_data["data"]["del_tag"] = array("tag3", "tag4"); // tags to remove from the customer
$post_data["data"]["action"] = "order";
$post_data["data"]["custom_fields"][327] = "value"; // 327: the custom field's id in the back office

// The order.
$post_data["data"]["order_idorder"] = "0000001";
$post_data["data"]["order_state"] = "10"; // 10: awaiting payment, 20: paid, 50: shipped, 100: completed, 0: cancelled
$post_data["data"]["order_amount"] = 158.31;
$post_data["data"]["order_crea_dt"] = "2014-06-21 14:31:08"; // Y-m-d H:i:s (UTC)
$post_data["data"]["order_start_service"] = "2019-06-05"; // Y-m-d
$post_data["data"]["order_end_service"] = "2019-06-14"; // Y-m-d
$post_data["data"]["product_attributes"] = array(
    array("size:xl", "type:shirt"), // product 1
    array("size:s", "color:blue"), // product 2
);
$post_data["data"]["add_order_tag"] = array("tag_commande_1", "tag_commande_2"); // tags to add to the order
$post_data["data"]["del_order_tag"] = array("tag_commande_3", "tag_commande_4"); // tags to remove from the order

// Your id for the order: a second call with the same id updates the order.
$post_data["request"]["order_idorder"] = "0000001";

// ---------------------------------------------------------------- The call

// The body that will be sent. A shop does not need this line; it shows the parity with the curl snippet.
$body = spread_encode_order($post_data["data"], $post_data["request"]);
echo "The body, ", strlen($body), " bytes:\n\n$body\n\n";

$response = spread_update_order($post_data["data"], $post_data["request"]);
$error = spread_last_error();
if ($response === false && $error !== null) { // without an error, SPREAD itself answered false
    fail($error->getMessage());
}
echo "SPREAD's answer, decoded:\n\n", var_export($response, true), "\n\n";

// ---------------------------------------------------------------- The same with the curl snippet

// Only `make demo` continues: it names the file in which the stand-in stores the bodies it receives.
$bodies_file = getenv("SANDBOX_BODIES");
if ($bodies_file === false) {
    exit(0);
}
$bodies = array("spread_encode_order()" => $body, "http_build_query()" => http_build_query($post_data));
$bodies["received from spread_update_order()"] = received($bodies_file, 0);

if (extension_loaded("curl")) {
    $curl_post_data = http_build_query($post_data);
    $curl = curl_init();
    curl_setopt($curl, CURLOPT_URL, ini_get("spread.endpoint"));
    curl_setopt($curl, CURLOPT_POST, true);
    curl_setopt($curl, CURLOPT_POSTREDIR, CURL_REDIR_POST_ALL);
    curl_setopt($curl, CURLOPT_FOLLOWLOCATION, true);
    curl_setopt($curl, CURLOPT_HTTPAUTH, CURLAUTH_ANY);
    curl_setopt($curl, CURLOPT_USERPWD, ini_get("spread.public_key") . ":" . ini_get("spread.private_key"));
    curl_setopt($curl, CURLOPT_POSTFIELDS, $curl_post_data);
    curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
    curl_setopt($curl, CURLOPT_CAINFO, ini_get("spread.ca_file")); // the stand-in's certificate
    $curl_return = curl_exec($curl);
    if ($curl_return === false) {
        fail("The curl snippet failed: " . curl_error($curl));
    }
    curl_close($curl);
    $bodies["received from the curl snippet"] = received($bodies_file, 1);
    if ($response !== json_decode($curl_return, true)) {
        fail("The curl snippet got another answer: $curl_return");
    }
} else {
    echo "php-curl is not loaded: the snippet's own request is left out.\n\n";
}

echo "The body of the same array:\n\n";
foreach ($bodies as $way => $bytes) {
    printf("  %-35s  %d bytes, sha256 %s\n", $way, strlen($bytes), substr(hash("sha256", $bytes), 0, 16));
    if ($bytes !== $body) {
        fail("The body differs from spread_encode_order()'s: $way");
    }
}
echo "\nEqual, byte for byte.\n";

/** A body that the stand-in accepted: it writes one per line, before it responds. */
function received(string $file, int $number): string
{
    return file($file, FILE_IGNORE_NEW_LINES)[$number] ?? fail("The stand-in did not receive the order.");
}

function fail(string $message): never
{
    fwrite(STDERR, "$message\n");
    exit(1);
}
