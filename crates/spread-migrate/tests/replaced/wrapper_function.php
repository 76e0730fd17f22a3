<?php

function spread_report($post_data)
{
    $body = http_build_query($post_data);
    $curl = curl_init();
    curl_setopt($curl, CURLOPT_URL, "https://social-sb.com/api/updateOrder");
    curl_setopt($curl, CURLOPT_POST, true);
    curl_setopt($curl, CURLOPT_POSTREDIR, CURL_REDIR_POST_ALL);
    curl_setopt($curl, CURLOPT_FOLLOWLOCATION, true);
    curl_setopt($curl, CURLOPT_HTTPAUTH, CURLAUTH_ANY);
    curl_setopt($curl, CURLOPT_USERPWD, "shop:s3cret");
    curl_setopt($curl, CURLOPT_POSTFIELDS, $body);
    curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
    $result = curl_exec($curl);
    if ($result === false) {
        error_log('SPREAD: ' . curl_error($curl));
        curl_close($curl);
        return false;
    }
    curl_close($curl);
    return true;
}

$post_data = array();
$post_data["data"]["customer_email"] = "john@doe.com";
$post_data["data"]["order_idorder"] = "0000001";
$post_data["data"]["order_state"] = "10";
$post_data["request"]["order_idorder"] = "0000001";
var_dump(spread_report($post_data));
