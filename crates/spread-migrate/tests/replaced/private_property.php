<?php

final class SpreadOrders
{
    private $url = 'https://social-sb.com/api/updateOrder';
    private static $keys = 'shop:s3cret';

    /** @param array $post_data "data" and "request" */
    public function send($post_data)
    {
        $ch = curl_init();
        curl_setopt($ch, CURLOPT_URL, $this->url);
        curl_setopt($ch, CURLOPT_POST, true);
        curl_setopt($ch, CURLOPT_POSTREDIR, CURL_REDIR_POST_ALL);
        curl_setopt($ch, CURLOPT_FOLLOWLOCATION, true);
        curl_setopt($ch, CURLOPT_HTTPAUTH, CURLAUTH_ANY);
        curl_setopt($ch, CURLOPT_USERPWD, self::$keys);
        curl_setopt($ch, CURLOPT_POSTFIELDS, http_build_query($post_data));
        curl_setopt($ch, CURLOPT_RETURNTRANSFER, true);
        curl_exec($ch);
        curl_close($ch);
    }
}

$post_data = array();
$post_data['data'] = array('order_idorder' => '0000001', 'order_amount' => 158.31);
$post_data['request'] = array('order_idorder' => '0000001');
(new SpreadOrders())->send($post_data);
