--TEST--
Keys are encoded as PHP encodes them: integers, negative ones, empty, with brackets, packed arrays with holes, nested
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$holes = ['a', 'b', 'c', 'd'];
unset($holes[0], $holes[2]);
$hash = ['x' => 1, 'y' => 2, 'z' => 3];
unset($hash['y']);
$orders = [
    'packed' => ['a', 'b'],
    'holes' => $holes,
    'all gone' => array_diff_key(['a'], ['b']),
    'hash with a hole' => $hash,
    'integers' => [5 => 'a', -5 => 'b', PHP_INT_MAX => 'c', PHP_INT_MIN => 'd'],
    'strings like integers' => ['05' => 'a', '-0' => 'b', '5' => 'c', '9223372036854775808' => 'd', '1.5' => 'e'],
    'odd strings' => ['' => 'a', ' ' => 'b', 'a[b]' => 'c', '[' => 'd', '&=' => 'e', "\u{e9}" => 'f'],
    'nested' => ['a' => ['' => [0 => ['b' => [-1 => 'x']]]], 7 => [[['y']]]],
    'only empty ones' => ['a' => [], 'b' => [[], [[]]], 'c' => null, 'd' => ['e' => null]],
    'empty' => [],
];
foreach ($orders as $what => $order) {
    same("$what as data", http_build_query(['data' => $order, 'request' => ['r' => 1]]), spread_encode_order($order, ['r' => 1]));
    same("$what as request", http_build_query(['data' => ['d' => 1], 'request' => $order]), spread_encode_order(['d' => 1], $order));
}
var_dump(spread_encode_order([], []));
echo urldecode(spread_encode_order($orders['nested'], $holes)), "\n";
?>
--EXPECT--
string(0) ""
data[a][][0][b][-1]=x&data[7][0][0][0]=y&request[1]=b&request[3]=d
