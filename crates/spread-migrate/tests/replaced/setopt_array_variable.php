<?php
$post_data = array();
$post_data["data"]["customer_email"] = "john@doe.com";
$post_data["data"]["order_idorder"] = "0000001";
$post_data["data"]["order_state"] = "10";
$post_data["request"]["order_idorder"] = "0000001";

$options = [
    CURLOPT_POST => 1,
    CURLOPT_POSTREDIR => 3,
    CURLOPT_FOLLOWLOCATION => 1,
    CURLOPT_HTTPAUTH => CURLAUTH_ANY,
    CURLOPT_USERPWD => 'shop' . ':' . 's3cret',
    CURLOPT_POSTFIELDS => http_build_query($post_data),
    CURLOPT_RETURNTRANSFER => 1,
];
$handle = curl_init('https://social-sb.com/api/updateOrder');
curl_setopt_array($handle, $options);
$answer = curl_exec($handle);
unset($handle);
