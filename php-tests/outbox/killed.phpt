--TEST--
200 times kill -9 of php-cli, php-fpm's processes and the worker: no order is lost or overtaken, and only orders in flight in a killed process arrive twice
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3', 'nginx');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

// Five times the rounds leave some 100,000 orders, most of them with leases of 22 s.
[$rounds, $seconds] = getenv('SPREAD_SOAK') ? [1000, 180] : [200, 40];
ini_set('memory_limit', '1G');
$seed = test_seed();
mt_srand($seed);
$place = Place::inMemory();
chmod($place->directory, 0777);
$recorder = new Recorder();
$calls = new Calls($place->path('calls'));
$settings = [
    'spread.endpoint' => $recorder->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.timeout' => 2,
    'spread.outbox' => $place->setting(), 'spread.log_failures' => 1,
];
$root = new WebRoot();
[$url, $daemons] = start_fpm_behind_nginx($root, 4, $settings);
$url = beside($url, 'outbox.php');
// php-fpm makes the first call: its user owns the file.
$first = page($url, ['calls' => $calls->file, 'first' => 0, 'count' => 1, 'shop' => 'first', 'orders' => 1]);
same("SPREAD_TEST_SEED=$seed: the first", 1, $first['delivered'] ?? 0);
preg_match('/^PPid:\s+(\d+)/m', (string) file_get_contents("/proc/{$first['process']}/status"), $found);
$master = $found[1];

$of_worker = ['outbox' => $place->setting(), 'public_key' => 'shop', 'private_key' => 's3cret', 'timeout' => 2, 'endpoint' => $recorder->url()];
$worker = new Worker($of_worker);
$killed = ['php-cli' => 0, 'php-fpm' => 0, 'worker' => 0];
for ($round = 1; $round <= $rounds; $round++) {
    $kind = ['php-cli', 'php-cli', 'php-fpm', 'php-fpm', 'worker'][mt_rand(0, 4)];
    $delivery = ['direct', 'deferred'][mt_rand(0, 1)];
    $query = ['calls' => $calls->file, 'first' => $round * 1000, 'orders' => 20];
    if ($kind === 'php-fpm') {
        // Two at a time, each with its own orders.
        $streams = [];
        foreach (['fpm-a', 'fpm-b'] as $shop) {
            $streams[] = $stream = stream_socket_client('tcp://' . parse_url($url, PHP_URL_HOST) . ':' . parse_url($url, PHP_URL_PORT));
            $ask = $query + ['count' => 50, 'shop' => $shop];
            fwrite($stream, 'GET /outbox.php?' . http_build_query($ask) . " HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n");
        }
        usleep(mt_rand(1_000, 40_000));
        $children = preg_split('/ /', trim((string) file_get_contents("/proc/$master/task/$master/children")));
        exec('kill -9 ' . $children[mt_rand(0, count($children) - 1)] . ' 2>/dev/null');
        array_map(stream_get_contents(...), $streams);
    } else {
        $count = $kind === 'worker' ? 40 : 1000;
        $process = proc_open(caller(['spread.delivery' => $delivery] + $settings, $query + ['count' => $count, 'shop' => 'cli']), [1 => ['file', '/dev/null', 'w'], 2 => ['file', $place->path('log'), 'a']], $pipes);
        usleep(mt_rand(20_000, 80_000));
        if ($kind === 'worker') {
            $worker->kill();
            $worker = new Worker($of_worker);
        } else {
            proc_terminate($process, SIGKILL);
        }
        proc_close($process);
    }
    $killed[$kind]++;
}
$log = (string) @file_get_contents($place->path('log'));
holds("SPREAD_TEST_SEED=$seed: no call went without the outbox", !str_contains($log, 'without the outbox'), $log);
foreach ($daemons as $daemon) {
    $daemon->stop();
}
// The leases of killed processes expire.
configure(endpoint: $recorder->url(), public_key: 'shop', private_key: 's3cret', outbox: $place->setting(), timeout: 2);
holds("SPREAD_TEST_SEED=$seed: all is delivered", wait_until(static fn (): bool => $place->records() === [], $seconds), json_encode(array_slice($place->records(), 0, 20)));
$worker->stop();
holds("SPREAD_TEST_SEED=$seed: sound", $place->isSound());
// Each kill of php-fpm may hit one of two callers, each with one order in flight.
$counts = judge("SPREAD_TEST_SEED=$seed", $calls->all(), $recorder->arrivals(), $killed['php-cli'] + $killed['php-fpm'] + Worker::IN_FLIGHT * $killed['worker']);
$told = $calls->counts();
holds("SPREAD_TEST_SEED=$seed: calls were cut short", $told['begun'] > $rounds / 20, json_encode($told));
same("SPREAD_TEST_SEED=$seed: none failed", 0, $told['failed'] ?? 0);
tell(json_encode([$killed, $told, $counts]));
echo array_sum($killed) === $rounds ? 'done' : json_encode($killed), "\n";
?>
--EXPECT--
done
