--TEST--
An outbox on MariaDB survives forks, and a server that is killed, restarted and paused while callers and two workers use it
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('mariadbd', 'mariadb-install-db', 'mariadb');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$database = new MariaDb();
$recorder = new Recorder();
$place = new Place();
$calls = new Calls($place->path('calls'));
configure(endpoint: $recorder->url(), public_key: 'shop', private_key: 's3cret', outbox: $database->setting(), timeout: 5);
$log = collect_log();
$send = static function (string $who, int $number) use ($calls): void {
    $id = "$who-" . $number % 3;
    $answer = spread_update_order(['order_idorder' => $id, 'sequence' => $number], ['order_idorder' => $id]);
    $outcome = is_array($answer) ? 'delivered' : ($answer === true ? 'kept' : 'failed');
    file_put_contents($calls->file, "$outcome $id $number\n", FILE_APPEND);
};

// Forks: no process disturbs another one's connection, however a child ends.
$send('parent', 0);
$children = [];
for ($child = 1; $child <= 8; $child++) {
    $pid = pcntl_fork();
    if ($pid === 0) {
        pcntl_alarm(60);
        if ($child % 4 !== 0) {
            for ($number = 0; $number < 20; $number++) {
                $send("child$child", $number);
            }
        }
        $child % 2 ? exit(0) : end_process();
    }
    $children[] = $pid;
}
for ($number = 1; $number < 50; $number++) {
    $send('parent', $number);
}
foreach ($children as $pid) {
    pcntl_waitpid($pid, $status);
    same('status of a child', 0, $status);
}
$send('parent', 50);
same('log', [], $log());
same('all were delivered', ['delivered' => 51 + 6 * 20], $calls->counts());
same('nothing is pending', 0, $database->pending());

// An unresponsive server costs at most half of the timeout, and no order.
foreach ([[1, 1], [1, 2], [2, 0.5], [4, 2]] as [$timeout, $connect]) {
    configure(timeout: $timeout, connect_timeout: $connect);
    $send('silent', 100);
    $database->pause();
    foreach (['on its connection', 'for a new one'] as $what) {
        $begun = hrtime(true);
        same("silent $what, $timeout, $connect", 'array', gettype(spread_update_order(...order('silent-1'))));
        between("silent $what, $timeout, $connect: seconds", 0.1, 0.5 * $timeout + 0.3, (hrtime(true) - $begun) / 1e9);
        contains("silent $what, $timeout, $connect", 'no response in time', implode($log()));
    }
    $database->resume();
}
// Once the order is stored the rest of the timeout is for its delivery, and for deleting its record.
$api = serve(static function () use ($database): string {
    $database->pause();
    return answer_json('fine');
});
configure(endpoint: $api->url(), timeout: 2, connect_timeout: 0.5);
$begun = hrtime(true);
same('silent while SPREAD responds', 'fine', spread_update_order(...order('silent-2')));
between('silent while SPREAD responds: seconds', 1.9, 2.3, (hrtime(true) - $begun) / 1e9);
contains('silent while SPREAD responds', 'was sent, and the outbox records this', implode($log()));
$database->resume();
configure(endpoint: $recorder->url(), timeout: 5, connect_timeout: 2);
// Another order: the server may have stored one of those above after its call had given up, and leased it.
holds('it is back', wait_until(static fn (): bool => is_array(spread_update_order(...order('silent-back'))) && $log() === [], 30));

// Callers with their own orders, half of them deferred, and two workers. Each order is updated once: without the
// database orders are sent without the outbox, and may overtake others.
$settings = ['spread.endpoint' => $recorder->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.outbox' => $database->setting(), 'spread.timeout' => 2];
$callers = [];
foreach (['direct', 'deferred'] as $delivery) {
    $query = ['calls' => $calls->file, 'first' => 1, 'count' => 400, 'shop' => $delivery, 'orders' => 1_000_000, 'pause' => 0.01];
    $callers[] = proc_open(caller($settings + ['spread.delivery' => $delivery], $query), [1 => ['file', '/dev/null', 'w'], 2 => ['file', $place->path('log'), 'a']], $pipes);
}
$of_worker = ['outbox' => $database->setting(), 'public_key' => 'shop', 'private_key' => 's3cret', 'timeout' => 2, 'endpoint' => $recorder->url()];
$workers = [new Worker($of_worker), new Worker($of_worker)];
usleep(800_000);
$database->kill();
usleep(700_000);
$database->start();
usleep(800_000);
// The server stops responding, and all connections stay open.
$database->pause();
usleep(1_500_000);
$database->resume();
usleep(500_000);
$database->kill();
$database->start();
foreach ($callers as $caller) {
    same('status of a caller', 0, proc_close($caller));
}
holds('all is delivered', wait_until(static fn (): bool => $database->pending() === 0, 60), $workers[0]->log());
foreach ($workers as $worker) {
    $worker->stop();
}
$lines = file($place->path('log'), FILE_IGNORE_NEW_LINES);
$unmarked = count(preg_grep('/is sent again when its lease expires|records this as soon as it can be used/', $lines));
$without = count(preg_grep('/was sent without the outbox/', $lines));
holds('it was away', $without > 0);
same('other lines', [], preg_grep('/is sent again when its lease expires|records this as soon as it can be used|was sent without the outbox/', $lines, PREG_GREP_INVERT));
lacks('log', 'hidden-4711', implode($lines));
// Orders that were delivered and could not be marked as delivered arrive again.
$arrivals = array_values(array_filter($recorder->arrivals(), static fn (array $arrival): bool => !str_starts_with($arrival['id'], 'silent')));
judge('all', array_filter($calls->all(), static fn (array $call): bool => !str_starts_with($call['id'], 'silent')), $arrivals, 3 * 2 * Worker::IN_FLIGHT, $unmarked + 3 * 2 * Worker::IN_FLIGHT);
same('none failed', 0, $calls->counts()['failed'] ?? 0);
tell(json_encode([$calls->counts(), 'unmarked' => $unmarked, 'without' => $without]) . "\n" . implode("\n", array_unique(preg_replace('/order \S+/', 'order', $lines))));
echo "done\n";
?>
--EXPECT--
done
