--TEST--
Two concurrent workers are stopped, killed and replaced: each order arrives once, except those in flight in a killed one
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$seed = test_seed();
mt_srand($seed);
$place = Place::inMemory();
$recorder = new Recorder();
$calls = new Calls($place->path('calls'));
$settings = ['outbox' => $place->setting(), 'public_key' => 'shop', 'private_key' => 's3cret', 'timeout' => 4, 'endpoint' => $recorder->url()];
$full = array_combine(array_map(static fn (string $name): string => "spread.$name", array_keys($settings)), $settings);
$full['spread.timeout'] = 10;
$callers = [];
foreach (['a', 'b'] as $shop) {
    $query = ['calls' => $calls->file, 'first' => 1, 'count' => 1500, 'shop' => $shop, 'orders' => 100];
    $callers[] = proc_open(caller($full + ['spread.delivery' => 'deferred'], $query), [1 => ['file', '/dev/null', 'w']], $pipes);
}
$workers = [new Worker($settings), new Worker($settings)];
for ($round = 0; $round < 6; $round++) {
    usleep(mt_rand(100_000, 400_000));
    $which = $round % 2;
    // Alternately SIGTERM and SIGKILL.
    $round % 3 ? $workers[$which]->stop() : $workers[$which]->kill();
    $workers[$which] = new Worker($settings);
}
foreach ($callers as $caller) {
    same('status of a caller', 0, proc_close($caller));
}
holds("SPREAD_TEST_SEED=$seed: all is delivered", wait_until(static fn (): bool => $place->records() === [], 60), json_encode($place->records()));
judge("SPREAD_TEST_SEED=$seed", $calls->all(), $recorder->arrivals(), 2 * Worker::IN_FLIGHT);
same("SPREAD_TEST_SEED=$seed: outcomes", ['kept' => 3000], $calls->counts());
holds("SPREAD_TEST_SEED=$seed: sound", $place->isSound());
echo "done\n";
?>
--EXPECT--
done
