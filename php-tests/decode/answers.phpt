--TEST--
A 2xx answer: JSON is decoded, an empty body is null, HTML and broken JSON are refused, text stays text
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$answers = [
    answer(200, ['Content-Type: application/json'], '{"status":"ok","id":12345678901234567890,"5":[true,null]}'),
    answer(201, ['Content-Type: text/html'], '{"created":true}'),
    answer(200, [], '[]'),
    answer(200, [], 'false'),
    answer(200, [], 'null'),
    answer(200, ['Content-Type: application/json'], ''),
    answer(204),
    answer(202, ['Content-Type: text/plain'], " accepted\n"),
    answer(200, ['Content-Type: application/json'], '{"status":"ok"'),
    answer(200, ['Content-Type: text/html'], '<html><body>Please log in</body></html>'),
    answer(299, [], '"any 2xx"'),
];
$server = serve(function (array $request) use ($answers): string {
    parse_str($request['body'], $order);
    return $answers[$order['data']['order_idorder']];
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', log_failures: 0);

foreach (array_keys($answers) as $number) {
    $order = ['order_idorder' => $number];
    var_dump(spread_update_order($order, $order));
    $error = spread_last_error();
    if ($error !== null) {
        echo '  ', $error::class, ' ', $error->getCode(), "\n";
        contains('message', "order $number", $error->getMessage());
    }
}
same('connections', polyfill() === null ? 1 : 11, $server->connections());
?>
--EXPECT--
array(3) {
  ["status"]=>
  string(2) "ok"
  ["id"]=>
  float(1.2345678901234567E+19)
  [5]=>
  array(2) {
    [0]=>
    bool(true)
    [1]=>
    NULL
  }
}
array(1) {
  ["created"]=>
  bool(true)
}
array(0) {
}
bool(false)
NULL
NULL
NULL
string(10) " accepted
"
bool(false)
  Spread\ResponseException 200
bool(false)
  Spread\ResponseException 200
string(7) "any 2xx"
