<?php

function shop_order($id)
{
    $order = array("data" => array("order_idorder" => $id));
    if ($id !== "") {
        $order["data"]["order_state"] = 20;
    }
    $order["request"]["order_idorder"] = $id;
    return $order;
}

function shop_report($id)
{
    $order = shop_order($id);
    $ch = curl_init();
    curl_setopt($ch, CURLOPT_URL, "https://social-sb.com/api/updateOrder");
    curl_setopt($ch, CURLOPT_POST, true);
    curl_setopt($ch, CURLOPT_POSTREDIR, CURL_REDIR_POST_ALL);
    curl_setopt($ch, CURLOPT_FOLLOWLOCATION, true);
    curl_setopt($ch, CURLOPT_HTTPAUTH, CURLAUTH_ANY);
    curl_setopt($ch, CURLOPT_USERPWD, "shop:s3cret");
    curl_setopt($ch, CURLOPT_POSTFIELDS, http_build_query($order));
    curl_setopt($ch, CURLOPT_RETURNTRANSFER, true);
    $json = curl_exec($ch);
    curl_close($ch);
}

shop_report("0000001");
