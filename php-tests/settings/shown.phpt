--TEST--
php --ri spread and phpinfo() show every setting, the private key masked when it is set
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$none = ['SPREAD_PUBLIC_KEY' => null, 'SPREAD_PRIVATE_KEY' => null];
$unset = run(php_command([], '--ri', 'spread'), $none);
same('status', 0, $unset['status']);
same('standard error', '', $unset['err']);
echo "nothing set:\n";
preg_match_all('/^spread\.\w+ => .*$/m', $unset['out'], $lines);
foreach (['endpoint', 'public_key', 'private_key', 'connect_timeout', 'timeout', 'ca_file', 'error_mode', 'log_failures'] as $name) {
    echo implode("\n", preg_grep("/^spread\\.$name /", $lines[0])), "\n";
}
contains('php --ri', phpversion('spread'), $unset['out']);

$set = run(php_command(['spread.public_key' => 'PUB-4711', 'spread.private_key' => 'PRIV-0815'], '--ri', 'spread'), $none);
echo "set at the start:\n", implode("\n", preg_grep('/_key/', explode("\n", $set['out']))), "\n";
lacks('php --ri', 'PRIV-0815', $set['out']);

configure(public_key: 'PUB-4711', private_key: 'PRIV-0815');
ob_start();
phpinfo(INFO_MODULES);
$info = ob_get_clean();
$keys = preg_grep('/^spread\.\w+_key/', explode("\n", $info));
rsort($keys);
echo "set by ini_set():\n", implode("\n", $keys), "\n";
lacks('phpinfo()', 'PRIV-0815', $info);
lacks('phpinfo()', base64_encode('PRIV-0815'), $info);
lacks('phpinfo()', base64_encode('PUB-4711:PRIV-0815'), $info);
ob_start();
(new ReflectionExtension('spread'))->info();
lacks('ReflectionExtension::info()', 'PRIV-0815', ob_get_clean());
ini_restore('spread.private_key');
ob_start();
phpinfo(INFO_MODULES);
$info = ob_get_clean();
echo "restored:\n", implode("\n", preg_grep('/^spread\.private_key/', explode("\n", $info))), "\n";
?>
--EXPECT--
nothing set:
spread.endpoint => https://social-sb.com/api/updateOrder => https://social-sb.com/api/updateOrder
spread.public_key => no value => no value
spread.private_key => no value => no value
spread.connect_timeout => 2 => 2
spread.timeout => 5 => 5
spread.ca_file => no value => no value
spread.error_mode => silent => silent
spread.log_failures => 1 => 1
set at the start:
spread.public_key => PUB-4711 => PUB-4711
spread.private_key => ******** => ********
set by ini_set():
spread.public_key => PUB-4711 => no value
spread.private_key => ******** => no value
restored:
spread.private_key => no value => no value
