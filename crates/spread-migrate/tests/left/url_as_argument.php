<?php // left alone: the URL is made of $url
class SpreadModule
{
    const UPDATE_ORDER = 'https://social-sb.com/api/UpdateOrder';
    const CREATE_ACCOUNT = 'https://social-sb.com/api/CreateAccount';

    public function hookOrder($order)
    {
        $this->send(self::UPDATE_ORDER, array('data' => array('order_idorder' => $order), 'request' => array('order_idorder' => $order)));
    }

    public function hookAccount($account)
    {
        $this->send(self::CREATE_ACCOUNT, array('data' => array('customer_email' => $account)));
    }

    private function send($url, $params)
    {
        $curl = curl_init($url);
        curl_setopt($curl, CURLOPT_USERPWD, 'shop:s3cret');
        curl_setopt($curl, CURLOPT_POSTFIELDS, http_build_query($params));
        curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
        curl_exec($curl);
        curl_close($curl);
    }
}
