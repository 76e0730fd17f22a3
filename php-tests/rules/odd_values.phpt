--TEST--
Validating any order returns a list, runs no code of the shop and changes nothing
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
support('random_values');
require __DIR__ . '/order.inc';

$rows = static function (array $findings): bool {
    foreach ($findings as $finding) {
        if (array_keys($finding) !== ['field', 'rule', 'severity', 'message'] || !in_array($finding['severity'], ['error', 'warning'], true)
            || !preg_match('/^[a-z0-9-]+$/', $finding['rule']) || !str_starts_with($finding['message'], $finding['field'])
            || strlen($finding['message']) > 400 || json_encode($finding) === false) {
            return false;
        }
    }
    return array_is_list($findings);
};

$seed = test_seed();
$random = new RandomValues($seed);
$documented = documented();
$names = array_keys($documented['first']['data'] + $documented['second']['data'] + ['consents' => 1, 'date' => 1, 'group' => 1, 'customer_mobile_isoptin' => 1]);
$found = 0;
for ($round = 0; $round < 5000; $round++) {
    $data = $random->order();
    $request = $random->order();
    foreach ($round % 2 ? [] : $random->order() as $value) {
        $data[$names[mt_rand(0, count($names) - 1)]] = $value;
    }
    $findings = spread_validate_order($data, $request);
    $found += count($findings);
    if (!holds("SPREAD_TEST_SEED=$seed, round $round", $rows($findings), var_export($findings, true))) {
        break;
    }
}
holds('much was found', $found > 10_000, (string) $found);

// Cycles and excessive depth cannot be sent.
$nested = static function (int $levels): array {
    for ($value = ['x']; $levels > 2; $levels--) {
        $value = [$value];
    }
    return an_order(['custom_fields' => [1 => $value]]);
};
same('128 levels', [], broken($nested(127)));
same('129 levels', ['data.custom_fields: too-deep (error)'], broken($nested(128)));
same('50,000 levels', ['data.custom_fields: too-deep (error)'], broken($nested(50_000)));
$fits = static fn (int $levels): bool => thrown(static fn () => spread_encode_order($nested($levels), [])) === null;
holds('as deep as can be sent', $fits(127) && !$fits(128));
$cycle = an_order();
$cycle['custom_fields'] = [1 => &$cycle, 2 => &$cycle];
same('a cycle', ['data.custom_fields: too-deep (error)'], broken($cycle));
$list = [];
$list[] = &$list;
$list[] = &$list;
same('a list of itself', ['data.add_tag: not-tags (error)', 'data.add_tag: too-deep (error)'], broken(an_order(['add_tag' => $list])));

// Shared values that would be huge when copied: 2^100 elements, and a terabyte of text.
for ($shared = ['x'], $i = 0; $i < 100; $i++) {
    $shared = [$shared, $shared];
}
same('shared arrays', [], broken(an_order(['custom_fields' => [1 => $shared]])));
same('fields after them', ['data.order_state: not-a-state (error)', 'data.order_amount: not-a-number (error)'],
    broken(an_order(['custom_fields' => [1 => $shared], 'order_state' => 5, 'order_amount' => 'x'])));
$text = str_repeat('x', 1 << 20);
same('shared texts', [], broken(an_order(['custom_fields' => array_fill(0, 1 << 20, $text)])));
$before = memory_get_usage();
for ($i = 0; $i < 1000; $i++) {
    spread_validate_order(['a' => ['b' => [1, 2, 3]], 'customer_email' => 'x'], []);
}
holds('memory stays', memory_get_usage() - $before < 10_000, (string) (memory_get_usage() - $before));

// No code of the shop runs.
$touchy = new class {
    public mixed $seen = 1;
    public function __get(string $name): mixed { echo "__get\n"; return 1; }
    public function __toString(): string { echo "__toString\n"; return 'x'; }
};
same('objects are not looked into', ['data.customer_name: not-text (error)'], broken(an_order(['customer_name' => $touchy])));

// The following calls work, and the last error is not set.
same('last error', null, spread_last_error());
same('afterwards', [], broken(an_order()));
echo "done\n";
?>
--EXPECT--
done
