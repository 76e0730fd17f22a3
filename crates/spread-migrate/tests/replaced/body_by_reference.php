<?php

function report(array $data, array $request, &$body, &$sent)
{
    $url = "https://social-sb.com/api/updateOrder";
    $keys = "shop:s3cret";
    $body = http_build_query(array("data" => $data, "request" => $request));
    $curl = curl_init($url);
    curl_setopt($curl, CURLOPT_POSTREDIR, CURL_REDIR_POST_ALL);
    curl_setopt($curl, CURLOPT_FOLLOWLOCATION, true);
    curl_setopt($curl, CURLOPT_HTTPAUTH, CURLAUTH_ANY);
    curl_setopt($curl, CURLOPT_USERPWD, $keys);
    curl_setopt($curl, CURLOPT_POSTFIELDS, $body);
    curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
    $sent = curl_exec($curl) !== false;
    curl_close($curl);
}

report(array("order_idorder" => "0000001"), array("order_idorder" => "0000001"), $body, $sent);
var_dump($body, $sent);
