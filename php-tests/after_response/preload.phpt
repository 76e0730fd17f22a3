--TEST--
An opcache.preload script's order is sent when the script has ended, and PHP goes on
--SKIPIF--
<?php
if (!is_file(ini_get('extension_dir') . '/opcache.' . PHP_SHLIB_SUFFIX) && !extension_loaded('Zend OPcache')) {
    die('skip opcache is missing');
}
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$recorder = new Recorder();
$root = new WebRoot();
$call = 'spread_update_order(["order_idorder" => "%1$s"], ["order_idorder" => "%1$s"])';
$settings = [
    'opcache.enable_cli' => 1,
    'opcache.preload' => $root->write('preload.php', '<?php ' . sprintf($call, 'preloaded') . ';'),
    'opcache.preload_user' => worker_user()['user'] ?? '',
    'spread.endpoint' => $recorder->url(),
    'spread.public_key' => 'shop',
    'spread.private_key' => 's3cret',
    'spread.delivery' => 'after_response',
] + (extension_loaded('Zend OPcache') ? [] : ['zend_extension' => 'opcache.so']);
foreach (worker_user() === null ? [[]] : [[], as_worker($root)] as $before) {
    $command = str_replace(extension_file(), "{$root->directory}/spread.so", php_command($settings, '-r', 'echo json_encode(' . sprintf($call, 'script') . ');'));
    same('the script', ['status' => 0, 'out' => 'true', 'err' => ''], run([...$before, ...$command]));
}
$orders = array_map(static fn (array $arrival): string => "{$arrival['id']} {$arrival['status']}", $recorder->arrivals());
same('the orders', array_merge(...array_fill(0, worker_user() === null ? 1 : 2, ['preloaded 200', 'script 200'])), $orders);
echo "done\n";
?>
--EXPECT--
done
