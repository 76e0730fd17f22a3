--TEST--
spread-outbox import keeps byte for byte the bodies that spread_encode_order() returns for the same JSON and the same CSV
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
if (Worker::program() === null) {
    die('skip spread-outbox is not built');
}
?>
--INI--
precision=14
serialize_precision=17
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$seed = test_seed();
mt_srand($seed);

/** A JSON number, in one of the ways to write it. */
function json_number(): string
{
    if (mt_rand(0, 9) === 0) {
        // In the middle of two numbers of `precision` digits, after a zero.
        return sprintf('%d%011d%d05.0', mt_rand(1, 9), mt_rand(0, 99_999_999_999), mt_rand(0, 9));
    }
    $digits = static fn (int $most): string => (string) mt_rand(0, 9) . implode('', array_map(static fn (): string => (string) mt_rand(0, 9), array_fill(0, mt_rand(0, $most), 0)));
    $whole = ltrim($digits(20), '0') ?: '0';
    return (mt_rand(0, 3) ? '' : '-') . $whole . (mt_rand(0, 1) ? '' : '.' . $digits(20)) . (mt_rand(0, 2) ? '' : ['e', 'E-', 'e+'][mt_rand(0, 2)] . mt_rand(0, 330));
}

function json_text(): string
{
    $texts = ['', ' ', '0', '7', '-5', '007', "b\u{e2}timent A", '~-_.!*\'()&=+', "\0", "\u{1F600}", 'a b', '9223372036854775808'];
    return json_encode($texts[mt_rand(0, count($texts) - 1)], mt_rand(0, 1) ? JSON_UNESCAPED_UNICODE : 0);
}

function json_value(int $depth): string
{
    $values = static fn (): array => array_map(static fn (): string => json_value($depth - 1), array_fill(0, mt_rand(0, 4), 0));
    return match (mt_rand(0, $depth > 0 ? 8 : 5)) {
        0 => 'null',
        1 => 'true',
        2 => 'false',
        3, 4 => json_number(),
        5 => json_text(),
        6 => '[' . implode(', ', $values()) . ']',
        // Names come twice.
        default => '{' . implode(',', array_map(static fn (string $value): string => json_text() . ':' . $value, $values())) . '}',
    };
}

/** @return list<string> the bodies that an import kept */
function imported(string $name, string $content, string ...$options): array
{
    $place = new Place();
    $said = run([Worker::program(), 'import', $place->path($name, $content), '--force', '--outbox', $place->setting(), '--public-key', 'shop', ...$options]);
    same("$name: " . $said['err'], 0, $said['status']);
    return $place->bodies();
}

$lines = [];
for ($number = 0; $number < 3000; $number++) {
    $data = "{\"order_idorder\": \"$number\", \"value\": " . json_value(4) . ', ' . json_text() . ': ' . json_value(2) . '}';
    $lines[] = $number % 2 ? "{\"data\": $data, \"request\": {\"order_idorder\": $number}}" : $data;
}
$expected = array_map(static function (string $line): string {
    $order = json_decode($line, true, 512, JSON_THROW_ON_ERROR);
    return spread_encode_order($order['data'] ?? $order, $order['request'] ?? ['order_idorder' => $order['order_idorder']]);
}, $lines);
$kept = imported('orders.ndjson', implode("\n", $lines));
foreach ($expected as $number => $body) {
    if ($body !== ($kept[$number] ?? null)) {
        same("SPREAD_TEST_SEED=$seed: {$lines[$number]}", $body, $kept[$number] ?? null);
        break;
    }
}
same("SPREAD_TEST_SEED=$seed: orders", count($expected), count($kept));

// As fgetcsv() reads it, an empty cell being left out.
$handle = fopen('php://memory', 'w+');
$names = ['order_idorder', 'customer_email', 'add_order_tag[0]', 'add_order_tag[1]', 'custom_fields[7]'];
fputcsv($handle, $names, ';', '"', '');
for ($number = 0; $number < 500; $number++) {
    $cell = static fn (): string => ['', 'a;b', "two\nlines", 'say "so"', " \u{e9} ", "'", '0', "\xff"][mt_rand(0, 7)];
    fputcsv($handle, [$number, $cell(), $cell(), $cell(), $cell()], ';', '"', '');
}
rewind($handle);
$csv = stream_get_contents($handle);
rewind($handle);
fgetcsv($handle, null, ';', '"', '');
$expected = [];
while (($cells = fgetcsv($handle, null, ';', '"', '')) !== false) {
    $data = ['order_idorder' => $cells[0], 'customer_email' => $cells[1], 'add_order_tag' => array_filter([$cells[2], $cells[3]], strlen(...)), 'custom_fields' => array_filter([7 => $cells[4]], strlen(...))];
    $expected[] = spread_encode_order(array_filter($data, static fn (mixed $value): bool => $value !== ''), ['order_idorder' => $cells[0]]);
}
same("SPREAD_TEST_SEED=$seed: CSV", $expected, imported('orders.csv', $csv, '--delimiter', ';'));
echo "done\n";
?>
--EXPECT--
done
