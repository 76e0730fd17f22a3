--TEST--
examples/resend.php: orders by their ids, as they are in the shop now
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$orders = tempnam(sys_get_temp_dir(), 'orders-');
register_shutdown_function(static fn () => unlink($orders));
file_put_contents($orders, "order_idorder,order_state,customer_name\n0001,10,Doe\n0002,20,\n0001,50,Doe\n0003,0,\n");
$server = serve(static function (array $request): string {
    parse_str($request['body'], $order);
    return match ($order['request']['order_idorder']) {
        '0002' => answer(503),
        '0003' => answer_json(false),
        default => answer_json('ok'),
    };
});
$settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret'];
$example = __DIR__ . '/../../examples/resend.php';
$resend = static function (array $command) use ($orders): void {
    $result = run($command, ['SHOP_ORDERS' => $orders]);
    echo $result['out'], $result['err'], "status $result[status]\n";
};

$resend(php_command($settings, $example, '0001', '0003', '0001'));
same('the present state, once', http_build_query(['data' => ['order_idorder' => '0001', 'order_state' => '50', 'customer_name' => 'Doe'], 'request' => ['order_idorder' => '0001']]), $server->requests()[0]['body']);
$resend(php_command($settings, $example, '0002', '0009', '0001'));
$line = implode(' ', array_map(escapeshellarg(...), php_command($settings, $example)));
$resend(['sh', '-c', "printf '0001\\n\\n 0003 \\n' | $line"]);
$resend(php_command(['spread.private_key' => ''] + $settings, $example, '0001', '0003'));
?>
--EXPECT--
0001 sent
0003 sent
status 0
0002 FAILED: SPREAD refused order 0002: HTTP 503 Service Unavailable; send it again later
0009 FAILED: order 0009 is not in the shop
0001 sent
status 1
0001 sent
0003 sent
status 0
0001 FAILED: order 0001 was not sent: there are no API keys; set spread.public_key and spread.private_key, or SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY in the environment
status 1
