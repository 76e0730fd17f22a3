<?php // left alone: the handle is kept in $this->curl
class Reporter
{
    private $curl;

    public function __construct()
    {
        $this->curl = curl_init();
        curl_setopt($this->curl, CURLOPT_URL, "https://social-sb.com/api/updateOrder");
        curl_setopt($this->curl, CURLOPT_USERPWD, "shop:s3cret");
        curl_setopt($this->curl, CURLOPT_RETURNTRANSFER, true);
    }

    public function report(array $data, array $request)
    {
        curl_setopt($this->curl, CURLOPT_POSTFIELDS, http_build_query(array("data" => $data, "request" => $request)));
        return curl_exec($this->curl) !== false;
    }
}
