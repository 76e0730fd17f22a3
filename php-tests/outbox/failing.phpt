--TEST--
A database that fails during a call, at any statement: an order is either kept or sent
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
configure(endpoint: $recorder->url(), public_key: 'shop', private_key: 's3cret', outbox: $place->setting());
$log = collect_log();
/** While $work runs, statements of this kind fail. */
$failing = static function (string $statement, Closure $work) use ($place): mixed {
    $run = static fn (string $sql): string => run(['sqlite3', '-cmd', '.timeout 5000', $place->file, $sql])['err'];
    same($statement, '', $run("CREATE TRIGGER fails BEFORE $statement BEGIN SELECT RAISE(ABORT, 'fails'); END"));
    $result = $work();
    same("$statement: over", '', $run('DROP TRIGGER fails'));
    return $result;
};
$arrived = static fn (string $id): array => array_column(array_filter($recorder->arrivals(), static fn (array $arrival): bool => $arrival['id'] === $id), 'status');

// Before the order is stored: it is sent without the outbox.
$recorder->behave('503');
same('first', true, spread_update_order(...order('waits')));
$recorder->behave('up');
$log();
foreach (['INSERT ON spread_records', 'INSERT ON spread_orders'] as $statement) {
    foreach (['direct', 'deferred'] as $delivery) {
        configure(delivery: $delivery);
        $id = "$statement, $delivery";
        same("$id: answer", 'array', gettype($failing($statement, static fn (): mixed => spread_update_order(...order($id)))));
        same("$id: sent", [200], $arrived($id));
        same("$id: not kept", ['waits pending 1 503'], $place->records());
        same("$id: lines", 1, count(preg_grep('/was sent without the outbox/', $log())));
    }
}
// Once it is stored behind an earlier one, it is not sent as well.
configure(delivery: 'direct');
foreach (['DELETE ON spread_records', 'UPDATE ON spread_orders'] as $number => $statement) {
    same("$statement, behind an earlier one", true, $failing($statement, static fn (): mixed => spread_update_order(...order('waits'))));
    same("$statement: not sent", [503], $arrived('waits'));
    same("$statement: kept", $number + 2, count($place->records()));
    same("$statement: log", [], $log());
}
// Once it is sent, its answer counts, whatever happens to the record.
foreach (['DELETE ON spread_records', 'DELETE ON spread_orders'] as $statement) {
    same("$statement: answer", 'array', gettype($failing($statement, static fn (): mixed => spread_update_order(...order($statement)))));
    same("$statement: error", null, spread_last_error());
    same("$statement: line", 1, count(preg_grep('/was sent, and the outbox records this as soon as it can be used/', $lines = $log())));
    same("$statement: lines", 1, count($lines));
    same("$statement: the record", 1, count(preg_grep("/^$statement pending 0 0/", $place->records())));
}
foreach (['503' => true, '422' => false] as $status => $answer) {
    $recorder->behave((string) $status);
    $id = "status $status";
    same("$id: answer", $answer, $failing('UPDATE ON spread_records', static fn (): mixed => spread_update_order(...order($id))));
    same("$id: error", $status, spread_last_error()?->getCode());
    same("$id: lines", 2, count($lines = $log()));
    lacks("$id: not dead-lettered", 'keeps it as refused', implode($lines));
    same("$id: the record", 1, count(preg_grep("/^$id pending 0 0/", $place->records())));
}
// A drain reports the failure.
$recorder->behave('up');
configure(delivery: 'deferred');
spread_update_order(...order('drained'));
$place->makeDue();
$thrown = $failing('DELETE ON spread_records', static fn (): ?string => thrown(static fn () => spread_outbox_drain()));
contains('a drain', 'Spread\ConnectionException: the outbox was not drained: the outbox cannot be used', $thrown);
// Expire the leases.
run(['sqlite3', $place->file, 'UPDATE spread_orders SET due = 1 WHERE due IS NOT NULL; UPDATE spread_key_pairs SET due = 0; UPDATE spread_endpoints SET due = 0']);
same('in the end', [0, 0], array_values(array_intersect_key(spread_outbox_drain(), ['failed' => 1, 'pending' => 1])));
// What could not be recorded at once.
same('nothing but the refused one is left', ['status 422 refused 1 422'], $place->records());
same('all of the one order', [503, 200, 200, 200], array_slice($arrived('waits'), 0, 4));
holds('sound', $place->isSound());
echo "done\n";
?>
--EXPECT--
done
