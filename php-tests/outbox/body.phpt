--TEST--
A later delivery sends byte for byte the body that spread_encode_order() returns
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$seed = test_seed();
mt_srand($seed);
$place = new Place();
$server = serve(static fn (array $request): string => answer_json('fine'));
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', outbox: $place->setting(), delivery: 'deferred');
$bytes = static fn (int $count): string => implode('', array_map(static fn (): string => chr(mt_rand(0, 255)), array_fill(0, $count, 0)));
$orders = [
    [[], []],
    order("a\0b\xff\xfe é"),
    order(1, text: str_repeat('x', 1_000_000)),
    order(2, list: [1, [2, 'three', [null, true, false]], ['key' => 1.5]], empty: [], nothing: null),
];
for ($number = 0; $number < 200; $number++) {
    $orders[] = order($bytes(mt_rand(0, 20)), any: $bytes(mt_rand(0, 200)), list: [$bytes(5) => $bytes(5), 5 => [$bytes(3)]]);
}
$expected = [];
foreach ($orders as $number => $order) {
    same("SPREAD_TEST_SEED=$seed, order $number", true, spread_update_order(...$order));
    $expected[] = spread_encode_order(...$order);
}
same("SPREAD_TEST_SEED=$seed: stored", $expected, $place->bodies());
// By another process, with its own settings.
$drained = run_php('echo json_encode(spread_outbox_drain(1000, 30.0));', [
    'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.outbox' => $place->setting(), 'precision' => 3,
]);
same('drained', ['delivered' => count($orders), 'failed' => 0, 'refused' => 0, 'expired' => 0, 'pending' => 0], json_decode($drained['out'], true));
$sent = array_column($server->requests(), 'body');
sort($sent);
sort($expected);
same("SPREAD_TEST_SEED=$seed: sent", $expected, $sent);
same('type', ['application/x-www-form-urlencoded'], array_values(array_unique(array_map(static fn (array $request): ?string => header_value($request, 'Content-Type'), $server->requests()))));
same('the endpoint of the record', ['/api/updateOrder'], array_values(array_unique(array_column($server->requests(), 'path'))));
echo count($orders), " orders\n";
?>
--EXPECT--
204 orders
