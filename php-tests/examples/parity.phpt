--TEST--
examples/parity.php counts equal and different bodies, and says so when no body was compared
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$example = __DIR__ . '/../../examples/parity.php';
$directory = sys_get_temp_dir() . '/spread-parity-' . bin2hex(random_bytes(6));
mkdir($directory);
register_shutdown_function(static fn () => exec('rm -rf ' . escapeshellarg($directory)));
$file = "$directory/parity.txt";
$count = static function () use ($example, $file): void {
    $result = run(php_command([], $example, $file));
    echo preg_replace('/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/', 'TIME', $result['out']), $result['err'], "status $result[status]\n";
};
$compare = static function (string $post_data, string $file) use ($example): void {
    $result = run_php("require '$example'; spread_parity($post_data, '$file'); echo 'checkout goes on';", ['display_errors' => 1]);
    same($post_data, 'checkout goes on', $result['out'] . $result['err']);
};

$count();
$order = static fn (string $id): string => "['data' => ['order_idorder' => '$id', 'tags' => ['a', 'b'], 'amount' => 1.5], 'request' => ['order_idorder' => '$id']]";
foreach (['1', '2', '3'] as $id) {
    $compare($order($id), $file);
}
$count();
$compare("['request' => ['order_idorder' => '4'], 'data' => ['a' => 1]]", $file); // the other way round
$compare("['data' => ['a' => 1], 'request' => ['order_idorder' => \"x\\n 2026-01-01 00:00:00 equal\"], 'more' => 1]", $file);
$compare("['data' => ['a' => 1], 'more' => 1]", $file);
$compare("['data' => ['a' => 1]]", $file); // http_build_query() has no request either
$count();
$compare($order('5'), "$directory/missing/parity.txt");
?>
--EXPECT--
no body was compared: is the file written?
status 1
3 bodies equal, 0 different
status 0
4 bodies equal, 3 different
  TIME different: order 4
  TIME different: order x  TIME equal
  TIME different: order without an id
status 1
