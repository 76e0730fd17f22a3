<?php // left alone: asks whether the extension is there
$post_data = array();
$post_data["data"]["customer_email"] = "john@doe.com";
$post_data["data"]["order_idorder"] = "0000001";
$post_data["request"]["order_idorder"] = "0000001";
if (function_exists("spread_update_order")) {
    $response = spread_update_order($post_data["data"], $post_data["request"]);
} else {
    $curl = curl_init();
    curl_setopt($curl, CURLOPT_URL, "https://social-sb.com/api/updateOrder");
    curl_setopt($curl, CURLOPT_POST, true);
    curl_setopt($curl, CURLOPT_POSTREDIR, CURL_REDIR_POST_ALL);
    curl_setopt($curl, CURLOPT_FOLLOWLOCATION, true);
    curl_setopt($curl, CURLOPT_HTTPAUTH, CURLAUTH_ANY);
    curl_setopt($curl, CURLOPT_USERPWD, "shop:s3cret");
    curl_setopt($curl, CURLOPT_POSTFIELDS, http_build_query($post_data));
    curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
    $curl_return = curl_exec($curl);
    curl_close($curl);
}
