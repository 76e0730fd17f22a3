--TEST--
With keys, endpoints, timeouts and certificates changed by ini_set() for each order, memory and kept connections are bounded
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$times = getenv('SPREAD_SOAK') ? 10 : 1;
$tls = new Certificates();
$answer = static function (array $request): string {
    parse_str($request['body'], $order);
    return answer_json([$order['data']['order_idorder'], $request['path']]);
};
$certificates = array_map(static function (int $number) use ($tls): string {
    $file = "{$tls->directory}/ca-$number.pem";
    copy($tls->ca, $file);
    return $file;
}, range(0, 49));

// Number of orders, and the settings that change with each order.
$changes = [
    'keys' => [250, static fn (int $number): array => ['public_key' => "shop$number", 'private_key' => "s3cret$number"]],
    'keys of 50 shops by turns' => [100, static fn (int $number): array => ['public_key' => 'shop' . $number % 50]],
    'paths' => [1_000, static fn (int $number, Server $plain): array => ['endpoint' => $plain->url("/order/$number")]],
    'endpoints' => [500, static fn (int $number, Server $plain, Server $secure): array => ['endpoint' => ($number % 2 === 0 ? $plain : $secure)->url("/order/$number")]],
    // Loopback addresses on which nothing listens.
    'hosts' => [1_000, static fn (int $number, Server $plain): array => ['endpoint' => $plain->url("/$number", '127.1.' . intdiv($number, 250) . '.' . $number % 250 + 1)]],
    'timeouts' => [1_000, static fn (int $number): array => ['timeout' => (string) (10 + $number / 1000)]],
    'timeouts of connecting' => [100, static fn (int $number): array => ['connect_timeout' => (string) (5 + $number / 1000)]],
    'certificates of 50 shops by turns' => [60, static fn (int $number, Server $plain, Server $secure): array => ['endpoint' => $secure->url(), 'ca_file' => $certificates[$number % 50]]],
    'all' => [60, static fn (int $number, Server $plain, Server $secure): array => ['public_key' => "shop$number", 'private_key' => "s3cret$number", 'timeout' => (string) (10 + $number / 1000),
        'endpoint' => ($number % 2 === 0 ? $plain : $secure)->url("/order/$number"), 'connect_timeout' => (string) (5 + $number / 1000),
        'auth' => ['auto', 'basic'][$number % 2], 'ca_file' => $certificates[$number % 50], 'max_redirects' => (string) ($number % 20),
        'error_mode' => ['silent', 'exception'][$number % 2]]],
];
$resident = static fn (): int => (int) explode(' ', file_get_contents('/proc/self/statm'))[1] * 4;
$descriptors = static fn (): int => count(scandir('/proc/self/fd'));
$at_first = $descriptors();
foreach ($changes as $what => [$orders, $change]) {
    $plain = serve($answer, ['log' => false]);
    $secure = serve($answer, ['log' => false, 'tls' => $tls->server()]);
    configure(endpoint: $plain->url(), public_key: 'shop', private_key: 's3cret', log_failures: 0, ca_file: $tls->ca,
        timeout: 10, connect_timeout: 5, auth: 'auto', max_redirects: 20, error_mode: 'silent');
    $wrong = null;
    $first = 60; // the baseline of memory and connections
    for ($number = 1; $number <= $first + $orders * $times; $number++) {
        configure(...$change($number, $plain, $secure));
        $came = spread_update_order(['order_idorder' => "$number"], []);
        $promised = ["$number", parse_url(ini_get('spread.endpoint'), PHP_URL_PATH)];
        $right = $what === 'hosts' ? spread_last_error() instanceof Spread\ConnectionException : $came === $promised;
        if (!$right) {
            $wrong ??= [$promised, $came, spread_last_error()?->getMessage()];
        }
        if ($number === $first) {
            [$descriptors_before, $resident_before] = [$descriptors(), $resident()];
        }
    }
    same("$what: wrong answers", null, $wrong);
    between("$what: growth of resident memory in KiB", -20_000, 512, $resident() - $resident_before);
    // No more than 16 are kept.
    between("$what: descriptors", 0, $at_first + 16 + 10, max($descriptors_before, $descriptors()));
    $plain->stop();
    $secure->stop();
}
array_map('unlink', $certificates);
echo "done\n";
?>
--EXPECT--
done
