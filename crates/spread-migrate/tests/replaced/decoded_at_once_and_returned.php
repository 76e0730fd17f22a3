<?php

function send_order(array $data, array $request)
{
    $curl = curl_init();
    curl_setopt($curl, CURLOPT_URL, "https://social-sb.com/api/updateOrder");
    curl_setopt($curl, CURLOPT_POST, true);
    curl_setopt($curl, CURLOPT_POSTREDIR, CURL_REDIR_POST_ALL);
    curl_setopt($curl, CURLOPT_FOLLOWLOCATION, true);
    curl_setopt($curl, CURLOPT_HTTPAUTH, CURLAUTH_ANY);
    curl_setopt($curl, CURLOPT_USERPWD, "shop:s3cret");
    curl_setopt($curl, CURLOPT_POSTFIELDS, http_build_query(array("data" => $data, "request" => $request)));
    curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
    return json_decode(curl_exec($curl), true);
}

var_dump(send_order(array("order_idorder" => "0000001"), array("order_idorder" => "0000001")));
