--TEST--
Answers are limited to 8 MiB of body and 256 KiB or 768 lines of head, whatever they announce; memory is bounded, too
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$mib = 1 << 20;
$text = static fn (int $length): string => '"' . str_repeat('x', $length - 2) . '"';
$endless = static fn (string $head, string $piece): Closure => static function (Connection $connection) use ($head, $piece): void {
    $connection->request();
    $connection->write($head);
    $piece = str_repeat($piece, intdiv(1 << 20, strlen($piece)));
    for ($sent = 0; $sent < 2000 && $connection->write($piece); $sent++);
};
$once = static fn (string $answer): Closure => static function (Connection $connection) use ($answer): void {
    $connection->request();
    $connection->write($answer);
    $connection->waitForClose();
};
$chunked = static fn (string $body): string => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    . implode('', array_map(static fn ($piece) => dechex(strlen($piece)) . "\r\n$piece\r\n", str_split($body, 100000))) . "0\r\n\r\n";
$header = static fn (int $length): string => 'X-Long: ' . str_repeat('x', $length - 10);

$allowed = [
    'body of 8 MiB' => answer(200, [], $text(8 * $mib)),
    'body of 8 MiB in chunks' => $chunked($text(8 * $mib)),
    'head of 60 KiB' => answer(200, [$header(60 << 10)], '"x"'),
    'head of 700 lines' => answer(200, array_fill(0, 700, 'X-Line: x'), '"x"'),
    'head of 250 KiB' => answer(200, array_fill(0, 25, $header(10 << 10)), '"x"'),
];
$refused = [
    'body of 8 MiB and a byte' => ['8 MiB', $once(answer(200, [], $text(8 * $mib + 1)))],
    'body of 8 MiB and a byte in chunks' => ['8 MiB', $once($chunked($text(8 * $mib + 1)))],
    'endless body' => ['8 MiB', $endless("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", 'x')],
    'endless chunks' => ['8 MiB', $endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "40\r\n" . str_repeat('x', 64) . "\r\n")],
    'announced body of 1 TiB' => ['8 MiB', $endless("HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n", 'x')],
    'endless error body' => ['8 MiB', $endless("HTTP/1.1 500 Internal Server Error\r\n\r\n", 'x')],
    'head of 300 KiB' => ['256 KiB', $once(answer(200, array_fill(0, 30, $header(10 << 10)), '"x"'))],
    'head of 800 lines' => ['768 lines', $once(answer(200, array_fill(0, 800, 'X-Line: x'), '"x"'))],
    'header of 300 KiB' => ['256 KiB', $once(answer(200, [$header(300 << 10)], '"x"'))],
    'endless header' => ['256 KiB', $endless("HTTP/1.1 200 OK\r\nX-Endless: ", 'x')],
    'endless headers' => ['256 KiB', $endless("HTTP/1.1 200 OK\r\n", "X-Endless: x\r\n")],
    'endless status line' => ['256 KiB', $endless('HTTP/1.1 200 ', 'x')],
];

configure(public_key: 'shop', private_key: 's3cret', log_failures: 0);
foreach ($allowed as $what => $answer) {
    $server = serve_connections($once($answer));
    configure(endpoint: $server->url());
    $answer = spread_update_order([], []);
    echo $what, ': ', is_string($answer) ? strlen($answer) . ' bytes' : outcome($answer), "\n";
    $server->stop();
}
unset($answer, $allowed);
// In a separate process, which reports its peak resident memory.
$code = <<<'PHP'
    $answer = spread_update_order(['order_idorder' => '0000001'], []);
    $error = spread_last_error();
    ini_set('spread.endpoint', getenv('GOOD_URL'));
    $next = spread_update_order([], []);
    preg_match('/VmHWM:\s*(\d+) kB/', file_get_contents('/proc/self/status'), $peak);
    echo json_encode([$answer, $error ? $error::class : null, $error?->getMessage(), $next, (int) $peak[1]]);
    PHP;
$good = serve(static fn (): string => answer_json('good'));
foreach ($refused as $what => [$limit, $handler]) {
    $server = serve_connections($handler);
    $settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.log_failures' => 0];
    $result = run_php($code, $settings, ['GOOD_URL' => $good->url()]);
    [$answer, $class, $message, $next, $peak] = json_decode($result['out'], true) ?? [null, $result['out'] . $result['err'], '', null, 0];
    same("$what: answer", false, $answer);
    same("$what: class", 'Spread\ResponseException', $class);
    contains("$what: message", $limit, $message);
    contains("$what: message", '0000001', $message);
    same("$what: the next order", 'good', $next);
    between("$what: greatest resident memory in MiB", 5, 64, $peak / 1024);
    $server->stop();
}
echo count($refused), " refused\n";
?>
--EXPECT--
body of 8 MiB: 8388606 bytes
body of 8 MiB in chunks: 8388606 bytes
head of 60 KiB: 1 bytes
head of 700 lines: 1 bytes
head of 250 KiB: 1 bytes
12 refused
