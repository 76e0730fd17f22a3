--TEST--
SPREAD down, slow, busy, broken and refusing keys while callers and a worker go on: all arrives in order, once where its answer was seen
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = new Place();
$recorder = new Recorder();
$calls = new Calls($place->path('calls'));
$keys = static function (string $private) use ($place): string {
    $file = $place->path('keys.new', "shop:$private\n");
    chmod($file, 0600);
    rename($file, $place->path('keys'));
    return $place->path('keys');
};
$settings = [
    'spread.endpoint' => $recorder->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.timeout' => 0.5,
    'spread.outbox' => $place->setting(), 'spread.log_failures' => 0, 'spread.auth' => 'basic',
];
$of_worker = [
    'outbox' => $place->setting(), 'public_key' => 'shop', 'private_key' => 'wrong', 'credentials_file' => $keys('s3cret'), 'timeout' => 0.5,
    'auth' => 'basic', 'endpoint' => $recorder->url(),
];
$call = static fn (string $shop, int $orders, array $more = []): mixed => proc_open(
    caller($more + $settings, ['calls' => $calls->file, 'first' => 1, 'count' => 300, 'shop' => $shop, 'orders' => $orders, 'pause' => 0.02]),
    [1 => ['file', '/dev/null', 'w']],
    $pipes,
);
$worker = new Worker($of_worker);
$callers = [$call('few', 10), $call('many', 200), $call('deferred', 30, ['spread.delivery' => 'deferred']), $call('wrong-keys', 30, ['spread.private_key' => 'wrong'])];
foreach (['up' => 0.3, '503' => 0.6, 'late 0.8' => 1.2, '429 Retry-After: 1' => 0.6, 'down' => 0.6, 'lost' => 0.4, '500' => 0.3, 'keys shop:s3cret' => 1.5] as $how => $seconds) {
    if ($how === 'down') {
        $recorder->stop();
    } else {
        $recorder->behave((string) $how);
    }
    usleep((int) ($seconds * 1e6));
    if ($how === 'down') {
        $recorder->start();
    }
}
// The worker's keys go bad, and are corrected.
$keys('wrong');
$worker->reload();
usleep(800_000);
$keys('s3cret');
$worker->reload();
foreach ($callers as $caller) {
    same('status of a caller', 0, proc_close($caller));
}
holds('all is delivered', wait_until(static fn (): bool => $place->records() === [], 60), json_encode($place->records()) . $worker->log());
$worker->stop();
judge('all', $calls->all(), $recorder->arrivals());
same('outcomes', 1200, count(array_filter($calls->all(), static fn (array $call): bool => in_array($call['outcome'], ['kept', 'delivered'], true))));
$seen = array_unique(array_column($recorder->arrivals(), 'status'));
foreach ([0, 200, 401, 429, 500, 503] as $status) {
    holds("status $status came up", in_array($status, $seen, true));
}
echo "done\n";
?>
--EXPECT--
done
