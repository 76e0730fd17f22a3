--TEST--
The password of a MySQL outbox is masked in phpinfo(), php --ri and dumps
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$outbox = 'mysql://shop:hid%64en-4711@db.example:3307/spread?ssl-mode=required';
$shown = 'mysql://shop:********@db.example:3307/spread?ssl-mode=required';
$settings = ['spread.outbox' => $outbox, 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret'];
$ri = run(php_command($settings, '--ri', 'spread'))['out'];
contains('php --ri', "spread.outbox => $shown => $shown", $ri);
contains('php --ri', 'spread.delivery => direct => direct', $ri);
$info = run_php('phpinfo(INFO_MODULES);', $settings)['out'];
contains('phpinfo()', $shown, $info);
$all = [$ri, $info, run(php_command($settings, '-i'))['out']];
// An invalid URL is masked completely: its password cannot be located.
foreach (['mysql://shop:hidden-4711@db', 'mysql:hidden-4711', 'postgres://u:hidden-4711@db/x', 'hidden-4711'] as $broken) {
    $ri = run(php_command(['spread.outbox' => $broken, 'display_errors' => '1'], '--ri', 'spread'));
    contains($broken, 'spread.outbox => ******** => ********', $ri['out']);
    array_push($all, $ri['out'], $ri['err']);
}
configure(outbox: $outbox);
$client = new Spread\Client('shop', 's3cret', ['outbox' => $outbox]);
ob_start();
var_dump($client);
print_r((array) $client);
phpinfo(INFO_MODULES);
(new ReflectionExtension('spread'))->info();
ini_set('zend.exception_ignore_args', '0');
foreach ([['outbox' => 'mysql://shop:hidden-4711@db'], ['outbox' => $outbox, 'timout' => 1]] as $options) {
    try {
        new Spread\Client('shop', 's3cret', $options);
    } catch (ValueError $error) {
        echo $error->getMessage(), "\n";
    }
}
$all[] = ob_get_clean();
foreach ($all as $number => $text) {
    lacks("text $number", 'hidden-4711', $text);
    lacks("text $number", 'hid%64en', $text);
}
// The path of an SQLite file is not secret.
contains('sqlite', 'spread.outbox => sqlite:/x/outbox.db => sqlite:/x/outbox.db', run(php_command(['spread.outbox' => 'sqlite:/x/outbox.db'], '--ri', 'spread'))['out']);
contains('none', "spread.outbox => no value => no value", run(php_command([], '--ri', 'spread'))['out']);
// The caller's own code may read it.
same('ini_get()', $outbox, ini_get('spread.outbox'));
echo "done\n";
?>
--EXPECT--
done
