--TEST--
getRetryAfter() returns the seconds of Retry-After, in either of its forms, else null
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$http_date = static fn (int $time): string => gmdate('D, d M Y H:i:s \G\M\T', $time);
$now = time();
$values = [
    '120' => 120.0, '0' => 0.0, '007' => 7.0, ' 30 ' => 30.0, '86400' => 86400.0,
    $http_date($now - 3600) => 0.0, 'Sun, 06 Nov 1994 08:49:37 GMT' => 0.0, 'Sunday, 06-Nov-94 08:49:37 GMT' => 0.0, 'Sun Nov  6 08:49:37 1994' => 0.0,
    '' => null, 'soon' => null, '-5' => null, '1.5' => null, '1e3' => null, '10 s' => null, '2024-01-01' => null,
];
$soon = $http_date($now + 3600);
$asked = array_map('strval', array_keys($values));
$server = serve(function (array $request) use ($asked, $soon): string {
    parse_str($request['body'], $order);
    $value = $order['data']['order_idorder'];
    return answer(503, $value === 'none' ? [] : ['Retry-After: ' . ($value === 'soon' ? $soon : $asked[$value])]);
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', log_failures: 0);
foreach ($asked as $number => $value) {
    spread_update_order(['order_idorder' => $number], []);
    same("Retry-After: $value", $values[$value], spread_last_error()->getRetryAfter());
}
spread_update_order(['order_idorder' => 'soon'], []);
between('an hour from now', 3540, 3600, spread_last_error()->getRetryAfter());
spread_update_order(['order_idorder' => 'none'], []);
var_dump(spread_last_error()->getRetryAfter());
?>
--EXPECT--
NULL
