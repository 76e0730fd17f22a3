--TEST--
php-fpm has no log for what happens after the response, unless one is set: the line goes to syslog
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('root', 'unshare');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(static fn (): string => answer(500, [], 'oops'));
$root = new WebRoot();
$syslog = stream_socket_server("udg://{$root->directory}/log", $code, $message, STREAM_SERVER_BIND);
chmod("{$root->directory}/log", 0666);
stream_set_timeout($syslog, 5);
// musl ends it by a newline, glibc does not.
$received = static fn (): string => preg_replace('/^(<\d+>)\w{3} [ \d]\d \d\d:\d\d:\d\d /', '$1', rtrim((string) stream_socket_recvfrom($syslog, 4096), "\n"));
$settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.delivery' => 'after_response'];
// Its own /dev, in which log is the socket above.
$script = "mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 && mknod -m 444 /dev/urandom c 1 9 && ln -s {$root->directory}/log /dev/log && exec \"\$@\"";
$start = static fn (array $settings): array => start_fpm_behind_nginx($root, 1, $settings, before: [program('unshare'), '--mount', 'sh', '-c', $script, 'sh']);
[$url, $daemons] = $start($settings);
// Two in one process: what comes after the line goes on.
foreach ([1, 2] as $number) {
    same('page', 'true true page', page(beside($url, 'after_response.php'), ['id' => "$number"]));
    // An extension has PHP's ident, PHP code the title of its process.
    echo str_replace(polyfill() === null ? '' : '<12>ool www:', '<12>php:', $received()), "\n";
}
foreach ($daemons as $daemon) {
    $daemon->stop();
}
// With a log of PHP's it goes there, as before.
$log = "{$root->directory}/tmp/php.log";
[$url, $daemons] = $start($settings + ['error_log' => $log]);
page(beside($url, 'after_response.php'), ['id' => '3']);
holds('in the log', wait_until(static fn (): bool => str_contains((string) @file_get_contents($log), 'refused order 3'), 5));
stream_set_blocking($syslog, false);
same('not in syslog', '', $received());
?>
--EXPECT--
<12>php: spread: SPREAD refused order 1: HTTP 500 Internal Server Error; send it again later
<12>php: spread: SPREAD refused order 2: HTTP 500 Internal Server Error; send it again later
