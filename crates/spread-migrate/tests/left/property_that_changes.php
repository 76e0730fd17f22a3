<?php // left alone: the URL is made of $this->url
class Reporter
{
    private $url = "https://social-sb.com/api/updateOrder";

    public function setUrl($url)
    {
        $this->url = $url;
    }

    public function report(array $data, array $request)
    {
        $curl = curl_init();
        curl_setopt($curl, CURLOPT_URL, $this->url);
        curl_setopt($curl, CURLOPT_POST, true);
        curl_setopt($curl, CURLOPT_POSTREDIR, CURL_REDIR_POST_ALL);
        curl_setopt($curl, CURLOPT_FOLLOWLOCATION, true);
        curl_setopt($curl, CURLOPT_HTTPAUTH, CURLAUTH_ANY);
        curl_setopt($curl, CURLOPT_USERPWD, "shop:s3cret");
        curl_setopt($curl, CURLOPT_POSTFIELDS, http_build_query(array("data" => $data, "request" => $request)));
        curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
        curl_exec($curl);
    }
}
