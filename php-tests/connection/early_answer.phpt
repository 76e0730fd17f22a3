--TEST--
An answer that arrives before the server has read the whole order is accepted
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0);
$order = ['order_idorder' => '0000001', 'long' => str_repeat('x', 5_000_000)];
foreach (['http' => [], 'https' => ['tls' => $tls->server()]] as $scheme => $options) {
    $server = serve_connections(static function (Connection $connection): void {
        $connection->head();
        $connection->write(answer(413, ['Connection: close', 'Content-Type: application/json'], '{"error":"too long"}'));
        $connection->waitForClose();
    }, $options);
    configure(endpoint: $server->url());
    echo $scheme, ': ', outcome(spread_update_order($order, [])), ' ', json_encode(spread_last_error()->getResponse()), "\n";
    $server->stop();
}
?>
--EXPECT--
http: Spread\ResponseException 413 {"error":"too long"}
https: Spread\ResponseException 413 {"error":"too long"}
