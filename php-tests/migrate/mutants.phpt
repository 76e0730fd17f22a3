--TEST--
A damaged snippet that spread-migrate still replaces sends the same orders and prints the same
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

$seed = test_seed();
mt_srand($seed);
$sources = array_map(file_get_contents(...), [
    ...glob(__DIR__ . '/../../crates/spread-migrate/tests/replaced/*.php'),
    ...glob(__DIR__ . '/../../crates/spread-migrate/tests/left/*.php'),
]);
$lines = array_merge(...array_map(static fn (string $source): array => explode("\n", $source), $sources));
$lines = array_values(array_filter($lines, static fn (string $line): bool => !preg_match('/^<\?php|\?>|file_put_contents|social-sb\.com\/?["\']/', $line)));

/** One to three lines are removed, repeated, exchanged, or come from another snippet. */
$mutant = static function () use ($sources, $lines): string {
    $mutant = explode("\n", $sources[array_rand($sources)]);
    for ($changes = mt_rand(1, 3); $changes > 0; $changes--) {
        [$a, $b] = [mt_rand(1, count($mutant)), mt_rand(1, count($mutant))];
        match (mt_rand(0, 3)) {
            0 => array_splice($mutant, $a, 1),
            1 => array_splice($mutant, $a, 0, [$lines[array_rand($lines)]]),
            2 => array_splice($mutant, $a, 0, [$mutant[min($b, count($mutant) - 1)]]),
            3 => array_splice($mutant, $a, 0, array_splice($mutant, $b, 1)),
        };
    }
    return implode("\n", $mutant);
};

$servers = $urls = [];
foreach (['object' => '{"status":"success"}', 'list' => '[]', 'false' => 'false', 'empty' => ''] as $name => $body) {
    $servers[$name] = serve(static fn (array $request): string => basic_credentials($request) === 'shop:s3cret'
        ? answer(200, ['Content-Type: application/json'], $body)
        : answer(401, ['WWW-Authenticate: Basic realm="SPREAD"']));
    $urls[$name] = preg_replace('~(://[^/]+).*~', '$1', $servers[$name]->url());
}
$urls['dead'] = 'http://127.0.0.1:' . free_port();
$arrived = static function (string $name) use ($servers): array {
    static $seen = [];
    $requests = isset($servers[$name]) ? $servers[$name]->requests() : [];
    $new = array_slice($requests, $seen[$name] ?? 0);
    $seen[$name] = count($requests);
    $sent = array_filter($new, static fn (array $request): bool => basic_credentials($request) !== null);
    return array_values(array_map(static fn (array $request): array => [$request['path'], $request['body']], $sent));
};

$directory = shop_directory();
$file = "$directory/order.php";
$environment = ['SPREAD_PUBLIC_KEY' => 'shop', 'SPREAD_PRIVATE_KEY' => 's3cret'];
$compared = 0;
$wanted = getenv('SPREAD_SOAK') ? 150 : 15;
for ($tries = 0; $compared < $wanted && $tries < 40 * $wanted; $tries++) {
    $name = array_rand($urls);
    $source = str_replace('https://social-sb.com', $urls[$name], $mutant());
    file_put_contents($file, $source);
    @unlink("$directory/spread.ini");
    run([migrate_program(), '--apply', '--ini', "$directory/spread.ini", $file]);
    $migrated = file_get_contents($file);
    if ($migrated === $source || str_contains($migrated, 'curl_exec')) {
        continue; // left alone, or one of two was: curl may behave differently each time
    }
    same("SPREAD_TEST_SEED=$seed, $source: php -l", run_lint($source), run_lint($migrated));
    // Code that fails for other reasons may fail elsewhere now.
    file_put_contents($file, $source);
    $before = run_shop($file, null, $environment);
    $expected = $arrived($name);
    if ($before['status'] !== 0) {
        continue;
    }
    file_put_contents($file, $migrated);
    $after = run_shop($file, "$directory/spread.ini", $environment);
    $what = "SPREAD_TEST_SEED=$seed, $name:\n$source\nbecame\n$migrated\n";
    same("{$what}status", 0, $after['status']);
    same("{$what}what arrives", $expected, $arrived($name));
    same("{$what}what is printed", $before['out'], $after['out']);
    $compared++;
}
holds("$compared were compared", $compared === $wanted, "SPREAD_TEST_SEED=$seed");
echo "done\n";

function run_lint(string $source): int
{
    $file = tempnam(sys_get_temp_dir(), 'spread-lint-');
    file_put_contents($file, $source);
    $status = run([PHP_BINARY, '-n', '-l', $file])['status'];
    unlink($file);
    return $status;
}
?>
--EXPECT--
done
