--TEST--
examples/daily_orders.php sends every order, retries failed ones in sequence, and ends with a summary and an exit status
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$file = tempnam(sys_get_temp_dir(), 'orders-');
register_shutdown_function(static fn () => unlink($file));
// "late-…" are accepted at the second attempt, "never" at none, "wrong" is refused for good.
$seen = [];
$server = serve(static function (array $request) use (&$seen): string {
    parse_str($request['body'], $order);
    $id = $order['request']['order_idorder'];
    $attempt = $seen[$id] = ($seen[$id] ?? 0) + 1;
    return match (true) {
        $id === 'wrong' => answer(422, [], '{"error":"amount"}'),
        $id === 'never', $attempt === 1 && str_starts_with($id, 'late') => answer(503, ['Retry-After: 1']),
        default => answer_json('ok'),
    };
}, ['sequential' => true]);
$settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret'];
$send = static function (string $csv, array $more = []) use ($file, $settings): array {
    file_put_contents($file, $csv);
    return run(php_command($more + $settings, __DIR__ . '/../../examples/daily_orders.php', $file));
};

$csv = "order_idorder,order_state,customer_name\n1,20,\nlate-2,10,\"O'Hara, Zoé\"\nlate-2,20,\n3,0,\n\n";
$result = $send($csv);
echo $result['out'], 'status ', $result['status'], "\n";
same('standard error', '', $result['err']);
$bodies = array_column($server->requests(), 'body');
same('an empty cell leaves its field out', http_build_query(['data' => ['order_idorder' => '1', 'order_state' => '20'], 'request' => ['order_idorder' => '1']]), $bodies[0]);
same('states in the order of arrival', ['20', '10', '0', '10', '20'], array_map(static function (string $body): string {
    parse_str($body, $order);
    return $order['data']['order_state'];
}, $bodies));

$result = $send("order_idorder\nnever\nwrong\n4\n");
echo substr($result['out'], strpos($result['out'], '1 of')), 'status ', $result['status'], "\n";
$result = $send("order_idorder\n5\n6\n", ['spread.private_key' => '']);
same('stops at the first when no order can succeed', [1, 1], [$result['status'], substr_count($result['out'], 'was not sent')]);
same('no field names', 2, $send("1,20\n")['status']);
$result = $send("order_idorder,order_state\n7\n");
same('a short row', [2, ''], [$result['status'], $result['out']]);
contains('a short row', 'Row 2', $result['err']);

$server->requests();
$result = run(php_command($settings, __DIR__ . '/../../examples/daily_orders.php'));
contains('the CSV file that comes with it', '12 of 12 orders sent', $result['out']);
?>
--EXPECT--
1 sent
late-2 waits: SPREAD refused order late-2: HTTP 503 Service Unavailable; send it again in 1 s
3 sent
2 to try again in 2 s
late-2 sent
late-2 sent
4 of 4 orders sent
status 0
1 of 3 orders sent
  SPREAD refused order wrong: HTTP 422 Unprocessable Entity; data.customer_email and data.external_id are both missing; at least one must name the customer
  SPREAD refused order never: HTTP 503 Service Unavailable; send it again in 1 s
status 1
