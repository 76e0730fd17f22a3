--TEST--
Each row of the ledger names an existing test, each row of a scenario is in the ledger and in its test, and no row is unused
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
support('differential', 'scenarios');

$rows = [];
foreach (file(__DIR__ . '/LEDGER.md', FILE_IGNORE_NEW_LINES) as $line) {
    if (preg_match('/^\| `([a-z0-9-]+)` \|(.+)\|(.+)\|(.+)\| (.+) \|$/', $line, $cells)) {
        [, $id, $snippet, $spread, $why, $tests] = array_map('trim', $cells);
        holds("$id stands once", !isset($rows[$id]));
        foreach ([$snippet, $spread, $why] as $text) {
            holds("$id is explained", $text !== '');
        }
        preg_match_all('/`([^`]+\.phpt)`/', $tests, $found);
        $rows[$id] = $found[1];
        holds("$id names its test", $found[1] !== []);
        foreach ($found[1] as $test) {
            holds("$id: $test is there", is_file(__DIR__ . "/../$test"));
        }
    } else {
        holds("a row that can be read: $line", !str_starts_with($line, '| `'));
    }
}
$shown = [];
foreach (scenarios() as $group => $scenarios) {
    foreach ($scenarios as $name => $scenario) {
        $parts = [...($scenario['since'] ?? []), ...array_intersect_key($scenario, ['rows' => 1, 'any' => 1, 'auto' => 1])];
        foreach ($parts as $part) {
            foreach ($part as $row => $change) {
                $shown[is_int($row) ? $change : $row]["parity/exchange_$group.phpt"] = true;
            }
        }
    }
}
foreach ($shown as $row => $tests) {
    $named = array_values(preg_grep('~^parity/exchange_(?!headers)~', $rows[$row] ?? []));
    $tests = array_keys($tests);
    sort($named);
    sort($tests);
    same("the tests of row $row", $tests, $named);
}
foreach ($rows as $row => $tests) {
    if (preg_grep('~^parity/exchange_(?!headers)~', $tests)) {
        holds("a scenario shows row $row", isset($shown[$row]));
    }
}
holds('rows', count($rows) > 30);
echo "done\n";
?>
--EXPECT--
done
