<?php // left alone: the URL is used in another way than by curl_setopt()
$post_data = array("data" => array("order_idorder" => "1"), "request" => array("order_idorder" => "1"));
$context = stream_context_create(array("http" => array("method" => "POST", "content" => http_build_query($post_data))));
$response = file_get_contents("https://social-sb.com/api/updateOrder", false, $context);
