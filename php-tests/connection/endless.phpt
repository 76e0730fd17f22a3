--TEST--
Endless trailers, chunk extensions and lines are bounded, too, even a byte at a time
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$endless = static fn (string $head, string $piece): Closure => static function (Connection $connection) use ($head, $piece): void {
    $connection->request();
    $connection->write($head);
    $piece = str_repeat($piece, intdiv(1 << 18, strlen($piece)));
    while ($connection->write($piece));
};
$chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
$servers = [
    'empty lines' => $endless('', "\r\n"),
    'a chunk extension' => $endless("{$chunked}1;", 'x'),
    'a trailer' => $endless("{$chunked}2\r\n[]\r\n0\r\nX-Endless: ", 'x'),
    'trailers' => $endless("{$chunked}2\r\n[]\r\n0\r\n", "X-Endless: x\r\n"),
    'chunks of one byte' => $endless($chunked, "1\r\nx\r\n"),
    'a folded header' => $endless("HTTP/1.1 200 OK\r\nX-Endless: x", "\r\n x"),
    'a head, a byte at a time' => static function (Connection $connection): void {
        $connection->request();
        while ($connection->drip("HTTP/1.1 200 OK\r\nX-Slow: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n", 0.02));
    },
    'a body, a byte at a time' => static function (Connection $connection): void {
        $connection->request();
        $connection->write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        while ($connection->drip('x', 0.02));
    },
];
$code = <<<'PHP'
    echo "ready\n";
    $answer = spread_update_order(['order_idorder' => '0000001'], []);
    echo "done\n";
    $error = spread_last_error();
    ini_set('spread.endpoint', getenv('GOOD_URL'));
    ini_set('spread.timeout', '10');
    $next = spread_update_order([], []);
    preg_match('/VmHWM:\s*(\d+) kB/', file_get_contents('/proc/self/status'), $peak);
    echo json_encode([$answer, $error ? $error::class : null, $next, (int) $peak[1]]), "\n";
    PHP;
$good = serve(static fn (): string => answer_json('good'));
putenv("GOOD_URL={$good->url()}");
foreach ($servers as $what => $handler) {
    $server = serve_connections($handler);
    $settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.log_failures' => 0, 'spread.timeout' => 0.8];
    $lines = timed_lines($code, $settings);
    [$answer, $class, $next, $peak] = json_decode($lines[2][0] ?? '', true) ?? [var_export($lines, true), null, null, 0];
    same("$what: answer", false, $answer);
    holds("$what: class", in_array($class, ['Spread\ConnectionException', 'Spread\TimeoutException', 'Spread\ResponseException'], true), (string) $class);
    between("$what: seconds", 0, 1.8, $lines[1][1]);
    between("$what: greatest resident memory in MiB", 5, 64, $peak / 1024);
    same("$what: the next order", 'good', $next);
    $server->stop();
}
echo "done\n";
?>
--EXPECT--
done
