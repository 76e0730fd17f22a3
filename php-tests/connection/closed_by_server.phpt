--TEST--
A kept connection that the server has closed is not an error: the order is sent on a new one
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

function echo_order(array $request, string ...$headers): string
{
    parse_str($request['body'], $order);
    return answer(200, $headers, json_encode($order['data']['order_idorder']));
}

$servers = [
    'announces the close' => fn (Connection $connection) => $connection->write(echo_order($connection->request(), 'Connection: close')),
    'closes without announcing it' => fn (Connection $connection) => $connection->write(echo_order($connection->request())),
    'closes a little later' => function (Connection $connection): void {
        $connection->write(echo_order($connection->request()));
        $connection->wait(0.001);
    },
    'takes the next order and closes' => function (Connection $connection): void {
        $connection->write(echo_order($connection->request()));
        $connection->request();
    },
    'resets over the next order' => function (Connection $connection): void {
        $connection->write(echo_order($connection->request()));
        $connection->reset();
    },
    'resets in the middle of the next order' => function (Connection $connection): void {
        $connection->write(echo_order($connection->request()));
        $connection->head();
        $connection->reset();
    },
];
$tls = new Certificates();
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca);
foreach ([[], ['tls' => $tls->server()]] as $options) {
    foreach ($servers as $what => $handler) {
        $server = serve_connections($handler, $options);
        configure(endpoint: $server->url());
        $good = 0;
        for ($number = 0; $number < 30; $number++) {
            $answer = spread_update_order(['order_idorder' => "number $number", 'long' => str_repeat('x', 100_000)], []);
            $good += (int) same("server that $what, order $number: " . spread_last_error()?->getMessage(), "number $number", $answer);
        }
        $orders = [];
        foreach ($server->requests() as $request) {
            parse_str($request['body'], $order);
            $orders[$order['data']['order_idorder']] = true;
        }
        same("orders that arrived at a server that $what", 30, count($orders));
        echo $options ? 'https' : 'http', ", a server that $what: $good of 30\n";
        $server->stop();
    }
}

// Restarted between two orders, on the same port.
$server = serve(fn (): string => answer_json('before'));
configure(endpoint: $server->url());
echo spread_update_order([], []), "\n";
$port = $server->port;
$server->stop();
$server = serve(fn (): string => answer_json('after'), ['port' => $port]);
echo spread_update_order([], []), "\n";
?>
--EXPECT--
http, a server that announces the close: 30 of 30
http, a server that closes without announcing it: 30 of 30
http, a server that closes a little later: 30 of 30
http, a server that takes the next order and closes: 30 of 30
http, a server that resets over the next order: 30 of 30
http, a server that resets in the middle of the next order: 30 of 30
https, a server that announces the close: 30 of 30
https, a server that closes without announcing it: 30 of 30
https, a server that closes a little later: 30 of 30
https, a server that takes the next order and closes: 30 of 30
https, a server that resets over the next order: 30 of 30
https, a server that resets in the middle of the next order: 30 of 30
before
after
