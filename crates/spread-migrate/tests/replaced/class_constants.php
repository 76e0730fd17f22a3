<?php

class CrmReporter
{
    const BASE = 'https://social-sb.com/api/';
    const UPDATE_ORDER = self::BASE . 'updateOrder';
    const PUBLIC_KEY = 'shop';
    const PRIVATE_KEY = 's3cret';

    public function report(array $order, array $request)
    {
        $curl = curl_init(self::UPDATE_ORDER);
        curl_setopt($curl, CURLOPT_POST, true);
        curl_setopt($curl, CURLOPT_POSTREDIR, CURL_REDIR_POST_ALL);
        curl_setopt($curl, CURLOPT_FOLLOWLOCATION, true);
        curl_setopt($curl, CURLOPT_HTTPAUTH, CURLAUTH_ANY);
        curl_setopt($curl, CURLOPT_USERPWD, self::PUBLIC_KEY . ':' . CrmReporter::PRIVATE_KEY);
        curl_setopt($curl, CURLOPT_POSTFIELDS, http_build_query(array('data' => $order, 'request' => $request)));
        curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
        $response = json_decode(curl_exec($curl), true);
        curl_close($curl);

        return isset($response['status']) && $response['status'] === 'success';
    }
}

$reporter = new CrmReporter();
var_dump($reporter->report(array('order_idorder' => '0000001'), array('order_idorder' => '0000001')));
