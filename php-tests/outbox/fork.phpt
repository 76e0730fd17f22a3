--TEST--
A parent with an open outbox and 20 children call at once and run other programs: every order is kept or delivered
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

const ORDERS = 50;
const CHILDREN = 20;

$place = Place::inMemory();
$recorder = new Recorder();
$calls = new Calls($place->path('calls'));
configure(endpoint: $recorder->url(), public_key: 'shop', private_key: 's3cret', outbox: $place->setting(), timeout: 20, connect_timeout: 10);
$log = collect_log();
$send = static function (string $who, int $number) use ($calls): void {
    $id = "$who-" . $number % 5;
    $answer = spread_update_order(['order_idorder' => $id, 'sequence' => $number], ['order_idorder' => $id]);
    $outcome = is_array($answer) ? 'delivered' : ($answer === true ? 'kept' : 'failed');
    file_put_contents($calls->file, "$outcome $id $number\n", FILE_APPEND);
};
foreach (['direct', 'deferred'] as $delivery) {
    configure(delivery: $delivery);
    $send("$delivery-parent", 0);
    $children = [];
    for ($child = 1; $child <= CHILDREN; $child++) {
        $pid = pcntl_fork();
        if ($pid === 0) {
            pcntl_alarm(100);
            for ($number = 0; $number < ORDERS; $number++) {
                $send("$delivery-$child", $number);
                if ($number === 20) {
                    same('a program between calls', 'said', trim((string) shell_exec('echo said')));
                    // A grandchild that exits normally.
                    $grandchild = pcntl_fork();
                    if ($grandchild === 0) {
                        $send("$delivery-$child-child", 0);
                        exit(0);
                    }
                }
            }
            pcntl_waitpid($grandchild, $status);
            // Alternately exits normally and is killed.
            $child % 2 ? exit(0) : end_process();
        }
        $children[] = $pid;
    }
    for ($number = 1; $number < ORDERS; $number++) {
        $send("$delivery-parent", $number);
        if ($number % 10 === 0) {
            $process = proc_open(['/bin/sh', '-c', 'exit 3'], [], $pipes);
            same('another program', 3, proc_close($process));
        }
    }
    foreach ($children as $pid) {
        pcntl_waitpid($pid, $status);
        same("$delivery: status of a child", 0, $status);
    }
    $send("$delivery-parent", ORDERS);
}
same('log', [], $log());
same('outcomes', ['delivered' => (CHILDREN + 1) * ORDERS + CHILDREN + 1, 'kept' => (CHILDREN + 1) * ORDERS + CHILDREN + 1], $calls->counts());
same('records', (CHILDREN + 1) * ORDERS + CHILDREN + 1, count($place->records()));
holds('sound', $place->isSound());
same('drain', 0, drain_all(60));
judge('all', $calls->all(), $recorder->arrivals());
holds('sound in the end', $place->isSound());
same('nothing left', [], $place->records());
echo "done\n";
?>
--EXPECT--
done
