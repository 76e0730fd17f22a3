--TEST--
The password of spread.proxy is not shown by php --ri, phpinfo(), a dump or the log
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$port = free_port();
$proxy = "http://gate:0pen-sesame@127.0.0.1:$port";
$set = run(php_command(['spread.proxy' => $proxy], '--ri', 'spread'));
lacks('php --ri', '0pen-sesame', $set['out'] . $set['err']);
holds('php --ri names it', preg_match('/^spread\.proxy => /m', $set['out']) === 1, $set['out']);

configure(endpoint: 'https://127.0.0.1:1/', public_key: 'shop', private_key: 's3cret', proxy: $proxy);
ob_start();
phpinfo(INFO_MODULES);
lacks('phpinfo()', '0pen-sesame', ob_get_clean());

$lines = collect_log();
function shop(): mixed
{
    return spread_update_order(['order_idorder' => '0000001'], []);
}
same('answer', false, shop());
$error = spread_last_error();
ob_start();
var_dump($error);
print_r($error);
var_export($error->getTrace());
lacks('dump', '0pen-sesame', ob_get_clean());
$log = implode("\n", $lines());
contains('log', "127.0.0.1:$port", $log);
lacks('log', 'sesame', $log);

// Messages name the setting of an invalid value and do not repeat it: at startup and in a call.
$bad = run_php('echo json_encode(spread_update_order([], [])), "\n", spread_last_error()->getMessage(), "\n";', [
    'spread.endpoint' => 'https://127.0.0.1:1/', 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.proxy' => 'ftp://gate:0pen-sesame@127.0.0.1:1',
    'display_startup_errors' => '1', 'display_errors' => 'stderr',
]);
contains('at the start', 'spread.proxy must be', $bad['out'] . $bad['err']);
lacks('at the start', 'sesame', $bad['out'] . $bad['err']);
echo $error::class, "\n";
?>
--EXPECT--
Spread\ConnectionException
