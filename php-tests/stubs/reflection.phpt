--TEST--
stubs/spread.php declares what the extension declares: signatures, classes, enums, attributes, settings, fields
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
support('surface');

$file = __DIR__ . '/../../stubs/spread.php';
// In a process without the extension: both declare the same names.
$child = run([PHP_BINARY, '-n', __DIR__ . '/../support/surface.php', $file]);
same('the stub loads', ['status' => 0, 'err' => ''], ['status' => $child['status'], 'err' => $child['err']]);
$stub = json_decode($child['out'], true) ?? [];
$extension = surface_of_extension();
foreach ($extension as $name => $line) {
    holds("$name of the extension is in the stub", isset($stub[$name]), $line);
}
foreach ($stub as $name => $line) {
    if (holds("$name of the stub is in the extension", isset($extension[$name]), $line)) {
        same($name, $extension[$name], $line);
    }
}
holds('there is something to compare', count($stub) > 20, (string) count($stub));

// The settings: names, defaults and sequence.
$source = file_get_contents($file);
preg_match_all('/^ \*     (spread\.\w+) = *(.*?) *(;.*)?$/m', $source, $found);
$documented = array_combine($found[1], $found[2]);
$settings = [];
foreach (ini_get_all('spread') as $name => $setting) {
    $settings[$name] = (string) $setting['global_value'];
}
ksort($settings);
ksort($documented);
same('settings', $settings, $documented);

// The fields: one description, the same array shape in every function, and known to the extension.
$table = strstr($source, 'the fields of `$request`', true);
preg_match_all('/^ \* \| `(\w+)` (\| [^|]+ ){3}\|$/m', $table, $found);
$fields = $found[1];
preg_match_all('/@param array\{([^}]*)\} \$data$/m', $source, $shapes);
$counted = ['order' => 0, 'account' => 0];
$first = [];
foreach ($shapes[1] as $number => $shape) {
    $shape = preg_replace('/\s*\n\s*\*\s*/', ' ', $shape);
    preg_match_all('/(\w+)\?: [^,<]+(<[^>]*>+)?/', $shape, $keys);
    $of = in_array('order_idorder', $keys[1], true) ? 'order' : 'account';
    $counted[$of]++;
    $of_account = static fn (string $field): bool => !preg_match('/^order_|_order_tag$|^product_attributes$/', $field);
    same("fields of shape $number", $of === 'order' ? $fields : array_values(array_filter($fields, $of_account)), $keys[1]);
    same("types of shape $number", $first[$of] ??= $shape, $shape);
}
same('shapes', ['order' => 7, 'account' => 6], $counted);
['first' => $first, 'second' => $second] = documented();
$known = array_merge(array_keys($first['data']), array_keys($second['data']), ['customer_cookie', 'customer_mobile_isoptin', 'consents', 'date', 'group']);
same('the documented fields', [], array_diff($known, $fields));
same('nothing else', [], array_values(array_diff($fields, $known)));
foreach (function_exists('spread_validate_order') ? $fields : [] as $field) {
    foreach (spread_validate_order([$field => '1'], []) as $finding) {
        holds("$field is known to the extension", $finding['field'] !== "data.$field" || $finding['rule'] !== 'unknown-field', $finding['message']);
    }
}
echo "done\n";
?>
--EXPECT--
done
