--TEST--
The settings have their defaults, and each can be set anywhere
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$defaults = [
    'spread.endpoint' => 'https://social-sb.com/api/updateOrder',
    'spread.public_key' => '',
    'spread.private_key' => '',
    'spread.connect_timeout' => '2',
    'spread.timeout' => '5',
    'spread.ca_file' => '',
    'spread.error_mode' => 'silent',
    'spread.log_failures' => '1',
];
$all = ini_get_all('spread');
foreach ($defaults as $name => $default) {
    if (!holds("$name is registered", isset($all[$name]))) {
        continue;
    }
    // An empty default is '' or null; a shop reads '' in both cases.
    same("$name: default", $default, (string) $all[$name]['global_value']);
    same("$name: ini_get", $default, (string) ini_get($name));
    same("$name: where it can be set", INI_ALL, $all[$name]['access']);
    holds("$name can be set", ini_set($name, '5') !== false);
    same("$name: set", '5', ini_get($name));
    ini_restore($name);
    same("$name: restored", $default, (string) ini_get($name));
}
$settings = array_combine(array_keys($defaults), array_map(static fn ($number) => "v$number", range(1, count($defaults))));
$read = 'foreach ($argv as $name) if (str_contains($name, ".")) echo $name, "=", ini_get($name), "\n";';
$result = run([...php_command($settings, '-r', $read), '--', ...array_keys($defaults)]);
foreach ($settings as $name => $value) {
    contains('set at the start', "$name=$value\n", $result['out']);
}
echo "done\n";
?>
--EXPECT--
done
