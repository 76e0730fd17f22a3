<?php
$account = array("data" => array(
    "customer_email" => "john@doe.com",
    "external_id" => "12345xxx6789",
    "customer_isoptin" => "1",
));
$ch = curl_init();
curl_setopt($ch, CURLOPT_URL, 'https://social-sb.com/api/createAccount');
curl_setopt($ch, CURLOPT_POST, true);
curl_setopt($ch, CURLOPT_POSTREDIR, CURL_REDIR_POST_ALL);
curl_setopt($ch, CURLOPT_FOLLOWLOCATION, true);
curl_setopt($ch, CURLOPT_HTTPAUTH, CURLAUTH_ANY);
curl_setopt($ch, CURLOPT_USERPWD, "shop:s3cret");
curl_setopt($ch, CURLOPT_POSTFIELDS, http_build_query($account));
curl_setopt($ch, CURLOPT_RETURNTRANSFER, true);
$result = curl_exec($ch);
curl_close($ch);
echo "reported\n";
