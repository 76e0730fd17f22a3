--TEST--
SPREAD is down, slow, busy, broken and refuses keys while callers and a worker run: everything arrives in sequence, and only once if its answer arrived
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = Place::inMemory();
$recorder = new Recorder();
$calls = new Calls($place->path('calls'));
$keys = static function (string $private) use ($place): string {
    $file = $place->path('keys.new', "shop:$private\n");
    chmod($file, 0600);
    rename($file, $place->path('keys'));
    return $place->path('keys');
};
// Long enough for a busy machine: a caller waits a quarter of its timeout for other writers. Late answers arrive
// well after it.
$timeout = 4;
$settings = [
    'spread.endpoint' => $recorder->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.timeout' => $timeout,
    'spread.outbox' => $place->setting(), 'spread.log_failures' => 0, 'spread.auth' => 'basic',
];
$of_worker = [
    'outbox' => $place->setting(), 'public_key' => 'shop', 'private_key' => 'wrong', 'credentials_file' => $keys('s3cret'), 'timeout' => $timeout,
    'auth' => 'basic', 'endpoint' => $recorder->url(),
];
$call = static fn (string $shop, int $orders, array $more = []): mixed => proc_open(
    caller($more + $settings, ['calls' => $calls->file, 'first' => 1, 'count' => 300, 'shop' => $shop, 'orders' => $orders, 'pause' => 0.02]),
    [1 => ['file', '/dev/null', 'w']],
    $pipes,
);
$worker = new Worker($of_worker);
$callers = [$call('few', 10), $call('many', 200), $call('deferred', 30, ['spread.delivery' => 'deferred']), $call('wrong-keys', 30, ['spread.private_key' => 'wrong'])];
// Each for a while, and until a request has met it: the status that the server then logs, 0 without an answer.
$phases = [
    ['up', 0.3, 200], ['503', 0.6, 503], ['late ' . ($timeout + 2), 1.2, 0], ['429 Retry-After: 1', 0.6, 429], ['down', 0.6, null],
    ['lost', 0.4, 0], ['500', 0.3, 500], ['keys shop:s3cret', 1.5, 401],
];
foreach ($phases as [$how, $seconds, $status]) {
    if ($how === 'down') {
        $recorder->stop();
        usleep((int) ($seconds * 1e6));
        $recorder->start();
        continue;
    }
    $before = count($recorder->arrivals());
    $recorder->behave($how);
    usleep((int) ($seconds * 1e6));
    $met = static fn (array $arrival): bool => $arrival['status'] === $status && $arrival['late'] === str_starts_with($how, 'late');
    holds("$how occurred", wait_until(static fn (): bool => array_filter(array_slice($recorder->arrivals(), $before), $met) !== [], 20));
}
// The worker's keys become invalid, and are corrected.
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
echo "done\n";
?>
--EXPECT--
done
