--TEST--
An order on a kept connection that closes without an answer is sent once more, and not a third time
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

// Each server answers the first order and drops the second; they differ on the new connection.
$drop = static function (Connection $connection): void {
    $connection->write(answer_json('first'));
    $connection->request();
};
$servers = [
    'takes the order on the new one' => [2, 'second', static function (Connection $connection) use ($drop): void {
        $connection->request();
        if ($connection->number === 1) {
            $drop($connection);
        } else {
            $connection->write(answer_json('second'));
        }
    }],
    'drops every connection after the order' => [2, false, static function (Connection $connection) use ($drop): void {
        $connection->request();
        if ($connection->number === 1) {
            $drop($connection);
        }
    }],
    'resets the new one over the order' => [1, false, static function (Connection $connection) use ($drop): void {
        if ($connection->number === 1) {
            $connection->request();
            $drop($connection);
        } else {
            $connection->reset(); // the order is never read
        }
    }],
    'closes every connection at once' => [1, false, static function (Connection $connection) use ($drop): void {
        if ($connection->number === 1) {
            $connection->request();
            $drop($connection);
        }
    }],
    'answers half on the new one' => [2, false, static function (Connection $connection) use ($drop): void {
        $connection->request();
        if ($connection->number === 1) {
            $drop($connection);
        } else {
            $connection->write("HTTP/1.1 200 OK\r\nContent-");
        }
    }],
];
$tls = new Certificates();
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0, timeout: 5);
foreach ([[], ['tls' => $tls->server()]] as $options) {
    foreach ($servers as $what => [$sends, $expected, $handler]) {
        $server = serve_connections($handler, $options);
        configure(endpoint: $server->url());
        $where = ($options ? 'https' : 'http') . ", a server that $what";
        same("$where: the first order", 'first', spread_update_order(['order_idorder' => 'first'], []));
        same("$where: the second order", $expected, spread_update_order(['order_idorder' => 'second'], []));
        if ($expected === false) {
            same("$where: class", 'Spread\ConnectionException', get_debug_type(spread_last_error()));
        }
        $second = array_filter($server->requests(), static fn (array $request): bool => str_contains($request['body'], 'second'));
        same("$where: how often the second order was read", $sends, count($second));
        same("$where: connections", 2, $server->connections());
        $server->stop();
    }
}

// The server stops for good: one refused connection, and no further attempt.
$server = serve_connections(static function (Connection $connection) use ($drop): void {
    $connection->request();
    $drop($connection);
}, ['listener' => $listener = listen()]);
configure(endpoint: $server->url());
same('before', 'first', spread_update_order([], []));
fclose($listener);
$server->stop();
same('after', false, spread_update_order([], []));
same('after: class', 'Spread\ConnectionException', get_debug_type(spread_last_error()));

// With a redirect and a challenge each request may be sent once more, and the order is never lost.
$server = serve_connections(static function (Connection $connection): void {
    // Each connection answers one request and drops the second.
    while (($request = $connection->request()) !== null) {
        $count = ($count ?? 0) + 1;
        if ($count === 2) {
            return;
        }
        $connection->write(match (true) {
            $request['path'] === '/api/updateOrder' => answer(302, ['Location: /b']),
            basic_credentials($request) === null => answer(401, ['WWW-Authenticate: Basic realm="r"']),
            default => answer_json('there'),
        });
    }
});
configure(endpoint: $server->url());
same('on the way', 'there', spread_update_order([], []));
same('on the way: requests', ['/api/updateOrder', '/b', '/b', '/b', '/b'], array_column($server->requests(), 'path'));
echo "done\n";
?>
--EXPECT--
done
