--TEST--
Scalars: true is 1, false is 0, null and resources are omitted, the empty string is not, floats follow precision; no notice
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

hide_notices_of_http_build_query();
$open = fopen('php://memory', 'r');
$closed = fopen('php://memory', 'r');
fclose($closed);
$values = [
    'true' => true, 'false' => false, 'null' => null, 'empty' => '', 'zero' => '0',
    'int' => -1, 'max' => PHP_INT_MAX, 'min' => PHP_INT_MIN,
    'open' => $open, 'closed' => $closed, 'empty_array' => [], 'empty_object' => new stdClass(),
    'tenth' => 0.1, 'sum' => 0.1 + 0.2, 'whole' => 100.0, 'minus_zero' => -0.0, 'big' => 1e25, 'small' => 1e-7,
    'nan' => NAN, 'inf' => INF, 'minus_inf' => -INF, 'overflow' => 1e400,
];
foreach (['14', '17', '-1', '0', '1', '2', '5'] as $precision) {
    ini_set('precision', $precision);
    $body = spread_encode_order($values, []);
    echo "precision $precision: ", $body === http_build_query(['data' => $values, 'request' => []]) ? 'as PHP' : 'NOT AS PHP', "\n";
    if ($precision === '14' || $body !== http_build_query(['data' => $values, 'request' => []])) {
        echo str_replace('&', "\n", urldecode($body)), "\n";
    }
}
ini_restore('precision');
// A handler runs where an order is being read, and could change it: as for NAN, of which PHP 8.5 warns.
set_error_handler(static fn (int $level, string $message) => throw new ErrorException($message));
same('NAN', 'data%5Bnan%5D=NAN', spread_encode_order(['nan' => NAN], []));
?>
--EXPECT--
precision 14: as PHP
data[true]=1
data[false]=0
data[empty]=
data[zero]=0
data[int]=-1
data[max]=9223372036854775807
data[min]=-9223372036854775808
data[tenth]=0.1
data[sum]=0.3
data[whole]=100
data[minus_zero]=-0
data[big]=1.0E+25
data[small]=1.0E-7
data[nan]=NAN
data[inf]=INF
data[minus_inf]=-INF
data[overflow]=INF
precision 17: as PHP
precision -1: as PHP
precision 0: as PHP
precision 1: as PHP
precision 2: as PHP
precision 5: as PHP
