--TEST--
3,000 damaged JSON answers are decoded as by json_decode(), refused if broken, else returned as text
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
support('random_values');

$seed = test_seed();
$server = serve(function (array $request) use ($seed): string {
    parse_str($request['body'], $order);
    return answer(200, ['Content-Type: application/json'], RandomJson::damaged($seed + (int) $order['data']['order_idorder']));
}, ['log' => false]);
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', log_failures: 0);

$different = 0;
$kinds = [];
for ($number = 0; $number < 3000; $number++) {
    $order = ['order_idorder' => (string) $number];
    $answer = spread_update_order($order, $order);
    $document = RandomJson::damaged($seed + $number);
    $expected = promised_answer($document);
    $kind = $expected[0] === 'value' && $expected[1] === $document ? 'text' : $expected[0];
    $kinds[$kind] = ($kinds[$kind] ?? 0) + 1;
    if (!same("SPREAD_TEST_SEED=$seed, document $number", $expected, actual_answer($answer))) {
        var_dump($document);
        if (++$different === 3) {
            exit;
        }
    }
}
ksort($kinds);
echo implode(', ', array_keys($kinds)), "\n";
?>
--EXPECT--
refused, text, value
