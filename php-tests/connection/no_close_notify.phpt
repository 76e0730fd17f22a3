--TEST--
A body that ends with the connection, without close_notify: JSON that is whole is an answer, as for php-curl, and nothing else is
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$ending = "HTTP/1.1 200 OK\r\nConnection: close\r\n";
$answers = [
    'an object' => "$ending\r\n{\"status\":\"success\"}",
    'a list, a line end' => "$ending\r\n[1,2]\n",
    'a string, HTTP/1.0' => "HTTP/1.0 200 OK\r\n\r\n\"saved\"",
    'true' => "$ending\r\ntrue",
    'half an object' => "$ending\r\n{\"status\":\"succ",
    'a number, perhaps half of it' => "$ending\r\n12",
    'text' => "$ending\r\nsaved",
    'nothing' => "$ending\r\n",
    'less than the length' => "{$ending}Content-Length: 9\r\n\r\n[1,2]",
    'no last chunk' => "{$ending}Transfer-Encoding: chunked\r\n\r\n5\r\n[1,2]\r\n",
];
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0);
foreach ($answers as $what => $answer) {
    $server = serve_connections(static function (Connection $connection) use ($answer): void {
        $connection->request();
        $connection->write($answer);
        $connection->closeWithoutNotice();
    }, ['tls' => $tls->server()]);
    configure(endpoint: $server->url());
    $answer = spread_update_order([], []);
    echo "$what: ", outcome($answer), "\n";
    // libcurl 7.88 gives the snippet all of them but the last two.
    $curl = snippet(['data' => [], 'request' => []], $server->url(), 'shop:s3cret', $tls->ca);
    if ($answer !== false && $curl !== false) {
        same("$what: as php-curl", promised_answer($curl), actual_answer($answer));
    }
    $server->stop();
}
?>
--EXPECT--
an object: answer {"status":"success"}
a list, a line end: answer [1,2]
a string, HTTP/1.0: answer "saved"
true: answer true
half an object: Spread\ConnectionException
a number, perhaps half of it: Spread\ConnectionException
text: Spread\ConnectionException
nothing: Spread\ConnectionException
less than the length: Spread\ConnectionException
no last chunk: Spread\ConnectionException
