--TEST--
Connections are kept alive: 20 orders use one, over http and https
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$handler = function (array $request): string {
    parse_str($request['body'], $order);
    return answer_json($order['data']['order_idorder']);
};
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca);
foreach (['http' => [], 'https' => ['tls' => $tls->server()]] as $scheme => $options) {
    $server = serve($handler, $options);
    configure(endpoint: $server->url());
    for ($number = 0; $number < 20; $number++) {
        same("answer $number", "$scheme $number", spread_update_order(['order_idorder' => "$scheme $number"], []));
        if ($number === 10) {
            configure(timeout: 5, error_mode: 'warning'); // settings that do not affect the connection
        }
    }
    printf("%s: %d requests, %d connection\n", $scheme, count($server->requests()), $server->connections());
}
?>
--EXPECT--
http: 20 requests, 1 connection
https: 20 requests, 1 connection
