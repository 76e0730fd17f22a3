--TEST--
Cycles and nesting deeper than 128 levels throw a ValueError that names the path, and the next call works
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

hide_notices_of_http_build_query();

function nested_arrays(int $levels): array
{
    $value = ['leaf' => 'x'];
    for ($i = 1; $i < $levels; $i++) {
        $value = ['k' => $value];
    }
    return $value;
}

function nested_objects(int $levels): array
{
    $value = (object) ['leaf' => 'x'];
    for ($i = 2; $i < $levels; $i++) {
        $value = (object) ['k' => $value];
    }
    return ['k' => $value];
}

foreach ([2, 50, 100, 120] as $levels) {
    foreach (['arrays' => nested_arrays($levels), 'objects' => nested_objects($levels)] as $kind => $order) {
        same("$levels levels of $kind", http_build_query(['data' => $order, 'request' => $order]), spread_encode_order($order, $order));
    }
}

$by_reference = ['a' => ['b' => 1]];
$by_reference['a']['self'] = &$by_reference;
$object = new stdClass();
$object->name = 'x';
$object->list = ['first' => $object];
$one = new stdClass();
$two = new stdClass();
$one->two = $two;
$two->one = $one;
$refused = [
    '200 levels' => [nested_arrays(200), 'data[k][k][k]'],
    '200 levels of objects' => [nested_objects(200), 'data[k][k][k]'],
    '50,000 levels' => [nested_arrays(50000), 'data[k][k][k]'],
    '50,000 levels of objects' => [nested_objects(50000), 'data[k][k][k]'],
    'array that holds itself' => [$by_reference, 'data[a][self]'],
    'object that holds itself' => [['o' => $object], 'data[o][list][first]'],
    'two objects that hold each other' => [['one' => $one], 'data[one][two][one]'],
];
foreach ($refused as $what => [$order, $path]) {
    $message = thrown(static fn () => spread_encode_order($order, []));
    holds("$what is a ValueError", str_starts_with((string) $message, 'ValueError: '), var_export($message, true));
    contains($what, $path, $message);
    holds("$what has a message of reasonable length", strlen((string) $message) < 2000, (string) strlen((string) $message));
    same("a call after $what", 'data%5Ba%5D=1', spread_encode_order(['a' => 1], []));
}
// In the second argument the path starts there.
contains('request', 'request[o][list][first]', thrown(static fn () => spread_encode_order([], ['o' => $object])));
// An object that occurs twice is not a cycle, nor is one after a refused cycle.
same('twice', 'data%5B0%5D%5Bx%5D=1&data%5B1%5D%5Bx%5D=1', spread_encode_order([$leaf = (object) ['x' => 1], $leaf], []));
$object->list = ['first' => 'no longer'];
same('repaired', 'data%5Bo%5D%5Bname%5D=x&data%5Bo%5D%5Blist%5D%5Bfirst%5D=no+longer', spread_encode_order(['o' => $object], []));
same('its elements', 'data%5Bname%5D=x&data%5Blist%5D%5Bfirst%5D=no+longer', spread_encode_order((array) $object, []));

// A call that would send throws the same error.
configure(endpoint: 'http://127.0.0.1:9/', public_key: 'shop', private_key: 's3cret');
foreach (['silent', 'warning', 'exception'] as $mode) {
    configure(error_mode: $mode);
    $message = thrown(static fn () => spread_update_order(['one' => $one], []));
    holds("in mode $mode a ValueError", str_starts_with((string) $message, 'ValueError: '), var_export($message, true));
}
echo "done\n";
?>
--EXPECT--
done
