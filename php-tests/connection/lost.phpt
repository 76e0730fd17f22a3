--TEST--
A connection lost before the whole answer is a ConnectionException, and the next order is sent
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$cut = static fn (string $answer): Closure => static function (Connection $connection) use ($answer): void {
    $connection->request();
    $connection->write($answer);
};
$servers = [
    'closes at once' => static fn (Connection $connection) => null,
    'resets over the order' => static fn (Connection $connection) => $connection->reset(),
    'takes the order and closes' => $cut(''),
    'closes inside the status line' => $cut('HTTP/1.1 20'),
    'closes inside the head' => $cut("HTTP/1.1 200 OK\r\nContent-Le"),
    'closes before the body' => $cut("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"),
    'closes inside the body' => $cut("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[1,2]"),
    'closes before a chunk' => $cut("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    'closes inside a chunk' => $cut("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1"),
    'closes before the last chunk' => $cut("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,2]\r\n"),
    'sends an invalid chunk' => $cut("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n[1,2]\r\n0\r\n\r\n"),
    'resets inside the body' => static function (Connection $connection): void {
        $connection->head();
        $connection->write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[1,2]");
        $connection->wait(0.02);
        $connection->close();
    },
    'closes inside an error body' => $cut("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 10\r\n\r\nab"),
    'does not speak HTTP' => $cut("220 mail.example ESMTP ready\r\n"),
    'speaks a broken HTTP' => $cut("HTTP/1.1 abc OK\r\n\r\n"),
    'sends only NULs' => $cut(str_repeat("\0", 500)),
];
$tls = new Certificates();
$good = serve(static fn (): string => answer_json('good'));
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0);
foreach ([[], ['tls' => $tls->server()]] as $options) {
    foreach ($servers as $what => $handler) {
        $server = serve_connections($handler, $options);
        configure(endpoint: $server->url());
        $answer = spread_update_order(['order_idorder' => '0000001'], []);
        $outcome = outcome($answer);
        $error = spread_last_error();
        $where = ($options ? 'https' : 'http') . ", a server that $what";
        same("$where: class", 'Spread\ConnectionException', $outcome);
        holds("$where: retryable", $error?->isRetryable() === true);
        same("$where: response", null, $error?->getResponse());
        contains("$where: message", '0000001', $error?->getMessage());
        same("$where: connections", 1, $server->connections());
        configure(endpoint: $good->url());
        same("$where: the next order", 'good', spread_update_order([], []));
        $server->stop();
    }
}
// A refused connection, and a name that no resolver can look up (a label has at most 63 characters).
$port = $good->port;
$good->stop();
foreach (["http://127.0.0.1:$port/", "https://127.0.0.1:$port/", 'http://' . str_repeat('a', 64) . '/'] as $endpoint) {
    configure(endpoint: $endpoint);
    echo outcome(spread_update_order(['order_idorder' => '0000001'], [])), "\n";
    $message = spread_last_error()->getMessage();
    contains('message', '0000001', $message);
    contains('message', parse_url($endpoint, PHP_URL_HOST), $message);
}
?>
--EXPECT--
Spread\ConnectionException
Spread\ConnectionException
Spread\ConnectionException
