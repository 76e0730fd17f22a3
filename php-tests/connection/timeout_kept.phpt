--TEST--
An answer that arrives after the timeout is never taken for the next order's answer
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

// Every answer but the first of a connection arrives after the caller's timeout.
$server = serve_connections(function (Connection $connection): void {
    for ($number = 1; $request = $connection->request(); $number++) {
        parse_str($request['body'], $order);
        $connection->wait($number === 1 ? 0 : 0.65);
        $connection->write(answer_json($order['data']['order_idorder']));
    }
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', timeout: 0.4, log_failures: 0);
for ($number = 1; $number <= 6; $number++) {
    echo $number, ' ', outcome(spread_update_order(['order_idorder' => $number], [])), "\n";
    usleep($number % 2 ? 0 : 350_000); // long enough for the late answer to arrive
}
?>
--EXPECT--
1 answer "1"
2 Spread\TimeoutException
3 answer "3"
4 Spread\TimeoutException
5 answer "5"
6 Spread\TimeoutException
