--TEST--
With thousands of orders refused, never answered, lost or sent to a closed port, resident memory, descriptors and threads do not grow
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$long = (bool) getenv('SPREAD_SOAK');
$tls = new Certificates();
$quiet = ['log' => false];
$mute = new SilentPort();
// Bound to reserve the port, and not listening.
$bound = stream_socket_server('tcp://127.0.0.1:0', $errno, $message, STREAM_SERVER_BIND);
$nobody = 'http://' . stream_socket_get_name($bound, false) . '/';

// Server, settings, exception class, warm-up calls and measured calls.
$kinds = [
    'nothing listens' => [static fn () => $nobody, [], Spread\ConnectionException::class, 300, $long ? 10_000 : 1_000],
    'status 500' => [static fn () => serve(static fn (): string => answer(500, [], '{"error":["x",1]}'), $quiet),
        [], Spread\ResponseException::class, 300, $long ? 10_000 : 1_000],
    'status 500 and closed' => [static fn () => serve(static fn (): string => answer(500, ['Connection: close'], 'text'), $quiet),
        [], Spread\ResponseException::class, 100, $long ? 3_000 : 300],
    'status 500 and closed, a name each time' => [static fn () => serve(static fn (): string => answer(500, ['Connection: close'], 'text'), $quiet),
        ['host' => 'localhost'], Spread\ResponseException::class, 100, $long ? 3_000 : 300],
    'no answer' => [static fn () => serve_connections(static fn (Connection $connection) => $connection->waitForClose(), $quiet),
        ['timeout' => '0.01'], Spread\TimeoutException::class, 50, $long ? 10_000 : 150],
    'no connection' => [static fn () => $mute->url(), ['connect_timeout' => '0.01'], Spread\TimeoutException::class, 50, $long ? 10_000 : 150],
    'no TLS' => [static fn () => serve_connections(static fn (Connection $connection) => $connection->waitForClose(), ['tls' => null] + $quiet),
        ['connect_timeout' => '0.01', 'https' => true], Spread\TimeoutException::class, 50, $long ? 3_000 : 100],
    'a certificate that is not trusted' => [static fn () => serve(static fn (): string => answer(200), ['tls' => $tls->server('unknown_ca')] + $quiet),
        [], Spread\ConnectionException::class, 50, $long ? 3_000 : 100],
    'no such file of certificates' => [static fn () => 'https://127.0.0.1:1/', ['ca_file' => '/nonexistent.pem'], Spread\ConfigurationException::class, 300, $long ? 10_000 : 2_000],
    'an answer that is no JSON' => [static fn () => serve(static fn (): string => answer(200, [], '{"a":[1,{"b":"c"},'), $quiet),
        [], Spread\ResponseException::class, 300, $long ? 10_000 : 500],
];

$resident = static function (): int {
    gc_collect_cycles();
    return (int) explode(' ', file_get_contents('/proc/self/statm'))[1] * 4;
};
$descriptors = static fn (): int => count(scandir('/proc/self/fd'));
$threads = static fn (): int => count(scandir('/proc/self/task')) - 2;
foreach ($kinds as $what => [$where, $settings, $class, $first, $count]) {
    $server = $where();
    $url = is_string($server) ? $server : $server->url();
    $url = strtr($url, ['127.0.0.1' => $settings['host'] ?? '127.0.0.1', 'http:' => isset($settings['https']) ? 'https:' : 'http:']);
    unset($settings['host'], $settings['https']);
    configure(...$settings + ['endpoint' => $url, 'public_key' => 'shop', 'private_key' => 's3cret', 'log_failures' => 0,
        'ca_file' => $tls->ca, 'timeout' => '10', 'connect_timeout' => '2']);
    $unexpected = null;
    for ($number = 1; $number <= $first + $count; $number++) {
        $answer = spread_update_order(['order_idorder' => "$number", 'text' => str_repeat('x', 500)], []);
        $error = spread_last_error();
        if ($answer !== false || $error === null || $error::class !== $class) {
            $unexpected ??= "order $number: " . json_encode($answer) . ', ' . ($error === null ? 'no error' : $error::class . ': ' . $error->getMessage());
        }
        unset($error);
        if ($number === $first) {
            [$descriptors_before, $resident_before] = [$descriptors(), $resident()];
        }
    }
    same("$what: unexpected outcome", null, $unexpected);
    between("$what: growth of resident memory in KiB", -20_000, 256, $resident() - $resident_before);
    between("$what: growth of descriptors", -2, 2, $descriptors() - $descriptors_before);
    // Resolver threads are few, and end a second after their last lookup.
    between("$what: threads", 1, 5, $threads());
    for ($end = hrtime(true) + 5e9; $threads() > 1 && hrtime(true) < $end;) {
        usleep(10_000);
    }
    same("$what: threads in the end", 1, $threads());
    is_string($server) || $server->stop();
}
echo "done\n";
?>
--EXPECT--
done
