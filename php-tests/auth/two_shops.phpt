--TEST--
Two shops in one process never share keys: each order is sent with the keys set at the time of the call
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$asks = static fn (array $request): string => basic_credentials($request) === null
    ? answer(401, ['WWW-Authenticate: Basic realm="SPREAD"'])
    : answer_json([basic_credentials($request), $request['connection'], $request['body']]);
foreach (['https' => ['tls' => $tls->server()], 'http' => []] as $scheme => $options) {
    $server = serve($asks, $options);
    configure(endpoint: $server->url(), ca_file: $tls->ca);
    $connections = [];
    for ($number = 0; $number < 40; $number++) {
        $shop = 'shop' . $number % 2;
        configure(public_key: $shop, private_key: "key of $shop");
        [$keys, $connection, $body] = spread_update_order(['n' => $number], []);
        same("$scheme, order $number", ["$shop:key of $shop", "data%5Bn%5D=$number"], [$keys, $body]);
        $connections[$connection][$shop] = true;
    }
    foreach ($connections as $connection => $shops) {
        same("$scheme: shops on connection $connection", 1, count($shops));
    }
}
echo "done\n";
?>
--EXPECT--
done
