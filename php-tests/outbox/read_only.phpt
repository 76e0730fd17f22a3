--TEST--
On a read-only file system, or with a read-only file, orders are sent without the outbox until it is writable again
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3', 'root', 'mount', 'setpriv');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = mount_tmpfs('8m');
$recorder = new Recorder();
$other = new Place();
chmod($other->directory, 0755);
$calls = new Calls($other->path('calls'));
$settings = ['spread.endpoint' => $recorder->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.outbox' => $place->setting()];
$sequence = 0;
/** @return array{out: string, err: string} */
$call = static function (string $delivery = 'direct', array $before = []) use ($settings, $calls, &$sequence): array {
    $sequence++;
    return run([...$before, ...caller($settings + ['spread.delivery' => $delivery], ['calls' => $calls->file, 'first' => $sequence, 'count' => 1, 'shop' => "s$sequence", 'orders' => 1])]);
};
$remount = static fn (string $how): int => run([program('mount'), '-o', "remount,$how", $place->directory])['status'];

$recorder->behave('503');
for ($number = 0; $number < 3; $number++) {
    contains('kept', '"kept":1', $call()['out']);
}
foreach (['as it was left', 'with a log of changes'] as $how) {
    $recorder->behave('up');
    same("$how: read-only", 0, $remount('ro'));
    foreach (['direct', 'deferred'] as $delivery) {
        $said = $call($delivery);
        contains("$how, $delivery", '"delivered":1', $said['out']);
        contains("$how, $delivery", 'was sent without the outbox: the outbox cannot be opened', $said['err']);
        contains("$how, $delivery", 'read-only', $said['err']);
        same("$how, $delivery: lines", 1, substr_count($said['err'], 'spread: '));
    }
    $recorder->behave('503');
    $said = $call();
    contains("$how: a failure", '"failed":1', $said['out']);
    $drained = run_php('try { spread_outbox_drain(); } catch (Spread\Exception $error) { echo get_class($error), $error->getMessage(); }', $settings);
    contains("$how: a drain", 'Spread\ConfigurationException', $drained['out']);
    same("$how: writable", 0, $remount('rw'));
    contains("$how: kept again", '"kept":1', $call()['out']);
    // A killed process leaves a write-ahead log.
    run_php("spread_update_order(['order_idorder' => '$how'], ['order_idorder' => '$how']); exec('kill -9 ' . getmypid());", $settings);
}
same('records', 7, count($place->records()));

// A file and a directory of another user.
$recorder->behave('up');
$worker = worker_user();
$as_other = [program('setpriv'), "--reuid={$worker['user']}", "--regid={$worker['group']}", '--clear-groups'];
chmod($place->directory, 0755);
foreach ([0600 => 'cannot be opened', 0644 => 'was sent without the outbox'] as $mode => $reason) {
    array_map(static fn (string $file): bool => chmod($file, $mode), glob("{$place->file}*"));
    $said = $call(before: $as_other);
    contains(decoct($mode), '"delivered":1', $said['out']);
    contains(decoct($mode), $reason, $said['err']);
    same(decoct($mode) . ': lines', 1, substr_count($said['err'], 'spread: '));
}
configure(endpoint: $recorder->url(), public_key: 'shop', private_key: 's3cret', outbox: $place->setting());
$place->makeDue();
same('drain', 0, drain_all(10));
$of_killed = array_map(static fn (string $id): array => ['id' => $id, 'sequence' => 0, 'outcome' => 'kept'], ['as it was left', 'with a log of changes']);
judge('all', [...$calls->all(), ...$of_killed], $recorder->arrivals());
holds('sound', $place->isSound());
echo "done\n";
?>
--EXPECT--
done
