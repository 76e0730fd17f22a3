--TEST--
spread.connect_timeout and spread.timeout are kept, measured from outside, and the process can send after each
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$good = serve(static fn (): string => answer_json('good'));
$silent = new SilentPort();
$mute = serve_connections(static fn (Connection $connection) => $connection->waitForClose());
$never = static function (Connection $connection): void {
    $connection->request();
    $connection->waitForClose();
};
$drip = static fn (string $at_once, string $slowly): Closure => static function (Connection $connection) use ($at_once, $slowly): void {
    $connection->request();
    $connection->write($at_once);
    $connection->drip($slowly, 0.05);
};
$letters = str_repeat('x', 200);
$dripping_head = $drip("HTTP/1.1 200 OK\r\nX-Slow: ", $letters);
$dripping_body = $drip("HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n", $letters);
$dripping_chunks = $drip("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", str_repeat("1\r\nx\r\n", 50));
$slow_rounds = static function (Connection $connection): void {
    while ($request = $connection->request()) {
        $connection->wait(0.35);
        $connection->write(header_value($request, 'Authorization') === null
            ? answer(401, ['WWW-Authenticate: Basic realm="x"'])
            : answer_json('too late'));
    }
};
$deaf = static fn (Connection $connection) => $connection->wait(60); // the order is larger than the kernel's buffers
$https = ['tls' => $tls->server()];

$connecting = ['connect_timeout' => '0.5', 'timeout' => '10'];
$answering = ['connect_timeout' => '10', 'timeout' => '0.5'];
// An order takes a while to be forwarded to another PHP.
$large = getenv('SPREAD_POLYFILL_PHP') ? 1_000_000 : 8_000_000;
$cases = [
    'connect_timeout, an address that does not answer' => [$connecting, $silent->url()],
    'connect_timeout, the same with https' => [$connecting, $silent->url('https')],
    'connect_timeout, no TLS handshake' => [$connecting, str_replace('http:', 'https:', $mute->url())],
    'timeout, an address that does not answer' => [$answering, $silent->url()],
    'timeout, no TLS handshake' => [$answering, str_replace('http:', 'https:', $mute->url())],
    'timeout, no answer' => [$answering, serve_connections($never)],
    'timeout, no answer over https' => [$answering, serve_connections($never, $https)],
    'timeout, a dripping head' => [$answering, serve_connections($dripping_head)],
    'timeout, a dripping head over https' => [$answering, serve_connections($dripping_head, $https)],
    'timeout, a dripping body' => [$answering, serve_connections($dripping_body)],
    'timeout, a dripping body over https' => [$answering, serve_connections($dripping_body, $https)],
    'timeout, dripping chunks' => [$answering, serve_connections($dripping_chunks)],
    'timeout, a server that does not read' => [$answering, serve_connections($deaf), $large],
    'timeout, two rounds of authentication' => [$answering, serve_connections($slow_rounds)],
];
foreach ($cases as $what => $case) {
    [$limits, $server, $bytes] = $case + [2 => 0];
    $endpoint = is_string($server) ? $server : $server->url();
    $report = timed_failure($limits + ['endpoint' => $endpoint, 'ca_file' => $tls->ca], $good->url(), $bytes);
    same("$what: answer", false, $report['answer']);
    same("$what: class", 'Spread\TimeoutException', $report['class']);
    same("$what: code", 0, $report['code']);
    same("$what: retryable", true, $report['retryable']);
    contains("$what: message", '0000001', $report['message']);
    contains("$what: message", strstr($what, ',', true), $report['message']);
    // This clock starts after the child's: on a busy machine by some hundredths of a second.
    between("$what: seconds", 0.45, 2.0, $report['seconds']);
    same("$what: the next order", 'good', $report['next']);
}
echo count($cases), " timeouts\n";
?>
--EXPECT--
14 timeouts
