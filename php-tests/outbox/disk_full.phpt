--TEST--
With a full disk orders are sent without the outbox, stored ones stay, and the outbox works again once there is space
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3', 'root', 'mount');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = mount_tmpfs('16m');
$other = new Place();
$recorder = new Recorder();
$calls = new Calls($other->path('calls'));
configure(endpoint: $recorder->url(), public_key: 'shop', private_key: 's3cret', outbox: $place->setting(), timeout: 5);
$log = collect_log();
$sequence = 0;
/** Sends an order with a unique id: an order sent without the outbox may overtake others. */
$send = static function (int $bytes) use (&$sequence, $calls): mixed {
    $sequence++;
    $id = "order-$sequence";
    $answer = spread_update_order(['order_idorder' => $id, 'sequence' => $sequence, 'text' => str_repeat('x', $bytes)], ['order_idorder' => $id]);
    $outcome = is_array($answer) ? 'delivered' : ($answer === true ? 'kept' : 'failed');
    file_put_contents($calls->file, "$outcome $id $sequence\n", FILE_APPEND);
    return $answer;
};
$fill = static fn () => @file_put_contents($place->path('filler'), str_repeat('f', 32 << 20));

$recorder->behave('503');
for ($number = 0; $number < 20; $number++) {
    same("kept $number", true, $send(5_000));
}
$log();
// SPREAD is down and the disk is full: these orders are not kept, and the call fails.
$fill();
for ($failed = 0; $failed < 5;) {
    $failed += $send(20_000) === false ? 1 : 0;
    holds('the disk is full at some time', $sequence < 500);
    if ($sequence >= 500) {
        break;
    }
}
$lines = $log();
$without = preg_grep('/was sent without the outbox: .*(the disk is full|the disk fails, or is full)/', $lines);
same('a line each', 5, count($without));
foreach ([401, '503', 'up', 'late 0.2'] as $how) {
    $recorder->behave((string) $how);
    $answer = $send(30_000);
    same("$how: not kept", in_array($how, ['up', 'late 0.2'], true) ? 'array' : 'boolean', gettype($answer));
    holds("$how: does not return true", $answer !== true);
}
holds('a drain delivers or says why', is_array(@$drained = (static function (): array {
    try {
        return spread_outbox_drain(3, 5.0);
    } catch (Spread\ConnectionException|Spread\ConfigurationException $error) {
        return [$error->getMessage()];
    }
})()));
// The disk is full for another process, too.
$ended = run_php('echo json_encode(spread_update_order(["order_idorder" => "other", "text" => str_repeat("x", 100000)], ["order_idorder" => "other"]));', [
    'spread.endpoint' => $recorder->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.outbox' => $place->setting(),
]);
contains('another process', '"status":200', $ended['out']);
contains('another process', 'was sent without the outbox', $ended['err']);
file_put_contents($calls->file, "delivered other 0\n", FILE_APPEND);

// Space again.
unlink($place->path('filler'));
$recorder->behave('503');
$log();
same('kept again', true, $send(20_000));
lacks('log', 'without the outbox', implode($log()));
$recorder->behave('up');
// The disk fills up and is freed many times while orders are stored and a worker delivers.
$worker = new Worker(['outbox' => $place->setting(), 'public_key' => 'shop', 'private_key' => 's3cret', 'timeout' => 1, 'endpoint' => $recorder->url()]);
$unmarked = 0;
for ($round = 0; $round < 20; $round++) {
    $round % 2 ? $fill() : @unlink($place->path('filler'));
    for ($number = 0; $number < 20; $number++) {
        configure(delivery: $number % 2 ? 'direct' : 'deferred');
        holds("round $round, $number: delivered or kept", $send(10_000) !== false);
    }
}
@unlink($place->path('filler'));
$lines = $log();
$unmarked = count(preg_grep('/is sent again when its lease expires/', $lines));
configure(delivery: 'direct');
holds('all is delivered', wait_until(static fn (): bool => $place->records() === [], 60), json_encode($place->records()) . $worker->log());
$worker->stop();
holds('sound', $place->isSound());
// Orders that were delivered and could not be marked as delivered arrive again.
judge('all', $calls->all(), $recorder->arrivals(), Worker::IN_FLIGHT * 10, $unmarked + Worker::IN_FLIGHT * 10);
tell(json_encode([$calls->counts(), $unmarked]) . "\n" . implode("\n", array_unique(preg_replace('/order-\d+/', 'order', $lines))));
echo "done\n";
?>
--EXPECT--
done
