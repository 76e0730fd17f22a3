--TEST--
The polyfill finds the same broken rules as the extension in 5,000 random orders and accounts
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$seed = test_seed();
mt_srand($seed);
$any = static fn (array $values): mixed => $values[mt_rand(0, count($values) - 1)];

$order = documented()['second'];
$fields = array_merge(array_keys($order['data']), ['consents', 'product_attributes', 'order_end_service', 'external_id', 'customer_lang', 'date', 'group']);
$texts = [
    '', '0', '1', '-1', '10', '10.0', ' 10', '100', 'male', 'Male', 'FR', 'fr', 'uk', 'France', ' BELGIQUE ', 'états-unis', 'fr_FR', 'en-gb', 'FR_fr', 'x_FR',
    'john@doe.com', 'john@', 'a@b@c', '"a b"@c.d', 'é@bücher.example', 'a@[1.2.3.4]', 'a@b..c', "a@b.c\n", "a\u{a0}b@c.d", 'a@b.', str_repeat('a', 260) . '@b.c', "\xff@b.c", "a@\xff.c",
    '2024-02-29', '2023-02-29', '0000-01-01', '2024-02-29 00:00:00', '2024-02-29 24:00:00', '2024-02-29 23:59:59', "2024-02-29\n", '2019-06-14',
    '158.31', '158,31', '.5', '5.', '1e5', ' 1 ', "1\0", 'INF', '0x1A', '.', "\xe9t\xe9", "\u{e9}t\u{e9}", 'a &amp; b', '&#039;', '&#x27;', '&#x;', '&a;', '&thetasym;', '&thetasymb;', '&&lt;', 'true', 'false', "\0",
];
$scalar = static fn (): mixed => $any([
    $any($texts), $any($texts), $any($texts), mt_rand(-1, 101), $any([0, 1, 10, 20, 50, 100, -1]), $any([0.0, -0.0, 10.0, 10.5, 1e14, 1e15, 1e300, INF, NAN, 158.31]), true, false, null,
]);
$value = static function (int $depth = 0) use (&$value, $any, $scalar, $texts): mixed {
    if ($depth > 3 || mt_rand(0, 9) < 6) {
        return mt_rand(0, 30) === 0 ? new stdClass() : $scalar();
    }
    $array = [];
    for ($count = mt_rand(0, 3); $count > 0; $count--) {
        $item = $value($depth + 1);
        if (mt_rand(0, 1)) {
            $array[] = $item;
        } else {
            $array[$any($texts)] = $item;
        }
    }
    return $array;
};
$misspelt = static function (string $name) use ($any): string {
    $at = mt_rand(0, strlen($name) - 1);
    return match (mt_rand(0, 7)) {
        0 => substr_replace($name, '', $at, 1),
        1 => substr_replace($name, $any(['x', '_', "\u{e9}", "\xff", "\n"]), $at, mt_rand(0, 1)),
        2 => strrev($name),
        3 => str_replace('_', $any(['-', '', ' ', '.']), $name),
        4 => lcfirst(str_replace('_', '', ucwords($name, '_'))),
        5 => strtoupper($name),
        6 => preg_replace('/^[a-z]+_/', '', $name),
        7 => substr($name, 0, $at + 1),
    };
};
$changed = static function (array $fields_of, array $fields) use ($any, $value, $misspelt): array {
    for ($count = mt_rand(0, 6); $count > 0; $count--) {
        $name = $any($fields);
        if (mt_rand(0, 3) === 0) {
            unset($fields_of[$name]);
        } else {
            $fields_of[mt_rand(0, 3) === 0 ? $misspelt($name) : $name] = $value();
        }
    }
    if (mt_rand(0, 9) === 0) {
        $fields_of[] = $value();
    }
    return $fields_of;
};
$cases = [];
for ($round = 0; $round < 5000; $round++) {
    $request = mt_rand(0, 3) === 0 ? $changed($order['request'], ['order_idorder', 'customer_email']) : $order['request'];
    $cases[] = [$any(['spread_validate_order', 'spread_validate_account']), $changed($order['data'], $fields), $request];
}

$file = tempnam(sys_get_temp_dir(), 'spread-rules-');
register_shutdown_function(static fn () => unlink($file));
file_put_contents($file, serialize($cases));
$code = 'require ' . var_export(dirname(__DIR__, 2) . '/polyfill/bootstrap.php', true) . ';'
    . '$findings = []; foreach (unserialize(file_get_contents($argv[1])) as $case) { $findings[] = $case[0]($case[1], $case[2]); } echo serialize($findings);';
// SPREAD_POLYFILL_PHP names another PHP.
$php = getenv('SPREAD_POLYFILL_PHP') ?: null;
$result = run([...($php === null ? [PHP_BINARY, '-n', '-d', 'extension=curl'] : [$php]), '-r', $code, $file]);
$findings = @unserialize($result['out']);
if (!is_array($findings)) {
    die("SPREAD_TEST_SEED=$seed: {$result['out']}{$result['err']}\n");
}
$compared = $different = 0;
foreach ($cases as $number => [$function, $data, $request]) {
    $expected = $function($data, $request);
    $compared += count($expected);
    if (!same("SPREAD_TEST_SEED=$seed, case $number: $function(" . var_export($data, true) . ')', $expected, $findings[$number]) && ++$different === 3) {
        break;
    }
}
echo $different === 0 && $compared > 10_000 ? 'the same' : "$compared findings compared", "\n";
?>
--EXPECT--
the same
