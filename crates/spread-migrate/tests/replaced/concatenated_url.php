<?php
$post_data = array();
$post_data["data"]["customer_email"] = "john@doe.com";
$post_data["data"]["order_idorder"] = "0000001";
$post_data["data"]["order_state"] = "10";
$post_data["request"]["order_idorder"] = "0000001";

$api = "https://social-sb.com/api";
$method = 'updateOrder';
$url = "$api/{$method}";
$public = 'shop';
$private = 's3cret';
$curl = curl_init();
curl_setopt($curl, CURLOPT_URL, $url);
curl_setopt($curl, CURLOPT_POST, true);
curl_setopt($curl, CURLOPT_POSTREDIR, CURL_REDIR_POST_ALL);
curl_setopt($curl, CURLOPT_FOLLOWLOCATION, true);
curl_setopt($curl, CURLOPT_HTTPAUTH, CURLAUTH_ANY);
curl_setopt($curl, CURLOPT_USERPWD, $public . ":" . $private);
curl_setopt($curl, CURLOPT_POSTFIELDS, http_build_query($post_data));
curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
$curl_return = curl_exec($curl);
curl_close($curl);
