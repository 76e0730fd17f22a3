--TEST--
An endless flood of bytes ends at the timeout, at loopback speed after some seconds of work: the clock is checked between reads
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
    'endless 100' => $endless('', "HTTP/1.1 100 Continue\r\n\r\n"),
    'endless 103' => $endless('', "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
    'a chunk size' => $endless($chunked, '0'),
];
$code = <<<'PHP'
    $answer = spread_update_order(['order_idorder' => '0000001'], []);
    $used = getrusage();
    $error = spread_last_error();
    ini_set('spread.endpoint', getenv('GOOD_URL'));
    ini_set('spread.timeout', '10');
    $next = spread_update_order([], []);
    preg_match('/VmHWM:\s*(\d+) kB/', file_get_contents('/proc/self/status'), $peak);
    $seconds = $used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec'];
    echo json_encode([$answer, $error ? $error::class : null, $next, (int) $peak[1], $seconds]), "\n";
    PHP;
$good = serve(static fn (): string => answer_json('good'));
putenv("GOOD_URL={$good->url()}");
foreach ($servers as $what => $handler) {
    $server = serve_connections($handler);
    $settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.log_failures' => 0, 'spread.timeout' => 0.8];
    $ran = run_php($code, $settings);
    [$answer, $class, $next, $peak, $seconds] = json_decode($ran['out'], true) ?? [var_export($ran, true), null, null, 0, 0];
    same("$what: answer", false, $answer);
    holds("$what: class", in_array($class, ['Spread\ConnectionException', 'Spread\TimeoutException', 'Spread\ResponseException'], true), (string) $class);
    // One poll of the runtime reads up to some 50 MB before it checks the clock. No network is as fast
    // as loopback: elsewhere a poll ends when the socket is empty. Time of the processor, because this one
    // may be busy.
    between("$what: seconds of work", 0, 10, $seconds);
    between("$what: greatest resident memory in MiB", 5, 64, $peak / 1024);
    same("$what: the next order", 'good', $next);
    $server->stop();
}
echo "done\n";
?>
--EXPECT--
done
