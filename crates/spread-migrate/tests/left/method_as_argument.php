<?php // left alone: the URL is made of $method
class SpreadCall
{
    const API = 'https://social-sb.com/api/';

    private $response = false;

    public static function create($method, $params = array())
    {
        return new SpreadCall($method, $params);
    }

    public function __construct($method, $params = array())
    {
        $curl = curl_init(self::API . $method);
        curl_setopt($curl, CURLOPT_POST, true);
        curl_setopt($curl, CURLOPT_FOLLOWLOCATION, true);
        curl_setopt($curl, CURLOPT_HTTPAUTH, CURLAUTH_ANY);
        curl_setopt($curl, CURLOPT_USERPWD, Configuration::get('SB_PUBLIC') . ':' . Configuration::get('SB_PRIVATE'));
        curl_setopt($curl, CURLOPT_POSTFIELDS, http_build_query($params));
        curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
        $this->response = curl_exec($curl);
    }

    public function response()
    {
        return json_decode($this->response);
    }
}
