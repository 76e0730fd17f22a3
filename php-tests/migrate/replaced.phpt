--TEST--
A snippet that spread-migrate has replaced sends the same orders and prints the same
--EXTENSIONS--
curl
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/migrate.inc';
if (!is_executable(migrate_program())) {
    die('skip modules/spread-migrate is not built');
}
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/migrate.inc';

const ANSWERS = [
    'object' => '{"status":"success","id":"0000001"}',
    'list' => '[]',
    'empty object' => '{}',
    'false' => 'false',
    'empty' => '',
    'text' => 'accepted',
];

// Each answer has a server; the first request of each order asks for the keys.
$servers = [];
foreach (ANSWERS as $name => $body) {
    $servers[$name] = serve(static fn (array $request): string => basic_credentials($request) === 'shop:s3cret'
        ? answer(200, ['Content-Type: application/json'], $body)
        : answer(401, ['WWW-Authenticate: Basic realm="SPREAD"']));
}
$servers['refused'] = serve(static fn (array $request): string => basic_credentials($request) === 'shop:s3cret'
    ? answer(422, ['Content-Type: application/json'], '{"error":"no such state"}')
    : answer(401, ['WWW-Authenticate: Basic realm="SPREAD"']));
$urls = array_map(static fn (Server $server): string => preg_replace('~(://[^/]+).*~', '$1', $server->url()), $servers);
$urls['dead'] = 'http://127.0.0.1:' . free_port();

/** The orders that arrived with the keys since the last call. */
$arrived = static function (string $name) use ($servers): array {
    static $seen = [];
    $requests = isset($servers[$name]) ? $servers[$name]->requests() : [];
    $new = array_slice($requests, $seen[$name] ?? 0);
    $seen[$name] = count($requests);
    $sent = array_filter($new, static fn (array $request): bool => basic_credentials($request) !== null);
    return array_values(array_map(static fn (array $request): array => [$request['method'], $request['path'], $request['body']], $sent));
};

$fixtures = glob(__DIR__ . '/../../crates/spread-migrate/tests/replaced/*.php');
holds('there are fixtures', count($fixtures) >= 30);
$directory = shop_directory();
$orders = 0;
foreach ($fixtures as $fixture) {
    $source = file_get_contents($fixture);
    foreach ($urls as $name => $url) {
        $what = basename($fixture, '.php') . ", $name";
        $skipped = match ($name) {
            // The extension returns such a text as it is, and json_decode() makes null of it.
            'text' => str_contains($source, 'json_decode'),
            // The extension reports a status outside 2xx as a failure: only code that looks at it is the same.
            'refused' => !str_contains($source, 'CURLINFO_HTTP_CODE'),
            // One failure is as good as any other.
            'dead' => false,
            default => false,
        };
        if ($skipped) {
            continue;
        }
        $file = "$directory/order.php";
        file_put_contents($file, str_replace('https://social-sb.com', $url, $source));
        $environment = ['SPREAD_PUBLIC_KEY' => 'shop', 'SPREAD_PRIVATE_KEY' => 's3cret'];
        $before = run_shop($file, null, $environment);
        $expected = $arrived($name);
        @unlink("$directory/spread.ini");
        $migrated = run([migrate_program(), '--apply', '--ini', "$directory/spread.ini", $file]);
        holds("$what: migrated", $migrated['status'] === 0, $migrated['out'] . $migrated['err']);
        same("$what: php -l", 0, run([PHP_BINARY, '-n', '-l', $file])['status']);
        lacks("$what: the file", 'curl_exec', file_get_contents($file));
        $after = run_shop($file, "$directory/spread.ini", $environment);
        same("$what: what arrives", $expected, $arrived($name));
        same("$what: what is printed", $before['out'], $after['out']);
        $orders += count($expected);
    }
}
holds('orders arrived', $orders > 200, (string) $orders);
echo "done\n";
?>
--EXPECT--
done
