--TEST--
A request that was given up is cut off before the call returns, whatever the process does next
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$ends = tempnam(sys_get_temp_dir(), 'spread');
$owner = getmypid();
register_shutdown_function(static fn () => getmypid() === $owner && unlink($ends));
/** A server that answers so, and writes down when the client has closed. */
$answering = static fn (string $answer): Closure => static function (Connection $connection) use ($answer, $ends): void {
    $connection->request();
    $connection->write($answer);
    $connection->waitForClose();
    file_put_contents($ends, hrtime(true) . "\n", FILE_APPEND);
};
$sockets = static fn (): int => count(array_filter(array_map(static fn (string $fd): string => (string) @readlink($fd), glob('/proc/self/fd/*')), static fn (string $to): bool => str_starts_with($to, 'socket:')));
$tls = new Certificates();
$https = ['tls' => $tls->server()];
$head = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n";
$cases = [
    'no answer' => [$answering(''), []],
    'no answer over https' => [$answering(''), $https],
    'half a body' => [$answering("$head\r\n[1,"), []],
    'half a body over https' => [$answering("$head\r\n[1,"), $https],
    'an unknown coding' => [$answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"), []],
    'too much' => [$answering("HTTP/1.1 200 OK\r\nContent-Length: 99000000\r\n\r\n"), []],
    'a redirect that is refused' => [$answering("HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1/\r\nContent-Length: 9\r\n\r\n"), []],
];
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, timeout: 0.5, log_failures: 0);
foreach ($cases as $what => [$handler, $options]) {
    file_put_contents($ends, '');
    $server = serve_connections($handler, $options);
    configure(endpoint: $server->url());
    $before = $sockets();
    same("$what: answer", false, spread_update_order(['order_idorder' => '1'], []));
    $returned = hrtime(true);
    same("$what: sockets left open", 0, $sockets() - $before);
    usleep(500_000);
    // The server's clock is the machine's; below zero when it was faster.
    between("$what: ms until the server saw the end", -200, 200, ((int) file_get_contents($ends) - $returned) / 1e6);
    $server->stop();
}
// The large order is still being written.
$deaf = serve_connections(static fn (Connection $connection) => $connection->wait(60));
configure(endpoint: $deaf->url());
$before = $sockets();
same('a server that does not read: answer', false, spread_update_order(['long' => str_repeat('x', 8_000_000)], []));
same('a server that does not read: sockets left open', 0, $sockets() - $before);

// Connections are kept again.
$good = serve(static fn (): string => answer_json('good'));
configure(endpoint: $good->url());
same('the next orders', ['good', 'good'], [spread_update_order([], []), spread_update_order([], [])]);
same('their connections', polyfill() === null ? 1 : 2, $good->connections());
echo "done\n";
?>
--EXPECT--
done
