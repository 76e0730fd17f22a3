--TEST--
spread.log takes the lines to a file wherever error_log leads; when it cannot be written they go to PHP's log
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(static fn (): string => answer(500, [], 'oops'));
$place = new Place();
$file = "$place->directory/spread.log";
$moved = "$place->directory/moved.log";
$settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'display_errors' => 1, 'date.timezone' => 'Europe/Paris'];
$calls = 'foreach (["1", "2"] as $id) spread_update_order(["order_idorder" => $id], []);';
$line = static fn (int $id): string => "spread: SPREAD refused order $id: HTTP 500 Internal Server Error; send it again later\n";
$both = $line(1) . $line(2);

/** PHP's own log, without its times, of a process that may set spread.log itself. */
$php_log = static function (string $code, array $more = []) use ($settings): string {
    $result = run_php($code, $more + $settings);
    same('output', '', $result['out']);
    return preg_replace('/^\[[^\]]+\] /m', '', $result['err']);
};
$set = static fn (string $value): string => 'ini_set("spread.log", ' . var_export($value, true) . ');';

// The control: without spread.log the lines follow error_log.
same('standard error, moved', '', $php_log("ini_set('error_log', '$moved'); $calls"));
same('moved', 2, count(file($moved)));
unlink($moved);

same('standard error', '', $php_log("ini_set('error_log', '$moved'); $calls", ['spread.log' => $file]));
same('moved, with spread.log', false, file_exists($moved));
$lines = file_get_contents($file);
same('lines', $both, preg_replace('/^\[\d\d-\w{3}-\d{4} \d\d:\d\d:\d\d Europe\/Paris\] /m', '', $lines, -1, $times));
same('lines with a time', 2, $times);
same('mode', '0600', sprintf('%04o', fileperms($file) & 07777));
chmod($file, 0640);
same('a file that exists', '', $php_log($set($file) . $calls));
clearstatcache();
same('its mode', [0640, 4], [fileperms($file) & 07777, count(file($file))]);

// A client's line as well, and the one about an outbox.
unlink($file);
$client = "try { (new Spread\\Client('shop', 's3cret', ['outbox' => 'sqlite:/none/outbox.db']))->updateOrder(['order_idorder' => '3'], []); } catch (Spread\\Exception) {}";
same('client', '', $php_log($client, ['spread.log' => $file]));
contains('client', 'order 3 was sent without the outbox', file_get_contents($file));
contains('client', 'refused order 3', file_get_contents($file));

// Every line arrives whole when many processes write.
unlink($file);
$processes = [];
for ($i = 0; $i < 4; $i++) {
    $code = 'for ($i = 0; $i < 50; $i++) spread_update_order(["order_idorder" => str_repeat("x", 60)], []);';
    $processes[] = proc_open(php_command(['spread.log' => $file, 'spread.endpoint' => 'ftp://x'] + $settings, '-r', $code), [1 => ['file', '/dev/null', 'w']], $pipes);
}
array_map(proc_close(...), $processes);
$whole = preg_grep('/^\[[^\]]+\] spread: order x{60} was not sent: spread\.endpoint must be .+\n$/', file($file));
same('whole lines', 200, count($whole));

// Not usable: the order is not held up, and one line says why.
$complaint = static fn (string $reason): string => "spread: spread.log $reason; its lines go to PHP's error log\n";
run(['mkfifo', "$place->directory/fifo"]);
$reasons = [
    '/none/spread.log' => 'names /none/spread.log, which cannot be written (No such file or directory (os error 2))',
    $place->directory => "names $place->directory, which cannot be written (Is a directory (os error 21))",
    "$place->directory/fifo" => "names $place->directory/fifo, which cannot be written (No such device or address (os error 6))",
    '/dev/full' => 'names /dev/full, which cannot be written (No space left on device (os error 28))',
    'spread.log' => 'must be empty, syslog or an absolute path',
];
foreach ($reasons as $value => $reason) {
    if (polyfill() !== null) {
        $reason = preg_replace('/ \(os error \d+\)/', '', $reason);
    }
    same("spread.log=$value", $complaint($reason) . $both, $php_log($set($value) . $calls));
}
if (polyfill() !== null) {
    // open_basedir holds for all that PHP code does.
    die("done\n");
}
$other = new Place();
$basedir = ['open_basedir' => $place->directory];
same('open_basedir, from code', $complaint('must be a path that open_basedir allows') . $both, $php_log($set("$other->directory/spread.log") . $calls, $basedir));
same('its file', false, file_exists("$other->directory/spread.log"));
same('open_basedir, administrator', '', $php_log($calls, ['spread.log' => "$other->directory/spread.log"] + $basedir));
same('its lines', 2, count(file("$other->directory/spread.log")));
same('open_basedir, own', '', $php_log($set("$place->directory/own.log") . $calls, $basedir));
same('own lines', 2, count(file("$place->directory/own.log")));

// Once per request, not once per process.
$root = new WebRoot();
[$url, $daemons] = start_fpm_behind_nginx($root, 1, ['spread.log' => '/none/spread.log', 'error_log' => "$root->directory/tmp/php.log", 'log_errors' => 1] + $settings);
page($url, ['id' => '1']);
page($url, ['id' => '2']);
$lines = file("$root->directory/tmp/php.log");
same('complaints of two requests', 2, count(preg_grep('/spread\.log names/', $lines)));
echo "done\n";
?>
--EXPECT--
done
