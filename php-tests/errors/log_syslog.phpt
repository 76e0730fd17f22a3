--TEST--
spread.log = syslog writes to syslog with PHP's ident, at the level warning
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('root', 'unshare');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(static fn (): string => answer(500, [], 'oops'));
$place = new Place();
$socket = stream_socket_server("udg://$place->directory/log", $code, $message, STREAM_SERVER_BIND);
$settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'open_basedir' => $place->directory];
$php = php_command($settings, '-r', 'ini_set("spread.log", "syslog"); spread_update_order(["order_idorder" => "1"], []);');
// The process has its own /dev, in which log is the socket above.
$result = run(['unshare', '--mount', 'sh', '-c', "mount -t tmpfs none /dev && ln -s $place->directory/log /dev/log && exec \"$@\"", 'sh', ...$php]);
same('process', ['status' => 0, 'out' => '', 'err' => ''], $result);
stream_set_blocking($socket, false);
// "<12>" is the facility user and the level warning (RFC 3164 section 4.1.1).
echo preg_replace('/^(<\d+>)\w{3} [ \d]\d \d\d:\d\d:\d\d /', '$1', stream_socket_recvfrom($socket, 4096)), "\n";
?>
--EXPECT--
<12>php: spread: SPREAD refused order 1: HTTP 500 Internal Server Error; send it again later
