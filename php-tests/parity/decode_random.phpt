--TEST--
5,000 random JSON answers decode to the same values as json_decode(…, true)
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
support('random_values');

$seed = test_seed();
$server = serve(function (array $request) use ($seed): string {
    parse_str($request['body'], $order);
    $number = (int) $order['data']['order_idorder'];
    $type = ['application/json', 'text/html; charset=UTF-8', 'text/plain', 'application/octet-stream'][$number % 4];
    return answer(200, ["Content-Type: $type"], RandomJson::document($seed + $number));
}, ['log' => false]);
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret');

$different = 0;
for ($number = 0; $number < 5000; $number++) {
    $order = ['order_idorder' => (string) $number];
    $answer = spread_update_order($order, $order);
    $document = RandomJson::document($seed + $number);
    $expected = json_decode($document, true, flags: JSON_THROW_ON_ERROR);
    $well = same("SPREAD_TEST_SEED=$seed, document $number", $expected, $answer)
        && same("error of document $number", null, spread_last_error()?->getMessage());
    if (!$well) {
        echo $document, "\n";
        if (++$different === 3) {
            exit;
        }
    }
}
echo "$number compared\n";
?>
--EXPECT--
5000 compared
