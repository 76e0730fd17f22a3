--TEST--
Unsolicited bytes from a server are never taken for the answer to the next order
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$echo = static function (array $request): string {
    parse_str($request['body'], $order);
    return answer_json('answer to ' . $order['data']['order_idorder']);
};
$unasked = [
    'a second answer' => answer_json('unasked'),
    'half of a second answer' => "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n\"una",
    '408 when idle, and closes' => answer(408, ['Connection: close'], 'too slow'),
    'garbage' => "unasked\r\n",
    'an empty line' => "\r\n",
];
$tls = new Certificates();
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca);
foreach ([[], ['tls' => $tls->server()]] as $options) {
    foreach ($unasked as $what => $bytes) {
        foreach (['at once' => 0, 'a little later' => 0.01] as $when => $pause) {
            [$told, $tell] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
            stream_set_timeout($told, 20);
            $server = serve(static function (array $request, Connection $connection) use ($echo, $bytes, $pause, $tell): void {
                if ($pause === 0) {
                    $connection->write($echo($request) . $bytes);
                } else {
                    $connection->write($echo($request));
                    $connection->wait($pause);
                    $connection->write($bytes);
                }
                if (str_contains($bytes, 'Connection: close')) {
                    $connection->close();
                }
                fwrite($tell, '.');
            }, $options);
            configure(endpoint: $server->url());
            for ($number = 1; $number <= 4; $number++) {
                $answer = spread_update_order(['order_idorder' => "number $number"], []);
                same("$what, $when, order $number: " . spread_last_error()?->getMessage(), "answer to number $number", $answer);
                // Bytes that arrive while an order is being sent are indistinguishable from its answer.
                same("$what, $when, order $number: sent", '.', fread($told, 1));
                usleep(10_000);
            }
            $server->stop();
        }
    }
}
echo "done\n";
?>
--EXPECT--
done
