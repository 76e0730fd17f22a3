<?php
$post_data = array();
$post_data["data"]["customer_email"] = "john@doe.com";
$post_data["data"]["order_idorder"] = "0000001";
$post_data["data"]["order_state"] = "10";
$post_data["request"]["order_idorder"] = "0000001";

$ch = curl_init();
curl_setopt_array($ch, array(
    CURLOPT_URL => 'https://social-sb.com/api/updateOrder',
    CURLOPT_POST => true,
    CURLOPT_POSTREDIR => CURL_REDIR_POST_ALL,
    CURLOPT_FOLLOWLOCATION => true,
    CURLOPT_HTTPAUTH => CURLAUTH_ANY,
    CURLOPT_USERPWD => 'shop:s3cret', // the keys of the shop
    CURLOPT_POSTFIELDS => http_build_query($post_data),
    CURLOPT_RETURNTRANSFER => true,
));
$answer = curl_exec($ch);
curl_close($ch);
