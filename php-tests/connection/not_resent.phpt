--TEST--
Once the head of an answer has arrived, the order is not sent again: the server has it, and the call fails
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

// The HTTP library does not distinguish an incomplete head from no answer: the order is sent again.
$again = [
    'a byte' => 'H',
    'half a status line' => 'HTTP/1.1 20',
    'a status line' => "HTTP/1.1 200 OK\r\n",
    'half a head' => "HTTP/1.1 200 OK\r\nContent-Le",
    'a head but its end' => "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
    '100 and nothing else' => "HTTP/1.1 100 Continue\r\n\r\n",
    '100 and half a head' => "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 O",
];
$told = [
    'a head' => "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
    'half a body' => "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[1,2]",
    'half a chunk' => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1",
    'half an error' => "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 10\r\n\r\nab",
    'no HTTP' => "220 mail.example ESMTP ready\r\n",
];
$tls = new Certificates();
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0, timeout: 5);
foreach ([[], ['tls' => $tls->server()]] as $options) {
    foreach ($again + $told as $what => $bytes) {
        foreach (['closed', 'reset'] as $end) {
            $server = serve_connections(static function (Connection $connection) use ($bytes, $end): void {
                $connection->request();
                $connection->write(answer_json('answered'));
                if ($connection->number > 1) {
                    return;
                }
                if ($end === 'closed') {
                    $connection->request();
                    $connection->write($bytes);
                } elseif ($connection->head() !== null) {
                    $connection->write($bytes);
                    $connection->wait(0.02); // a reset discards unread data; the order's body stays unread
                }
            }, $options);
            configure(endpoint: $server->url());
            $where = ($options ? 'https' : 'http') . ", $end after $what";
            same("$where: the first order", 'answered', spread_update_order(['order_idorder' => 'first'], []));
            $answer = spread_update_order(['order_idorder' => 'second', 'long' => str_repeat('x', 3000)], []);
            $outcome = outcome($answer) . ', ' . $server->connections() . ' connection';
            $expected = isset($again[$what]) ? 'answer "answered", 2 connection' : 'Spread\ConnectionException, 1 connection';
            same("$where: the second order", $expected, $outcome);
            same("$where: the third order", 'answered', spread_update_order(['order_idorder' => 'third'], []));
            $server->stop();
        }
    }
}
echo "done\n";
?>
--EXPECT--
done
