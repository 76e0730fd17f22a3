--TEST--
spread_last_error() is about the last call only, whatever the shop does with the object
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(function (array $request): string {
    parse_str($request['body'], $order);
    return answer((int) $order['data']['order_idorder'], [], '{"list":[1,2]}');
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', log_failures: 0);
$call = static fn (int $status) => spread_update_order(['order_idorder' => $status], []);

echo 'before any call: ', json_encode(spread_last_error()), "\n";
$call(500);
$first = spread_last_error();
$call(503);
$second = spread_last_error();
echo $first->getCode(), ' ', $second->getCode(), ' ', spread_last_error()->getCode(), "\n";
spread_encode_order(['a' => 1], []);
echo 'after an encoding: ', spread_last_error()->getCode(), "\n";
unset($second);
echo 'after unset: ', spread_last_error()->getCode(), ' ', json_encode(spread_last_error()->getResponse()), "\n";
$response = spread_last_error()->getResponse();
$response['list'][] = 3;
echo 'changed: ', json_encode($response), ', kept: ', json_encode(spread_last_error()->getResponse()), "\n";
try {
    spread_update_order('no array', []);
} catch (TypeError) {
    echo "TypeError\n";
}
$call(200);
echo 'after a success: ', json_encode(spread_last_error()), ', the first: ', $first->getCode(), "\n";
// Thousands of failures leak no memory.
for ($i = 0; $i < 200; $i++) {
    $call(500);
}
$before = memory_get_usage();
for ($i = 0; $i < 1000; $i++) {
    $call(500);
}
between('growth in bytes', -10000, 10000, memory_get_usage() - $before);
?>
--EXPECT--
before any call: null
500 503 503
after an encoding: 503
after unset: 503 {"list":[1,2]}
changed: {"list":[1,2,3]}, kept: {"list":[1,2]}
TypeError
after a success: null, the first: 500
