--TEST--
php-fpm kills processes that wait for longer than request_terminate_timeout: the circuit opens all the same, and a reload begins anew
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$root = new WebRoot();
$recorder = new Recorder();
$place = new Place();
chmod($place->directory, 0777);
$settings = ['spread.endpoint' => $recorder->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.timeout' => 20, 'spread.log' => "{$root->directory}/tmp/spread.log",
    'spread.outbox' => $place->setting()];
$directives = ['pm' => 'ondemand', 'pm.process_idle_timeout' => '60s', 'request_terminate_timeout' => '2s'];
[$url, $daemons] = start_fpm_behind_nginx($root, 4, $settings, directives: $directives);
$url = beside($url, 'checkout.php');
$number = 0;
$order = static function () use ($url, &$number): mixed {
    return page($url, ['id' => 'order ' . ++$number]);
};
same('well', 'array', $order()['answer']);
$recorder->behave('late 15');
$killed = 0;
$is_held = static function () use ($order, &$killed): bool {
    $page = $order();
    $killed += !is_array($page);
    return is_array($page) && [$page['answer'], $page['error']] === [true, null];
};
holds('held back', wait_until($is_held, 30), (string) $killed);
between('processes that were killed', 1, 5, $killed);
contains('a line', 'does not respond', (string) file_get_contents("{$root->directory}/tmp/spread.log"));
// A reload makes a new master with new circuits.
$recorder->behave('up');
$master = (int) trim((string) shell_exec("pgrep -f '^php-fpm: master process.*{$root->directory}/fpm.conf'"));
exec("kill -USR2 $master");
$is_well = static function () use ($order): bool {
    $page = $order();
    return is_array($page) && $page['answer'] === 'array';
};
holds('after a reload', wait_until($is_well, 20));
same('and again', 'array', $order()['answer']);
echo "done\n";
?>
--EXPECT--
done
