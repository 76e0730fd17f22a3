--TEST--
Decoded answers are independent: changing one changes neither the next nor copies of it
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(fn (): string => answer(200, [], '{"list":[1,2],"empty":[],"map":{}}'));
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret');

$first = spread_update_order([], []);
$second = spread_update_order([], []);
$first['list'][] = 3;
$first['empty'][] = 'x';
$first['map']['y'] = 'y';
sort($first['list']);
echo json_encode($first), "\n", json_encode($second), "\n", json_encode(spread_update_order([], [])), "\n";
?>
--EXPECT--
{"list":[1,2,3],"empty":["x"],"map":{"y":"y"}}
{"list":[1,2],"empty":[],"map":[]}
{"list":[1,2],"empty":[],"map":[]}
