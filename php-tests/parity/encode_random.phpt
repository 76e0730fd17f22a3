--TEST--
20,000 random orders encode to the same bytes as http_build_query()
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
support('random_values');

$seed = test_seed();
$random = new RandomValues($seed);

// Both from inside a class and from outside, in either sequence: the first access to an object may
// change how PHP stores its properties.
$encode = [
    'spread' => static fn (array $d, array $r): string => @spread_encode_order($d, $r),
    'php' => static fn (array $d, array $r): string => @http_build_query(['data' => $d, 'request' => $r]),
];
$from_inside = array_map(static fn (Closure $call): Closure => Closure::bind($call, null, ShopItem::class), $encode);

$outcome = static function (Closure $call, array $d, array $r): string {
    try {
        return $call($d, $r);
    } catch (ValueError $error) {
        return 'ValueError'; // unit enums, since PHP 8.4
    }
};

$compared = $bytes = $different = 0;
foreach ([14, 17, -1, 0, 5] as $precision) {
    ini_set('precision', (string) $precision);
    for ($round = 0; $round < 4000; $round++) {
        $calls = $round % 4 === 3 ? $from_inside : $encode;
        $data = $random->order();
        $request = $round % 8 === 0 ? $random->order() : ['order_idorder' => '0000001'];
        if ($round % 2) {
            $actual = $outcome($calls['spread'], $data, $request);
            $expected = $outcome($calls['php'], $data, $request);
        } else {
            $expected = $outcome($calls['php'], $data, $request);
            $actual = $outcome($calls['spread'], $data, $request);
        }
        $compared++;
        $bytes += strlen($actual);
        if (!same("SPREAD_TEST_SEED=$seed, precision $precision, round $round", $expected, $actual) && ++$different === 5) {
            exit;
        }
    }
}
ini_set('precision', '14');
echo $compared, ' compared', $bytes > 10_000_000 ? '' : ", but only $bytes bytes in all", "\n";
?>
--EXPECT--
20000 compared
